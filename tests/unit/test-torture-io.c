/* Fails, and in a second round dies at, every file operation of mc_io_replace in turn. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <sys/wait.h>

static const char old_text[] = "the old content\n";
static const char new_text[] = "the new content, which is longer\n";

enum { FINE = 0, REPORTED = 1, WRONG = 2, DIED = 99 };

static int replace(const char *path)
{
    struct mc_err err = {0};
    int ret = mc_io_replace(path, new_text, strlen(new_text), 0600, &err);
    if (ret == 0)
        return FINE;
    return ret == -MC_E_SYSTEM && err.sys_errno == ENOSPC && strstr(err.msg, "No space left") ? REPORTED : WRONG;
}

static int read_back(const char *path)
{
    struct mc_err err = {0};
    char *text = NULL;
    size_t n;
    int ret = mc_io_read(path, 1 << 20, &text, &n, &err);
    bool whole = ret == 0 && n == strlen(old_text) && strcmp(text, old_text) == 0;
    mc_free(text);
    if (ret == 0)
        return whole ? FINE : WRONG;
    return text == NULL && err.msg[0] ? REPORTED : WRONG;
}

/* Runs f in a child whose n-th call is due to fail (n < 0: to die); its exit status. */
static int with_fault(const char *env, int n, int (*f)(const char *), const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        char value[16];
        snprintf(value, sizeof(value), "%d", n);
        setenv(env, value, 1);
        _exit(f(path));
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool is_text(const char *path, const char *want)
{
    char *text = slurp(path, NULL);
    bool same = text && strcmp(text, want) == 0;
    free(text);
    return same;
}

static void torture(const char *path, int sign, int want_status, int want_points)
{
    int points = 0;
    const char *verb = sign > 0 ? "fails" : "dies";
    for (int n = 1; n < 100; n++) {
        unlink(path);
        scratch_write(path, old_text);
        int status = with_fault("MC_FAULT_IO", sign * n, replace, path);
        if (status == FINE)
            break;
        points++;
        is_int(status, want_status, "call %d %s", n, verb);
        bool is_old = is_text(path, old_text), is_new = is_text(path, new_text);
        ok(is_old || is_new, "the file is old or new, never mixed");
        if (sign > 0)
            is_int(count_files(scratch(), ".mcpctl-"), 0, "no temporary file is left");
        is_int(with_fault("MC_FAULT_IO", 0, replace, path), FINE, "the next call works");
        ok(is_text(path, new_text), "and writes");
        is_int(count_files(scratch(), ".mcpctl-"), 0, "no temporary file is left after it");
    }
    is_int(points, want_points, "open, write, fsync, rename, and the directory's open and fsync all count");
}

/* Beside a missing file nothing may appear but the whole file. */
static void torture_new(const char *path)
{
    int wrong = 0;
    for (int n = 1; n <= 6; n++) {
        unlink(path);
        wrong += with_fault("MC_FAULT_IO", n, replace, path) != REPORTED;
        wrong += access(path, F_OK) == 0 && !is_text(path, new_text);
    }
    is_int(wrong, 0, "a new file appears as a whole or not at all");
}

static int grow_buffer(const char *unused)
{
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    (void)unused;
    size_t before = 0;
    for (int i = 0; i < 1000; i++) {
        before = b.len;
        if (mc_buf_addz(&b, "0123456789") < 0)
            break;
    }
    int status = !b.failed ? FINE : b.len == before && (!b.data || strlen(b.data) == b.len) ? REPORTED : WRONG;
    mc_buf_done(&b);
    return status;
}

static void torture_memory(const char *path)
{
    unlink(path);
    scratch_write(path, old_text);
    is_int(with_fault("MC_FAULT_ALLOC", 1, read_back, path), REPORTED, "no memory for a file's bytes");
    is_int(with_fault("MC_FAULT_ALLOC", 2, read_back, path), FINE, "its only allocation of that kind");
    int points = 0;
    for (int n = 1; n < 100; n++) {
        int status = with_fault("MC_FAULT_ALLOC", n, grow_buffer, path);
        if (status == FINE)
            break;
        points++;
        is_int(status, REPORTED, "growth %d of a buffer fails and the contents stay", n);
    }
    ok(points >= 5, "a buffer grows a few times");
}

int main(void)
{
    const char *path = scratch_path("file");
    setvbuf(stdout, NULL, _IOLBF, 0);
    torture(path, 1, REPORTED, 6);
    torture(path, -1, DIED, 6);
    torture_new(path);
    torture_memory(path);
    return done_testing();
}
