/* Tasks the other way round (2025-11-25): a server asks a client for something and wants to look for the answer later. The hub hosts such a task: it tells
 * the server of it at once, asks the client plainly, as every client can be asked, and keeps the answer until the server comes for it. Towards the client
 * the request has an id that names the task; what would be sent to the server under that id is the task's result. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/rand.h"
#include "base/time.h"
#include "hub/tasks.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"
#include <stdio.h>

#define MESSAGE_MAX (64u << 20)
#define PREFIX "\"mcpctl-task-"
#define ID_BYTES 16

struct hosted {
    struct link link;           /* in the hub */
    struct mc_backend *backend; /* one reference */
    char raw[2 * ID_BYTES + 3]; /* its id, as a JSON string */
    char request[sizeof(PREFIX) + 2 * ID_BYTES +
                 1]; /* likewise, the id of the request to the client */
    char created[MC_ISO_LEN], updated[MC_ISO_LEN];
    int64_t ttl;
    uint64_t expires;
    const char *status;
    char *answer; /* the client's message, under `request`; NULL: not yet */
    size_t len;
    struct mc_strv waiting; /* raw ids of tasks/result */
};

bool hosted_names(const char *server_id)
{
    return strncmp(server_id, PREFIX, sizeof(PREFIX) - 1) == 0;
}

static void add_task(const struct hosted *t, struct mc_buf *out)
{
    mc_buf_addf(out,
                "\"taskId\":%s,\"status\":\"%s\",\"createdAt\":\"%s\",\"lastUpdatedAt\":\"%s\","
                "\"ttl\":%lld,\"pollInterval\":%d",
                t->raw, t->status, t->created, t->updated, (long long)t->ttl, HUB_HOSTED_POLL_MS);
}

static void send_task(const struct hosted *t, struct mc_str id, const char *open, const char *close)
{
    struct mc_buf result = MC_BUF_INIT(4096), out = MC_BUF_INIT(8192);

    mc_buf_addz(&result, open);
    add_task(t, &result);
    mc_buf_addz(&result, close);
    mc_rpc_result(&out, id, mc_buf_str(&result));
    mc_backend_send(t->backend, mc_buf_str(&out));
    mc_buf_done(&out);
    mc_buf_done(&result);
}

static void send_error(struct mc_backend *b, struct mc_str id, int code, const char *why)
{
    struct mc_buf out = MC_BUF_INIT(4096);

    mc_rpc_error(&out, id, code, why, MC_STR_NONE);
    mc_backend_send(b, mc_buf_str(&out));
    mc_buf_done(&out);
}

/* The result of tasks/result says which task it is of. */
static void name_task(const struct hosted *t, const struct mc_envelope *e, struct mc_splice *sp,
                      struct mc_buf *meta)
{
    struct mc_str old = mc_env(e, MC_F_R_META), result = mc_env(e, MC_F_RESULT);
    struct mc_str object = old.p ? old : result;

    if (result.p[0] != '{' || object.p[0] != '{')
        return;
    if (mc_tasks_related(old).n > 0) {
        mc_tasks_relate(sp, old, mc_str_of(t->raw));
        return;
    }
    mc_buf_addf(meta, "%s\"" MC_TASKS_RELATED "\":{\"taskId\":%s}%s%s", old.p ? "" : "\"_meta\":{",
                t->raw, old.p ? "" : "}", mc_json_same(object, MC_STR("{}")) ? "" : ",");
    mc_splice_put(sp, (struct mc_str){object.p + 1, 0}, mc_buf_str(meta));
}

static void send_answer(const struct hosted *t, struct mc_str id)
{
    struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX), meta = MC_BUF_INIT(1024);
    struct mc_envelope e;
    struct mc_splice sp;
    struct mc_err err;
    int code = mc_envelope_scan((struct mc_str){t->answer, t->len}, &e, &err);

    MC_ASSERT(code == 0); /* it was scanned before */
    mc_splice_init(&sp, e.text);
    mc_splice_put(&sp, mc_env(&e, MC_F_ID), id);
    if (e.kind == MC_MSG_RESULT)
        name_task(t, &e, &sp, &meta);
    if (mc_splice_apply(&sp, true, &out) == 0)
        mc_backend_send(t->backend, mc_buf_str(&out));
    mc_buf_done(&meta);
    mc_buf_done(&out);
}

static void hosted_free(struct hosted *t, const char *why)
{
    for (size_t i = 0; i < t->waiting.n; i++)
        send_error(t->backend, mc_str_of(t->waiting.v[i]), MC_RPC_INTERNAL, why);
    link_del(&t->link);
    mc_backend_unref(t->backend);
    mc_strv_done(&t->waiting);
    mc_free(t->answer);
    mc_free(t);
}

/* ---- the answer ---- */

static void settle(struct hosted *t, const char *status, struct mc_str message)
{
    if (t->answer)
        return;
    t->status = status;
    mc_iso_now(t->updated);
    t->answer = mc_str_dup(message);
    t->len = message.n;
    for (size_t i = 0; i < t->waiting.n; i++)
        send_answer(t, mc_str_of(t->waiting.v[i]));
    mc_strv_done(&t->waiting);
}

static void settle_error(struct hosted *t, const char *status, const char *why)
{
    struct mc_buf out = MC_BUF_INIT(4096);

    mc_rpc_error(&out, mc_str_of(t->request), MC_RPC_INTERNAL, why, MC_STR_NONE);
    settle(t, status, mc_buf_str(&out));
    mc_buf_done(&out);
}

void ask_reply(struct mc_backend *b, const char *server_id, struct mc_str message)
{
    struct hub *h = mc_backend_arg(b);
    struct mc_envelope e;
    struct mc_err err;

    if (!hosted_names(server_id)) {
        mc_backend_send(b, message);
        return;
    }
    link_each(l, &h->hosted)
    {
        struct hosted *t = link_entry(l, struct hosted, link);
        if (t->backend != b || strcmp(t->request, server_id) != 0)
            continue;
        if (mc_envelope_scan(message, &e, &err))
            settle_error(t, "failed", "the client gave a broken answer");
        else
            settle(t, e.kind == MC_MSG_ERROR ? "failed" : "completed", e.text);
        return;
    }
}

/* ---- the request ---- */

static bool is_plain(const struct mc_backend *b, const struct mc_envelope *e)
{
    return !mc_env_has(e, MC_F_TASK) || mc_env(e, MC_F_TASK).p[0] != '{' ||
           e->method == MC_METHOD_ROOTS_LIST || mc_backend_rev(b) != MC_REV_2025_11_25;
}

static struct hosted *host(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct hosted *t = MC_NEW(struct hosted);
    char id[2 * ID_BYTES + 1];

    mc_random_hex(id, ID_BYTES);
    snprintf(t->raw, sizeof(t->raw), "\"%s\"", id);
    snprintf(t->request, sizeof(t->request), PREFIX "%s\"", id);
    mc_iso_now(t->created);
    mc_iso_now(t->updated);
    if (!mc_jint(mc_jget(mc_jval_of(mc_env(e, MC_F_TASK)), "ttl"), &t->ttl) || t->ttl < 0 ||
        t->ttl > HUB_HOSTED_MS)
        t->ttl = HUB_HOSTED_MS;
    t->expires = mc_loop_now(h->loop) + (uint64_t)t->ttl;
    t->status = "working";
    t->backend = mc_backend_ref(b);
    link_add(&h->hosted, &t->link);
    return t;
}

bool hosted_begin(struct hub *h, struct mc_backend *b, const struct mc_envelope *e,
                  void (*ask)(struct hub *h, struct mc_backend *b, const struct mc_envelope *e))
{
    struct mc_buf text = MC_BUF_INIT(MESSAGE_MAX);
    struct mc_envelope plain;
    struct mc_splice sp;
    struct mc_err err;
    unsigned n = 0;

    if (is_plain(b, e))
        return false;
    link_each(l, &h->hosted) n++;
    if (n >= HUB_HOSTED_MAX) {
        send_error(b, mc_env(e, MC_F_ID), MC_RPC_INTERNAL, "the hub hosts too many tasks");
        return true;
    }
    struct hosted *t = host(h, b, e);
    send_task(t, mc_env(e, MC_F_ID), "{\"task\":{", "}}");
    mc_splice_init(&sp, e->text);
    mc_splice_put(&sp, mc_env(e, MC_F_ID), mc_str_of(t->request));
    mc_splice_drop_member(&sp, e->f[MC_F_TASK].key, mc_env(e, MC_F_TASK));
    if (mc_splice_apply(&sp, false, &text) || mc_envelope_scan(mc_buf_str(&text), &plain, &err))
        settle_error(t, "failed", "the request is too large");
    else
        ask(h, b, &plain);
    mc_buf_done(&text);
    return true;
}

/* ---- what the server wants to know of it ---- */

static void send_list(struct hub *h, struct mc_backend *b, struct mc_str id)
{
    struct mc_buf result = MC_BUF_INIT(1u << 20), out = MC_BUF_INIT(1u << 20);

    mc_buf_adds(&result, MC_STR("{\"tasks\":["));
    link_each(l, &h->hosted)
    {
        struct hosted *t = link_entry(l, struct hosted, link);
        if (t->backend != b)
            continue;
        mc_buf_addz(&result, result.data[result.len - 1] == '[' ? "{" : ",{");
        add_task(t, &result);
        mc_buf_addc(&result, '}');
    }
    mc_buf_adds(&result, MC_STR("]}"));
    mc_rpc_result(&out, id, mc_buf_str(&result));
    mc_backend_send(b, mc_buf_str(&out));
    mc_buf_done(&out);
    mc_buf_done(&result);
}

static void cancel(struct hub *h, struct hosted *t, struct mc_str id)
{
    if (t->answer) {
        send_error(t->backend, id, MC_RPC_INVALID_PARAMS, "the task is over");
        return;
    }
    settle_error(t, "cancelled", "the task was cancelled");
    ask_withdraw(h, t->backend, mc_str_of(t->request));
    send_task(t, id, "{", "}");
}

void hosted_request(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_str id = mc_env(e, MC_F_ID);

    if (mc_backend_rev(b) != MC_REV_2025_11_25) {
        send_error(b, id, MC_RPC_METHOD_NOT_FOUND, "this revision has no tasks");
        return;
    }
    if (e->method == MC_METHOD_TASKS_LIST) {
        send_list(h, b, id);
        return;
    }
    link_each(l, &h->hosted)
    {
        struct hosted *t = link_entry(l, struct hosted, link);
        if (t->backend != b || !mc_str_eq(mc_str_of(t->raw), mc_env(e, MC_F_TASK_ID)))
            continue;
        if (e->method == MC_METHOD_TASKS_GET)
            send_task(t, id, "{", "}");
        else if (e->method == MC_METHOD_TASKS_CANCEL)
            cancel(h, t, id);
        else if (t->answer)
            send_answer(t, id);
        else if (t->waiting.n < HUB_HOSTED_WAITING_MAX)
            mc_strv_take(&t->waiting, mc_str_dup(id));
        else
            send_error(b, id, MC_RPC_INTERNAL, "too many requests wait for this task");
        return;
    }
    send_error(b, id, MC_RPC_INVALID_PARAMS, "Task not found");
}

/* ---- the end ---- */

void hosted_sweep(struct hub *h)
{
    uint64_t now = mc_loop_now(h->loop);

    link_each(l, &h->hosted)
    {
        struct hosted *t = link_entry(l, struct hosted, link);
        if (t->expires > now)
            continue;
        if (!t->answer)
            ask_withdraw(h, t->backend, mc_str_of(t->request));
        hosted_free(t, "the task has expired");
    }
}

void hosted_of_backend_over(struct hub *h, const struct mc_backend *b)
{
    link_each(l, &h->hosted)
    {
        struct hosted *t = link_entry(l, struct hosted, link);
        if (t->backend == b)
            hosted_free(t, "the server has ended");
    }
}
