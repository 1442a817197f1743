#include "loop/watch.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/map.h"
#include "base/path.h"
#include "base/str.h"
#include "loop/watchplan.h"
#include "loop/work.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#define READS_MAX 16 /* of one turn */

struct mc_watch {
    struct mc_loop *loop;
    const struct mc_watch_ops *ops;
    void *arg;
    int fd;
    uv_poll_t poll;
    struct mc_watchplan now; /* what is watched */
    struct mc_map *by_wd;    /* "wd" → struct mc_watchdir, of now */
    struct mc_strv files;
    char *tree;
    struct mc_timer tell, look;
    uint64_t first; /* change that was not told yet; 0: none */
    bool planning, plan_again, dead;
    bool moved; /* directories have come or gone */
};

struct job {
    struct mc_watch *watch;
    struct mc_watchplan plan;
};

static void plan(struct mc_watch *w);

static struct mc_str wd_key(int wd, char text[16])
{
    int n = snprintf(text, 16, "%d", wd);

    return (struct mc_str){text, (size_t)n};
}

/* ---- telling ---- */

static void on_tell(struct mc_timer *t)
{
    struct mc_watch *w = mc_container_of(t, struct mc_watch, tell);

    w->first = 0;
    if (!w->tree || w->moved)
        plan(w);
    w->moved = false;
    w->ops->changed(w->arg);
}

static void tell_in(struct mc_watch *w, uint64_t ms)
{
    uint64_t now = mc_loop_now(w->loop);

    if (!w->first)
        w->first = now;
    if (now + ms > w->first + MC_WATCH_MOST_MS)
        ms = w->first + MC_WATCH_MOST_MS > now ? w->first + MC_WATCH_MOST_MS - now : 0;
    mc_timer_start(w->loop, &w->tell, ms, on_tell);
}

/* ---- events ---- */

static bool matters(struct mc_watch *w, const struct mc_watchdir *dir,
                    const struct inotify_event *e)
{
    if (e->len == 0 || !dir)
        return true; /* the directory itself */
    for (size_t i = 0; i < dir->names.n; i++)
        if (strcmp(dir->names.v[i], e->name) == 0)
            return true;
    if (dir->names.n)
        return false;
    if (e->mask & IN_ISDIR) {
        w->moved = true;
        return true;
    }
    if (!w->ops->wants)
        return true;
    MC_CLEANUP(mc_freep) char *path = mc_path_join(dir->path, e->name);
    return w->ops->wants(w->arg, path);
}

static void on_event(struct mc_watch *w, const struct inotify_event *e)
{
    char key[16];
    const struct mc_watchdir *dir;

    if (e->mask & IN_Q_OVERFLOW) {
        w->moved = true;
        tell_in(w, MC_WATCH_LATE_MS);
        return;
    }
    dir = w->by_wd ? mc_map_get(w->by_wd, wd_key(e->wd, key)) : NULL;
    if ((e->mask & IN_IGNORED) || (!dir && !w->planning))
        return; /* one that we have given up */
    if (matters(w, dir, e))
        tell_in(w, e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO) ? MC_WATCH_SOON_MS : MC_WATCH_LATE_MS);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct mc_watch *w = mc_container_of(poll, struct mc_watch, poll);
    char bytes[16384] __attribute__((aligned(__alignof__(struct inotify_event))));

    (void)status, (void)events;
    for (unsigned i = 0; i < READS_MAX; i++) {
        ssize_t n = read(w->fd, bytes, sizeof(bytes));
        if (n <= 0)
            return;
        for (char *p = bytes; p < bytes + n;) {
            const struct inotify_event *e = (const struct inotify_event *)(void *)p;
            p += sizeof(*e) + e->len;
            on_event(w, e);
        }
    }
}

/* ---- planning ---- */

static void run_plan(void *arg)
{
    mc_watchplan_run(&((struct job *)arg)->plan);
}

static void on_look(struct mc_timer *t)
{
    plan(mc_container_of(t, struct mc_watch, look));
}

/* The kernel's watches that the new plan has no use for. */
static void drop_old(struct mc_watch *w, const struct mc_map *by_wd)
{
    char key[16];

    for (size_t i = 0; i < w->now.n; i++)
        if (w->now.dirs[i].wd >= 0 && !mc_map_get(by_wd, wd_key(w->now.dirs[i].wd, key)))
            inotify_rm_watch(w->fd, w->now.dirs[i].wd);
}

static struct mc_map *index_of(struct mc_watchplan *p)
{
    struct mc_map *by_wd = mc_map_new();
    char key[16];

    for (size_t i = 0; i < p->n; i++) {
        struct mc_watchdir *dir = &p->dirs[i], *same;
        if (dir->wd < 0)
            continue;
        same = mc_map_get(by_wd, wd_key(dir->wd, key)); /* the same directory by two names */
        for (size_t k = 0; same && k < dir->names.n; k++)
            mc_strv_push(&same->names, dir->names.v[k]);
        if (!same)
            mc_map_put(by_wd, wd_key(dir->wd, key), dir);
    }
    return by_wd;
}

static bool same_dirs(const struct mc_watchplan *a, const struct mc_watchplan *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->dirs[i].wd != b->dirs[i].wd || !mc_strv_same(&a->dirs[i].names, &b->dirs[i].names))
            return false;
    return true;
}

static void watch_destroy(struct mc_watch *w)
{
    mc_watchplan_done(&w->now);
    mc_map_free(w->by_wd, NULL);
    mc_strv_done(&w->files);
    mc_free(w->tree);
    mc_free(w);
}

static void on_closed(uv_handle_t *handle)
{
    struct mc_watch *w = mc_container_of(handle, struct mc_watch, poll);

    close(w->fd);
    watch_destroy(w);
}

static void destroy_later(struct mc_watch *w)
{
    if (w->fd >= 0)
        uv_close((uv_handle_t *)&w->poll, on_closed);
    else
        watch_destroy(w);
}

static void on_planned(void *arg)
{
    struct job *job = arg;
    struct mc_watch *w = job->watch;
    bool first = w->now.n == 0, changed;

    w->planning = false;
    if (w->dead) {
        mc_watchplan_done(&job->plan);
        mc_free(job);
        destroy_later(w);
        return;
    }
    struct mc_map *by_wd = index_of(&job->plan);
    /* What happened between the last look and these watches was seen by nobody. */
    changed =
        first || !same_dirs(&w->now, &job->plan) ||
        (job->plan.incomplete && !mc_str_eq(mc_buf_str(&job->plan.look), mc_buf_str(&w->now.look)));
    if (job->plan.incomplete && job->plan.incomplete != w->now.incomplete)
        mc_warn("watch", "changes of files are looked for every %d s: %s", MC_WATCH_POLL_MS / 1000,
                job->plan.incomplete);
    drop_old(w, by_wd);
    mc_map_free(w->by_wd, NULL);
    mc_watchplan_done(&w->now);
    w->now = job->plan;
    w->by_wd = by_wd;
    mc_free(job);
    if (changed)
        tell_in(w, MC_WATCH_SOON_MS);
    if (w->plan_again)
        plan(w);
    else if (w->now.incomplete)
        mc_timer_start(w->loop, &w->look, MC_WATCH_POLL_MS, on_look);
}

static void plan(struct mc_watch *w)
{
    struct job *job;

    w->plan_again = w->planning;
    if (w->planning)
        return;
    w->planning = true;
    mc_timer_stop(w->loop, &w->look);
    job = MC_NEW(struct job);
    job->watch = w;
    job->plan.fd = w->fd;
    job->plan.tree = mc_strdup(w->tree);
    for (size_t i = 0; i < w->files.n; i++)
        mc_strv_push(&job->plan.files, w->files.v[i]);
    mc_work(w->loop, run_plan, on_planned, job);
}

/* ---- the interface ---- */

struct mc_watch *mc_watch_new(struct mc_loop *l, const struct mc_watch_ops *ops, void *arg)
{
    struct mc_watch *w = MC_NEW(struct mc_watch);

    *w = (struct mc_watch){.loop = l, .ops = ops, .arg = arg};
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd >= 0 && uv_poll_init(mc_loop_uv(l), &w->poll, w->fd) < 0) {
        close(w->fd);
        w->fd = -1;
    }
    if (w->fd >= 0) {
        uv_poll_start(&w->poll, UV_READABLE, on_readable);
        uv_unref((uv_handle_t *)&w->poll);
    }
    return w;
}

void mc_watch_files(struct mc_watch *w, char *const *paths, size_t n)
{
    mc_strv_done(&w->files);
    for (size_t i = 0; i < n; i++)
        mc_strv_push(&w->files, paths[i]);
    plan(w);
}

void mc_watch_tree(struct mc_watch *w, const char *root)
{
    mc_free(w->tree);
    w->tree = mc_strdup(root);
    plan(w);
}

const char *mc_watch_polling(const struct mc_watch *w)
{
    return w->now.incomplete;
}

void mc_watch_free(struct mc_watch *w)
{
    if (!w)
        return;
    mc_timer_stop(w->loop, &w->tell);
    mc_timer_stop(w->loop, &w->look);
    w->dead = true;
    if (w->fd >= 0)
        uv_poll_stop(&w->poll);
    if (!w->planning)
        destroy_later(w);
}
