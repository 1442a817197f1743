/* Tells a test when something happened that a condition may depend on, so that it is looked at again then, and not by the clock:
 *
 *     await SECONDS DIRECTORY ENTRY [IGNORED...]
 *
 * A line on stdout whenever a file below DIRECTORY was made, written, closed or removed, or when a process ended in whose environment
 * ENTRY ("HOME=/x") stands. The first line says that it watches: look then, and at each further line. What happens while nobody reads is
 * one line. Ends after SECONDS, or when nobody reads any more. Files of the names IGNORED, and hidden ones, do not count: looking may
 * write them. */
#include "base/fwd.h"
#include "base/str.h"
#include "base/time.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROCESSES_MAX 1024
#define DIRECTORIES_MAX 4096
#define ENVIRON_MAX (128u << 10)
#define CHANGES                                                                                    \
    (IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)

enum { OUT, FILES, PROCESSES };

static struct pollfd fds[PROCESSES + PROCESSES_MAX] = {
    [OUT] = {.fd = STDOUT_FILENO, .events = 0}, [FILES] = {.events = POLLIN}};
static pid_t pids[PROCESSES_MAX];
static nfds_t n_fds = PROCESSES;
static char *watched[DIRECTORIES_MAX]; /* by watch descriptor */
static char **ignored;

static void die(const char *what)
{
    fprintf(stderr, "await: %s: %s\n", what, strerror(errno));
    exit(1);
}

static bool counts(const char *name)
{
    if (name[0] == '.')
        return false;
    for (char **i = ignored; *i; i++)
        if (strcmp(name, *i) == 0)
            return false;
    return true;
}

/* A directory and those below it. One that is gone meanwhile is no mistake. */
static void watch(const char *path)
{
    int w = inotify_add_watch(fds[FILES].fd, path, CHANGES);
    if (w < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
        return;
    if (w < 0)
        die(path);
    if (w >= DIRECTORIES_MAX) {
        errno = E2BIG;
        die(path);
    }
    free(watched[w]);
    watched[w] = strdup(path);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char below[PATH_MAX];
        if (e->d_type == DT_DIR && counts(e->d_name) &&
            snprintf(below, sizeof(below), "%s/%s", path, e->d_name) < (int)sizeof(below))
            watch(below);
    }
    if (d)
        closedir(d);
}

/* Reads what has changed; true when something of it counts. */
static bool files_changed(void)
{
    _Alignas(struct inotify_event) static char buf[64u << 10];
    bool any = false;
    for (ssize_t n; (n = read(fds[FILES].fd, buf, sizeof(buf))) > 0;) {
        for (char *p = buf; p < buf + n;) {
            const struct inotify_event *e = (const struct inotify_event *)p;
            p += sizeof(*e) + e->len;
            if (e->mask & IN_Q_OVERFLOW)
                any = true;
            if (e->len == 0 || !counts(e->name))
                continue;
            any = true;
            char below[PATH_MAX];
            if (e->mask & IN_ISDIR && e->mask & (IN_CREATE | IN_MOVED_TO) &&
                snprintf(below, sizeof(below), "%s/%s", watched[e->wd], e->name) <
                    (int)sizeof(below))
                watch(below);
        }
    }
    return any;
}

static bool has_entry(const char *pid, const char *entry)
{
    static char environ_of[ENVIRON_MAX];
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/%.20s/environ", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, environ_of, sizeof(environ_of) - 1);
    close(fd);
    environ_of[n > 0 ? n : 0] = '\0';
    for (const char *p = environ_of; p < environ_of + n; p += strlen(p) + 1)
        if (strcmp(p, entry) == 0)
            return true;
    return false;
}

static bool is_held(pid_t pid)
{
    for (nfds_t i = PROCESSES; i < n_fds; i++)
        if (pids[i - PROCESSES] == pid)
            return true;
    return false;
}

/* Those that came since the last look. */
static void find_processes(const char *entry)
{
    DIR *d = opendir("/proc");
    if (!d)
        die("/proc");
    for (struct dirent *e; (e = readdir(d));) {
        uint64_t pid;
        if (!mc_str_u64(mc_str_of(e->d_name), &pid) || is_held((pid_t)pid) ||
            !has_entry(e->d_name, entry) || n_fds == PROCESSES + PROCESSES_MAX)
            continue;
        int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
        if (fd < 0)
            continue;
        pids[n_fds - PROCESSES] = (pid_t)pid;
        fds[n_fds++] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    closedir(d);
}

/* Drops those that have ended; true when there were some. */
static bool processes_ended(void)
{
    nfds_t left = PROCESSES;
    for (nfds_t i = PROCESSES; i < n_fds; i++) {
        if (fds[i].revents) {
            close(fds[i].fd);
            continue;
        }
        pids[left - PROCESSES] = pids[i - PROCESSES];
        fds[left++] = fds[i];
    }
    bool any = left < n_fds;
    n_fds = left;
    return any;
}

/* One line is enough for a reader who has not come yet: a full pipe is fine. */
static void tell(void)
{
    if (write(STDOUT_FILENO, "changed\n", 8) < 0 && errno != EAGAIN)
        exit(0);
}

int main(int argc, char **argv)
{
    uint64_t seconds;
    if (argc < 4 || !mc_str_u64(mc_str_of(argv[1]), &seconds)) {
        fputs("usage: await SECONDS DIRECTORY ENTRY [IGNORED...]\n", stderr);
        return 2;
    }
    uint64_t end = mc_now_ms() + seconds * 1000;
    signal(SIGPIPE, SIG_IGN);
    ignored = argv + 4;
    fds[FILES].fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fds[FILES].fd < 0)
        die("inotify");
    fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
    watch(argv[2]);
    find_processes(argv[3]);
    tell();
    for (uint64_t now; (now = mc_now_ms()) < end;) {
        if (poll(fds, n_fds, (int)(end - now)) <= 0)
            continue;
        if (fds[OUT].revents) /* nobody reads any more */
            return 0;
        bool changed = files_changed();
        if (!processes_ended() && !changed)
            continue;
        find_processes(argv[3]);
        tell();
    }
    return 0;
}
