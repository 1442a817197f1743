#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

static mode_t mode_of(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void is_file(const char *path, const char *want, const char *what)
{
    char *text = slurp(path, NULL);
    is_str(text, want, "%s", what);
    free(text);
}

static void reading(void)
{
    char *text = NULL;
    size_t n = 99;
    struct mc_err err = {0};
    const char *path = scratch_path("read");
    is_int(mc_io_read(path, 10, &text, &n, &err), -MC_E_NOT_FOUND, "absent: %s", err.msg);
    scratch_write(path, "0123456789");
    is_int(mc_io_read(path, 10, &text, &n, NULL), 0, "exactly the bound");
    ok(n == 10 && memcmp(text, "0123456789", 11) == 0, "its bytes, terminated");
    mc_free(text);
    text = NULL;
    is_int(mc_io_read(path, 9, &text, &n, &err), -MC_E_TOO_BIG, "above the bound: %s", err.msg);
    ok(text == NULL && strstr(err.msg, path) && strstr(err.msg, "9 bytes"), "the error names file and bound");
    is_int(mc_io_read(path, 0, &text, &n, NULL), -MC_E_TOO_BIG, "a bound of nothing");
    is_int(mc_io_read(path, SIZE_MAX, &text, NULL, NULL), 0, "no bound, no length wanted");
    mc_free(text);
    scratch_write(path, "");
    is_int(mc_io_read(path, 0, &text, &n, NULL), 0, "an empty file");
    is_str(text, "", "has no bytes");
    mc_free(text);
    is_int(mc_io_read("/proc/self/status", 1 << 20, &text, &n, NULL), 0, "a file that says it is empty");
    ok(n > 0 && strstr(text, "VmRSS"), "is read to its end");
    mc_free(text);
    is_int(mc_io_read(scratch(), 10, &text, &n, &err), -MC_E_CONFIG, "a directory: %s", err.msg);
    const char *fifo = scratch_path("fifo");
    (void)!mkfifo(fifo, 0600);
    is_int(mc_io_read(fifo, 10, &text, &n, &err), -MC_E_CONFIG, "a FIFO is not waited for: %s", err.msg);
    is_int(mc_io_read("/dev/zero", 10, &text, &n, NULL), -MC_E_CONFIG, "a device");
    is_int(mc_io_read(scratch_path("read/x"), 10, &text, &n, NULL), -MC_E_NOT_FOUND, "below a file");
    unlink(fifo);
}

static void replacing(void)
{
    struct mc_err err = {0};
    const char *path = scratch_path("file");
    umask(0022);
    is_int(mc_io_replace(path, "one", 3, 0600, &err), 0, "a new file");
    is_file(path, "one", "has its bytes");
    is_int(mode_of(path), 0600, "and the mode that was asked for");
    chmod(path, 0640);
    is_int(mc_io_replace(path, "two", 3, 0600, &err), 0, "again");
    is_int(mode_of(path), 0640, "an existing file keeps its mode");
    is_file(path, "two", "and gets the new bytes");
    is_int(mc_io_replace(path, NULL, 0, 0600, &err), 0, "no bytes");
    is_file(path, "", "an empty file");
    is_int(mc_io_replace(scratch_path("absent/file"), "x", 1, 0600, &err), -MC_E_SYSTEM, "no directory: %s", err.msg);
    ok(err.sys_errno == ENOENT, "its errno");
    is_int(mc_io_replace(scratch(), "x", 1, 0600, &err), -MC_E_CONFIG, "a directory is not replaced: %s", err.msg);
    is_int(count_files(scratch(), ".mcpctl-"), 0, "no temporary file is left");
}

static void links(void)
{
    struct mc_err err = {0};
    char target[128];
    const char *dir = scratch_path("dir"), *real = scratch_path("dir/real");
    const char *first = scratch_path("first"), *second = scratch_path("dir/second"), *loop = scratch_path("loop");
    (void)!mkdir(dir, 0700);
    scratch_write(real, "old");
    (void)!symlink("dir/second", first);
    (void)!symlink("real", second);
    is_int(mc_io_replace(first, "new", 3, 0600, &err), 0, "through two links");
    is_file(real, "new", "the file at their end is replaced");
    ok(readlink(first, target, sizeof(target)) > 0 && readlink(second, target, sizeof(target)) > 0, "they stay links");
    unlink(real);
    is_int(mc_io_replace(first, "made", 4, 0600, &err), 0, "through dangling links");
    is_file(real, "made", "the file is made at their end");
    (void)!symlink("loop", loop);
    is_int(mc_io_replace(loop, "x", 1, 0600, &err), -MC_E_SYSTEM, "a loop: %s", err.msg);
}

/* A process id that is surely gone. */
static pid_t dead_pid(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    return pid;
}

static void sweeping(void)
{
    char name[64];
    const char *path = scratch_path("swept");
    pid_t dead = dead_pid();
    static const char *const kept_names[] = {".swept.mcpctl-", ".swept.mcpctl-x-0", ".swept.mcpctl-12", ".other.mcpctl-1-0"};
    for (size_t i = 0; i < MC_ARRAY_LEN(kept_names); i++)
        scratch_write(scratch_path(kept_names[i]), "not ours");
    snprintf(name, sizeof(name), ".swept.mcpctl-%d-7", (int)getppid());
    scratch_write(scratch_path(name), "of a live process");
    snprintf(name, sizeof(name), ".swept.mcpctl-%d-0", (int)dead);
    scratch_write(scratch_path(name), "of a dead process");
    snprintf(name, sizeof(name), ".swept.mcpctl-%d-1", (int)dead);
    scratch_write(scratch_path(name), "of a process in another container, say");
    MC_CLEANUP(mc_closep) int held = open(scratch_path(name), O_RDONLY | O_CLOEXEC);
    flock(held, LOCK_EX);

    is_int(mc_io_replace(path, "x", 1, 0600, NULL), 0, "a replace");
    is_int(count_files(scratch(), ".mcpctl-"), 6, "sweeps what a dead process left, and nothing else");
    ok(access(scratch_path(name), F_OK) == 0, "what is locked has a live writer");
    mc_closep(&held);
    held = -1;
    is_int(mc_io_replace(path, "x", 1, 0600, NULL), 0, "the next replace");
    ok(access(scratch_path(name), F_OK) < 0, "sweeps that too when the writer is gone");
}

static void directories(void)
{
    struct mc_err err = {0};
    struct stat st;
    umask(0022);
    is_int(mc_io_mkdirs(scratch_path("a/b//c"), 0700, &err), 0, "mkdir -p");
    ok(stat(scratch_path("a/b/c"), &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0700, "with its mode");
    is_int(mode_of(scratch_path("a")), 0700, "also in between");
    is_int(mc_io_mkdirs(scratch_path("a/b/c/"), 0755, &err), 0, "again");
    is_int(mode_of(scratch_path("a/b/c")), 0700, "changes nothing");
    is_int(mc_io_mkdirs("/", 0755, &err), 0, "the root");
    scratch_write(scratch_path("a/file"), "x");
    is_int(mc_io_mkdirs(scratch_path("a/file"), 0755, &err), -MC_E_SYSTEM, "a file is in the way: %s", err.msg);
    is_int(mc_io_mkdirs(scratch_path("a/file/x"), 0755, &err), -MC_E_SYSTEM, "in the middle: %s", err.msg);
}

static void locking(void)
{
    struct mc_err err = {0};
    const char *path = scratch_path("lock");
    int a = -1, b = -1;
    is_int(mc_io_lock(path, false, &a, &err), 0, "a lock");
    is_int(mode_of(path), 0600, "its file is ours alone");
    ok(fcntl(a, F_GETFD) & FD_CLOEXEC, "children do not inherit it");
    is_int(mc_io_lock(path, false, &b, &err), -MC_E_CONFLICT, "held: %s", err.msg);
    is_int(b, -1, "nothing is returned");
    close(a);
    is_int(mc_io_lock(path, true, &b, &err), 0, "free again");
    close(b);
    is_int(mc_io_lock(scratch_path("absent/lock"), false, &b, &err), -MC_E_SYSTEM, "no directory: %s", err.msg);
}

static void writing(void)
{
    int p[2];
    (void)!pipe(p);
    is_int(mc_io_write_all(p[1], "abc", 3), 0, "write_all");
    close(p[0]);
    signal(SIGPIPE, SIG_IGN);
    is_int(mc_io_write_all(p[1], "abc", 3), -EPIPE, "its error is -errno");
    is_int(mc_io_write_all(-1, "abc", 0), 0, "nothing to write");
    close(p[1]);
}

int main(void)
{
    scratch();
    reading();
    replacing();
    links();
    sweeping();
    directories();
    locking();
    writing();
    return done_testing();
}
