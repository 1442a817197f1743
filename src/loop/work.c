#include "loop/work.h"

#include "base/alloc.h"
#include "base/err.h"
#include "loop/loop.h"

struct work {
    uv_work_t req;
    struct mc_loop *loop;
    void (*run)(void *arg);
    void (*done)(void *arg);
    void *arg;
};

static void on_pool(uv_work_t *req)
{
    struct work *w = mc_container_of(req, struct work, req);
    w->run(w->arg);
}

static void on_loop(uv_work_t *req, int status)
{
    (void)status; /* never cancelled */
    struct work *w = mc_container_of(req, struct work, req);
    mc_loop_busy(w->loop, -1);
    w->done(w->arg);
    mc_free(w);
}

void mc_work(struct mc_loop *l, void (*run)(void *arg), void (*done)(void *arg), void *arg)
{
    struct work *w = MC_NEW(struct work);
    *w = (struct work){.loop = l, .run = run, .done = done, .arg = arg};
    mc_loop_busy(l, 1);
    MC_ASSERT(uv_queue_work(mc_loop_uv(l), &w->req, on_pool, on_loop) == 0);
}
