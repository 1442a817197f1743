/* version, help, __complete */
#include "config.h"

#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/mcp.h"
#include "cli/out.h"
#include "cli/render.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/tree.h"
#include "store/vault.h"

#include <stdio.h>
#include <unistd.h>

#define PROSE_MAX (256u << 10)

int mc_cmd_version(struct mc_cli *cli)
{
    if (cli->json)
        printf("{\"name\":\"%s\",\"version\":\"%s\"}\n", PACKAGE_NAME, PACKAGE_VERSION);
    else
        printf("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
    return 0;
}

/* "hub run", or "hub-run" as in the name of its man page. */
static bool is_page(const char *path, const char *page)
{
    while (*path && *page && (*path == *page || (*path == ' ' && *page == '-'))) {
        path++;
        page++;
    }
    return !*path && !*page;
}

static int help_command(struct mc_cli *cli, const struct mc_command **ret, struct mc_err *err)
{
    const char *first = mc_args_operand(cli->args, 0);
    const char *second = mc_args_operand(cli->args, 1);
    *ret = NULL;
    if (!first)
        return 0;
    MC_CLEANUP(mc_freep)
    char *path = second ? mc_asprintf("%s %s", first, second) : mc_strdup(first);
    for (const struct mc_command *c = mc_commands; c->path; c++) {
        if (is_page(c->path, path)) {
            *ret = c;
            return 0;
        }
    }
    return mc_err_set(err, MC_E_USAGE, "there is no command '%s'; `mcpctl help` lists them", path);
}

static int man(struct mc_cli *cli, const struct mc_command *c, struct mc_buf *out,
               struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *prose = NULL;
    const char *template = mc_args_value(cli->args, "template");
    size_t n = 0;
    int ret = template ? mc_io_read(template, PROSE_MAX, &prose, &n, err) : 0;
    return ret < 0 ? ret : mc_render_man(c, (struct mc_str){prose, n}, out, err);
}

int mc_cmd_help(struct mc_cli *cli)
{
    static const struct {
        const char *name;
        void (*render)(struct mc_buf *out);
    } shells[] = {{"bash", mc_render_bash}, {"zsh", mc_render_zsh}, {"fish", mc_render_fish}};
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_RENDER_MAX);
    const char *format = mc_args_value(cli->args, "format");
    const struct mc_command *c;
    struct mc_err err;
    int ret = help_command(cli, &c, &err);
    if (ret < 0 && cli->args->n_operands == 1 && !format && !cli->json &&
        mc_render_group(mc_args_operand(cli->args, 0), &out)) {
        mc_out_bytes(mc_buf_str(&out));
        return 0;
    }
    if (!format)
        format = cli->json ? "json" : "text";
    for (size_t i = 0; i < MC_ARRAY_LEN(shells); i++) {
        if (strcmp(format, shells[i].name) == 0)
            shells[i].render(&out);
    }
    if (ret == 0 && strcmp(format, "man") == 0)
        ret = man(cli, c, &out, &err);
    else if (strcmp(format, "json") == 0)
        mc_render_json(c, &out);
    else if (strcmp(format, "text") == 0)
        mc_render_help(c, &out);
    if (ret < 0)
        return mc_out_fail(cli, &err);
    mc_out_bytes(mc_buf_str(&out));
    return 0;
}

/* A repo may name its servers as it likes. What a shell could take for more than a word is not offered. */
static void offer(const char *name, const char *after)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@+/";
    if (name && *name && name[strspn(name, plain)] == '\0')
        printf("%s%s\n", name, after);
}

/* Names for completion come from the hub when it runs, else from the repo's config. Without either there is silence. */
static void print_names(const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list) offer(mc_doc_str(item, "name"), "");
}

static void config_servers(void)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    struct mc_config *config = NULL;
    if (mc_path_repo_root(".", &root, NULL) < 0)
        return;
    mc_config_load(&(struct mc_config_input){.root = root, .env = environ}, &config, NULL);
    for (size_t i = 0; config && i < mc_config_server_count(config); i++)
        offer(mc_config_server(config, i)->name, "");
    mc_config_unref(config);
}

static void complete_secrets(void)
{
    struct mc_vault *v = NULL;
    const char *name;
    if (mc_vault_open(false, &v, NULL) < 0)
        return;
    for (size_t i = 0; (name = mc_vault_name(v, i)); i++)
        offer(name, "");
    mc_vault_close(v);
}

/* The keys that are set, and those that the schema has beside them. */
static void complete_keys(const struct mc_node *n, const struct mc_key *key, const char *path)
{
    for (const struct mc_key *k = key && key->type == MC_KEY_OBJECT ? key->keys : NULL;
         k && k->name; k++) {
        MC_CLEANUP(mc_freep) char *sub = mc_asprintf("%s%s%s", path, *path ? "." : "", k->name);
        if (k->type == MC_KEY_FOREIGN || k->alias)
            continue;
        if (mc_key_is_container(k))
            complete_keys(n ? mc_node_child(n, k->name) : NULL, k, sub);
        else
            offer(sub, "");
    }
    for (size_t i = 0; n && key && key->type == MC_KEY_MAP && i < n->n_children; i++) {
        MC_CLEANUP(mc_freep)
        char *sub = mc_asprintf("%s%s%s", path, *path ? "." : "", n->child[i]->name);
        if (mc_key_is_container(key->keys))
            complete_keys(n->child[i], key->keys, sub);
        else
            offer(sub, "");
    }
}

static void config_keys(void)
{
    MC_CLEANUP(mc_freep) char *root = NULL;
    struct mc_config *config = NULL;
    if (mc_path_repo_root(".", &root, NULL) < 0)
        return;
    mc_config_load(&(struct mc_config_input){.root = root, .env = environ}, &config, NULL);
    if (config)
        complete_keys(mc_config_tree(config), &mc_key_file, "");
    mc_config_unref(config);
}

static void tool_arguments(const char *tools, size_t n, const char *tool)
{
    struct mc_jval schema = mc_jget(mc_mcp_tool((struct mc_str){tools, n}, tool), "inputSchema");
    struct mc_jval properties = mc_jget(schema, "properties");
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval value;
    for (bool more = mc_jiter_init(&it, properties); more && mc_jiter_next(&it, &key, &value);) {
        MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(mc_jval_of(key));
        offer(name, "=");
    }
}

static void complete_tools(struct mc_client *c, const char *path, const char *tool)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf tools = MC_BUF_INIT(MC_API_ANSWER_MAX);
    struct mc_jiter it;
    struct mc_jval value;
    if (mc_mcp_tools(c, path, &tools, NULL) < 0)
        return;
    if (tool) {
        tool_arguments(tools.data, tools.len, tool);
        return;
    }
    for (bool more = mc_jiter_init(&it, mc_jval_of(mc_buf_str(&tools)));
         more && mc_jiter_next(&it, NULL, &value);) {
        MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(mc_jget(value, "name"));
        offer(name, "");
    }
}

int mc_cmd_complete(struct mc_cli *cli)
{
    const char *kind = mc_args_operand(cli->args, 0);
    const char *tool = mc_args_operand(cli->args, 1);
    struct mc_client *c = NULL;
    cJSON *status = NULL;
    const cJSON *w = NULL;
    bool servers = strcmp(kind, "servers") == 0;
    if (strcmp(kind, "secrets") == 0) {
        complete_secrets();
        return 0;
    }
    if (strcmp(kind, "keys") == 0) {
        config_keys();
        return 0;
    }
    if (mc_client_open(&c, NULL) == 0)
        mc_api_here(c, &status, &w, NULL);
    if (servers && w)
        print_names(mc_doc_get(w, "servers"));
    else if (servers)
        config_servers();
    else if (strcmp(kind, "workspaces") == 0)
        print_names(mc_doc_get(status, "workspaces"));
    else if (w && (strcmp(kind, "tools") == 0 || tool)) {
        MC_CLEANUP(mc_freep) char *path = mc_mcp_path(w);
        complete_tools(c, path, tool);
    }
    mc_doc_free(status);
    mc_client_free(c);
    return 0;
}
