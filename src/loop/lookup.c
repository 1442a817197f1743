#include "loop/lookup.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_WITHOUT_ONE "/bin:/usr/bin"

static const char *path_of(char *const *env)
{
    for (; env && *env; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            return *env + 5;
    return NULL;
}

/* 0, an errno, or NO_X_BIT (which is not the EACCES of a directory on the way). */
#define NO_X_BIT (-1)
static int cannot_execute(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return errno;
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    return access(path, X_OK) < 0 ? NO_X_BIT : 0;
}

static int check_cwd(const char *cwd, struct mc_err *err)
{
    struct stat st;
    if (stat(cwd, &st) < 0) {
        if (errno == ENOENT)
            return mc_err_set(err, MC_E_NOT_FOUND, "the working directory '%s' does not exist",
                              cwd);
        return mc_err_sys(err, errno, "cannot enter the working directory '%s'", cwd);
    }
    if (!S_ISDIR(st.st_mode))
        return mc_err_set(err, MC_E_NOT_FOUND, "the working directory '%s' is not a directory",
                          cwd);
    if (access(cwd, X_OK) < 0)
        return mc_err_sys(err, errno, "cannot enter the working directory '%s'", cwd);
    return 0;
}

static int refuse(const char *path, int why, struct mc_err *err)
{
    switch (why) {
    case EISDIR:
        return mc_err_set(err, MC_E_NOT_FOUND, "command '%s' is a directory", path);
    case NO_X_BIT:
        return mc_err_set(err, MC_E_NOT_FOUND, "command '%s' is not executable; try: chmod +x '%s'",
                          path, path);
    case ENOENT:
    case ENOTDIR:
        return mc_err_set(err, MC_E_NOT_FOUND, "command '%s' does not exist", path);
    default:
        return mc_err_sys(err, why, "cannot run command '%s'", path);
    }
}

static int in_path(const char *name, const char *path, const char *cwd, char **ret,
                   struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *refused = NULL;
    const char *list = path ? path : PATH_WITHOUT_ONE;
    int why = 0;
    for (const char *p = list;;) {
        size_t n = strcspn(p, ":");
        MC_CLEANUP(mc_freep) char *dir = mc_strndup(p, n);
        MC_CLEANUP(mc_freep) char *abs = *dir == '/' ? mc_strdup(dir) : mc_path_join(cwd, dir);
        MC_CLEANUP(mc_freep) char *file = mc_path_join(abs, name);
        int r = cannot_execute(file);
        if (r == 0) {
            *ret = MC_TAKE(file);
            return 0;
        }
        if (r != ENOENT && r != ENOTDIR && r != EISDIR && !refused) {
            refused = MC_TAKE(file);
            why = r;
        }
        if (!p[n])
            break;
        p += n + 1;
    }
    if (refused)
        return refuse(refused, why, err);
    if (!path)
        return mc_err_set(err, MC_E_NOT_FOUND,
                          "command '%s' was not found: PATH is not set, %s was searched", name,
                          list);
    return mc_err_set(err, MC_E_NOT_FOUND, "command '%s' was not found in PATH: install it, or write its full path", name);
}

int mc_lookup_command(const char *name, char *const *env, const char *cwd, char **ret,
                      struct mc_err *err)
{
    int r = check_cwd(cwd, err);
    if (r < 0)
        return r;
    if (!*name)
        return mc_err_set(err, MC_E_NOT_FOUND, "the command is empty");
    if (!strchr(name, '/'))
        return in_path(name, path_of(env), cwd, ret, err);
    while (name[0] == '.' && name[1] == '/')
        name += 2 + strspn(name + 2, "/");
    MC_CLEANUP(mc_freep) char *file = *name == '/' ? mc_strdup(name) : mc_path_join(cwd, name);
    int why = cannot_execute(file);
    if (why)
        return refuse(file, why, err);
    *ret = MC_TAKE(file);
    return 0;
}
