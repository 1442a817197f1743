#include "config.h"

#include "base/io.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/path.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many links as the kernel follows. */
#define LINKS_MAX 40
#define READ_FIRST 4096

/* ---- the seam: every call that a full disk can fail goes through these ---- */

static struct mc_fault fault = MC_FAULT_INIT("MC_FAULT_IO");

static bool faulty(void)
{
    if (!mc_fault_due(&fault))
        return false;
    errno = ENOSPC;
    return true;
}

static int io_open(const char *path, int flags, mode_t mode)
{
    return faulty() ? -1 : open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
}

static ssize_t io_write(int fd, const void *p, size_t n)
{
    return faulty() ? -1 : write(fd, p, n);
}

static int io_fsync(int fd)
{
    return faulty() ? -1 : fsync(fd);
}

static int io_rename(const char *from, const char *to)
{
    return faulty() ? -1 : rename(from, to);
}

/* ---- reading ---- */

static int open_error(struct mc_err *err, const char *path)
{
    if (errno == ENOENT || errno == ENOTDIR)
        return mc_err_set(err, MC_E_NOT_FOUND, "%s: no such file", path);
    return mc_err_sys(err, errno, "cannot open %s", path);
}

static int refuse_special(struct mc_err *err, const char *path, mode_t mode)
{
    return mc_err_set(err, MC_E_CONFIG, "%s is a %s, expected a regular file", path,
                      S_ISDIR(mode) ? "directory" : "device, pipe or socket");
}

int mc_io_read(const char *path, size_t max, char **ret, size_t *ret_len, struct mc_err *err)
{
    /* O_NONBLOCK: a FIFO must be refused, not waited for. */
    MC_CLEANUP(mc_closep) int fd = io_open(path, O_RDONLY | O_NONBLOCK, 0);
    MC_CLEANUP(mc_freep) char *data = NULL;
    struct stat st;
    if (fd < 0)
        return open_error(err, path);
    if (fstat(fd, &st) < 0)
        return mc_err_sys(err, errno, "cannot look at %s", path);
    if (!S_ISREG(st.st_mode))
        return refuse_special(err, path, st.st_mode);
    if (max > PTRDIFF_MAX - 2)
        max = PTRDIFF_MAX - 2;

    /* One byte above the size, to see the end without growing; /proc says 0 and still has bytes. */
    size_t len = 0, cap = st.st_size > 0 ? (size_t)st.st_size + 1 : READ_FIRST;
    for (;;) {
        if (cap > max + 1)
            cap = max + 1;
        if (len == cap)
            return mc_err_set(err, MC_E_TOO_BIG, "%s is larger than %zu bytes", path, max);
        char *bigger = mc_try_realloc(data, cap + 1);
        if (!bigger)
            return mc_err_sys(err, ENOMEM, "cannot read %s", path);
        data = bigger;
        while (len < cap) {
            ssize_t n = read(fd, data + len, cap - len);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return mc_err_sys(err, errno, "cannot read %s", path);
            if (n == 0) {
                data[len] = '\0';
                *ret = MC_TAKE(data);
                if (ret_len)
                    *ret_len = len;
                return 0;
            }
            len += (size_t)n;
        }
        if (cap <= max)
            cap = cap > max / 2 ? max + 1 : cap * 2;
    }
}

/* ---- writing ---- */

int mc_io_write_all(int fd, const void *p, size_t n)
{
    const char *next = p;
    while (n > 0) {
        ssize_t done = io_write(fd, next, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        next += done;
        n -= (size_t)done;
    }
    return 0;
}

/* Where the bytes of `path` are or would be: the end of its chain of links, dangling ones included. */
static int follow(const char *path, char **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *at = mc_strdup(path);
    for (int i = 0; i < LINKS_MAX; i++) {
        char link[4096];
        ssize_t n = readlink(at, link, sizeof(link));
        if (n < 0) {
            *ret = MC_TAKE(at);
            return 0;
        }
        if ((size_t)n == sizeof(link))
            return mc_err_sys(err, ENAMETOOLONG, "cannot follow %s", at);
        MC_CLEANUP(mc_freep) char *name = mc_strndup(link, (size_t)n);
        MC_CLEANUP(mc_freep) char *dir = mc_path_dir(at);
        mc_free(at);
        at = name[0] == '/' ? MC_TAKE(name) : mc_path_join(dir, name);
    }
    return mc_err_sys(err, ELOOP, "cannot follow %s", path);
}

/* A temporary file is .NAME.mcpctl-PID-COUNT. Its writer holds a lock on it, because a process id says nothing about
 * a writer in another container. */
static char *temp_prefix(const char *target)
{
    return mc_asprintf(".%.200s.mcpctl-", mc_path_base(target));
}

static bool abandoned(const char *path, const char *suffix)
{
    char *end;
    long pid = strtol(suffix, &end, 10);
    if (pid <= 0 || *end != '-' || pid == (long)getpid() || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
        return false;
    MC_CLEANUP(mc_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Removes what a writer of the same target left behind when it was killed. */
static void sweep(const char *dir, const char *prefix)
{
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        if (strncmp(e->d_name, prefix, strlen(prefix)) != 0)
            continue;
        MC_CLEANUP(mc_freep) char *path = mc_path_join(dir, e->d_name);
        if (abandoned(path, e->d_name + strlen(prefix)))
            unlink(path);
    }
    closedir(d);
}

static int open_temp(const char *dir, const char *prefix, mode_t mode, char **ret_path)
{
    static unsigned count;
    for (;;) {
        unsigned nr = __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
        MC_CLEANUP(mc_freep) char *path = mc_asprintf("%s/%s%ld-%u", dir, prefix, (long)getpid(), nr);
        int fd = io_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (fd < 0 && errno == EEXIST)
            continue;
        if (fd >= 0) {
            /* Where locks do not work, the process id alone protects the file. */
            (void)!flock(fd, LOCK_EX | LOCK_NB);
            *ret_path = MC_TAKE(path);
        }
        return fd;
    }
}

static int sync_dir(const char *dir)
{
    MC_CLEANUP(mc_closep) int fd = io_open(dir, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return -1;
    /* Some file systems have no fsync of a directory; there is nothing better to do there. */
    return io_fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
}

/* Gives the new file the owner and mode of the one that it replaces. Only root can give files away. */
static int match(int fd, const struct stat *old)
{
    mode_t mode = old->st_mode & 07777;
    if ((old->st_uid != geteuid() || old->st_gid != getegid()) &&
        fchown(fd, old->st_uid, old->st_gid) < 0)
        mode &= 0777;
    return fchmod(fd, mode);
}

static int write_temp(int fd, const void *data, size_t len, const struct stat *old)
{
    if (old && match(fd, old) < 0)
        return -errno;
    int ret = mc_io_write_all(fd, data, len);
    if (ret < 0)
        return ret;
    return io_fsync(fd) < 0 ? -errno : 0;
}

int mc_io_replace(const char *path, const void *data, size_t len, mode_t mode, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *target = NULL;
    struct stat st;
    int ret = follow(path, &target, err);
    if (ret < 0)
        return ret;
    bool exists = stat(target, &st) == 0;
    if (exists && !S_ISREG(st.st_mode))
        return refuse_special(err, target, st.st_mode);

    MC_CLEANUP(mc_freep) char *dir = mc_path_dir(target);
    MC_CLEANUP(mc_freep) char *prefix = temp_prefix(target);
    MC_CLEANUP(mc_freep) char *temp = NULL;
    sweep(dir, prefix);
    MC_CLEANUP(mc_closep) int fd = open_temp(dir, prefix, exists ? 0600 : mode, &temp);
    if (fd < 0)
        return mc_err_sys(err, errno, "cannot write %s: no temporary file in its directory", target);
    ret = write_temp(fd, data, len, exists ? &st : NULL);
    if (ret == 0 && io_rename(temp, target) < 0)
        ret = -errno;
    if (ret < 0) {
        unlink(temp);
        return mc_err_sys(err, -ret, "cannot write %s, it is as it was", target);
    }
    if (sync_dir(dir) < 0)
        return mc_err_sys(err, errno, "%s is written, but may not survive a power failure", target);
    return 0;
}

/* ---- directories and locks ---- */

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int mc_io_mkdirs(const char *path, mode_t mode, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *part = mc_strdup(path);
    for (char *slash = part; slash;) {
        slash = strchr(slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (!is_dir(part) && mkdir(part, mode) < 0 && !(errno == EEXIST && is_dir(part)))
            return mc_err_sys(err, errno, "cannot make the directory %s", part);
        if (slash)
            *slash = '/';
    }
    return 0;
}

int mc_io_lock(const char *path, bool wait, int *ret_fd, struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int fd = io_open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0)
        return mc_err_sys(err, errno, "cannot open the lock %s", path);
    while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) < 0) {
        if (errno == EWOULDBLOCK)
            return mc_err_set(err, MC_E_CONFLICT, "%s is locked by another process", path);
        if (errno != EINTR)
            return mc_err_sys(err, errno, "cannot lock %s", path);
    }
    *ret_fd = MC_TAKE_FD(fd);
    return 0;
}
