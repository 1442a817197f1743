#include "base/run.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define LOOK_MS 20

enum { IN, OUT, ERR, N_ENDS };

struct child {
    pid_t pid;
    int pidfd; /* readable when it has ended; -1 where the kernel has none: then it is looked at every LOOK_MS */
    int ours[N_ENDS];
    struct mc_str input;
    struct mc_buf out, err;
    uint64_t deadline;
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- starting ---- */

static int reap(const struct child *c)
{
    int status = 0;

    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Standard input is a socket, as a write to one need not raise SIGPIPE. */
static int make_ends(int ours[N_ENDS], int theirs[N_ENDS], struct mc_err *err)
{
    int fds[2];

    for (int i = 0; i < N_ENDS; i++) {
        int failed = i == IN ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)
                             : pipe2(fds, O_CLOEXEC);
        if (failed < 0)
            return mc_err_sys(err, errno, "cannot make a pipe");
        ours[i] = fds[i == IN];
        theirs[i] = fds[i != IN];
        fcntl(ours[i], F_SETFL, O_NONBLOCK);
    }
    return 0;
}

static int spawn_with(const struct mc_run *r, const int theirs[N_ENDS], pid_t *ret)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, defaults;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    for (int i = 0; i < N_ENDS; i++)
        posix_spawn_file_actions_adddup2(&actions, theirs[i], i);
    if (r->cwd)
        posix_spawn_file_actions_addchdir_np(&actions, r->cwd);
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETPGROUP);
    int failed = posix_spawnp(ret, r->argv[0], &actions, &attr, (char *const *)r->argv,
                              r->env ? (char *const *)r->env : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return failed;
}

static int start(const struct mc_run *r, struct child *c, struct mc_err *err)
{
    int theirs[N_ENDS] = {-1, -1, -1};
    int ret = make_ends(c->ours, theirs, err);

    if (ret == 0) {
        int failed = spawn_with(r, theirs, &c->pid);
        if (failed == ENOENT)
            ret = mc_err_set(err, MC_E_NOT_FOUND, "%s: no such program", r->argv[0]);
        else if (failed)
            ret = mc_err_sys(err, failed, "cannot run %s", r->argv[0]);
    }
    if (ret == 0)
        c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
    for (int i = 0; i < N_ENDS; i++)
        close_end(&theirs[i]);
    return ret;
}

/* ---- running ---- */

static void feed(struct child *c)
{
    ssize_t n = send(c->ours[IN], c->input.p, c->input.n, MSG_NOSIGNAL);

    if (n > 0)
        c->input = (struct mc_str){c->input.p + n, c->input.n - (size_t)n};
    else if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    else
        c->input.n = 0; /* it does not read on; that is its own affair */
    if (c->input.n == 0)
        close_end(&c->ours[IN]);
}

/* False when it printed more than it may. */
static bool take(struct child *c, int which)
{
    char bytes[16384];
    ssize_t n = read(c->ours[which], bytes, sizeof(bytes));
    bool fits = true;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n <= 0) {
        close_end(&c->ours[which]);
    } else if (which == OUT) {
        fits = mc_buf_add(&c->out, bytes, (size_t)n) == 0;
    } else {
        mc_buf_add(&c->err, bytes, (size_t)n);
        if (c->err.len > MC_RUN_ERR_MAX)
            mc_buf_drop(&c->err, c->err.len - MC_RUN_ERR_MAX);
    }
    explicit_bzero(bytes, sizeof(bytes));
    return fits;
}

/* What is in the pipes when it has ended; what a descendant of it writes later is nobody's. */
static bool drain(struct child *c)
{
    for (int i = OUT; i <= ERR; i++) {
        struct pollfd p = {.fd = c->ours[i], .events = POLLIN};
        while (c->ours[i] >= 0 && poll(&p, 1, 0) > 0)
            if (!take(c, i))
                return false;
    }
    return true;
}

static bool has_ended(const struct child *c)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

static int attend(const struct mc_run *r, struct child *c, struct mc_err *err)
{
    bool fits = true;

    if (c->input.n == 0)
        close_end(&c->ours[IN]);
    for (;;) {
        struct pollfd fds[] = {[IN] = {.fd = c->ours[IN], .events = POLLOUT},
                               [OUT] = {.fd = c->ours[OUT], .events = POLLIN},
                               [ERR] = {.fd = c->ours[ERR], .events = POLLIN},
                               [N_ENDS] = {.fd = c->pidfd, .events = POLLIN}};
        uint64_t now = mc_now_ms();
        int wait = c->pidfd < 0 ? LOOK_MS : (int)(c->deadline - now);
        if (now >= c->deadline)
            return mc_err_set(err, MC_E_TIMEOUT, "%s has not ended within %u s", r->argv[0],
                              (r->timeout_ms + 999) / 1000);
        if (poll(fds, MC_ARRAY_LEN(fds), wait) < 0 && errno != EINTR)
            return mc_err_sys(err, errno, "cannot wait for %s", r->argv[0]);
        if (fds[IN].revents)
            feed(c);
        if (fds[ERR].revents)
            take(c, ERR);
        fits = fits && (!fds[OUT].revents || take(c, OUT));
        if (fits && (c->pidfd < 0 ? has_ended(c) : fds[N_ENDS].revents != 0)) {
            if (drain(c))
                return 0;
            fits = false;
        }
        if (!fits)
            return mc_err_set(err, MC_E_TOO_BIG, "%s printed more than %zu bytes", r->argv[0],
                              r->out_max);
    }
}

int mc_run(const struct mc_run *r, struct mc_run_result *ret, struct mc_err *err)
{
    struct child c = {.pid = -1,
                      .pidfd = -1,
                      .ours = {-1, -1, -1},
                      .input = r->input,
                      .out = MC_BUF_INIT(r->out_max),
                      .err = MC_BUF_INIT(MC_RUN_ERR_MAX + 65536),
                      .deadline = mc_now_ms() + r->timeout_ms};
    int failed = start(r, &c, err);

    *ret = (struct mc_run_result){.status = -1};
    if (failed == 0) {
        failed = attend(r, &c, err);
        if (failed < 0)
            kill(-c.pid, SIGKILL);
        ret->status = reap(&c);
    }
    close_end(&c.pidfd);
    for (int i = 0; i < N_ENDS; i++)
        close_end(&c.ours[i]);
    while (c.err.len && (c.err.data[c.err.len - 1] == '\n' || c.err.data[c.err.len - 1] == '\r'))
        c.err.len--;
    ret->err = mc_str_printable(mc_buf_str(&c.err), true);
    ret->out_len = c.out.len;
    ret->out = c.out.data ? mc_buf_steal(&c.out) : mc_strdup("");
    mc_buf_done(&c.out);
    mc_buf_done(&c.err);
    return failed;
}

void mc_run_done(struct mc_run_result *ret)
{
    if (ret->out)
        explicit_bzero(ret->out, ret->out_len);
    mc_free(ret->out);
    mc_free(ret->err);
    *ret = (struct mc_run_result){.status = -1};
}
