#include "loop/child.h"
#include "loop/loop.h"

#include "base/buf.h"
#include "base/err.h"
#include "tests/proc.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define FAST ((struct mc_child_ladder){1, 1})
#define PATIENT                                                                                    \
    ((struct mc_child_ladder){600000,                                                              \
                              600000}) /* who needs the next rung lets the alarm end the test */
#define BIG (5u << 20)

static char *const env_path[] = {(char *)"PATH=/usr/local/bin:/usr/bin:/bin", NULL};

/* One server, what it said, and what to do when it says something. */
struct run {
    struct mc_loop *loop;
    struct mc_child *child;
    struct mc_buf out, err;
    void (*heard)(struct run *r); /* after each piece of output */
    void (*drained)(struct run *r);
    size_t sent;
    struct mc_timer timer;
    int code, sig, exits, drains;
    bool told; /* for hooks that act once */
};

static void on_out(void *arg, const char *p, size_t n)
{
    struct run *r = arg;
    mc_buf_add(&r->out, p, n);
    if (r->heard)
        r->heard(r);
}

static void on_err(void *arg, const char *p, size_t n)
{
    struct run *r = arg;
    mc_buf_add(&r->err, p, n);
    if (r->heard)
        r->heard(r);
}

static void on_drain(void *arg)
{
    struct run *r = arg;
    r->drains++;
    if (r->drained)
        r->drained(r);
}

static void on_exit_(void *arg, int code, int sig)
{
    struct run *r = arg;
    r->code = code;
    r->sig = sig;
    r->exits++;
}

static const struct mc_child_ops ops = {
    .on_out = on_out, .on_err = on_err, .on_drain = on_drain, .on_exit = on_exit_};

static int spawn_in(struct run *r, const char *const *argv, char *const *env, const char *cwd,
                    struct mc_err *err)
{
    struct mc_child_spec spec = {(char *const *)argv, env, cwd};
    mc_buf_init(&r->out, 64u << 20);
    mc_buf_init(&r->err, 64u << 20);
    mc_buf_addz(&r->out, "");
    mc_buf_addz(&r->err, "");
    r->code = r->sig = -100;
    r->loop = mc_loop_new();
    return mc_child_spawn(r->loop, &spec, &ops, r, &r->child, err);
}

static void spawn(struct run *r, const char *const *argv)
{
    struct mc_err err = {0};
    if (spawn_in(r, argv, env_path, "/", &err) < 0) {
        printf("Bail out! %s\n", err.msg);
        exit(1);
    }
}

/* Runs until the server is gone. */
static void run(struct run *r)
{
    mc_loop_run(r->loop);
    is_int(r->exits, 1, "on_exit came once");
}

static void done(struct run *r)
{
    if (r->child)
        mc_child_unref(r->child);
    mc_loop_free(r->loop);
    mc_buf_done(&r->out);
    mc_buf_done(&r->err);
}

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SH(script) ARGV("sh", "-c", script)
#define FAKE(...) ARGV(proc_built("tests/helper/fakeserver"), __VA_ARGS__)

static bool line_heard(const struct mc_buf *b, const char *line)
{
    return strstr(b->data, line) != NULL;
}

static void stop_fast_when_ready(struct run *r)
{
    if (line_heard(&r->out, "ready\n") || line_heard(&r->err, "ready\n"))
        mc_child_stop(r->child, FAST);
}

/* ---- bytes ---- */

static char pattern(size_t i)
{
    return (char)('a' + (i * 31 + i / 977) % 26);
}

static void send_more(struct run *r)
{
    char piece[100000];
    while (r->sent < BIG && !mc_child_congested(r->child)) {
        size_t n = BIG - r->sent < sizeof(piece) ? BIG - r->sent : sizeof(piece);
        for (size_t i = 0; i < n; i++)
            piece[i] = pattern(r->sent + i);
        if (mc_child_write(r->child, piece, n) < 0)
            break;
        r->sent += n;
    }
}

static void read_again(struct mc_timer *t)
{
    mc_child_pause(mc_container_of(t, struct run, timer)->child, false);
}

static void hear_slowly(struct run *r)
{
    if (r->out.len == BIG) {
        mc_child_stop(r->child, PATIENT);
        return;
    }
    if (r->out.len / 500000 % 2) {
        mc_child_pause(r->child, true);
        mc_timer_start(r->loop, &r->timer, 1, read_again);
    }
}

static void test_echo(void)
{
    struct run r = {.heard = hear_slowly, .drained = send_more};
    spawn(&r, ARGV("cat"));
    send_more(&r);
    ok(mc_child_congested(r.child) && r.sent < BIG, "5 MiB at once congest the queue (%zu written)",
       r.sent);
    run(&r);
    size_t same = 0;
    while (same < r.out.len && r.out.data[same] == pattern(same))
        same++;
    is_int(r.out.len, BIG, "everything came back from a reader that pauses");
    is_int(same, BIG, "unharmed");
    ok(r.drains > 0, "on_drain let the writer go on (%d times)", r.drains);
    ok(r.code == 0 && r.sig == 0, "cat ended when its stdin was closed");
    mc_timer_stop(r.loop, &r.timer);
    done(&r);
}

static void test_cap(void)
{
    static char piece[1 << 20];
    struct run r = {.heard = stop_fast_when_ready};
    memset(piece, 'x', sizeof(piece));
    spawn(&r, FAKE("--never-read", "--ignore-term", "--stderr", "ready"));
    int n = 0, ret;
    while ((ret = mc_child_write(r.child, piece, sizeof(piece))) == 0 && n < 1000)
        n++;
    is_int(ret, -MC_E_TOO_BIG, "the queue has an end");
    is_int(n, MC_CHILD_QUEUE_MAX / sizeof(piece), "at its cap");
    is_int(mc_child_write(r.child, "", 0), 0, "what fits is still taken");
    ok(mc_child_congested(r.child), "it is congested");
    run(&r);
    is_int(r.sig, SIGKILL, "a server that neither reads nor ends is killed");
    is_int(mc_child_write(r.child, "x", 1), -MC_E_UNREACHABLE,
           "afterwards it cannot be written to");
    done(&r);
}

static void test_rest_of_output(void)
{
    struct run r = {0};
    spawn(&r, SH("head -c 60000 /dev/zero; echo bye >&2; exit 5"));
    mc_child_pause(r.child, true);
    run(&r);
    is_int(r.out.len, 60000, "a paused stdout is delivered before on_exit");
    is_str(r.err.data, "bye\n", "so is stderr");
    is_int(r.code, 5, "the exit status is the server's");
    done(&r);

    r = (struct run){0};
    spawn(&r, FAKE("--flood-stderr", "--exit-at-once", "3"));
    run(&r);
    is_int(r.err.len, 8 << 20, "8 MiB of stderr are read");
    is_int(r.code, 3, "and do not hold the server up");
    done(&r);
}

/* ---- how it ends ---- */

static void test_status(void)
{
    struct run r = {0};
    spawn(&r, SH("exit 7"));
    run(&r);
    ok(r.code == 7 && r.sig == 0, "exit status 7");
    done(&r);
    r = (struct run){0};
    spawn(&r, SH("kill -SEGV $$"));
    run(&r);
    ok(r.code == -1 && r.sig == SIGSEGV, "signal SIGSEGV");
    done(&r);
}

static void stop_patient_at_once(struct run *r)
{
    mc_child_stop(r->child, PATIENT);
    mc_child_stop(r->child, FAST); /* no effect */
}

static void stop_term_when_ready(struct run *r)
{
    if (line_heard(&r->out, "ready\n"))
        mc_child_stop(r->child, (struct mc_child_ladder){1, 600000});
}

static void test_ladder(void)
{
    struct run r = {.heard = stop_patient_at_once};
    spawn(&r, SH("echo ready; cat; exit 4"));
    run(&r);
    ok(r.code == 4 && r.sig == 0,
       "rung 1: a server that ends with its stdin is given the time for it");
    done(&r);

    r = (struct run){.heard = stop_term_when_ready};
    spawn(&r, SH("trap 'exit 9' TERM; echo ready; while :; do sleep infinity & wait; done"));
    run(&r);
    ok(r.code == 9 && r.sig == 0, "rung 2: SIGTERM, which the server may handle");
    done(&r);

    r = (struct run){.heard = stop_fast_when_ready};
    spawn(&r, FAKE("--ignore-term", "--stderr", "ready"));
    run(&r);
    ok(r.code == -1 && r.sig == SIGKILL, "rung 3: SIGKILL");
    done(&r);

    r = (struct run){.heard = stop_term_when_ready};
    spawn(&r, SH("echo ready; kill -STOP $$; exit 6"));
    run(&r);
    is_int(r.sig, SIGTERM, "a stopped server is woken up for its SIGTERM");
    done(&r);
}

static void stop_after_broken_pipe(struct run *r)
{
    if (!line_heard(&r->out, "ready\n") || r->told)
        return;
    r->told = true;
    ok(mc_child_write(r->child, "x", 1) == 0, "a server that closed its stdin is written to");
}

static void test_closed_streams(void)
{
    struct run r = {0};
    spawn(&r, SH("exec >&-; cat; exit 3"));
    run(&r);
    is_int(r.code, 3, "closing its stdout ends a server: its stdin is closed too");
    done(&r);

    /* SIGTERM after the default 2 s; the test waits for nothing else. */
    r = (struct run){.heard = stop_after_broken_pipe};
    spawn(&r, SH("exec <&-; echo ready; exec sleep infinity"));
    run(&r);
    is_int(r.sig, SIGTERM, "closing its stdin ends a server when it is noticed");
    is_int(mc_child_write(r.child, "x", 1), -MC_E_UNREACHABLE, "nothing can be written after that");
    done(&r);
}

/* ---- what it leaves behind ---- */

static pid_t daemons[8], keeper, server;

static void stop_when_forked(struct run *r)
{
    if (proc_forked(r->err.data, daemons, 8) == 3 && !r->told) {
        r->told = true;
        bool alive = true;
        for (int i = 0; i < 3; i++)
            alive = alive && daemons[i] > 0 && kill(daemons[i], 0) == 0;
        ok(alive, "three daemons are alive");
        mc_child_stop(r->child, FAST);
    }
}

static bool daemons_gone(int n)
{
    bool gone = true;
    for (int i = 0; i < n; i++)
        gone = gone && proc_gone(daemons[i]);
    return gone;
}

static void test_daemons(void)
{
    struct run r = {.heard = stop_when_forked};
    spawn(&r, FAKE("--fork", "3", "--ignore-term"));
    run(&r);
    is_int(r.sig, SIGKILL, "a server with daemons that ignores SIGTERM is killed");
    ok(daemons_gone(3), "and the daemons with it");
    done(&r);

    r = (struct run){0};
    spawn(&r, FAKE("--fork", "3", "--exit-at-once", "0"));
    run(&r);
    is_int(proc_forked(r.err.data, daemons, 8), 3, "a server leaves three daemons and exits");
    is_int(r.code, 0, "with its own status");
    ok(daemons_gone(3), "the daemons are dead when on_exit comes");
    done(&r);
}

static void kill_keeper_when_forked(struct run *r)
{
    if (proc_forked(r->err.data, daemons, 8) < 3 || r->told)
        return;
    r->told = true;
    server = mc_child_pid(r->child);
    keeper = proc_stat(server, 2);
    kill(keeper, SIGKILL);
}

static void stop_keeper_when_forked(struct run *r)
{
    if (proc_forked(r->err.data, daemons, 8) < 3 || r->told)
        return;
    r->told = true;
    server = mc_child_pid(r->child);
    keeper = proc_stat(server, 2);
    kill(keeper, SIGSTOP);
    mc_child_stop(r->child, FAST);
}

static void test_keeper_killed(void)
{
    struct run r = {.heard = kill_keeper_when_forked};
    spawn(&r, FAKE("--fork", "3", "--ignore-term"));
    run(&r);
    ok(server > 0 && keeper > 0 && server != keeper, "mc_child_pid is the server, not its keeper");
    is_int(r.sig, SIGKILL, "a killed keeper is the end of the server");
    ok(proc_gone(server) && daemons_gone(3), "and of its daemons");
    done(&r);

    r = (struct run){.heard = stop_keeper_when_forked};
    spawn(&r, FAKE("--fork", "3", "--ignore-term"));
    run(&r);
    is_int(r.sig, SIGKILL, "a stopped keeper is woken up to do its work");
    ok(proc_gone(server) && daemons_gone(3), "nothing is left");
    done(&r);
}

/* A hub of its own process, which is killed when its server has its daemons. */
static void mini_hub(int tell)
{
    struct run r = {0};
    spawn(&r, FAKE("--fork", "3", "--ignore-term"));
    for (;;) {
        uv_run(mc_loop_uv(r.loop), UV_RUN_ONCE);
        if (proc_forked(r.err.data, daemons, 8) == 3 && !r.told) {
            r.told = true;
            daemons[3] = mc_child_pid(r.child);
            daemons[4] = proc_stat(daemons[3], 2);
            if (write(tell, daemons, sizeof(daemons)) != sizeof(daemons))
                _exit(1);
        }
    }
}

static void test_hub_killed(void)
{
    int tell[2];
    memset(daemons, 0, sizeof(daemons));
    ok(pipe2(tell, O_CLOEXEC) == 0, "a pipe");
    pid_t hub = fork();
    if (hub == 0)
        mini_hub(tell[1]);
    close(tell[1]);
    is_int(read(tell[0], daemons, sizeof(daemons)), sizeof(daemons),
           "a hub started a server with three daemons");
    bool alive = true;
    for (int i = 0; i < 5; i++)
        alive = alive && daemons[i] > 1 && kill(daemons[i], 0) == 0;
    ok(alive, "server, keeper and daemons are alive");
    kill(hub, SIGKILL);
    proc_reap_all(); /* the keeper comes to us, and takes everything with it */
    ok(daemons_gone(5), "after SIGKILL of the hub none of them is");
    close(tell[0]);
}

/* ---- what the server finds ---- */

static void test_surroundings(void)
{
    const char *dir = scratch();
    int leak = fcntl(2, F_DUPFD, 50); /* without FD_CLOEXEC */
    char *const env[] = {(char *)"PATH=/usr/bin:/bin", (char *)"ONE=1", NULL};
    struct mc_err err = {0};
    struct run r = {0};
    is_int(spawn_in(&r, ARGV("ls", "/proc/self/fd"), env, dir, &err), 0, "ls starts");
    run(&r);
    is_str(r.out.data, "0\n1\n2\n3\n",
           "the server has the descriptors 0, 1, 2 (3 is what ls looks at)");
    close(leak);
    done(&r);

    r = (struct run){0};
    spawn_in(&r, ARGV("env"), env, dir, &err);
    run(&r);
    is_str(r.out.data, "PATH=/usr/bin:/bin\nONE=1\n", "exactly its environment");
    done(&r);

    r = (struct run){0};
    spawn_in(&r, ARGV("/bin/pwd"), env, dir, &err);
    run(&r);
    r.out.data[r.out.len ? r.out.len - 1 : 0] = '\0';
    is_str(r.out.data, dir, "its working directory");
    done(&r);

    r = (struct run){0};
    spawn(&r, ARGV("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"));
    run(&r);
    is_str(r.out.data, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n",
           "no signal blocked or ignored");
    done(&r);

    r = (struct run){0};
    spawn(&r, SH("echo $$; cut -d' ' -f5,6 /proc/$$/stat"));
    run(&r);
    char want[64];
    snprintf(want, sizeof(want), "%d\n%d %d\n", (int)mc_child_pid(r.child),
             (int)mc_child_pid(r.child), (int)mc_child_pid(r.child));
    is_str(r.out.data, want, "process group and session are its own; mc_child_pid is its pid");
    done(&r);
}

/* ---- what cannot start ---- */

static int count_fds(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static void test_emfile(void)
{
    struct rlimit old, low;
    struct run r = {0};
    struct mc_err err = {0};
    int failures = 0, named = 0, leaks = 0, ret = -1;
    getrlimit(RLIMIT_NOFILE, &old);
    spawn(&r, ARGV("true")); /* libuv makes the pipe for its signals with the first process */
    run(&r);
    mc_child_unref(r.child);
    r.child = NULL;
    r.exits = 0;
    struct mc_child_spec spec = {(char *const *)ARGV("true"), env_path, "/"};
    for (int spare = 0; spare < 40 && ret < 0; spare++) {
        mc_loop_run(r.loop); /* the close callbacks of the last attempt */
        int before = count_fds();
        low = (struct rlimit){(rlim_t)(before - 3 + spare),
                              old.rlim_max}; /* ".", ".." and the directory itself */
        setrlimit(RLIMIT_NOFILE, &low);
        ret = mc_child_spawn(r.loop, &spec, &ops, &r, &r.child, &err);
        setrlimit(RLIMIT_NOFILE, &old);
        if (ret < 0) {
            failures++;
            leaks += count_fds() != before;
            named += strstr(err.msg, "cannot start 'true': all ") && err.sys_errno == EMFILE;
        }
    }
    is_int(ret, 0, "with enough descriptors it starts");
    if (getenv("MC_VALGRIND"))
        skip("valgrind has descriptors of its own");
    else
        ok(failures >= 8, "with fewer it does not (%d attempts)", failures);
    is_int(leaks, 0, "and no descriptor is lost");
    is_int(named, failures, "each error says so: %s", err.msg);
    run(&r);
    is_int(r.code, 0, "the one that was started runs");
    done(&r);
}

static void test_exec_errors(void)
{
    const char *dir = scratch(), *script = scratch_path("script");
    struct mc_err err = {0};
    struct run r = {0};
    scratch_write(script, "#!/no/such/interpreter\n");

    is_int(spawn_in(&r, ARGV("no-such-command"), env_path, "/", &err), -MC_E_NOT_FOUND,
           "a missing command fails at once");
    is_str(err.msg,
           "command 'no-such-command' was not found in PATH: install it, or write its full path",
           "by name");
    done(&r);

    r = (struct run){0};
    chmod(script, 0755);
    is_int(spawn_in(&r, ARGV("./script"), env_path, dir, &err), 0,
           "a script whose interpreter is missing is found");
    run(&r);
    is_int(r.code, 127, "it cannot be executed");
    ok(strstr(r.err.data, script) && strstr(r.err.data, "interpreter"), "why is on stderr: %s",
       r.err.data);
    done(&r);
}

/* ---- closing ---- */

static void close_now(struct run *r)
{
    if (!r->child)
        return;
    server = mc_child_pid(r->child);
    struct mc_child *c = r->child;
    r->child = NULL;
    mc_child_close(c);
}

static void test_close(void)
{
    struct run r = {.heard = close_now};
    spawn(&r, SH("echo ready; exec sleep infinity"));
    mc_loop_run(r.loop);
    ok(r.exits == 0 && !r.child, "mc_child_close in a callback drops the callbacks");
    done(&r);
    ok(server > 1 && proc_gone(server), "and the server is gone");

    r = (struct run){0};
    spawn(&r, FAKE("--ignore-term"));
    ok(mc_child_write(r.child, "x\n", 2) == 0, "something waits to be written");
    close_now(&r);
    done(&r); /* mc_loop_free waits */
    ok(r.exits == 0 && proc_gone(server), "mc_child_close right after the spawn");

    r = (struct run){0};
    spawn(&r, SH("exit 0"));
    run(&r);
    close_now(&r);
    done(&r);
    mc_child_close(NULL);
    mc_child_unref(NULL);
}

int main(void)
{
    proc_begin(100);
    setenv("MCPCTL_LIBEXECDIR", proc_built("."), 1);
    test_echo();
    test_cap();
    test_rest_of_output();
    test_status();
    test_ladder();
    test_closed_streams();
    test_daemons();
    test_keeper_killed();
    test_hub_killed();
    test_surroundings();
    test_emfile();
    test_exec_errors();
    test_close();
    proc_reap_all(); /* hangs if a process is left */
    return done_testing();
}
