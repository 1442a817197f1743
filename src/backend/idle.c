/* A server that nobody has used for its idleTimeout is stopped; the next use starts it again. Subscriptions and calls in flight are use. */
#include "backend/internal.h"
#include "base/log.h"

static bool is_used(const struct mc_backend *b)
{
    return b->working > 0 || b->queued > 0 || b->listening.wanted.n > 0 ||
           b->listening.tasks.n > 0 || b->state != MC_BACKEND_READY;
}

static void on_idle(struct mc_timer *t)
{
    struct mc_backend *b = mc_container_of(t, struct mc_backend, idle);
    uint64_t since = mc_loop_now(b->loop) - b->used_at;

    if (is_used(b) || since < b->idle_ms) {
        mc_timer_start(b->loop, &b->idle, is_used(b) ? b->idle_ms : b->idle_ms - since, on_idle);
        return;
    }
    mc_info("backend", "%s: not used for %u ms: stopped until it is", b->name, b->idle_ms);
    mc_backend_stop(b);
}

void idle_begin(struct mc_backend *b)
{
    b->used_at = mc_loop_now(b->loop);
    if (b->idle_ms)
        mc_timer_start(b->loop, &b->idle, b->idle_ms, on_idle);
}

void idle_end(struct mc_backend *b)
{
    mc_timer_stop(b->loop, &b->idle);
}
