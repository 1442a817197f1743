/* Config files: whatever they hold, every report has a place, and every server that is left can be shown and resolved. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "config/resolve.h"
#include "config/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_server(const struct mc_server_spec *s)
{
    static char *const env[] = {(char *)"HOME=/home/me", (char *)"A=1", NULL};
    struct mc_strv refs = {0};
    /* Not trusted: no files of this machine are read, and nothing is run. */
    static const struct mc_resolve with = {.root = "/r", .env = env};
    struct mc_launch l;
    struct mc_err err = {0};

    MC_ASSERT(s->name[0] && strlen(s->name) <= 128 && strlen(s->digest) == 64);
    MC_ASSERT((s->command != NULL) != (s->url != NULL));
    MC_ASSERT((s->url != NULL) == (s->transport != MC_TRANSPORT_STDIO));
    MC_ASSERT(s->builtin == (s->origin.line == 0));
    mc_spec_references(s, &refs);
    mc_strv_done(&refs);

    char *shown = mc_spec_command_line(s);
    MC_ASSERT(shown[0] && mc_utf8_valid(shown, strlen(shown)));
    for (const char *p = shown; *p; p++)
        MC_ASSERT((unsigned char)*p >= 0x20 && *p != 0x7f);
    mc_free(shown);

    if (s->env_file) /* would be read from this machine */
        return;
    if (mc_launch_resolve(s, &with, &l, &err) == 0) {
        MC_ASSERT(l.argv.n == s->args.n + 1 && l.argv.v[0][0] && l.cwd[0] == '/');
        for (size_t i = 1; i < l.env.n; i++)
            MC_ASSERT(strcmp(l.env.v[i - 1], l.env.v[i]) < 0);
        mc_launch_done(&l);
    } else {
        MC_ASSERT(err.code == MC_E_CONFIG && err.msg[0]);
    }
}

static void check(const char *file, const uint8_t *data, size_t n)
{
    struct mc_config *c;
    struct mc_err err = {0};
    bool errors = false;

    int ret = mc_config_parse("/r", file, (struct mc_str){(const char *)data, n}, &c, &err);
    for (size_t i = 0; i < mc_config_diag_count(c); i++) {
        const struct mc_diag *d = mc_config_diag(c, i);
        char *text = mc_diag_text(d, "/r");
        MC_ASSERT(d->at.line >= 1 && d->at.col >= 1 && d->msg[0]);
        MC_ASSERT(mc_utf8_valid(text, strlen(text)) && strncmp(text, file, strlen(file)) == 0);
        for (const char *p = text; *p; p++)
            MC_ASSERT((unsigned char)*p >= 0x20 && *p != 0x7f);
        mc_free(text);
        errors |= d->severity == MC_SEV_ERROR;
    }
    MC_ASSERT((ret < 0) == errors && (ret == 0 || ret == -MC_E_CONFIG));
    MC_ASSERT(errors || mc_config_server_count(c) > 0);
    for (size_t i = 0; i < mc_config_server_count(c); i++) {
        const struct mc_server_spec *s = mc_config_server(c, i);
        MC_ASSERT(mc_config_find(c, s->name) == s);
        check_server(s);
    }
    mc_config_unref(c);
}

/* Every node has a source and a place, can be found by its path, and is JSON when it is shown. */
static void check_tree(const struct mc_node *root, const struct mc_node *n, struct mc_strv *path)
{
    struct mc_buf json = MC_BUF_INIT(64u << 20);

    for (size_t i = 0; i < n->n_children; i++) {
        MC_ASSERT(n->child[i]->source && n->child[i]->name);
        if (path->n < 8) {
            mc_strv_push(path, n->child[i]->name);
            MC_ASSERT(mc_node_at(root, path) != NULL);
            check_tree(root, n->child[i], path);
            mc_free(path->v[--path->n]);
            path->v[path->n] = NULL;
        }
    }
    mc_node_json(n, MC_NODE_REDACTED, 0, &json);
    MC_ASSERT(mc_json_check(json.data, json.len, NULL, NULL) == 0);
    mc_buf_done(&json);
}

/* As a layer that may say everything, rules too. */
static void check_layer(enum mc_layer layer, const uint8_t *data, size_t n)
{
    static char *const env[] = {(char *)"HOME=/home/me", (char *)"A=1", NULL};
    struct mc_strv path = {0};
    struct mc_config *c;
    struct mc_err err = {0};

    int ret = mc_config_parse_as(layer, "/etc/mcpctl/config.json", (struct mc_str){(const char *)data, n}, &c, &err);
    MC_ASSERT((ret < 0) == (mc_config_error_count(c) > 0));
    check_tree(mc_config_tree(c), mc_config_tree(c), &path);
    mc_strv_done(&path);
    mc_config_check_references(c, env);
    for (size_t i = 0; i < mc_config_server_count(c); i++) {
        const struct mc_server_spec *s = mc_config_server(c, i);
        (void)mc_config_permits(c, s->name, &s->args, s->url, NULL);
    }
    mc_config_unref(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    check(".mcp.json", data, n);
    check(".mcpctl/config.json", data, n);
    check_layer(MC_LAYER_SYSTEM, data, n);
    check_layer(MC_LAYER_GLOBAL, data, n);
    return 0;
}
