/* config show, get, path, schema */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/args.h"
#include "cli/confview.h"
#include "cli/out.h"
#include "cli/repo.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/schema.h"
#include "config/tree.h"

#include <stdio.h>

#define TEXT_MAX (64u << 20)
#define PATH_MAX_SHOWN (64u << 10)

/* ---- every value in a line of its own ---- */

struct leaves {
    const char *root;
    struct mc_buf path;
    struct mc_table *table; /* one of these two */
    cJSON *list;
};

static void add_leaf(struct leaves *l, const struct mc_node *n)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf value = MC_BUF_INIT(TEXT_MAX);

    mc_node_json(n, MC_NODE_REDACTED, 0, &value);
    if (l->table) {
        MC_CLEANUP(mc_freep) char *place = mc_confview_place(n, l->root);
        mc_table_add(l->table, MC_TINT_DIM, mc_layer_name(n->source->layer));
        mc_table_add(l->table, MC_TINT_DIM, place);
        mc_table_addf(l->table, MC_TINT_NONE, "%s = %s", l->path.data, value.data);
        return;
    }
    cJSON *item = mc_doc_add(l->list, NULL, mc_doc_object());
    mc_doc_add_str(item, "key", l->path.data);
    mc_doc_add_raw(item, "value", mc_buf_str(&value));
    mc_confview_origin(n, item);
}

static void add_leaves(struct leaves *l, const struct mc_node *n)
{
    if (!mc_node_is_container(n) || n->n_children == 0) {
        if (l->path.len)
            add_leaf(l, n);
        return;
    }
    for (size_t i = 0; i < n->n_children; i++) {
        size_t where = l->path.len;
        mc_keypath_add(&l->path, n->child[i]->name);
        add_leaves(l, n->child[i]);
        l->path.len = where;
        if (l->path.data)
            l->path.data[where] = '\0';
    }
}

static void show_origins(const struct mc_cli *cli, const struct mc_config *config,
                         const struct mc_node *const *trees, size_t n)
{
    static const struct mc_column columns[] = {{"LAYER", false}, {"WHERE", false}, {"WHAT", false}};
    struct leaves l = {.root = mc_config_root(config), .path = MC_BUF_INIT(PATH_MAX_SHOWN)};
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);

    if (cli->json)
        l.list = mc_doc_add(doc, "values", mc_doc_array());
    else
        l.table = mc_table_new(columns, MC_ARRAY_LEN(columns));
    for (size_t i = 0; i < n; i++)
        add_leaves(&l, trees[i]);
    if (cli->json) {
        mc_out_json(doc);
    } else {
        mc_table_print(l.table, &out, mc_out_color(1), 0, 0);
        mc_out_bytes(mc_buf_str(&out));
    }
    mc_table_free(l.table);
    mc_buf_done(&l.path);
}

/* ---- show ---- */

static void print_node(const struct mc_cli *cli, const struct mc_node *n)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);
    unsigned pretty = !cli->json || mc_out_terminal(1) ? MC_NODE_PRETTY : 0;

    mc_node_json(n, MC_NODE_REDACTED | pretty, 0, &out);
    mc_buf_addc(&out, '\n');
    mc_out_text(mc_buf_str(&out));
}

/* What one layer's files say, each on its own. */
static void print_layer(const struct mc_cli *cli, const struct mc_config *config,
                        const struct mc_node *const *trees, size_t n)
{
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
    cJSON *list = mc_doc_add(doc, "sources", mc_doc_array());

    for (size_t i = 0; i < n; i++) {
        MC_CLEANUP(mc_buf_done) struct mc_buf value = MC_BUF_INIT(TEXT_MAX);
        if (cli->json) {
            cJSON *item = mc_doc_add(list, NULL, mc_doc_object());
            mc_doc_add_str(item, "layer", mc_layer_name(trees[i]->source->layer));
            mc_doc_add_str(item, "file", trees[i]->source->file);
            mc_node_json(trees[i], MC_NODE_REDACTED, 0, &value);
            mc_doc_add_raw(item, "config", mc_buf_str(&value));
        } else {
            MC_CLEANUP(mc_freep)
            char *file = mc_confview_file(trees[i]->source->file, mc_config_root(config));
            printf("// %s\n", file);
            print_node(cli, trees[i]);
        }
    }
    if (cli->json)
        mc_out_json(doc);
}

int mc_cmd_config_show(struct mc_cli *cli)
{
    MC_CLEANUP(mc_freep) const struct mc_node **trees = NULL;
    struct mc_config *config = NULL;
    const char *name = mc_args_value(cli->args, "layer");
    enum mc_layer layer = MC_LAYER_MAX;
    struct mc_err err;
    size_t n = 0;

    if (name && mc_args_has(cli->args, "effective")) {
        mc_err_set(&err, MC_E_USAGE, "--layer and --effective exclude one another");
        return mc_out_fail(cli, &err);
    }
    if (mc_repo_config(cli, &config, &err) < 0 && err.code != MC_E_CONFIG)
        return mc_out_fail(cli, &err);
    mc_repo_note_problems(config);
    if (name)
        mc_layer_find(name, &layer);
    trees = mc_calloc(mc_config_source_count(config) + 1, sizeof(*trees));
    if (!name)
        trees[n++] = mc_config_tree(config);
    for (size_t i = 0; name && i < mc_config_source_count(config); i++) {
        const struct mc_source *s = mc_config_source(config, i);
        if (s->layer == layer && s->tree)
            trees[n++] = s->tree;
    }
    if (mc_args_has(cli->args, "origin"))
        show_origins(cli, config, trees, n);
    else if (name)
        print_layer(cli, config, trees, n);
    else
        print_node(cli, trees[0]);
    mc_config_unref(config);
    return 0;
}

/* ---- get ---- */

static void print_value(const struct mc_cli *cli, const struct mc_node *n)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf json = MC_BUF_INIT(TEXT_MAX);
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(TEXT_MAX);

    if (cli->json || n->value.type != MC_JSON_STRING) {
        print_node(cli, n);
        return;
    }
    mc_node_json(n, MC_NODE_REDACTED, 0, &json);
    mc_jstr_decode(mc_buf_str(&json), &text);
    mc_buf_addc(&text, '\n');
    mc_out_text(mc_buf_str(&text));
}

int mc_cmd_config_get(struct mc_cli *cli)
{
    MC_CLEANUP(mc_strv_done) struct mc_strv path = {0};
    struct mc_config *config = NULL;
    const char *text = mc_args_operand(cli->args, 0);
    struct mc_err err;

    int ret = mc_confview_key(text, &path, &err);
    if (ret == 0)
        ret = mc_repo_config(cli, &config, &err);
    if (config)
        mc_repo_note_problems(config);
    if (ret == -MC_E_CONFIG && config)
        ret = 0;
    const struct mc_node *n = config && ret == 0 ? mc_node_at(mc_config_tree(config), &path) : NULL;
    const struct mc_key *key = mc_key_at(&path);
    if (n)
        print_value(cli, n);
    else if (ret == 0 && !key)
        ret = mc_confview_unknown(&path, text, &err);
    else if (ret == 0 && key->otherwise)
        printf("%.*s\n", (int)strlen(key->otherwise) - 2 * (!cli->json && *key->otherwise == '"'),
               key->otherwise + (!cli->json && *key->otherwise == '"'));
    else if (ret == 0)
        ret = mc_err_set(&err, MC_E_NOT_FOUND, "%s is not set in any layer", text);
    mc_config_unref(config);
    return ret < 0 ? mc_out_fail(cli, &err) : 0;
}

/* ---- path, schema ---- */

static const char *state_of(const struct mc_source *s)
{
    return !s->found ? "-" : s->usable ? "read" : "broken";
}

static void list_paths(const struct mc_cli *cli, const struct mc_config *config)
{
    static const struct mc_column columns[] = {{"LAYER", false}, {"STATE", false}, {"FILE", false}};
    struct mc_table *table = mc_table_new(columns, MC_ARRAY_LEN(columns));
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);
    cJSON *list = mc_doc_add(doc, "sources", mc_doc_array());

    for (size_t i = 1; i < mc_config_source_count(config); i++) {
        const struct mc_source *s = mc_config_source(config, i);
        cJSON *item = mc_doc_add(list, NULL, mc_doc_object());
        mc_doc_add_str(item, "layer", mc_layer_name(s->layer));
        if (s->name)
            mc_doc_add_str(item, "org", s->name);
        mc_doc_add_str(item, "file", s->file);
        mc_doc_add_bool(item, "found", s->found);
        mc_doc_add_bool(item, "usable", s->usable);
        mc_table_addf(table, MC_TINT_NONE, "%s%s%s", mc_layer_name(s->layer), s->name ? " " : "",
                      s->name ? s->name : "");
        mc_table_add(table, s->found && !s->usable ? MC_TINT_RED : MC_TINT_NONE, state_of(s));
        mc_table_add(table, MC_TINT_NONE, s->file);
    }
    mc_table_print(table, &out, mc_out_color(1), 0, 0);
    if (cli->json)
        mc_out_json(doc);
    else
        mc_out_bytes(mc_buf_str(&out));
    mc_table_free(table);
}

int mc_cmd_config_path(struct mc_cli *cli)
{
    struct mc_config *config = NULL;
    const char *name = mc_args_value(cli->args, "layer");
    enum mc_layer layer;
    struct mc_err err;

    int ret = mc_repo_config(cli, &config, &err);
    if (!config || (ret < 0 && ret != -MC_E_CONFIG)) {
        mc_config_unref(config);
        return mc_out_fail(cli, &err);
    }
    if (!name || !mc_layer_find(name, &layer))
        list_paths(cli, config);
    for (size_t i = 1; name && i < mc_config_source_count(config); i++)
        if (mc_config_source(config, i)->layer == layer)
            puts(mc_config_source(config, i)->file);
    mc_config_unref(config);
    return 0;
}

int mc_cmd_config_schema(struct mc_cli *cli MC_UNUSED)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);

    mc_schema_json(&out);
    mc_out_bytes(mc_buf_str(&out));
    return 0;
}
