/* mcpctl-keeper: stands between the hub and one stdio server, so that no process of the server outlives either.
 *
 *     mcpctl-keeper [--parent PID] [--exec PATH] [--scan] -- argv...
 *
 * It is a subreaper: whatever the server's descendants do (double fork, setsid), they become its children when their
 * parents die. Killing its children again and again until there are none therefore kills them all.
 *
 *   SIGTERM            SIGTERM for the server's process group
 *   SIGUSR1, hub died  SIGKILL for everything, at once
 *   server ended       SIGKILL for what it left behind, then the same exit status, or the same signal
 *
 * On descriptor 3, if it is open, it reports in lines: "pid N" (of the server), "exec ERRNO" or "fork ERRNO" (why there
 * is none), "done" (nothing is left). Server and keeper have nothing else in common: the keeper closes 0, 1 and 2.
 *
 *   --parent PID  of the hub; when it is gone already, nothing is started
 *   --exec PATH   what to execute (default: argv[0], looked up in PATH)
 *   --scan        find children by reading all of /proc, as where the kernel has no /proc/PID/task/TID/children
 *
 * No libraries, no heap, one thread. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOTE_FD 3
/* Killing goes in rounds of ROUND_MS until nothing is left; what cannot be killed (disk sleep, another user) is left after
 * ROUNDS_MAX of them. */
#define ROUND_MS 10
#define ROUNDS_MAX 150
/* Where close_range() is missing, descriptors above this are not looked at. */
#define FDS_MAX 65536

enum { STATUS_USAGE = 125, STATUS_CANNOT_RUN = 126, STATUS_NOT_FOUND = 127 };

struct keeper {
    pid_t parent; /* 0: not asked for */
    const char *path;
    char **argv;
    bool scan;
    pid_t server;
    bool ended; /* status is set */
    int status;
};

static void note(const char *word, int number)
{
    char line[32];
    int n = number < 0 ? snprintf(line, sizeof(line), "%s\n", word)
                       : snprintf(line, sizeof(line), "%s %d\n", word, number);
    if (write(NOTE_FD, line, (size_t)n) != n)
        return; /* nobody listens: the hub closed it, or there is none */
}

/* ---- the server's side of the fork ---- */

static void close_on_exec_above_2(void)
{
    if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    long max = sysconf(_SC_OPEN_MAX);
    if (max < 0 || max > FDS_MAX)
        max = FDS_MAX;
    for (int fd = 3; fd < max; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void default_signals(void)
{
    /* By the system call: libc does not let us touch the two that its threads use, which some parents leave ignored. */
    static const char all_default[128];
    sigset_t none;
    sigemptyset(&none);
    for (int sig = 1; sig < NSIG; sig++)
        syscall(SYS_rt_sigaction, sig, all_default, NULL, (size_t)(NSIG / 8));
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The hub raises its own limit. Programs that use select() break above 1,024, and those that want more raise it themselves. */
static void usual_descriptor_limit(void)
{
    struct rlimit rl;
    if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur > FD_SETSIZE) {
        rl.rlim_cur = FD_SETSIZE;
        setrlimit(RLIMIT_NOFILE, &rl);
    }
}

static _Noreturn void become_server(const struct keeper *k, pid_t keeper)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper)
        _exit(STATUS_CANNOT_RUN);
    setsid();
    default_signals();
    close_on_exec_above_2();
    usual_descriptor_limit();
    note("pid", getpid());
    execvp(k->path, k->argv);
    int why = errno;
    note("exec", why);
    _exit(why == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

/* ---- killing ---- */

/* From the kernel's list; a list longer than the buffer is finished in the next round. */
static bool kill_listed(void)
{
    char list[4096], path[64];
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t n = 0;
    ssize_t got;
    while (n < sizeof(list) - 1 && (got = read(fd, list + n, sizeof(list) - 1 - n)) > 0)
        n += (size_t)got;
    close(fd);
    list[n] = '\0';
    for (char *p = list, *space; (space = strchr(p, ' ')); p = space + 1) {
        pid_t pid = (pid_t)strtol(p, NULL, 10);
        if (pid > 1)
            kill(pid, SIGKILL);
    }
    return true;
}

/* Parent of a process by /proc/PID/stat: "PID (NAME) STATE PPID ...", where NAME may hold anything. */
static pid_t parent_of(const char *pid)
{
    char path[64], stat[512];
    snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, stat, sizeof(stat) - 1);
    close(fd);
    stat[n > 0 ? n : 0] = '\0';
    const char *end = strrchr(stat, ')');
    return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : 0;
}

static void kill_scanned(void)
{
    DIR *proc = opendir("/proc");
    if (!proc)
        return;
    pid_t self = getpid();
    for (struct dirent *e; (e = readdir(proc));)
        if (e->d_name[0] > '0' && e->d_name[0] <= '9' && parent_of(e->d_name) == self)
            kill((pid_t)strtol(e->d_name, NULL, 10), SIGKILL);
    closedir(proc);
}

/* False when there are no children left. */
static bool reap(struct keeper *k)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
        if (pid == k->server) {
            k->ended = true;
            k->status = status;
        }
    }
    return pid == 0;
}

static void kill_all(struct keeper *k)
{
    const struct timespec round = {0, ROUND_MS * 1000000L};
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (int i = 0; i < ROUNDS_MAX && reap(k); i++) {
        if (!k->ended)
            kill(-k->server, SIGKILL);
        if (k->scan || !kill_listed())
            kill_scanned();
        sigtimedwait(&child, NULL, &round);
    }
}

/* ---- waiting ---- */

static bool hub_is_gone(const struct keeper *k)
{
    return k->parent && getppid() != k->parent;
}

static void ask_to_end(const struct keeper *k)
{
    if (kill(-k->server, SIGTERM) < 0)
        kill(k->server, SIGTERM); /* it has not come to its setsid() yet */
    kill(-k->server, SIGCONT);
}

static void watch(struct keeper *k, const sigset_t *signals)
{
    while (!k->ended) {
        switch (sigwaitinfo(signals, NULL)) {
        case SIGCHLD:
            reap(k);
            break;
        case SIGTERM:
            ask_to_end(k);
            break;
        case SIGUSR1:
            return;
        }
    }
}

static _Noreturn void end_like(const struct keeper *k)
{
    if (k->ended && WIFEXITED(k->status))
        _exit(WEXITSTATUS(k->status));
    int sig = k->ended ? WTERMSIG(k->status) : SIGKILL;
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core); /* the server has dumped one if it wanted to */
    sigset_t only;                    /* what else is pending must not get in first */
    sigemptyset(&only);
    sigaddset(&only, sig);
    kill(getpid(), sig);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    _exit(128 + sig);
}

static _Noreturn void usage(void)
{
    fputs("usage: mcpctl-keeper [--parent PID] [--exec PATH] [--scan] -- COMMAND [ARGUMENT...]\n"
          "Runs COMMAND, and ends all of its descendants when it or the process PID ends.\n"
          "mcpctl starts it by itself.\n",
          stderr);
    exit(STATUS_USAGE);
}

static void parse(struct keeper *k, char **argv)
{
    char **a = argv + 1;
    for (; *a && strcmp(*a, "--") != 0; a++) {
        char *end = NULL;
        if (strcmp(*a, "--scan") == 0) {
            k->scan = true;
        } else if (strcmp(*a, "--exec") == 0 && a[1]) {
            k->path = *++a;
        } else if (strcmp(*a, "--parent") == 0 && a[1]) {
            k->parent = (pid_t)strtol(*++a, &end, 10);
            if (*end || k->parent <= 0)
                usage();
        } else {
            usage();
        }
    }
    if (!a[0] || !a[1])
        usage();
    k->argv = a + 1;
    if (!k->path)
        k->path = k->argv[0];
}

int main(int argc, char **argv)
{
    (void)argc;
    struct keeper k = {0};
    sigset_t all, awaited;
    parse(&k, argv);
    default_signals(); /* an ignored SIGCHLD would reap for us, an ignored SIGTERM would be inherited */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGUSR1);

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (k.parent)
        prctl(PR_SET_PDEATHSIG, SIGUSR1);
    if (hub_is_gone(&k))
        return STATUS_CANNOT_RUN;

    pid_t self = getpid();
    fcntl(NOTE_FD, F_SETFD, FD_CLOEXEC);
    k.server = fork();
    if (k.server == 0)
        become_server(&k, self);
    if (k.server < 0) {
        note("fork", errno);
        return STATUS_CANNOT_RUN;
    }
    /* So that the hub sees the ends of the server's streams, and that we pin no directory. */
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    if (chdir("/") < 0)
        note("chdir", errno);

    watch(&k, &awaited);
    kill_all(&k);
    note("done", -1);
    end_like(&k);
}
