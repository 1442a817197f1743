#include "base/rotlog.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STACK_BYTES (256u << 10)

struct mc_rotlog {
    char *path; /* NULL: only a descriptor */
    int fd;     /* -1: not opened yet */
    size_t size;
    size_t max;
    uint64_t dropped; /* lines since the last write that worked */
    bool torn;        /* the file ends within a line of ours */
    /* the writers' side, under the lock */
    size_t queued;
    uint64_t refused; /* lines that found the queue full */
};

struct entry {
    struct entry *next;
    struct mc_rotlog *log;
    uint64_t refused; /* lines that are missing before it */
    bool close;
    size_t n;
    char data[];
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t more, done;
    struct entry *first, **last;
    uint64_t given, written; /* entries */
    bool running, ending;
    pthread_t thread;
} writer = {.lock = PTHREAD_MUTEX_INITIALIZER,
            .more = PTHREAD_COND_INITIALIZER,
            .done = PTHREAD_COND_INITIALIZER,
            .last = &writer.first};

/* ---- the file ---- */

static int open_append(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

static bool open_file(struct mc_rotlog *r)
{
    struct stat st;

    if (r->fd < 0)
        r->fd = open_append(r->path);
    r->size = r->fd >= 0 && fstat(r->fd, &st) == 0 ? (size_t)st.st_size : 0;
    return r->fd >= 0;
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
    int n = snprintf(note, sizeof(note),
                     "%s[lines missing here, as this file could not be written: %llu]\n",
                     r->torn ? "\n" : "", (unsigned long long)r->dropped);
    return put(r, note, (size_t)n);
}

static size_t count_lines(const char *p, size_t n)
{
    size_t lines = n > 0 && p[n - 1] != '\n';
    for (const char *nl; n > 0 && (nl = memchr(p, '\n', n)); lines++) {
        n -= (size_t)(nl + 1 - p);
        p = nl + 1;
    }
    return lines;
}

/* Lines that could not be written are counted, and told before the next ones that can. */
static void write_lines(struct mc_rotlog *r, const char *p, size_t n)
{
    if (r->fd < 0 && !open_file(r)) {
        r->dropped += count_lines(p, n);
        return;
    }
    bool full = r->size > 0 && (n > r->max || r->size > r->max - n);
    if ((full && !rotate(r)) || (r->dropped && !put_gap(r))) {
        r->dropped += count_lines(p, n);
    } else {
        r->dropped = 0;
        if (n > 0 && !put(r, p, n))
            r->dropped = count_lines(p, n);
    }
}

static void close_file(struct mc_rotlog *r)
{
    if (r->dropped)
        write_lines(r, NULL, 0);
    mc_closep(&r->fd);
    mc_free(r->path);
    mc_free(r);
}

/* ---- the thread ---- */

static void perform(struct entry *e)
{
    e->log->dropped += e->refused;
    if (e->close)
        close_file(e->log);
    else
        write_lines(e->log, e->data, e->n);
}

static void *run(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&writer.lock);
    for (;;) {
        struct entry *e = writer.first;
        if (!e && writer.ending)
            break;
        if (!e) {
            pthread_cond_wait(&writer.more, &writer.lock);
            continue;
        }
        writer.first = e->next;
        if (!writer.first)
            writer.last = &writer.first;
        pthread_mutex_unlock(&writer.lock);
        bool open = !e->close;
        perform(e);
        pthread_mutex_lock(&writer.lock);
        if (open)
            e->log->queued -= e->n;
        writer.written++;
        pthread_cond_broadcast(&writer.done);
        mc_free(e);
    }
    pthread_mutex_unlock(&writer.lock);
    return NULL;
}

/* Signals are for the other threads. Without a thread the callers write themselves. */
static bool start(void)
{
    pthread_attr_t attr;
    sigset_t all, old;

    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    writer.ending = false;
    writer.running = pthread_create(&writer.thread, &attr, run, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return writer.running;
}

static void push(struct entry *e)
{
    if (!writer.running && !start()) {
        perform(e);
        mc_free(e);
        return;
    }
    e->log->queued += e->n;
    *writer.last = e;
    writer.last = &e->next;
    writer.given++;
    pthread_cond_signal(&writer.more);
}

static struct entry *entry_new(struct mc_rotlog *r, const char *p, size_t n)
{
    struct entry *e = mc_calloc(1, sizeof(*e) + n);

    e->log = r;
    e->refused = r->refused;
    r->refused = 0;
    e->n = n;
    if (n > 0)
        memcpy(e->data, p, n);
    return e;
}

void mc_rotlog_write(struct mc_rotlog *r, const char *p, size_t n)
{
    int saved = errno;

    if (!r || n == 0)
        return;
    pthread_mutex_lock(&writer.lock);
    if (n > MC_ROTLOG_QUEUE_MAX - r->queued)
        r->refused += count_lines(p, n);
    else
        push(entry_new(r, p, n));
    pthread_mutex_unlock(&writer.lock);
    errno = saved;
}

void mc_rotlog_close(struct mc_rotlog *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&writer.lock);
    struct entry *e = entry_new(r, NULL, 0);
    e->close = true;
    push(e);
    pthread_mutex_unlock(&writer.lock);
}

static struct timespec in_ms(unsigned ms)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

/* Under the lock. */
static bool written_by(const struct timespec *until)
{
    uint64_t given = writer.given;
    int rc = 0;

    while (writer.running && writer.written < given && rc == 0)
        rc = pthread_cond_timedwait(&writer.done, &writer.lock, until);
    return !writer.running || writer.written >= given;
}

/* The caller may be one that aborts with the lock in its hands. */
bool mc_rotlog_flush(unsigned ms)
{
    struct timespec until = in_ms(ms);

    if (pthread_mutex_timedlock(&writer.lock, &until))
        return false;
    bool done = written_by(&until);
    pthread_mutex_unlock(&writer.lock);
    return done;
}

void mc_rotlog_end(void)
{
    struct timespec until = in_ms(MC_ROTLOG_END_MS);

    pthread_mutex_lock(&writer.lock);
    bool join = writer.running && written_by(&until);
    if (join) {
        writer.ending = true;
        writer.running = false;
        pthread_cond_signal(&writer.more);
    }
    pthread_mutex_unlock(&writer.lock);
    if (join)
        pthread_join(writer.thread, NULL);
}

/* ---- a log ---- */

struct mc_rotlog *mc_rotlog_new(const char *path, size_t max_bytes)
{
    struct mc_rotlog *r = MC_NEW(struct mc_rotlog);

    r->path = mc_strdup(path);
    r->max = max_bytes;
    r->fd = -1;
    return r;
}

struct mc_rotlog *mc_rotlog_open(const char *path, size_t max_bytes, struct mc_err *err)
{
    struct mc_rotlog *r = mc_rotlog_new(path, max_bytes);

    if (open_file(r))
        return r;
    mc_err_sys(err, errno, "cannot open the log %s", path);
    mc_free(r->path);
    mc_free(r);
    return NULL;
}

struct mc_rotlog *mc_rotlog_fd(int fd)
{
    struct mc_rotlog *r = MC_NEW(struct mc_rotlog);

    r->max = SIZE_MAX;
    r->fd = fd;
    return r;
}

static bool is_log(const char *name)
{
    size_t n = strlen(name);
    return (n > 4 && strcmp(name + n - 4, ".log") == 0) ||
           (n > 6 && strcmp(name + n - 6, ".log.1") == 0);
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
