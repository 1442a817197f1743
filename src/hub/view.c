/* What one endpoint shows: the servers' catalogs merged under the names that clients use, kept as ready bytes.
 * Order: servers as configured, items as the server gave them. Built when first asked for, again after a catalog changed. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "hub/internal.h"
#include "hub/viewtools.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/names.h"
#include "mcp/tool.h"
#include "mcp/uritemplate.h"

#define LIST_MAX (256u << 20)

struct view *view_get(struct workspace *ws, const char *server)
{
    link_each(l, &ws->views)
    {
        struct view *v = link_entry(l, struct view, link);
        if (server ? v->only && strcmp(v->only, server) == 0 : !v->only)
            return v;
    }
    struct view *v = MC_NEW(struct view);
    v->ws = ws;
    v->only = mc_strdup(server);
    link_add(&ws->views, &v->link);
    return v;
}

void views_stale(struct workspace *ws)
{
    link_each(l, &ws->views) view_stale(link_entry(l, struct view, link));
}

void view_stale(struct view *v)
{
    if (!v->fresh)
        return;
    v->fresh = false;
    for (int k = 0; k < MC_KIND_MAX; k++) {
        mc_map_free(v->names[k], mc_free);
        v->names[k] = NULL;
        mc_bytes_unref(v->lists[k]);
        v->lists[k] = NULL;
    }
    mc_bytes_unref(v->modern_tools);
    v->modern_tools = NULL;
    for (size_t i = 0; i < v->n_held; i++)
        mc_catalog_unref(v->held[i]);
    mc_free(v->held);
    v->held = NULL;
    v->n_held = 0;
    mc_strv_done(&v->collisions);
}

void view_free(struct view *v)
{
    view_stale(v);
    link_del(&v->link);
    mc_map_free(v->found, mc_free);
    mc_free(v->only);
    mc_free(v);
}

struct server *view_server(const struct view *v, size_t i)
{
    if (v->only)
        return i == 0 ? workspace_server(v->ws, mc_str_of(v->only)) : NULL;
    return i < v->ws->n_servers ? &v->ws->servers[i] : NULL;
}

static struct mc_catalog *catalog_of(const struct server *srv)
{
    return srv->mode == SERVER_ON && srv->backend ? mc_backend_catalog(srv->backend) : NULL;
}

/* Tools and prompts get the server's prefix in the merged view; resources keep their URIs, which mean something to the client. */
static void exposed_name(const struct view *v, const struct server *srv, struct mc_str key,
                         char *out)
{
    const char *prefix = srv->spec->prefix ? srv->spec->prefix : srv->spec->name;

    mc_name_expose(prefix, key, mc_config_name_max(v->ws->config), out);
}

static bool is_named(enum mc_kind kind)
{
    return kind == MC_KIND_TOOL || kind == MC_KIND_PROMPT;
}

static void add_collision(struct view *v, enum mc_kind kind, struct mc_str key,
                          const struct server *hidden, const struct server *shown)
{
    MC_CLEANUP(mc_freep) char *name = mc_str_printable(key, false);

    if (v->collisions.n < HUB_COLLISIONS_MAX)
        mc_strv_take(&v->collisions,
                     mc_asprintf("warning: %s: %s of server %s is hidden by that of server %s%s",
                                 mc_kind_member(kind), name, hidden->spec->name, shown->spec->name,
                                 is_named(kind) ? "; give one of them another \"prefix\"" : ""));
}

/* The server's own bytes, but for the name, the description if the config has another one, what clients of that era would not take, and what
 * view_task_support() says. */
static void write_item(const struct route *r, struct mc_str key, enum mc_kind kind, enum mc_era era,
                       struct mc_buf *out)
{
    const struct mc_item *item = r->item;
    struct mc_str at, support = MC_STR_NONE;
    struct mc_buf name = MC_BUF_INIT(MC_CATALOG_BYTES_MAX),
                  wrapped = MC_BUF_INIT(MC_CATALOG_BYTES_MAX);
    struct mc_buf description = MC_BUF_INIT(MC_CATALOG_BYTES_MAX);
    struct mc_splice sp;

    if (kind == MC_KIND_TOOL)
        support = view_task_support(r->catalog, item->text, era, &at);
    if (out->data[out->len - 1] != '[')
        mc_buf_addc(out, ',');
    mc_splice_init(&sp, item->text);
    if (!mc_str_eq(key, item->key)) {
        mc_jstr_quote(key, &name);
        mc_splice_put(&sp, item->naming, mc_buf_str(&name));
    }
    if (support.n > 0)
        mc_splice_put(&sp, at, support);
    mc_tool_mend(&sp, era == MC_ERA_LEGACY ? r->misfits : r->misfits & MC_TOOL_INPUT, &wrapped);
    if (kind == MC_KIND_TOOL)
        view_tool_describe(r->server->spec, item, &sp, &description);
    mc_splice_apply(&sp, false, out);
    mc_buf_done(&wrapped);
    mc_buf_done(&description);
    mc_buf_done(&name);
}

static void add_item(struct view *v, struct server *srv, struct mc_catalog *catalog,
                     enum mc_kind kind, const struct mc_item *item, struct mc_buf out[2])
{
    char name[MC_NAME_MAX_LIMIT + 1];
    struct mc_str key = item->key;

    if (kind == MC_KIND_TOOL && !view_tool_shown(srv->spec, key))
        return;
    if (kind == MC_KIND_TOOL)
        key = view_tool_name(srv->spec, key);
    if (is_named(kind) && !v->only) {
        exposed_name(v, srv, key, name);
        key = mc_str_of(name);
    }
    const struct route *first = mc_map_get(v->names[kind], key);
    if (first) {
        add_collision(v, kind, key, srv, first->server);
        return;
    }
    struct route *r = MC_NEW(struct route);
    *r = (struct route){srv, catalog, item, kind == MC_KIND_TOOL ? mc_tool_misfits(item->text) : 0};
    mc_map_put(v->names[kind], key, r);
    write_item(r, key, kind, MC_ERA_LEGACY, &out[0]);
    if (kind == MC_KIND_TOOL)
        write_item(r, key, kind, MC_ERA_MODERN, &out[1]);
}

/* The modern era's own list of tools is kept only where it is another one. */
static void keep_lists(struct view *v, enum mc_kind kind, struct mc_buf out[2])
{
    for (int i = 0; i < 2; i++)
        mc_buf_addc(&out[i], ']');
    v->lists[kind] = mc_bytes_new(out[0].data, out[0].len);
    if (kind == MC_KIND_TOOL && !mc_str_eq(mc_buf_str(&out[0]), mc_buf_str(&out[1])))
        v->modern_tools = mc_bytes_new(out[1].data, out[1].len);
    for (int i = 0; i < 2; i++)
        mc_buf_done(&out[i]);
}

static void build(struct view *v)
{
    struct server *srv;
    size_t n = 0;

    while (view_server(v, n))
        n++;
    v->held = mc_calloc(n ? n : 1, sizeof(*v->held));
    for (int k = 0; k < MC_KIND_MAX; k++) {
        struct mc_buf out[2] = {MC_BUF_INIT(LIST_MAX), MC_BUF_INIT(LIST_MAX)};
        v->names[k] = mc_map_new();
        for (int i = 0; i < 2; i++)
            mc_buf_addf(&out[i], "{\"%s\":[", mc_kind_member((enum mc_kind)k));
        for (size_t i = 0; (srv = view_server(v, i)); i++) {
            struct mc_catalog *c = catalog_of(srv);
            for (size_t j = 0; c && j < c->list[k]->n; j++)
                add_item(v, srv, c, (enum mc_kind)k, &c->list[k]->v[j], out);
        }
        keep_lists(v, (enum mc_kind)k, out);
    }
    for (size_t i = 0; (srv = view_server(v, i)); i++)
        if (catalog_of(srv))
            v->held[v->n_held++] = mc_catalog_ref(catalog_of(srv));
    v->fresh = true;
}

static void freshen(struct view *v)
{
    if (!v->fresh)
        build(v);
}

const struct mc_strv *view_collisions(struct view *v)
{
    freshen(v);
    return &v->collisions;
}

struct mc_str view_list(struct view *v, enum mc_kind kind, enum mc_era era)
{
    freshen(v);
    const struct mc_bytes *b = kind == MC_KIND_TOOL && era == MC_ERA_MODERN && v->modern_tools
                                   ? v->modern_tools
                                   : v->lists[kind];
    return (struct mc_str){b->data, b->len};
}

const struct route *view_route(struct view *v, enum mc_kind kind, struct mc_str name)
{
    freshen(v);
    return mc_map_get(v->names[kind], name);
}

struct server *view_template(struct view *v, struct mc_str uri)
{
    const struct route *r;

    freshen(v);
    r = mc_map_get(v->names[MC_KIND_TEMPLATE], uri);
    if (!r)
        r = mc_map_get(v->names[MC_KIND_RESOURCE], uri);
    return r ? r->server : NULL;
}

static struct server *by_template(struct view *v, struct mc_str uri)
{
    struct server *best = NULL;
    struct mc_str tmpl;
    int literal = -1;
    void *value;

    for (size_t i = 0; mc_map_next(v->names[MC_KIND_TEMPLATE], &i, &tmpl, &value);) {
        int n = mc_uritemplate_match(tmpl, uri);
        if (n > literal) {
            literal = n;
            best = ((struct route *)value)->server;
        }
    }
    return best;
}

void view_found(struct view *v, struct mc_str uri, const struct mc_backend *b)
{
    struct server *srv;

    if (v->found)
        mc_free(mc_map_del(v->found, uri));
    for (size_t i = 0; b && (srv = view_server(v, i)); i++) {
        if (srv->backend != b)
            continue;
        if (v->found && mc_map_count(v->found) >= HUB_FOUND_MAX) {
            mc_map_free(v->found, mc_free); /* they are found again */
            v->found = NULL;
        }
        if (!v->found)
            v->found = mc_map_new();
        mc_map_put(v->found, uri, mc_strdup(srv->spec->name));
        return;
    }
}

/* Where it was found before, if that is still there. */
static struct server *by_experience(struct view *v, struct mc_str uri)
{
    const char *name = v->found ? mc_map_get(v->found, uri) : NULL;
    struct server *srv = name ? workspace_server(v->ws, mc_str_of(name)) : NULL;

    return srv && catalog_of(srv) ? srv : NULL;
}

struct server *view_resource(struct view *v, struct mc_str uri)
{
    struct server *srv, *candidate = NULL;
    const struct route *r;

    freshen(v);
    r = mc_map_get(v->names[MC_KIND_RESOURCE], uri);
    if (!r)
        r = mc_map_get(v->names[MC_KIND_SKILL], uri); /* it need not be among the resources */
    if (r)
        return r->server;
    if ((srv = by_template(v, uri)) || (srv = by_experience(v, uri)))
        return srv;
    for (size_t i = 0; (srv = view_server(v, i)); i++) {
        const struct mc_catalog *c = catalog_of(srv);
        if (!c || !(c->caps & MC_CAP_RESOURCES))
            continue;
        if (candidate)
            return NULL; /* several could have it: they are asked in turn */
        candidate = srv;
    }
    return candidate;
}

unsigned view_caps(struct view *v)
{
    struct server *srv;
    unsigned caps = 0;

    for (size_t i = 0; (srv = view_server(v, i)); i++) {
        if (srv->mode != SERVER_ON)
            continue;
        const struct mc_catalog *c = catalog_of(srv);
        caps |= c ? c->caps : ~0u;
    }
    return caps;
}

void view_instructions(struct view *v, struct mc_buf *out)
{
    struct mc_buf text = MC_BUF_INIT(256u << 10);
    struct server *srv;

    for (size_t i = 0; (srv = view_server(v, i)); i++) {
        const struct mc_catalog *c = catalog_of(srv);
        if (!c || !c->instructions)
            continue;
        if (!v->only)
            mc_buf_addf(&text, "%s# %s\n", text.len ? "\n\n" : "", srv->spec->name);
        mc_jstr_decode(mc_str_of(c->instructions), &text);
    }
    if (text.len > 0)
        mc_jstr_quote(mc_buf_str(&text), out);
    mc_buf_done(&text);
}

const char *view_nearest(struct view *v, enum mc_kind kind, const char *name)
{
    const char *best = NULL;
    struct mc_str key;
    void *value;
    unsigned least = 4; /* more edits than this are another name */

    freshen(v);
    for (size_t i = 0; mc_map_next(v->names[kind], &i, &key, &value);) {
        unsigned d = mc_str_distance(name, key.p);
        if (d < least) {
            least = d;
            best = key.p;
        }
    }
    return best;
}
