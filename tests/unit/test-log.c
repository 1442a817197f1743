#include "base/err.h"
#include "base/log.h"
#include "base/rotlog.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PATIENCE_MS 20000

/* Everything that was logged is in its file. */
static void settle(void)
{
    if (!mc_rotlog_flush(PATIENCE_MS))
        ok(false, "the logs are written in time");
}

static bool holds(const char *path, const char *part)
{
    settle();
    char *text = slurp(path, NULL);
    bool found = text && strstr(text, part);
    free(text);
    return found;
}

static long size_of(const char *path)
{
    struct stat st;
    settle();
    return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static void own_log(void)
{
    const char *path = scratch_path("own.log"), *old = scratch_path("own.log.1");
    struct mc_err err = {0};
    struct stat st;
    ok(mc_log_on(MC_LOG_WARN) && !mc_log_on(MC_LOG_INFO), "warnings are on, more is not");
    is_int(mc_log_open(scratch_path("none/x.log"), 1000, &err), -MC_E_SYSTEM, "no directory: %s", err.msg);
    is_int(mc_log_open(path, 300, &err), 0, "a file");
    ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "for us alone");
    errno = EDOM;
    mc_info("test", "not wanted");
    mc_warn("test", "wanted %d", 7);
    mc_error("test", "two\nlines \x1b[0m");
    is_int(errno, EDOM, "errno is kept");
    ok(!holds(path, "not wanted") && holds(path, " warning: test: wanted 7\n"), "by level, with level and category");
    ok(holds(path, " error: test: two?lines ?[0m\n"), "one line each, controls made visible");
    mc_log_set_level(MC_LOG_DEBUG);
    mc_debug("test", "detail");
    ok(holds(path, " debug: test: detail\n"), "the level can be changed");
    for (int i = 0; i < 20; i++)
        mc_error("test", "line %d of many", i);
    ok(size_of(path) <= 300 && size_of(old) <= 300 && size_of(old) > 0, "rotated within its bound");
    ok(holds(path, "line 19 of many"), "the newest is in the file");
    static char big[10000];
    memset(big, 'x', sizeof(big) - 1);
    mc_error("test", "%s", big);
    ok(holds(path, "xxx...\n") && size_of(path) < 5000, "a long message is cut");
    mc_log_close();
    mc_log_close();
}

static void rotlog(void)
{
    const char *path = scratch_path("rot.log"), *old = scratch_path("rot.log.1");
    struct mc_err err = {0};
    struct mc_rotlog *r = mc_rotlog_open(path, 10, &err);
    mc_rotlog_write(r, "12345\n", 6);
    mc_rotlog_write(r, "678\n", 4);
    is_int(size_of(path), 10, "up to the bound");
    mc_rotlog_write(r, "x\n", 2);
    ok(size_of(old) == 10 && size_of(path) == 2, "then FILE becomes FILE.1");
    mc_rotlog_write(r, "0123456789abcdef\n", 17);
    ok(size_of(old) == 2 && size_of(path) == 17, "one write is never split");
    mc_rotlog_write(r, "", 0);
    mc_rotlog_close(r);
    settle();
    r = mc_rotlog_open(path, 20, &err);
    mc_rotlog_write(r, "more\n", 5);
    ok(size_of(old) == 17 && size_of(path) == 5, "the size at opening counts");
    mc_rotlog_close(r);
    mc_rotlog_write(NULL, "x", 1);
    mc_rotlog_close(NULL);
    path = scratch_path("new.log");
    r = mc_rotlog_new(path, 10);
    is_int(size_of(path), -1, "no file without a word");
    mc_rotlog_write(r, "x\n", 2);
    is_int(size_of(path), 2, "then there is one");
    mc_rotlog_close(r);
    r = mc_rotlog_new(scratch_path("none/y.log"), 10);
    mc_rotlog_write(r, "lost\n", 5);
    settle();
    (void)!mkdir(scratch_path("none"), 0700);
    mc_rotlog_write(r, "found\n", 6);
    mc_rotlog_close(r);
    ok(holds(scratch_path("none/y.log"), "could not be written: 1]\nfound\n"), "a file that could not be opened is tried again");
    (void)!unlink(scratch_path("none/y.log"));
    (void)!rmdir(scratch_path("none"));
    ok(!mc_rotlog_open(scratch_path("none/x.log"), 10, &err) && err.sys_errno == ENOENT, "no directory: %s", err.msg);
}

/* A file size limit stands in for a full disk: writes fail in the middle of a line, then work again. */
static void full_disk(void)
{
    const char *path = scratch_path("full.log");
    struct rlimit old, tight = {15, 0};
    getrlimit(RLIMIT_FSIZE, &old);
    tight.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    struct mc_rotlog *r = mc_rotlog_open(path, 1000, NULL);
    setrlimit(RLIMIT_FSIZE, &tight);
    mc_rotlog_write(r, "fits fine\n", 10);
    settle();
    errno = EDOM;
    mc_rotlog_write(r, "is torn\nand more\n", 17);
    mc_rotlog_write(r, "lost\nlost\nlost", 14);
    settle();
    is_int(errno, EDOM, "errno is kept");
    is_int(size_of(path), 15, "the disk is full");
    setrlimit(RLIMIT_FSIZE, &old);
    mc_rotlog_write(r, "back\n", 5);
    mc_rotlog_close(r);
    settle();
    char *text = slurp(path, NULL);
    is_str(text, "fits fine\nis to\n[lines missing here, as this file could not be written: 5]\nback\n",
           "the gap is told when there is room again");
    free(text);
}

/* A directory in the place of FILE.1: rotation fails, the file stays within its bound. */
static void stuck_rotation(void)
{
    const char *path = scratch_path("stuck.log"), *old = scratch_path("stuck.log.1");
    struct mc_rotlog *r = mc_rotlog_open(path, 10, NULL);
    settle();
    (void)!mkdir(old, 0700);
    mc_rotlog_write(r, "1234567\n", 8);
    mc_rotlog_write(r, "lost\n", 5);
    is_int(size_of(path), 8, "what cannot be rotated does not grow");
    (void)!rmdir(old);
    mc_rotlog_write(r, "new\n", 4);
    ok(holds(path, "could not be written: 1]") && holds(path, "new\n"), "it goes on when it can");
    mc_rotlog_close(r);
}

/* A pipe that nobody reads stands in for a disk that hangs. */
static void slow_disk(void)
{
    static char line[1000];
    int p[2];
    unsigned written = 0, missing = 0, seen = 0, n;
    bool ordered = true;

    (void)!pipe(p);
    struct mc_rotlog *slow = mc_rotlog_fd(p[1]);
    memset(line, '.', sizeof(line) - 1);
    for (unsigned i = 1; i <= 3000; i++) {
        snprintf(line, sizeof(line), "%u", i);
        line[strlen(line)] = '.';
        line[sizeof(line) - 1] = '\n';
        mc_rotlog_write(slow, line, sizeof(line));
    }
    ok(true, "whoever logs does not wait");
    ok(!mc_rotlog_flush(10), "the disk hangs");
    FILE *f = fdopen(p[0], "r");
    char got[2000];
    for (; fgets(got, sizeof(got), f) && strcmp(got, "back\n") != 0; seen++) {
        if (sscanf(got, "[lines missing here, as this file could not be written: %u]", &n) == 1)
            missing += n;
        else
            ordered &= strtoul(got, NULL, 10) == ++written + missing;
        if (seen == 500) { /* there is room again */
            mc_rotlog_write(slow, "back\n", 5);
            mc_rotlog_close(slow);
        }
    }
    ok(!fgets(got, sizeof(got), f), "what comes later comes after all of it");
    fclose(f);
    ok(written >= 1000 && written < 1200, "up to its bound all is kept (%u lines)", written);
    ok(ordered, "in order, and the others are counted where they are missing");
    is_int(written + missing, 3000, "all of them");
}

static void *write_many(void *arg)
{
    for (int i = 0; i < 500; i++)
        mc_info("test", "%s %d", (const char *)arg, i);
    return NULL;
}

/* Several threads, and an end that waits for all of it. */
static void the_end(void)
{
    const char *path = scratch_path("end.log");
    pthread_t t[2];
    char word[16], *text, *save = NULL;
    int next[2] = {0}, n;

    mc_log_set_level(MC_LOG_INFO);
    mc_log_open(path, 1u << 20, NULL);
    pthread_create(&t[0], NULL, write_many, (void *)"one");
    pthread_create(&t[1], NULL, write_many, (void *)"two");
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    mc_log_close();
    text = slurp(path, NULL);
    for (char *l = text ? strtok_r(text, "\n", &save) : NULL; l; l = strtok_r(NULL, "\n", &save))
        if (sscanf(l, "%*s info: test: %15s %d", word, &n) == 2 && next[word[0] == 't'] == n)
            next[word[0] == 't']++;
    free(text);
    ok(next[0] == 500 && next[1] == 500, "nothing is lost at the end, and each thread's order is kept");
    mc_log_open(path, 1u << 20, NULL);
    mc_info("test", "again");
    mc_log_close();
    ok(holds(path, "again"), "it can be opened again");
}

static void to_stderr(void)
{
    int p[2];
    char text[512] = "";
    (void)!pipe(p);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(p[1], STDERR_FILENO);
        mc_error("test", "hello");
        close(STDERR_FILENO);
        mc_error("test", "nobody reads this");
        _exit(0);
    }
    close(p[1]);
    int status = -1;
    waitpid(pid, &status, 0);
    (void)!read(p[0], text, sizeof(text) - 1);
    close(p[0]);
    ok(status == 0, "a closed stderr does no harm");
    ok(strlen(text) > 20 && text[4] == '-' && strstr(text, "Z error: test: hello\n"), "with time when not a terminal");
}

static void sweep(void)
{
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    static const char *const names[] = {"sw/old.log", "sw/old.log.1", "sw/old.txt", "sw/new.log"};
    mkdir(scratch_path("sw"), 0700);
    for (size_t i = 0; i < MC_ARRAY_LEN(names); i++) {
        scratch_write(scratch_path(names[i]), "x");
        if (i < 3)
            utimensat(AT_FDCWD, scratch_path(names[i]), old, 0);
    }
    mc_rotlog_sweep(scratch_path("sw"), 60);
    ok(access(scratch_path(names[0]), F_OK) < 0 && access(scratch_path(names[1]), F_OK) < 0, "old logs are removed");
    ok(access(scratch_path(names[2]), F_OK) == 0 && access(scratch_path(names[3]), F_OK) == 0, "what is no log, or not old, stays");
    mc_rotlog_sweep(scratch_path("nowhere"), 60);
}

int main(void)
{
    scratch();
    own_log();
    sweep();
    rotlog();
    full_disk();
    stuck_rotation();
    slow_disk();
    the_end();
    to_stderr();
    return done_testing();
}
