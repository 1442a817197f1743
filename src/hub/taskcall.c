/* What is different about a tools/call that becomes a task, and about the requests that follow it. The task's id is spliced like any other name; a server
 * hears of params.task only when it has said that it makes tasks of this tool. */
#include "base/alloc.h"
#include "base/err.h"
#include "base/log.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"

#define ID_MAX_BYTES 256
#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

/* ---- towards the server ---- */

static bool makes_tasks(const struct mc_catalog *known)
{
    return known && known->caps & MC_CAP_TASKS;
}

/* A client may ask for a task where the hub has said that it can: in 2025-11-25 alone. */
static bool asks_for_task(const struct call *c)
{
    return c->x->session && c->x->rev == MC_REV_2025_11_25 && mc_env_has(&c->e, MC_F_TASK) &&
           view_caps(c->x->view) & MC_CAP_TASKS;
}

bool task_prepare(struct call *c, const struct route *r)
{
    enum mc_task_support support =
        makes_tasks(r->catalog) ? mc_tasks_support(r->item->text) : MC_TASKS_FORBIDDEN;

    if (asks_for_task(c) && support == MC_TASKS_FORBIDDEN) {
        call_refuse(c, MC_RPC_METHOD_NOT_FOUND,
                    "this tool does not support task-augmented execution; call it without "
                    "params.task");
        return false;
    }
    if (asks_for_task(c))
        c->tasking = TASKING_RELAY;
    else if (support == MC_TASKS_REQUIRED)
        c->tasking = TASKING_DRIVE;
    else if (mc_env_has(&c->e, MC_F_TASK) && makes_tasks(r->catalog))
        c->tasking = TASKING_DROP; /* others ignore it */
    return true;
}

void task_compose(const struct call *c, struct mc_splice *sp)
{
    static const struct mc_str ours = MC_STR("\"task\":{\"ttl\":" TEXT(HUB_TASK_DRIVE_MS) "},");
    struct mc_str params = mc_env(&c->e, MC_F_PARAMS);

    if (c->task && mc_env_has(&c->e, MC_F_TASK_ID))
        mc_splice_put(sp, mc_env(&c->e, MC_F_TASK_ID), mc_str_of(c->task->server_id));
    if (c->tasking == TASKING_DRIVE) /* a tool's name is always there, and so something follows */
        mc_splice_put(sp, (struct mc_str){params.p + 1, 0}, ours);
    if ((c->tasking == TASKING_DRIVE || c->tasking == TASKING_DROP) && mc_env_has(&c->e, MC_F_TASK))
        mc_splice_drop_member(sp, c->e.f[MC_F_TASK].key, mc_env(&c->e, MC_F_TASK));
}

/* ---- the answer that begins a task ---- */

/* The Task object of a result that is one; empty: it is none. */
static struct mc_str handle_of(const struct call *c, const struct mc_envelope *e)
{
    if (e->kind != MC_MSG_RESULT || c->e.method != MC_METHOD_TOOLS_CALL)
        return MC_STR_NONE;
    if (mc_rev_era(mc_backend_rev(c->backend)) == MC_ERA_MODERN)
        return mc_env_has(e, MC_F_RESULT_TYPE) &&
                       mc_jstr_eq(mc_env(e, MC_F_RESULT_TYPE), MC_STR("task"))
                   ? mc_env(e, MC_F_RESULT)
                   : MC_STR_NONE;
    return c->tasking == TASKING_RELAY || c->tasking == TASKING_DRIVE ? mc_env(e, MC_F_R_TASK)
                                                                      : MC_STR_NONE;
}

static void give_up(struct call *c, int code, const char *why)
{
    struct mc_err err;

    mc_err_set(&err, code, "server %s %s", mc_backend_name(c->backend), why);
    call_failed(c, &err);
}

/* An id that it has given before would be two clients' at once; unless the first one's task is over. */
static bool given_before(const struct call *c, struct mc_str server_id)
{
    struct task *t = task_of_server(c->x->hub, c->backend, server_id);

    if (!t || !mc_task_over(t->status))
        return t != NULL;
    task_forget(t);
    return false;
}

/* Does its client know tasks of this server's design? */
static bool relays(const struct call *c)
{
    return mc_rev_era(mc_backend_rev(c->backend)) == MC_ERA_MODERN
               ? c->x->era == MC_ERA_MODERN && c->x->caps & CLIENT_TASKS
               : c->tasking == TASKING_RELAY;
}

/* A modern server cannot do without a task, and a legacy client could not say that it knows them: the hub does. */
static bool demands_tasks(const struct call *c, const struct mc_envelope *e)
{
    int64_t code;

    return e->kind == MC_MSG_ERROR && c->x->session && !c->declares_tasks &&
           c->e.method == MC_METHOD_TOOLS_CALL &&
           mc_rev_era(mc_backend_rev(c->backend)) == MC_ERA_MODERN &&
           mc_jint(mc_jval_of(mc_env(e, MC_F_E_CODE)), &code) &&
           code == MC_RPC_MISSING_CAPABILITY &&
           mc_tasks_declared(mc_jget(mc_jval_of(mc_env(e, MC_F_E_DATA)), "requiredCapabilities"));
}

bool task_begins(struct call *c, const struct mc_envelope *e)
{
    struct mc_str text = handle_of(c, e);
    struct mc_task_info info;

    if (demands_tasks(c, e)) {
        c->declares_tasks = true;
        call_send(c);
        return true;
    }
    if (!text.p)
        return false;
    if (!mc_tasks_read(mc_jval_of(text), &info)) {
        give_up(c, MC_E_PROTOCOL, "has begun a task without a proper id or state");
    } else if (given_before(c, info.id)) {
        give_up(c, MC_E_PROTOCOL, "has begun a task under the id of another one");
    } else if (!relays(c)) {
        drive_begin(c, &info, text);
    } else if ((c->task = task_ref(task_new(c, &info, text, false)))) {
        return false;
    } else {
        task_cancel_at_server(c, info.id);
        give_up(c, MC_E_TOO_BIG,
                "has begun a task, and the hub knows too many of this client; wait until some "
                "are over");
    }
    return true;
}

/* ---- answers about a task ---- */

static void note(const struct call *c, struct mc_str text)
{
    struct mc_task_info info;

    if (mc_tasks_read(mc_jval_of(text), &info))
        task_note(c->task, &info, text);
}

bool task_unknown(const struct mc_envelope *e)
{
    int64_t code;

    return e->kind == MC_MSG_ERROR && mc_jint(mc_jval_of(mc_env(e, MC_F_E_CODE)), &code) &&
           code == MC_RPC_INVALID_PARAMS;
}

void task_answer(const struct call *c, const struct mc_envelope *e, struct mc_splice *sp)
{
    struct task *t = c->task;
    struct mc_str raw, flat = mc_env(e, MC_F_R_TASK_ID), nested = mc_env(e, MC_F_R_TASK);

    if (!t)
        return;
    raw = mc_str_of(t->raw);
    if (e->kind == MC_MSG_ERROR) {
        if (c->e.method == MC_METHOD_TASKS_GET && task_unknown(e))
            task_forget(t);
        return;
    }
    if (flat.p && flat.p[0] == '"')
        mc_splice_put(sp, flat, raw);
    if (c->e.method == MC_METHOD_TOOLS_CALL && nested.p) {
        struct mc_jval id = mc_jget(mc_jval_of(nested), "taskId");
        if (id.type == MC_JSON_STRING)
            mc_splice_put(sp, id.s, raw);
    } else if (flat.p && t->hub) {
        note(c, mc_env(e, MC_F_RESULT));
    }
    if (mc_env_has(e, MC_F_R_META))
        mc_tasks_relate(sp, mc_env(e, MC_F_R_META), raw);
}

/* ---- requests about a task ---- */

static void refuse(struct exchange *x, const struct mc_envelope *e, int code, const char *message)
{
    exchange_error(x, mc_env(e, MC_F_ID), code, message, MC_STR_NONE, 0);
}

void task_request(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e)
{
    struct mc_buf id = MC_BUF_INIT(ID_MAX_BYTES);
    struct task *t = NULL;

    if (x->era == MC_ERA_MODERN && !(x->caps & CLIENT_TASKS)) {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_MISSING_CAPABILITY,
                       "clientCapabilities must declare the extension " MC_TASKS_EXTENSION,
                       TASK_REQUIRED, 400);
        return;
    }
    if (e->method == MC_METHOD_TASKS_LIST) {
        task_list(x, message, e);
        return;
    }
    if (!mc_env_has(e, MC_F_TASK_ID) || mc_env(e, MC_F_TASK_ID).p[0] != '"')
        refuse(x, e, MC_RPC_INVALID_PARAMS, "params.taskId must be a string");
    else if (!mc_env_string(e, MC_F_TASK_ID, &id) || !(t = task_find(x, mc_buf_str(&id))))
        refuse(x, e, MC_RPC_INVALID_PARAMS,
               "Task not found: params.taskId is none of this client's tasks, or it has expired");
    mc_buf_done(&id);
    if (!t)
        return;
    task_ref(t);
    struct call *c = call_prepare_at(x, t->backend, message, e);
    c->task = task_ref(t);
    if (e->method == MC_METHOD_TASKS_RESULT)
        c->base.timeout_ms = HUB_TASK_RESULT_MS;
    call_dispatch(c);
    task_release(t);
    task_unref(t);
}

/* ---- a request that is given up before the server has named its task ---- */

struct orphan {
    struct mc_call base;
    struct mc_backend *backend;
};

static void orphan_free(struct mc_call *base)
{
    struct orphan *o = mc_container_of(base, struct orphan, base);

    mc_backend_unref(o->backend);
    mc_free(o);
}

static void orphan_answered(struct mc_call *base, const struct mc_envelope *e)
{
    struct orphan *o = mc_container_of(base, struct orphan, base);
    struct mc_buf params = MC_BUF_INIT(1u << 20);
    struct mc_task_info info;

    if (e->kind == MC_MSG_RESULT && mc_env_has(e, MC_F_R_TASK) &&
        mc_tasks_read(mc_jval_of(mc_env(e, MC_F_R_TASK)), &info)) {
        mc_buf_addf(&params, "{\"taskId\":%.*s}", MC_STR_ARG(info.id));
        hub_tell(o->backend, "tasks/cancel", mc_buf_str(&params));
    }
    mc_buf_done(&params);
    orphan_free(base);
}

static void orphan_failed(struct mc_call *base, const struct mc_err *err)
{
    mc_debug("hub", "a task that nobody waits for was not begun: %s", err->msg);
    orphan_free(base);
}

static const struct mc_call_ops orphan_ops = {.on_answer = orphan_answered,
                                              .on_failed = orphan_failed};

bool task_abandon(struct call *c)
{
    if (c->drive) { /* what is in flight only asks how it is going */
        mc_backend_forget(&c->base, false, NULL);
        return true;
    }
    if ((c->tasking != TASKING_RELAY && c->tasking != TASKING_DRIVE) ||
        c->base.state != MC_CALL_SENT)
        return false;
    struct orphan *o = MC_NEW(struct orphan);
    o->base.ops = &orphan_ops;
    o->backend = mc_backend_ref(c->backend);
    mc_backend_replace(&c->base, &o->base);
    return true;
}
