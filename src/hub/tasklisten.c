/* subscriptions/listen with taskIds: a modern client hears of its tasks at modern servers. Each server gets the whole set in its one listen. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "json/splice.h"
#include <stdlib.h>

#define MESSAGE_MAX (64u << 20)

struct watcher {
    struct link link; /* in its task */
    struct listen *listen;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All that are listened to at this server. */
static void tell_server(struct hub *h, struct mc_backend *b)
{
    struct mc_strv ids = {0};

    link_each(l, &h->task_order)
    {
        struct task *t = link_entry(l, struct task, link);
        if (t->backend == b && !link_empty(&t->watches))
            mc_strv_push(&ids, t->server_id);
    }
    if (ids.n > 1)
        qsort(ids.v, ids.n, sizeof(*ids.v), by_text);
    mc_backend_watch_tasks(b, &ids);
    mc_strv_done(&ids);
}

static bool listens(const struct task *t, const struct listen *l)
{
    link_each(pos, (struct link *)&t->watches)
    {
        if (link_entry(pos, struct watcher, link)->listen == l)
            return true;
    }
    return false;
}

static void watch(struct task *t, struct listen *l)
{
    struct watcher *w = MC_NEW(struct watcher);
    bool first = link_empty(&t->watches);

    w->listen = l;
    link_add(&t->watches, &w->link);
    if (first)
        tell_server(t->hub, t->backend);
}

void task_listen(struct listen *l, const struct exchange *x, struct mc_jval ids,
                 struct mc_buf *honoured)
{
    struct mc_jiter it;
    struct mc_jval v;
    unsigned n = 0;

    mc_buf_adds(honoured, MC_STR("\"taskIds\":["));
    for (mc_jiter_init(&it, ids); mc_jiter_next(&it, NULL, &v) && n < HUB_TASKS_OWNER_MAX;) {
        char *id = mc_jstr_dup(v);
        struct task *t = id ? task_find(x, mc_str_of(id)) : NULL;
        mc_free(id);
        if (!t || listens(t, l))
            continue;
        watch(t, l);
        if (n++)
            mc_buf_addc(honoured, ',');
        mc_buf_adds(honoured, mc_str_of(t->raw));
    }
    mc_buf_addc(honoured, ']');
}

bool task_listen_settled(const struct listen *l)
{
    link_each(pos, &l->hub->task_order)
    {
        const struct task *t = link_entry(pos, struct task, link);
        if (listens(t, l) && !mc_backend_watching(t->backend))
            return false;
    }
    return true;
}

static void drop(struct task *t, struct watcher *w)
{
    link_del(&w->link);
    mc_free(w);
    if (link_empty(&t->watches))
        tell_server(t->hub, t->backend);
}

void task_listen_over(struct listen *l)
{
    link_each(pos, &l->hub->task_order)
    {
        struct task *t = link_entry(pos, struct task, link);
        link_each(m, &t->watches)
        {
            struct watcher *w = link_entry(m, struct watcher, link);
            if (w->listen == l)
                drop(t, w);
        }
    }
}

void task_listeners_over(struct task *t)
{
    link_each(l, &t->watches) drop(t, link_entry(l, struct watcher, link));
}

/* The whole notice, with the client's id of the task and the listen's of the subscription. */
void task_tell_listeners(struct task *t, const struct mc_envelope *e)
{
    struct mc_task_info info;

    if (mc_tasks_read(mc_jval_of(mc_env(e, MC_F_PARAMS)), &info))
        task_note(t, &info, MC_STR_NONE);
    link_each(l, &t->watches)
    {
        struct watcher *w = link_entry(l, struct watcher, link);
        struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);
        struct mc_splice sp;
        mc_splice_init(&sp, e->text);
        mc_splice_put(&sp, mc_env(e, MC_F_TASK_ID), mc_str_of(t->raw));
        if (mc_env_has(e, MC_F_M_SUBSCRIPTION))
            mc_splice_put(&sp, mc_env(e, MC_F_M_SUBSCRIPTION), mc_str_of(w->listen->id));
        if (mc_env_has(e, MC_F_M_SUBSCRIPTION) && mc_splice_apply(&sp, true, &out) == 0)
            listen_send(w->listen, mc_buf_str(&out));
        mc_buf_done(&out);
    }
}
