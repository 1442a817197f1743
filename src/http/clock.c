#include "http/internal.h"

/* Deadlines without a timer per connection: those of one clock last equally long, so that its list is in order of
 * deadline, and one timer of the server looks at the first of each list. */

#define SWEEP_MIN_MS 10 /* deadlines that are close to each other share a sweep */

static void sweep(struct mc_timer *t);

static void wake_by(struct mc_http *h, uint64_t due)
{
    if (mc_timer_active(&h->sweep) && h->sweep_at <= due)
        return;
    uint64_t now = mc_loop_now(h->loop);
    uint64_t ms = due > now + SWEEP_MIN_MS ? due - now : SWEEP_MIN_MS;
    h->sweep_at = now + ms;
    mc_timer_start(h->loop, &h->sweep, ms, sweep);
}

void mc_clock_leave(struct mc_conn *c)
{
    struct mc_conn_list *list = &c->h->clocks[c->clock];
    *(c->prev ? &c->prev->next : &list->first) = c->next;
    *(c->next ? &c->next->prev : &list->last) = c->prev;
    c->prev = c->next = NULL;
}

static void join(struct mc_conn *c, enum mc_clock clock)
{
    struct mc_conn_list *list = &c->h->clocks[clock];
    c->clock = (uint8_t)clock;
    c->next = NULL;
    c->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = c;
    list->last = c;
}

void mc_clock_set(struct mc_conn *c, enum mc_clock clock)
{
    struct mc_http *h = c->h;
    if (c->prev || c->next || h->clocks[c->clock].first == c)
        mc_clock_leave(c);
    join(c, clock);
    if (clock == MC_CLOCK_NONE)
        return;
    c->due = mc_loop_now(h->loop) + h->ms[clock];
    wake_by(h, c->due);
}

static void sweep(struct mc_timer *t)
{
    struct mc_http *h = mc_container_of(t, struct mc_http, sweep);
    uint64_t now = mc_loop_now(h->loop);
    for (int clock = MC_CLOCK_NONE + 1; clock < MC_CLOCK_MAX; clock++) {
        struct mc_conn *c;
        while ((c = h->clocks[clock].first) && c->due <= now) {
            mc_clock_set(c, MC_CLOCK_NONE);
            mc_conn_expired(c, (enum mc_clock)clock);
        }
    }
    for (int clock = MC_CLOCK_NONE + 1; clock < MC_CLOCK_MAX; clock++)
        if (h->clocks[clock].first)
            wake_by(h, h->clocks[clock].first->due);
}
