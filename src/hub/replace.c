#include "hub/replace.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "hub/telling.h"

/* ---- what clients see ---- */

struct shown {
    struct shown_view {
        struct view *view;
        struct mc_bytes *lists[MC_KIND_MAX];
    } * views;
    size_t n;
};

struct shown *replace_remember(struct workspace *ws)
{
    struct shown *s = MC_NEW(struct shown);

    link_each(l, &ws->views) s->n++;
    s->views = mc_calloc(s->n + 1, sizeof(*s->views));
    s->n = 0;
    link_each(l, &ws->views)
    {
        struct shown_view *v = &s->views[s->n++];
        v->view = link_entry(l, struct view, link);
        for (int k = 0; k < MC_KIND_MAX; k++) {
            view_list(v->view, (enum mc_kind)k, MC_ERA_LEGACY); /* built if it was stale */
            v->lists[k] = mc_bytes_ref(v->view->lists[k]);
        }
    }
    return s;
}

void replace_tell(struct workspace *ws, struct shown *before)
{
    unsigned kinds = 0;

    for (size_t i = 0; i < before->n; i++) {
        struct shown_view *v = &before->views[i];
        for (int k = 0; k < MC_KIND_MAX; k++) {
            struct mc_str now = view_list(v->view, (enum mc_kind)k, MC_ERA_LEGACY);
            if (!mc_str_eq(now, (struct mc_str){v->lists[k]->data, v->lists[k]->len}))
                kinds |= 1u << k;
            mc_bytes_unref(v->lists[k]);
        }
    }
    mc_free(before->views);
    mc_free(before);
    if (kinds)
        notify_lists(ws, NULL, kinds);
}

/* ---- one server ---- */

static void set_condition(struct server *srv, char *text)
{
    mc_free(srv->condition);
    srv->condition = text;
    if (text)
        mc_warn("hub", "%s: %s", srv->spec->name, text);
}

/* Has it something that would be missed? A sleeping one with a catalog is not missed when the other has one, too. */
static bool is_worth_waiting(struct mc_backend *old, struct mc_backend *next)
{
    if (!old || old == next || mc_backend_state(next) == MC_BACKEND_READY)
        return false;
    switch (mc_backend_state(old)) {
    case MC_BACKEND_STOPPED:
        return mc_backend_catalog(old) && !mc_backend_catalog(next);
    case MC_BACKEND_FAILED:
    case MC_BACKEND_BLOCKED:
        return false;
    default:
        return true;
    }
}

static void go_on(struct server *srv, struct server *was, char *why)
{
    srv->mode = SERVER_ON;
    srv->backend = MC_TAKE(was->backend);
    set_condition(srv, why);
}

void replace_server(struct server *srv, struct server *was, struct loaded *from)
{
    struct hub *h = srv->ws->hub;

    srv->spec = from->spec;
    srv->mode = from->mode;
    srv->trust = from->trust;
    if (from->mode != SERVER_ON && from->keep && was && was->backend) {
        go_on(srv, was, mc_asprintf("%s; until then it goes on as it was", from->reason));
        return;
    }
    srv->reason = MC_TAKE(from->reason);
    if (from->mode != SERVER_ON)
        return;
    struct mc_backend *next = registry_get(h, &from->backend);
    srv->fresh = !was || was->backend != next;
    if (!was || !is_worth_waiting(was->backend, next)) {
        srv->backend = next;
        return;
    }
    srv->backend = MC_TAKE(was->backend);
    srv->next = next;
    mc_backend_start(next);
}

/* The new one takes over. */
static void take_over(struct server *srv)
{
    struct workspace *ws = srv->ws;
    struct shown *before = replace_remember(ws);
    struct mc_backend *old = srv->backend;

    mc_info("hub", "%s: the new process takes over", srv->spec->name);
    srv->backend = MC_TAKE(srv->next);
    set_condition(srv, NULL);
    views_stale(ws);
    subscribe_move(ws->hub, old, srv->backend);
    replace_tell(ws, before);
    registry_put(ws->hub, old);
}

static void give_up(struct server *srv)
{
    struct mc_backend *next = MC_TAKE(srv->next);

    set_condition(srv, mc_asprintf("what its config says now does not come up (%s); until then it "
                                   "goes on as it was",
                                   mc_backend_reason(next)));
    registry_put(srv->ws->hub, next);
}

void replace_check(struct hub *h, struct mc_backend *b)
{
    enum mc_backend_state state = mc_backend_state(b);

    if (state != MC_BACKEND_READY && state != MC_BACKEND_FAILED)
        return;
    mc_backend_ref(b);
    link_each(l, &h->workspaces)
    {
        struct workspace *ws = link_entry(l, struct workspace, link);
        for (size_t i = 0; i < ws->n_servers; i++)
            if (ws->servers[i].next == b)
                (state == MC_BACKEND_READY ? take_over : give_up)(&ws->servers[i]);
    }
    mc_backend_unref(b);
}
