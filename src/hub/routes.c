/* The one table of HTTP routes, behind the guard. A segment that begins with ':' captures. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "hub/internal.h"
#include "hub/routes.h"
#include "mcp/rpc.h"

static bool capture(struct mc_str segment, char out[ROUTE_CAPTURE_MAX], struct mc_str *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < segment.n; i++) {
        char c = segment.p[i];
        if (c == '%') {
            unsigned v = 0;
            for (int k = 1; k <= 2; k++) {
                char d = i + (size_t)k < segment.n ? segment.p[i + (size_t)k] : 'x';
                int h = d >= '0' && d <= '9'                 ? d - '0'
                        : (d | 32) >= 'a' && (d | 32) <= 'f' ? (d | 32) - 'a' + 10
                                                             : -1;
                if (h < 0)
                    return false;
                v = v << 4 | (unsigned)h;
            }
            c = (char)v;
            i += 2;
        }
        if (n + 1 >= ROUTE_CAPTURE_MAX)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    *ret = (struct mc_str){out, n};
    return n > 0;
}

static struct mc_str next_segment(struct mc_str *path)
{
    const char *slash = memchr(path->p, '/', path->n);
    struct mc_str seg = {path->p, slash ? (size_t)(slash - path->p) : path->n};
    size_t used = seg.n + (slash ? 1 : 0);

    path->p += used;
    path->n -= used;
    return seg;
}

bool route_match(const char *pattern, struct mc_str path, struct route_captures *caps)
{
    struct mc_str pat = mc_str_of(pattern);

    caps->n = 0;
    while (pat.n > 0 && path.n > 0) {
        struct mc_str want = next_segment(&pat), have = next_segment(&path);
        if (want.n > 0 && want.p[0] == ':') {
            if (caps->n >= ROUTE_CAPTURES_MAX ||
                !capture(have, caps->text[caps->n], &caps->v[caps->n]))
                return false;
            caps->n++;
        } else if (!mc_str_eq(want, have)) {
            return false;
        }
    }
    return pat.n == 0 && path.n == 0;
}

/* ---- the MCP endpoints ---- */

/* What one path can do. */
struct face {
    const char *allowed;
    struct {
        struct mc_str method;
        void (*handle)(struct hub *h, const struct endpoint_request *r);
    } methods[3];
};
static const struct face mcp = {"GET, POST, DELETE",
                                {{MC_STR("POST"), endpoint_post},
                                 {MC_STR("GET"), endpoint_get},
                                 {MC_STR("DELETE"), endpoint_delete}}};
/* The transport of 2024-11-05. A 405 to a POST is what makes newer clients try GET (streamable-http § Backward Compatibility). */
static const struct face sse = {"GET", {{MC_STR("GET"), httpsse_get}}};
static const struct face messages = {"POST", {{MC_STR("POST"), httpsse_post}}};

static void serve(struct hub *h, struct mc_http_req *req, const struct mc_principal *who,
                  const struct face *face, struct mc_str workspace, struct mc_str server)
{
    struct workspace *ws = workspace_find(h, workspace);
    struct server *srv = ws && server.n ? workspace_server(ws, server) : NULL;

    if (!ws) {
        /* without any, one may be on its way: 503 tells clients to come back */
        http_error(req, workspace.n ? 404 : 503, MC_RPC_INVALID_REQUEST,
                   workspace.n ? "no such workspace; see `mcpctl status`"
                               : "no workspace is up; type `mcpctl up` in a repo");
        return;
    }
    if (server.n && !srv) {
        http_error(req, 404, MC_RPC_INVALID_REQUEST,
                   "no such server in this workspace; see `mcpctl status`");
        return;
    }
    struct endpoint_request r = {
        .req = req, .who = *who, .view = view_get(ws, srv ? srv->spec->name : NULL)};
    for (size_t i = 0; i < MC_ARRAY_LEN(face->methods) && face->methods[i].handle; i++)
        if (mc_str_eq(mc_http_method(req), face->methods[i].method)) {
            face->methods[i].handle(h, &r);
            return;
        }
    MC_CLEANUP(mc_freep) char *why = mc_asprintf("this path takes %s", face->allowed);
    http_not_allowed(req, face->allowed, why);
}

static void health(struct mc_http_req *req)
{
    mc_http_reply(req, 200, "application/json", NULL, MC_STR("{\"status\":\"ok\"}\n"));
}

/* Captures are numbered from 1 on; 0: there is none of it. */
static const struct {
    const char *pattern;
    const struct face *face; /* NULL: not of the protocol */
    unsigned workspace, server;
} routes[] = {
    {"/mcp", &mcp, 0, 0},
    {"/s/:server/mcp", &mcp, 0, 1},
    {"/w/:workspace/mcp", &mcp, 1, 0},
    {"/w/:workspace/s/:server/mcp", &mcp, 1, 2},
    {"/sse", &sse, 0, 0},
    {"/s/:server/sse", &sse, 0, 1},
    {"/w/:workspace/sse", &sse, 1, 0},
    {"/w/:workspace/s/:server/sse", &sse, 1, 2},
    {"/messages", &messages, 0, 0},
    {"/s/:server/messages", &messages, 0, 1},
    {"/w/:workspace/messages", &messages, 1, 0},
    {"/w/:workspace/s/:server/messages", &messages, 1, 2},
    {"/healthz", NULL, 0, 0},
};

static struct mc_str captured(const struct route_captures *c, unsigned no)
{
    return no ? c->v[no - 1] : MC_STR_NONE;
}

static bool guarded(struct hub *h, struct mc_http_req *req, struct mc_principal *who)
{
    const char *why = "";

    switch (mc_guard_check(h->guard, req, who, &why)) {
    case MC_GUARD_OK:
        return true;
    case MC_GUARD_UNAUTHORIZED: {
        struct mc_buf out = MC_BUF_INIT(4096);
        mc_rpc_error(&out, MC_STR_NONE, MC_RPC_INVALID_REQUEST, why, MC_STR_NONE);
        mc_http_reply(req, 401, "application/json", "WWW-Authenticate: Bearer realm=\"mcpctl\"\r\n",
                      mc_buf_str(&out));
        mc_buf_done(&out);
        return false;
    }
    default:
        http_error(req, 403, MC_RPC_INVALID_REQUEST, why);
        return false;
    }
}

/* Bodies up to this size are read before the guard is asked, once; larger ones not before it has let them in. */
#define GUARDED_LATE_MAX (64u << 10)

static bool on_headers(void *arg, struct mc_http_req *req)
{
    struct mc_str length = mc_http_header(req, "Content-Length");
    struct mc_principal who;
    uint64_t n = 0;

    if (!mc_http_header(req, "Transfer-Encoding").p &&
        (!length.p || (mc_str_u64(length, &n) && n <= GUARDED_LATE_MAX)))
        return true;
    return guarded(arg, req, &who);
}

static void on_request(void *arg, struct mc_http_req *req)
{
    struct hub *h = arg;
    struct mc_str path = mc_http_path(req);
    struct route_captures caps;
    struct mc_principal who;

    if (!guarded(h, req, &who))
        return;
    for (size_t i = 0; i < MC_ARRAY_LEN(routes); i++)
        if (route_match(routes[i].pattern, path, &caps)) {
            if (routes[i].face)
                serve(h, req, &who, routes[i].face, captured(&caps, routes[i].workspace),
                      captured(&caps, routes[i].server));
            else
                health(req);
            return;
        }
    /* what changes the hub's state is for its own user, over the unix socket: the token opens the endpoints alone */
    if (mc_str_starts(path, MC_STR("/api/")) && mc_http_peer(req)->via == MC_HTTP_UNIX &&
        who.kind == MC_PRINCIPAL_USER)
        api_request(h, req);
    else
        http_error(req, 404, MC_RPC_INVALID_REQUEST, "no such page; the MCP endpoint is /mcp");
}

static void on_gone(void *arg, struct mc_http_req *req)
{
    struct sink *sink = mc_http_data(req);

    (void)arg;
    if (sink)
        sink->gone(sink);
}

const struct mc_http_ops hub_http_ops = {
    .on_request = on_request, .on_headers = on_headers, .on_gone = on_gone};
