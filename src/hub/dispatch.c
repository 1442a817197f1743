/* Where a request goes: to the hub's own answers, or through the policy to the server that owns the tool, prompt or resource. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "hub/asking.h"
#include "hub/headers.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include "hub/viewtools.h"
#include "json/scan.h"
#include "mcp/rpc.h"
#include "mcp/tool.h"

#define NAME_MAX_BYTES 4096 /* of a tool, prompt or URI that is looked up */

static void answer_error(struct exchange *x, const struct mc_envelope *e, int code,
                         const char *message)
{
    exchange_error(x, mc_env(e, MC_F_ID), code, message, MC_STR_NONE, 0);
}

static void unknown_name(struct exchange *x, const struct mc_envelope *e, enum mc_kind kind,
                         const struct mc_buf *name)
{
    const char *what = kind == MC_KIND_TOOL ? "tool" : "prompt";
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_buf_str(name), false);
    const char *near = view_nearest(x->view, kind, shown);
    MC_CLEANUP(mc_freep)
    char *text = near ? mc_asprintf("Unknown %s: %s; did you mean %s?", what, shown, near)
                      : mc_asprintf("Unknown %s: %s", what, shown);

    answer_error(x, e, MC_RPC_INVALID_PARAMS, text);
}

/* A tool may want arguments repeated in headers; answered when they disagree (streamable-http § Server Behavior for Custom Headers). */
static bool params_disagree(struct exchange *x, const struct mc_envelope *e, const struct route *r)
{
    struct header_fault fault;

    if (x->era != MC_ERA_MODERN || !r->item->params || !x->req ||
        !headers_params(x->req, r->item->params, e, &fault))
        return false;
    exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_HEADER_MISMATCH, fault.message, MC_STR_NONE, 400);
    return true;
}

static void forward_to(struct exchange *x, const struct route *r, struct mc_bytes *message,
                       const struct mc_envelope *e, enum mc_kind kind)
{
    bool same = mc_str_eq(r->item->naming, mc_env(e, MC_F_NAME));

    if (params_disagree(x, e, r))
        return;
    struct call *c =
        call_prepare(x, r->server, r->catalog, same ? MC_STR_NONE : r->item->naming, message, e);

    c->wrapped = x->era == MC_ERA_LEGACY && r->misfits & MC_TOOL_OUTPUT;
    if (kind == MC_KIND_TOOL)
        c->base.timeout_ms = view_tool_timeout(r->server->spec, r->item->key);
    if (kind != MC_KIND_TOOL || task_prepare(c, r))
        call_dispatch(c);
}

static bool forward_named(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e,
                          enum mc_kind kind, bool last)
{
    struct mc_buf name = MC_BUF_INIT(NAME_MAX_BYTES);
    const struct route *r = NULL;
    bool settled = true;

    if (!mc_env_string(e, MC_F_NAME, &name))
        answer_error(x, e, MC_RPC_INVALID_PARAMS,
                     "params.name must be a string of at most 4096 bytes");
    else if ((r = view_route(x->view, kind, mc_buf_str(&name))))
        forward_to(x, r, message, e, kind);
    else if (last)
        unknown_name(x, e, kind, &name);
    else
        settled = false;
    mc_buf_done(&name);
    return settled;
}

void dispatch_not_found(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf data = MC_BUF_INIT(2 * NAME_MAX_BYTES);

    mc_buf_adds(&data, MC_STR("{\"uri\":"));
    mc_buf_adds(&data, mc_env(e, MC_F_URI));
    mc_buf_addc(&data, '}');
    exchange_error(x, mc_env(e, MC_F_ID),
                   x->era == MC_ERA_MODERN ? MC_RPC_INVALID_PARAMS : MC_RPC_RESOURCE_NOT_FOUND,
                   "Resource not found", data.failed ? MC_STR_NONE : mc_buf_str(&data), 0);
    mc_buf_done(&data);
}

static struct server *next_with_resources(struct view *v, size_t *i)
{
    struct server *srv;

    while ((srv = view_server(v, (*i)++))) {
        struct mc_catalog *c =
            srv->mode == SERVER_ON && srv->backend ? mc_backend_catalog(srv->backend) : NULL;
        if (c && c->caps & MC_CAP_RESOURCES)
            return srv;
    }
    return NULL;
}

/* Nobody lists the URI (links need not be listed): the servers that have resources are asked one after the other. */
bool dispatch_probe(struct call *c)
{
    struct server *srv = next_with_resources(c->x->view, &c->next_probe);

    if (!srv)
        return false;
    mc_backend_unref(c->backend);
    c->backend = mc_backend_ref(srv->backend);
    call_dispatch(c);
    return true;
}

static bool forward_resource(struct exchange *x, struct mc_bytes *message,
                             const struct mc_envelope *e, bool last)
{
    struct mc_buf uri = MC_BUF_INIT(NAME_MAX_BYTES);
    struct server *srv;
    size_t probe = 0;
    bool settled = true;

    if (!mc_env_string(e, MC_F_URI, &uri)) {
        answer_error(x, e, MC_RPC_INVALID_PARAMS,
                     "params.uri must be a string of at most 4096 bytes");
    } else if ((srv = view_resource(x->view, mc_buf_str(&uri)))) {
        call_dispatch(call_prepare(x, srv, NULL, MC_STR_NONE, message, e));
    } else if (!last) {
        settled = false;
    } else if ((srv = next_with_resources(x->view, &probe))) {
        struct call *c = call_prepare(x, srv, NULL, MC_STR_NONE, message, e);
        c->probing = true;
        c->next_probe = probe;
        call_dispatch(c);
    } else {
        dispatch_not_found(x, e);
    }
    mc_buf_done(&uri);
    return settled;
}

static void no_completions(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf result = MC_BUF_INIT(4096), out = MC_BUF_INIT(4096);

    mc_buf_adds(&result, MC_STR("{\"completion\":{\"values\":[]}"));
    bridge_close_result(x->era, false, &result);
    mc_rpc_result(&out, mc_env(e, MC_F_ID), mc_buf_str(&result));
    exchange_answer(x, mc_buf_str(&out), 0);
    mc_buf_done(&out);
    mc_buf_done(&result);
}

static void forward_completion(struct exchange *x, struct mc_bytes *message,
                               const struct mc_envelope *e)
{
    struct mc_jval ref = mc_jval_of(mc_env(e, MC_F_REF)), type = mc_jget(ref, "type");
    bool prompt = type.type == MC_JSON_STRING && mc_jstr_eq(type.s, MC_STR("ref/prompt"));
    struct mc_jval subject = mc_jget(ref, prompt ? "name" : "uri");
    MC_CLEANUP(mc_freep) char *text = mc_jstr_dup(subject);
    struct mc_envelope own = *e;
    struct mc_str original = MC_STR_NONE;
    struct mc_catalog *catalog = NULL;
    struct server *srv = NULL;

    if (!text) {
        answer_error(x, e, MC_RPC_INVALID_PARAMS,
                     "params.ref must be {\"type\":\"ref/prompt\",\"name\":…} or "
                     "{\"type\":\"ref/resource\",\"uri\":…}");
        return;
    }
    if (prompt) {
        const struct route *r = view_route(x->view, MC_KIND_PROMPT, mc_str_of(text));
        if (r) {
            srv = r->server;
            catalog = r->catalog;
            original = r->item->naming;
            own.f[MC_F_NAME].val =
                subject.s; /* where the name to be replaced stands in this method */
        }
    } else {
        own.f[MC_F_URI].val = subject.s;
        srv = view_template(x->view, mc_str_of(text));
        if (!srv)
            srv = view_resource(x->view, mc_str_of(text));
    }
    if (!srv || !srv->backend) {
        answer_error(x, e, MC_RPC_INVALID_PARAMS,
                     prompt ? "params.ref.name: no such prompt"
                            : "params.ref.uri: no such resource or template");
        return;
    }
    struct mc_catalog *known = mc_backend_catalog(srv->backend);
    if (known && !(known->caps & MC_CAP_COMPLETIONS))
        no_completions(x, e);
    else
        call_dispatch(call_prepare(x, srv, catalog, original, message, &own));
}

static void answer_empty(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf out = MC_BUF_INIT(1024);

    mc_rpc_result(&out, mc_env(e, MC_F_ID), MC_STR("{}"));
    exchange_answer(x, mc_buf_str(&out), 0);
    mc_buf_done(&out);
}

/* What no server of the view can do is not advertised, and what is not advertised is no method (basic/index § Error Codes). */
static bool advertised(struct exchange *x, enum mc_method method)
{
    unsigned needs;

    switch (method) {
    case MC_METHOD_COMPLETE:
        needs = MC_CAP_COMPLETIONS;
        break;
    case MC_METHOD_RESOURCES_SUBSCRIBE:
        needs = MC_CAP_SUBSCRIBE;
        break;
    case MC_METHOD_SKILLS_LIST:
    case MC_METHOD_SKILLS_GET:
    case MC_METHOD_DIRECTORY_READ:
        needs = MC_CAP_SKILLS;
        break;
    case MC_METHOD_TASKS_GET:
    case MC_METHOD_TASKS_RESULT:
    case MC_METHOD_TASKS_LIST:
    case MC_METHOD_TASKS_CANCEL:
    case MC_METHOD_TASKS_UPDATE:
        needs = x->era == MC_ERA_MODERN ? MC_CAP_TASKS_EXT : MC_CAP_TASKS;
        break;
    default:
        return true;
    }
    return view_caps(x->view) & needs;
}

static void no_method(struct exchange *x, const struct mc_envelope *e)
{
    exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_METHOD_NOT_FOUND, "Method not found", MC_STR_NONE,
                   x->era == MC_ERA_MODERN ? 404 : 0);
}

bool dispatch_settled(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e,
                      bool last)
{
    if (!advertised(x, e->method)) {
        no_method(x, e);
        return true;
    }
    switch (e->method) {
    case MC_METHOD_TOOLS_CALL:
        return forward_named(x, message, e, MC_KIND_TOOL, last);
    case MC_METHOD_PROMPTS_GET:
        return forward_named(x, message, e, MC_KIND_PROMPT, last);
    case MC_METHOD_RESOURCES_READ:
    case MC_METHOD_SKILLS_GET:
    case MC_METHOD_DIRECTORY_READ:
        return forward_resource(x, message, e, last);
    case MC_METHOD_SKILLS_LIST:
        return answer_list(x, e, MC_KIND_SKILL, last);
    case MC_METHOD_TOOLS_LIST:
        return answer_list(x, e, MC_KIND_TOOL, last);
    case MC_METHOD_RESOURCES_LIST:
        return answer_list(x, e, MC_KIND_RESOURCE, last);
    case MC_METHOD_TEMPLATES_LIST:
        return answer_list(x, e, MC_KIND_TEMPLATE, last);
    case MC_METHOD_PROMPTS_LIST:
        return answer_list(x, e, MC_KIND_PROMPT, last);
    case MC_METHOD_COMPLETE:
        forward_completion(x, message, e);
        return true;
    case MC_METHOD_RESOURCES_SUBSCRIBE:
    case MC_METHOD_RESOURCES_UNSUBSCRIBE:
        subscribe_request(x, message, e, e->method == MC_METHOD_RESOURCES_SUBSCRIBE);
        return true;
    case MC_METHOD_TASKS_GET:
    case MC_METHOD_TASKS_RESULT:
    case MC_METHOD_TASKS_LIST:
    case MC_METHOD_TASKS_CANCEL:
    case MC_METHOD_TASKS_UPDATE:
        task_request(x, message, e);
        return true;
    case MC_METHOD_SET_LEVEL:
        answer_set_level(x, e);
        return true;
    case MC_METHOD_PING:
        answer_empty(x, e);
        return true;
    case MC_METHOD_DISCOVER:
        answer_discover(x, e);
        return true;
    default:
        no_method(x, e);
        return true;
    }
}

/* The retry of a parked call goes past the table of names; its headers must agree all the same. */
static bool retry_disagrees(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf name = MC_BUF_INIT(NAME_MAX_BYTES);
    const struct route *r = NULL;

    if (e->method == MC_METHOD_TOOLS_CALL && mc_env_string(e, MC_F_NAME, &name))
        r = view_route(x->view, MC_KIND_TOOL, mc_buf_str(&name));
    mc_buf_done(&name);
    return r && params_disagree(x, e, r);
}

void dispatch_request(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e)
{
    x->open++;
    if (mc_env_has(e, MC_F_REQUEST_STATE) && x->era == MC_ERA_MODERN &&
        (retry_disagrees(x, e) || parked_retry(x, message, e)))
        return;
    unsigned wait = workspace_settling_ms(x->view->ws, x->view->only);
    if (!dispatch_settled(x, message, e, wait == 0))
        waiter_add(x, message, e, wait, NULL);
}
