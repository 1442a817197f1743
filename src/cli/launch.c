#include "cli/launch.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/api.h"
#include "cli/client.h"
#include "config/config.h"
#include "hub/hub.h"
#include "json/doc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whoever holds the lock is starting the hub, within deadlines of its own. */
#define LOCK_WAIT_MS (MC_LAUNCH_END_MS + MC_LAUNCH_READY_MS + 2000)
#define LOCK_RETRY_MS 20
#define LOG_TAIL_BYTES 4096
#define LOG_TAIL_LINES 8
#define LOG_TAIL_SHOWN 800 /* of an error's text */
#define READY_FD 3
#define READY_LINE_MAX 8192

/* What the layers that are the user's say of the port; what is wrong with the environment's or the command line's word is an error. */
static int configured_port(const char *given, unsigned *ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *set = given ? mc_asprintf("port=%s", given) : NULL;
    char *const sets[] = {set, NULL};
    struct mc_config *config = NULL;
    int r = 0;
    (void)mc_config_load(&(struct mc_config_input){.env = environ, .sets = sets}, &config, NULL);
    for (size_t i = 0; i < mc_config_diag_count(config) && r == 0; i++) {
        const struct mc_diag *d = mc_config_diag(config, i);
        bool ours = strcmp(d->at.file, given ? "--set port" : "$MCPCTL_PORT") == 0;
        if (ours && d->severity == MC_SEV_ERROR)
            r = mc_err_set(err, MC_E_CONFIG, "%s: %s", given ? "--port" : "MCPCTL_PORT", d->msg);
    }
    *ret = mc_config_port(config);
    mc_config_unref(config);
    return r;
}

int mc_launch_port(const char *given, unsigned *ret, bool *ret_asked, struct mc_err *err)
{
    const char *env = getenv("MCPCTL_PORT");
    if (ret_asked)
        *ret_asked = given || (env && *env);
    return configured_port(given, ret, err);
}

static int lock(const char *name, int wait_ms, int *ret_fd, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    uint64_t deadline = mc_now_ms() + (uint64_t)wait_ms;
    int ret = mc_path_in(MC_DIR_RUNTIME, name, &path, err);
    if (ret < 0)
        return ret;
    while ((ret = mc_io_lock(path, false, ret_fd, err)) == -MC_E_CONFLICT && mc_now_ms() < deadline)
        poll(NULL, 0, LOCK_RETRY_MS);
    return ret;
}

/* A hub holds its lock while it lives. One that is ending does not listen any more, but ends its servers first. */
static int await_former(struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int fd = -1;
    int ret = lock("hub.lock", MC_LAUNCH_END_MS, &fd, err);
    if (ret == -MC_E_CONFLICT)
        return mc_err_set(err, MC_E_CONFLICT,
                          "a hub that no longer answers is still running; look for it with: pgrep "
                          "-f 'mcpctl hub run'");
    return ret;
}

static int open_log(int *ret_fd, off_t *ret_size, char **ret_path, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *dir = NULL;
    struct stat st;
    int ret = mc_path_ensure(MC_DIR_STATE, err);
    if (ret == 0)
        ret = mc_path_in(MC_DIR_STATE, "logs", &dir, err);
    if (ret == 0)
        ret = mc_io_mkdirs(dir, 0700, err);
    if (ret < 0)
        return ret;
    *ret_path = mc_path_join(dir, "hub.log");
    *ret_fd = open(*ret_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (*ret_fd < 0)
        return mc_err_sys(err, errno, "opening the hub's log %s", *ret_path);
    *ret_size = fstat(*ret_fd, &st) == 0 ? st.st_size : 0;
    return 0;
}

/* posix_spawn: the hub starts without a copy of our memory, in a session of its own and away from the repo's directory. */
static int spawn(unsigned port, unsigned verbose, int log_fd, int ready_fd, pid_t *ret,
                 struct mc_err *err)
{
    char port_text[16], fd_text[16];
    char *argv[] = {(char *)"mcpctl",
                    (char *)"hub",
                    (char *)"run",
                    (char *)"--ephemeral",
                    (char *)"--port",
                    port_text,
                    (char *)"--ready-fd",
                    fd_text,
                    verbose ? (char *)(verbose > 1 ? "-vv" : "-v") : NULL,
                    NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;
    snprintf(port_text, sizeof(port_text), "%u", port);
    snprintf(fd_text, sizeof(fd_text), "%d", READY_FD);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, log_fd, 1);
    posix_spawn_file_actions_adddup2(&actions, log_fd, 2);
    posix_spawn_file_actions_adddup2(&actions, ready_fd, READY_FD);
    posix_spawn_file_actions_addchdir_np(&actions, "/");
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int r = posix_spawn(ret, mc_path_self(), &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return r == 0 ? 0 : mc_err_sys(err, r, "starting the hub (%s)", mc_path_self());
}

/* The last lines that the hub wrote after `from`; caller frees. */
static char *log_tail(const char *path, off_t from)
{
    MC_CLEANUP(mc_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    char text[LOG_TAIL_BYTES];
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= from)
        return mc_strdup("");
    off_t begin = st.st_size - from > LOG_TAIL_BYTES ? st.st_size - LOG_TAIL_BYTES : from;
    ssize_t n = pread(fd, text, sizeof(text), begin);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    size_t start = n > 0 ? (size_t)n : 0, lines = 0;
    while (start > 0 && (size_t)n - start < LOG_TAIL_SHOWN) {
        if (text[start - 1] == '\n' && ++lines == LOG_TAIL_LINES)
            break;
        start--;
    }
    return mc_str_dup((struct mc_str){text + start, n > 0 ? (size_t)n - start : 0});
}

static int failed(pid_t pid, const char *log, off_t from, bool timed_out, struct mc_err *err)
{
    int status = 0;
    enum mc_code code = MC_E_UNREACHABLE;
    if (timed_out)
        kill(pid, SIGTERM);
    else
        waitpid(pid, &status, 0); /* its end of the pipe is closed: it is ending, or has ended */
    for (int c = MC_E_MAX - 1; !timed_out && WIFEXITED(status) && c > 0; c--) {
        if (mc_code_exit((enum mc_code)c) == WEXITSTATUS(status) && WEXITSTATUS(status) > 1)
            code = (enum mc_code)c;
    }
    MC_CLEANUP(mc_freep) char *tail = log_tail(log, from);
    const char *why = timed_out ? "did not answer in time" : "ended at once";
    if (*tail)
        return mc_err_set(err, timed_out ? MC_E_TIMEOUT : code, "the hub %s:\n%s", why, tail);
    return mc_err_set(err, timed_out ? MC_E_TIMEOUT : code, "the hub %s; its log is %s", why, log);
}

/* {"pid":…} or {"error":{"code":…,"message":…}} */
static int verdict(struct mc_str line, struct mc_err *err)
{
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_parse(line, NULL);
    const cJSON *e = mc_doc_get(doc, "error");
    const char *message = mc_doc_str(e, "message"), *code = mc_doc_str(e, "code");
    if (!message)
        return 0;
    return mc_err_set(err, mc_api_code(code), "the hub could not start: %s", message);
}

/* The hub writes one line when its endpoint answers, or why it will not. 1 ready, 0 it ended, -1 too late, -2 err says why. */
static int await_ready(int fd, struct mc_err *err)
{
    uint64_t deadline = mc_now_ms() + MC_LAUNCH_READY_MS;
    char line[READY_LINE_MAX];
    size_t len = 0;
    while (len < sizeof(line)) {
        uint64_t now = mc_now_ms();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (now >= deadline)
            return -1;
        if (poll(&p, 1, (int)(deadline - now)) <= 0)
            continue;
        ssize_t n = read(fd, line + len, sizeof(line) - len);
        if (n == 0 || (n < 0 && errno != EINTR))
            return 0;
        len += n > 0 ? (size_t)n : 0;
        if (len > 0 && line[len - 1] == '\n')
            return verdict((struct mc_str){line, len}, err) ? -2 : 1;
    }
    return 0;
}

static int reap(pid_t pid, const struct mc_err *err)
{
    waitpid(pid, NULL, 0);
    return -(int)err->code;
}

static int start(unsigned port, unsigned verbose, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *log = NULL;
    MC_CLEANUP(mc_closep) int log_fd = -1;
    int ready[2];
    pid_t pid;
    off_t size = 0;
    int ret = open_log(&log_fd, &size, &log, err);
    if (ret < 0)
        return ret;
    if (pipe2(ready, O_CLOEXEC) < 0)
        return mc_err_sys(err, errno, "making a pipe");
    ret = spawn(port, verbose, log_fd, ready[1], &pid, err);
    close(ready[1]);
    if (ret == 0) {
        int r = await_ready(ready[0], err);
        ret = r > 0 ? 0 : r == -2 ? reap(pid, err) : failed(pid, log, size, r < 0, err);
    }
    close(ready[0]);
    return ret;
}

int mc_launch_hub(unsigned port, unsigned verbose, struct mc_client **ret, bool *ret_started,
                  struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int fd = -1;
    *ret_started = false;
    int r = mc_client_open(ret, err);
    if (r != -MC_E_UNREACHABLE)
        return r;
    r = mc_path_ensure(MC_DIR_RUNTIME, err);
    if (r == 0)
        r = lock("start.lock", LOCK_WAIT_MS, &fd, err);
    if (r < 0)
        return r;
    r = mc_client_open(ret, err); /* somebody else may have started it while we waited */
    if (r != -MC_E_UNREACHABLE)
        return r;
    r = await_former(err);
    if (r == 0)
        r = start(port, verbose, err);
    *ret_started = r == 0;
    return r < 0 ? r : mc_client_open(ret, err);
}

int mc_launch_watch(const struct mc_client *c)
{
    return (int)syscall(SYS_pidfd_open, mc_client_pid(c), 0);
}

/* Whoever reads our output next must find the hub gone. */
int mc_launch_await_end(struct mc_client *c, int pidfd, struct mc_err *err)
{
    struct pollfd p = {.fd = pidfd, .events = POLLIN};
    uint64_t now, deadline = mc_now_ms() + MC_LAUNCH_END_MS;
    mc_client_close(c);
    while (pidfd >= 0 && (now = mc_now_ms()) < deadline) {
        if (poll(&p, 1, (int)(deadline - now)) > 0)
            return 0;
    }
    return pidfd < 0 ? 0 : mc_err_set(err, MC_E_TIMEOUT, "the hub was told to end, but still runs");
}
