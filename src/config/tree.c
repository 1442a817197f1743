#include "config/tree.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "config/build.h"
#include "config/keys.h"
#include "config/redact.h"

/* From so many children on they are looked up in a map. */
#define MANY 16

bool mc_node_is_container(const struct mc_node *n)
{
    return n->value.type == MC_JSON_OBJECT && (!n->key || mc_key_is_container(n->key));
}

struct mc_node *mc_node_new(const char *name, const struct mc_key *key)
{
    struct mc_node *n = MC_NEW(struct mc_node);

    n->name = mc_strdup(name);
    n->key = key;
    return n;
}

static void drop_children(struct mc_node *n)
{
    for (size_t i = 0; i < n->n_children; i++)
        mc_node_free(n->child[i]);
    mc_free(n->child);
    mc_map_free(n->by_name, NULL);
    n->child = NULL;
    n->n_children = 0;
    n->by_name = NULL;
}

void mc_node_free(struct mc_node *n)
{
    if (!n)
        return;
    drop_children(n);
    mc_free(n->name);
    mc_free(n);
}

struct mc_node *mc_node_get(const struct mc_node *n, const char *name)
{
    if (n->by_name)
        return mc_map_get(n->by_name, mc_str_of(name));
    for (size_t i = 0; i < n->n_children; i++)
        if (strcmp(n->child[i]->name, name) == 0)
            return n->child[i];
    return NULL;
}

const struct mc_node *mc_node_child(const struct mc_node *n, const char *name)
{
    return mc_node_get(n, name);
}

void mc_node_add(struct mc_node *n, struct mc_node *child)
{
    if ((n->n_children & (n->n_children - 1)) == 0) /* room for the next power of two */
        n->child = mc_realloc(n->child,
                              (n->n_children ? n->n_children * 2 : 1) * sizeof(struct mc_node *));
    n->child[n->n_children++] = child;
    if (n->by_name) {
        mc_map_put(n->by_name, mc_str_of(child->name), child);
    } else if (n->n_children == MANY) {
        n->by_name = mc_map_new();
        for (size_t i = 0; i < n->n_children; i++)
            mc_map_put(n->by_name, mc_str_of(n->child[i]->name), n->child[i]);
    }
}

void mc_node_remove(struct mc_node *n, const struct mc_node *child)
{
    size_t at = 0;

    while (at < n->n_children && n->child[at] != child)
        at++;
    if (at == n->n_children)
        return;
    if (n->by_name)
        mc_map_del(n->by_name, mc_str_of(child->name));
    mc_node_free(n->child[at]);
    memmove(n->child + at, n->child + at + 1, (n->n_children - at - 1) * sizeof(struct mc_node *));
    n->n_children--;
}

const struct mc_node *mc_node_at(const struct mc_node *n, const struct mc_strv *path)
{
    for (size_t i = 0; n && i < path->n; i++)
        n = mc_node_child(n, path->v[i]);
    return n;
}

/* ---- as text ---- */

/* A string that may hold a secret; name: of what holds it. */
static void add_redacted(struct mc_jval v, struct mc_str name, struct mc_buf *out)
{
    MC_CLEANUP(mc_freep) char *text = mc_jstr_dup(v);
    MC_CLEANUP(mc_freep) char *shown = mc_redact(name, text);

    mc_jstr_quote(mc_str_of(shown), out);
}

/* Strict JSON in one line: outside of strings, white space is where comments were. */
static void add_compact(struct mc_jval v, struct mc_str name, bool redact, struct mc_buf *out)
{
    bool object = v.type == MC_JSON_OBJECT;
    struct mc_str key = MC_STR_NONE, before = MC_STR_NONE;
    struct mc_jiter it;
    struct mc_jval item;

    if (v.type == MC_JSON_STRING && redact) {
        add_redacted(v, name, out);
    } else if (!mc_jiter_init(&it, v)) {
        mc_buf_adds(out, v.s);
    } else {
        mc_buf_addc(out, object ? '{' : '[');
        for (bool first = true; mc_jiter_next(&it, &key, &item); first = false) {
            mc_buf_addz(out, first ? "" : ", ");
            if (object)
                mc_buf_addf(out, "%.*s: ", MC_STR_ARG(key));
            /* in a list, "--token" says what comes next */
            add_compact(item, object ? key : before, redact, out);
            bool option = !object && item.s.n > 1 && item.s.p[0] == '"' && item.s.p[1] == '-';
            before = option ? item.s : MC_STR_NONE;
        }
        mc_buf_addc(out, object ? '}' : ']');
    }
}

static void add_value(const struct mc_node *n, bool redact, struct mc_buf *out)
{
    if (n->key && n->key->type == MC_KEY_NOT_BOOL && n->value.type != MC_JSON_NULL)
        mc_buf_addz(out, n->value.type == MC_JSON_TRUE ? "false" : "true");
    else
        add_compact(n->value, mc_str_of(n->name), redact, out);
}

static void add_break(struct mc_buf *out, unsigned style, unsigned indent)
{
    if (style & MC_NODE_PRETTY)
        mc_buf_addf(out, "\n%*s", (int)indent, "");
}

void mc_node_json(const struct mc_node *n, unsigned style, unsigned indent, struct mc_buf *out)
{
    if (!mc_node_is_container(n)) {
        add_value(n, style & MC_NODE_REDACTED, out);
        return;
    }
    mc_buf_addc(out, '{');
    for (size_t i = 0; i < n->n_children; i++) {
        if (i)
            mc_buf_addz(out, style & MC_NODE_PRETTY ? "," : ", ");
        add_break(out, style, indent + 2);
        mc_jstr_quote(mc_str_of(n->child[i]->name), out);
        mc_buf_addz(out, ": ");
        mc_node_json(n->child[i], style, indent + 2, out);
    }
    if (n->n_children)
        add_break(out, style, indent);
    mc_buf_addc(out, '}');
}
