#include "hub/watch.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "config/tree.h"
#include "loop/watch.h"

#define TORN_MS 250
#define TORN_MAX_MS 2000 /* then it is meant so */

static void look(struct workspace *ws);

static void set_condition(struct workspace *ws, char *text)
{
    bool same = ws->condition && text ? strcmp(ws->condition, text) == 0 : ws->condition == text;

    if (!same && text)
        mc_warn("hub", "workspace %s: %s", ws->name, text);
    else if (!same)
        mc_info("hub", "workspace %s: its config is fine again", ws->name);
    mc_free(ws->condition);
    ws->condition = text;
    if (!same)
        attach_changed(ws->hub);
}

/* The first mistake that counts. */
static char *what_is_wrong(const struct load *job)
{
    size_t n = mc_config_error_count(job->config);

    for (size_t i = 0; i < mc_config_diag_count(job->config); i++) {
        const struct mc_diag *d = mc_config_diag(job->config, i);
        if (d->severity != MC_SEV_ERROR)
            continue;
        MC_CLEANUP(mc_freep) char *text = mc_diag_text(d, job->root);
        return n == 1 ? mc_asprintf("the config before stays in force: %s", text)
                      : mc_asprintf("the config before stays in force: %s (and %zu more)", text,
                                    n - 1);
    }
    return mc_strdup("the config before stays in force");
}

static void on_torn_over(struct mc_timer *t)
{
    look(mc_container_of(t, struct workspace, torn));
}

static const struct mc_source *source_of(const struct mc_config *c, const char *file)
{
    for (size_t i = 0; i < mc_config_source_count(c); i++)
        if (strcmp(mc_config_source(c, i)->file, file) == 0)
            return mc_config_source(c, i);
    return NULL;
}

static bool says_something(const struct mc_source *s)
{
    return s && s->found && (!s->usable || (s->tree && s->tree->n_children > 0));
}

/* Has a file lost all that it said? */
static bool has_lost(const struct mc_config *before, const struct mc_config *now)
{
    for (size_t i = 0; i < mc_config_source_count(before); i++) {
        const struct mc_source *was = mc_config_source(before, i);
        if (was->file[0] == '/' && says_something(was) &&
            !says_something(source_of(now, was->file)))
            return true;
    }
    return false;
}

/* A file that is empty or gone says nothing, which is a config, too. But more often it was opened for writing, as a shell's > does, or is about to be
 * replaced, and its text comes in a moment. */
static bool is_torn(struct workspace *ws, const struct load *job)
{
    uint64_t now = mc_loop_now(ws->hub->loop);

    if (!has_lost(ws->config, job->config) ||
        (ws->torn_since && now - ws->torn_since >= TORN_MAX_MS)) {
        ws->torn_since = 0;
        return false;
    }
    if (!ws->torn_since)
        ws->torn_since = now;
    mc_timer_start(ws->hub->loop, &ws->torn, TORN_MS, on_torn_over);
    return true;
}

bool watch_refuses(struct workspace *ws, const struct load *job)
{
    bool worse = mc_config_error_count(job->config) > mc_config_error_count(ws->config);

    set_condition(ws, worse ? what_is_wrong(job) : NULL);
    return worse;
}

/* What was loaded comes into force, or a condition says why not. */
static void judge(struct workspace *ws, struct load *job)
{
    if (job->err.code) {
        set_condition(ws, mc_asprintf("its files cannot be read: %s", job->err.msg));
    } else if (!watch_refuses(ws, job) && !is_torn(ws, job)) {
        if (strcmp(job->digest, ws->digest) != 0 && job->no > ws->load_no)
            workspace_apply(ws, job);
    }
}

static void on_looked(struct load *job, void *arg)
{
    struct hub *h = arg;
    struct workspace *ws = workspace_by_root(h, job->root);

    if (ws && !h->ending) {
        ws->loading = false;
        judge(ws, job);
        if (ws->look_again)
            look(ws);
    }
    load_free(job);
}

static void look(struct workspace *ws)
{
    struct mc_strv env = {0}, sets = {0};

    ws->look_again = ws->loading;
    if (ws->loading)
        return;
    ws->loading = true;
    for (size_t i = 0; i < ws->env.n; i++)
        mc_strv_push(&env, ws->env.v[i]);
    for (size_t i = 0; i < ws->sets.n; i++)
        mc_strv_push(&sets, ws->sets.v[i]);
    load_begin(ws->hub->loop, ws->root, &env, &sets, on_looked, ws->hub);
}

static void on_changed(void *arg)
{
    look(arg);
}

void watch_update(struct workspace *ws, const struct load *job)
{
    static const struct mc_watch_ops ops = {.changed = on_changed};

    if (ws->watch && mc_strv_same(&ws->watched, &job->files))
        return;
    if (!ws->watch)
        ws->watch = mc_watch_new(ws->hub->loop, &ops, ws);
    mc_strv_done(&ws->watched);
    for (size_t i = 0; i < job->files.n; i++)
        mc_strv_push(&ws->watched, job->files.v[i]);
    mc_watch_files(ws->watch, ws->watched.v, ws->watched.n);
}

const char *watch_polling(const struct workspace *ws)
{
    return ws->watch ? mc_watch_polling(ws->watch) : NULL;
}

void watch_end(struct workspace *ws)
{
    mc_timer_stop(ws->hub->loop, &ws->torn);
    mc_watch_free(ws->watch);
    ws->watch = NULL;
    mc_strv_done(&ws->watched);
    mc_free(ws->condition);
    ws->condition = NULL;
}
