/* A modern client cannot be sent requests. When a legacy server asks during its call, the call is parked: the client's POST is answered with what the
 * server asks (basic/patterns/mrtr), while the call goes on at the server. The client's retry brings the answers and becomes the call's new front.
 * The hub's own question, whether the call may be made at all, goes the same way before the call is sent (consent.c).
 *
 *     front ──ask──▶ gathering ──HUB_GATHER_MS──▶ away ──retry──▶ front …
 *                                                   └──HUB_PARKED_MS──▶ cancelled
 *
 * requestState (state.c) names the call and the round, and so is good for one retry. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "hub/asking.h"
#include "hub/tasks.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"
#include <stdio.h>

#define MESSAGE_MAX (64u << 20)
#define KEY_MAX 24

struct question {
    struct link link;
    char key[KEY_MAX]; /* of inputRequests */
    enum mc_method method;
    char *server_id; /* raw id of the server's request; NULL: the hub asks, or a task */
    char *task_key;  /* raw, in the inputRequests of the task that the hub drives; NULL */
    char *request;   /* {"method":…,"params":…} as the client gets it */
};
struct parked {
    struct link link; /* in the hub */
    struct call *call;
    uint64_t no, round;
    bool away; /* the client has its answer and has not come back */
    struct link questions;
    unsigned n_questions;
    unsigned next_key;
    struct mc_timer timer; /* while gathering, and while away */
    char *kept;            /* the server's answer that came while nobody was there for it */
    size_t kept_len;
    struct mc_err *failed; /* or why there will be none */
    struct mc_buf answers; /* for the task that the hub drives: {"key":result,… */
};

/* ---- what is asked ---- */

static void question_free(struct parked *p, struct question *q)
{
    link_del(&q->link);
    p->n_questions--;
    p->call->base.waits_for_client--;
    mc_free(q->server_id);
    mc_free(q->task_key);
    mc_free(q->request);
    mc_free(q);
}

/* Members that belong to the other era or to the server's own connection. */
static void drop_foreign(struct mc_splice *sp, struct mc_jval object, const char *name)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;

    if (object.type != MC_JSON_OBJECT || !mc_jiter_init(&it, object))
        return;
    while (mc_jiter_next(&it, &key, &val))
        if (sp->n < MC_SPLICE_MAX && mc_jstr_eq(key, mc_str_of(name)))
            mc_splice_drop_member(sp, key, val.s);
}

static char *translate(const struct mc_envelope *e)
{
    struct mc_jval params = mc_jval_of(mc_env(e, MC_F_PARAMS));
    struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);
    struct mc_splice sp;

    mc_buf_addf(&out, "{\"method\":\"%s\"", mc_method_info(e->method)->name);
    if (params.type == MC_JSON_OBJECT) {
        mc_buf_adds(&out, MC_STR(",\"params\":"));
        mc_splice_init(&sp, params.s);
        if (e->method == MC_METHOD_ELICITATION)
            drop_foreign(&sp, params, "elicitationId");
        drop_foreign(&sp, mc_jget(params, "_meta"), "progressToken");
        drop_foreign(&sp, mc_jget(params, "_meta"), MC_TASKS_RELATED);
        mc_splice_apply(&sp, true, &out);
    }
    mc_buf_addc(&out, '}');
    if (out.failed) {
        mc_buf_done(&out);
        return NULL;
    }
    return mc_buf_steal(&out);
}

/* Nobody will answer: what a person did not say is never made up, a form is closed. */
static void leave_unanswered(struct parked *p, struct question *q, const char *why)
{
    struct mc_buf out = MC_BUF_INIT(4096);

    if (!q->server_id) { /* the hub's own; a task is cancelled with its call */
        question_free(p, q);
        return;
    }
    if (q->method == MC_METHOD_ELICITATION)
        mc_rpc_result(&out, mc_str_of(q->server_id), MC_STR("{\"action\":\"cancel\"}"));
    else
        mc_rpc_error(&out, mc_str_of(q->server_id), MC_RPC_INTERNAL, why, MC_STR_NONE);
    ask_reply(p->call->backend, q->server_id, mc_buf_str(&out));
    mc_buf_done(&out);
    question_free(p, q);
}

static void answer(struct parked *p, struct question *q, struct mc_str result)
{
    struct mc_buf line = MC_BUF_INIT(MESSAGE_MAX), out = MC_BUF_INIT(MESSAGE_MAX);
    struct mc_splice sp;

    mc_splice_init(&sp, result); /* raw newlines would break the server's framing */
    if (q->task_key) {
        mc_buf_addf(&p->answers, "%c%s:", p->answers.len ? ',' : '{', q->task_key);
        mc_splice_apply(&sp, true, &p->answers);
    } else if (mc_splice_apply(&sp, true, &line) == 0 &&
               mc_rpc_result(&out, mc_str_of(q->server_id), mc_buf_str(&line)) == 0)
        ask_reply(p->call->backend, q->server_id, mc_buf_str(&out));
    mc_buf_done(&out);
    mc_buf_done(&line);
    question_free(p, q);
}

/* ---- parking ---- */

void parked_free(struct call *c)
{
    struct parked *p = c->parked;

    if (!p)
        return;
    link_each(l, &p->questions)
        leave_unanswered(p, link_entry(l, struct question, link), "the call that asked is over");
    mc_timer_stop(c->x->hub->loop, &p->timer);
    link_del(&p->link);
    c->x->hub->n_parked--;
    c->parked = NULL;
    mc_buf_done(&p->answers);
    mc_free(p->kept);
    mc_free(p->failed);
    mc_free(p);
}

static void on_time_over(struct mc_timer *t)
{
    struct parked *p = mc_container_of(t, struct parked, timer);

    link_each(l, &p->questions) leave_unanswered(p, link_entry(l, struct question, link),
                                                 "the client did not come back with the input");
    mc_info("hub",
            "%s: a call was given up: its client has not brought the input that it was asked for",
            mc_backend_name(p->call->backend));
    call_cancel(p->call, "the client did not come back with the input");
}

/* The client gets what it is asked; the call stays. */
static void send_away(struct parked *p)
{
    struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX), result = MC_BUF_INIT(MESSAGE_MAX);
    struct call *c = p->call;

    p->round++;
    p->away = true;
    mc_buf_adds(&result, MC_STR("{\"inputRequests\":{"));
    link_each(l, &p->questions)
    {
        struct question *q = link_entry(l, struct question, link);
        mc_buf_addf(&result, "%s\"%s\":", l == p->questions.next ? "" : ",", q->key);
        mc_buf_addz(&result, q->request);
    }
    mc_buf_adds(&result, MC_STR("},\"requestState\":\""));
    state_seal(c->x, &c->e, p->no, p->round, &result);
    mc_buf_addc(&result, '"');
    bridge_close_interim(&result);
    if (result.failed || mc_rpc_result(&out, mc_env(&c->e, MC_F_ID), mc_buf_str(&result))) {
        mc_buf_clear(&out);
        mc_rpc_error(&out, mc_env(&c->e, MC_F_ID), MC_RPC_INTERNAL,
                     "what the server asks is too large", MC_STR_NONE);
    }
    struct exchange *x = exchange_park(c);
    mc_timer_start(x->hub->loop, &p->timer, HUB_PARKED_MS, on_time_over);
    exchange_answer(x, mc_buf_str(&out), 0);
    mc_buf_done(&out);
    mc_buf_done(&result);
}

static void on_gathered(struct mc_timer *t)
{
    send_away(mc_container_of(t, struct parked, timer));
}

static struct parked *parked_new(struct call *c)
{
    struct hub *h = c->x->hub;
    struct parked *p = MC_NEW(struct parked);

    p->call = c;
    p->no = ++h->next_parked;
    mc_buf_init(&p->answers, MESSAGE_MAX);
    link_init(&p->questions);
    link_add(&h->parked, &p->link);
    h->n_parked++;
    c->parked = p;
    return p;
}

/* Takes request. */
static struct question *add_question(struct parked *p, enum mc_method method,
                                     struct mc_str server_id, char *request)
{
    struct question *q = MC_NEW(struct question);

    snprintf(q->key, sizeof(q->key), "input-%u", ++p->next_key);
    q->method = method;
    q->server_id = server_id.n ? mc_str_dup(server_id) : NULL;
    q->request = request;
    link_add(&p->questions, &q->link);
    p->n_questions++;
    p->call->base.waits_for_client++;
    return q;
}

static void gather(struct parked *p)
{
    if (!p->away && !mc_timer_active(&p->timer))
        mc_timer_start(p->call->x->hub->loop, &p->timer, HUB_GATHER_MS, on_gathered);
}

const char *parked_trouble(const struct call *c)
{
    if (!call_may_ask(c))
        return "a client of this revision cannot be asked in the answer to this method";
    return c->parked || c->x->hub->n_parked < HUB_PARKED_MAX
               ? NULL
               : "too many calls wait for their clients' input";
}

void parked_consent(struct call *c, struct mc_str params)
{
    struct parked *p = c->parked ? c->parked : parked_new(c);
    char *request =
        mc_asprintf("{\"method\":\"elicitation/create\",\"params\":%.*s}", MC_STR_ARG(params));

    add_question(p, MC_METHOD_ELICITATION, MC_STR_NONE, request);
    send_away(p);
}

/* What a task asks is a request without its envelope; MC_METHOD_UNKNOWN: this client cannot be asked that. */
static enum mc_method askable(const struct call *c, struct mc_jval question)
{
    struct mc_buf text = MC_BUF_INIT(MESSAGE_MAX);
    enum mc_method method = MC_METHOD_UNKNOWN;
    struct mc_envelope e;
    struct mc_err err;

    if (question.type == MC_JSON_OBJECT && question.s.n > 2) {
        mc_buf_addf(&text, "{\"jsonrpc\":\"2.0\",\"id\":0,%.*s", (int)question.s.n - 1,
                    question.s.p + 1);
        if (!text.failed && mc_envelope_scan(mc_buf_str(&text), &e, &err) == 0 &&
            e.kind == MC_MSG_REQUEST && !mc_method_info(e.method)->from_client &&
            (c->x->caps & ask_needs(&e)) == ask_needs(&e))
            method = e.method;
    }
    mc_buf_done(&text);
    return method;
}

void parked_ask_keys(struct call *c, struct mc_jval questions)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;

    mc_jiter_init(&it, questions);
    while (mc_jiter_next(&it, &key, &val)) {
        enum mc_method method = askable(c, val);
        if (method == MC_METHOD_UNKNOWN || parked_trouble(c)) {
            call_denied(c, "the task asks for input that the client of this call cannot be asked "
                           "for");
            return;
        }
        struct parked *p = c->parked ? c->parked : parked_new(c);
        add_question(p, method, MC_STR_NONE, mc_str_dup(val.s))->task_key = mc_str_dup(key);
        gather(p);
    }
}

void parked_ask(struct call *c, const struct mc_envelope *e)
{
    struct parked *p = c->parked;
    const char *trouble = parked_trouble(c);

    if (trouble) {
        ask_refuse(c->backend, mc_env(e, MC_F_ID), MC_RPC_INTERNAL, trouble);
        return;
    }
    if (p && p->n_questions >= HUB_ASKS_MAX) {
        ask_refuse(c->backend, mc_env(e, MC_F_ID), MC_RPC_INTERNAL,
                   "too many requests are open at this client");
        return;
    }
    char *request = translate(e);
    if (!request) {
        ask_refuse(c->backend, mc_env(e, MC_F_ID), MC_RPC_INTERNAL, "the request is too large");
        return;
    }
    if (!p)
        p = parked_new(c);
    c->probing = false; /* this server it is */
    add_question(p, e->method, mc_env(e, MC_F_ID), request);
    gather(p);
}

bool parked_keep(struct call *c, const struct mc_envelope *e, const struct mc_err *err)
{
    struct parked *p = c->parked;

    if (!p || !p->away)
        return false;
    link_each(l, &p->questions)
        leave_unanswered(p, link_entry(l, struct question, link), "the call that asked is over");
    if (e) {
        p->kept = mc_str_dup(e->text);
        p->kept_len = e->text.n;
    } else {
        p->failed = MC_NEW(struct mc_err);
        *p->failed = *err;
    }
    return true;
}

void parked_withdrawn(struct hub *h, struct mc_backend *b, struct mc_str server_id)
{
    link_each(l, &h->parked)
    {
        struct parked *p = link_entry(l, struct parked, link);
        link_each(m, &p->questions)
        {
            struct question *q = link_entry(m, struct question, link);
            if (q->server_id && p->call->backend == b &&
                mc_str_eq(mc_str_of(q->server_id), server_id))
                question_free(p, q);
        }
        if (!p->away && link_empty(&p->questions))
            mc_timer_stop(h->loop, &p->timer);
    }
}

/* ---- the retry ---- */

static void refuse(struct exchange *x, const struct mc_envelope *e, const char *why)
{
    exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INVALID_PARAMS, why, MC_STR_NONE, 0);
}

static struct parked *find(struct hub *h, uint64_t no, uint64_t round)
{
    link_each(l, &h->parked)
    {
        struct parked *p = link_entry(l, struct parked, link);
        if (p->no == no)
            return p->away && p->round == round ? p : NULL;
    }
    return NULL;
}

static bool acceptable(enum mc_method method, struct mc_jval result)
{
    struct mc_jval action = mc_jget(result, "action");

    switch (method) {
    case MC_METHOD_ELICITATION:
        return action.type == MC_JSON_STRING &&
               (mc_jstr_eq(action.s, MC_STR("accept")) || mc_jstr_eq(action.s, MC_STR("decline")) ||
                mc_jstr_eq(action.s, MC_STR("cancel")));
    case MC_METHOD_ROOTS_LIST:
        return mc_jget(result, "roots").type == MC_JSON_ARRAY;
    default:
        return mc_jget(result, "content").type != MC_JSON_NONE;
    }
}

/* The key whose value is no answer to its question, or NULL. */
static const struct question *malformed(const struct parked *p, struct mc_jval responses)
{
    link_each(l, (struct link *)&p->questions)
    {
        const struct question *q = link_entry(l, struct question, link);
        struct mc_jval result = mc_jget(responses, q->key);
        if (result.type != MC_JSON_NONE && !acceptable(q->method, result))
            return q;
    }
    return NULL;
}

/* The request as its next server is to get it. */
static void take_message(struct call *c, struct mc_bytes *message, const struct mc_envelope *e)
{
    struct mc_bytes *clean = c->consent ? bridge_retry(&c->e, e) : NULL;
    struct mc_err err;

    mc_bytes_unref(c->message);
    c->message = clean ? clean : mc_bytes_ref(message);
    c->e = *e;
    if (clean)
        MC_ASSERT(mc_envelope_scan((struct mc_str){clean->data, clean->len}, &c->e, &err) == 0);
}

/* The call's client is x from now on. */
static void attach(struct parked *p, struct exchange *x, struct mc_bytes *message,
                   const struct mc_envelope *e)
{
    struct call *c = p->call;
    struct exchange *stand_in = c->x;

    mc_timer_stop(x->hub->loop, &p->timer);
    p->away = false;
    link_del(&c->in_exchange);
    link_add(&x->calls, &c->in_exchange);
    c->x = x;
    take_message(c, message, e);
    exchange_drop(stand_in);
}

static void resume(struct parked *p, struct mc_jval responses)
{
    struct call *c = p->call;
    struct mc_envelope e;
    struct mc_err err;

    if (p->failed) {
        err = *p->failed;
        call_failed(c, &err);
        return;
    }
    if (p->kept) {
        char *text = MC_TAKE(p->kept);
        int code = mc_envelope_scan((struct mc_str){text, p->kept_len}, &e, &err);
        MC_ASSERT(code == 0); /* it was scanned before */
        call_answered(c, &e);
        mc_free(text);
        return;
    }
    link_each(l, &p->questions)
    {
        struct question *q = link_entry(l, struct question, link);
        struct mc_jval result = mc_jget(responses, q->key);
        if (result.type == MC_JSON_NONE)
            continue;
        if (!q->server_id && !q->task_key) { /* the only one */
            question_free(p, q);
            consent_answered(c, result);
            return;
        }
        answer(p, q, result.s);
    }
    if (!link_empty(&p->questions)) { /* asked once more; what it has answered is with the server */
        send_away(p);
    } else if (p->answers.len > 0) {
        struct mc_buf answers = p->answers;
        mc_buf_init(&p->answers, MESSAGE_MAX);
        mc_buf_addc(&answers, '}');
        drive_input(c, mc_buf_str(&answers));
        mc_buf_done(&answers);
    }
}

bool parked_retry(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e)
{
    struct mc_jval responses = mc_jval_of(mc_env(e, MC_F_INPUT_RESPONSES));
    const struct question *bad;
    struct parked *p;
    uint64_t no, round;
    char why[160];
    int rc = state_open(x, e, &no, &round);

    if (rc == -MC_E_DENIED)
        return false; /* perhaps it is a modern server's own */
    if (rc) {
        refuse(x, e, "params.requestState has expired; send the request anew, without it");
    } else if (!(p = find(x->hub, no, round))) {
        refuse(x, e,
               "params.requestState was used before, or the call it belongs to is over; send the "
               "request anew, without it");
    } else if (responses.type != MC_JSON_NONE && responses.type != MC_JSON_OBJECT) {
        refuse(x, e, "params.inputResponses must be an object");
    } else if ((bad = malformed(p, responses))) {
        snprintf(why, sizeof(why), "params.inputResponses: %s is no result of %s", bad->key,
                 mc_method_info(bad->method)->name);
        refuse(x, e, why);
    } else {
        attach(p, x, message, e);
        resume(p, responses);
    }
    return true;
}
