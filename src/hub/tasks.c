/* The table of tasks that servers have made for clients: under which id a client knows each, and whose it is. An id is a 128-bit random number, good for
 * the same caller at the same endpoint; it outlives the session in which it was given, but not the process that made the task, for the next one may give
 * the same ids to others. */
#include "hub/tasks.h"
#include "hub/telling.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "base/rand.h"
#include <stdio.h>

#define ID_BYTES 16

void tasks_init(struct hub *h)
{
    h->tasks = mc_map_new();
    link_init(&h->task_order);
    link_init(&h->early);
    link_init(&h->hosted);
}

void tasks_done(struct hub *h)
{
    link_each(l, &h->task_order) task_forget(link_entry(l, struct task, link));
    mc_map_free(h->tasks, NULL);
}

/* ---- one task ---- */

struct task *task_ref(struct task *t)
{
    if (t)
        t->refs++;
    return t;
}

void task_unref(struct task *t)
{
    if (!t || --t->refs > 0)
        return;
    mc_backend_unref(t->backend);
    mc_free(t->server_id);
    mc_free(t->workspace);
    mc_free(t->only);
    mc_free(t->token);
    mc_free(t->text);
    mc_free(t);
}

void task_forget(struct task *t)
{
    if (!t->hub)
        return;
    task_held_free(t, "the task is over");
    task_listeners_over(t);
    link_del(&t->link);
    mc_map_del(t->hub->tasks, mc_str_of(t->id));
    t->hub = NULL;
    task_unref(t);
}

/* A ttl counts from when the server made the task, which is about when the hub first heard of it. */
static void keep(struct task *t, int64_t ttl_ms)
{
    uint64_t now = mc_loop_now(t->hub->loop);

    t->kept = ttl_ms < 0;
    if (t->kept)
        t->expires = now + HUB_TASK_KEEP_MS;
    else if (t->expires == 0 || (uint64_t)ttl_ms > t->ttl)
        t->expires = now + (uint64_t)ttl_ms + HUB_TASK_SLACK_MS;
    t->ttl = ttl_ms < 0 ? 0 : (uint64_t)ttl_ms;
}

void task_note(struct task *t, const struct mc_task_info *info, struct mc_str text)
{
    t->status = info->status;
    if (!t->driver && t->design == MC_ERA_LEGACY && text.n <= HUB_TASK_TEXT_MAX) {
        mc_free(t->text);
        t->text = mc_str_dup(text);
    }
    keep(t, info->ttl_ms);
}

/* ---- room ---- */

static bool of_caller(const struct task *t, const struct call *c)
{
    if (c->x->session)
        return strcmp(t->session, c->x->session->id) == 0;
    return !t->session[0] && strcmp(t->who, c->x->who) == 0;
}

static bool owner_has_room(const struct call *c)
{
    struct task *over = NULL;
    unsigned n = 0;

    link_each(l, &c->x->hub->task_order)
    {
        struct task *t = link_entry(l, struct task, link);
        if (t->driver || !of_caller(t, c))
            continue;
        n++;
        if (!over && mc_task_over(t->status))
            over = t;
    }
    if (n >= HUB_TASKS_OWNER_MAX && over) { /* its oldest one that is over makes room */
        task_forget(over);
        return true;
    }
    return n < HUB_TASKS_OWNER_MAX;
}

static bool has_room(struct hub *h)
{
    if (mc_map_count(h->tasks) < HUB_TASKS_MAX)
        return true;
    link_each(l, &h->task_order)
    {
        struct task *t = link_entry(l, struct task, link);
        if (mc_task_over(t->status)) {
            task_forget(t);
            return true;
        }
    }
    return false;
}

static void set_owner(struct task *t, const struct call *c)
{
    const struct exchange *x = c->x;

    snprintf(t->who, sizeof(t->who), "%s", x->who);
    t->workspace = mc_strdup(x->view->ws->name);
    t->only = mc_strdup(x->view->only);
    if (x->session)
        snprintf(t->session, sizeof(t->session), "%s", x->session->id);
}

struct task *task_new(struct call *c, const struct mc_task_info *info, struct mc_str text,
                      bool driven)
{
    struct hub *h = c->x->hub;
    struct task *t;

    if (!has_room(h) || (!driven && !owner_has_room(c))) {
        mc_warn("hub", "%s: a task was cancelled, because there are too many",
                mc_backend_name(c->backend));
        return NULL;
    }
    t = MC_NEW(struct task);
    t->refs = 1;
    t->hub = h;
    mc_random_hex(t->id, ID_BYTES);
    snprintf(t->raw, sizeof(t->raw), "\"%s\"", t->id);
    t->backend = mc_backend_ref(c->backend);
    t->design = mc_rev_era(mc_backend_rev(c->backend));
    t->server_id = mc_str_dup(info->id);
    link_init(&t->held);
    link_init(&t->watches);
    if (driven)
        t->driver = c;
    else
        set_owner(t, c);
    if (mc_env_has(&c->e, MC_F_M_TOKEN)) {
        t->wire_token = c->base.id; /* under which the server has got the request */
        t->token = mc_str_dup(mc_env(&c->e, MC_F_M_TOKEN));
    }
    mc_map_put(h->tasks, mc_str_of(t->id), t);
    link_add(&h->task_order, &t->link);
    task_note(t, info, text);
    task_claim(t);
    return t;
}

/* ---- finding one ---- */

static struct session *session_of(const struct task *t)
{
    return mc_map_get(t->hub->sessions, mc_str_of(t->session));
}

struct task *task_find(const struct exchange *x, struct mc_str id)
{
    struct task *t = mc_map_get(x->hub->tasks, id);

    if (!t || t->driver || t->design != x->era || strcmp(t->who, x->who) != 0 ||
        strcmp(t->workspace, x->view->ws->name) != 0 ||
        (t->only ? !x->view->only || strcmp(t->only, x->view->only) != 0 : x->view->only != NULL))
        return NULL;
    if (x->session && !session_of(t)) /* the session is over, its client goes on in another */
        snprintf(t->session, sizeof(t->session), "%s", x->session->id);
    if (t->kept)
        keep(t, -1);
    return t;
}

struct task *task_of_server(struct hub *h, const struct mc_backend *b, struct mc_str server_id)
{
    link_each(l, &h->task_order)
    {
        struct task *t = link_entry(l, struct task, link);
        if (t->backend == b && mc_str_eq(mc_str_of(t->server_id), server_id))
            return t;
    }
    return NULL;
}

struct task *task_of_token(struct hub *h, const struct mc_backend *b, struct mc_str token)
{
    uint64_t n;

    if (!mc_str_u64(token, &n) || n == 0)
        return NULL;
    link_each(l, &h->task_order)
    {
        struct task *t = link_entry(l, struct task, link);
        if (t->backend == b && t->wire_token == n)
            return t;
    }
    return NULL;
}

bool task_listed(const struct task *t, const struct session *s)
{
    return !t->driver && t->design == MC_ERA_LEGACY && strcmp(t->session, s->id) == 0;
}

struct call *task_waiter(const struct task *t)
{
    struct session *s = session_of(t);

    if (!s)
        return NULL;
    link_each(l, &s->calls)
    {
        struct call *c = link_entry(l, struct call, in_session);
        if (c->task == t && c->e.method == MC_METHOD_TASKS_RESULT)
            return c;
    }
    return NULL;
}

/* ---- the end ---- */

void tasks_sweep(struct hub *h)
{
    uint64_t now = mc_loop_now(h->loop);

    hosted_sweep(h);
    tasks_early_sweep(h, NULL);
    link_each(l, &h->task_order)
    {
        struct task *t = link_entry(l, struct task, link);
        if (t->expires <= now && !t->driver)
            task_forget(t);
    }
}

bool tasks_at(const struct hub *h, const struct mc_backend *b)
{
    link_each(l, (struct link *)&h->task_order)
    {
        if (link_entry(l, struct task, link)->backend == b)
            return true;
    }
    return false;
}

void tasks_of_backend_over(struct hub *h, struct mc_backend *b)
{
    struct mc_err err;

    hosted_of_backend_over(h, b);
    tasks_early_sweep(h, b);
    link_each(l, &h->task_order)
    {
        struct task *t = link_entry(l, struct task, link);
        if (t->backend != b)
            continue;
        struct call *c = t->driver;
        task_forget(t);
        /* one that waits for its next look; one that is looking has failed by itself */
        if (c && c->base.state == MC_CALL_IDLE) {
            mc_err_set(&err, MC_E_UNREACHABLE, "server %s has ended, and its task with it",
                       mc_backend_name(b));
            call_failed(c, &err);
        }
    }
}

void task_cancel_at_server(const struct call *c, struct mc_str server_id)
{
    struct mc_buf params = MC_BUF_INIT(1u << 20);

    mc_buf_adds(&params, MC_STR("{\"taskId\":"));
    mc_buf_adds(&params, server_id);
    if (mc_rev_era(mc_backend_rev(c->backend)) == MC_ERA_MODERN) {
        mc_buf_adds(&params, MC_STR(",\"_meta\":{"));
        bridge_modern_members(c, &params);
        mc_buf_addc(&params, '}');
    }
    mc_buf_addc(&params, '}');
    if (!params.failed)
        hub_tell(c->backend, "tasks/cancel", mc_buf_str(&params));
    mc_buf_done(&params);
}
