/* Workspaces: repos in which `mcpctl up` was typed, with their servers. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "base/path.h"
#include "hub/internal.h"
#include "hub/load.h"
#include "hub/replace.h"
#include "hub/telling.h"
#include "hub/watch.h"
#include "mcp/names.h"

void link_init(struct link *head)
{
    head->prev = head->next = head;
}

void link_add(struct link *head, struct link *l)
{
    l->prev = head->prev;
    l->next = head;
    head->prev->next = l;
    head->prev = l;
}

void link_del(struct link *l)
{
    if (!l->next)
        return;
    l->prev->next = l->next;
    l->next->prev = l->prev;
    l->prev = l->next = NULL;
}

struct workspace *workspace_find(struct hub *h, struct mc_str name)
{
    if (name.n == 0)
        return h->chosen;
    link_each(l, &h->workspaces)
    {
        struct workspace *ws = link_entry(l, struct workspace, link);
        if (mc_str_eq(mc_str_of(ws->name), name))
            return ws;
    }
    return NULL;
}

struct workspace *workspace_by_root(struct hub *h, const char *root)
{
    link_each(l, &h->workspaces)
    {
        struct workspace *ws = link_entry(l, struct workspace, link);
        if (strcmp(ws->root, root) == 0)
            return ws;
    }
    return NULL;
}

struct server *workspace_server(struct workspace *ws, struct mc_str name)
{
    for (size_t i = 0; i < ws->n_servers; i++)
        if (mc_str_eq(mc_str_of(ws->servers[i].spec->name), name))
            return &ws->servers[i];
    return NULL;
}

static bool is_settling(const struct server *srv)
{
    switch (srv->backend ? mc_backend_state(srv->backend) : MC_BACKEND_STOPPED) {
    case MC_BACKEND_STARTING:
    case MC_BACKEND_BACKOFF:
        return !mc_backend_catalog(srv->backend);
    case MC_BACKEND_HANDSHAKE: /* its lists are empty until they have been read once */
        return true;
    default:
        return false;
    }
}

/* The grace runs from the server's start, not from each request: one that hangs is waited for once. */
unsigned workspace_settling_ms(const struct workspace *ws, const char *only)
{
    uint64_t left = 0;

    for (size_t i = 0; i < ws->n_servers; i++) {
        const struct server *srv = &ws->servers[i];
        if ((only && strcmp(srv->spec->name, only) != 0) || !is_settling(srv))
            continue;
        uint64_t tried = mc_backend_trying_ms(srv->backend);
        if (tried < HUB_GRACE_MS && HUB_GRACE_MS - tried > left)
            left = HUB_GRACE_MS - tried;
    }
    return (unsigned)left;
}

static void choose_name(struct hub *h, struct workspace *ws)
{
    const char *wanted = mc_config_workspace(ws->config);
    const char *base = wanted ? wanted : mc_path_base(ws->root);

    mc_name_workspace(base, ws->root, false, ws->name);
    struct workspace *other = workspace_find(h, mc_str_of(ws->name));
    if (other && other != ws)
        mc_name_workspace(base, ws->root, true, ws->name);
}

static void server_done(struct hub *h, struct server *srv)
{
    mc_free(srv->reason);
    mc_free(srv->condition);
    if (srv->next)
        registry_put(h, MC_TAKE(srv->next));
    if (srv->backend)
        registry_put(h, MC_TAKE(srv->backend));
}

static void drop_servers(struct workspace *ws)
{
    struct server *servers = ws->servers;
    size_t n = ws->n_servers;

    ws->servers = NULL;
    ws->n_servers = 0;
    for (size_t i = 0; i < n; i++) {
        server_done(ws->hub, &servers[i]);
    }
    mc_free(servers);
}

static struct server *named(struct server *servers, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(servers[i].spec->name, name) == 0)
            return &servers[i];
    return NULL;
}

/* What the load job found replaces what there was. Backends whose launch is unchanged are found again in the registry and go on. */
static void replace_servers(struct workspace *ws, struct load *job)
{
    struct server *old = ws->servers;
    size_t n_old = ws->n_servers;
    struct mc_config *old_config = ws->config;

    views_stale(ws);
    ws->config = MC_TAKE(job->config);
    ws->servers = mc_calloc(job->n ? job->n : 1, sizeof(*ws->servers));
    ws->n_servers = job->n;
    for (size_t i = 0; i < job->n; i++) {
        ws->servers[i].ws = ws;
        replace_server(&ws->servers[i], named(old, n_old, job->servers[i].spec->name),
                       &job->servers[i]);
    }
    for (size_t i = 0; i < n_old; i++)
        server_done(ws->hub, &old[i]);
    mc_free(old);
    mc_config_unref(old_config);
}

/* No cached catalog: it has to tell once what it offers. Otherwise it sleeps until it is used. */
static void start_servers(struct workspace *ws, bool renewed)
{
    for (size_t i = 0; i < ws->n_servers; i++) {
        struct server *srv = &ws->servers[i];
        if (renewed && !srv->fresh)
            continue; /* nobody has asked for this one, or somebody has stopped it */
        if (srv->backend &&
            (srv->spec->start == MC_START_EAGER || !mc_backend_catalog(srv->backend)))
            mc_backend_start(srv->backend);
    }
}

static void bring_in(struct workspace *ws, struct load *job)
{
    memcpy(ws->digest, job->digest, sizeof(ws->digest));
    ws->load_no = job->no;
    replace_servers(ws, job);
}

void workspace_apply(struct workspace *ws, struct load *job)
{
    struct shown *before = replace_remember(ws);

    bring_in(ws, job);
    watch_update(ws, job);
    start_servers(ws, true);
    replace_tell(ws, before);
    attach_changed(ws->hub);
    waiters_check(ws);
}

struct addition {
    struct hub *hub;
    bool detach, renew;
    void (*done)(void *arg, struct workspace *ws, const struct mc_err *err);
    void *arg;
};

static bool is_full(const struct hub *h)
{
    unsigned n = 0;

    link_each(l, (struct link *)&h->workspaces) n++;
    return n >= HUB_WORKSPACES_MAX;
}

static void on_loaded(struct load *job, void *arg)
{
    struct addition *a = arg;
    struct hub *h = a->hub;
    struct workspace *ws = workspace_by_root(h, job->root);
    bool fresh = !ws;

    if (!job->err.code && h->ending)
        mc_err_set(&job->err, MC_E_UNREACHABLE, "the hub is ending");
    else if (!job->err.code && fresh && a->renew)
        mc_err_set(&job->err, MC_E_UNREACHABLE, "the workspace was taken down");
    else if (!job->err.code && fresh && is_full(h))
        mc_err_set(&job->err, MC_E_TOO_BIG,
                   "%u workspaces are up, no more are accepted; take one down", HUB_WORKSPACES_MAX);
    if (job->err.code) {
        a->done(a->arg, NULL, &job->err);
        load_free(job);
        mc_free(a);
        return;
    }
    if (!fresh && watch_refuses(ws, job)) {
        a->done(a->arg, ws, NULL);
        load_free(job);
        mc_free(a);
        return;
    }
    if (fresh) {
        ws = MC_NEW(struct workspace);
        ws->hub = h;
        ws->root = mc_strdup(job->root);
        link_init(&ws->waiters);
        link_init(&ws->views);
    }
    struct shown *before = replace_remember(ws);
    bring_in(ws, job);
    mc_strv_done(&ws->env);
    mc_strv_done(&ws->sets);
    ws->env = job->env;
    ws->sets = job->sets;
    memset(&job->env, 0, sizeof(job->env));
    memset(&job->sets, 0, sizeof(job->sets));
    watch_update(ws, job);
    load_free(job);
    if (fresh) {
        choose_name(h, ws);
        link_add(&h->workspaces, &ws->link);
        if (!h->chosen)
            h->chosen = ws;
        mc_info("hub", "workspace %s: %s", ws->name, ws->root);
    }
    ws->detached |= a->detach;
    start_servers(ws, a->renew);
    replace_tell(ws, before);
    attach_changed(h);
    a->done(a->arg, ws, NULL);
    mc_free(a);
}

void workspace_add(struct hub *h, const char *root, struct mc_strv *env, struct mc_strv *sets,
                   bool detach,
                   void (*done)(void *arg, struct workspace *ws, const struct mc_err *err),
                   void *arg)
{
    struct addition *a = MC_NEW(struct addition);

    *a = (struct addition){.hub = h, .detach = detach, .done = done, .arg = arg};
    load_begin(h->loop, root, env, sets, on_loaded, a);
}

void strv_copy(const struct mc_strv *from, struct mc_strv *to)
{
    for (size_t i = 0; i < from->n; i++)
        mc_strv_push(to, from->v[i]);
}

void workspace_renew(struct workspace *ws,
                     void (*done)(void *arg, struct workspace *ws, const struct mc_err *err),
                     void *arg)
{
    struct addition *a = MC_NEW(struct addition);
    struct mc_strv env = {0}, sets = {0};

    *a = (struct addition){.hub = ws->hub, .renew = true, .done = done, .arg = arg};
    strv_copy(&ws->env, &env);
    strv_copy(&ws->sets, &sets);
    load_begin(ws->hub->loop, ws->root, &env, &sets, on_loaded, a);
}

void workspace_choose(struct hub *h, struct workspace *ws)
{
    if (h->chosen == ws)
        return;
    h->chosen = ws;
    attach_changed(h);
}

static struct workspace *first_workspace(struct hub *h)
{
    return link_empty(&h->workspaces) ? NULL
                                      : link_entry(h->workspaces.next, struct workspace, link);
}

void workspace_remove(struct workspace *ws)
{
    struct hub *h = ws->hub;

    mc_info("hub", "workspace %s is removed", ws->name);
    link_del(&ws->link);
    if (h->chosen == ws)
        h->chosen = first_workspace(h);
    sessions_of_workspace_over(h, ws->name);
    listens_of_workspace_over(ws);
    exchanges_of_workspace_over(ws);
    attach_workspace_gone(ws);
    watch_end(ws);
    drop_servers(ws);
    link_each(l, &ws->views) view_free(link_entry(l, struct view, link));
    mc_config_unref(ws->config);
    mc_strv_done(&ws->env);
    mc_strv_done(&ws->sets);
    mc_free(ws->root);
    mc_free(ws);
    attach_changed(h);
    if (h->ephemeral && link_empty(&h->workspaces))
        hub_end(h);
}
