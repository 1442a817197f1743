/* Resource subscriptions: counted per (server, URI) over sessions and listens. A legacy server hears of the first and the last one, a modern one
 * gets the whole set. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "hub/instances.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "mcp/rpc.h"
#include <stdlib.h>

static bool wanted(struct hub *h, const struct mc_backend *b, const char *uri)
{
    link_each(l, &h->subscriptions)
    {
        struct subscription *sub = link_entry(l, struct subscription, link);
        if (sub->backend == b && strcmp(sub->uri, uri) == 0)
            return true;
    }
    return false;
}

static struct subscription *find(struct hub *h, const struct session *s, const char *uri)
{
    link_each(l, &h->subscriptions)
    {
        struct subscription *sub = link_entry(l, struct subscription, link);
        if (sub->session == s && strcmp(sub->uri, uri) == 0)
            return sub;
    }
    return NULL;
}

static unsigned count_of(struct hub *h, const struct session *s)
{
    unsigned n = 0;

    link_each(l, &h->subscriptions) n += link_entry(l, struct subscription, link)->session == s;
    return n;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whatever its era is: a server that is asleep has none yet. */
static void watch(struct hub *h, struct mc_backend *b)
{
    struct mc_strv all = {0}, set = {0};

    link_each(l, &h->subscriptions)
    {
        struct subscription *sub = link_entry(l, struct subscription, link);
        if (sub->backend == b)
            mc_strv_push(&all, sub->uri);
    }
    if (all.n > 0)
        qsort(all.v, all.n, sizeof(*all.v), by_text);
    for (size_t i = 0; i < all.n; i++)
        if (i == 0 || strcmp(all.v[i], all.v[i - 1]) != 0)
            mc_strv_push(&set, all.v[i]);
    mc_backend_watch(b, &set);
    mc_strv_done(&all);
    mc_strv_done(&set);
}

static void tell_server(struct mc_backend *b, const char *method, const char *uri)
{
    struct mc_buf params = MC_BUF_INIT(64u << 10);

    if (mc_rev_era(mc_backend_rev(b)) != MC_ERA_LEGACY)
        return;
    mc_buf_adds(&params, MC_STR("{\"uri\":"));
    mc_jstr_quote(mc_str_of(uri), &params);
    mc_buf_addc(&params, '}');
    hub_tell(b, method, mc_buf_str(&params));
    mc_buf_done(&params);
}

static void add(struct hub *h, struct mc_backend *b, const char *uri, struct session *s,
                struct listen *l)
{
    struct subscription *sub = MC_NEW(struct subscription);

    sub->backend = mc_backend_ref(b);
    sub->uri = mc_strdup(uri);
    sub->session = s;
    sub->listen = l;
    link_add(&h->subscriptions, &sub->link);
    watch(h, b);
}

void subscribe_move(struct hub *h, struct mc_backend *from, struct mc_backend *to)
{
    bool any = false;

    link_each(l, &h->subscriptions)
    {
        struct subscription *sub = link_entry(l, struct subscription, link);
        if (sub->backend != from)
            continue;
        sub->backend = mc_backend_ref(to);
        mc_backend_unref(from);
        any = true;
    }
    if (!any)
        return;
    watch(h, from);
    watch(h, to);
    subscribe_replay(h, to);
}

/* quiet: the server is not told (it is gone). */
static void drop(struct hub *h, struct subscription *sub, bool quiet)
{
    struct mc_backend *b = sub->backend;
    char *uri = sub->uri;

    link_del(&sub->link);
    mc_free(sub);
    watch(h, b);
    if (!quiet && mc_backend_state(b) == MC_BACKEND_READY && !wanted(h, b, uri))
        tell_server(b, "resources/unsubscribe", uri);
    mc_backend_unref(b);
    mc_free(uri);
}

void subscribe_add(struct hub *h, struct mc_backend *b, const char *uri, struct session *s,
                   struct listen *l)
{
    if (!wanted(h, b, uri) && mc_backend_state(b) == MC_BACKEND_READY)
        tell_server(b, "resources/subscribe", uri);
    add(h, b, uri, s, l);
}

bool subscribe_watches(struct hub *h, const struct mc_backend *b)
{
    link_each(l, &h->subscriptions)
    {
        if (link_entry(l, struct subscription, link)->backend == b)
            return true;
    }
    return false;
}

static void on_subscribed(struct call *c, const struct mc_envelope *e)
{
    MC_CLEANUP(mc_freep) char *uri = mc_jstr_dup(mc_jval_of(mc_env(&c->e, MC_F_URI)));

    if (e->kind == MC_MSG_RESULT && c->x->session && uri && !find(c->x->hub, c->x->session, uri))
        add(c->x->hub, c->backend, uri, c->x->session, NULL);
}

static void answer(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf out = MC_BUF_INIT(1024);

    mc_rpc_result(&out, mc_env(e, MC_F_ID), MC_STR("{}"));
    exchange_answer(x, mc_buf_str(&out), 0);
    mc_buf_done(&out);
}

static bool is_modern(const struct mc_backend *b)
{
    const struct mc_catalog *known = mc_backend_catalog(b);

    return known && mc_rev_era(known->rev) == MC_ERA_MODERN;
}

void subscribe_request(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e,
                       bool on)
{
    MC_CLEANUP(mc_freep) char *uri = mc_jstr_dup(mc_jval_of(mc_env(e, MC_F_URI)));
    struct subscription *sub;
    struct server *srv;

    if (!uri || !x->session) {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INVALID_PARAMS, "params.uri must be a string",
                       MC_STR_NONE, 0);
        return;
    }
    sub = find(x->hub, x->session, uri);
    if (on && sub && !mc_backend_watching(sub->backend)) { /* asked for twice */
        waiter_add(x, message, e, HUB_GRACE_MS, sub->backend);
        return;
    }
    if (!on || sub) { /* unsubscribing from what was never subscribed is no error */
        if (!on && sub)
            drop(x->hub, sub, false);
        answer(x, e);
        return;
    }
    srv = view_resource(x->view, mc_str_of(uri));
    if (!srv || !srv->backend) {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_RESOURCE_NOT_FOUND, "Resource not found",
                       MC_STR_NONE, 0);
        return;
    }
    if (count_of(x->hub, x->session) >= HUB_URIS_MAX) {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INVALID_PARAMS,
                       "this session has 256 resource subscriptions, no more are accepted",
                       MC_STR_NONE, 0);
        return;
    }
    if (is_modern(srv->backend)) { /* it has no such method; the next listen has the URI */
        if (!(mc_backend_catalog(srv->backend)->caps & MC_CAP_SUBSCRIBE)) {
            exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_METHOD_NOT_FOUND,
                           "the server of this resource has no subscriptions", MC_STR_NONE, 0);
            return;
        }
        subscribe_add(x->hub, srv->backend, uri, x->session, NULL);
        mc_backend_start(srv->backend);
        if (mc_backend_watching(srv->backend))
            answer(x, e);
        else
            waiter_add(x, message, e, HUB_GRACE_MS, srv->backend);
        return;
    }
    struct call *c = call_prepare(x, srv, NULL, MC_STR_NONE, message, e);
    c->on_result = on_subscribed;
    call_dispatch(c);
}

bool subscribe_settled(const struct listen *owner)
{
    link_each(l, &owner->hub->subscriptions)
    {
        const struct subscription *sub = link_entry(l, struct subscription, link);
        if (sub->listen == owner && !mc_backend_watching(sub->backend))
            return false;
    }
    return true;
}

void subscribe_owner_gone(struct hub *h, struct session *s, struct listen *owner)
{
    link_each(l, &h->subscriptions)
    {
        struct subscription *sub = link_entry(l, struct subscription, link);
        if ((s && sub->session == s) || (owner && sub->listen == owner))
            drop(h, sub, false);
    }
}

void subscribe_forget_backend(struct hub *h, struct mc_backend *b)
{
    link_each(l, &h->subscriptions)
    {
        struct subscription *sub = link_entry(l, struct subscription, link);
        if (sub->backend == b)
            drop(h, sub, true);
    }
}

void subscribe_replay(struct hub *h, struct mc_backend *b)
{
    link_each(l, &h->subscriptions)
    {
        struct subscription *sub = link_entry(l, struct subscription, link);
        if (sub->backend == b) /* twice is harmless */
            tell_server(b, "resources/subscribe", sub->uri);
    }
}
