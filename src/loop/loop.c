#include "loop/loop.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/log.h"

#include <signal.h>

struct mc_loop {
    uv_loop_t uv;
    uv_check_t check;     /* after I/O: one round of flushes */
    uv_prepare_t prepare; /* before polling: the rest */
    uv_idle_t
        idle; /* active while flushes are queued: poll must not block, the loop must not end */
    uv_timer_t clock;       /* fires when heap[1] is due, or earlier */
    uint64_t armed;         /* when clock fires, NEVER when it is stopped */
    struct mc_timer **heap; /* 1-based */
    size_t heap_n, heap_cap;
    struct mc_flush queue; /* head of a ring */
    unsigned busy;
    bool running, firing;
    char read_buf[MC_LOOP_READ_SIZE];
};

#define NEVER UINT64_MAX

uv_loop_t *mc_loop_uv(struct mc_loop *l)
{
    return &l->uv;
}

uint64_t mc_loop_now(struct mc_loop *l)
{
    if (!l->running)
        uv_update_time(&l->uv); /* outside of a turn nobody else does */
    return uv_now(&l->uv);
}

uv_buf_t mc_loop_read_buf(struct mc_loop *l)
{
    return uv_buf_init(l->read_buf, sizeof(l->read_buf));
}

void mc_loop_busy(struct mc_loop *l, int change)
{
    MC_ASSERT(change >= 0 || l->busy >= (unsigned)-change);
    l->busy += (unsigned)change;
}

/* ---- flushes ---- */

static void ring_init(struct mc_flush *head)
{
    head->next = head->prev = head;
}

static void flush_unlink(struct mc_flush *f)
{
    f->prev->next = f->next;
    f->next->prev = f->prev;
    f->next = f->prev = NULL;
    f->queued = false;
}

static void idle_turn(uv_idle_t *idle)
{
    (void)idle; /* its being active is its purpose */
}

static bool flushes_left(const struct mc_loop *l)
{
    return l->queue.next != &l->queue;
}

void mc_loop_flush_later(struct mc_loop *l, struct mc_flush *f)
{
    if (f->queued)
        return;
    if (!flushes_left(l))
        uv_idle_start(&l->idle, idle_turn);
    f->queued = true;
    f->next = &l->queue;
    f->prev = l->queue.prev;
    f->prev->next = f;
    l->queue.prev = f;
}

void mc_loop_flush_cancel(struct mc_loop *l, struct mc_flush *f)
{
    if (!f->queued)
        return;
    flush_unlink(f);
    if (!flushes_left(l))
        uv_idle_stop(&l->idle);
}

/* Runs what is queued now. What these calls queue belongs to the next round: it waits in l->queue meanwhile. */
static void flush_round(struct mc_loop *l)
{
    struct mc_flush round;
    if (!flushes_left(l))
        return;
    round.next = l->queue.next;
    round.prev = l->queue.prev;
    round.next->prev = round.prev->next = &round;
    ring_init(&l->queue);
    uv_idle_stop(&l->idle);
    while (round.next != &round) {
        struct mc_flush *f = round.next;
        flush_unlink(f);
        f->fn(f); /* f may be gone */
    }
}

static void after_io(uv_check_t *check)
{
    flush_round(mc_container_of(check, struct mc_loop, check));
}

static void before_poll(uv_prepare_t *prepare)
{
    struct mc_loop *l = mc_container_of(prepare, struct mc_loop, prepare);
    for (int i = 0; i < MC_LOOP_FLUSH_ROUNDS && flushes_left(l); i++)
        flush_round(l);
}

/* ---- timers ---- */

static void heap_put(struct mc_loop *l, size_t slot, struct mc_timer *t)
{
    l->heap[slot] = t;
    t->slot = slot;
}

static void heap_up(struct mc_loop *l, struct mc_timer *t, size_t slot)
{
    for (; slot > 1 && l->heap[slot / 2]->due > t->due; slot /= 2)
        heap_put(l, slot, l->heap[slot / 2]);
    heap_put(l, slot, t);
}

static void heap_down(struct mc_loop *l, struct mc_timer *t, size_t slot)
{
    for (size_t kid; (kid = slot * 2) <= l->heap_n; slot = kid) {
        if (kid < l->heap_n && l->heap[kid + 1]->due < l->heap[kid]->due)
            kid++;
        if (l->heap[kid]->due >= t->due)
            break;
        heap_put(l, slot, l->heap[kid]);
    }
    heap_put(l, slot, t);
}

static void clock_fires(uv_timer_t *clock);

/* Arms the clock for the first timer. It is never disarmed or put off: one early wake-up is cheaper than
 * re-arming for every deadline of a request that is answered in time. */
static void clock_arm(struct mc_loop *l)
{
    if (l->firing || l->heap_n == 0 || l->heap[1]->due >= l->armed)
        return;
    uint64_t now = mc_loop_now(l), due = l->heap[1]->due;
    l->armed = due;
    uv_timer_start(&l->clock, clock_fires, due > now ? due - now : 0, 0);
}

void mc_timer_stop(struct mc_loop *l, struct mc_timer *t)
{
    if (!t->slot)
        return;
    size_t slot = t->slot;
    struct mc_timer *last = l->heap[l->heap_n--];
    t->slot = 0;
    if (last == t)
        return;
    if (slot > 1 && l->heap[slot / 2]->due > last->due)
        heap_up(l, last, slot);
    else
        heap_down(l, last, slot);
}

void mc_timer_start(struct mc_loop *l, struct mc_timer *t, uint64_t ms,
                    void (*fn)(struct mc_timer *t))
{
    mc_timer_stop(l, t);
    if (l->heap_n + 1 >= l->heap_cap) {
        l->heap_cap = l->heap_cap ? l->heap_cap * 2 : 64;
        l->heap = mc_realloc(l->heap, l->heap_cap * sizeof(*l->heap));
    }
    if (l->firing && ms == 0)
        ms = 1; /* a timer that restarts itself must not keep the loop from its I/O */
    t->fn = fn;
    t->due = mc_loop_now(l) + ms;
    heap_up(l, t, ++l->heap_n);
    clock_arm(l);
}

static void clock_fires(uv_timer_t *clock)
{
    struct mc_loop *l = mc_container_of(clock, struct mc_loop, clock);
    uint64_t now = uv_now(&l->uv);
    l->armed = NEVER;
    l->firing = true;
    while (l->heap_n && l->heap[1]->due <= now) {
        struct mc_timer *t = l->heap[1];
        mc_timer_stop(l, t);
        t->fn(t); /* t may be gone */
    }
    l->firing = false;
    clock_arm(l);
}

/* ---- life ---- */

static void use_our_allocator(void)
{
    static bool done;
    if (done)
        return;
    done = true;
    MC_ASSERT(uv_replace_allocator(mc_malloc, mc_realloc, mc_calloc, mc_free) == 0);
}

struct mc_loop *mc_loop_new(void)
{
    use_our_allocator();
    signal(SIGPIPE, SIG_IGN); /* a peer that went away is an error of write(), not the end of us */
    struct mc_loop *l = MC_NEW(struct mc_loop);
    ring_init(&l->queue);
    l->armed = NEVER;
    int r = uv_loop_init(&l->uv);
    if (r < 0) {
        mc_error("loop", "cannot start the event loop: %s", uv_strerror(r));
        mc_free(l);
        return NULL;
    }
    uv_check_init(&l->uv, &l->check);
    uv_prepare_init(&l->uv, &l->prepare);
    uv_idle_init(&l->uv, &l->idle);
    uv_timer_init(&l->uv, &l->clock);
    uv_check_start(&l->check, after_io);
    uv_prepare_start(&l->prepare, before_poll);
    uv_unref((uv_handle_t *)&l->check);
    uv_unref((uv_handle_t *)&l->prepare);
    uv_unref((uv_handle_t *)&l->clock);
    return l;
}

static void run(struct mc_loop *l, uv_run_mode mode)
{
    MC_ASSERT(!l->running);
    l->running = true;
    uv_run(&l->uv, mode);
    l->running = false;
}

void mc_loop_run(struct mc_loop *l)
{
    run(l, UV_RUN_DEFAULT);
}

void mc_loop_stop(struct mc_loop *l)
{
    uv_stop(&l->uv);
}

static void end_too_late(struct mc_timer *t)
{
    (void)t; /* its slot says that it fired */
}

static bool is_own(const struct mc_loop *l, const uv_handle_t *h)
{
    return (const char *)h >= (const char *)l && (const char *)h < (const char *)(l + 1);
}

static void name_forgotten(uv_handle_t *h, void *arg)
{
    if (!is_own(arg, h))
        mc_error("loop", "a %s handle was not closed", uv_handle_type_name(uv_handle_get_type(h)));
}

void mc_loop_free(struct mc_loop *l)
{
    if (!l)
        return;
    struct mc_timer end = {0};
    mc_timer_start(l, &end, MC_LOOP_END_MS, end_too_late);
    while (uv_loop_alive(&l->uv) && (l->busy || mc_timer_active(&end)))
        run(l, UV_RUN_ONCE);
    mc_timer_stop(l, &end);
    uv_walk(&l->uv, name_forgotten, l);
    MC_ASSERT(l->heap_n == 0);
    MC_ASSERT(!flushes_left(l));
    uv_close((uv_handle_t *)&l->check, NULL);
    uv_close((uv_handle_t *)&l->prepare, NULL);
    uv_close((uv_handle_t *)&l->idle, NULL);
    uv_close((uv_handle_t *)&l->clock, NULL);
    run(l, UV_RUN_NOWAIT);
    MC_ASSERT(uv_loop_close(&l->uv) == 0);
    mc_free(l->heap);
    mc_free(l);
}
