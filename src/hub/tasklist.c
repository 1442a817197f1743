/* tasks/list of 2025-11-25: a server's own list would show what other clients have begun. The hub lists what this session has, in the states that the
 * servers tell when they are asked now, one task after the other. One page: a session has HUB_TASKS_OWNER_MAX tasks at most. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/time.h"
#include "hub/tasks.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"

#define LIST_MAX (64u << 20)
#define LOOK_MS 2000

static void add_task(const struct task *t, struct mc_buf *out)
{
    struct mc_jval text = mc_jval_of(mc_str_of(t->text)), id = mc_jget(text, "taskId");
    struct mc_splice sp;

    mc_splice_init(&sp, text.s);
    mc_splice_put(&sp, id.s, mc_str_of(t->raw));
    mc_splice_apply(&sp, true, out);
}

static void compose_answer(const struct session *s, struct mc_str id, struct mc_buf *out)
{
    struct mc_buf result = MC_BUF_INIT(LIST_MAX);

    mc_buf_adds(&result, MC_STR("{\"tasks\":["));
    link_each(l, &s->hub->task_order)
    {
        const struct task *t = link_entry(l, struct task, link);
        if (!task_listed(t, s) || !t->text)
            continue;
        if (result.data[result.len - 1] != '[')
            mc_buf_addc(&result, ',');
        add_task(t, &result);
    }
    mc_buf_adds(&result, MC_STR("]}"));
    if (result.failed || mc_rpc_result(out, id, mc_buf_str(&result))) {
        mc_buf_clear(out);
        mc_rpc_error(out, id, MC_RPC_INTERNAL, "the list is too large", MC_STR_NONE);
    }
    mc_buf_done(&result);
}

/* The next one that may have gone on since it was last heard of. */
static struct task *next_open(const struct session *s, size_t *i)
{
    size_t n = 0;

    link_each(l, &s->hub->task_order)
    {
        struct task *t = link_entry(l, struct task, link);
        if (!task_listed(t, s) || n++ < *i)
            continue;
        *i = n;
        if (!mc_task_over(t->status))
            return t;
    }
    return NULL;
}

static void look_or_finish(struct call *c)
{
    bool in_time = mc_now_us() - c->start_us < HUB_TASK_LIST_MS * 1000ull;
    struct task *t = in_time ? next_open(c->x->session, &c->next_probe) : NULL;
    struct mc_buf out = MC_BUF_INIT(LIST_MAX);

    task_unref(c->task);
    c->task = task_ref(t);
    if (t) {
        mc_backend_unref(c->backend);
        c->backend = mc_backend_ref(t->backend);
        call_send(c);
        return;
    }
    compose_answer(c->x->session, mc_env(&c->e, MC_F_ID), &out);
    call_finish(c, mc_buf_str(&out), false);
    mc_buf_done(&out);
}

int task_list_compose(const struct call *c, uint64_t id, struct mc_buf *out)
{
    return mc_buf_addf(
        out,
        "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"tasks/get\",\"params\":{\"taskId\":%s}}",
        (unsigned long long)id, c->task->server_id);
}

void task_list_answered(struct call *c, const struct mc_envelope *e)
{
    struct mc_task_info info;

    if (c->task->hub) {
        if (task_unknown(e))
            task_forget(c->task);
        else if (e->kind == MC_MSG_RESULT &&
                 mc_tasks_read(mc_jval_of(mc_env(e, MC_F_RESULT)), &info))
            task_note(c->task, &info, mc_env(e, MC_F_RESULT));
    }
    look_or_finish(c);
}

void task_list_failed(struct call *c)
{
    look_or_finish(c);
}

void task_list(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e)
{
    struct mc_buf out = MC_BUF_INIT(LIST_MAX);
    struct task *t;
    size_t i = 0;

    if (mc_env_has(e, MC_F_CURSOR)) { /* none was ever given out */
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INVALID_PARAMS,
                       "params.cursor: not a cursor of this list", MC_STR_NONE, 0);
        return;
    }
    if ((t = next_open(x->session, &i))) {
        struct call *c = call_prepare_at(x, t->backend, message, e);
        c->task = task_ref(t);
        c->next_probe = i;
        c->base.timeout_ms = LOOK_MS;
        call_dispatch(c);
        return;
    }
    compose_answer(x->session, mc_env(e, MC_F_ID), &out);
    exchange_answer(x, mc_buf_str(&out), 0);
    mc_buf_done(&out);
}
