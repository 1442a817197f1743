/* One layer over those below it. Containers are gone into, other values replaced, null takes away; what is locked stays. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "config/build.h"
#include "config/keys.h"

struct merge {
    struct mc_config *config;
    const struct source *source;
    struct mc_strv path; /* where we are */
};

static struct mc_origin place_of(const struct mc_node *n)
{
    return (struct mc_origin){n->source->file, n->line, n->col};
}

/* ---- locks ---- */

static bool same_value(const struct mc_node *a, const struct mc_node *b)
{
    struct mc_buf x = MC_BUF_INIT(MC_CONFIG_FILE_MAX), y = MC_BUF_INIT(MC_CONFIG_FILE_MAX);

    mc_node_json(a, 0, 0, &x);
    mc_node_json(b, 0, 0, &y);
    bool same = mc_str_eq(mc_buf_str(&x), mc_buf_str(&y));
    mc_buf_done(&x);
    mc_buf_done(&y);
    return same;
}

static void refuse(struct merge *m, const struct mc_node *from, const struct rule *lock)
{
    MC_CLEANUP(mc_freep) char *key = mc_keypath_text(&m->path);
    MC_CLEANUP(mc_freep) char *where = mc_rule_place(m->config, lock);
    struct mc_origin at = place_of(from);

    mc_config_report(
        m->config, MC_SEV_ERROR, &at, m->source->rank,
        lock->kind == RULE_REQUIRE
            ? mc_asprintf("%s: this server is required by %s and cannot be taken away", key, where)
            : mc_asprintf("%s: locked by %s; what this layer says is not used", key, where));
}

/* ---- values ---- */

static void push(struct merge *m, const char *name)
{
    mc_strv_push(&m->path, name);
}

static void pop(struct merge *m)
{
    mc_free(m->path.v[--m->path.n]);
    m->path.v[m->path.n] = NULL;
}

static void note_source(struct merge *m, struct mc_node *n, const struct mc_node *from)
{
    n->source = &m->source->pub;
    n->line = from->line;
    n->col = from->col;
    n->layers |= MC_LAYER_BIT(m->source->pub.layer);
}

static struct mc_node *put_container(struct merge *m, struct mc_node *into,
                                     const struct mc_node *from)
{
    struct mc_node *n = mc_node_get(into, from->name);

    if (n && !mc_node_is_container(n)) {
        mc_node_remove(into, n);
        n = NULL;
    }
    if (!n) {
        n = mc_node_new(from->name, from->key);
        n->value.type = MC_JSON_OBJECT;
        mc_node_add(into, n);
    }
    n->below = from->below;
    note_source(m, n, from);
    return n;
}

static void put_leaf(struct merge *m, struct mc_node *into, const struct mc_node *from)
{
    struct mc_node *n = mc_node_get(into, from->name);

    if (n && mc_node_is_container(n)) {
        mc_node_remove(into, n);
        n = NULL;
    }
    if (!n) {
        n = mc_node_new(from->name, from->key);
        mc_node_add(into, n);
    }
    n->key = from->key;
    n->value = from->value;
    note_source(m, n, from);
}

static void merge_value(struct merge *m, struct mc_node *into, const struct mc_node *from);

static void merge_members(struct merge *m, struct mc_node *into, const struct mc_node *from)
{
    for (size_t i = 0; i < from->n_children; i++)
        merge_value(m, into, from->child[i]);
}

static bool removes(const struct mc_node *from)
{
    return from->value.type == MC_JSON_NULL && from->key && !from->key->nullable;
}

static void merge_value(struct merge *m, struct mc_node *into, const struct mc_node *from)
{
    const struct mc_node *old = mc_node_get(into, from->name);
    bool container = mc_node_is_container(from);

    push(m, from->name);
    /* A container is asked about member by member, unless it goes away whole. */
    const struct rule *lock =
        container ? NULL : mc_rules_lock(m->config, &m->path, removes(from) ? old : NULL);
    if (lock && (removes(from) ? old != NULL : !old || !same_value(old, from)))
        refuse(m, from, lock);
    else if (removes(from) && old)
        mc_node_remove(into, old);
    else if (container)
        merge_members(m, put_container(m, into, from), from);
    else if (!removes(from) && !lock)
        put_leaf(m, into, from);
    pop(m);
}

/* ---- servers ---- */

/* Takes a value away, but for what is locked of it. */
static void drop(struct merge *m, struct mc_node *parent, struct mc_node *n)
{
    push(m, n->name);
    if (!mc_rules_lock(m->config, &m->path, n))
        mc_node_remove(parent, n);
    else if (mc_node_is_container(n) && !mc_rules_lock(m->config, &m->path, NULL))
        for (size_t i = n->n_children; i-- > 0;)
            drop(m, n, n->child[i]);
    pop(m);
}

/* Takes keys out of a server that what comes now does not leave in it. */
static void drop_keys(struct merge *m, struct mc_node *server,
                      bool (*drops)(const struct mc_node *))
{
    for (size_t i = server->n_children; i-- > 0;)
        if (drops(server->child[i]))
            drop(m, server, server->child[i]);
}

static bool is_launch(const struct mc_node *n)
{
    return n->key && n->key->launch;
}

static bool is_one_of(const struct mc_node *n, const char *const *names)
{
    while (*names && strcmp(*names, n->name) != 0)
        names++;
    return *names != NULL;
}

static bool is_stdio(const struct mc_node *n)
{
    static const char *const names[] = {"type",    "command",    "args", "env",
                                        "envFile", "inheritEnv", "cwd",  NULL};
    return is_one_of(n, names);
}

static bool is_remote(const struct mc_node *n)
{
    static const char *const names[] = {"type", "url", "headers", NULL};
    return is_one_of(n, names);
}

static bool gives(const struct mc_node *entry, const char *name)
{
    const struct mc_node *n = mc_node_child(entry, name);

    return n && n->value.type != MC_JSON_NULL;
}

/* Two programs know the same server, and not the same of it. */
static void warn_different(struct merge *m, const struct mc_node *old, const struct mc_node *entry)
{
    struct mc_server_spec *a = mc_spec_of_node(old), *b = mc_spec_of_node(entry);
    struct mc_origin at = place_of(entry);

    if (!old->broken && !entry->broken && strcmp(a->digest, b->digest) != 0) {
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(entry->name), false);
        mc_config_report(m->config, MC_SEV_WARNING, &at, m->source->rank,
                         mc_asprintf("server \"%s\" is given with different content in %s:%u:%u "
                                     "too; this one is used",
                                     shown, mc_config_below(m->config->root, old->source->file),
                                     old->line, old->col));
    }
    mc_spec_free(a);
    mc_spec_free(b);
}

static void merge_server(struct merge *m, struct mc_node *servers, const struct mc_node *entry)
{
    bool whole = (MC_LAYER_BIT(m->source->pub.layer) & MC_LAYERS_FOREIGN) != 0;
    struct mc_node *old = mc_node_get(servers, entry->name);

    push(m, entry->name);
    if (old && whole && old->entry)
        warn_different(m, old->entry, entry);
    if (old && whole)
        drop_keys(m, old, is_launch);
    else if (old && gives(entry, "command") && !gives(entry, "url"))
        drop_keys(m, old, is_remote);
    else if (old && gives(entry, "url") && !gives(entry, "command"))
        drop_keys(m, old, is_stdio);

    struct mc_node *n = put_container(m, servers, entry);
    n->broken = entry->broken || (n->broken && !whole);
    if (whole)
        n->entry = entry;
    merge_members(m, n, entry);
    pop(m);
}

static void take_server_away(struct merge *m, struct mc_node *servers, const struct mc_node *from)
{
    const struct mc_node *old = mc_node_get(servers, from->name);

    push(m, from->name);
    const struct rule *rule = mc_rules_lock(m->config, &m->path, old);
    if (!rule)
        rule = mc_rules_required(m->config, from->name);
    if (old && rule)
        refuse(m, from, rule);
    else if (old)
        mc_node_remove(servers, old);
    pop(m);
}

static void merge_servers(struct merge *m, const struct mc_node *from)
{
    struct mc_node *servers = put_container(m, m->config->tree, from);

    push(m, from->name);
    for (size_t i = 0; i < from->n_children; i++) {
        if (from->child[i]->value.type == MC_JSON_NULL)
            take_server_away(m, servers, from->child[i]);
        else
            merge_server(m, servers, from->child[i]);
    }
    pop(m);
}

void mc_config_merge(struct mc_config *c, const struct source *s)
{
    struct merge m = {.config = c, .source = s};
    const struct mc_node *root = s->pub.tree;

    for (size_t i = 0; root && i < root->n_children; i++) {
        const struct mc_node *n = root->child[i];
        if (n->name[0] == '$') /* rules are for all layers, not a value that one has */
            continue;
        if (strcmp(n->name, "servers") == 0 && mc_node_is_container(n))
            merge_servers(&m, n);
        else
            merge_value(&m, c->tree, n);
    }
    mc_strv_done(&m.path);
    mc_rules_add(c, s);
}
