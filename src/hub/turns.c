/* Whose request is it? A legacy stdio server does not say which call made it ask. So that nobody is asked somebody else's question, a server that was seen
 * to ask works for one client at a time: calls of others wait for their turn, for so long and no longer. A call that waits for its client keeps the turn;
 * whatever that client calls meanwhile at the same server goes ahead, for the answer may need it.
 *
 * A call that was given up (cancelled, out of time) may still ask: for a while its server's requests are taken for nobody else's. */
#include "base/err.h"
#include "config/config.h"
#include "hub/asking.h"
#include "hub/instances.h"
#include <stdio.h>

#define TICK_MS 50

/* Calls of one legacy session are one client's; modern ones are each for themselves. */
static bool same_client(const struct call *a, const struct call *b)
{
    return a->x->session && a->x->session == b->x->session;
}

/* ---- calls that were given up ---- */

void turns_given_up(struct call *c)
{
    struct hub *h = c->x->hub;
    struct ghost *g = &h->ghosts[h->next_ghost];

    if (!call_may_ask(c) || mc_rev_era(mc_backend_rev(c->backend)) != MC_ERA_LEGACY)
        return;
    h->next_ghost = (h->next_ghost + 1) % HUB_GHOSTS_MAX;
    g->backend = c->backend;
    g->until = mc_loop_now(h->loop) + HUB_GHOST_MS;
    snprintf(g->session, sizeof(g->session), "%s", c->x->session ? c->x->session->id : "");
}

bool turns_haunted(const struct call *c, const struct mc_backend *b)
{
    const struct hub *h = c->x->hub;

    for (size_t i = 0; i < HUB_GHOSTS_MAX; i++) {
        const struct ghost *g = &h->ghosts[i];
        if (g->backend == b && g->until > mc_loop_now(h->loop) &&
            !(c->x->session && strcmp(c->x->session->id, g->session) == 0))
            return true;
    }
    return false;
}

/* ---- turns ---- */

struct rivals {
    const struct call *call;
    bool others; /* somebody else's calls are at work */
    bool needed; /* this client was asked something by one of its own */
};

static void look_at(void *arg, struct mc_call *base)
{
    struct rivals *r = arg;
    const struct call *c = call_of(base);

    if (!c || c == r->call || !call_may_have_asked(c))
        return;
    if (!same_client(c, r->call))
        r->others = true;
    else if (c->base.waits_for_client)
        r->needed = true;
}

static bool takes_turns(const struct call *c)
{
    return call_may_ask(c) && mc_backend_asks(c->backend) &&
           mc_backend_isolation(c->backend) != MC_ISOLATION_SHARED;
}

/* waited: those that came earlier are known to be none of its business */
static bool may_go(const struct call *c, bool waited)
{
    struct rivals r = {.call = c};

    if (!takes_turns(c))
        return true;
    mc_backend_each_call(c->backend, look_at, &r);
    mc_backend_each_queued(c->backend, look_at, &r);
    if (r.others || turns_haunted(c, c->backend))
        return false;
    if (r.needed || waited)
        return true;
    link_each(l, &c->x->hub->waiting)
    {
        if (link_entry(l, struct call, waiting)->backend == c->backend)
            return false;
    }
    return true;
}

static void on_tick(struct mc_timer *t);

static void out_of_time(struct call *c)
{
    struct mc_err err;

    mc_err_set(
        &err, MC_E_TIMEOUT,
        "server %s is busy with the call of another client, which it may ask for input; it "
        "works for one client at a time. Try again later, or give each client a process of its "
        "own: \"isolation\": \"session\" in its config",
        mc_backend_name(c->backend));
    link_del(&c->waiting);
    c->x->hub->n_waiting--;
    call_failed(c, &err);
}

/* In their order; one that cannot go holds back those behind it at the same server, but for its own client's. */
static void check(struct hub *h)
{
    link_each(l, &h->waiting)
    {
        struct call *c = link_entry(l, struct call, waiting);
        bool first = true;
        for (struct link *m = h->waiting.next; m != l; m = m->next)
            first &= link_entry(m, struct call, waiting)->backend != c->backend;
        if (may_go(c, first)) {
            link_del(l);
            h->n_waiting--;
            call_send(c);
        } else if (c->turn_due <= mc_loop_now(h->loop)) {
            out_of_time(c);
        }
    }
    if (!link_empty(&h->waiting))
        mc_timer_start(h->loop, &h->turns, TICK_MS, on_tick);
}

static void on_tick(struct mc_timer *t)
{
    check(mc_container_of(t, struct hub, turns));
}

void turns_send(struct call *c)
{
    struct hub *h = c->x->hub;
    struct mc_err err;
    unsigned ms = mc_backend_call_ms(c->backend);

    if (instances_choose(c, &err)) {
        call_failed(c, &err);
        return;
    }
    if (may_go(c, false)) {
        call_send(c);
        return;
    }
    if (h->n_waiting >= HUB_TURNS_MAX) {
        mc_err_set(&err, MC_E_TOO_BIG,
                   "%u calls wait for their turn at servers, no more are accepted; try again later",
                   h->n_waiting);
        call_failed(c, &err);
        return;
    }
    c->turn_due = mc_loop_now(h->loop) + (ms < HUB_TURN_MS ? ms : HUB_TURN_MS);
    link_add(&h->waiting, &c->waiting);
    h->n_waiting++;
    if (!mc_timer_active(&h->turns))
        mc_timer_start(h->loop, &h->turns, TICK_MS, on_tick);
}

void turns_over(struct call *c)
{
    struct hub *h = c->x->hub;

    if (c->waiting.next)
        h->n_waiting--;
    link_del(&c->waiting);
    if (!link_empty(&h->waiting))
        mc_timer_start(h->loop, &h->turns, 0, on_tick); /* not from inside whatever ended it */
}
