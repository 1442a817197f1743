/* A hub without sockets and processes: its servers are on wires (tests/unit/wire.h), its clients are structs that collect what they get. Linked
 * with $(WRAP_HTTP), which puts these in the place of http/http.h's answers. */
#ifndef MC_TESTS_HUB_FIXTURE_H
#define MC_TESTS_HUB_FIXTURE_H

#include "backend/internal.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/map.h"
#include "config/config.h"
#include "hub/asking.h"
#include "hub/telling.h"
#include "tests/unit/scratch.h"
#include "tests/unit/wire.h"

/* ---- clients ---- */

#define WEBS_MAX 4096

/* One request of a client and what it got. */
struct web {
    int status; /* of an answer in one piece, 0: none yet */
    bool streaming, ended;
    struct mc_buf got;
    void *data;
    char last_event_id[32];
};
static struct web webs[WEBS_MAX];
static unsigned n_webs;

static struct mc_http_req *req_of(struct web *w)
{
    return (struct mc_http_req *)w;
}

static struct web *web_of(struct mc_http_req *r)
{
    return (struct web *)r;
}

static struct web *web_new(void)
{
    MC_ASSERT(n_webs < WEBS_MAX);
    struct web *w = &webs[n_webs++];
    mc_buf_init(&w->got, 64u << 20);
    return w;
}

/* All that it got, as a string. */
__attribute__((unused)) static const char *web_got(struct web *w)
{
    mc_buf_addc(&w->got, '\0');
    w->got.len--;
    return w->got.data;
}

__attribute__((unused)) static bool web_has(struct web *w, const char *text)
{
    return strstr(web_got(w), text) != NULL;
}

/* The client goes away. */
__attribute__((unused)) static void web_gone(struct web *w)
{
    struct sink *sink = w->data;
    w->ended = true;
    sink->gone(sink);
}

void __wrap_mc_http_reply(struct mc_http_req *r, int status, const char *type, const char *headers,
                          struct mc_str body);
void __wrap_mc_http_stream_begin(struct mc_http_req *r, const char *headers);
int __wrap_mc_http_stream_write(struct mc_http_req *r, struct mc_str bytes);
void __wrap_mc_http_stream_end(struct mc_http_req *r);
void __wrap_mc_http_set_data(struct mc_http_req *r, void *data);
struct mc_str __wrap_mc_http_header(const struct mc_http_req *r, const char *name);

void __wrap_mc_http_reply(struct mc_http_req *r, int status, const char *type, const char *headers,
                          struct mc_str body)
{
    (void)type, (void)headers;
    MC_ASSERT(!web_of(r)->ended && !web_of(r)->streaming);
    web_of(r)->status = status;
    web_of(r)->ended = true;
    mc_buf_adds(&web_of(r)->got, body);
}

void __wrap_mc_http_stream_begin(struct mc_http_req *r, const char *headers)
{
    (void)headers;
    MC_ASSERT(!web_of(r)->ended && !web_of(r)->streaming);
    web_of(r)->streaming = true;
}

int __wrap_mc_http_stream_write(struct mc_http_req *r, struct mc_str bytes)
{
    MC_ASSERT(web_of(r)->streaming && !web_of(r)->ended);
    mc_buf_adds(&web_of(r)->got, bytes);
    return 0;
}

void __wrap_mc_http_stream_end(struct mc_http_req *r)
{
    MC_ASSERT(web_of(r)->streaming && !web_of(r)->ended);
    web_of(r)->ended = true;
}

void __wrap_mc_http_set_data(struct mc_http_req *r, void *data)
{
    web_of(r)->data = data;
}

struct mc_str __wrap_mc_http_header(const struct mc_http_req *r, const char *name)
{
    (void)r;
    return strcmp(name, "Accept") == 0 ? MC_STR("application/json, text/event-stream")
                                       : MC_STR_NONE;
}

/* ---- the hub ---- */

static struct hub *hub;
static const struct mc_principal me = {.id = "uid:1000"}, other_user = {.id = "uid:1001"};

__attribute__((unused)) static void hub_begin(void)
{
    scratch(); /* catalogs are kept there, not at home */
    mc_log_set_level(MC_LOG_ERROR);
    hub = MC_NEW(struct hub);
    hub_init(hub);
}

static void on_closed(void *arg)
{
    *(bool *)arg = true;
}

static void workspace_over(struct workspace *ws)
{
    exchanges_of_workspace_over(ws);
    sessions_of_workspace_over(hub, ws->name);
    listens_of_workspace_over(ws);
    link_each(l, &ws->views) view_free(link_entry(l, struct view, link));
    link_del(&ws->link);
    for (size_t i = 0; i < ws->n_servers; i++) {
        struct mc_backend *b = ws->servers[i].backend;
        ws->servers[i].backend = NULL;
        if (b)
            registry_put(hub, b);
    }
    registry_kill_all(hub);
    mc_config_unref(ws->config);
    mc_free(ws->servers);
    mc_free(ws->root);
    mc_free(ws);
}

/* The end: everything must be gone, or a bug is reported. */
__attribute__((unused)) static void hub_over(void)
{
    bool closed = false;
    link_each(l, &hub->workspaces) workspace_over(link_entry(l, struct workspace, link));
    ok(link_empty(&hub->exchanges) && link_empty(&hub->waiting) && link_empty(&hub->parked) &&
           link_empty(&hub->subscriptions) && mc_map_count(hub->sessions) == 0 &&
           mc_map_count(hub->backends) == 0,
       "in the end nothing is left in the hub");
    mc_http_close(hub->http, 0, on_closed, &closed);
    while (!closed)
        uv_run(mc_loop_uv(hub->loop), UV_RUN_ONCE);
    hub_done(hub);
    mc_free(hub);
    mc_buf_done(&wire.sent);
    for (unsigned i = 0; i < n_webs; i++)
        mc_buf_done(&webs[i].got);
}

/* ---- workspaces and servers ---- */

/* servers: the members of mcpServers, each with a command of its own unless they are to share. Nothing of them is known yet. */
__attribute__((unused)) static struct workspace *workspace_of(const char *root, const char *servers)
{
    MC_CLEANUP(mc_freep) char *text = mc_asprintf("{\"mcpServers\":{%s}}", servers);
    struct workspace *ws = MC_NEW(struct workspace);
    struct mc_err err = {0};

    if (mc_config_parse(root, ".mcp.json", mc_str_of(text), &ws->config, &err))
        MC_ASSERT(!"a config");
    ws->hub = hub;
    ws->root = mc_strdup(root);
    snprintf(ws->name, sizeof(ws->name), "%s", strrchr(root, '/') + 1);
    link_init(&ws->views);
    link_init(&ws->waiters);
    link_add(&hub->workspaces, &ws->link);
    if (!hub->chosen)
        hub->chosen = ws;
    ws->n_servers = mc_config_server_count(ws->config);
    ws->servers = mc_calloc(ws->n_servers + 1, sizeof(*ws->servers));
    for (size_t i = 0; i < ws->n_servers; i++) {
        struct server *srv = &ws->servers[i];
        struct mc_backend_spec spec = {.isolation = MC_ISOLATION_AUTO};
        *srv = (struct server){.ws = ws, .spec = mc_config_server(ws->config, i)};
        spec.name = srv->spec->name;
        snprintf(spec.launch.digest, sizeof(spec.launch.digest), "%s",
                 srv->spec->command ? srv->spec->command : srv->spec->name);
        registry_key(&spec);
        srv->backend = registry_get(hub, &spec);
    }
    return ws;
}

__attribute__((unused)) static struct server *server_of(struct workspace *ws, const char *name)
{
    struct server *srv = workspace_server(ws, mc_str_of(name));
    MC_ASSERT(srv);
    return srv;
}

/* What is known of it. lists: arrays of items by enum mc_kind, NULL: none. */
__attribute__((unused)) static void knows(struct server *srv, enum mc_rev rev, const char *caps,
                                          const char *const lists[MC_KIND_MAX])
{
    struct mc_catalog *c = mc_catalog_new(rev, mc_str_of(caps), MC_STR_NONE, MC_STR_NONE);
    struct mc_err err;
    size_t bad;

    for (int k = 0; k < MC_KIND_MAX; k++)
        if (lists && lists[k])
            mc_catalog_set(c, (enum mc_kind)k,
                           mc_list_new((enum mc_kind)k, mc_str_of(lists[k]), &bad, &err));
    mc_catalog_unref(srv->backend->catalog);
    srv->backend->catalog = c;
    views_stale(srv->ws);
}

/* It runs and is ready; a plain one with a tool when nothing is known of it. */
__attribute__((unused)) static struct mc_backend *runs(struct server *srv)
{
    static const char *const tool[MC_KIND_MAX] = {[MC_KIND_TOOL] =
                                                      "[{\"name\":\"t\",\"inputSchema\":{}}]"};
    struct mc_backend *b = srv->backend;

    if (!b->catalog)
        knows(srv, MC_REV_2025_11_25, "{\"tools\":{}}", tool);
    mc_backend_start(b);
    handshake_abandon(b);
    b->rev = b->catalog->rev;
    b->got_catalog = true;
    if (b->state != MC_BACKEND_READY)
        backend_set_state(b, MC_BACKEND_READY, "the test says so");
    mc_buf_clear(&wire.sent);
    return b;
}

/* That server writes. */
#define says(b, ...)                                                                               \
    do {                                                                                           \
        wire.child = (b)->child;                                                                   \
        wire_says(__VA_ARGS__);                                                                    \
    } while (0)

/* ---- sessions and requests ---- */

__attribute__((unused)) static struct session *
session_as(struct view *v, const struct mc_principal *who, const char *version, const char *caps)
{
    MC_CLEANUP(mc_freep)
    char *text = mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"
                             "\"protocolVersion\":\"%s\",\"capabilities\":%s,\"clientInfo\":{"
                             "\"name\":\"c\",\"version\":\"1\"}}}",
                             version, caps);
    struct session *s = session_new(hub, v, who);
    struct mc_envelope e;
    struct mc_err err;

    if (!s)
        return NULL;
    MC_ASSERT(mc_envelope_scan(mc_str_of(text), &e, &err) == 0);
    session_initialize(s, &e);
    return s;
}

static struct mc_bytes *scanned(const char *text, struct mc_envelope *e)
{
    struct mc_bytes *m = mc_bytes_new(text, strlen(text));
    struct mc_err err;
    if (mc_envelope_scan((struct mc_str){m->data, m->len}, e, &err))
        ok(false, "%s: %s", text, err.msg);
    return m;
}

/* A message of a legacy client. */
__attribute__((unused)) static struct web *posts(struct session *s, const char *text)
{
    struct web *w = web_new();
    struct exchange *x = exchange_new(hub, req_of(w), session_view(s), &me);
    struct mc_envelope e;
    struct mc_bytes *m = scanned(text, &e);

    x->era = MC_ERA_LEGACY;
    x->rev = s->rev;
    x->session = s;
    endpoint_message(x, m, &e);
    exchange_fed(x);
    mc_bytes_unref(m);
    return w;
}

/* A tools/call of a legacy client; id is raw. */
__attribute__((unused)) static struct web *calls(struct session *s, const char *id,
                                                 const char *tool)
{
    MC_CLEANUP(mc_freep)
    char *text = mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tools/call\",\"params\":{"
                             "\"name\":\"%s\",\"arguments\":{}}}",
                             id, tool);
    return posts(s, text);
}

/* A request of a modern client: members of params, each with its comma. */
__attribute__((unused)) static struct web *modern_posts(struct view *v,
                                                        const struct mc_principal *who,
                                                        const char *method, const char *id,
                                                        const char *members, const char *caps)
{
    MC_CLEANUP(mc_freep)
    char *text =
        mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"%s\",\"params\":{%s\"_meta\":{"
                    "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                    "\"io.modelcontextprotocol/clientCapabilities\":%s}}}",
                    id, method, members, caps);
    struct web *w = web_new();
    struct exchange *x = exchange_new(hub, req_of(w), v, who);
    struct mc_envelope e;
    struct mc_bytes *m = scanned(text, &e);

    x->era = MC_ERA_MODERN;
    x->rev = MC_REV_MODERN_LATEST;
    x->caps = client_caps(mc_jval_of(mc_env(&e, MC_F_M_CAPABILITIES)));
    dispatch_request(x, m, &e);
    exchange_fed(x);
    mc_bytes_unref(m);
    return w;
}

/* The id of the newest call that the server got. */
__attribute__((unused)) static unsigned long long wire_id(const struct mc_backend *b)
{
    const struct mc_call *newest = NULL;
    for (size_t i = 0; i < b->n_slots; i++) {
        const struct mc_call *c = b->slots[i].call;
        if (c && call_of((struct mc_call *)c) &&
            (!newest ||
             call_of((struct mc_call *)c)->start_us >= call_of((struct mc_call *)newest)->start_us))
            newest = c;
    }
    return newest ? newest->id : 0;
}

#define FORM "{\"elicitation\":{\"form\":{}}}"
/* The server asks for a word, under this id (raw). */
#define asks(b, id)                                                                                \
    says(b,                                                                                        \
         "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"elicitation/create\",\"params\":{"           \
         "\"message\":\"word?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}",    \
         id)
#define answers(b, id, text)                                                                       \
    says(b,                                                                                        \
         "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"content\":[{\"type\":\"text\","           \
         "\"text\":\"%s\"}]}}",                                                                    \
         (unsigned long long)(id), text)

#endif
