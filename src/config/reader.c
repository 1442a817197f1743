#include "config/reader.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "config/keys.h"

/* Of a path in a message; deeper ones are cut. */
#define PATH_MAX_SHOWN 1024

/* A number for all of a client's calls; Claude Code passes over less than a second, and so do we. */
#define ELSEWHERE_TIMEOUT_MIN_MS 1000

/* ---- where we are ---- */

static struct mc_origin place(struct mc_reader *r, struct mc_str at)
{
    struct mc_origin ret = {r->source->pub.file, 0, 0};
    size_t off = (size_t)(at.p - r->source->doc.text);
    unsigned line, col;

    if (!r->places)
        return ret;
    /* Counting on from the last place keeps a file of thousands of servers linear. */
    if (off < r->place_off || r->place_line == 0) {
        r->place_off = 0;
        r->place_line = r->place_col = 1;
    }
    mc_jsonc_place(r->text.p + r->place_off, r->text.n - r->place_off, off - r->place_off, &line,
                   &col);
    r->place_col = line == 1 ? r->place_col + col - 1 : col;
    r->place_line += line - 1;
    r->place_off = off;
    ret.line = r->place_line;
    ret.col = r->place_col;
    return ret;
}

void mc_reader_report(struct mc_reader *r, enum mc_severity severity, struct mc_str at, char *msg)
{
    struct mc_origin here = place(r, at);

    r->errors += severity == MC_SEV_ERROR;
    if (r->path.len) {
        char *with_path = mc_asprintf("%s: %s", r->path.data, msg);
        mc_free(msg);
        msg = with_path;
    }
    mc_config_report(r->config, severity, &here, r->source->rank, msg);
}

size_t mc_reader_enter(struct mc_reader *r, const char *name)
{
    size_t where = r->path.len;

    mc_keypath_add(&r->path, name);
    return where;
}

size_t mc_reader_enter_item(struct mc_reader *r, size_t index)
{
    size_t where = r->path.len;

    mc_buf_addf(&r->path, "[%zu]", index);
    return where;
}

void mc_reader_leave(struct mc_reader *r, size_t where)
{
    r->path.failed = false;
    r->path.len = where;
    if (r->path.data)
        r->path.data[where] = '\0';
}

/* ---- nodes ---- */

/* One member of a container, on its way into the tree. */
struct member {
    const char *name;
    struct mc_str at; /* its name */
    struct mc_jval v;
    const struct mc_key *key; /* the row that names it; NULL: none */
};

static void read_members(struct mc_reader *r, const struct mc_key *container, struct mc_jval object,
                         struct mc_node *into);

static bool is_foreign(const struct mc_reader *r)
{
    return (MC_LAYER_BIT(r->source->pub.layer) & MC_LAYERS_FOREIGN) != 0;
}

static void set_place(struct mc_reader *r, struct mc_node *n, const struct member *m)
{
    struct mc_origin at = place(r, m->at);

    n->source = &r->source->pub;
    n->line = at.line;
    n->col = at.col;
    n->layers = MC_LAYER_BIT(r->source->pub.layer);
}

static struct mc_node *container_in(struct mc_reader *r, struct mc_node *into, const char *name,
                                    const struct mc_key *key, const struct member *m)
{
    struct mc_node *n = mc_node_get(into, name);

    if (n)
        return n;
    n = mc_node_new(name, key);
    n->value.type = MC_JSON_OBJECT;
    set_place(r, n, m);
    mc_node_add(into, n);
    return n;
}

/* The same key under two names. Switched off in either way is switched off. */
static bool replaces(struct mc_reader *r, struct mc_node *into, struct mc_node *old,
                     const struct mc_node *n, const struct member *m)
{
    struct mc_buf a = MC_BUF_INIT(MC_CONFIG_FILE_MAX), b = MC_BUF_INIT(MC_CONFIG_FILE_MAX);

    mc_node_json(old, 0, 0, &a);
    mc_node_json(n, 0, 0, &b);
    bool same = mc_str_eq(mc_buf_str(&a), mc_buf_str(&b));
    bool keep = strcmp(n->name, "disabled") == 0 && mc_str_eq(mc_buf_str(&a), MC_STR("true"));
    mc_buf_done(&a);
    mc_buf_done(&b);
    if (same || keep)
        return false;
    mc_reader_report(
        r, MC_SEV_WARNING, m->at,
        mc_asprintf("another name of \"%s\", which is given on line %u too; this one is used",
                    old->name, old->line));
    mc_node_remove(into, old);
    return true;
}

static void add_leaf(struct mc_reader *r, struct mc_node *into, const char *name,
                     const struct mc_key *key, const struct member *m)
{
    struct mc_node *old = mc_node_get(into, name);
    struct mc_node *n = mc_node_new(name, key);

    n->value = m->v;
    set_place(r, n, m);
    if (old && !replaces(r, into, old, n, m))
        mc_node_free(n);
    else
        mc_node_add(into, n);
}

/* The container that an alias such as "tools.deny" leads into; *ret_name is its last name, *ret_key the key there. */
static struct mc_node *follow(struct mc_reader *r, struct mc_node *into, const struct mc_key *table,
                              const char *alias, const struct member *m, const char **ret_name,
                              const struct mc_key **ret_key)
{
    const char *dot = strchr(alias, '.');

    *ret_name = alias;
    if (dot) {
        MC_CLEANUP(mc_freep) char *first = mc_strndup(alias, (size_t)(dot - alias));
        const struct mc_key *key = mc_key_find(table, first);
        into = container_in(r, into, first, key, m);
        table = key->keys;
        *ret_name = dot + 1;
    }
    *ret_key = mc_key_find(table, *ret_name);
    return into;
}

/* ---- members ---- */

static void unknown(struct mc_reader *r, const struct mc_key *container, const struct member *m)
{
    const char *nearest = mc_key_nearest(container->keys, m->name);
    bool root = container == &mc_key_file;

    if (root && (mc_jget(m->v, "command").type != MC_JSON_NONE ||
                 mc_jget(m->v, "url").type != MC_JSON_NONE))
        mc_reader_report(r, MC_SEV_ERROR, m->at,
                         mc_asprintf("this server stands outside of \"%s\"; move it in there",
                                     is_foreign(r) ? "mcpServers" : "servers"));
    else if (nearest)
        mc_reader_report(r, MC_SEV_WARNING, m->at,
                         mc_asprintf("unknown key; did you mean \"%s\"?", nearest));
    else
        mc_reader_report(r, MC_SEV_WARNING, m->at, mc_strdup("unknown key"));
}

/* Why this layer cannot set that key. */
static const char *misplaced(const struct mc_reader *r, const struct mc_key *key)
{
    unsigned here = MC_LAYER_BIT(r->source->pub.layer);

    if (!key->layers || (key->layers & here))
        return NULL;
    if (!(key->layers & ~MC_LAYERS_POLICY))
        return "not read here; only /etc/mcpctl/config.json and an org's config can say this";
    if ((here & MC_LAYERS_REPO) && !(key->layers & MC_LAYERS_REPO))
        return "not read from a repo; this key belongs into config.json in ~/.config/mcpctl";
    if (here & MC_LAYERS_FOREIGN)
        return "not read here; this key belongs into .mcpctl/config.json";
    return "not read here; this key belongs into a repo's .mcpctl/config.json";
}

/* An entry of the map of servers. One that cannot be used is in the tree too: it hides those of the same name below. */
static void read_server(struct mc_reader *r, const struct mc_key *map, const struct member *m,
                        struct mc_node *into)
{
    struct mc_config *c = r->config;
    struct mc_node *n = mc_node_new(m->name, map->keys);
    size_t diags = c->n_diags, all_errors = c->n_errors, errors = r->errors;

    n->value.type = MC_JSON_OBJECT;
    n->below = map->name;
    set_place(r, n, m);
    if (m->v.type == MC_JSON_OBJECT)
        read_members(r, map->keys, m->v, n);
    else
        mc_reader_report(r, MC_SEV_ERROR, m->v.s,
                         mc_asprintf("expected an object, found %s", mc_reader_kind(m->v)));
    n->broken = r->errors != errors;
    if (!mc_entry_is_hub(n)) {
        mc_node_add(into, n);
        return;
    }
    mc_config_forget(c, diags, all_errors);
    r->errors = errors;
    mc_node_free(n);
}

static void read_elsewhere(struct mc_reader *r, const struct mc_key *container,
                           const struct member *m, struct mc_node *into)
{
    const struct mc_key *key;
    const char *name;
    int64_t ms;

    if (!m->key->elsewhere_alias ||
        (m->v.type == MC_JSON_NUMBER && (!mc_jint(m->v, &ms) || ms < ELSEWHERE_TIMEOUT_MIN_MS)))
        return;
    into = follow(r, into, container->keys, m->key->elsewhere_alias, m, &name, &key);
    if (mc_reader_check(r, key, m->v))
        add_leaf(r, into, name, key, m);
}

/* A member whose key is known, and may stand here. */
static void read_known(struct mc_reader *r, const struct mc_key *container, const struct member *m,
                       struct mc_node *into)
{
    const struct mc_key *key = m->key;
    const char *name = m->name;

    if (key->alias) {
        const struct mc_key *target;
        into = follow(r, into, container->keys, key->alias, m, &name, &target);
        if (key->type != MC_KEY_NOT_BOOL && target->type != MC_KEY_MAP)
            key = target;
    }
    if (m->v.type == MC_JSON_NULL && !key->nullable && !is_foreign(r)) {
        add_leaf(r, into, name, key, m);
    } else if (mc_key_is_container(key)) {
        if (mc_reader_check(r, key, m->v))
            read_members(r, key, m->v, container_in(r, into, name, key, m));
    } else if (mc_reader_check(r, key, m->v)) {
        add_leaf(r, into, name, key, m);
        if (key->later && !is_foreign(r))
            mc_reader_report(r, MC_SEV_WARNING, m->at,
                             mc_asprintf("has no effect yet: %s", key->later));
    }
}

static void read_member(struct mc_reader *r, const struct mc_key *container, struct member *m,
                        struct mc_node *into)
{
    m->key = mc_key_member(container, m->name);
    const char *wrong = m->key ? misplaced(r, m->key) : NULL;

    if (!m->key && mc_key_is_comment(m->name))
        return;
    if (wrong)
        mc_reader_report(r, MC_SEV_WARNING, m->at, mc_strdup(wrong));
    else if (!m->key)
        unknown(r, container, m);
    if (wrong)
        return;
    if (!m->key || m->key->type == MC_KEY_FOREIGN)
        add_leaf(r, into, m->name, m->key, m);
    else if (m->key->elsewhere != MC_JSON_NONE && m->v.type == m->key->elsewhere && is_foreign(r))
        read_elsewhere(r, container, m, into);
    else
        read_known(r, container, m, into);
}

/* A member of a map: any name that the map takes. */
static void read_entry(struct mc_reader *r, const struct mc_key *map, struct member *m,
                       struct mc_node *into)
{
    bool server = map->keys->type == MC_KEY_OBJECT;
    const char *wrong = map->name_complaint ? map->name_complaint(m->name) : NULL;
    bool removes = m->v.type == MC_JSON_NULL && !map->keys->nullable && !is_foreign(r);

    if (wrong && server) { /* not a name to show */
        mc_reader_report(r, MC_SEV_ERROR, m->at, mc_strdup(wrong));
        return;
    }
    size_t where = mc_reader_enter(r, m->name);
    if (wrong)
        mc_reader_report(r, MC_SEV_ERROR, m->at, mc_strdup(wrong));
    else if (removes)
        add_leaf(r, into, m->name, map->keys, m);
    else if (!server && mc_reader_check(r, map->keys, m->v))
        add_leaf(r, into, m->name, map->keys, m);
    else if (server && (m->v.type == MC_JSON_OBJECT || !mc_key_is_comment(m->name)))
        read_server(r, map, m, into);
    mc_reader_leave(r, where);
}

static void read_members(struct mc_reader *r, const struct mc_key *container, struct mc_jval object,
                         struct mc_node *into)
{
    struct mc_jiter it;
    struct member m = {0};

    mc_jiter_init(&it, object);
    while (mc_jiter_next(&it, &m.at, &m.v)) {
        MC_CLEANUP(mc_freep) char *name = mc_reader_name(r, m.at);
        if (!name)
            continue;
        m.name = name;
        if (container->type == MC_KEY_MAP) {
            read_entry(r, container, &m, into);
            continue;
        }
        size_t where = mc_reader_enter(r, name);
        read_member(r, container, &m, into);
        mc_reader_leave(r, where);
    }
}

/* ---- one source ---- */

static void read_root(struct mc_reader *r)
{
    struct mc_jval root = r->source->doc.root;

    if (root.type != MC_JSON_OBJECT) {
        mc_reader_report(r, MC_SEV_ERROR, root.s,
                         mc_asprintf("expected an object such as {\"mcpServers\": {…}}, found %s",
                                     mc_reader_kind(root)));
        return;
    }
    r->source->pub.usable = true;
    r->source->pub.tree = mc_node_new("", &mc_key_file);
    r->source->pub.tree->value.type = MC_JSON_OBJECT;
    r->source->pub.tree->source = &r->source->pub;
    read_members(r, &mc_key_file, root, r->source->pub.tree);
}

struct source *mc_source_add(struct mc_config *c, enum mc_layer layer, const char *name,
                             const char *file)
{
    struct source *s = MC_NEW(struct source);

    s->pub.layer = layer;
    s->pub.name = mc_strdup(name);
    s->pub.file = mc_strdup(file);
    s->rank = (unsigned)c->n_sources;
    c->sources = mc_realloc(c->sources, (c->n_sources + 1) * sizeof(struct source *));
    c->sources[c->n_sources++] = s;
    return s;
}

void mc_source_read(struct mc_config *c, struct source *s, const char *p, size_t n, bool places)
{
    struct mc_reader *r = MC_NEW(struct mc_reader);

    r->config = c;
    r->source = s;
    r->text = (struct mc_str){p, n};
    r->places = places;
    s->pub.found = true;
    mc_buf_init(&r->path, PATH_MAX_SHOWN);
    if (mc_jsonc_parse(p, n, false, &s->doc) == 0) {
        read_root(r);
    } else {
        for (unsigned i = 0; i < s->doc.n_errors; i++) {
            struct mc_origin at = {s->pub.file, 0, 0};
            mc_jsonc_place(p, n, s->doc.errors[i].off, &at.line, &at.col);
            mc_config_report(c, MC_SEV_ERROR, &at, s->rank, mc_strdup(s->doc.errors[i].msg));
        }
    }
    mc_buf_done(&r->path);
    mc_free(r);
}
