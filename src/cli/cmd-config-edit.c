/* config set, unset, add, edit */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "cli/args.h"
#include "cli/edit.h"
#include "cli/out.h"
#include "config/config.h"
#include "config/keys.h"
#include "json/keypath.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define VALUE_MAX (1u << 20)
#define EDITOR_WORDS_MAX 16

/* ---- set, unset, add ---- */

static int value_for(const struct mc_edit *ed, const struct mc_strv *path, enum mc_change_what what,
                     const char *text, struct mc_buf *out, struct mc_err *err)
{
    const struct mc_key *key = what == MC_CHANGE_SET ? mc_key_at(path) : NULL;
    int failed = mc_key_json(key, text, out, err);

    return failed ? failed : mc_edit_check(ed, path, what, mc_buf_str(out), err);
}

static int change(struct mc_cli *cli, enum mc_change_what what, const char *verb)
{
    MC_CLEANUP(mc_edit_done) struct mc_edit ed = {0};
    MC_CLEANUP(mc_strv_done) struct mc_strv path = {0};
    MC_CLEANUP(mc_buf_done) struct mc_buf json = MC_BUF_INIT(VALUE_MAX);
    const char *key = mc_args_operand(cli->args, 0), *text = mc_args_operand(cli->args, 1);
    struct mc_err err;
    int ret = mc_edit_begin(cli, MC_LAYER_PROJECT, &ed, &err);

    if (ret == 0)
        ret = mc_edit_key(&ed, key, &path, &err);
    if (ret == 0 && what != MC_CHANGE_UNSET)
        ret = value_for(&ed, &path, what, text, &json, &err);
    if (ret == 0)
        ret = mc_edit_write(
            &ed, &(struct mc_change){.what = what, .path = &path, .json = mc_buf_str(&json)}, 1,
            &err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    MC_CLEANUP(mc_freep) char *done = mc_asprintf("%s %s", key, verb);
    return mc_edit_report(cli, &ed, done);
}

int mc_cmd_config_set(struct mc_cli *cli)
{
    return change(cli, MC_CHANGE_SET, "set");
}

int mc_cmd_config_unset(struct mc_cli *cli)
{
    return change(cli, MC_CHANGE_UNSET, "unset");
}

int mc_cmd_config_add(struct mc_cli *cli)
{
    return change(cli, MC_CHANGE_APPEND, "extended");
}

/* ---- edit ---- */

/* $VISUAL or $EDITOR, which may have arguments; never through a shell. */
static int run_editor(const char *file, struct mc_err *err)
{
    const char *visual = getenv("VISUAL"), *plain = getenv("EDITOR");
    const char *editor = visual && *visual ? visual : plain && *plain ? plain : "vi";
    MC_CLEANUP(mc_freep) char *words = mc_strdup(editor);
    char *argv[EDITOR_WORDS_MAX + 2] = {NULL};
    size_t n = 0;
    int status = 0;
    pid_t pid;

    for (char *p = words + strspn(words, " "); *p && n < EDITOR_WORDS_MAX; p += strspn(p, " ")) {
        argv[n++] = p;
        p += strcspn(p, " ");
        if (*p)
            *p++ = '\0';
    }
    argv[n] = (char *)file;
    argv[n + 1] = NULL;
    int failed = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
    if (failed)
        return mc_err_sys(err, failed, "cannot run the editor %s; set $EDITOR", argv[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return mc_err_set(err, MC_E_FAILED, "the editor %s failed; %s is as it left it", argv[0],
                          file);
    return 0;
}

static int make_file(struct mc_edit *ed, struct mc_err *err)
{
    MC_CLEANUP(mc_strv_done) struct mc_strv path = {0};
    struct mc_change change = {.what = MC_CHANGE_SET, .path = &path, .json = MC_STR("{}")};

    if (access(ed->file, F_OK) == 0)
        return 0;
    mc_strv_push(&path, "servers");
    return mc_edit_write(ed, &change, 1, err);
}

static size_t problems(const struct mc_edit *ed)
{
    struct mc_config *config = NULL;
    size_t n;

    (void)mc_config_load(&(struct mc_config_input){.root = ed->root, .env = environ}, &config,
                         NULL);
    if (!config)
        return 1;
    for (size_t i = 0; i < mc_config_diag_count(config); i++) {
        MC_CLEANUP(mc_freep)
        char *text = mc_diag_text(mc_config_diag(config, i), mc_config_root(config));
        mc_out_note("%s", text);
    }
    n = mc_config_error_count(config);
    mc_config_unref(config);
    return n;
}

static bool again(void)
{
    int c, first;

    if (!isatty(STDIN_FILENO))
        return false;
    fputs("Edit it again? [Y/n] ", stderr);
    for (c = first = getchar(); c != '\n' && c != EOF;)
        c = getchar();
    return first != 'n' && first != 'N' && first != EOF;
}

int mc_cmd_config_edit(struct mc_cli *cli)
{
    MC_CLEANUP(mc_edit_done) struct mc_edit ed = {0};
    struct mc_err err;
    size_t wrong = 0;
    int ret = mc_edit_begin(cli, MC_LAYER_PROJECT, &ed, &err);

    if (ret == 0)
        ret = make_file(&ed, &err);
    do {
        if (ret == 0)
            ret = run_editor(ed.file, &err);
        wrong = ret == 0 ? problems(&ed) : 0;
    } while (wrong && again());
    if (ret == 0 && wrong)
        ret = mc_err_set(&err, MC_E_CONFIG, "%s has mistakes; a running hub keeps what it had",
                         ed.file);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    ed.result = MC_CHANGE_WRITTEN;
    return mc_edit_report(cli, &ed, "What you wrote is");
}
