/* Requests that came while servers start for the first time. What is there after the grace is answered; list_changed follows when the rest arrives.
 * Subscriptions wait until their server has acknowledged them, so that no update is missed after the answer. */
#include "base/alloc.h"
#include "hub/internal.h"

struct waiter {
    struct link in_workspace, in_exchange;
    struct exchange *x;
    struct mc_bytes *message;
    struct mc_envelope e;
    struct mc_timer timer;
    struct mc_backend *watch; /* one reference; NULL: it waits for the workspace */
};

static void waiter_free(struct waiter *w)
{
    mc_timer_stop(w->x->hub->loop, &w->timer);
    link_del(&w->in_workspace);
    link_del(&w->in_exchange);
    mc_bytes_unref(w->message);
    mc_backend_unref(w->watch);
    mc_free(w);
}

static void release(struct waiter *w)
{
    struct mc_bytes *message = mc_bytes_ref(w->message);
    struct mc_envelope e = w->e;
    struct exchange *x = w->x;

    waiter_free(w);
    dispatch_settled(x, message, &e, true);
    mc_bytes_unref(message);
}

static void on_grace_over(struct mc_timer *t)
{
    release(mc_container_of(t, struct waiter, timer));
}

void waiter_add(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e,
                unsigned ms, struct mc_backend *watch)
{
    struct waiter *w = MC_NEW(struct waiter);

    w->x = x;
    w->message = mc_bytes_ref(message);
    w->e = *e;
    w->watch = watch ? mc_backend_ref(watch) : NULL;
    link_add(&x->view->ws->waiters, &w->in_workspace);
    link_add(&x->waiters, &w->in_exchange);
    mc_timer_start(x->hub->loop, &w->timer, ms, on_grace_over);
}

void waiters_check(struct workspace *ws)
{
    link_each(l, &ws->waiters)
    {
        struct waiter *w = link_entry(l, struct waiter, in_workspace);
        if (w->watch ? mc_backend_watching(w->watch)
                     : workspace_settling_ms(ws, w->x->view->only) == 0)
            release(w);
    }
}

void waiters_of_exchange_drop(struct exchange *x)
{
    link_each(l, &x->waiters)
    {
        waiter_free(link_entry(l, struct waiter, in_exchange));
        exchange_drop(x);
    }
}

static struct waiter *find(const struct session *s, struct mc_str id)
{
    struct workspace *ws = workspace_find(s->hub, mc_str_of(s->workspace));

    if (!ws)
        return NULL;
    link_each(l, &ws->waiters)
    {
        struct waiter *w = link_entry(l, struct waiter, in_workspace);
        if (w->x->session == s && mc_str_eq(mc_env(&w->e, MC_F_ID), id))
            return w;
    }
    return NULL;
}

bool waiter_has(const struct session *s, struct mc_str id)
{
    return find(s, id) != NULL;
}

void waiter_cancel(struct session *s, struct mc_str id)
{
    struct waiter *w = find(s, id);

    if (w) {
        struct exchange *x = w->x;
        waiter_free(w);
        exchange_drop(x);
    }
}
