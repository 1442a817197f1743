#include "serve/beneath.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

/* a rename elsewhere in the tree makes openat2 give up with EAGAIN */
#define RETRIES 16
#define ALWAYS (O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

struct mc_beneath {
    int fd;
    char *given; /* as the user wrote it, absolute, or NULL when that is the real path */
    char *real;
    bool walk_only;
};

int mc_beneath_new(const char *root, struct mc_beneath **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_beneath_freep) struct mc_beneath *b = MC_NEW(struct mc_beneath);
    b->fd = -1;
    int r = mc_path_real(root, &b->real, err);
    if (r < 0)
        return r;
    if (root[0] == '/' && strcmp(root, b->real) != 0)
        b->given = mc_strdup(root);
    b->fd = open(b->real, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (b->fd < 0)
        return mc_err_sys(err, errno, "cannot open the directory %s", b->real);
    *ret = MC_TAKE(b);
    return 0;
}

void mc_beneath_free(struct mc_beneath *b)
{
    if (!b)
        return;
    mc_closep(&b->fd);
    mc_free(b->given);
    mc_free(b->real);
    mc_free(b);
}

void mc_beneath_freep(struct mc_beneath **b)
{
    mc_beneath_free(*b);
    *b = NULL;
}

const char *mc_beneath_root(const struct mc_beneath *b)
{
    return b->real;
}

void mc_beneath_walk_only(struct mc_beneath *b, bool on)
{
    b->walk_only = on;
}

/* What follows the root in an absolute path, without slashes in front; NULL when it is not below. */
static const char *strip_root(const char *root, const char *path)
{
    size_t n = root ? strlen(root) : 0;
    while (n > 0 && root[n - 1] == '/')
        n--;
    if (!root || strncmp(path, root, n) != 0 || (path[n] != '/' && path[n] != '\0'))
        return NULL;
    path += n;
    return path + strspn(path, "/");
}

int mc_beneath_relative(const struct mc_beneath *b, const char *path, char **ret,
                        struct mc_err *err)
{
    const char *rest = path;
    if (path[0] == '/') {
        rest = strip_root(b->real, path);
        if (!rest)
            rest = strip_root(b->given, path);
        if (!rest)
            return mc_err_set(err, MC_E_DENIED, "%s is outside of the root %s", path, b->real);
    }
    while (rest[0] == '.' && rest[1] == '/')
        rest += 1 + strspn(rest + 1, "/");
    size_t n = strlen(rest);
    while (n > 0 && rest[n - 1] == '/')
        n--;
    *ret = n ? mc_strndup(rest, n) : mc_strdup(".");
    return 0;
}

/* ---- the walk ---- */

struct walk {
    const struct mc_beneath *b;
    int dirs[MC_BENEATH_DEPTH_MAX]; /* from below the root to the current directory */
    size_t depth;
    unsigned links;
    char rest[PATH_MAX]; /* what is still to be walked */
};

static int current_dir(const struct walk *w)
{
    return w->depth ? w->dirs[w->depth - 1] : w->b->fd;
}

static void leave_to(struct walk *w, size_t depth)
{
    while (w->depth > depth)
        mc_closep(&w->dirs[--w->depth]);
}

/* Puts the target of a link before the rest. Returns 0 or an errno. */
static int follow_link(struct walk *w, int link_fd)
{
    char target[PATH_MAX], joined[PATH_MAX];
    ssize_t n = readlinkat(link_fd, "", target, sizeof target - 1);
    if (n <= 0)
        return n < 0 ? errno : ENOENT;
    target[n] = '\0';
    if (++w->links > MC_BENEATH_LINKS_MAX)
        return ELOOP;
    const char *inside = target;
    if (target[0] == '/') {
        inside = strip_root(w->b->real, target);
        if (!inside)
            return EXDEV;
        leave_to(w, 0);
    }
    int len = snprintf(joined, sizeof joined, "%s%s%s", inside, *w->rest ? "/" : "", w->rest);
    if (len < 0 || (size_t)len >= sizeof joined)
        return ENAMETOOLONG;
    memcpy(w->rest, joined, (size_t)len + 1);
    return 0;
}

/* Takes one component off the rest and steps into it. Returns 0 or an errno; *ret_fd >= 0 when the walk has arrived. */
static int step(struct walk *w, int flags, int *ret_fd)
{
    char name[NAME_MAX + 1];
    char *from = w->rest + strspn(w->rest, "/");
    size_t n = strcspn(from, "/");
    if (n > NAME_MAX)
        return ENAMETOOLONG;
    memcpy(name, from, n);
    name[n] = '\0';
    from += n + strspn(from + n, "/");
    memmove(w->rest, from, strlen(from) + 1);
    bool last = w->rest[0] == '\0';

    if (n == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        if (strcmp(name, "..") == 0 && w->depth == 0)
            return EXDEV;
        if (strcmp(name, "..") == 0)
            leave_to(w, w->depth - 1);
        if (last)
            *ret_fd = openat(current_dir(w), ".", flags);
        return last && *ret_fd < 0 ? errno : 0;
    }
    MC_CLEANUP(mc_closep) int fd = openat(current_dir(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return errno;
    if (S_ISLNK(st.st_mode) && !(last && (flags & O_NOFOLLOW)))
        return follow_link(w, fd);
    if (last) {
        *ret_fd = openat(current_dir(w), name, flags | O_NOFOLLOW);
        return *ret_fd < 0 ? errno : 0;
    }
    if (!S_ISDIR(st.st_mode))
        return ENOTDIR;
    if (w->depth == MC_BENEATH_DEPTH_MAX)
        return ENAMETOOLONG;
    w->dirs[w->depth++] = MC_TAKE_FD(fd);
    return 0;
}

static int walk_open(const struct mc_beneath *b, const char *path, int flags, int *ret_fd)
{
    struct walk w = {.b = b};
    size_t n = strlen(path);
    if (n >= sizeof w.rest)
        return ENAMETOOLONG;
    memcpy(w.rest, path, n + 1);
    int fd = -1, r = 0;
    while (r == 0 && fd < 0)
        r = step(&w, flags, &fd);
    leave_to(&w, 0);
    *ret_fd = fd;
    return r;
}

/* ---- opening ---- */

static int kernel_open(const struct mc_beneath *b, const char *path, int flags, int *ret_fd)
{
    struct open_how how = {.flags = (uint64_t)flags,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    for (int i = 0; i < RETRIES; i++) {
        long fd = syscall(SYS_openat2, b->fd, path, &how, sizeof how);
        if (fd >= 0) {
            *ret_fd = (int)fd;
            return 0;
        }
        if (errno != EAGAIN && errno != EINTR)
            break;
    }
    return errno;
}

static int open_error(const struct mc_beneath *b, const char *path, int error, struct mc_err *err)
{
    if (error == EXDEV)
        return mc_err_set(err, MC_E_DENIED, "%s leads out of the root %s", path, b->real);
    if (error == ENOENT)
        return mc_err_set(err, MC_E_NOT_FOUND, "%s does not exist", path);
    if (error == ELOOP)
        return mc_err_set(err, MC_E_SYSTEM, "%s is a loop of symbolic links", path);
    return mc_err_sys(err, error, "cannot open %s", path);
}

/* .git may hold credentials (remote URLs, hooks' settings), whatever link leads there; mcpctl serve git tells what is in it. */
static bool is_gits_own(const struct mc_beneath *b, int fd)
{
    char link[40], where[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, where, sizeof where - 1);
    if (n < 0)
        return false;
    where[n] = '\0';
    const char *rest = strip_root(b->real, where);
    for (const char *p = rest; p && *p; p += strspn(p, "/")) {
        size_t len = strcspn(p, "/");
        if (len == 4 && strncmp(p, ".git", 4) == 0)
            return true;
        p += len;
    }
    return false;
}

int mc_beneath_open(const struct mc_beneath *b, const char *path, int flags, int *ret_fd,
                    struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *rel = NULL;
    int r = mc_beneath_relative(b, path, &rel, err);
    if (r < 0)
        return r;
    /* openat2 refuses flags that mean nothing for O_PATH */
    flags |= flags & O_PATH ? O_CLOEXEC : ALWAYS;
    int error = b->walk_only ? ENOSYS : kernel_open(b, rel, flags, ret_fd);
    if (error == ENOSYS || error == EPERM || error == EXDEV || error == EAGAIN)
        error = walk_open(b, rel, flags, ret_fd);
    if (error)
        return open_error(b, path, error, err);
    if (is_gits_own(b, *ret_fd)) {
        close(*ret_fd);
        *ret_fd = -1;
        return mc_err_set(err, MC_E_DENIED, "%s is git's own; use the git tools", path);
    }
    return 0;
}

const char *mc_beneath_kind(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symlink";
    case S_IFIFO:
        return "fifo";
    case S_IFSOCK:
        return "socket";
    default:
        return "device";
    }
}

int mc_beneath_open_file(const struct mc_beneath *b, const char *path, int *ret_fd,
                         struct stat *ret_st, struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int probe = -1;
    MC_CLEANUP(mc_closep) int fd = -1;
    int r = mc_beneath_open(b, path, O_PATH, &probe, err);
    if (r < 0)
        return r;
    if (fstat(probe, ret_st) < 0)
        return mc_err_sys(err, errno, "cannot look at %s", path);
    if (S_ISREG(ret_st->st_mode)) {
        r = mc_beneath_open(b, path, O_RDONLY, &fd, err);
        if (r < 0)
            return r;
        if (fstat(fd, ret_st) < 0)
            return mc_err_sys(err, errno, "cannot look at %s", path);
    }
    if (!S_ISREG(ret_st->st_mode))
        return mc_err_set(err, MC_E_FAILED, "%s is a %s, not a regular file%s", path,
                          mc_beneath_kind(ret_st->st_mode),
                          S_ISDIR(ret_st->st_mode) ? "; list it with list_directory" : "");
    *ret_fd = MC_TAKE_FD(fd);
    return 0;
}
