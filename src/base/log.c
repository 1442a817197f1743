#include "base/log.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Text of one message; what is longer is cut. */
#define LINE_MAX_BYTES 4096

/* ---- a rotated file ---- */

struct mc_rotlog {
    char *path;
    int fd;
    size_t size;
    size_t max;
    uint64_t dropped; /* lines since the last write that worked */
    bool torn;        /* the file ends within a line of ours */
};

static int open_append(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

struct mc_rotlog *mc_rotlog_open(const char *path, size_t max_bytes, struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int fd = open_append(path);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        mc_err_sys(err, errno, "cannot open the log %s", path);
        return NULL;
    }
    struct mc_rotlog *r = MC_NEW(struct mc_rotlog);
    r->path = mc_strdup(path);
    r->size = (size_t)st.st_size;
    r->max = max_bytes;
    r->fd = MC_TAKE_FD(fd);
    return r;
}

void mc_rotlog_close(struct mc_rotlog *r)
{
    if (!r)
        return;
    mc_closep(&r->fd);
    mc_free(r->path);
    mc_free(r);
}

static bool is_log(const char *name)
{
    size_t n = strlen(name);
    return (n > 4 && strcmp(name + n - 4, ".log") == 0) || (n > 6 && strcmp(name + n - 6, ".log.1") == 0);
}

void mc_rotlog_sweep(const char *dir, unsigned age_s)
{
    DIR *d = opendir(dir);
    time_t now = time(NULL);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        struct stat st;
        if (is_log(e->d_name) && fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && now - st.st_mtim.tv_sec > (time_t)age_s)
            (void)unlinkat(dirfd(d), e->d_name, 0);
    }
    closedir(d);
}

/* FILE becomes FILE.1. When that cannot be done the old file stays in use, and stays within its bound. */
static bool rotate(struct mc_rotlog *r)
{
    MC_CLEANUP(mc_freep) char *old = mc_asprintf("%s.1", r->path);
    if (rename(r->path, old) < 0 && errno != ENOENT)
        return false;
    int fd = open_append(r->path);
    if (fd < 0)
        return false;
    close(r->fd);
    r->fd = fd;
    r->size = 0;
    r->torn = false;
    return true;
}

static bool put(struct mc_rotlog *r, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(r->fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        r->size += (size_t)done;
        r->torn = p[done - 1] != '\n';
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool put_gap(struct mc_rotlog *r)
{
    char note[96];
    int n = snprintf(note, sizeof(note), "%s[lines missing here, as this file could not be written: %llu]\n",
                     r->torn ? "\n" : "", (unsigned long long)r->dropped);
    return put(r, note, (size_t)n);
}

static size_t count_lines(const char *p, size_t n)
{
    size_t lines = n > 0 && p[n - 1] != '\n';
    for (const char *nl; (nl = memchr(p, '\n', n)); lines++) {
        n -= (size_t)(nl + 1 - p);
        p = nl + 1;
    }
    return lines;
}

void mc_rotlog_write(struct mc_rotlog *r, const char *p, size_t n)
{
    int saved = errno;
    if (!r || n == 0)
        return;
    bool full = r->size > 0 && (n > r->max || r->size > r->max - n);
    if ((full && !rotate(r)) || (r->dropped && !put_gap(r))) {
        r->dropped += count_lines(p, n);
    } else {
        r->dropped = 0;
        if (!put(r, p, n))
            r->dropped = count_lines(p, n);
    }
    errno = saved;
}

/* ---- the program's own log ---- */

static struct {
    pthread_mutex_t lock; /* pool threads log too */
    enum mc_log_level level;
    struct mc_rotlog *file; /* NULL: stderr */
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = MC_LOG_WARN};

void mc_log_set_level(enum mc_log_level level)
{
    __atomic_store_n(&sink.level, level, __ATOMIC_RELAXED);
}

bool mc_log_on(enum mc_log_level level)
{
    return level <= __atomic_load_n(&sink.level, __ATOMIC_RELAXED);
}

int mc_log_open(const char *path, size_t max_bytes, struct mc_err *err)
{
    struct mc_rotlog *file = NULL;
    if (path) {
        file = mc_rotlog_open(path, max_bytes, err);
        if (!file)
            return -MC_E_SYSTEM;
    }
    pthread_mutex_lock(&sink.lock);
    mc_rotlog_close(sink.file);
    sink.file = file;
    pthread_mutex_unlock(&sink.lock);
    return 0;
}

void mc_log_close(void)
{
    mc_log_open(NULL, 0, NULL);
}

/* One write, so that lines of several processes on one terminal do not mix. */
static void to_stderr(const char *line, size_t n)
{
    if (write(STDERR_FILENO, line, n) < 0) {
        /* Nowhere to say so. */
    }
}

void mc_log(enum mc_log_level level, const char *cat, const char *fmt, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug", "trace"};
    int saved = errno;
    if (!mc_log_on(level))
        return;
    char text[LINE_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    MC_CLEANUP(mc_freep) char *clean = mc_str_printable(mc_str_of(text), false);
    const char *cut = (size_t)n >= sizeof(text) ? "..." : "";

    char when[MC_ISO_LEN];
    mc_iso_now(when);
    pthread_mutex_lock(&sink.lock);
    bool plain = !sink.file && isatty(STDERR_FILENO);
    MC_CLEANUP(mc_freep) char *line =
        mc_asprintf("%s %s: %s: %s%s\n", plain ? "mcpctl:" : when, names[level], cat, clean, cut);
    if (sink.file)
        mc_rotlog_write(sink.file, line, strlen(line));
    else
        to_stderr(line, strlen(line));
    pthread_mutex_unlock(&sink.lock);
    errno = saved;
}
