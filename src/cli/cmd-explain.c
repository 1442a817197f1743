/* config explain: what every layer says about a key or a server, and who won. */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/args.h"
#include "cli/confview.h"
#include "cli/out.h"
#include "cli/repo.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/resolve.h"
#include "config/tree.h"
#include "store/trust.h"

#include <stdio.h>

#define TEXT_MAX (64u << 20)

struct explain {
    const struct mc_cli *cli;
    const struct mc_config *config;
    struct mc_strv path;
    const struct mc_node *winner; /* NULL: no layer's value is in force */
};

/* ---- one key ---- */

/* What became of a layer's word. */
static const char *outcome(const struct explain *e, const struct mc_node *said)
{
    bool later = false;

    if (!e->winner)
        return "not in force";
    if (mc_node_is_container(e->winner))
        return "merged";
    if (e->winner->source == said->source)
        return e->winner->line == said->line && e->winner->col == said->col ? "in force"
                                                                            : "overridden";
    /* Of layers after the winner's only those can have been passed over that a lock stopped. */
    for (size_t i = 0; i < mc_config_source_count(e->config); i++) {
        const struct mc_source *s = mc_config_source(e->config, i);
        if (s == said->source)
            return later ? "locked" : "overridden";
        later |= s == e->winner->source;
    }
    return "overridden";
}

static cJSON *key_json(const struct explain *e, const struct mc_key *key, const char *lock)
{
    cJSON *doc = mc_doc_object();
    MC_CLEANUP(mc_freep) char *name = mc_keypath_text(&e->path);

    mc_doc_add_str(doc, "key", name);
    if (key)
        mc_doc_add_str(doc, "help", key->help);
    if (key && key->otherwise)
        mc_doc_add_raw(doc, "default", mc_str_of(key->otherwise));
    if (lock)
        mc_doc_add_str(doc, "lock", lock);
    if (e->winner) {
        MC_CLEANUP(mc_freep) char *value = mc_confview_value(e->winner);
        mc_doc_add_raw(doc, "value", mc_str_of(value));
        mc_confview_origin(e->winner, mc_doc_add(doc, "origin", mc_doc_object()));
    }
    cJSON *list = mc_doc_add(doc, "layers", mc_doc_array());
    for (size_t i = 0; i < mc_config_source_count(e->config); i++) {
        const struct mc_source *s = mc_config_source(e->config, i);
        const struct mc_node *said = s->tree ? mc_node_at(s->tree, &e->path) : NULL;
        if (!said)
            continue;
        cJSON *item = mc_doc_add(list, NULL, mc_doc_object());
        MC_CLEANUP(mc_freep) char *value = mc_confview_value(said);
        mc_confview_origin(said, item);
        mc_doc_add_raw(item, "value", mc_str_of(value));
        mc_doc_add_str(item, "outcome", outcome(e, said));
    }
    return doc;
}

static void print_layers(const struct explain *e, unsigned indent)
{
    static const struct mc_column columns[] = {
        {"LAYER", false}, {"OUTCOME", false}, {"WHERE", false}, {"SAYS", false}};
    struct mc_table *table = mc_table_new(columns, MC_ARRAY_LEN(columns));
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);

    for (size_t i = 0; i < mc_config_source_count(e->config); i++) {
        const struct mc_source *s = mc_config_source(e->config, i);
        const struct mc_node *said = s->tree ? mc_node_at(s->tree, &e->path) : NULL;
        if (!said)
            continue;
        MC_CLEANUP(mc_freep) char *place = mc_confview_place(said, mc_config_root(e->config));
        MC_CLEANUP(mc_freep) char *value = mc_confview_value(said);
        const char *what = outcome(e, said);
        enum mc_tint tint = strcmp(what, "in force") == 0 ? MC_TINT_GREEN
                            : strcmp(what, "locked") == 0 ? MC_TINT_RED
                                                          : MC_TINT_DIM;
        mc_table_addf(table, tint, "%s%s%s", mc_layer_name(s->layer), s->name ? " " : "",
                      s->name ? s->name : "");
        mc_table_add(table, tint, what);
        mc_table_add(table, tint, place);
        mc_table_add(table, tint, value);
    }
    if (mc_table_rows(table))
        mc_table_print(table, &out, mc_out_color(1), 0, indent);
    mc_out_bytes(mc_buf_str(&out));
    mc_table_free(table);
}

static void print_key(const struct explain *e, const struct mc_key *key, const char *lock)
{
    MC_CLEANUP(mc_freep) char *name = mc_keypath_text(&e->path);
    MC_CLEANUP(mc_freep) char *value = e->winner ? mc_confview_value(e->winner) : NULL;
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);

    mc_buf_addf(&out, "%s%s%s\n", name, value ? " = " : " is not set", value ? value : "");
    if (key && key->help)
        mc_buf_addf(&out, "  %s\n", key->help);
    if (key && key->otherwise)
        mc_buf_addf(&out, "  Default: %s\n", key->otherwise);
    if (lock)
        mc_buf_addf(&out, "  Locked by %s\n", lock);
    mc_out_text(mc_buf_str(&out));
    print_layers(e, 2);
}

static int explain_key(struct explain *e, struct mc_err *err)
{
    const struct mc_key *key = mc_key_at(&e->path);
    MC_CLEANUP(mc_freep) char *lock = mc_config_lock(e->config, &e->path);

    e->winner = mc_node_at(mc_config_tree(e->config), &e->path);
    if (!key && !e->winner)
        return mc_confview_unknown(&e->path, mc_args_operand(e->cli->args, 0), err);
    if (e->cli->json) {
        MC_CLEANUP(mc_doc_freep) cJSON *doc = key_json(e, key, lock);
        mc_out_json(doc);
    } else {
        print_key(e, key, lock);
    }
    return 0;
}

/* ---- one server ---- */

static const char *trust_of(const struct mc_config *config, const struct mc_server_spec *spec)
{
    struct mc_trust_book *book = NULL;
    const char *text = "blocked: not trusted yet";

    if (spec->mine)
        return "no need: no layer of the repo has a say in it";
    (void)mc_trust_load(&book, NULL);
    switch (mc_trust_check(book, mc_config_root(config), spec)) {
    case MC_TRUST_YES:
        text = "allowed, as it is written now";
        break;
    case MC_TRUST_CHANGED:
        text = "blocked: it has changed since it was allowed";
        break;
    case MC_TRUST_NO:
        break;
    }
    mc_trust_free(book);
    return text;
}

/* The keys of the server, each with what every layer says; path grows and shrinks with the recursion. */
static void each_key(struct explain *e, const struct mc_node *n, cJSON *list)
{
    for (size_t i = 0; i < n->n_children; i++) {
        mc_strv_push(&e->path, n->child[i]->name);
        e->winner = n->child[i];
        MC_CLEANUP(mc_freep) char *lock = mc_config_lock(e->config, &e->path);
        if (mc_node_is_container(n->child[i]) && n->child[i]->n_children)
            each_key(e, n->child[i], list);
        else if (list)
            mc_doc_add(list, NULL, key_json(e, NULL, lock));
        else
            print_key(e, NULL, lock);
        mc_free(e->path.v[--e->path.n]);
        e->path.v[e->path.n] = NULL;
    }
}

static void explain_server(struct explain *e, const struct mc_node *n)
{
    const struct mc_server_spec *spec = mc_config_find(e->config, n->name);
    const char *trust = spec ? trust_of(e->config, spec) : "none: it cannot be used";

    if (e->cli->json) {
        MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
        mc_doc_add_str(doc, "server", n->name);
        mc_doc_add_bool(doc, "usable", spec != NULL);
        mc_doc_add_bool(doc, "disabled", spec && spec->disabled);
        mc_doc_add_str(doc, "trust", trust);
        each_key(e, n, mc_doc_add(doc, "keys", mc_doc_array()));
        mc_out_json(doc);
        return;
    }
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(n->name), false);
    printf("Server %s%s\n", shown,
           !spec            ? " (left out: `mcpctl config check` says why)"
           : spec->disabled ? " (switched off)"
                            : "");
    printf("  Trust: %s\n\n", trust);
    each_key(e, n, NULL);
}

int mc_cmd_config_explain(struct mc_cli *cli)
{
    struct mc_config *config = NULL;
    struct explain e = {.cli = cli};
    const char *text = mc_args_operand(cli->args, 0);
    struct mc_err err;

    int ret = mc_repo_config(cli, &config, &err);
    if (ret < 0 && ret != -MC_E_CONFIG) {
        mc_config_unref(config);
        return mc_out_fail(cli, &err);
    }
    e.config = config;
    mc_repo_note_problems(config);
    const struct mc_node *servers = mc_node_child(mc_config_tree(config), "servers");
    const struct mc_node *server = servers ? mc_node_child(servers, text) : NULL;
    if (server) {
        mc_strv_push(&e.path, "servers");
        mc_strv_push(&e.path, text);
        explain_server(&e, server);
        ret = 0;
    } else {
        ret = mc_confview_key(text, &e.path, &err);
        if (ret == 0)
            ret = explain_key(&e, &err);
    }
    mc_strv_done(&e.path);
    mc_config_unref(config);
    return ret < 0 ? mc_out_fail(cli, &err) : 0;
}
