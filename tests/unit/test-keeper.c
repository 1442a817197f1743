#include "tests/proc.h"
#include "tests/tap.h"

#include <fcntl.h>
#include <sys/resource.h>

/* A keeper with pipes for stdin, stdout, stderr and its notes. */
struct kept {
    pid_t pid;
    int in, out, err, note;
};

static void start(struct kept *k, const char *const *argv)
{
    int p[4][2];
    for (int i = 0; i < 4; i++)
        if (pipe2(p[i], O_CLOEXEC) < 0)
            exit(99);
    k->pid = fork();
    if (k->pid == 0) {
        /* From above, so that no end is overwritten before it is used. */
        int end[4];
        for (int i = 0; i < 4; i++)
            end[i] = fcntl(p[i][i != 0], F_DUPFD_CLOEXEC, 100);
        for (int i = 0; i < 4; i++)
            dup2(end[i], i);
        execv(proc_built("mcpctl-keeper"), (char *const *)argv);
        _exit(99);
    }
    for (int i = 0; i < 4; i++)
        close(p[i][i != 0]);
    *k = (struct kept){k->pid, p[0][1], p[1][0], p[2][0], p[3][0]};
}

#define KEEP(k, ...) start(k, (const char *const[]){"mcpctl-keeper", __VA_ARGS__, NULL})
#define FAKE proc_built("tests/helper/fakeserver")

/* Reads until the text has `until`, or the end. Static storage, one for each descriptor that is read. */
static const char *hear(int fd, const char *until)
{
    static char text[2][65536];
    static unsigned next;
    char *t = text[next++ % 2];
    size_t n = 0;
    ssize_t got;
    t[0] = '\0';
    while (n < 65535 && !(until && strstr(t, until)) && (got = read(fd, t + n, 65535 - n)) > 0) {
        n += (size_t)got;
        t[n] = '\0';
    }
    return t;
}

static int end(struct kept *k)
{
    int status = -1;
    while (waitpid(k->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(k->in);
    close(k->out);
    close(k->err);
    close(k->note);
    return status;
}

static void test_status(void)
{
    struct kept k;
    char want[64];
    int status;
    KEEP(&k, "--", "sh", "-c", "echo $$; exit 7");
    pid_t pid = (pid_t)strtol(hear(k.out, NULL), NULL, 10);
    snprintf(want, sizeof(want), "pid %d\ndone\n", (int)pid);
    is_str(hear(k.note, NULL), want, "the notes: the server's pid, and that nothing is left");
    status = end(&k);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 7, "the exit status is passed on");

    const struct rlimit core = {0, 0};
    setrlimit(RLIMIT_CORE, &core);
    KEEP(&k, "--", "sh", "-c", "kill -SEGV $$");
    status = end(&k);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "a deadly signal too");

    KEEP(&k, "--exec", "/bin/sh", "--", "other-name", "-c", "echo $0");
    is_str(hear(k.out, NULL), "other-name\n", "--exec runs a file under another argv[0]");
    end(&k);
}

static void test_cannot(void)
{
    struct kept k;
    int status;
    KEEP(&k, "--", "/no/such/command");
    const char *note = hear(k.note, NULL);
    ok(strstr(note, "exec 2\n") && strstr(note, "done\n"),
       "a missing command is noted with its errno");
    status = end(&k);
    is_int(WEXITSTATUS(status), 127, "and is status 127");

    KEEP(&k, "--", "/etc/passwd");
    ok(strstr(hear(k.note, NULL), "exec 13\n"), "a file that is no program is noted");
    status = end(&k);
    is_int(WEXITSTATUS(status), 126, "and is status 126");

    KEEP(&k, "--parent", "1", "--", "echo", "started");
    is_str(hear(k.out, NULL), "", "when the hub is gone already nothing is started");
    status = end(&k);
    is_int(WEXITSTATUS(status), 126, "which is status 126");

    const char *const wrong[][4] = {{"mcpctl-keeper"},
                                    {"mcpctl-keeper", "--"},
                                    {"mcpctl-keeper", "sh"},
                                    {"mcpctl-keeper", "--parent", "x", "--"}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        const char *argv[5] = {wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], NULL};
        start(&k, argv);
        ok(strncmp(hear(k.err, NULL), "usage: ", 7) == 0, "usage is told");
        status = end(&k);
        is_int(WEXITSTATUS(status), 125, "and is status 125");
    }
}

static void test_streams(void)
{
    struct kept k;
    KEEP(&k, "--", "sh", "-c", "exec >&-; echo closed >&2; read line; exit 3");
    is_str(hear(k.err, "\n"), "closed\n", "a server closes its stdout");
    is_str(hear(k.out, NULL), "", "its end is seen: the keeper has no copy");
    close(k.in);
    k.in = -1;
    is_int(WEXITSTATUS(end(&k)), 3, "and it runs on until its stdin ends");
}

static void test_signals(void)
{
    struct kept k;
    const int stray[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGUSR2, SIGTSTP, SIGALRM};
    KEEP(&k, "--", "cat");
    ok(strncmp(hear(k.note, "\n"), "pid ", 4) == 0, "cat is started");
    for (size_t i = 0; i < sizeof(stray) / sizeof(*stray); i++)
        kill(k.pid, stray[i]);
    ok(write(k.in, "alive\n", 6) == 6 && strcmp(hear(k.out, "\n"), "alive\n") == 0,
       "stray signals do nothing");
    kill(k.pid, SIGTERM);
    int status = end(&k);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "SIGTERM goes to the server");

    KEEP(&k, "--", "sh", "-c",
         "trap 'echo asked; exit 8' TERM; echo ready; while :; do sleep infinity & wait; done");
    hear(k.out, "ready\n");
    kill(k.pid, SIGTERM);
    is_str(hear(k.out, NULL), "asked\n", "which may handle it");
    status = end(&k);
    is_int(WEXITSTATUS(status), 8, "and end as it likes");

    KEEP(&k, "--", FAKE, "--ignore-term", "--stderr", "ready");
    hear(k.err, "ready\n");
    kill(k.pid, SIGTERM);
    kill(k.pid, SIGUSR1);
    status = end(&k);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
       "SIGUSR1 kills, also when SIGTERM is pending");
}

static pid_t daemons[4];

static bool all_gone(int n)
{
    bool gone = true;
    for (int i = 0; i < n; i++)
        gone = gone && daemons[i] > 1 && proc_gone(daemons[i]);
    return gone;
}

static void test_daemons(bool scan)
{
    struct kept k;
    const char *how = scan ? "by reading all of /proc" : "by the kernel's list";
    const char *option = scan ? "--scan" : "--exec", *value = scan ? "--scan" : FAKE;
    KEEP(&k, option, value, "--", FAKE, "--fork", "3", "--exit-at-once", "4");
    is_int(proc_forked(hear(k.err, NULL), daemons, 4), 3, "a server leaves three daemons (%s)",
           how);
    is_int(WEXITSTATUS(end(&k)), 4, "its status is its own");
    ok(all_gone(3), "the daemons are gone when the keeper is");

    KEEP(&k, option, value, "--", FAKE, "--fork", "3", "--ignore-term", "--stderr", "x");
    const char *text = hear(k.err, "forked"), *more;
    char all[4096];
    snprintf(all, sizeof(all), "%s", text);
    while (proc_forked(all, daemons, 4) < 3 && *(more = hear(k.err, "\n")))
        strncat(all, more, sizeof(all) - strlen(all) - 1);
    kill(k.pid, SIGUSR1);
    end(&k);
    ok(all_gone(3), "SIGUSR1 ends server and daemons");
}

/* A hub in between, which dies: the keeper comes to us with all that it has. */
static void test_hub_dies(int sig)
{
    int tell[2];
    memset(daemons, 0, sizeof(daemons));
    if (pipe2(tell, O_CLOEXEC) < 0)
        exit(99);
    pid_t hub = fork();
    if (hub == 0) {
        struct kept k;
        char parent[16], all[4096] = "";
        const char *more;
        snprintf(parent, sizeof(parent), "%d", (int)getpid());
        KEEP(&k, "--parent", parent, "--", FAKE, "--fork", "3", "--ignore-term");
        while (proc_forked(all, daemons, 4) < 3 && *(more = hear(k.err, "\n")))
            strncat(all, more, sizeof(all) - strlen(all) - 1);
        daemons[3] = k.pid;
        if (write(tell[1], daemons, sizeof(daemons)) != sizeof(daemons))
            _exit(1);
        for (;;)
            pause();
    }
    close(tell[1]);
    is_int(read(tell[0], daemons, sizeof(daemons)), sizeof(daemons),
           "a hub has a server with three daemons");
    kill(hub, sig);
    proc_reap_all();
    ok(all_gone(4), "when it dies of signal %d nothing is left", sig);
    close(tell[0]);
}

int main(void)
{
    proc_begin(60);
    signal(SIGPIPE, SIG_IGN);
    test_status();
    test_cannot();
    test_streams();
    test_signals();
    test_daemons(true);
    test_daemons(false);
    test_hub_dies(SIGKILL);
    test_hub_dies(SIGTERM);
    proc_reap_all(); /* hangs if a process is left */
    return done_testing();
}
