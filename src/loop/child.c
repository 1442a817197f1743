#include "loop/child.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "loop/lookup.h"
#include "loop/loop.h"
#include "loop/orphans.h"
#include "loop/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* How long the keeper may take to kill everything (it gives up earlier by itself) before it is killed too. */
#define KEEPER_MS 2000
/* Longest line that the keeper writes to its note pipe. */
#define NOTE_MAX 64

enum rung { RUNNING, STDIN_CLOSED, TERM_SENT, KILL_SENT, KEEPER_KILLED, GONE };

struct mc_child {
    struct mc_loop *loop;
    unsigned refs;
    struct mc_child_ops ops; /* zeroed by mc_child_close */
    void *arg;
    char *path;

    uv_process_t keeper;
    uv_pipe_t end[MC_ENDS];
    bool open[MC_ENDS];

    struct mc_buf queue;   /* not given to libuv yet */
    struct mc_buf sending; /* lent to `write` while that is under way */
    uv_write_t write;
    struct mc_flush flush;
    bool congested;

    char note[NOTE_MAX];
    size_t note_n;
    pid_t server;
    bool swept; /* the keeper said that nothing is left */

    enum rung rung;
    bool asked; /* mc_child_stop was called */
    struct mc_child_ladder ladder;
    struct mc_timer timer;
};

static void lost_stream(struct mc_child *c);

/* ---- references ---- */

static void child_free(struct mc_child *c)
{
    mc_loop_flush_cancel(c->loop, &c->flush);
    mc_timer_stop(c->loop, &c->timer);
    mc_buf_done(&c->queue);
    mc_buf_done(&c->sending);
    mc_free(c->path);
    mc_free(c);
}

void mc_child_unref(struct mc_child *c)
{
    if (c && --c->refs == 0)
        child_free(c);
}

static void handle_closed(uv_handle_t *h)
{
    mc_child_unref(h->data);
}

static void end_close(struct mc_child *c, int i)
{
    if (!c->open[i])
        return;
    c->open[i] = false;
    if (i == MC_END_IN)
        mc_loop_flush_cancel(c->loop, &c->flush);
    uv_close((uv_handle_t *)&c->end[i], handle_closed);
}

/* ---- stdin ---- */

static size_t queued(const struct mc_child *c)
{
    size_t lent = c->open[MC_END_IN]
                      ? uv_stream_get_write_queue_size((const uv_stream_t *)&c->end[MC_END_IN])
                      : 0;
    return lent + c->queue.len;
}

static void drained(struct mc_child *c)
{
    if (!c->congested || c->asked || queued(c) >= MC_CHILD_QUEUE_LOW)
        return; /* nobody is called out of mc_child_stop */
    c->congested = false;
    if (c->ops.on_drain)
        c->ops.on_drain(c->arg);
}

/* Empties a buffer; the memory of a burst goes back. */
static void buf_reset(struct mc_buf *b)
{
    if (b->cap > MC_CHILD_QUEUE_HIGH)
        mc_buf_done(b);
    else
        mc_buf_clear(b);
}

/* Nobody can speak to a server that has closed its stdin: what waits is dropped, and the ladder ends it. */
static void stdin_broken(struct mc_child *c)
{
    end_close(c, MC_END_IN);
    mc_buf_done(&c->queue);
    lost_stream(c);
    drained(c);
}

static void write_out(struct mc_child *c);

static void written(uv_write_t *req, int status)
{
    struct mc_child *c = mc_container_of(req, struct mc_child, write);
    buf_reset(&c->sending);
    if (!c->open[MC_END_IN])
        return;
    if (status < 0) {
        stdin_broken(c);
        return;
    }
    write_out(c);
}

static void write_out(struct mc_child *c)
{
    if (!c->open[MC_END_IN] || c->sending.len)
        return;
    uv_stream_t *in = (uv_stream_t *)&c->end[MC_END_IN];
    if (c->queue.len) {
        uv_buf_t all = uv_buf_init(c->queue.data, (unsigned)c->queue.len);
        int n = uv_try_write(in, &all, 1);
        if (n < 0 && n != UV_EAGAIN) {
            stdin_broken(c);
            return;
        }
        if (n < 0)
            n = 0;
        if ((size_t)n == c->queue.len) {
            buf_reset(&c->queue);
        } else {
            struct mc_buf empty = c->sending;
            c->sending = c->queue;
            c->queue = empty;
            uv_buf_t rest =
                uv_buf_init(c->sending.data + n, (unsigned)(c->sending.len - (size_t)n));
            if (uv_write(&c->write, in, &rest, 1, written) < 0) {
                mc_buf_clear(&c->sending);
                stdin_broken(c);
                return;
            }
        }
    }
    drained(c);
}

static void flush(struct mc_flush *f)
{
    write_out(mc_container_of(f, struct mc_child, flush));
}

int mc_child_write(struct mc_child *c, const char *p, size_t n)
{
    if (!c->open[MC_END_IN])
        return -MC_E_UNREACHABLE;
    if (n > MC_CHILD_QUEUE_MAX - queued(c))
        return -MC_E_TOO_BIG;
    if (mc_buf_add(&c->queue, p, n) < 0) {
        c->queue.failed = false; /* out of memory for this message, not for the next */
        return -MC_E_TOO_BIG;
    }
    if (queued(c) > MC_CHILD_QUEUE_HIGH)
        c->congested = true;
    mc_loop_flush_later(c->loop, &c->flush);
    return 0;
}

bool mc_child_congested(const struct mc_child *c)
{
    return c->congested;
}

/* ---- the keeper's notes ---- */

static void cannot_run(struct mc_child *c, const char *what, int why)
{
    char line[1024];
    const char *hint = "";
    if (why == ENOENT)
        hint = " (the interpreter that its first line names, or its loader, is missing)";
    int n = snprintf(line, sizeof(line), "mcpctl: cannot %s '%.800s': %s%s\n", what, c->path,
                     strerror(why), hint);
    if (c->ops.on_err)
        c->ops.on_err(c->arg, line, (size_t)n);
}

static void take_note(struct mc_child *c, const char *line)
{
    int number;
    if (sscanf(line, "pid %d", &number) == 1)
        c->server = number;
    else if (sscanf(line, "exec %d", &number) == 1)
        cannot_run(c, "run", number);
    else if (sscanf(line, "fork %d", &number) == 1)
        cannot_run(c, "make a process for", number);
    else if (strcmp(line, "done") == 0)
        c->swept = true;
}

static void take_notes(struct mc_child *c, const char *p, size_t n)
{
    for (; n; p++, n--) {
        if (*p == '\n') {
            c->note[c->note_n] = '\0';
            c->note_n = 0;
            take_note(c, c->note);
        } else if (c->note_n < NOTE_MAX - 1) {
            c->note[c->note_n++] = *p;
        }
    }
}

/* ---- stdout and stderr ---- */

static void deliver(struct mc_child *c, int i, const char *p, size_t n)
{
    if (i == MC_END_NOTE)
        take_notes(c, p, n);
    else if (i == MC_END_OUT && c->ops.on_out)
        c->ops.on_out(c->arg, p, n);
    else if (i == MC_END_ERR && c->ops.on_err)
        c->ops.on_err(c->arg, p, n);
}

static void give_buf(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
    (void)hint;
    struct mc_child *c = h->data;
    *buf = mc_loop_read_buf(c->loop);
}

static void got(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    struct mc_child *c = s->data;
    int i = (int)((uv_pipe_t *)s - c->end);
    if (n > 0) {
        deliver(c, i, buf->base, (size_t)n);
    } else if (n < 0) {
        end_close(c, i);
        if (i == MC_END_OUT) /* it cannot answer any more; most often its exit is the next event */
            lost_stream(c);
    }
}

static void read_on(struct mc_child *c, int i)
{
    if (c->open[i])
        uv_read_start((uv_stream_t *)&c->end[i], give_buf, got);
}

void mc_child_pause(struct mc_child *c, bool paused)
{
    if (!paused)
        read_on(c, MC_END_OUT);
    else if (c->open[MC_END_OUT])
        uv_read_stop((uv_stream_t *)&c->end[MC_END_OUT]);
}

/* Everything that wrote into the pipe is dead, so what it holds now is all; the bound is for a descriptor that was
 * passed on to a process that is none of ours. */
static void drain(struct mc_child *c, int i)
{
    uv_buf_t buf = mc_loop_read_buf(c->loop);
    size_t left = MC_SPAWN_PIPE_SIZE;
    int fd;
    if (!c->open[i] || uv_fileno((uv_handle_t *)&c->end[i], &fd) < 0)
        return;
    while (left && c->open[i]) {
        ssize_t n = read(fd, buf.base, left < buf.len ? left : buf.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        left -= (size_t)n;
        deliver(c, i, buf.base, (size_t)n);
    }
    end_close(c, i);
}

/* ---- stopping ---- */

static void tell_keeper(struct mc_child *c, int sig)
{
    uv_process_kill(&c->keeper, sig);
    uv_process_kill(&c->keeper, SIGCONT);
}

static void climb(struct mc_timer *t)
{
    struct mc_child *c = mc_container_of(t, struct mc_child, timer);
    switch (++c->rung) {
    case TERM_SENT:
        tell_keeper(c, SIGTERM);
        mc_timer_start(c->loop, t, c->ladder.term_ms, climb);
        break;
    case KILL_SENT:
        tell_keeper(c, SIGUSR1);
        mc_timer_start(c->loop, t, KEEPER_MS, climb);
        break;
    default:
        mc_warn("child", "the keeper of '%s' (pid %d) does not answer: it is killed", c->path,
                c->keeper.pid);
        tell_keeper(c, SIGKILL); /* the server follows it by its parent-death signal */
    }
}

static void begin_ladder(struct mc_child *c, struct mc_child_ladder ladder)
{
    if (c->rung > STDIN_CLOSED)
        return;
    c->rung = STDIN_CLOSED;
    c->ladder = ladder;
    end_close(c, MC_END_IN);
    mc_timer_start(c->loop, &c->timer, ladder.close_ms, climb);
}

static void lost_stream(struct mc_child *c)
{
    if (c->rung == RUNNING)
        begin_ladder(c, MC_CHILD_LADDER_DEFAULT);
}

void mc_child_stop(struct mc_child *c, struct mc_child_ladder ladder)
{
    if (c->asked)
        return;
    c->asked = true;
    write_out(c);
    begin_ladder(c, ladder);
}

void mc_child_close(struct mc_child *c)
{
    if (!c)
        return;
    c->ops = (struct mc_child_ops){0};
    end_close(c, MC_END_IN);
    end_close(c, MC_END_OUT);
    end_close(c, MC_END_ERR);
    if (c->rung < KILL_SENT) {
        c->rung = KILL_SENT - 1;
        climb(&c->timer);
    }
    mc_child_unref(c);
}

static void exited(uv_process_t *p, int64_t status, int sig)
{
    struct mc_child *c = p->data;
    c->rung = GONE;
    mc_timer_stop(c->loop, &c->timer);
    end_close(c, MC_END_IN);
    drain(c, MC_END_NOTE);
    if (!c->swept) /* the keeper itself was killed */
        mc_orphans_kill(c->loop);
    drain(c, MC_END_OUT);
    drain(c, MC_END_ERR);
    if (c->ops.on_exit)
        c->ops.on_exit(c->arg, sig ? -1 : (int)status, sig);
    uv_close((uv_handle_t *)p, handle_closed);
}

pid_t mc_child_pid(const struct mc_child *c)
{
    return c->server > 0 ? c->server : c->keeper.pid;
}

/* ---- starting ---- */

static struct mc_child *child_new(struct mc_loop *l, const struct mc_child_ops *ops, void *arg,
                                  int ours[MC_ENDS])
{
    struct mc_child *c = MC_NEW(struct mc_child);
    c->loop = l;
    c->refs = 1;
    c->ops = *ops;
    c->arg = arg;
    c->flush.fn = flush;
    mc_buf_init(&c->queue, MC_CHILD_QUEUE_MAX);
    mc_buf_init(&c->sending, MC_CHILD_QUEUE_MAX);
    for (int i = 0; i < MC_ENDS; i++) {
        uv_pipe_init(mc_loop_uv(l), &c->end[i], 0);
        MC_ASSERT(uv_pipe_open(&c->end[i], MC_TAKE_FD(ours[i])) == 0);
        c->end[i].data = c;
        c->open[i] = true;
        c->refs++;
    }
    return c;
}

int mc_child_spawn(struct mc_loop *l, const struct mc_child_spec *spec,
                   const struct mc_child_ops *ops, void *arg, struct mc_child **ret,
                   struct mc_err *err)
{
    int ours[MC_ENDS], theirs[MC_ENDS];
    MC_CLEANUP(mc_freep) char *path = NULL;
    int r = mc_lookup_command(spec->argv[0], spec->env, spec->cwd, &path, err);
    if (r < 0)
        return r;
    mc_orphans_adopt();
    r = mc_spawn_pipes(spec->argv[0], ours, theirs, err);
    if (r < 0)
        return r;
    struct mc_child *c = child_new(l, ops, arg, ours);
    c->path = MC_TAKE(path);
    r = mc_spawn_keeper(l, spec, c->path, theirs, exited, &c->keeper, err);
    c->keeper.data = c;
    c->refs++; /* of the process handle, which is to be closed even if nothing was started */
    if (r < 0) {
        c->rung = GONE;
        for (int i = 0; i < MC_ENDS; i++)
            end_close(c, i);
        uv_close((uv_handle_t *)&c->keeper, handle_closed);
        mc_child_unref(c);
        return r;
    }
    read_on(c, MC_END_OUT);
    read_on(c, MC_END_ERR);
    read_on(c, MC_END_NOTE);
    *ret = c;
    return 0;
}
