/* The transport of 2024-11-05 (basic/transports § HTTP with SSE), for clients that know no other: a GET opens the stream, its first event names the URL
 * to POST to, everything that the hub says comes on the stream. Whatever revision initialize settles on is served over it.
 *
 * The stream is the session: it ends with it, and what is under way is cancelled. A client whose stream broke comes back with a new GET, often
 * without initialize, as its EventSource does by itself; until it initializes it is taken for one of 2024-11-05 that cannot be asked anything. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "hub/headers.h"
#include "hub/internal.h"
#include "json/scan.h"
#include "mcp/rpc.h"

/* The neighbour of the path that was asked for. */
static char *messages_path(struct mc_str path)
{
    const char *slash = memrchr(path.p, '/', path.n);

    return mc_asprintf("%.*s/messages", (int)(slash - path.p), path.p);
}

void httpsse_get(struct hub *h, const struct endpoint_request *r)
{
    struct session *s;

    if (!headers_accept(r->req, "text/event-stream")) {
        http_error(r->req, 406, MC_RPC_INVALID_REQUEST, "Accept must allow text/event-stream");
        return;
    }
    s = session_new(h, r->view, &r->who);
    if (!s) {
        http_error(r->req, 503, MC_RPC_INTERNAL,
                   "the hub has too many sessions; end some, or try again later");
        return;
    }
    s->messages = messages_path(mc_http_path(r->req));
    MC_CLEANUP(mc_freep) char *endpoint = mc_asprintf("%s?sessionId=%s", s->messages, s->id);
    stream_open_whole(s, r->req, mc_str_of(endpoint));
}

/* Bound to its caller and to its path; to anybody else it does not exist. */
static struct session *find(struct hub *h, const struct endpoint_request *r)
{
    MC_CLEANUP(mc_freep) char *id = mc_http_query_get(r->req, "sessionId");
    struct session *s = id ? mc_map_get(h->sessions, mc_str_of(id)) : NULL;

    return s && s->whole && strcmp(s->who, r->who.id) == 0 &&
                   mc_str_eq(mc_str_of(s->messages), mc_http_path(r->req))
               ? s
               : NULL;
}

/* The JSON-RPC code of what is wrong with a body that a legacy client has sent, and err says why; 0 when nothing is. */
static int fault(const struct session *s, struct mc_str text, struct mc_envelope *e,
                 struct mc_err *err)
{
    int code;

    if (mc_envelope_is_batch(text) && s->rev == MC_REV_2025_03_26)
        return mc_json_check(text.p, text.n, NULL, err) ? MC_RPC_PARSE : 0;
    if (mc_envelope_is_batch(text)) {
        mc_err_set(err, MC_E_PROTOCOL, "batches belong to revision 2025-03-26 alone");
        return MC_RPC_INVALID_REQUEST;
    }
    if ((code = mc_envelope_scan(text, e, err)))
        return code;
    if (!mc_env_has(e, MC_F_M_VERSION))
        return 0;
    mc_err_set(err, MC_E_PROTOCOL,
               "the revision in params._meta is served by POST to the path that ends in /mcp");
    return MC_RPC_INVALID_REQUEST;
}

/* The POST is answered already; what it asks for is answered on the stream. */
static void handle(struct session *s, struct view *v, struct mc_bytes *message,
                   const struct mc_envelope *e)
{
    struct mc_principal who = {.kind = MC_PRINCIPAL_USER};

    memcpy(who.id, s->who, sizeof(who.id));
    struct exchange *x = exchange_new(s->hub, NULL, v, &who);
    x->era = MC_ERA_LEGACY;
    x->rev = s->rev;
    x->session = s;
    x->stream = s->whole;
    x->sse = true;
    s->n_posts++;
    if (!e) {
        endpoint_batch(x, message);
        return;
    }
    if (e->kind == MC_MSG_REQUEST && e->method == MC_METHOD_INITIALIZE)
        answer_initialize(x, e);
    else
        endpoint_message(x, message, e);
    exchange_fed(x);
}

/* Answers with an HTTP error what the session is not to see. */
static bool refused(const struct endpoint_request *r, const struct session *s)
{
    enum headers_revision version = headers_revision(r->req);

    if (!headers_json(r->req))
        http_error(r->req, 415, MC_RPC_INVALID_REQUEST, "Content-Type must be application/json");
    else if (!s)
        http_error(r->req, 404, MC_RPC_INVALID_REQUEST,
                   "Session not found: its event stream has ended, or it is somebody else's");
    else if (version == HEADERS_REV_MODERN || version == HEADERS_REV_BAD)
        http_error(r->req, 400, MC_RPC_INVALID_REQUEST,
                   "this transport does not serve the revision in MCP-Protocol-Version");
    else if (s->n_posts >= HUB_POSTS_MAX)
        http_error(r->req, 429, MC_RPC_INVALID_REQUEST,
                   "1024 messages of this session wait for their answers, no more are accepted");
    else
        return false;
    return true;
}

void httpsse_post(struct hub *h, const struct endpoint_request *r)
{
    struct mc_str body = mc_http_body(r->req);
    struct session *s = find(h, r);
    struct view *v = s ? session_view(s) : NULL; /* /messages itself changes with `use` */
    struct mc_envelope e = {0};
    struct mc_err err;

    if (refused(r, v ? s : NULL))
        return;
    struct mc_bytes *message = mc_bytes_new(body.p, body.n);
    struct mc_str text = {message->data, message->len};
    int code = fault(s, text, &e, &err);
    if (code) {
        http_error(r->req, 400, code, err.msg);
    } else {
        mc_http_reply(r->req, 202, NULL, NULL, MC_STR_NONE);
        handle(s, v, message, mc_envelope_is_batch(text) ? NULL : &e);
    }
    mc_bytes_unref(message);
}
