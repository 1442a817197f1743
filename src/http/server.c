#include "http/internal.h"

#include "base/alloc.h"
#include "base/err.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define FDS_FOR_OTHERS_MAX 512 /* descriptors that connections leave to the rest of the program */

static const uint32_t clock_ms[MC_CLOCK_MAX] = {
    [MC_CLOCK_HEADER] = MC_HTTP_HEADER_MS,  [MC_CLOCK_BODY] = MC_HTTP_BODY_MS,
    [MC_CLOCK_IDLE] = MC_HTTP_KEEPALIVE_MS, [MC_CLOCK_STALL] = MC_HTTP_STALL_MS,
    [MC_CLOCK_LINGER] = MC_HTTP_LINGER_MS,
};

/* A quarter of the descriptors, up to a bound, stays for children, files and the thread pool. */
static unsigned connections_max(void)
{
    struct rlimit lim;
    if (getrlimit(RLIMIT_NOFILE, &lim) < 0 || lim.rlim_cur == RLIM_INFINITY)
        return MC_HTTP_CONNS_MAX;
    rlim_t others = lim.rlim_cur / 4;
    rlim_t max = lim.rlim_cur - (others < FDS_FOR_OTHERS_MAX ? others : FDS_FOR_OTHERS_MAX);
    return max < MC_HTTP_CONNS_MAX ? (unsigned)max : MC_HTTP_CONNS_MAX;
}

struct mc_http *mc_http_new(struct mc_loop *l, const struct mc_http_ops *ops, void *arg)
{
    struct mc_http *h = MC_NEW(struct mc_http);
    h->loop = l;
    h->ops = ops;
    h->arg = arg;
    h->body_max = MC_HTTP_BODY_MAX;
    h->conns_max = connections_max();
    h->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    memcpy(h->ms, clock_ms, sizeof(h->ms));
    return h;
}

void mc_http_set_body_max(struct mc_http *h, size_t bytes)
{
    h->body_max = bytes;
}

unsigned mc_http_connections(const struct mc_http *h)
{
    return h->conns;
}

/* ---- closing ---- */

static void on_finished(struct mc_flush *f)
{
    struct mc_http *h = mc_container_of(f, struct mc_http, finish);
    void (*done)(void *arg) = h->done;
    h->done = NULL;
    if (done)
        done(h->done_arg);
}

void mc_http_check_finished(struct mc_http *h)
{
    if (!h->closing || h->conns || h->open_listeners)
        return;
    mc_timer_stop(h->loop, &h->grace);
    mc_timer_stop(h->loop, &h->sweep);
    h->finish.fn = on_finished;
    mc_loop_flush_later(h->loop, &h->finish);
}

/* Only marks it: a handler may be on the stack. */
static void close_gently(struct mc_conn *c)
{
    if (c->state == MC_CONN_BUSY)
        c->end = c->req->streaming; /* else its answer closes the connection */
    else if (c->state == MC_CONN_HEAD && mc_out_unsent(c))
        c->state = MC_CONN_CLOSING;
    else if (c->state != MC_CONN_CLOSING)
        c->cut = true;
    mc_conn_flush(c);
}

static void close_at_once(struct mc_conn *c)
{
    c->cut = true;
    mc_conn_flush(c);
}

static void for_each(struct mc_http *h, void (*fn)(struct mc_conn *c))
{
    for (int clock = 0; clock < MC_CLOCK_MAX; clock++)
        for (struct mc_conn *c = h->clocks[clock].first; c; c = c->next)
            fn(c);
}

static void on_grace_over(struct mc_timer *t)
{
    for_each(mc_container_of(t, struct mc_http, grace), close_at_once);
}

void mc_http_close(struct mc_http *h, unsigned grace_ms, void (*done)(void *arg), void *arg)
{
    MC_ASSERT(!h->closing);
    h->closing = true;
    h->done = done;
    h->done_arg = arg;
    mc_timer_stop(h->loop, &h->accept_pause);
    mc_listeners_stop(h);
    for_each(h, close_gently);
    mc_timer_start(h->loop, &h->grace, grace_ms, on_grace_over);
    mc_http_check_finished(h);
}

void mc_http_free(struct mc_http *h)
{
    if (!h)
        return;
    MC_ASSERT(h->conns == 0 && h->open_listeners == 0);
    mc_timer_stop(h->loop, &h->sweep);
    mc_timer_stop(h->loop, &h->grace);
    mc_loop_flush_cancel(h->loop, &h->finish);
    if (h->reserve_fd >= 0)
        close(h->reserve_fd);
    mc_free(h->unix_path);
    mc_free(h);
}
