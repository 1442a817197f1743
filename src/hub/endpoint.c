/* The MCP endpoint: one POST, GET or DELETE, sorted by era and revision (PROTOCOL: versioning § Compatibility Matrix; streamable-http § Server
 * Validation). The body decides the era; headers are checked against it. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "hub/headers.h"
#include "hub/asking.h"
#include "hub/instances.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "mcp/rpc.h"

void http_error(struct mc_http_req *req, int status, int code, const char *message)
{
    struct mc_buf out = MC_BUF_INIT(64u << 10);

    mc_rpc_error(&out, MC_STR_NONE, code, message, MC_STR_NONE);
    mc_http_reply(req, status, "application/json", NULL, mc_buf_str(&out));
    mc_buf_done(&out);
}

void http_not_allowed(struct mc_http_req *req, const char *allowed, const char *message)
{
    MC_CLEANUP(mc_freep) char *header = mc_asprintf("Allow: %s\r\n", allowed);
    struct mc_buf out = MC_BUF_INIT(4096);

    mc_rpc_error(&out, MC_STR_NONE, MC_RPC_INVALID_REQUEST, message, MC_STR_NONE);
    mc_http_reply(req, 405, "application/json", header, mc_buf_str(&out));
    mc_buf_done(&out);
}

/* Ends x with one error, whatever it holds. */
static void refuse(struct exchange *x, struct mc_str id, int status, int code, const char *message,
                   struct mc_str data)
{
    x->open++;
    exchange_error(x, id, code, message, data, status);
    exchange_fed(x);
}

/* ---- modern ---- */

static void unsupported_version(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf data = MC_BUF_INIT(4096);

    mc_buf_addf(&data, "{\"supported\":[\"%s\"],\"requested\":", mc_rev_name(MC_REV_MODERN_LATEST));
    mc_buf_adds(&data, mc_env(e, MC_F_M_VERSION));
    mc_buf_addc(&data, '}');
    refuse(x, mc_env(e, MC_F_ID), 400, MC_RPC_UNSUPPORTED_VERSION, "Unsupported protocol version",
           mc_buf_str(&data));
    mc_buf_done(&data);
}

static void modern(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e)
{
    struct mc_str id = mc_env(e, MC_F_ID);
    struct header_fault fault;

    x->era = MC_ERA_MODERN;
    if (e->kind ==
        MC_MSG_NOTIFICATION) { /* this revision defines none over HTTP; a cancellation is the end of the response stream */
        exchange_fed(x);
        return;
    }
    if (headers_version(x->req, e, &fault)) {
        refuse(x, id, 400, MC_RPC_HEADER_MISMATCH, fault.message, MC_STR_NONE);
        return;
    }
    x->rev = MC_REV_NONE;
    struct mc_str version = mc_env(e, MC_F_M_VERSION);
    if (version.n > 2 && !mc_jstr_has_escape(version))
        x->rev = mc_rev_find((struct mc_str){version.p + 1, version.n - 2});
    if (mc_rev_era(x->rev) != MC_ERA_MODERN) {
        unsupported_version(x, e);
        return;
    }
    if (headers_method(x->req, e, &fault)) {
        refuse(x, id, 400, MC_RPC_HEADER_MISMATCH, fault.message, MC_STR_NONE);
        return;
    }
    if (!mc_method_serves(e->method, x->rev)) {
        refuse(x, id, 404, MC_RPC_METHOD_NOT_FOUND, "Method not found", MC_STR_NONE);
        return;
    }
    if (mc_jval_of(mc_env(e, MC_F_M_CAPABILITIES)).type != MC_JSON_OBJECT) {
        refuse(x, id, 400, MC_RPC_INVALID_PARAMS,
               "params._meta needs io.modelcontextprotocol/clientCapabilities, an object",
               MC_STR_NONE);
        return;
    }
    x->caps = client_caps(mc_jval_of(mc_env(e, MC_F_M_CAPABILITIES)));
    if (headers_name(x->req, e, &fault)) {
        refuse(x, id, 400, MC_RPC_HEADER_MISMATCH, fault.message, MC_STR_NONE);
        return;
    }
    if (mc_env_has(e, MC_F_M_LOG_LEVEL)) {
        x->level = level_index(mc_env(e, MC_F_M_LOG_LEVEL));
        if (x->level < 0) {
            refuse(x, id, 400, MC_RPC_INVALID_PARAMS,
                   "params._meta: io.modelcontextprotocol/logLevel is not a log level",
                   MC_STR_NONE);
            return;
        }
    }
    if (e->method == MC_METHOD_LISTEN) {
        x->open++;
        listen_begin(x, e);
    } else {
        dispatch_request(x, message, e);
    }
    exchange_fed(x);
}

/* ---- legacy ---- */

static void cancel_call(struct session *s, struct mc_str request_id)
{
    link_each(l, &s->calls)
    {
        struct call *c = link_entry(l, struct call, in_session);
        if (mc_str_eq(mc_env(&c->e, MC_F_ID), request_id)) {
            call_cancel(c, "the client cancelled it");
            return;
        }
    }
    waiter_cancel(s, request_id);
}

static void tell_roots_changed(const struct session *s, struct view *v)
{
    struct server *srv;

    for (size_t i = 0; (srv = view_server(v, i)); i++) {
        struct mc_backend *b = instances_running(s, srv->backend);
        if (b && mc_rev_era(mc_backend_rev(b)) == MC_ERA_LEGACY)
            mc_backend_send(
                b, MC_STR("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}"));
    }
}

static void legacy_notification(struct session *s, struct view *v, const struct mc_envelope *e)
{
    switch (e->method) {
    case MC_METHOD_CANCELLED:
        cancel_call(s, mc_env(e, MC_F_REQUEST_ID));
        break;
    case MC_METHOD_PROGRESS:
        ask_progress(s, e);
        break;
    case MC_METHOD_ROOTS_CHANGED:
        tell_roots_changed(s, v);
        break;
    default:
        break; /* initialized needs nothing; unknown ones are ignored, as JSON-RPC wants */
    }
}

static bool id_in_use(const struct session *s, struct mc_str id)
{
    link_each(
        l,
        (struct link *)&s->calls) if (mc_str_eq(mc_env(&link_entry(l, struct call, in_session)->e,
                                                       MC_F_ID),
                                                id)) return true;
    return waiter_has(s, id);
}

void endpoint_message(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e)
{
    switch (e->kind) {
    case MC_MSG_REQUEST:
        if (id_in_use(x->session, mc_env(e, MC_F_ID))) {
            x->open++;
            exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INVALID_REQUEST,
                           "this id belongs to a request that is not answered yet", MC_STR_NONE, 0);
        } else if (!mc_method_serves(e->method, x->rev)) {
            x->open++;
            exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_METHOD_NOT_FOUND, "Method not found",
                           MC_STR_NONE, 0);
        } else {
            dispatch_request(x, message, e);
        }
        break;
    case MC_MSG_NOTIFICATION:
        legacy_notification(x->session, x->view, e);
        break;
    case MC_MSG_RESULT:
    case MC_MSG_ERROR:
        ask_answered(x->session, e);
        break;
    }
}

void endpoint_batch(struct exchange *x, struct mc_bytes *message)
{
    struct mc_str text = {message->data, message->len};
    struct mc_envelope e;
    struct mc_err err;
    struct mc_jiter it;
    struct mc_jval v;
    unsigned n = 0;

    if (mc_json_check(text.p, text.n, NULL, &err)) {
        refuse(x, MC_STR_NONE, 400, MC_RPC_PARSE, err.msg, MC_STR_NONE);
        return;
    }
    x->batch = true;
    mc_jiter_init(&it, mc_jval_of(text));
    while (mc_jiter_next(&it, NULL, &v)) {
        int code = n++ < HUB_BATCH_MAX ? mc_envelope_scan(v.s, &e, &err) : MC_RPC_INVALID_REQUEST;
        if (n > HUB_BATCH_MAX)
            mc_err_set(&err, MC_E_TOO_BIG, "a batch has at most %d messages", HUB_BATCH_MAX);
        else if (code == 0 && e.method == MC_METHOD_INITIALIZE)
            code = mc_err_set(&err, MC_E_PROTOCOL, "initialize is never part of a batch")
                       ? MC_RPC_INVALID_REQUEST
                       : 0;
        if (code == 0) {
            endpoint_message(x, message, &e);
            continue;
        }
        x->open++;
        exchange_error(x, n > HUB_BATCH_MAX ? MC_STR_NONE : mc_env(&e, MC_F_ID), code, err.msg,
                       MC_STR_NONE, 0);
        if (n > HUB_BATCH_MAX)
            break;
    }
    if (n == 0) {
        x->batch = false;
        refuse(x, MC_STR_NONE, 400, MC_RPC_INVALID_REQUEST, "an empty batch", MC_STR_NONE);
        return;
    }
    exchange_fed(x);
}

struct legacy_post { /* while the session is looked up */
    struct exchange *x;
    struct mc_bytes *message;
    bool is_batch;
};

static void on_session(void *arg, struct session *s)
{
    struct legacy_post *p = arg;
    struct exchange *x = p->x;
    struct mc_envelope e;
    struct mc_err err;

    x->session = s;
    if (!s) {
        refuse(x, MC_STR_NONE, 404, MC_RPC_INVALID_REQUEST,
               "Session not found: it has ended, or it is somebody else's; initialize again",
               MC_STR_NONE);
    } else if (p->is_batch) {
        x->rev = s->rev;
        if (s->rev == MC_REV_2025_03_26)
            endpoint_batch(x, p->message);
        else
            refuse(x, MC_STR_NONE, 400, MC_RPC_INVALID_REQUEST,
                   "batches belong to revision 2025-03-26 alone", MC_STR_NONE);
    } else {
        x->rev = s->rev;
        int code = mc_envelope_scan((struct mc_str){p->message->data, p->message->len}, &e, &err);
        MC_ASSERT(code == 0); /* it was scanned before */
        endpoint_message(x, p->message, &e);
        exchange_fed(x);
    }
    mc_bytes_unref(p->message);
    mc_free(p);
}

static void legacy(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e,
                   bool is_batch, const struct mc_principal *who)
{
    struct mc_str id = mc_http_header(x->req, "Mcp-Session-Id");
    enum headers_revision version = headers_revision(x->req);

    x->era = MC_ERA_LEGACY;
    if (e && e->method == MC_METHOD_INITIALIZE && e->kind == MC_MSG_REQUEST) {
        if (version == HEADERS_REV_MODERN) {
            refuse(x, mc_env(e, MC_F_ID), 400, MC_RPC_HEADER_MISMATCH,
                   "initialize is not a method of the revision in MCP-Protocol-Version",
                   MC_STR_NONE);
            return;
        }
        answer_initialize(x, e);
        exchange_fed(x);
        return;
    }
    if (e && version == HEADERS_REV_MODERN && !id.p) {
        refuse(x, mc_env(e, MC_F_ID), 400, MC_RPC_INVALID_PARAMS,
               "params._meta needs io.modelcontextprotocol/protocolVersion and clientCapabilities",
               MC_STR_NONE);
        return;
    }
    if (version == HEADERS_REV_MODERN || version == HEADERS_REV_BAD) {
        refuse(x, MC_STR_NONE, 400, MC_RPC_INVALID_REQUEST,
               "the hub does not serve the revision in MCP-Protocol-Version", MC_STR_NONE);
        return;
    }
    if (!id.p) {
        refuse(x, MC_STR_NONE, 400, MC_RPC_INVALID_REQUEST,
               "Mcp-Session-Id is missing; send initialize first", MC_STR_NONE);
        return;
    }
    struct legacy_post *p = MC_NEW(struct legacy_post);
    *p = (struct legacy_post){x, mc_bytes_ref(message), is_batch};
    session_find(x->hub, id, who, x->view, on_session, p);
}

/* ---- the three HTTP methods ---- */

void endpoint_post(struct hub *h, const struct endpoint_request *r)
{
    struct mc_str body = mc_http_body(r->req);
    struct mc_envelope e;
    struct mc_err err;
    int code;

    if (!headers_json(r->req)) {
        http_error(r->req, 415, MC_RPC_INVALID_REQUEST, "Content-Type must be application/json");
        return;
    }
    if (!headers_accept(r->req, "application/json") &&
        !headers_accept(r->req, "text/event-stream")) {
        http_error(r->req, 406, MC_RPC_INVALID_REQUEST,
                   "Accept must allow application/json and text/event-stream");
        return;
    }
    struct mc_bytes *message = mc_bytes_new(body.p, body.n);
    struct mc_str text = {message->data, message->len};
    bool is_batch = mc_envelope_is_batch(text);
    struct exchange *x = exchange_new(h, r->req, r->view, &r->who);
    if (is_batch)
        legacy(x, message, NULL, true, &r->who);
    else if ((code = mc_envelope_scan(text, &e, &err)))
        refuse(x, code == MC_RPC_PARSE ? MC_STR_NONE : mc_env(&e, MC_F_ID), 400, code, err.msg,
               MC_STR_NONE);
    else if (mc_env_has(&e, MC_F_M_VERSION))
        modern(x, message, &e);
    else
        legacy(x, message, &e, false, &r->who);
    mc_bytes_unref(message);
}

static void on_get_session(void *arg, struct session *s)
{
    struct mc_http_req *req = arg;
    struct mc_str last = mc_http_header(req, "Last-Event-ID");

    if (!s)
        http_error(req, 404, MC_RPC_INVALID_REQUEST,
                   "Session not found: it has ended, or it is somebody else's; initialize again");
    else if (last.p && stream_resume(s, last, req))
        return;
    else if (
        stream_room(
            s)) /* also when the stream is not kept any more: at least what comes from now on */
        stream_open(s, req, true);
    else
        http_error(req, 429, MC_RPC_INVALID_REQUEST,
                   "this session has 32 event streams, no more are accepted");
}

/* 2026-07-28 has POST alone (streamable-http § Backward Compatibility); what is no revision is nobody's. */
static bool version_refused(struct mc_http_req *req)
{
    switch (headers_revision(req)) {
    case HEADERS_REV_MODERN:
        http_not_allowed(req, "POST", "the revision in MCP-Protocol-Version has POST alone");
        return true;
    case HEADERS_REV_BAD:
        http_error(req, 400, MC_RPC_INVALID_REQUEST,
                   "the hub does not serve the revision in MCP-Protocol-Version");
        return true;
    default:
        return false;
    }
}

/* Without a session it is the stream of the old transport: whoever speaks a newer one has had an id with the answer to initialize. Event ids are
 * of the newer one, too: such a client has lost its session id on the way. */
void endpoint_get(struct hub *h, const struct endpoint_request *r)
{
    struct mc_str id = mc_http_header(r->req, "Mcp-Session-Id");

    if (version_refused(r->req))
        return;
    if (!headers_accept(r->req, "text/event-stream"))
        http_error(r->req, 406, MC_RPC_INVALID_REQUEST, "Accept must allow text/event-stream");
    else if (id.p)
        session_find(h, id, &r->who, r->view, on_get_session, r->req);
    else if (mc_http_header(r->req, "Last-Event-ID").p)
        http_error(r->req, 400, MC_RPC_INVALID_REQUEST,
                   "Last-Event-ID continues the event stream of a session: Mcp-Session-Id is "
                   "missing");
    else
        httpsse_get(h, r);
}

static void on_delete_session(void *arg, struct session *s)
{
    struct mc_http_req *req = arg;

    if (!s) {
        http_error(req, 404, MC_RPC_INVALID_REQUEST, "Session not found");
        return;
    }
    session_free(s);
    mc_http_reply(req, 200, NULL, NULL, MC_STR_NONE);
}

void endpoint_delete(struct hub *h, const struct endpoint_request *r)
{
    struct mc_str id = mc_http_header(r->req, "Mcp-Session-Id");

    if (version_refused(r->req))
        return;
    if (!id.p)
        http_error(r->req, 400, MC_RPC_INVALID_REQUEST, "Mcp-Session-Id is missing");
    else
        session_find(h, id, &r->who, r->view, on_delete_session, r->req);
}
