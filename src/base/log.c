#include "base/log.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/rotlog.h"
#include "base/str.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Text of one message; what is longer is cut. */
#define LINE_MAX_BYTES 4096

static struct {
    pthread_mutex_t lock; /* pool threads log too */
    enum mc_log_level level;
    struct mc_rotlog *file; /* NULL: stderr, at once */
    bool terminal;          /* the file is standard error, and that is a terminal */
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = MC_LOG_WARN};

void mc_log_set_level(enum mc_log_level level)
{
    __atomic_store_n(&sink.level, level, __ATOMIC_RELAXED);
}

bool mc_log_on(enum mc_log_level level)
{
    return level <= __atomic_load_n(&sink.level, __ATOMIC_RELAXED);
}

static void set_file(struct mc_rotlog *file, bool terminal)
{
    pthread_mutex_lock(&sink.lock);
    mc_rotlog_close(sink.file);
    sink.file = file;
    sink.terminal = terminal;
    pthread_mutex_unlock(&sink.lock);
}

int mc_log_open(const char *path, size_t max_bytes, struct mc_err *err)
{
    struct mc_rotlog *file = mc_rotlog_open(path, max_bytes, err);

    if (!file)
        return -MC_E_SYSTEM;
    set_file(file, false);
    return 0;
}

void mc_log_background(void)
{
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

    if (fd >= 0) /* else it is closed, and there is nobody to hold up */
        set_file(mc_rotlog_fd(fd), isatty(fd));
}

void mc_log_close(void)
{
    set_file(NULL, false);
    mc_rotlog_end();
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
    bool plain = sink.file ? sink.terminal : isatty(STDERR_FILENO);
    MC_CLEANUP(mc_freep)
    char *line =
        mc_asprintf("%s %s: %s: %s%s\n", plain ? "mcpctl:" : when, names[level], cat, clean, cut);
    if (sink.file)
        mc_rotlog_write(sink.file, line, strlen(line));
    else
        to_stderr(line, strlen(line));
    pthread_mutex_unlock(&sink.lock);
    errno = saved;
}
