/* A call: one request on its way through the policy to a server, and the answer on its way back. */
#include "base/alloc.h"
#include "base/err.h"
#include "base/time.h"
#include "hub/asking.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"
#include <stdlib.h>

#define URI_MAX 4096
#define ANSWER_MAX (128u << 20)

static const struct mc_call_ops call_ops;

struct call *call_of(struct mc_call *base)
{
    return base && base->ops == &call_ops ? mc_container_of(base, struct call, base) : NULL;
}

static void record(const struct call *c, bool end, bool failed)
{
    const struct mc_str subject =
        mc_env_has(&c->e, MC_F_NAME) ? mc_env(&c->e, MC_F_NAME) : mc_env(&c->e, MC_F_URI);
    struct call_event ev = {.end = end,
                            .principal = c->x->who,
                            .workspace = c->x->view->ws->name,
                            .server = mc_backend_name(c->backend),
                            .method = mc_method_info(c->e.method)->name,
                            .subject = subject,
                            .failed = failed,
                            .us = end ? mc_now_us() - c->start_us : 0};

    call_event(&ev);
}

static void call_free(struct call *c)
{
    mc_decide_forget(&c->deciding);
    consent_free(c);
    drive_free(c);
    turns_over(c);
    asks_of_call_over(c);
    parked_free(c);
    input_free(c);
    link_del(&c->in_exchange);
    link_del(&c->in_session);
    task_unref(c->task);
    mc_backend_unref(c->backend);
    mc_catalog_unref(c->catalog);
    mc_bytes_unref(c->message);
    mc_buf_done(&c->subject);
    mc_free(c);
}

/* Every end of a call: what has begun has one event more. */
static void over(struct call *c, bool failed)
{
    if (c->begun)
        record(c, true, failed);
    call_free(c);
}

/* ---- the server's side of a call ---- */

static int compose(struct mc_call *base, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                   struct mc_err *err)
{
    struct call *c = mc_container_of(base, struct call, base);

    if (c->e.method == MC_METHOD_TASKS_LIST)
        return task_list_compose(c, id, out);
    return c->drive ? drive_compose(c, id, rev, out, err) : bridge_request(c, id, rev, out, err);
}

void call_progress(struct call *c, const struct mc_envelope *e)
{
    struct mc_str amount = mc_env(e, MC_F_PROGRESS), token = mc_env(&c->e, MC_F_M_TOKEN);
    char digits[64];

    if (!token.p || amount.n == 0 || amount.n >= sizeof(digits))
        return;
    memcpy(digits, amount.p, amount.n);
    digits[amount.n] = '\0';
    double value = strtod(digits, NULL);
    if (value <= c->progress) /* it must increase; a repeat tells nobody anything */
        return;
    c->progress = value;
    struct mc_splice sp;
    struct mc_buf out = MC_BUF_INIT(1u << 20);
    mc_splice_init(&sp, e->text);
    mc_splice_put(&sp, mc_env(e, MC_F_P_TOKEN), token);
    task_relate(NULL, mc_env(e, MC_F_META), &sp); /* of a task its client knows nothing */
    if (mc_splice_apply(&sp, true, &out) == 0)
        exchange_event(c->x, mc_buf_str(&out));
    mc_buf_done(&out);
}

static void on_progress(struct mc_call *base, const struct mc_envelope *e)
{
    call_progress(mc_container_of(base, struct call, base), e);
}

static bool not_found_here(const struct mc_envelope *e)
{
    int64_t code;

    return e->kind == MC_MSG_ERROR && mc_jint(mc_jval_of(mc_env(e, MC_F_E_CODE)), &code) &&
           (code == MC_RPC_RESOURCE_NOT_FOUND || code == MC_RPC_INVALID_PARAMS ||
            code == MC_RPC_METHOD_NOT_FOUND);
}

/* Every server was asked, and none has it. */
static void nowhere(struct call *c)
{
    struct mc_bytes *message = mc_bytes_ref(c->message); /* what e points into */
    struct mc_envelope e = c->e;
    struct exchange *x = c->x;

    over(c, true);
    dispatch_not_found(x, &e);
    mc_bytes_unref(message);
}

/* Errors of servers come with 200, but for the one whose status is laid down (basic/index § Error Codes). */
static int status_of(const struct call *c, const struct mc_envelope *e)
{
    int64_t code;

    return c->x->era == MC_ERA_MODERN && e->kind == MC_MSG_ERROR &&
                   mc_jint(mc_jval_of(mc_env(e, MC_F_E_CODE)), &code) &&
                   code == MC_RPC_MISSING_CAPABILITY
               ? 400
               : 0;
}

/* basic/index § Error Codes */
static void missing_capability(const struct call *c, unsigned caps, const char *why,
                               struct mc_buf *out)
{
    struct mc_buf data = MC_BUF_INIT(1024);

    mc_buf_adds(&data, MC_STR("{\"requiredCapabilities\":"));
    ask_add_caps(caps, &data);
    mc_buf_addc(&data, '}');
    mc_rpc_error(out, mc_env(&c->e, MC_F_ID), MC_RPC_MISSING_CAPABILITY, why, mc_buf_str(&data));
    mc_buf_done(&data);
}

/* Nobody lists it, but now it is known who has it, or that it has gone: subscriptions and further reads need not ask everybody. */
static void remember_resource(const struct call *c, const struct mc_envelope *e)
{
    struct mc_buf uri = MC_BUF_INIT(URI_MAX);
    bool gone = not_found_here(e), found = c->probing && e->kind == MC_MSG_RESULT;

    if (c->e.method == MC_METHOD_RESOURCES_READ && (gone || found) &&
        mc_env_string(&c->e, MC_F_URI, &uri))
        view_found(c->x->view, mc_buf_str(&uri), gone ? NULL : c->backend);
    mc_buf_done(&uri);
}

void call_answered(struct call *c, const struct mc_envelope *e)
{
    struct exchange *x = c->x;
    struct mc_buf out = MC_BUF_INIT(ANSWER_MAX);
    bool failed = e->kind == MC_MSG_ERROR || mc_str_eq(mc_env(e, MC_F_R_IS_ERROR), MC_STR("true"));
    int status = status_of(c, e);

    if (parked_keep(c, e, NULL) || input_begin(c, e) || task_begins(c, e))
        return;
    remember_resource(c, e);
    if (c->probing && not_found_here(e)) {
        if (!dispatch_probe(c))
            nowhere(c);
        return;
    }
    if (c->on_result)
        c->on_result(c, e);
    if (openurl_required(c, e) && openurl_answer(c, e, &out)) {
        status = 0;
    } else if (failed && c->lacks) { /* it could not do without what it was refused */
        missing_capability(
            c, c->lacks,
            "the server asks for what this request does not declare in clientCapabilities", &out);
        status = 400;
    } else if (bridge_answer(c, e, &out)) {
        mc_buf_clear(&out);
        mc_rpc_error(&out, mc_env(&c->e, MC_F_ID), MC_RPC_INTERNAL,
                     "the server's answer is too large", MC_STR_NONE);
    }
    over(c, failed);
    exchange_answer(x, mc_buf_str(&out), status);
    mc_buf_done(&out);
}

void call_finish(struct call *c, struct mc_str message, bool failed)
{
    struct exchange *x = c->x;

    over(c, failed);
    exchange_answer(x, message, 0);
}

void call_lacking(struct call *c, unsigned caps, const char *why)
{
    struct exchange *x = c->x;
    struct mc_buf out = MC_BUF_INIT(1u << 16);

    missing_capability(c, caps, why, &out);
    over(c, true);
    exchange_answer(x, mc_buf_str(&out), 400);
    mc_buf_done(&out);
}

static void on_answer(struct mc_call *base, const struct mc_envelope *e)
{
    struct call *c = mc_container_of(base, struct call, base);

    if (c->e.method == MC_METHOD_TASKS_LIST)
        task_list_answered(c, e);
    else if (c->drive)
        drive_answered(c, e);
    else
        call_answered(c, e);
}

void call_failed(struct call *c, const struct mc_err *err)
{
    struct exchange *x = c->x;
    struct mc_buf data = MC_BUF_INIT(4096), out = MC_BUF_INIT(1u << 16);

    if (parked_keep(c, NULL, err) || (c->probing && dispatch_probe(c)))
        return;
    mc_buf_addf(&data, "{\"reason\":\"%s\",\"server\":", mc_code_slug(err->code));
    mc_jstr_quote(mc_str_of(mc_backend_name(c->backend)), &data);
    mc_buf_addc(&data, '}');
    mc_rpc_error(&out, mc_env(&c->e, MC_F_ID), MC_RPC_INTERNAL, err->msg, mc_buf_str(&data));
    over(c, true);
    exchange_answer(x, mc_buf_str(&out), 0);
    mc_buf_done(&out);
    mc_buf_done(&data);
}

void call_denied(struct call *c, const char *why)
{
    struct mc_err err;

    mc_err_set(&err, MC_E_DENIED, "%s", why);
    call_failed(c, &err);
}

static void on_failed(struct mc_call *base, const struct mc_err *err)
{
    struct call *c = mc_container_of(base, struct call, base);

    if (c->e.method == MC_METHOD_TASKS_LIST) {
        task_list_failed(c);
        return;
    }
    if (err->code == MC_E_TIMEOUT)
        turns_given_up(c);
    call_failed(c, err);
}

static const struct mc_call_ops call_ops = {
    .compose = compose, .on_progress = on_progress, .on_answer = on_answer, .on_failed = on_failed};

void call_cancel(struct call *c, const char *reason)
{
    struct exchange *x = c->x;

    if (c->base.state == MC_CALL_SENT)
        turns_given_up(c);
    if (!task_abandon(c))
        mc_backend_forget(&c->base, true, reason);
    over(c, true);
    exchange_drop(x);
}

/* ---- sending ---- */

void call_send(struct call *c)
{
    struct mc_err err;

    notify_level_of(c);
    if (mc_backend_call(c->backend, &c->base, &err))
        on_failed(&c->base, &err);
}

struct call *call_prepare_at(struct exchange *x, struct mc_backend *b, struct mc_bytes *message,
                             const struct mc_envelope *e)
{
    struct call *c = MC_NEW(struct call);

    c->base.ops = &call_ops;
    c->base.asked = true;
    c->x = x;
    c->backend = mc_backend_ref(b);
    c->message = mc_bytes_ref(message);
    c->e = *e;
    c->progress = -1;
    c->start_us = mc_now_us();
    link_add(&x->calls, &c->in_exchange);
    if (x->session)
        link_add(&x->session->calls, &c->in_session);
    return c;
}

struct call *call_prepare(struct exchange *x, struct server *srv, struct mc_catalog *catalog,
                          struct mc_str original, struct mc_bytes *message,
                          const struct mc_envelope *e)
{
    struct call *c = call_prepare_at(x, srv->backend, message, e);

    c->catalog = mc_catalog_ref(catalog);
    c->original = original;
    return c;
}

/* A legacy server gives no requestState, and the hub has not given this one. */
static bool foreign_state(const struct call *c)
{
    const struct mc_catalog *known = mc_backend_catalog(c->backend);

    return c->x->era == MC_ERA_MODERN && mc_env_has(&c->e, MC_F_REQUEST_STATE) && known &&
           mc_rev_era(known->rev) == MC_ERA_LEGACY;
}

void call_refuse(struct call *c, int code, const char *why)
{
    struct mc_bytes *message = mc_bytes_ref(c->message); /* what e points into */
    struct mc_envelope e = c->e;
    struct exchange *x = c->x;

    over(c, true);
    exchange_error(x, mc_env(&e, MC_F_ID), code, why, MC_STR_NONE, 0);
    mc_bytes_unref(message);
}

/* ---- the policy ---- */

static void on_decision(struct mc_deciding *d, enum mc_decision decision, const char *reason)
{
    struct call *c = mc_container_of(d, struct call, deciding);
    struct mc_err err;

    switch (decision) {
    case MC_DECIDE_ALLOW:
        turns_send(c);
        break;
    case MC_DECIDE_ASK:
        consent_ask(c, reason);
        break;
    default:
        mc_err_set(&err, MC_E_DENIED, "the policy does not allow this call: %s", reason);
        call_failed(c, &err);
    }
}

/* As text: no policy is to be fooled by how a client spells it. */
static struct mc_str subject_of(struct call *c)
{
    struct mc_str raw = c->original.n                  ? c->original
                        : mc_env_has(&c->e, MC_F_NAME) ? mc_env(&c->e, MC_F_NAME)
                                                       : mc_env(&c->e, MC_F_URI);

    if (raw.n < 2 || raw.p[0] != '"')
        return MC_STR_NONE;
    if (!mc_jstr_has_escape(raw))
        return (struct mc_str){raw.p + 1, raw.n - 2};
    mc_buf_done(&c->subject);
    mc_buf_init(&c->subject, raw.n);
    mc_jstr_decode(raw, &c->subject);
    return mc_buf_str(&c->subject);
}

void call_dispatch(struct call *c)
{
    if (foreign_state(c)) {
        call_refuse(c, MC_RPC_INVALID_PARAMS,
                    "params.requestState was not given for this request, or it was changed; send "
                    "the request anew, without it");
        return;
    }
    if (!c->begun) { /* once, at whichever server it begins */
        c->begun = true;
        record(c, false, false);
    }
    c->deciding.on_decision = on_decision;
    c->deciding.facts = (struct mc_call_facts){.principal = c->x->who,
                                               .workspace = c->x->view->ws->name,
                                               .server = mc_backend_name(c->backend),
                                               .method = mc_method_info(c->e.method)->name,
                                               .subject = subject_of(c)};
    mc_decide(&c->deciding);
}
