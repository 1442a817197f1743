/* A task that the hub drives: its client has a plain call. The call's place at the backend is used for one request after the other, each of which asks how
 * the task is going; between them nothing is in flight.
 *
 *     begun ──▶ waiting ──poll interval──▶ tasks/get ──┬─ working ─────────▶ waiting
 *                  ▲                                   ├─ input_required ──▶ asking ──▶ tasks/update ──▶ waiting     (2026-07-28)
 *                  │                                   ├─ input_required ──▶ tasks/result, which brings the questions (2025-11-25)
 *                  └───────────────────────────────────┴─ over ────────────▶ tasks/result (2025-11-25), or it is in the answer
 *
 * However the call ends before its task, the task is cancelled. */
#include "base/alloc.h"
#include "base/err.h"
#include "base/log.h"
#include "hub/tasks.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"

#define MESSAGE_MAX (128u << 20)

enum step { STEP_GET, STEP_RESULT, STEP_UPDATE };

struct drive {
    struct call *call;
    struct task *task; /* one reference */
    bool legacy;       /* the server's design */
    bool over;         /* the task is: nothing to cancel */
    enum step step;    /* of the request that is in flight, or the next one */
    struct mc_timer timer;
    uint64_t until;
    unsigned pace; /* ms between two looks */
    uint64_t told; /* when the client heard of it last */
    enum mc_task_status status;
    char *message;         /* raw statusMessage of which the client knows */
    struct mc_strv asked;  /* raw keys of inputRequests that were put to the client */
    struct mc_buf answers; /* {"key":result,…} for tasks/update */
};

static void end(struct call *c)
{
    struct drive *d = c->drive;

    c->drive = NULL;
    d->task->driver = NULL;
    task_forget(d->task);
    mc_timer_stop(c->x->hub->loop, &d->timer);
    task_unref(d->task);
    mc_free(d->message);
    mc_strv_done(&d->asked);
    mc_buf_done(&d->answers);
    mc_free(d);
}

void drive_free(struct call *c)
{
    if (!c->drive)
        return;
    if (!c->drive->over && c->drive->task->hub)
        task_cancel_at_server(c, mc_str_of(c->drive->task->server_id));
    end(c);
}

static void give_up(struct call *c, int code, const char *what, const char *why)
{
    struct mc_err err;

    mc_err_set(&err, code, "server %s %s%s%s", mc_backend_name(c->backend), what, *why ? ": " : "",
               why);
    call_failed(c, &err);
}

/* What the server would have answered without a task. */
static void finish(struct call *c, const struct mc_envelope *e)
{
    c->drive->over = true;
    end(c);
    c->tasking = TASKING_NONE;
    call_answered(c, e);
}

static void finish_with(struct call *c, const char *member, struct mc_str value)
{
    struct mc_buf text = MC_BUF_INIT(MESSAGE_MAX);
    struct mc_envelope e;
    struct mc_err err;

    mc_buf_addf(&text, "{\"jsonrpc\":\"2.0\",\"id\":0,\"%s\":", member);
    mc_buf_adds(&text, value);
    mc_buf_addc(&text, '}');
    if (text.failed || mc_envelope_scan(mc_buf_str(&text), &e, &err)) {
        c->drive->over = true;
        give_up(c, MC_E_PROTOCOL, "gave a broken result of its task", "");
    } else {
        finish(c, &e);
    }
    mc_buf_done(&text);
}

/* A plain answer does not say which task it came from. */
static void finish_plainly(struct call *c, const struct mc_envelope *e)
{
    struct mc_buf text = MC_BUF_INIT(MESSAGE_MAX);
    struct mc_envelope plain;
    struct mc_splice sp;
    struct mc_err err;

    if (e->kind == MC_MSG_ERROR || mc_tasks_related(mc_env(e, MC_F_R_META)).n == 0) {
        finish(c, e);
        return;
    }
    mc_splice_init(&sp, e->text);
    task_relate(NULL, mc_env(e, MC_F_R_META), &sp);
    if (mc_splice_apply(&sp, true, &text) || mc_envelope_scan(mc_buf_str(&text), &plain, &err))
        finish(c, e);
    else
        finish(c, &plain);
    mc_buf_done(&text);
}

/* ---- requests ---- */

int drive_compose(const struct call *c, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                  struct mc_err *err)
{
    static const char *const methods[] = {"tasks/get", "tasks/result", "tasks/update"};
    struct drive *d = c->drive;

    mc_buf_addf(out, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":{\"taskId\":%s",
                (unsigned long long)id, methods[d->step], d->task->server_id);
    if (d->step == STEP_UPDATE) {
        mc_buf_adds(out, MC_STR(",\"inputResponses\":"));
        mc_buf_adds(out, mc_buf_str(&d->answers));
    }
    if (mc_rev_era(rev) == MC_ERA_MODERN) {
        mc_buf_adds(out, MC_STR(",\"_meta\":{"));
        bridge_modern_members(c, out);
        mc_buf_addc(out, '}');
    }
    mc_buf_adds(out, MC_STR("}}"));
    return out->failed ? mc_err_set(err, MC_E_TOO_BIG, "the answers are too large for server %s",
                                    mc_backend_name(c->backend))
                       : 0;
}

static void request(struct call *c, enum step step)
{
    struct drive *d = c->drive;
    uint64_t now = mc_loop_now(c->x->hub->loop);

    d->step = step;
    if (now >= d->until) {
        give_up(c, MC_E_TIMEOUT, "did not finish its task in an hour", "");
        return;
    }
    /* the result blocks until there is one */
    c->base.timeout_ms = step == STEP_RESULT ? (unsigned)(d->until - now) : 0;
    call_send(c);
}

static void on_timer(struct mc_timer *t)
{
    request(mc_container_of(t, struct drive, timer)->call, STEP_GET);
}

static void look_later(struct call *c, unsigned ms)
{
    mc_timer_start(c->x->hub->loop, &c->drive->timer, ms, on_timer);
}

/* ---- what the server says ---- */

/* Its client hears what is new, and now and then that it is still going on. */
static void tell(struct call *c, const struct mc_task_info *info)
{
    struct drive *d = c->drive;
    struct mc_buf out = MC_BUF_INIT(1u << 20);
    uint64_t now = mc_loop_now(c->x->hub->loop);
    bool same =
        d->status == info->status &&
        (d->message ? mc_str_eq(mc_str_of(d->message), info->message) : info->message.n == 0);

    if (!mc_env_has(&c->e, MC_F_M_TOKEN) || mc_task_over(info->status) ||
        (same && now - d->told < HUB_TASK_TELL_MS))
        return;
    d->told = now;
    d->status = info->status;
    mc_free(d->message);
    d->message = info->message.n ? mc_str_dup(info->message) : NULL;
    c->progress = c->progress < 0 ? 1 : c->progress + 1;
    mc_buf_adds(&out, MC_STR("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
                             "\"params\":{\"progressToken\":"));
    mc_buf_adds(&out, mc_env(&c->e, MC_F_M_TOKEN));
    mc_buf_addf(&out, ",\"progress\":%.17g", c->progress);
    if (d->message)
        mc_buf_addf(&out, ",\"message\":%s", d->message);
    mc_buf_adds(&out, MC_STR("}}"));
    if (!out.failed)
        exchange_event(c->x, mc_buf_str(&out));
    mc_buf_done(&out);
}

void drive_told(struct call *c, const struct mc_task_info *info)
{
    tell(c, info);
}

static bool was_asked(const struct drive *d, struct mc_str key)
{
    for (size_t i = 0; i < d->asked.n; i++)
        if (mc_str_eq(mc_str_of(d->asked.v[i]), key))
            return true;
    return false;
}

/* The questions that are new, as an object; a server repeats the others until it has taken their answers. */
static unsigned new_questions(struct drive *d, struct mc_jval requests, struct mc_buf *out)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;
    unsigned n = 0;

    mc_buf_addc(out, '{');
    mc_jiter_init(&it, requests);
    while (requests.type == MC_JSON_OBJECT && mc_jiter_next(&it, &key, &val)) {
        if (was_asked(d, key))
            continue;
        if (n++)
            mc_buf_addc(out, ',');
        mc_buf_adds(out, key);
        mc_buf_addc(out, ':');
        mc_buf_adds(out, val.s);
        mc_strv_take(&d->asked, mc_str_dup(key));
    }
    mc_buf_addc(out, '}');
    return n;
}

static void ask(struct call *c, struct mc_jval task)
{
    struct drive *d = c->drive;
    struct mc_buf questions = MC_BUF_INIT(MESSAGE_MAX);
    unsigned n = new_questions(d, mc_jget(task, "inputRequests"), &questions);

    if (n == 0)
        look_later(c, d->pace);
    else if (d->asked.n > HUB_TASK_KEYS_MAX || questions.failed)
        give_up(c, MC_E_TOO_BIG, "asked for more input than the hub keeps", "");
    else if (c->x->session)
        input_ask(c, mc_jval_of(mc_buf_str(&questions)));
    else
        parked_ask_keys(c, mc_jval_of(mc_buf_str(&questions)));
    mc_buf_done(&questions);
}

void drive_input(struct call *c, struct mc_str responses)
{
    struct drive *d = c->drive;

    mc_buf_clear(&d->answers);
    mc_buf_adds(&d->answers, responses);
    request(c, STEP_UPDATE);
}

static void went_on(struct call *c, const struct mc_task_info *info, struct mc_str text, bool whole)
{
    struct drive *d = c->drive;
    struct mc_jval task = mc_jval_of(text), value;

    if (info->poll_ms > 0)
        d->pace = (unsigned)(info->poll_ms < HUB_TASK_POLL_MIN_MS   ? HUB_TASK_POLL_MIN_MS
                             : info->poll_ms > HUB_TASK_POLL_MAX_MS ? HUB_TASK_POLL_MAX_MS
                                                                    : info->poll_ms);
    tell(c, info);
    if (info->status == MC_TASK_CANCELLED) {
        d->over = true;
        give_up(c, MC_E_UNREACHABLE, "has cancelled its task", "");
    } else if (d->legacy &&
               (mc_task_over(info->status) || info->status == MC_TASK_INPUT_REQUIRED)) {
        request(c, STEP_RESULT);
    } else if (info->status == MC_TASK_WORKING) {
        look_later(c, d->pace);
    } else if (!whole) { /* its handle alone: questions and results come with tasks/get */
        request(c, STEP_GET);
    } else if (info->status == MC_TASK_INPUT_REQUIRED) {
        ask(c, task);
    } else {
        bool failed = info->status == MC_TASK_FAILED;
        value = mc_jget(task, failed ? "error" : "result");
        finish_with(c, failed ? "error" : "result", value.s);
    }
}

static void lost(struct call *c, const struct mc_envelope *e)
{
    char *why = mc_jstr_dup(mc_jval_of(mc_env(e, MC_F_E_MESSAGE)));

    give_up(c, MC_E_PROTOCOL, "cannot say how its task is going", why ? why : "");
    mc_free(why);
}

void drive_answered(struct call *c, const struct mc_envelope *e)
{
    struct drive *d = c->drive;
    struct mc_task_info info;

    switch (d->step) {
    case STEP_RESULT:
        finish_plainly(c, e);
        break;
    case STEP_UPDATE:
        if (e->kind == MC_MSG_ERROR)
            mc_info("hub", "%s: tasks/update was refused: %.*s", mc_backend_name(c->backend),
                    MC_STR_ARG(mc_env(e, MC_F_E_MESSAGE)));
        look_later(c, HUB_TASK_POLL_MIN_MS);
        break;
    case STEP_GET:
        if (e->kind == MC_MSG_ERROR)
            lost(c, e);
        else if (mc_tasks_read(mc_jval_of(mc_env(e, MC_F_RESULT)), &info))
            went_on(c, &info, mc_env(e, MC_F_RESULT), true);
        else
            give_up(c, MC_E_PROTOCOL, "answered tasks/get with something that is no task", "");
        break;
    }
}

void drive_begin(struct call *c, const struct mc_task_info *info, struct mc_str text)
{
    struct task *t = task_new(c, info, text, true);
    struct drive *d;

    if (!t) {
        task_cancel_at_server(c, info->id);
        give_up(c, MC_E_TOO_BIG, "made a task, and the hub has too many of them", "");
        return;
    }
    d = c->drive = MC_NEW(struct drive);
    d->call = c;
    d->task = task_ref(t);
    d->legacy = t->design == MC_ERA_LEGACY;
    d->pace = HUB_TASK_POLL_MS;
    d->until = mc_loop_now(c->x->hub->loop) + HUB_TASK_DRIVE_MS;
    mc_buf_init(&d->answers, MESSAGE_MAX);
    c->declares_tasks = true; /* from here on */
    c->probing = false;
    task_ref(t);
    went_on(c, info, text, false);
    task_release(t);
    task_unref(t);
}
