#include "loop/watchplan.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "loop/watch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 8
#define DEPTH_MAX 64
#define LOOK_MAX (16u << 20)
/* A file's end is its last close after writing, or its rename: what happens before is only noise. */
#define MASK                                                                                       \
    (IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB |            \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

/* Directories without sources in them. */
static const char *const passed_over[] = {".git",  ".hg",         ".svn",          "node_modules",
                                          ".venv", "venv",        "__pycache__",   ".cache",
                                          ".tox",  ".mypy_cache", ".pytest_cache", "target"};

static struct mc_watchdir *add(struct mc_watchplan *p, const char *path)
{
    for (size_t i = 0; !p->tree && i < p->n; i++) /* a tree has each only once */
        if (strcmp(p->dirs[i].path, path) == 0)
            return &p->dirs[i];
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 16;
        p->dirs = mc_realloc(p->dirs, p->cap * sizeof(*p->dirs));
    }
    p->dirs[p->n] = (struct mc_watchdir){.wd = -1, .path = mc_strdup(path)};
    return &p->dirs[p->n++];
}

static void add_name(struct mc_watchdir *dir, const char *name)
{
    for (size_t i = 0; i < dir->names.n; i++)
        if (strcmp(dir->names.v[i], name) == 0)
            return;
    mc_strv_push(&dir->names, name);
}

/* ---- files ---- */

static bool is_dir(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The directory that the name appears in; while it is missing, the nearest one above it. Its own name in its parent, too: it may be replaced by another. */
static void lead_to(struct mc_watchplan *p, const char *path)
{
    char *name = mc_strdup(mc_path_base(path)), *dir = mc_path_dir(path);

    for (bool there = false; !there;) {
        there = is_dir(dir);
        if (there)
            add_name(add(p, dir), name);
        mc_free(name);
        name = mc_strdup(mc_path_base(dir));
        char *above = mc_path_dir(dir);
        if (strcmp(above, dir) == 0)
            there = true;
        else if (there && is_dir(above))
            add_name(add(p, above), name);
        mc_free(dir);
        dir = above;
    }
    mc_free(name);
    mc_free(dir);
}

static void follow(struct mc_watchplan *p, const char *path, unsigned links)
{
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof(target) - 1);

    lead_to(p, path);
    if (n <= 0 || links == LINKS_MAX)
        return;
    target[n] = '\0';
    MC_CLEANUP(mc_freep) char *dir = mc_path_dir(path);
    MC_CLEANUP(mc_freep)
    char *next = target[0] == '/' ? mc_strdup(target) : mc_path_join(dir, target);
    follow(p, next, links + 1);
}

static void look_at(const char *path, struct mc_buf *look)
{
    struct stat st;

    if (stat(path, &st) < 0)
        st = (struct stat){0};
    mc_buf_addf(look, "%s %llu %lld %lld.%ld\n", path, (unsigned long long)st.st_ino,
                (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

/* ---- a tree ---- */

static bool is_passed_over(const char *name)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(passed_over); i++)
        if (strcmp(name, passed_over[i]) == 0)
            return true;
    return false;
}

static void descend(struct mc_watchplan *p, const char *path, unsigned depth, struct mc_buf *look)
{
    DIR *d = opendir(path);

    if (!d || depth == DEPTH_MAX) {
        if (d)
            closedir(d);
        return;
    }
    if (p->n < MC_WATCH_DIRS_MAX)
        add(p, path);
    else
        p->incomplete = "the tree has more directories than are watched";
    for (struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            is_passed_over(e->d_name))
            continue;
        MC_CLEANUP(mc_freep) char *inner = mc_path_join(path, e->d_name);
        struct stat st;
        if (e->d_type == DT_DIR ||
            (e->d_type == DT_UNKNOWN && lstat(inner, &st) == 0 && S_ISDIR(st.st_mode)))
            descend(p, inner, depth + 1, look);
        else if (p->fd < 0 || p->incomplete)
            look_at(inner, look);
    }
    closedir(d);
}

/* ---- watches ---- */

static void make_watches(struct mc_watchplan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        p->dirs[i].wd = inotify_add_watch(p->fd, p->dirs[i].path, MASK);
        if (p->dirs[i].wd < 0 && (errno == ENOSPC || errno == ENOMEM)) {
            p->incomplete = "the kernel has no file watches left (fs.inotify.max_user_watches)";
            return;
        }
    }
}

void mc_watchplan_run(struct mc_watchplan *p)
{
    mc_buf_init(&p->look, LOOK_MAX);

    for (size_t i = 0; i < p->files.n; i++) {
        follow(p, p->files.v[i], 0);
        look_at(p->files.v[i], &p->look);
    }
    if (p->tree)
        descend(p, p->tree, 0, &p->look);
    if (p->fd >= 0)
        make_watches(p);
    else
        p->incomplete = "the kernel has no inotify instance left (fs.inotify.max_user_instances)";
}

void mc_watchplan_done(struct mc_watchplan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        mc_free(p->dirs[i].path);
        mc_strv_done(&p->dirs[i].names);
    }
    mc_free(p->dirs);
    mc_buf_done(&p->look);
    mc_strv_done(&p->files);
    mc_free(p->tree);
    *p = (struct mc_watchplan){.fd = -1};
}
