#include "loop/loop.h"
#include "loop/work.h"

#include "base/fwd.h"
#include "tests/tap.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct mc_loop *loop;
static char trace[64];

static void tell(char c)
{
    size_t n = strlen(trace);
    if (n < sizeof(trace) - 1) {
        trace[n] = c;
        trace[n + 1] = '\0';
    }
}

static void begin(void)
{
    trace[0] = '\0';
    loop = mc_loop_new();
}

static void end(void)
{
    mc_loop_free(loop); /* asserts that nothing was forgotten */
    loop = NULL;
}

/* ---- flushes ---- */

struct named {
    struct mc_flush flush;
    struct mc_timer timer;
    char name;
    struct named *other;
    unsigned count;
};

static void flush_tells(struct mc_flush *f)
{
    tell(mc_container_of(f, struct named, flush)->name);
}

static void flush_queues_other(struct mc_flush *f)
{
    struct named *n = mc_container_of(f, struct named, flush);
    tell(n->name);
    mc_loop_flush_later(loop, &n->other->flush);
}

static void flush_cancels_other(struct mc_flush *f)
{
    struct named *n = mc_container_of(f, struct named, flush);
    tell(n->name);
    mc_loop_flush_cancel(loop, &n->other->flush);
}

static void test_flush(void)
{
    struct named a = {.flush.fn = flush_tells, .name = 'a'},
                 b = {.flush.fn = flush_tells, .name = 'b'};
    begin();
    mc_loop_flush_later(loop, &b.flush);
    mc_loop_flush_later(loop, &a.flush);
    mc_loop_flush_later(loop, &b.flush);
    is_str(trace, "", "a flush does not run where it is queued");
    mc_loop_run(loop);
    is_str(trace, "ba",
           "flushes run once each, in the order of their queuing, and keep the loop until then");
    ok(!a.flush.queued && !b.flush.queued, "they are not queued afterwards");

    trace[0] = '\0';
    struct named c = {.flush.fn = flush_queues_other, .name = 'c', .other = &a};
    mc_loop_flush_later(loop, &c.flush);
    mc_loop_flush_later(loop, &b.flush);
    mc_loop_run(loop);
    is_str(trace, "cba", "a flush that a flush queued runs after those that were there");

    trace[0] = '\0';
    struct named d = {.flush.fn = flush_cancels_other, .name = 'd', .other = &b};
    mc_loop_flush_later(loop, &d.flush);
    mc_loop_flush_later(loop, &b.flush);
    mc_loop_flush_later(loop, &a.flush);
    mc_loop_run(loop);
    is_str(trace, "da", "a flush can cancel one of its own round");
    d.other = &d;
    mc_loop_flush_later(loop, &d.flush);
    mc_loop_flush_cancel(loop, &d.flush);
    mc_loop_flush_cancel(loop, &d.flush);
    mc_loop_run(loop);
    is_str(trace, "da", "a cancelled flush does not run, cancelling twice is fine");
    end();
}

static void flush_again(struct mc_flush *f)
{
    mc_container_of(f, struct named, flush)->count++;
    mc_loop_flush_later(loop, f);
}

static void timer_ends_flush(struct mc_timer *t)
{
    struct named *n = mc_container_of(t, struct named, timer);
    tell('t');
    mc_loop_flush_cancel(loop, &n->flush);
}

static void got_byte(uv_poll_t *h, int status, int events)
{
    (void)status, (void)events;
    tell('i');
    uv_close((uv_handle_t *)h, NULL);
}

static void test_no_starvation(void)
{
    struct named n = {.flush.fn = flush_again};
    uv_poll_t in;
    int fd[2];
    begin();
    ok(pipe(fd) == 0 && write(fd[1], "x", 1) == 1, "a pipe with a byte");
    uv_poll_init(mc_loop_uv(loop), &in, fd[0]);
    uv_poll_start(&in, UV_READABLE, got_byte);
    mc_loop_flush_later(loop, &n.flush);
    mc_timer_start(loop, &n.timer, 5, timer_ends_flush);
    mc_loop_run(loop);
    is_str(trace, "it",
           "I/O and timers have their turns beside a flush that queues itself for ever");
    ok(n.count > MC_LOOP_FLUSH_ROUNDS, "which ran in every turn (%u times)", n.count);
    close(fd[0]);
    close(fd[1]);
    end();
}

/* ---- timers ---- */

/* Keeps the loop alive, since timers do not. */
static uv_async_t awake;

static void stay(void)
{
    uv_async_init(mc_loop_uv(loop), &awake, NULL);
}

static void leave(void)
{
    uv_close((uv_handle_t *)&awake, NULL);
}

#define MANY 2000
static struct mc_timer many[MANY];
static unsigned fired;
static uint64_t last_due;
static bool in_order, not_early;

static void many_fires(struct mc_timer *t)
{
    in_order = in_order && t->due >= last_due;
    not_early = not_early && mc_loop_now(loop) >= t->due;
    last_due = t->due;
    if (++fired == MANY - MANY / 4)
        leave();
}

static void test_heap(void)
{
    uint32_t seed = 12345;
    begin();
    stay();
    fired = 0, last_due = 0, in_order = not_early = true;
    for (size_t i = 0; i < MANY; i++) {
        seed = seed * 1664525 + 1013904223;
        mc_timer_start(loop, &many[i], (seed >> 16) % 50, many_fires);
    }
    for (size_t i = 0; i < MANY; i += 2) /* restarts, in the middle of the heap */
        mc_timer_start(loop, &many[i], (i * 7) % 50, many_fires);
    for (size_t i = 0; i < MANY; i += 4)
        mc_timer_stop(loop, &many[i]);
    mc_timer_stop(loop, &many[0]);
    ok(!mc_timer_active(&many[0]) && mc_timer_active(&many[1]),
       "a timer knows whether it is active");
    mc_loop_run(loop);
    is_int(fired, MANY - MANY / 4, "every timer that was not stopped fired once");
    ok(in_order, "in the order of their times");
    ok(not_early, "and none too early");
    end();
}

static struct named first, second;

static void stops_second(struct mc_timer *t)
{
    (void)t;
    tell('1');
    mc_timer_stop(loop, &second.timer);
}

static void second_fires(struct mc_timer *t)
{
    (void)t;
    tell('2');
}

static void restarts_itself(struct mc_timer *t)
{
    struct named *n = mc_container_of(t, struct named, timer);
    if (++n->count < 5)
        mc_timer_start(loop, t, 0, restarts_itself);
    else
        leave();
}

static void leaves(struct mc_timer *t)
{
    (void)t;
    tell('l');
    leave();
}

static void test_timers(void)
{
    struct mc_timer t = {0};
    begin();
    mc_timer_start(loop, &t, 100000, leaves);
    mc_loop_run(loop);
    ok(mc_timer_active(&t), "a timer does not keep the loop alive");
    mc_timer_stop(loop, &t);

    stay();
    mc_timer_start(loop, &first.timer, 1, stops_second);
    mc_timer_start(loop, &second.timer, 1, second_fires);
    second.timer.due++; /* later in any case; the heap stays one */
    mc_timer_start(loop, &t, 4, leaves);
    mc_loop_run(loop);
    is_str(trace, "1l", "a timer can stop another that is due as well");

    stay();
    first.count = 0;
    uint64_t before = mc_loop_now(loop);
    mc_timer_start(loop, &first.timer, 0, restarts_itself);
    mc_loop_run(loop);
    is_int(first.count, 5, "a timer can restart itself with 0 ms");
    ok(mc_loop_now(loop) - before >= 4, "and has no more than one turn in a millisecond");

    trace[0] = '\0';
    stay();
    mc_timer_start(loop, &t, 100000, leaves);
    mc_timer_start(loop, &t, 1, leaves); /* nearer than what the clock is set to */
    mc_loop_run(loop);
    is_str(trace, "l", "a restarted timer can come earlier");
    end();
}

static void stops_loop(struct mc_timer *t)
{
    (void)t;
    mc_loop_stop(loop);
}

static void test_stop(void)
{
    struct mc_timer t = {0};
    begin();
    stay();
    mc_timer_start(loop, &t, 1, stops_loop);
    mc_loop_run(loop);
    ok(uv_loop_alive(mc_loop_uv(loop)), "mc_loop_stop ends a loop that has something to wait for");
    leave();
    end();
}

/* ---- work ---- */

static struct job {
    pthread_t ran_on;
    bool done;
} job;

static void job_run(void *arg)
{
    ((struct job *)arg)->ran_on = pthread_self();
}

static void job_done(void *arg)
{
    struct job *j = arg;
    j->done = !pthread_equal(j->ran_on, pthread_self());
}

static void test_work(void)
{
    begin();
    mc_work(loop, job_run, job_done, &job);
    mc_loop_run(loop);
    ok(job.done, "work runs on another thread and is delivered on the loop's");
    job = (struct job){0};
    mc_work(loop, job_run, job_done, &job);
    end();
    ok(job.done, "mc_loop_free waits for work");
}

/* ---- what was forgotten ---- */

static void timer_idles(uv_timer_t *t)
{
    (void)t;
}

static int in_child(void (*fn)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        signal(SIGABRT, SIG_DFL);
        fn();
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void forgets_handle(void)
{
    uv_timer_t t;
    begin();
    uv_timer_init(mc_loop_uv(loop), &t);
    uv_timer_start(&t, timer_idles, 100000, 0);
    uv_unref((uv_handle_t *)&t);
    end();
}

static void forgets_timer(void)
{
    struct mc_timer t = {0};
    begin();
    mc_timer_start(loop, &t, 100000, leaves);
    end();
}

static void test_forgotten(void)
{
    is_int(in_child(forgets_handle), SIGABRT,
           "a handle that was not closed is found by mc_loop_free");
    is_int(in_child(forgets_timer), SIGABRT, "so is an active timer");
    mc_loop_free(NULL);
    begin();
    struct sigaction sa;
    sigaction(SIGPIPE, NULL, &sa);
    ok(sa.sa_handler == SIG_IGN, "SIGPIPE is ignored");
    uv_buf_t buf = mc_loop_read_buf(loop);
    is_int(buf.len, MC_LOOP_READ_SIZE, "the read buffer has its size");
    end();
}

int main(void)
{
    alarm(60);
    test_flush();
    test_no_starvation();
    test_heap();
    test_timers();
    test_stop();
    test_work();
    test_forgotten();
    return done_testing();
}
