/* A modern server asks in its result (basic/patterns/mrtr); a legacy client is asked by requests. The result's questions go out on the stream of the
 * client's POST, all at once; when the last one is answered, the hub repeats the client's request with the answers and the server's own requestState.
 *
 *     at the server ──input_required──▶ at the client ──last answer──▶ at the server …
 *                    └─ nothing is asked: HUB_INPUT_PACE_MS ─────────▶
 *
 * Between the rounds nothing is open at the server: all it needs is in requestState, and so it may even be another process by then. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/rand.h"
#include "hub/asking.h"
#include "hub/tasks.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"
#include <stdio.h>

#define MESSAGE_MAX (64u << 20)
#define ELICITATION_ID_BYTES 16

struct input {
    struct call *call;
    unsigned round;
    unsigned waiting;        /* questions that are not answered yet */
    bool answered;           /* this round has had questions: the retry has inputResponses */
    struct mc_buf responses; /* {"key":result,… */
    char *state;             /* raw requestState of the last round; NULL: it had none */
    struct mc_timer timer;   /* the pace, or the client's time */
};

/* ---- the end ---- */

void input_free(struct call *c)
{
    struct input *in = c->input;

    if (!in)
        return;
    c->input = NULL;
    mc_timer_stop(c->x->hub->loop, &in->timer);
    mc_buf_done(&in->responses);
    mc_free(in->state);
    mc_free(in);
}

static void give_up(struct call *c, int code, const char *why)
{
    struct mc_err err;

    mc_err_set(&err, code, "server %s %s", mc_backend_name(c->backend), why);
    call_failed(c, &err);
}

/* The client's error. A model can do something about a tool's error; other requests have none but their own. */
static void refused(struct call *c, const struct mc_envelope *e)
{
    struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);
    struct mc_str message = mc_env(e, MC_F_E_MESSAGE);

    if (c->e.method == MC_METHOD_TOOLS_CALL) {
        struct mc_buf result = MC_BUF_INIT(MESSAGE_MAX);
        mc_buf_adds(&result, MC_STR("{\"content\":[{\"type\":\"text\",\"text\":"));
        mc_buf_adds(&result, message.n > 1 && message.p[0] == '"'
                                 ? message
                                 : MC_STR("\"The client refused what the server asked\""));
        mc_buf_adds(&result, MC_STR("}],\"isError\":true}"));
        mc_rpc_result(&out, mc_env(&c->e, MC_F_ID), mc_buf_str(&result));
        mc_buf_done(&result);
    } else {
        mc_buf_adds(&out, MC_STR("{\"jsonrpc\":\"2.0\",\"id\":"));
        mc_buf_adds(&out, mc_env(&c->e, MC_F_ID));
        mc_buf_adds(&out, MC_STR(",\"error\":"));
        mc_buf_adds(&out, mc_env(e, MC_F_ERROR));
        mc_buf_addc(&out, '}');
    }
    call_finish(c, mc_buf_str(&out), true);
    mc_buf_done(&out);
}

/* ---- the hub's retry ---- */

void input_add_members(const struct call *c, struct mc_buf *out)
{
    const struct input *in = c->input;

    if (!in)
        return;
    if (in->answered) {
        mc_buf_adds(out, MC_STR("\"inputResponses\":"));
        mc_buf_adds(out, mc_buf_str(&in->responses));
        mc_buf_addc(out, ',');
    }
    if (in->state) {
        mc_buf_adds(out, MC_STR("\"requestState\":"));
        mc_buf_addz(out, in->state);
        mc_buf_addc(out, ',');
    }
}

static void retry(struct input *in)
{
    struct call *c = in->call;
    struct mc_err err;

    mc_timer_stop(c->x->hub->loop, &in->timer);
    if (in->answered)
        mc_buf_addc(&in->responses, '}');
    if (in->responses.failed)
        give_up(c, MC_E_TOO_BIG, "asked for more input than the hub keeps");
    else if (c->drive)
        drive_input(c, mc_buf_str(&in->responses));
    else if (mc_backend_call(c->backend, &c->base, &err))
        call_failed(c, &err);
}

static void on_pace(struct mc_timer *t)
{
    retry(mc_container_of(t, struct input, timer));
}

static void on_too_late(struct mc_timer *t)
{
    give_up(mc_container_of(t, struct input, timer)->call, MC_E_TIMEOUT,
            "asked the client for input, and had no answer in time");
}

void input_answered(struct call *c, struct mc_str key, const struct mc_envelope *e)
{
    struct input *in = c->input;

    in->waiting--;
    if (e->kind == MC_MSG_ERROR) {
        refused(c, e);
        return;
    }
    mc_buf_addc(&in->responses, in->responses.len ? ',' : '{');
    mc_buf_adds(&in->responses, key);
    mc_buf_addc(&in->responses, ':');
    mc_buf_adds(&in->responses, mc_env(e, MC_F_RESULT));
    if (in->waiting == 0)
        retry(in);
}

/* ---- what is asked ---- */

/* A member of the question's params that this client's revision has differently. */
static void drop(struct mc_splice *sp, struct mc_jval object, const char *name)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;

    if (!mc_jiter_init(&it, object))
        return;
    while (mc_jiter_next(&it, &key, &val))
        if (mc_jstr_eq(key, mc_str_of(name)))
            mc_splice_drop_member(sp, key, val.s);
}

/* mode is of 2025-11-25, and so is the elicitationId that its url mode needs and 2026-07-28 has not. */
static void fit_elicitation(const struct session *s, bool url, struct mc_jval params,
                            struct mc_buf *out)
{
    char member[64], id[2 * ELICITATION_ID_BYTES + 1];
    struct mc_splice sp;

    mc_splice_init(&sp, params.s);
    if (url) {
        mc_random_hex(id, ELICITATION_ID_BYTES);
        snprintf(member, sizeof(member), "\"elicitationId\":\"%s\",", id);
        drop(&sp, params, "elicitationId");
        mc_splice_put(&sp, (struct mc_str){params.s.p + 1, 0}, mc_str_of(member));
    } else if (s->rev < MC_REV_2025_11_25) {
        drop(&sp, params, "mode");
    }
    if (mc_splice_apply(&sp, true, out))
        out->failed = true;
}

/* One question as a request with that id, into out; false when this client cannot be asked it. */
static bool compose(const struct session *s, unsigned no, struct mc_jval question,
                    struct mc_buf *out)
{
    struct mc_jval method = mc_jget(question, "method"), params = mc_jget(question, "params");
    struct mc_envelope e;
    struct mc_err err;

    mc_buf_addf(out, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":", no);
    mc_buf_adds(out, method.type == MC_JSON_STRING ? method.s : MC_STR("\"\""));
    if (params.type == MC_JSON_OBJECT) {
        mc_buf_adds(out, MC_STR(",\"params\":"));
        if (method.type == MC_JSON_STRING && mc_method_find(method.s) == MC_METHOD_ELICITATION) {
            struct mc_jval mode = mc_jget(params, "mode");
            fit_elicitation(s, mode.type == MC_JSON_STRING && mc_jstr_eq(mode.s, MC_STR("url")),
                            params, out);
        } else {
            mc_buf_adds(out, params.s);
        }
    }
    mc_buf_addc(out, '}');
    if (out->failed || mc_envelope_scan(mc_buf_str(out), &e, &err))
        return false;
    unsigned needs = ask_needs(&e);
    return (e.method == MC_METHOD_ELICITATION || e.method == MC_METHOD_SAMPLING ||
            e.method == MC_METHOD_ROOTS_LIST) &&
           (s->caps & needs) == needs;
}

/* All questions of a round as messages: composed before the first one goes out, so that nobody is asked in vain. */
static bool gather(const struct session *s, struct mc_jval questions, struct mc_strv *messages)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval question;

    if (!mc_jiter_init(&it, questions))
        return true;
    while (mc_jiter_next(&it, &key, &question)) {
        struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);
        unsigned n = (unsigned)messages->n;
        if (s->n_asks + n >= HUB_ASKS_MAX || !compose(s, s->next_ask + 1 + n, question, &out)) {
            mc_buf_done(&out);
            return false;
        }
        mc_strv_take(messages, mc_buf_steal(&out));
    }
    return true;
}

static void ask(struct call *c, struct mc_jval questions)
{
    struct input *in = c->input;
    struct mc_strv messages = {0};
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval question;

    if (!gather(c->x->session, questions, &messages)) {
        give_up(c, MC_E_PROTOCOL,
                "asked for input that the client of this call cannot be asked for");
    } else if (messages.n == 0) { /* "no questions" means: ask me again */
        mc_timer_start(c->x->hub->loop, &in->timer, HUB_INPUT_PACE_MS, on_pace);
    } else {
        in->answered = true;
        in->waiting = (unsigned)messages.n;
        mc_jiter_init(&it, questions);
        while (mc_jiter_next(&it, &key, &question))
            ask_new(c, key);
        mc_timer_start(c->x->hub->loop, &in->timer, HUB_INPUT_MS, on_too_late);
        for (size_t i = 0; i < messages.n; i++)
            exchange_event(c->x, mc_str_of(messages.v[i]));
    }
    mc_strv_done(&messages);
}

bool input_required(const struct call *c, const struct mc_envelope *e)
{
    return e->kind == MC_MSG_RESULT && mc_rev_era(mc_backend_rev(c->backend)) == MC_ERA_MODERN &&
           mc_env_has(e, MC_F_RESULT_TYPE) &&
           mc_jstr_eq(mc_env(e, MC_F_RESULT_TYPE), MC_STR("input_required"));
}

static void next_round(struct call *c, struct mc_jval questions, struct mc_jval state)
{
    struct input *in = c->input;

    if (!in) {
        in = c->input = MC_NEW(struct input);
        in->call = c;
        mc_buf_init(&in->responses, MESSAGE_MAX);
    }
    mc_free(in->state);
    in->state = state.type == MC_JSON_STRING ? mc_str_dup(state.s) : NULL;
    mc_buf_clear(&in->responses);
    in->answered = false;
    c->probing = false; /* it is this server's resource */
    if (++in->round > HUB_INPUT_ROUNDS_MAX)
        give_up(c, MC_E_PROTOCOL,
                "asked for input again and again; the hub gave up after 10 rounds");
    else if (questions.type != MC_JSON_OBJECT && !in->state)
        give_up(c, MC_E_PROTOCOL, "wants input, but gave neither inputRequests nor requestState");
    else if (!c->x->req && !c->x->stream)
        give_up(c, MC_E_UNREACHABLE, "asked for input, and the client of this call has gone away");
    else
        ask(c, questions);
}

bool input_begin(struct call *c, const struct mc_envelope *e)
{
    struct mc_jval result = mc_jval_of(mc_env(e, MC_F_RESULT));

    if (!c->x->session || !call_may_ask(c) || !input_required(c, e))
        return false;
    next_round(c, mc_jget(result, "inputRequests"), mc_jget(result, "requestState"));
    return true;
}

void input_ask(struct call *c, struct mc_jval questions)
{
    next_round(c, questions, (struct mc_jval){0});
}
