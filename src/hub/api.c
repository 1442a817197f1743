/* The management API, on the unix socket alone: what the command line uses. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "hub/instances.h"
#include "hub/routes.h"
#include "json/doc.h"
#include "loop/work.h"
#include "store/token.h"

#define ENV_MAX 4096 /* variables of one `up` */

void api_error(struct mc_http_req *req, int status, const struct mc_err *err)
{
    cJSON *o = mc_doc_object(), *e = mc_doc_add(o, "error", mc_doc_object());

    mc_doc_add_str(e, "code", mc_code_slug(err->code));
    mc_doc_add_str(e, "message", err->msg);
    MC_CLEANUP(mc_freep) char *text = mc_doc_print(o, false);
    mc_doc_free(o);
    mc_http_reply(req, status, "application/json", NULL, mc_str_of(text));
}

static void fail(struct mc_http_req *req, int status, enum mc_code code, const char *what,
                 struct mc_str name)
{
    struct mc_err err;

    mc_err_set(&err, code, "%s%s%.*s", what, name.n ? ": " : "", (int)name.n, name.n ? name.p : "");
    api_error(req, status, &err);
}

static void reply(struct mc_http_req *req, char *text)
{
    mc_http_reply(req, 200, "application/json", NULL, mc_str_of(text));
    mc_free(text);
}

static void reply_empty(struct mc_http_req *req)
{
    mc_http_reply(req, 200, "application/json", NULL, MC_STR("{}"));
}

/* ---- what is not answered at once ---- */

struct pending {
    struct sink sink;
    struct hub *hub;
    struct mc_http_req *req; /* NULL: the client has gone */
};

static void on_gone(struct sink *sink)
{
    mc_container_of(sink, struct pending, sink)->req = NULL;
}

static void pend(struct pending *p, struct hub *h, struct mc_http_req *req)
{
    p->hub = h;
    p->req = req;
    p->sink.gone = on_gone;
    mc_http_set_data(req, &p->sink);
}

static void on_memory(void *arg)
{
    struct pending *p = arg;

    if (p->req)
        reply(p->req, status_text(p->hub));
    mc_free(p);
}

static void get_status(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    struct pending *p = MC_NEW(struct pending);

    (void)c;
    pend(p, h, req);
    memory_read(h, on_memory, p);
}

/* ---- adding a workspace: answered when its files have been read ---- */

static void on_added(void *arg, struct workspace *ws, const struct mc_err *err)
{
    struct pending *a = arg;

    if (a->req && ws)
        reply(a->req, status_workspace_text(ws));
    else if (a->req)
        api_error(a->req, 400, err);
    mc_free(a);
}

/* The NAME=VALUE texts of a list. */
static void add_pairs(const cJSON *list, struct mc_strv *to)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item) && strchr(item->valuestring, '=') && to->n < ENV_MAX)
            mc_strv_push(to, item->valuestring);
    }
}

static void add_workspace(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    struct mc_strv env = {0}, sets = {0};
    struct mc_err err;
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_parse(mc_http_body(req), &err);

    (void)c;
    if (!doc) {
        api_error(req, 400, &err);
        return;
    }
    if (!mc_doc_str(doc, "root") || mc_doc_str(doc, "root")[0] != '/') {
        fail(req, 400, MC_E_USAGE, "\"root\" must be an absolute path", MC_STR_NONE);
        return;
    }
    const struct workspace *old = workspace_by_root(h, mc_doc_str(doc, "root"));
    add_pairs(mc_doc_get(doc, "env"), &env);
    if (mc_doc_get(doc, "sets"))
        add_pairs(mc_doc_get(doc, "sets"), &sets);
    else if (old) /* a refresh, by a command that has none */
        strv_copy(&old->sets, &sets);
    struct pending *a = MC_NEW(struct pending);
    pend(a, h, req);
    workspace_add(h, mc_doc_str(doc, "root"), &env, &sets, mc_doc_bool(doc, "detach", false),
                  on_added, a);
}

static void remove_workspace(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    struct workspace *ws = workspace_find(h, c->v[0]);

    if (!ws) {
        fail(req, 404, MC_E_NOT_FOUND, "no such workspace", c->v[0]);
        return;
    }
    reply_empty(req);
    workspace_remove(ws);
}

static void shut_down(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    (void)c;
    reply_empty(req);
    hub_end(h);
}

static void use_workspace(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    struct mc_err err;
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_parse(mc_http_body(req), &err);
    const char *name = doc ? mc_doc_str(doc, "workspace") : NULL;
    struct workspace *ws = name && *name ? workspace_find(h, mc_str_of(name)) : NULL;

    (void)c;
    if (!ws) {
        mc_err_set(&err, MC_E_NOT_FOUND, "no such workspace: %s; `mcpctl status` lists them",
                   name ? name : "");
        api_error(req, 404, &err);
        return;
    }
    workspace_choose(h, ws);
    reply_empty(req);
}

struct token_job {
    struct pending pending;
    char *token;
    struct mc_err err;
};

static void read_token(void *arg)
{
    struct token_job *job = arg;

    (void)!mc_token_get(&job->token, &job->err);
}

static void on_token(void *arg)
{
    struct token_job *job = arg;

    if (job->token && !job->pending.hub->ending)
        mc_guard_set_token(job->pending.hub->guard, job->token);
    if (job->pending.req && job->token)
        reply_empty(job->pending.req);
    else if (job->pending.req)
        api_error(job->pending.req, 500, &job->err);
    mc_free(job->token);
    mc_free(job);
}

/* `mcpctl token --rotate` has made a new one: the old one ends here. */
static void reload_token(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    struct token_job *job = MC_NEW(struct token_job);

    (void)c;
    pend(&job->pending, h, req);
    mc_work(h->loop, read_token, on_token, job);
}

/* ---- start, stop, restart of a server; before it starts its files are read again: what was wrong in them may have been mended ---- */

static const struct action {
    struct mc_str name;
    void (*run)(struct mc_backend *b);
    bool renew;
} actions[] = {{MC_STR("start"), mc_backend_start, true},
               {MC_STR("stop"), mc_backend_stop, false},
               {MC_STR("restart"), mc_backend_restart, true}};

static void act(struct workspace *ws, struct mc_str name, const struct action *action,
                struct mc_http_req *req)
{
    struct server *srv = workspace_server(ws, name);

    if (!srv) {
        fail(req, 404, MC_E_NOT_FOUND, "no such server", name);
    } else if (!srv->backend) {
        fail(req, 409, srv->mode == SERVER_BLOCKED ? MC_E_DENIED : MC_E_CONFIG,
             srv->reason ? srv->reason : "it cannot run", MC_STR_NONE);
    } else {
        if (action->run != mc_backend_start) /* each begins anew when it is needed */
            instances_of_backend_over(srv->ws->hub, srv->backend);
        action->run(srv->backend);
        reply(req, status_server_text(srv));
    }
}

struct renewal {
    struct pending pending;
    const struct action *action;
    char *server;
};

static void on_renewed(void *arg, struct workspace *ws, const struct mc_err *err)
{
    struct renewal *r = arg;

    if (r->pending.req && ws)
        act(ws, mc_str_of(r->server), r->action, r->pending.req);
    else if (r->pending.req)
        api_error(r->pending.req, 400, err);
    mc_free(r->server);
    mc_free(r);
}

static void server_action(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    struct workspace *ws = workspace_find(h, c->v[0]);
    const struct action *action = NULL;

    for (size_t i = 0; i < MC_ARRAY_LEN(actions); i++)
        if (mc_str_eq(c->v[2], actions[i].name))
            action = &actions[i];
    if (!ws || !action) {
        fail(req, 404, MC_E_NOT_FOUND, ws ? "no such action" : "no such workspace",
             ws ? c->v[2] : c->v[0]);
        return;
    }
    if (!action->renew) {
        act(ws, c->v[1], action, req);
        return;
    }
    struct renewal *r = MC_NEW(struct renewal);
    r->action = action;
    r->server = mc_str_dup(c->v[1]);
    pend(&r->pending, h, req);
    workspace_renew(ws, on_renewed, r);
}

/* ---- reload: every workspace reads its files again, and what they refer to ---- */

struct reload {
    struct pending pending;
    unsigned open;
    struct mc_err err; /* the last one */
    bool failed;
};

static void on_reloaded(void *arg, struct workspace *ws, const struct mc_err *err)
{
    struct reload *r = arg;

    if (!ws) {
        r->err = *err;
        r->failed = true;
    }
    if (--r->open)
        return;
    if (r->pending.req && r->failed)
        api_error(r->pending.req, 409, &r->err);
    else if (r->pending.req)
        reply_empty(r->pending.req);
    mc_free(r);
}

static void reload(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    struct reload *r;

    (void)c;
    if (link_empty(&h->workspaces)) {
        reply_empty(req);
        return;
    }
    r = MC_NEW(struct reload);
    pend(&r->pending, h, req);
    link_each(l, &h->workspaces) r->open++;
    link_each(l, &h->workspaces)
        workspace_renew(link_entry(l, struct workspace, link), on_reloaded, r);
}

static void get_attach(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    (void)c;
    attach_begin(h, req);
}

static void get_logs(struct hub *h, struct mc_http_req *req, const struct route_captures *c)
{
    (void)c;
    attach_logs(h, req);
}

static const struct {
    struct mc_str method;
    const char *pattern;
    void (*handle)(struct hub *h, struct mc_http_req *req, const struct route_captures *c);
} routes[] = {
    {MC_STR("GET"), "/api/status", get_status},
    {MC_STR("POST"), "/api/workspaces", add_workspace},
    {MC_STR("DELETE"), "/api/workspaces/:workspace", remove_workspace},
    {MC_STR("POST"), "/api/workspaces/:workspace/servers/:server/:action", server_action},
    {MC_STR("POST"), "/api/reload", reload},
    {MC_STR("POST"), "/api/shutdown", shut_down},
    {MC_STR("POST"), "/api/use", use_workspace},
    {MC_STR("POST"), "/api/token", reload_token},
    {MC_STR("GET"), "/api/attach", get_attach},
    {MC_STR("GET"), "/api/logs", get_logs},
};

void api_request(struct hub *h, struct mc_http_req *req)
{
    struct route_captures c;

    for (size_t i = 0; i < MC_ARRAY_LEN(routes); i++)
        if (mc_str_eq(mc_http_method(req), routes[i].method) &&
            route_match(routes[i].pattern, mc_http_path(req), &c)) {
            routes[i].handle(h, req, &c);
            return;
        }
    fail(req, 404, MC_E_NOT_FOUND, "no such management call", mc_http_path(req));
}
