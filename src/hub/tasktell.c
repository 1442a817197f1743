/* What a legacy server says about its tasks: requests during one (which name it in their _meta, so that it is certain whose they are), changes of state,
 * progress of a call that has become one. A request waits here until its client asks for the result; that is where the client expects it. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "hub/tasks.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"

#define MESSAGE_MAX (64u << 20)

struct held {
    struct link link;           /* in the task; in the hub, as long as there is none */
    struct mc_backend *backend; /* one reference */
    char *task_id;              /* raw, the server's */
    char *server_id;            /* raw, of the request */
    char *text;
    size_t len;
    uint64_t since;
};

static void held_free(struct held *w)
{
    link_del(&w->link);
    mc_backend_unref(w->backend);
    mc_free(w->task_id);
    mc_free(w->server_id);
    mc_free(w->text);
    mc_free(w);
}

static void refuse(struct held *w, const char *why)
{
    ask_refuse(w->backend, mc_str_of(w->server_id), MC_RPC_INTERNAL, why);
    held_free(w);
}

void task_held_free(struct task *t, const char *why)
{
    link_each(l, &t->held) refuse(link_entry(l, struct held, link), why);
}

static void hold(struct hub *h, struct link *where, struct mc_backend *b, struct mc_str task_id,
                 const struct mc_envelope *e)
{
    unsigned n = 0;

    link_each(l, where) n++;
    if (n >= HUB_TASK_HELD_MAX) {
        ask_refuse(b, mc_env(e, MC_F_ID), MC_RPC_INTERNAL,
                   "too many requests of tasks wait for their clients");
        return;
    }
    struct held *w = MC_NEW(struct held);
    w->backend = mc_backend_ref(b);
    w->task_id = mc_str_dup(task_id);
    w->server_id = mc_str_dup(mc_env(e, MC_F_ID));
    w->text = mc_str_dup(e->text);
    w->len = e->text.n;
    w->since = mc_loop_now(h->loop);
    link_add(where, &w->link);
}

/* ---- requests that come before the answer which names their task ---- */

static void is_begun(void *arg, struct mc_call *base)
{
    const struct call *c = call_of(base);

    *(bool *)arg |= c && (c->tasking == TASKING_RELAY || c->tasking == TASKING_DRIVE) && !c->drive;
}

static bool hold_early(struct hub *h, struct mc_backend *b, struct mc_str task_id,
                       const struct mc_envelope *e)
{
    bool begun = false;

    mc_backend_each_call(b, is_begun, &begun);
    if (begun)
        hold(h, &h->early, b, task_id, e);
    return begun;
}

void task_claim(struct task *t)
{
    link_each(l, &t->hub->early)
    {
        struct held *w = link_entry(l, struct held, link);
        if (w->backend != t->backend || strcmp(w->task_id, t->server_id) != 0)
            continue;
        link_del(l);
        link_add(&t->held, l);
    }
}

void tasks_early_sweep(struct hub *h, const struct mc_backend *over)
{
    uint64_t now = mc_loop_now(h->loop);

    link_each(l, &h->early)
    {
        struct held *w = link_entry(l, struct held, link);
        if (over ? w->backend == over : now - w->since > HUB_TASK_EARLY_MS)
            refuse(w, "no task of that name was begun");
    }
}

/* ---- requests ---- */

bool task_asks(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_str id = mc_tasks_related(mc_env(e, MC_F_META));
    struct task *t = id.n ? task_of_server(h, b, id) : NULL;

    if (!t)
        return id.n > 0 && hold_early(h, b, id, e);
    struct call *c = t->driver ? t->driver : task_waiter(t);
    if (c)
        ask_of_call(h, c, b, e);
    else
        hold(h, &t->held, b, id, e);
    return true;
}

void task_release(struct task *t)
{
    struct call *c = !t->hub ? NULL : t->driver ? t->driver : task_waiter(t);
    struct mc_envelope e;
    struct mc_err err;

    if (!c)
        return;
    link_each(l, &t->held)
    {
        struct held *w = link_entry(l, struct held, link);
        char *text = MC_TAKE(w->text);
        int code = mc_envelope_scan((struct mc_str){text, w->len}, &e, &err);
        MC_ASSERT(code == 0); /* it was scanned before */
        held_free(w);
        ask_of_call(t->hub, c, t->backend, &e);
        mc_free(text);
    }
}

static void withdraw(struct link *where, const struct mc_backend *b, struct mc_str request_id)
{
    link_each(l, where)
    {
        struct held *w = link_entry(l, struct held, link);
        if (w->backend == b && mc_str_eq(mc_str_of(w->server_id), request_id))
            held_free(w);
    }
}

void task_withdrawn(struct hub *h, struct mc_backend *b, struct mc_str request_id)
{
    withdraw(&h->early, b, request_id);
    link_each(l, &h->task_order) withdraw(&link_entry(l, struct task, link)->held, b, request_id);
}

void task_relate(const struct task *t, struct mc_str meta, struct mc_splice *sp)
{
    if (meta.p)
        mc_tasks_relate(sp, meta, t && !t->driver ? mc_str_of(t->raw) : MC_STR_NONE);
}

/* ---- notifications ---- */

/* On the stream of the client's tasks/result, if it waits there; else on its standing one. */
static void tell_client(struct task *t, struct mc_splice *sp)
{
    struct session *s = mc_map_get(t->hub->sessions, mc_str_of(t->session));
    struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);
    struct call *c = task_waiter(t);

    if (s && mc_splice_apply(sp, true, &out) == 0) {
        if (c && (c->x->req || c->x->stream))
            exchange_event(c->x, mc_buf_str(&out));
        else
            session_push(s, mc_buf_str(&out));
    }
    mc_buf_done(&out);
}

static void on_status(struct task *t, const struct mc_envelope *e)
{
    struct mc_task_info info;
    struct mc_splice sp;

    if (!mc_tasks_read(mc_jval_of(mc_env(e, MC_F_PARAMS)), &info))
        return;
    if (t->driver) {
        drive_told(t->driver, &info);
        return;
    }
    task_note(t, &info, mc_env(e, MC_F_PARAMS));
    mc_splice_init(&sp, e->text);
    mc_splice_put(&sp, mc_env(e, MC_F_TASK_ID), mc_str_of(t->raw));
    task_relate(t, mc_env(e, MC_F_META), &sp);
    tell_client(t, &sp);
}

static void on_progress(struct task *t, const struct mc_envelope *e)
{
    struct mc_splice sp;

    if (mc_task_over(t->status))
        return; /* the token has lived as long as the task */
    if (t->driver) {
        call_progress(t->driver, e);
        return;
    }
    mc_splice_init(&sp, e->text);
    mc_splice_put(&sp, mc_env(e, MC_F_P_TOKEN), mc_str_of(t->token));
    task_relate(t, mc_env(e, MC_F_META), &sp);
    tell_client(t, &sp);
}

void task_notice(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct task *t = e->method == MC_METHOD_PROGRESS
                         ? task_of_token(h, b, mc_env(e, MC_F_P_TOKEN))
                         : task_of_server(h, b, mc_env(e, MC_F_TASK_ID));

    if (!t)
        return;
    if (e->method == MC_METHOD_PROGRESS)
        on_progress(t, e);
    else if (e->method == MC_METHOD_TASK_STATUS && t->design == MC_ERA_LEGACY)
        on_status(t, e);
    else if (e->method == MC_METHOD_TASK_CHANGED && t->design == MC_ERA_MODERN)
        task_tell_listeners(t, e);
}
