#include "serve/walk.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_hidden(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, ".git") == 0;
}

static void read_names(struct mc_walk *w, DIR *dir, struct mc_strv *names)
{
    const struct dirent *d;
    while ((d = readdir(dir))) {
        if (is_hidden(d->d_name))
            continue;
        if (names->n == MC_WALK_NAMES_MAX)
            w->too_many++;
        else
            mc_strv_push(names, d->d_name);
    }
    if (names->n > 1)
        qsort(names->v, names->n, sizeof *names->v, by_name);
}

static bool walk_dir(struct mc_walk *w, int dir_fd, const char *path, unsigned depth);

/* False: stop everything. */
static bool visit(struct mc_walk *w, int dir_fd, const char *dir_path, const char *name,
                  unsigned depth)
{
    bool top = !*dir_path || strcmp(dir_path, ".") == 0;
    MC_CLEANUP(mc_freep) char *path = top ? mc_strdup(name) : mc_asprintf("%s/%s", dir_path, name);
    struct mc_walk_entry e = {.path = path, .name = name, .dir_fd = dir_fd, .depth = depth};
    if (fstatat(dir_fd, name, &e.st, AT_SYMLINK_NOFOLLOW) < 0)
        return true; /* gone meanwhile */
    enum mc_walk_step next = w->on_entry(w->arg, &e);
    if (next != MC_WALK_ON || !S_ISDIR(e.st.st_mode))
        return next != MC_WALK_STOP;
    if (depth >= w->depth) {
        w->too_deep++;
        return true;
    }
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        w->unreadable++;
        return true;
    }
    return walk_dir(w, fd, path, depth + 1);
}

static bool walk_dir(struct mc_walk *w, int dir_fd, const char *path, unsigned depth)
{
    DIR *dir = fdopendir(dir_fd);
    if (!dir) {
        close(dir_fd);
        w->unreadable++;
        return true;
    }
    struct mc_strv names = {0};
    read_names(w, dir, &names);
    bool on = true;
    for (size_t i = 0; on && i < names.n; i++)
        on = visit(w, dirfd(dir), path, names.v[i], depth);
    mc_strv_done(&names);
    closedir(dir);
    return on;
}

void mc_walk_run(struct mc_walk *w, int dir_fd, const char *path)
{
    if (w->depth > MC_WALK_DEPTH_MAX)
        w->depth = MC_WALK_DEPTH_MAX;
    w->unreadable = w->too_deep = w->too_many = 0;
    walk_dir(w, dir_fd, path, 1);
}
