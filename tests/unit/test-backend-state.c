/* backend/backend: which state may follow which, and how a server comes, dies, is retried, given up and stopped. */
#include "tests/unit/backend-fixture.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct mc_loop *loop;

/* ---- the table ---- */

/* Rows from, columns to, in the order of the enum: STOPPED STARTING HANDSHAKE READY DRAINING STOPPING BACKOFF BLOCKED FAILED. */
static const char *const allowed[MC_BACKEND_STATE_MAX] = {
    [MC_BACKEND_STOPPED] = ".x....xxx",  /* a start may fail at once */
    [MC_BACKEND_STARTING] = ".xxx.xx.x", /* STARTING again: without the probe */
    [MC_BACKEND_HANDSHAKE] = "...x.xx.x", [MC_BACKEND_READY] = "....xxx.x",
    [MC_BACKEND_DRAINING] = "x....x...",  [MC_BACKEND_STOPPING] = "xx....x.x",
    [MC_BACKEND_BACKOFF] = "xx......x",   [MC_BACKEND_BLOCKED] = "xx.......",
    [MC_BACKEND_FAILED] = "xx....x.x",
};

/* In a process of its own: what is not allowed ends it. */
static bool can_follow(enum mc_backend_state from, enum mc_backend_state to)
{
    int status = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct mc_backend *b = make(loop, MC_PROTOCOL_AUTO, MC_REV_NONE);
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        b->state = from;
        backend_set_state(b, to, "why");
        bool done = b->state == to;
        finish(b);
        _exit(done ? 0 : 3);
    }
    waitpid(pid, &status, 0);
    MC_ASSERT(WIFSIGNALED(status) ? WTERMSIG(status) == SIGABRT : WEXITSTATUS(status) == 0);
    return !WIFSIGNALED(status);
}

static void test_table(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (int from = 0; from < MC_BACKEND_STATE_MAX; from++) {
        char got[MC_BACKEND_STATE_MAX + 1] = "";
        for (int to = 0; to < MC_BACKEND_STATE_MAX; to++)
            got[to] =
                can_follow((enum mc_backend_state)from, (enum mc_backend_state)to) ? 'x' : '.';
        is_str(got, allowed[from], "what may follow %s",
               mc_backend_state_name((enum mc_backend_state)from));
    }
}

/* Every state has a name of its own, can be left, and leads back to STOPPED. */
static void test_totality(void)
{
    for (int s = 0; s < MC_BACKEND_STATE_MAX; s++) {
        const char *name = mc_backend_state_name((enum mc_backend_state)s);
        bool own = name && *name;
        for (int t = 0; t < s; t++)
            own &= strcmp(name, mc_backend_state_name((enum mc_backend_state)t)) != 0;
        ok(own, "%s is a name", name ? name : "(none)");
        ok(strchr(allowed[s], 'x'), "%s can be left", name);
    }
    bool back[MC_BACKEND_STATE_MAX] = {[MC_BACKEND_STOPPED] = true};
    for (int round = 0; round < MC_BACKEND_STATE_MAX; round++)
        for (int s = 0; s < MC_BACKEND_STATE_MAX; s++)
            for (int t = 0; t < MC_BACKEND_STATE_MAX; t++)
                back[s] |= allowed[s][t] == 'x' && back[t];
    for (int s = 0; s < MC_BACKEND_STATE_MAX; s++)
        ok(back[s], "%s leads back to STOPPED", mc_backend_state_name((enum mc_backend_state)s));
}

/* ---- its life ---- */

static void test_start_and_stop(void)
{
    struct mc_backend *b = legacy(loop, "{}");
    is_str(told.states, "STARTING HANDSHAKE READY ", "a start");
    is_int(mc_backend_pid(b), 4711, "it has a process");
    mc_backend_start(b);
    is_int(wire.spawned, 1, "a second start is none");
    forget_told();
    mc_backend_stop(b);
    ok(wire.child && wire.child->stopping, "a stop begins the ladder");
    mc_backend_stop(b);
    is_str(told.states, "STOPPING ", "once");
    wire_exits(0);
    is_str(told.states, "STOPPING STOPPED ", "and ends with the process");
    is_int(mc_backend_pid(b), 0, "then it has none");
    is_str(mc_backend_reason(b), "", "a stop that was asked for needs no reason");
    forget_told();
    mc_backend_start(b);
    mc_backend_stop(b);
    mc_backend_start(b);
    is_str(told.states, "STARTING STOPPING ", "a start while it stops waits");
    wire_exits(0);
    is_str(told.states, "STARTING STOPPING STARTING ", "until the process is gone");
    mc_backend_stop(b);
    mc_backend_start(b);
    mc_backend_stop(b);
    wire_exits(0);
    is_str(mc_backend_state_name(mc_backend_state(b)), "STOPPED", "the last word counts");
    forget_told();
    mc_backend_start(b);
    mc_backend_restart(b);
    wire_exits(0);
    is_str(told.states, "STARTING STOPPING STARTING ", "a restart");
    is_int(mc_backend_restarts(b), 1, "is counted");
    finish(b);
    is_int(wire.closed, 1, "whoever kills it closes its process");
}

static void test_never_worked(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_LEGACY, MC_REV_NONE);
    mc_backend_start(b);
    wire_exits(3);
    is_str(told.states, "STARTING BACKOFF ", "one that dies at once is tried again");
    is_str(mc_backend_reason(b), "it exited with status 3", "and says why");
    wire_fire(loop, &b->timer);
    wire_exits(3);
    is_str(told.states, "STARTING BACKOFF STARTING FAILED ", "once, when it never worked");
    is_str(mc_backend_last_error(b), "it exited with status 3", "the error stays");
    forget_told();
    mc_backend_start(b);
    is_str(told.states, "STARTING ", "the next use tries anew");
    is_str(mc_backend_last_error(b), "", "with errors of its own");
    finish(b);
}

static void test_worked_before(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_LEGACY, MC_REV_2025_11_25);
    unsigned tries = 0;
    uint64_t pause = 0;
    bool longer = true;
    mc_backend_start(b);
    wire_exits(1);
    for (; b->state == MC_BACKEND_BACKOFF && tries < 20; tries++) {
        uint64_t ms = wire.timer_ms, base = (uint64_t)MC_BACKEND_BACKOFF_MS << tries;
        longer &= ms >= base && ms <= base * 3 / 2 && ms > pause;
        pause = base;
        wire_fire(loop, &b->timer);
        wire_exits(1);
    }
    is_int(tries, MC_BACKEND_RETRIES_MAX, "one that has worked is tried so often");
    ok(longer, "with pauses that double, and up to half of that at random");
    is_str(mc_backend_state_name(b->state), "FAILED", "then it is given up");
    mc_backend_start(b);
    b->failures = MC_BACKEND_RETRIES_MAX;
    wire.now += MC_BACKEND_STABLE_MS - 1;
    wire_exits(1);
    is_str(mc_backend_state_name(b->state), "FAILED", "a run that was too short");
    mc_backend_start(b);
    b->failures = MC_BACKEND_RETRIES_MAX;
    wire.now += MC_BACKEND_STABLE_MS;
    wire_exits(1);
    is_str(mc_backend_state_name(b->state), "BACKOFF", "a run that was long is no early end");
    is_int(b->failures, 1, "it begins to count anew");
    finish(b);
}

static void test_cannot_spawn(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_LEGACY, MC_REV_NONE);
    wire.spawn_rc = -MC_E_NOT_FOUND;
    mc_backend_start(b);
    is_str(told.states, "FAILED ", "a command that is not there: at once");
    forget_told();
    wire.spawn_rc = -MC_E_SYSTEM;
    mc_backend_start(b);
    is_str(told.states, "BACKOFF ", "no descriptors left: later");
    forget_told();
    mc_backend_stop(b);
    is_str(told.states, "STOPPED ", "a stop ends the retries");
    ok(!mc_timer_active(&b->timer), "and their timer");
    wire.spawn_rc = 0;
    finish(b);
}

static void test_probe_kills(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_AUTO, MC_REV_NONE);
    unsigned before = wire.spawned;
    mc_backend_start(b);
    ok(strstr(wire_sent(), "server/discover"), "it is probed");
    wire_exits(1);
    is_str(told.states, "STARTING STARTING ", "one that dies of it is started again at once");
    ok(wire.spawned == before + 2 && !strstr(wire_sent(), "server/discover"), "without the probe");
    wire_exits(1);
    is_str(mc_backend_state_name(b->state), "BACKOFF", "its next death is one");
    finish(b);
}

int main(void)
{
    mc_log_set_level(MC_LOG_ERROR);
    loop = mc_loop_new();
    test_table();
    test_totality();
    test_start_and_stop();
    test_never_worked();
    test_worked_before();
    test_cannot_spawn();
    test_probe_kills();
    mc_loop_free(loop);
    mc_buf_done(&wire.sent);
    return done_testing();
}
