#include "base/path.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MC_LIBEXECDIR
#define MC_LIBEXECDIR "/usr/local/libexec/mcpctl"
#endif

#define NAME "mcpctl"

/* `closed`: the permission bits that others must not have. The configuration may be read by all, as dotfiles are. */
static const struct {
    const char *what;
    const char *var;
    const char *below_home;
    mode_t closed;
} dirs[] = {
    [MC_DIR_CONFIG] = {"configuration", "XDG_CONFIG_HOME", ".config", 0022},
    [MC_DIR_STATE] = {"state", "XDG_STATE_HOME", ".local/state", 0077},
    [MC_DIR_RUNTIME] = {"runtime", "XDG_RUNTIME_DIR", NULL, 0077},
};

static const char *absolute_env(const char *var)
{
    const char *v = getenv(var);
    return v && v[0] == '/' ? v : NULL;
}

int mc_path_in(enum mc_dir dir, const char *name, char **ret, struct mc_err *err)
{
    const char *xdg = absolute_env(dirs[dir].var);
    const char *home = absolute_env("HOME");
    MC_CLEANUP(mc_freep) char *path = NULL;
    if (xdg) {
        path = mc_path_join(xdg, NAME);
    } else if (!dirs[dir].below_home) {
        path = mc_asprintf("/tmp/" NAME "-%lu", (unsigned long)geteuid());
    } else if (home) {
        MC_CLEANUP(mc_freep) char *base = mc_path_join(home, dirs[dir].below_home);
        path = mc_path_join(base, NAME);
    } else {
        return mc_err_set(err, MC_E_CONFIG,
                          "no place for the %s directory: set HOME or %s to an absolute path",
                          dirs[dir].what, dirs[dir].var);
    }
    *ret = name ? mc_path_join(path, name) : MC_TAKE(path);
    return 0;
}

int mc_path_ensure(enum mc_dir dir, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    struct stat st;
    int ret = mc_path_in(dir, NULL, &path, err);
    if (ret < 0)
        return ret;
    ret = mc_io_mkdirs(path, 0700, err);
    if (ret < 0)
        return ret;
    /* Whoever may write into /tmp can put a link there before us. */
    int nofollow = dir == MC_DIR_RUNTIME ? O_NOFOLLOW : 0;
    MC_CLEANUP(mc_closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | nofollow);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        return mc_err_set(err, MC_E_DENIED, "%s is not a real directory: remove it, or set %s", path,
                          dirs[dir].var);
    if (fd < 0 || fstat(fd, &st) < 0)
        return mc_err_sys(err, errno, "cannot use the %s directory %s", dirs[dir].what, path);
    if (st.st_uid != geteuid())
        return mc_err_set(err, MC_E_DENIED,
                          "%s belongs to user %lu, not to you (%lu): remove it, or set %s", path,
                          (unsigned long)st.st_uid, (unsigned long)geteuid(), dirs[dir].var);
    if (st.st_mode & dirs[dir].closed)
        return mc_err_set(err, MC_E_DENIED, "%s is open to other users (mode %04o): chmod 700 %s",
                          path, (unsigned)(st.st_mode & 07777), path);
    return 0;
}

char *mc_path_join(const char *dir, const char *name)
{
    size_t n = strlen(dir);
    bool slash = n > 0 && dir[n - 1] == '/';
    return mc_asprintf("%s%s%s", dir, n == 0 || slash ? "" : "/", name);
}

const char *mc_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *mc_path_dir(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return mc_strdup(".");
    while (slash > path && slash[-1] == '/')
        slash--;
    return mc_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int mc_path_real(const char *path, char **ret, struct mc_err *err)
{
    char *real = realpath(path, NULL);
    if (!real && errno == ENOENT && strcmp(path, ".") == 0)
        return mc_err_set(err, MC_E_NOT_FOUND,
                          "the current directory was deleted; change to one that exists");
    if (!real && (errno == ENOENT || errno == ENOTDIR))
        return mc_err_set(err, MC_E_NOT_FOUND, "%s: no such file or directory", path);
    if (!real)
        return mc_err_sys(err, errno, "cannot resolve %s", path);
    *ret = real;
    return 0;
}

static bool holds(const char *dir, const char *name, bool file_too)
{
    MC_CLEANUP(mc_freep) char *path = mc_path_join(dir, name);
    struct stat st;
    return stat(path, &st) == 0 && (S_ISDIR(st.st_mode) || (file_too && S_ISREG(st.st_mode)));
}

/* A git directory without a work tree around it, as git knows one. */
static bool is_bare(const char *dir)
{
    return strcmp(mc_path_base(dir), ".git") != 0 && holds(dir, "objects", false) &&
           holds(dir, "refs", false) && holds(dir, "HEAD", true);
}

static bool same_device(const char *dir, dev_t device)
{
    struct stat st;
    return stat(dir, &st) == 0 && st.st_dev == device;
}

int mc_path_repo_root(const char *dir, char **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *start = NULL;
    int r = mc_path_real(dir, &start, err);
    if (r < 0)
        return r;
    struct stat st;
    if (stat(start, &st) < 0)
        return mc_err_sys(err, errno, "cannot use %s", start);
    MC_CLEANUP(mc_freep) char *at = mc_strdup(start);
    while (same_device(at, st.st_dev)) {
        /* A worktree's or submodule's .git is a file. */
        if (holds(at, ".git", true) || holds(at, ".mcpctl", false) || is_bare(at)) {
            *ret = MC_TAKE(at);
            return 0;
        }
        if (strcmp(at, "/") == 0)
            break;
        char *up = mc_path_dir(at);
        mc_free(at);
        at = up;
    }
    *ret = MC_TAKE(start);
    return 0;
}

const char *mc_path_self(void)
{
    static char self[PATH_MAX];
    if (self[0])
        return self;
    char link[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", link, sizeof(link) - 1);
    if (n <= 0)
        return NAME;
    link[n] = '\0';
    /* After an upgrade the new program is at the same place. */
    struct mc_str s = {link, (size_t)n};
    if (mc_str_ends(s, MC_STR(" (deleted)")) && access(link, F_OK) < 0)
        link[s.n - strlen(" (deleted)")] = '\0';
    memcpy(self, link, strlen(link) + 1);
    return self;
}

const char *mc_path_libexec(void)
{
    static char *found;
    if (found)
        return found;
    const char *told = absolute_env("MCPCTL_LIBEXECDIR");
    if (told)
        return found = mc_strdup(told);
    MC_CLEANUP(mc_freep) char *beside = mc_path_dir(mc_path_self());
    MC_CLEANUP(mc_freep) char *relative = mc_path_join(beside, "../libexec/" NAME);
    char **const places[] = {&beside, &relative};
    for (size_t i = 0; i < MC_ARRAY_LEN(places) && !found; i++) {
        MC_CLEANUP(mc_freep) char *keeper = mc_path_join(*places[i], NAME "-keeper");
        if (access(keeper, X_OK) == 0)
            found = MC_TAKE(*places[i]);
    }
    if (!found)
        found = mc_strdup(MC_LIBEXECDIR);
    return found;
}
