/* The hub's state as JSON, for `mcpctl status`, `ps` and `up`. */
#include "config.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "config/resolve.h"
#include "hub/instances.h"
#include "hub/watch.h"
#include "json/doc.h"
#include "json/scan.h"
#include <stdio.h>
#include <unistd.h>

#define STATUS_STDERR_LINES 8

static const char *mode_state(const struct server *srv)
{
    switch (srv->mode) {
    case SERVER_DISABLED:
        return "DISABLED";
    case SERVER_BLOCKED:
        return mc_backend_state_name(MC_BACKEND_BLOCKED);
    case SERVER_UNUSABLE:
        return mc_backend_state_name(MC_BACKEND_FAILED);
    default:
        return mc_backend_state_name(mc_backend_state(srv->backend));
    }
}

/* Left out while it is not known. */
static void add_memory(cJSON *o, const struct hub *h, int pid)
{
    long kb = memory_kb(h, pid);

    if (kb)
        mc_doc_add_num(o, "rssKb", (double)kb);
}

static void add_process(cJSON *o, const struct hub *h, const struct mc_backend *b)
{
    int pid = mc_backend_pid(b);

    if (pid) {
        mc_doc_add_num(o, "pid", pid);
        add_memory(o, h, pid);
        mc_doc_add_num(o, "uptimeMs", (double)mc_backend_uptime_ms(b));
    }
    mc_doc_add_num(o, "restarts", mc_backend_restarts(b));
}

/* Whose instance: what the client calls itself. The session's id is nobody's business. */
static void add_owner(cJSON *o, const struct session *s)
{
    struct mc_jval info =
        mc_jval_of(s && s->client_info ? mc_str_of(s->client_info) : MC_STR("{}"));
    MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(mc_jget(info, "name"));
    MC_CLEANUP(mc_freep)
    char *shown = mc_str_printable(mc_str_of(name ? name
                                             : s  ? "a session"
                                                  : "modern clients"),
                                   false);

    mc_doc_add_str(o, "client", shown);
}

static void add_instances(cJSON *o, struct hub *h, const struct mc_backend *origin)
{
    cJSON *list = mc_doc_add(o, "instances", mc_doc_array());
    const struct session *s;
    const struct mc_backend *b;

    for (unsigned i = 0; (b = instances_at(h, origin, i, &s)); i++) {
        cJSON *item = mc_doc_add(list, NULL, mc_doc_object());
        mc_doc_add_str(item, "name", mc_backend_name(b));
        add_owner(item, s);
        mc_doc_add_str(item, "state", mc_backend_state_name(mc_backend_state(b)));
        add_process(item, h, b);
        if (*mc_backend_last_error(b))
            mc_doc_add_str(item, "lastError", mc_backend_last_error(b));
    }
}

static void add_running(cJSON *o, struct hub *h, const struct mc_backend *b)
{
    add_process(o, h, b);
    if (mc_backend_isolation(b) == MC_ISOLATION_SESSION)
        add_instances(o, h, b);
    mc_doc_add_num(o, "calls", mc_backend_calls(b));
    mc_doc_add_num(o, "queued", mc_backend_queued(b));
    const struct mc_catalog *c = mc_backend_catalog(b);
    if (c) {
        mc_doc_add_str(o, "era", mc_era_name(mc_rev_era(c->rev)));
        mc_doc_add_str(o, "version", mc_rev_name(c->rev));
        mc_doc_add_num(o, "tools", (double)c->list[MC_KIND_TOOL]->n);
        mc_doc_add_num(o, "resources",
                       (double)(c->list[MC_KIND_RESOURCE]->n + c->list[MC_KIND_TEMPLATE]->n));
        mc_doc_add_num(o, "prompts", (double)c->list[MC_KIND_PROMPT]->n);
    }
    if (*mc_backend_last_error(b))
        mc_doc_add_str(o, "lastError", mc_backend_last_error(b));
    cJSON *lines = mc_doc_add(o, "stderr", mc_doc_array());
    size_t n = 0;
    while (mc_backend_stderr(b, n))
        n++;
    for (size_t i = n > STATUS_STDERR_LINES ? n - STATUS_STDERR_LINES : 0; i < n; i++)
        mc_doc_add_str(lines, NULL, mc_backend_stderr(b, i));
}

/* What its config says about it to people. */
static void add_about(cJSON *o, const struct mc_server_spec *spec)
{
    static const char *const lifecycles[] = {[MC_LIFECYCLE_STABLE] = "stable",
                                             [MC_LIFECYCLE_EXPERIMENTAL] = "experimental",
                                             [MC_LIFECYCLE_DEPRECATED] = "deprecated"};

    if (spec->description)
        mc_doc_add_str(o, "description", spec->description);
    if (spec->owner)
        mc_doc_add_str(o, "owner", spec->owner);
    if (spec->lifecycle != MC_LIFECYCLE_STABLE)
        mc_doc_add_str(o, "lifecycle", lifecycles[spec->lifecycle]);
    cJSON *labels = spec->n_labels ? mc_doc_add(o, "labels", mc_doc_object()) : NULL;
    for (size_t i = 0; i < spec->n_labels; i++)
        mc_doc_add_str(labels, spec->labels[i].key, spec->labels[i].value);
}

static cJSON *server_doc(const struct server *srv)
{
    static const char *const trusts[] = {
        [MC_TRUST_NO] = "no", [MC_TRUST_YES] = "yes", [MC_TRUST_CHANGED] = "changed"};
    static const char *const transports[] = {
        [MC_TRANSPORT_STDIO] = "stdio", [MC_TRANSPORT_HTTP] = "http", [MC_TRANSPORT_SSE] = "sse"};
    MC_CLEANUP(mc_freep) char *command = mc_spec_command_line(srv->spec);
    cJSON *o = mc_doc_object();

    mc_doc_add_str(o, "name", srv->spec->name);
    mc_doc_add_str(o, "state", mode_state(srv));
    if (srv->reason)
        mc_doc_add_str(o, "reason", srv->reason);
    else if (srv->backend && *mc_backend_reason(srv->backend))
        mc_doc_add_str(o, "reason", mc_backend_reason(srv->backend));
    if (srv->condition)
        mc_doc_add_str(o, "condition", srv->condition);
    if (srv->next)
        mc_doc_add_str(o, "replacement", mc_backend_state_name(mc_backend_state(srv->next)));
    mc_doc_add_str(o, "transport", transports[srv->spec->transport]);
    mc_doc_add_str(o, "trust", trusts[srv->trust]);
    mc_doc_add_bool(o, "builtin", srv->spec->builtin);
    mc_doc_add_str(o, "commandLine", command);
    add_about(o, srv->spec);
    if (srv->backend)
        add_running(o, srv->ws->hub, srv->backend);
    return o;
}

static cJSON *workspace_doc(struct workspace *ws)
{
    cJSON *o = mc_doc_object(), *list;
    char endpoint[128];

    snprintf(endpoint, sizeof(endpoint), "http://localhost:%u/w/%s/mcp", ws->hub->port, ws->name);
    mc_doc_add_str(o, "name", ws->name);
    mc_doc_add_str(o, "root", ws->root);
    mc_doc_add_bool(o, "default", ws->hub->chosen == ws);
    mc_doc_add_str(o, "endpoint", endpoint);
    mc_doc_add_num(o, "attached", ws->attached);
    mc_doc_add_bool(o, "detached", ws->detached);
    if (watch_polling(ws))
        mc_doc_add_str(o, "polling", watch_polling(ws));
    list = mc_doc_add(o, "problems", mc_doc_array());
    if (ws->condition)
        mc_doc_add_str(list, NULL, ws->condition);
    for (size_t i = 0; i < ws->n_servers; i++)
        if (ws->servers[i].condition) {
            MC_CLEANUP(mc_freep)
            char *text = mc_asprintf("warning: server %s: %s", ws->servers[i].spec->name,
                                     ws->servers[i].condition);
            mc_doc_add_str(list, NULL, text);
        }
    for (size_t i = 0; i < mc_config_diag_count(ws->config); i++) {
        MC_CLEANUP(mc_freep) char *text = mc_diag_text(mc_config_diag(ws->config, i), ws->root);
        mc_doc_add_str(list, NULL, text);
    }
    const struct mc_strv *collisions = view_collisions(view_get(ws, NULL));
    for (size_t i = 0; i < collisions->n; i++)
        mc_doc_add_str(list, NULL, collisions->v[i]);
    list = mc_doc_add(o, "servers", mc_doc_array());
    for (size_t i = 0; i < ws->n_servers; i++)
        mc_doc_add(list, NULL, server_doc(&ws->servers[i]));
    return o;
}

static cJSON *hub_doc(struct hub *h)
{
    cJSON *o = mc_doc_object();
    char endpoint[64];

    snprintf(endpoint, sizeof(endpoint), "http://localhost:%u/mcp", h->port);
    mc_doc_add_num(o, "pid", getpid());
    mc_doc_add_str(o, "version", PACKAGE_VERSION);
    mc_doc_add_num(o, "uptimeMs", (double)(mc_loop_now(h->loop) - h->started));
    mc_doc_add_num(o, "port", h->port);
    mc_doc_add_str(o, "endpoint", endpoint);
    mc_doc_add_str(o, "socket", h->socket_path);
    add_memory(o, h, getpid());
    mc_doc_add_num(o, "sessions", (double)mc_map_count(h->sessions));
    mc_doc_add_num(o, "connections", mc_http_connections(h->http));
    mc_doc_add_bool(o, "ephemeral", h->ephemeral); /* `down` waits for the end of such a hub */
    return o;
}

static char *print_and_free(cJSON *o)
{
    char *text = mc_doc_print(o, false);

    mc_doc_free(o);
    return text;
}

char *status_text(struct hub *h)
{
    cJSON *o = mc_doc_object(), *list;

    mc_doc_add(o, "hub", hub_doc(h));
    list = mc_doc_add(o, "workspaces", mc_doc_array());
    link_each(l, &h->workspaces)
        mc_doc_add(list, NULL, workspace_doc(link_entry(l, struct workspace, link)));
    return print_and_free(o);
}

char *status_workspace_text(struct workspace *ws)
{
    cJSON *o = workspace_doc(ws);

    mc_doc_add(o, "hub", hub_doc(ws->hub));
    return print_and_free(o);
}

char *status_server_text(struct server *srv)
{
    return print_and_free(server_doc(srv));
}
