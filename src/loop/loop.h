/* The one event loop. Owns uv_loop_t, the clock, deferred calls and the flush at the end of a turn.
 * Nothing here blocks; what can block goes to loop/work.h. All functions are for the loop's thread. */
#ifndef MC_LOOP_LOOP_H
#define MC_LOOP_LOOP_H

#include "base/fwd.h"
#include <uv.h>

struct mc_loop;

struct mc_loop *mc_loop_new(void);
/* Runs until mc_loop_stop() was called or nothing is left to wait for. */
void mc_loop_run(struct mc_loop *l);
void mc_loop_stop(struct mc_loop *l);
/* Runs the remaining close callbacks and asserts uv_loop_close() == 0: a forgotten handle is a bug. */
void mc_loop_free(struct mc_loop *l);
uv_loop_t *mc_loop_uv(struct mc_loop *l);
/* Milliseconds, monotonic, cached per turn. */
uint64_t mc_loop_now(struct mc_loop *l);

/* A call made at the end of this turn (before the loop polls again), once, however often it was queued.
 * Embedded in its owner; zero-initialise. Used to write output once per turn, and to call back outside of the caller's stack. */
struct mc_flush {
    void (*fn)(struct mc_flush *f);
    struct mc_flush *next;
    bool queued;
};
void mc_loop_flush_later(struct mc_loop *l, struct mc_flush *f);
/* Takes it out again (before its owner is freed). */
void mc_loop_flush_cancel(struct mc_loop *l, struct mc_flush *f);

/* A timer embedded in its owner, cheap to start and stop; zero-initialise. It is kept in the loop's own heap (one uv_timer_t for
 * all), so that it needs no close callback. Granularity 1 ms. Does not keep the loop alive. */
struct mc_timer {
    void (*fn)(struct mc_timer *t);
    uint64_t due;
    size_t slot; /* 1-based place in the heap, 0 when stopped */
};
void mc_timer_start(struct mc_loop *l, struct mc_timer *t, uint64_t ms, void (*fn)(struct mc_timer *t)); /* restarts */
void mc_timer_stop(struct mc_loop *l, struct mc_timer *t);
static inline bool mc_timer_active(const struct mc_timer *t)
{
    return t->slot != 0;
}

#endif
