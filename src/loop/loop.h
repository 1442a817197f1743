/* The one event loop. Owns uv_loop_t, the clock, deferred calls and the flush at the end of a turn.
 * Nothing here blocks; what can block goes to loop/work.h. All functions are for the loop's thread. */
#ifndef MC_LOOP_LOOP_H
#define MC_LOOP_LOOP_H

#include "base/fwd.h"
#include <uv.h>

struct mc_loop;

/* NULL (logged) when the kernel has no descriptors left. Ignores SIGPIPE, and makes libuv use base/alloc.h: before any other uv call. */
struct mc_loop *mc_loop_new(void);
/* Runs until mc_loop_stop() was called or nothing is left to wait for. */
void mc_loop_run(struct mc_loop *l);
void mc_loop_stop(struct mc_loop *l);
/* Runs what is still under way (close callbacks, work, dying children; at most MC_LOOP_END_MS without work), then asserts
 * uv_loop_close() == 0 and that no timer is active and no flush queued: what was forgotten is a bug. NULL is fine. */
#define MC_LOOP_END_MS 10000
void mc_loop_free(struct mc_loop *l);
uv_loop_t *mc_loop_uv(struct mc_loop *l);
/* Milliseconds, monotonic, cached per turn. */
uint64_t mc_loop_now(struct mc_loop *l);
/* The one read buffer of the loop, for every stream: what a read callback gets is valid until it returns. */
#define MC_LOOP_READ_SIZE (64u << 10)
uv_buf_t mc_loop_read_buf(struct mc_loop *l);
/* Work under way (+1) or done (-1) on other threads, which mc_loop_free waits for however long it takes; for loop/work.c. */
void mc_loop_busy(struct mc_loop *l, int change);

/* A call made at the end of this turn (before the loop polls again), once, however often it was queued; a queued call keeps the
 * loop alive. What a flush queues runs in the same turn too, up to MC_LOOP_FLUSH_ROUNDS times; then I/O has its turn first.
 * Embedded in its owner; zero-initialise. Used to write output once per turn, and to call back outside of the caller's stack. */
#define MC_LOOP_FLUSH_ROUNDS 8
struct mc_flush {
    void (*fn)(struct mc_flush *f);
    struct mc_flush *next, *prev; /* linked both ways: ten thousand streams may be cancelled in one turn */
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
