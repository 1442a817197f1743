#include "base/alloc.h"
#include "base/err.h"
#include "base/run.h"
#include "base/time.h"
#include "tests/tap.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct mc_err err;

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

static void plain(void)
{
    static const char *const env[] = {"WORD=hello", NULL};
    struct mc_run_result got;
    struct mc_run r = {.argv =
                           ARGV("/bin/sh", "-c", "cat; echo \"$WORD $PWD\"; echo oops >&2; exit 3"),
                       .env = env,
                       .cwd = "/",
                       .input = MC_STR("in\n"),
                       .out_max = 100,
                       .timeout_ms = 10000};
    is_int(mc_run(&r, &got, &err), 0, "it runs");
    is_str(got.out, "in\nhello /\n", "input, environment, directory");
    is_str(got.err, "oops", "what it complained of");
    is_int(got.status, 3, "its exit status");
    mc_run_done(&got);
    ok(!got.out && !got.err, "nothing is left");
}

static void large_both_ways(void)
{
    size_t n = 3u << 20;
    char *input = mc_malloc(n);
    struct mc_run_result got;
    memset(input, 'x', n);
    struct mc_run r = {.argv = ARGV("cat"), .input = {input, n}, .out_max = n, .timeout_ms = 20000};
    is_int(mc_run(&r, &got, &err), 0, "3 MiB through cat");
    ok(got.out_len == n && memcmp(got.out, input, n) == 0, "come back whole");
    mc_run_done(&got);
    r.out_max = n - 1;
    is_int(mc_run(&r, &got, &err), -MC_E_TOO_BIG, "a byte more than it may");
    is_str(err.msg, "cat printed more than 3145727 bytes", "and says so");
    mc_run_done(&got);
    r.argv = ARGV("true");
    is_int(mc_run(&r, &got, &err), 0, "one that does not read");
    is_int(got.status, 0, "is no error, and no SIGPIPE");
    mc_run_done(&got);
    mc_free(input);
}

static void mistakes(void)
{
    struct mc_run_result got;
    struct mc_run r = {.argv = ARGV("mcpctl-no-such-program"), .out_max = 10, .timeout_ms = 1000};
    if (getenv("MC_VALGRIND")) {
        skip("under valgrind a spawn never fails");
        return;
    }
    is_int(mc_run(&r, &got, &err), -MC_E_NOT_FOUND, "no such program");
    is_str(err.msg, "mcpctl-no-such-program: no such program", "by name");
    mc_run_done(&got);
    r.argv = ARGV("/bin/sh", "-c", "kill -9 $$");
    is_int(mc_run(&r, &got, &err), 0, "one that is killed has ended, too");
    is_int(got.status, 137, "by that signal");
    mc_run_done(&got);
}

static void out_of_time(void)
{
    struct mc_run_result got;
    /* The group is killed, its sleeping child with it: the pipe that this holds would otherwise be open. */
    struct mc_run r = {.argv = ARGV("/bin/sh", "-c", "echo $$; sleep infinity & sleep infinity"),
                       .out_max = 100,
                       .timeout_ms = 300};
    is_int(mc_run(&r, &got, &err), -MC_E_TIMEOUT, "one that does not end");
    is_str(err.msg, "/bin/sh has not ended within 1 s", "and says so");
    is_int(got.status, 137, "it was killed");
    int status = 0;
    alarm(30);
    ok(strtol(got.out, NULL, 10) > 1 &&
           waitpid(-(pid_t)strtol(got.out, NULL, 10), &status, 0) > 0 && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGKILL,
       "with all that it had started");
    alarm(0);
    mc_run_done(&got);
    /* A descendant that stays does not hold us up. */
    r = (struct mc_run){.argv = ARGV("/bin/sh", "-c", "sleep infinity & echo $!"),
                        .out_max = 100,
                        .timeout_ms = 60000};
    uint64_t began = mc_now_ms();
    is_int(mc_run(&r, &got, &err), 0, "one that leaves a process behind");
    ok(mc_now_ms() - began < 50000, "is not waited for longer than it lives");
    pid_t left = (pid_t)strtol(got.out, NULL, 10);
    if (left > 1) /* 0 would be ourselves and whoever started us */
        kill(left, SIGKILL);
    mc_run_done(&got);
}

int main(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what is left of a group is ours to reap */
    plain();
    large_both_ways();
    mistakes();
    out_of_time();
    return done_testing();
}
