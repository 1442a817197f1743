/* add, remove, enable, disable, init */
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
#include "cli/repo.h"
#include "config/config.h"
#include "json/keypath.h"
#include "store/trust.h"

#include <stdio.h>
#include <unistd.h>

static void push_server(struct mc_strv *path, const char *name)
{
    mc_strv_push(path, "servers");
    mc_strv_push(path, name);
}

static int load(const struct mc_edit *ed, struct mc_config **ret, struct mc_err *err)
{
    int failed =
        mc_config_load(&(struct mc_config_input){.root = ed->root, .env = environ}, ret, err);

    return failed == -MC_E_CONFIG && *ret ? 0 : failed; /* other mistakes are not the matter here */
}

/* ---- add ---- */

/* "A=1" from the command line, as members of an object; sep: '=' or ':'. */
static int add_pairs(const struct mc_cli *cli, cJSON *entry, const char *option, const char *member,
                     char sep, struct mc_err *err)
{
    MC_CLEANUP(mc_strv_done) struct mc_strv given = {0};
    cJSON *pairs = NULL;

    mc_args_values(cli->args, option, &given);
    for (size_t i = 0; i < given.n; i++) {
        char *at = strchr(given.v[i], sep);
        if (!at || at == given.v[i])
            return mc_err_set(err, MC_E_USAGE, "--%s %s: expected NAME%cVALUE", option, given.v[i],
                              sep);
        *at++ = '\0';
        if (!pairs)
            pairs = mc_doc_add(entry, member, mc_doc_object());
        mc_doc_add_str(pairs, given.v[i], at + strspn(at, sep == ':' ? " " : ""));
    }
    return 0;
}

static bool is_url(const char *target)
{
    return strncmp(target, "http://", 7) == 0 || strncmp(target, "https://", 8) == 0;
}

static int make_entry(const struct mc_cli *cli, cJSON *entry, struct mc_err *err)
{
    const char *target = mc_args_operand(cli->args, 1);
    const char *env = "env", *header = "header", *wrong = is_url(target) ? env : header;
    cJSON *args = NULL;
    int ret;

    if (mc_args_has(cli->args, wrong))
        return mc_err_set(err, MC_E_USAGE, "--%s is for a server that is %s", wrong,
                          is_url(target) ? "a command" : "a URL");
    if (is_url(target) && mc_args_operand(cli->args, 2))
        return mc_err_set(err, MC_E_USAGE, "'%s': a URL takes no arguments",
                          mc_args_operand(cli->args, 2));
    mc_doc_add_str(entry, is_url(target) ? "url" : "command", target);
    for (size_t i = 2; mc_args_operand(cli->args, i); i++) {
        if (!args)
            args = mc_doc_add(entry, "args", mc_doc_array());
        mc_doc_add_str(args, NULL, mc_args_operand(cli->args, i));
    }
    if (mc_args_value(cli->args, "cwd"))
        mc_doc_add_str(entry, "cwd", mc_args_value(cli->args, "cwd"));
    ret = add_pairs(cli, entry, env, "env", '=', err);
    return ret ? ret : add_pairs(cli, entry, header, "headers", ':', err);
}

static int check_new(const struct mc_edit *ed, const char *name, bool force, struct mc_err *err)
{
    struct mc_config *config = NULL;
    const struct mc_server_spec *spec;
    int ret = load(ed, &config, err);

    spec = ret == 0 ? mc_config_find(config, name) : NULL;
    if (spec && !spec->builtin && !force)
        ret = mc_err_set(err, MC_E_CONFLICT,
                         "there is a server %s already, at %s:%u:%u; --force replaces what this "
                         "layer says of it",
                         name, spec->origin.file, spec->origin.line, spec->origin.col);
    mc_config_unref(config);
    return ret;
}

/* Whoever typed the command line has seen it. */
static int trust_it(const struct mc_edit *ed, const char *name, struct mc_err *err)
{
    struct mc_config *config = NULL;
    const struct mc_server_spec *spec;
    int ret = load(ed, &config, err);

    spec = ret == 0 ? mc_config_find(config, name) : NULL;
    if (spec && !spec->mine && !spec->builtin)
        ret = mc_trust_grant(ed->root, &spec, 1, err);
    mc_config_unref(config);
    return ret;
}

static int write_entry(struct mc_edit *ed, const char *name, const cJSON *entry, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *json = mc_doc_print(entry, false);
    MC_CLEANUP(mc_strv_done) struct mc_strv path = {0}, key = {0};
    int ret;

    push_server(&path, name);
    MC_CLEANUP(mc_freep) char *text = mc_keypath_text(&path);
    ret = mc_edit_key(ed, text, &key, err); /* locks */
    if (ret == 0)
        ret = mc_edit_check(ed, &path, MC_CHANGE_SET, mc_str_of(json), err);
    if (ret == 0)
        ret = mc_edit_write(ed, &(struct mc_change){MC_CHANGE_SET, &path, mc_str_of(json)}, 1, err);
    return ret ? ret : trust_it(ed, name, err);
}

int mc_cmd_add(struct mc_cli *cli)
{
    MC_CLEANUP(mc_edit_done) struct mc_edit ed = {0};
    MC_CLEANUP(mc_doc_freep) cJSON *entry = mc_doc_object();
    const char *name = mc_args_operand(cli->args, 0);
    struct mc_err err;
    int ret = mc_edit_begin(cli, MC_LAYER_PROJECT, &ed, &err);

    if (ret == 0)
        ret = make_entry(cli, entry, &err);
    if (ret == 0)
        ret = check_new(&ed, name, mc_args_has(cli->args, "force"), &err);
    if (ret == 0)
        ret = write_entry(&ed, name, entry, &err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    MC_CLEANUP(mc_freep) char *done = mc_asprintf("%s added", name);
    return mc_edit_report(cli, &ed, done);
}

/* ---- remove ---- */

/* Nothing of ours has it: then where is it? */
static int not_ours(const struct mc_edit *ed, const char *name, struct mc_err *err)
{
    struct mc_config *config = NULL;
    const struct mc_server_spec *spec;
    int ret = load(ed, &config, err);

    spec = ret == 0 ? mc_config_find(config, name) : NULL;
    if (spec)
        ret = mc_err_set(err, MC_E_USAGE,
                         "%s is not in %s: it stands at %s:%u:%u. Remove it there, or switch it "
                         "off with `mcpctl disable %s`",
                         name, ed->file, spec->origin.file, spec->origin.line, spec->origin.col,
                         name);
    else if (ret == 0)
        ret = mc_repo_no_server(config, name, err);
    mc_config_unref(config);
    return ret;
}

int mc_cmd_remove(struct mc_cli *cli)
{
    MC_CLEANUP(mc_edit_done) struct mc_edit ed = {0};
    MC_CLEANUP(mc_strv_done) struct mc_strv path = {0};
    const char *name = mc_args_operand(cli->args, 0);
    bool there = false;
    struct mc_err err;
    int ret = mc_edit_begin(cli, MC_LAYER_PROJECT, &ed, &err);

    push_server(&path, name);
    if (ret == 0)
        ret = mc_change_has(ed.file, &path, &there, &err);
    if (ret == 0 && !there)
        ret = not_ours(&ed, name, &err);
    if (ret == 0)
        ret = mc_edit_write(&ed, &(struct mc_change){.what = MC_CHANGE_UNSET, .path = &path}, 1,
                            &err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    MC_CLEANUP(mc_freep) char *done = mc_asprintf("%s removed", name);
    return mc_edit_report(cli, &ed, done);
}

/* ---- enable, disable ---- */

static int find(const struct mc_edit *ed, const char *name, bool *ret_disabled, struct mc_err *err)
{
    struct mc_config *config = NULL;
    const struct mc_server_spec *spec;
    int ret = load(ed, &config, err);

    spec = ret == 0 ? mc_config_find(config, name) : NULL;
    if (spec)
        *ret_disabled = spec->disabled;
    else if (ret == 0)
        ret = mc_repo_no_server(config, name, err);
    mc_config_unref(config);
    return ret;
}

static int switch_it(struct mc_cli *cli, bool off)
{
    MC_CLEANUP(mc_edit_done) struct mc_edit ed = {0};
    MC_CLEANUP(mc_strv_done) struct mc_strv path = {0}, key = {0};
    const char *name = mc_args_operand(cli->args, 0);
    struct mc_change set = {MC_CHANGE_SET, &path, off ? MC_STR("true") : MC_STR("false")};
    bool disabled = false, said = false;
    struct mc_err err;
    int ret = mc_edit_begin(cli, MC_LAYER_LOCAL, &ed, &err);

    push_server(&path, name);
    mc_strv_push(&path, "disabled");
    MC_CLEANUP(mc_freep) char *text = mc_keypath_text(&path);
    if (ret == 0)
        ret = find(&ed, name, &disabled, &err);
    if (ret == 0)
        ret = mc_edit_key(&ed, text, &key, &err);
    if (ret == 0)
        ret = mc_change_has(ed.file, &path, &said, &err);
    if (ret == 0 && said &&
        disabled != off) { /* what this layer said is taken back, if that is enough */
        ret = mc_edit_write(&ed, &(struct mc_change){.what = MC_CHANGE_UNSET, .path = &path}, 1,
                            &err);
        if (ret == 0)
            ret = find(&ed, name, &disabled, &err);
    }
    enum mc_change_result before = ed.result;
    if (ret == 0 && disabled != off)
        ret = mc_edit_write(&ed, &set, 1, &err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    if (ed.result == MC_CHANGE_NONE)
        ed.result = before;
    MC_CLEANUP(mc_freep) char *done = mc_asprintf("%s %s", name, off ? "disabled" : "enabled");
    return mc_edit_report(cli, &ed, done);
}

int mc_cmd_enable(struct mc_cli *cli)
{
    return switch_it(cli, false);
}

int mc_cmd_disable(struct mc_cli *cli)
{
    return switch_it(cli, true);
}

/* ---- init ---- */

static const char template[] =
    "// MCP servers of this project, for everybody who works on it. `mcpctl help add`, `man "
    "mcpctl.json`.\n"
    "// What is yours alone belongs into .mcpctl/local.json, secrets into `mcpctl secret set "
    "NAME`.\n"
    "{\n"
    "  \"servers\": {\n"
    "    // \"files\": { \"command\": \"npx\", \"args\": [\"-y\", "
    "\"@modelcontextprotocol/server-filesystem\", \"${workspaceFolder}\"] },\n"
    "    // \"api\": { \"url\": \"https://example.com/mcp\", \"headers\": { \"Authorization\": "
    "\"Bearer ${secret:api-token}\" } }\n"
    "  }\n"
    "}\n";

int mc_cmd_init(struct mc_cli *cli)
{
    MC_CLEANUP(mc_edit_done) struct mc_edit ed = {0};
    MC_CLEANUP(mc_freep) char *dir = NULL;
    struct mc_err err;
    int ret = mc_path_repo_root(".", &ed.root, &err);

    ed.layer = MC_LAYER_PROJECT;
    if (ret == 0)
        ret = mc_layer_file(ed.layer, ed.root, &ed.file, &err);
    if (ret == 0 && access(ed.file, F_OK) == 0)
        ret = mc_err_set(&err, MC_E_CONFLICT, "%s is there already", ed.file);
    if (ret == 0) {
        dir = mc_path_dir(ed.file);
        ret = mc_io_mkdirs(dir, 0755, &err);
    }
    if (ret == 0)
        ret = mc_io_replace(ed.file, template, sizeof(template) - 1, 0644, &err);
    if (ret == 0)
        ret = mc_edit_hide_local(&ed, &err);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    ed.result = MC_CHANGE_MADE;
    return mc_edit_report(cli, &ed, "An empty config is");
}
