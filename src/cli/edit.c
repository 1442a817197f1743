#include "cli/edit.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/out.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/tree.h"
#include "json/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VALUE_FILE_MAX (4u << 20)

static const struct {
    const char *option;
    enum mc_layer layer;
} layers[] = {
    {"global", MC_LAYER_GLOBAL}, {"project", MC_LAYER_PROJECT}, {"local", MC_LAYER_LOCAL}};

/* Is there anything at the root that makes it a repo, or a project of ours? */
static bool is_repo(const char *root)
{
    static const char *const marks[] = {".git", ".mcpctl", ".mcp.json", ".cursor", ".vscode"};

    for (size_t i = 0; i < MC_ARRAY_LEN(marks); i++) {
        MC_CLEANUP(mc_freep) char *mark = mc_path_join(root, marks[i]);
        if (access(mark, F_OK) == 0)
            return true;
    }
    return false;
}

int mc_edit_begin(const struct mc_cli *cli, enum mc_layer otherwise, struct mc_edit *ret,
                  struct mc_err *err)
{
    unsigned given = 0;
    int failed;

    *ret = (struct mc_edit){.layer = otherwise};
    for (size_t i = 0; i < MC_ARRAY_LEN(layers); i++)
        if (mc_args_has(cli->args, layers[i].option)) {
            ret->layer = layers[i].layer;
            given++;
        }
    if (given > 1)
        return mc_err_set(err, MC_E_USAGE, "--global, --project and --local: only one of them");
    failed = mc_path_repo_root(".", &ret->root, err);
    if (failed == 0 && !given && ret->layer != MC_LAYER_GLOBAL && !is_repo(ret->root))
        ret->layer = MC_LAYER_GLOBAL;
    return failed ? failed : mc_layer_file(ret->layer, ret->root, &ret->file, err);
}

void mc_edit_done(struct mc_edit *ed)
{
    mc_free(ed->root);
    mc_free(ed->file);
}

char *mc_edit_shown(const struct mc_edit *ed)
{
    const char *home = getenv("HOME");
    size_t n = ed->root ? strlen(ed->root) : 0, h = home ? strlen(home) : 0;

    if (ed->layer != MC_LAYER_GLOBAL && n && strncmp(ed->file, ed->root, n) == 0)
        return mc_strdup(ed->file + n + 1);
    if (h && strncmp(ed->file, home, h) == 0 && ed->file[h] == '/')
        return mc_asprintf("~%s", ed->file + h);
    return mc_strdup(ed->file);
}

/* ---- keys ---- */

static int check_lock(const struct mc_edit *ed, const struct mc_strv *path, struct mc_err *err)
{
    struct mc_config *config = NULL;
    MC_CLEANUP(mc_freep) char *at = NULL;

    (void)mc_config_load(&(struct mc_config_input){.root = ed->root, .env = environ}, &config,
                         NULL); /* its other mistakes are not the matter here */
    if (config)
        at = mc_config_lock(config, path);
    mc_config_unref(config);
    if (!at)
        return 0;
    MC_CLEANUP(mc_freep) char *key = mc_keypath_text(path);
    return mc_err_set(err, MC_E_DENIED, "%s is locked by %s; it cannot be set in %s", key, at,
                      ed->file);
}

/* The first name on the way that the schema does not have, and the one that was probably meant. */
static void note_unknown(const struct mc_strv *path)
{
    const struct mc_key *key = &mc_key_file, *next;
    struct mc_strv way = {.v = path->v};
    const char *near = NULL;

    while (way.n < path->n && (next = mc_key_member(key, path->v[way.n++])))
        key = next;
    if (key->keys && key->type != MC_KEY_MAP)
        near = mc_key_nearest(key->keys, path->v[way.n - 1]);
    MC_CLEANUP(mc_freep) char *text = mc_keypath_text(&way);
    if (near)
        mc_out_note("%s is no key that mcpctl knows; did you mean '%s'?", text, near);
    else
        mc_out_note("%s is no key that mcpctl knows; it is kept, without effect", text);
}

int mc_edit_key(const struct mc_edit *ed, const char *text, struct mc_strv *ret, struct mc_err *err)
{
    const struct mc_key *key;
    int failed = mc_keypath_parse(text, ret, err);

    if (failed == 0 && ret->n == 0)
        failed = mc_err_set(err, MC_E_USAGE, "an empty key");
    if (failed)
        return failed;
    mc_keypath_canonical(ret);
    key = mc_key_at(ret);
    if (!key)
        note_unknown(ret);
    if (key && key->layers && !(key->layers & MC_LAYER_BIT(ed->layer)))
        return mc_err_set(err, MC_E_USAGE, "%s cannot be set in the layer %s%s", text,
                          mc_layer_name(ed->layer),
                          key->layers & MC_LAYER_BIT(MC_LAYER_GLOBAL) ? "; use --global" : "");
    return check_lock(ed, ret, err);
}

/* A file with nothing but this value: what is wrong with it stands on its line or below. */
int mc_edit_check(const struct mc_edit *ed, const struct mc_strv *path, enum mc_change_what what,
                  struct mc_str json, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(VALUE_FILE_MAX);
    const unsigned line = (unsigned)path->n + 1;
    struct mc_config *config = NULL;
    int ret = what == MC_CHANGE_SET ? mc_edit_set(MC_STR(""), path, json, &text, err)
                                    : mc_edit_append(MC_STR(""), path, json, &text, err);

    if (ret == 0)
        (void)mc_config_parse(ed->root, ".mcpctl/local.json", mc_buf_str(&text), &config, NULL);
    for (size_t i = 0; ret == 0 && config && i < mc_config_diag_count(config); i++) {
        const struct mc_diag *d = mc_config_diag(config, i);
        if (d->severity == MC_SEV_ERROR && d->at.line >= line)
            ret = mc_err_set(err, MC_E_USAGE, "%s", d->msg);
    }
    mc_config_unref(config);
    return ret;
}

/* ---- writing ---- */

int mc_edit_hide_local(const struct mc_edit *ed, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *dir = mc_path_dir(ed->file);
    MC_CLEANUP(mc_freep) char *ignore = mc_path_join(dir, ".gitignore");

    return access(ignore, F_OK) == 0
               ? 0
               : mc_io_replace(ignore, "local.json\n", strlen("local.json\n"), 0644, err);
}

int mc_edit_write(struct mc_edit *ed, const struct mc_change *changes, size_t n, struct mc_err *err)
{
    int failed = mc_change_file(ed->layer, ed->file, changes, n, &ed->result, err);

    if (failed == 0 && ed->result == MC_CHANGE_MADE && ed->layer == MC_LAYER_LOCAL)
        failed = mc_edit_hide_local(ed, err);
    return failed;
}

int mc_edit_tell_hub(bool *ret_told, struct mc_err *err)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    int ret = mc_client_open(&c, err);

    *ret_told = ret == 0;
    if (ret == -MC_E_UNREACHABLE)
        return 0;
    return ret < 0 ? ret : mc_api_doc(c, "POST", "/api/reload", MC_STR("{}"), NULL, err);
}

int mc_edit_report(const struct mc_cli *cli, struct mc_edit *ed, const char *done)
{
    MC_CLEANUP(mc_freep) char *shown = mc_edit_shown(ed);
    bool told = false;
    struct mc_err err;

    if (ed->result != MC_CHANGE_NONE && mc_edit_tell_hub(&told, &err) < 0)
        return mc_out_fail(cli, &err);
    if (cli->json) {
        MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
        mc_doc_add_str(doc, "file", ed->file);
        mc_doc_add_str(doc, "layer", mc_layer_name(ed->layer));
        mc_doc_add_bool(doc, "changed", ed->result != MC_CHANGE_NONE);
        mc_doc_add_bool(doc, "hubReloaded", told);
        mc_out_json(doc);
    } else if (ed->result == MC_CHANGE_NONE) {
        printf("Nothing to change in %s\n", shown);
    } else {
        printf("%s in %s%s\n", done, shown, told ? "; the running hub has taken it" : "");
    }
    return 0;
}
