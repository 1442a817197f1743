/* Requests to legacy clients: of servers (sampling, elicitation, roots), and the hub's own. A stdio server does not say which call caused them; with calls of one client in flight it is
 * certain whom to ask, with several clients' nobody is asked. Outside of any call only the roots can be answered: with the workspace's. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/map.h"
#include "hub/asking.h"
#include "hub/instances.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"
#include <stdio.h>

#define MESSAGE_MAX (64u << 20)

void ask_refuse(struct mc_backend *b, struct mc_str id, int code, const char *why)
{
    struct mc_buf out = MC_BUF_INIT(4096);
    MC_CLEANUP(mc_freep) char *server_id = mc_str_dup(id);

    mc_info("hub", "%s: its request was refused: %s", mc_backend_name(b), why);
    mc_rpc_error(&out, id, code, why, MC_STR_NONE);
    ask_reply(b, server_id, mc_buf_str(&out));
    mc_buf_done(&out);
}

/* Percent-encodes what RFC 3986 does not allow in a path. */
static void add_file_uri(const char *path, struct mc_buf *out)
{
    mc_buf_adds(out, MC_STR("file://"));
    for (const char *p = path; *p; p++) {
        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
            strchr("/-._~!$&'()*+,;=:@", *p))
            mc_buf_addc(out, *p);
        else
            mc_buf_addf(out, "%%%02X", (unsigned char)*p);
    }
}

static void answer_roots(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_buf result = MC_BUF_INIT(256u << 10), out = MC_BUF_INIT(256u << 10);
    const struct mc_backend *origin = instances_origin(b);
    bool first = true;

    mc_buf_adds(&result, MC_STR("{\"roots\":["));
    link_each(l, &h->workspaces)
    {
        struct workspace *ws = link_entry(l, struct workspace, link);
        bool uses = false;
        for (size_t i = 0; i < ws->n_servers; i++)
            uses |= ws->servers[i].backend == origin;
        if (!uses)
            continue;
        mc_buf_adds(&result, first ? MC_STR("{\"uri\":\"") : MC_STR(",{\"uri\":\""));
        add_file_uri(ws->root, &result);
        mc_buf_adds(&result, MC_STR("\",\"name\":"));
        mc_jstr_quote(mc_str_of(ws->name), &result);
        mc_buf_addc(&result, '}');
        first = false;
    }
    mc_buf_adds(&result, MC_STR("]}"));
    mc_rpc_result(&out, mc_env(e, MC_F_ID), mc_buf_str(&result));
    mc_backend_send(b, mc_buf_str(&out));
    mc_buf_done(&out);
    mc_buf_done(&result);
}

unsigned ask_needs(const struct mc_envelope *e)
{
    struct mc_jval params = mc_jval_of(mc_env(e, MC_F_PARAMS)), mode;

    switch (e->method) {
    case MC_METHOD_SAMPLING:
        return mc_jget(params, "tools").type != MC_JSON_NONE ||
                       mc_jget(params, "toolChoice").type != MC_JSON_NONE
                   ? CLIENT_SAMPLING | CLIENT_SAMPLING_TOOLS
                   : CLIENT_SAMPLING;
    case MC_METHOD_ROOTS_LIST:
        return CLIENT_ROOTS;
    default:
        mode = mc_jget(params, "mode"); /* none means form */
        return mode.type == MC_JSON_STRING && mc_jstr_eq(mode.s, MC_STR("url"))
                   ? CLIENT_ELICIT_URL
                   : CLIENT_ELICIT_FORM;
    }
}

void ask_add_caps(unsigned caps, struct mc_buf *out)
{
    static const struct {
        unsigned any;
        const char *name;
    } rows[] = {
        {CLIENT_ROOTS, "roots"},
        {CLIENT_SAMPLING | CLIENT_SAMPLING_TOOLS, "sampling"},
        {CLIENT_ELICIT_FORM | CLIENT_ELICIT_URL, "elicitation"},
    };
    const char *sep = "";

    mc_buf_addc(out, '{');
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        unsigned has = caps & rows[i].any;
        if (!has)
            continue;
        mc_buf_addf(out, "%s\"%s\":{%s%s%s}", sep, rows[i].name,
                    has & CLIENT_SAMPLING_TOOLS ? "\"tools\":{}"
                    : has & CLIENT_ELICIT_FORM  ? "\"form\":{}"
                                                : "",
                    has & CLIENT_ELICIT_FORM && has & CLIENT_ELICIT_URL ? "," : "",
                    has & CLIENT_ELICIT_URL ? "\"url\":{}" : "");
        sep = ",";
    }
    mc_buf_addc(out, '}');
}

void elicitation_remember(struct session *s, struct mc_backend *b, struct mc_jval id)
{
    struct elicitation *slot = &s->hub->elicitations[s->hub->next_elicitation];

    if (id.type != MC_JSON_STRING)
        return;
    s->hub->next_elicitation = (s->hub->next_elicitation + 1) % HUB_ELICITATIONS_MAX;
    mc_free(slot->id);
    slot->backend = b;
    slot->id = mc_str_dup(id.s);
    memcpy(slot->session, s->id, sizeof(slot->session));
}

/* c: the call that caused it; NULL: none */
static struct ask *add(struct session *s, struct call *c, struct mc_backend *b)
{
    struct ask *a = MC_NEW(struct ask);

    a->session = s;
    a->call = c;
    a->backend = mc_backend_ref(b);
    a->no = ++s->next_ask;
    link_add(&s->asks, &a->link);
    s->n_asks++;
    if (c)
        c->base.waits_for_client++;
    return a;
}

void ask_new(struct call *c, struct mc_str key)
{
    add(c->x->session, c, c->backend)->key = mc_str_dup(key);
}

void ask_consent(struct call *c, struct mc_str params)
{
    struct ask *a = add(c->x->session, c, c->backend);
    struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);

    a->consent = true;
    mc_buf_addf(
        &out,
        "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"elicitation/create\",\"params\":", a->no);
    mc_buf_adds(&out, params);
    mc_buf_addc(&out, '}');
    exchange_event(c->x, mc_buf_str(&out));
    mc_buf_done(&out);
}

static void forward(struct session *s, struct call *c, struct mc_backend *b,
                    const struct mc_envelope *e)
{
    struct ask *a = add(s, c, b);
    struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);
    struct mc_splice sp;
    char id[16];

    a->server_id = mc_str_dup(mc_env(e, MC_F_ID));
    a->token = mc_env_has(e, MC_F_M_TOKEN) ? mc_str_dup(mc_env(e, MC_F_M_TOKEN)) : NULL;
    if (e->method == MC_METHOD_ELICITATION)
        elicitation_remember(a->session, b,
                             mc_jget(mc_jval_of(mc_env(e, MC_F_PARAMS)), "elicitationId"));
    a->task = task_ref(task_of_server(s->hub, b, mc_tasks_related(mc_env(e, MC_F_META))));
    mc_splice_init(&sp, e->text);
    task_relate(a->task, mc_env(e, MC_F_META), &sp);
    mc_splice_put(&sp, mc_env(e, MC_F_ID),
                  (struct mc_str){id, (size_t)snprintf(id, sizeof(id), "%u", a->no)});
    int rc = mc_splice_apply(&sp, true, &out);
    if (rc == 0 && c)
        exchange_event(c->x, mc_buf_str(&out));
    else if (rc == 0)
        session_push(s, mc_buf_str(&out));
    mc_buf_done(&out);
}

/* Whose request is it? A stdio server does not say; these calls may have caused it. */
struct suspects {
    struct call *call; /* the newest */
    bool several;      /* of different clients */
};

static void suspect(void *arg, struct mc_call *base)
{
    struct suspects *s = arg;
    struct call *c = call_of(base);

    if (!c || !call_may_have_asked(c))
        return;
    if (s->call && (!c->x->session || c->x->session != s->call->x->session))
        s->several = true;
    if (!s->call || c->start_us > s->call->start_us)
        s->call = c;
}

const char *ask_trouble(const struct call *c)
{
    if (!c->x->req && !c->x->stream)
        return "the client of this call has gone away";
    return c->x->session->n_asks < HUB_ASKS_MAX ? NULL
                                                : "too many requests are open at this client";
}

static void ask_session(struct call *c, struct mc_backend *b, const struct mc_envelope *e)
{
    const char *trouble = ask_trouble(c);

    if (trouble)
        ask_refuse(b, mc_env(e, MC_F_ID), MC_RPC_INTERNAL, trouble);
    else
        forward(c->x->session, c, b, e);
}

static const char *cap_name(unsigned needs)
{
    if (needs & CLIENT_SAMPLING)
        return needs & CLIENT_SAMPLING_TOOLS ? "sampling.tools" : "sampling";
    return needs & CLIENT_ELICIT_URL ? "elicitation.url"
           : needs & CLIENT_ROOTS    ? "roots"
                                     : "elicitation.form";
}

/* Nothing is asked that the client has not declared, and no answer is made up. A server that can do without goes on. */
static void ask_lacking(struct call *c, struct mc_backend *b, const struct mc_envelope *e,
                        unsigned needs)
{
    char why[160];

    c->lacks |= c->x->era == MC_ERA_MODERN ? needs : 0;
    snprintf(why, sizeof(why), "the client of this call does not have the capability %s",
             cap_name(needs));
    ask_refuse(b, mc_env(e, MC_F_ID),
               e->method == MC_METHOD_SAMPLING ? MC_RPC_METHOD_NOT_FOUND : MC_RPC_INVALID_PARAMS,
               why);
}

/* From now on it works for one client at a time, after a restart of the hub as well. */
static void note_asks(struct mc_backend *b, struct hub *h)
{
    if (mc_backend_note_asks(b) && mc_backend_catalog(instances_origin(b)))
        catalog_keep(h, instances_origin(b));
}

/* No call is in flight, but the process is one session's alone: it is asked on the stream that belongs to no request. */
static bool ask_owner(struct session *s, struct mc_backend *b, const struct mc_envelope *e)
{
    unsigned needs = ask_needs(e);

    if (!s || !session_listens(s) || (s->caps & needs) != needs || s->n_asks >= HUB_ASKS_MAX)
        return false;
    forward(s, NULL, b, e);
    return true;
}

void ask_of_call(struct hub *h, struct call *c, struct mc_backend *b, const struct mc_envelope *e)
{
    unsigned needs = ask_needs(e);

    if (((c->x->session ? c->x->session->caps : c->x->caps) & needs) == needs) {
        if (c->x->session)
            ask_session(c, b, e);
        else
            parked_ask(c, e);
    } else if (e->method == MC_METHOD_ROOTS_LIST) {
        answer_roots(h, b, e);
    } else {
        ask_lacking(c, b, e, needs);
    }
}

static void ask_plainly(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct suspects s = {0};
    struct call *c;

    if (task_asks(h, b, e))
        return;
    mc_backend_each_call(b, suspect, &s);
    if (e->method != MC_METHOD_ROOTS_LIST)
        note_asks(b, h);
    if (!s.call && ask_owner(instances_session(h, b), b, e))
        return;
    c = s.several || (s.call && turns_haunted(s.call, s.call->backend)) ? NULL : s.call;
    if (c) {
        ask_of_call(h, c, b, e);
    } else if (e->method == MC_METHOD_ROOTS_LIST) {
        answer_roots(h, b, e);
    } else {
        ask_refuse(
            b, mc_env(e, MC_F_ID), MC_RPC_INTERNAL,
            s.call
                ? "several calls are in flight, of different clients; it cannot be told whom to ask"
                : "no call is in flight; there is no client to ask");
    }
}

void ask_from_server(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    if (e->method == MC_METHOD_TASKS_GET || e->method == MC_METHOD_TASKS_RESULT ||
        e->method == MC_METHOD_TASKS_LIST || e->method == MC_METHOD_TASKS_CANCEL)
        hosted_request(h, b, e);
    else if (!hosted_begin(h, b, e, ask_plainly))
        ask_plainly(h, b, e);
}

static void ask_free(struct ask *a)
{
    link_del(&a->link);
    a->session->n_asks--;
    if (a->call)
        a->call->base.waits_for_client--;
    task_unref(a->task);
    mc_backend_unref(a->backend);
    mc_free(a->server_id);
    mc_free(a->key);
    mc_free(a->token);
    mc_free(a);
}

/* An answer to a question of a result. */
static void key_answered(struct ask *a, const struct mc_envelope *e)
{
    struct call *c = a->call;
    char *key = MC_TAKE(a->key);

    ask_free(a);
    input_answered(c, mc_str_of(key), e);
    mc_free(key);
}

/* A client that answers with an error has not said yes. */
static void consent_given(struct ask *a, const struct mc_envelope *e)
{
    struct call *c = a->call;

    ask_free(a);
    consent_answered(c,
                     mc_jval_of(e->kind == MC_MSG_RESULT ? mc_env(e, MC_F_RESULT) : MC_STR_NONE));
}

void ask_answered(struct session *s, const struct mc_envelope *e)
{
    uint64_t no;

    if (!mc_str_u64(mc_env(e, MC_F_ID), &no))
        return;
    link_each(l, &s->asks)
    {
        struct ask *a = link_entry(l, struct ask, link);
        struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);
        struct mc_splice sp;
        if (a->no != no)
            continue;
        if (a->key || a->consent) {
            (a->key ? key_answered : consent_given)(a, e);
            return;
        }
        mc_splice_init(&sp, e->text);
        mc_splice_put(&sp, mc_env(e, MC_F_ID), mc_str_of(a->server_id));
        if (a->task && mc_env_has(e, MC_F_R_META))
            mc_tasks_relate(&sp, mc_env(e, MC_F_R_META), mc_str_of(a->task->server_id));
        if (mc_splice_apply(&sp, true, &out) == 0)
            ask_reply(a->backend, a->server_id, mc_buf_str(&out));
        mc_buf_done(&out);
        ask_free(a);
        return;
    }
}

void ask_progress(struct session *s, const struct mc_envelope *e)
{
    link_each(l, &s->asks)
    {
        struct ask *a = link_entry(l, struct ask, link);
        struct mc_buf out = MC_BUF_INIT(MESSAGE_MAX);
        struct mc_splice sp;
        if (!a->token || !mc_str_eq(mc_str_of(a->token), mc_env(e, MC_F_P_TOKEN)))
            continue;
        mc_splice_init(&sp, e->text); /* raw newlines would break the server's framing */
        if (mc_splice_apply(&sp, true, &out) == 0)
            mc_backend_send(a->backend, mc_buf_str(&out));
        mc_buf_done(&out);
    }
}

/* The client need not answer any more. */
static void withdraw(struct ask *a, const char *reason)
{
    struct mc_buf out = MC_BUF_INIT(1024);

    mc_buf_addf(&out,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
                "cancelled\",\"params\":{\"requestId\":%u,\"reason\":\"%s\"}}",
                a->no, reason);
    if (a->call)
        exchange_event(a->call->x, mc_buf_str(&out));
    else
        session_push(a->session, mc_buf_str(&out));
    mc_buf_done(&out);
    ask_free(a);
}

void ask_cancelled_by_server(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    ask_withdraw(h, b, mc_env(e, MC_F_REQUEST_ID));
}

void ask_withdraw(struct hub *h, struct mc_backend *b, struct mc_str server_id)
{
    struct mc_str key;
    void *value;

    parked_withdrawn(h, b, server_id);
    task_withdrawn(h, b, server_id);
    for (size_t i = 0; mc_map_next(h->sessions, &i, &key, &value);) {
        struct session *s = value;
        link_each(l, &s->asks)
        {
            struct ask *a = link_entry(l, struct ask, link);
            if (a->backend == b && a->server_id && mc_str_eq(mc_str_of(a->server_id), server_id))
                withdraw(a, "the server has withdrawn it");
        }
    }
}

/* Another call of the same client that may have asked instead. */
static struct call *other_suspect(const struct call *c)
{
    link_each(l, &c->x->session->calls)
    {
        struct call *other = link_entry(l, struct call, in_session);
        if (other != c && other->backend == c->backend && other->base.state == MC_CALL_SENT &&
            call_may_have_asked(other))
            return other;
    }
    return NULL;
}

void asks_of_call_over(struct call *c)
{
    struct call *other = c->x->session ? other_suspect(c) : NULL;

    if (!c->x->session)
        return;
    link_each(l, &c->x->session->asks)
    {
        struct ask *a = link_entry(l, struct ask, link);
        if (a->call == c && a->server_id && hosted_names(a->server_id)) {
            a->call = NULL; /* the server looks for the answer later */
            c->base.waits_for_client--;
        } else if (a->call == c && other && a->server_id && !a->task) {
            a->call = other;
            other->base.waits_for_client++;
            c->base.waits_for_client--;
        } else if (a->call == c) {
            if (a->task) /* which may go on without its client's tasks/result, and would wait */
                ask_refuse(a->backend, mc_str_of(a->server_id), MC_RPC_INTERNAL,
                           "the client no longer waits for the task");
            withdraw(a, "the call that asked has ended");
        }
    }
}

void asks_of_session_over(struct session *s)
{
    link_each(l, &s->asks)
    {
        struct ask *a = link_entry(l, struct ask, link);
        struct mc_buf out = MC_BUF_INIT(4096);
        mc_rpc_error(&out, a->server_id ? mc_str_of(a->server_id) : MC_STR_NONE, MC_RPC_INTERNAL,
                     "the client has gone", MC_STR_NONE);
        if (a->server_id)
            ask_reply(a->backend, a->server_id, mc_buf_str(&out));
        mc_buf_done(&out);
        ask_free(a);
    }
}

void asks_of_backend_over(struct hub *h, struct mc_backend *b)
{
    struct mc_str key;
    void *value;

    for (size_t i = 0; mc_map_next(h->sessions, &i, &key, &value);) {
        struct session *s = value;
        link_each(l, &s->asks)
        {
            struct ask *a = link_entry(l, struct ask, link);
            if (a->backend == b && a->server_id) /* the others are good for the next process too */
                withdraw(a, "the server is gone");
        }
    }
}

void elicitation_complete(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_jval id = mc_jget(mc_jval_of(mc_env(e, MC_F_PARAMS)), "elicitationId");

    for (size_t i = 0; i < HUB_ELICITATIONS_MAX; i++) {
        struct elicitation *slot = &h->elicitations[i];
        if (slot->id && slot->backend == b && mc_str_eq(mc_str_of(slot->id), id.s)) {
            struct session *s = mc_map_get(h->sessions, mc_str_of(slot->session));
            if (s)
                session_push(s, e->text);
            return;
        }
    }
}
