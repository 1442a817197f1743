/* What a server tells without being asked, and to whom it goes: log messages, resource updates, list changes. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/map.h"
#include "hub/asking.h"
#include "hub/instances.h"
#include "hub/replace.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "json/splice.h"
#include "loop/work.h"
#include "mcp/rpc.h"
#include "store/catalogs.h"

/* ---- requests of the hub's own whose answers nobody waits for ---- */

struct tell {
    struct mc_call base;
    const char *method; /* static */
    char *params;
};

static int tell_compose(struct mc_call *base, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                        struct mc_err *err)
{
    struct tell *t = mc_container_of(base, struct tell, base);

    (void)rev, (void)err;
    mc_buf_addf(out, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":%s}",
                (unsigned long long)id, t->method, t->params);
    return 0;
}

static void tell_free(struct tell *t)
{
    mc_free(t->params);
    mc_free(t);
}

static void tell_answered(struct mc_call *base, const struct mc_envelope *e)
{
    struct tell *t = mc_container_of(base, struct tell, base);

    if (e->kind == MC_MSG_ERROR)
        mc_debug("hub", "%s was refused: %.*s", t->method, MC_STR_ARG(mc_env(e, MC_F_E_MESSAGE)));
    tell_free(t);
}

static void tell_failed(struct mc_call *base, const struct mc_err *err)
{
    (void)err;
    tell_free(mc_container_of(base, struct tell, base));
}

static const struct mc_call_ops tell_ops = {
    .compose = tell_compose, .on_answer = tell_answered, .on_failed = tell_failed};

void hub_tell(struct mc_backend *b, const char *method, struct mc_str params)
{
    struct tell *t = MC_NEW(struct tell);
    struct mc_err err;

    t->base.ops = &tell_ops;
    t->base.internal = true;
    t->method = method;
    t->params = mc_str_dup(params);
    if (mc_backend_state(b) != MC_BACKEND_READY || mc_backend_call(b, &t->base, &err))
        tell_free(t);
}

/* ---- log messages ---- */

static bool shows(struct session *s, const struct mc_backend *b)
{
    struct view *v = session_view(s);
    struct server *srv;

    for (size_t i = 0; v && (srv = view_server(v, i)); i++)
        if (srv->backend == b)
            return true;
    return false;
}

static void lower(int *lowest, int level)
{
    if (level >= 0 && (*lowest < 0 || level < *lowest))
        *lowest = level;
}

static void lower_by_call(void *arg, struct mc_call *base)
{
    const struct call *c = call_of(base);

    if (c && !c->x->session)
        lower(arg, c->x->level);
}

static void tell_level(struct mc_backend *b, int level)
{
    const struct mc_catalog *c = mc_backend_catalog(b);
    struct mc_buf params = MC_BUF_INIT(64);

    if (level < 0 || level == mc_backend_log_level(b) || !c || !(c->caps & MC_CAP_LOGGING) ||
        mc_backend_state(b) != MC_BACKEND_READY || mc_rev_era(mc_backend_rev(b)) != MC_ERA_LEGACY)
        return; /* where nobody asked, the server chooses */
    mc_backend_note_log_level(b, level);
    mc_buf_addf(&params, "{\"level\":\"%s\"}", level_name(level));
    hub_tell(b, "logging/setLevel", mc_buf_str(&params));
    mc_buf_done(&params);
}

void notify_levels(struct hub *h, struct mc_backend *b)
{
    struct mc_str key;
    void *value;
    int lowest = -1;

    if (mc_backend_origin(b)) {
        if (instances_session(h, b))
            lower(&lowest, instances_session(h, b)->level);
    } else {
        for (size_t i = 0; mc_map_next(h->sessions, &i, &key, &value);)
            if (shows(value, b))
                lower(&lowest, ((struct session *)value)->level);
    }
    mc_backend_each_call(b, lower_by_call, &lowest);
    mc_backend_each_queued(b, lower_by_call, &lowest);
    tell_level(b, lowest);
}

/* A modern request wants its messages now; what it wants less is for the next session that sets its level. */
void notify_level_of(const struct call *c)
{
    int told = mc_backend_log_level(c->backend);

    if (!c->x->session && c->x->level >= 0 && (told < 0 || c->x->level < told))
        tell_level(c->backend, c->x->level);
}

static bool wants_level(int wanted, const struct mc_envelope *e)
{
    int level = level_index(mc_env(e, MC_F_LEVEL));

    return level < 0 || level >= wanted;
}

struct owner {
    struct session *session;
    struct exchange *x;
    bool several;
    bool modern; /* the server's era: it logs for requests that asked for it alone */
};

/* -1: no messages are wanted; a legacy server that was told no level chooses for itself. */
static int level_of(const struct exchange *x)
{
    return x->session ? x->session->level : x->level;
}

static void same_session(void *arg, struct mc_call *base)
{
    struct owner *o = arg;
    struct call *c = call_of(base);

    if (c && o->modern && level_of(c->x) < 0)
        return;
    if (!c || (o->x && (c->x->session != o->session || !c->x->session)))
        o->several = true;
    else if (!o->x) {
        o->x = c->x;
        o->session = c->x->session;
    }
}

/* A stdio server does not say which call a message is about. While calls of one client alone are in flight it is theirs; while none is, it concerns
 * everybody who sees the server; otherwise it is nobody's, for it could show one caller what another one does. */
static void on_log_message(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct owner o = {.modern = mc_rev_era(mc_backend_rev(b)) == MC_ERA_MODERN};
    struct mc_str key;
    void *value;

    mc_backend_each_call(b, same_session, &o);
    if (o.several)
        return;
    if (o.x) {
        if (o.session ? wants_level(o.session->level, e)
                      : o.x->level >= 0 && wants_level(o.x->level, e))
            exchange_event(o.x, e->text);
        return;
    }
    if (mc_backend_origin(b)) {
        struct session *s = instances_session(h, b);
        if (s && wants_level(s->level, e))
            session_push(s, e->text);
        return;
    }
    for (size_t i = 0; !o.modern && mc_map_next(h->sessions, &i, &key, &value);) {
        struct session *s = value;
        if (wants_level(s->level, e) && shows(s, b))
            session_push(s, e->text);
    }
}

/* ---- resources/updated ---- */

/* The notice may name a sub-resource of what was subscribed. */
static bool concerns(const struct subscription *sub, struct mc_str uri)
{
    struct mc_str want = mc_str_of(sub->uri);

    if (!mc_str_starts(uri, want))
        return false;
    return uri.n == want.n || (want.n > 0 && want.p[want.n - 1] == '/') ||
           memchr("/?#", uri.p[want.n], 3);
}

/* Has it one member? */
static bool is_single(struct mc_jval object)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;

    return mc_jiter_init(&it, object) && mc_jiter_next(&it, &key, &val) &&
           !mc_jiter_next(&it, &key, &val);
}

/* A session gets the server's own words, but for the subscription id, which is of the hub's listen at a modern server. */
static void push_update(struct session *s, const struct mc_envelope *e)
{
    enum mc_field gone =
        is_single(mc_jval_of(mc_env(e, MC_F_META))) ? MC_F_META : MC_F_M_SUBSCRIPTION;
    struct mc_buf out = MC_BUF_INIT(MC_BACKEND_LINE_MAX);
    struct mc_splice sp;

    mc_splice_init(&sp, e->text);
    if (mc_env_has(e, MC_F_M_SUBSCRIPTION))
        mc_splice_drop_member(&sp, e->f[gone].key, mc_env(e, gone));
    if (mc_splice_apply(&sp, true, &out) == 0)
        session_push(s, mc_buf_str(&out));
    mc_buf_done(&out);
}

/* Who has subscribed to several resources that it is about is told once. */
static void on_resource_updated(struct hub *h, struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_buf uri = MC_BUF_INIT(64u << 10);
    bool known = mc_env_string(e, MC_F_URI, &uri);

    h->notices++;
    link_each(l, &h->subscriptions)
    {
        struct subscription *sub = link_entry(l, struct subscription, link);
        if (!known || sub->backend != b || !concerns(sub, mc_buf_str(&uri)))
            continue;
        uint64_t *told = sub->listen ? &sub->listen->told : &sub->session->told;
        if (*told == h->notices)
            continue;
        *told = h->notices;
        if (sub->listen)
            listen_forward(sub->listen, e);
        else
            push_update(sub->session, e);
    }
    mc_buf_done(&uri);
}

/* ---- the backend's callbacks ---- */

struct cache_job {
    char digest[65];
    char *text;
    size_t len;
    struct mc_err err;
};

static void cache_write(void *arg)
{
    struct cache_job *j = arg;

    mc_catalogs_put(j->digest, (struct mc_str){j->text, j->len}, &j->err);
}

static void cache_done(void *arg)
{
    struct cache_job *j = arg;

    if (j->err.code)
        mc_warn("hub", "a catalog could not be cached: %s", j->err.msg);
    mc_free(j->text);
    mc_free(j);
}

void catalog_keep(struct hub *h, struct mc_backend *b)
{
    struct cache_job *j = MC_NEW(struct cache_job);

    memcpy(j->digest, mc_backend_digest(b), sizeof(j->digest));
    j->text = mc_catalog_print(mc_backend_catalog(b), &j->len);
    if (j->text)
        mc_work(h->loop, cache_write, cache_done, j);
    else
        cache_done(j);
}

static void each_server(struct hub *h, const struct mc_backend *b,
                        void (*fn)(struct server *srv, void *arg), void *arg)
{
    link_each(l, &h->workspaces)
    {
        struct workspace *ws = link_entry(l, struct workspace, link);
        for (size_t i = 0; i < ws->n_servers; i++)
            if (ws->servers[i].backend == b)
                fn(&ws->servers[i], arg);
    }
}

static void check_waiters(struct server *srv, void *arg)
{
    (void)arg;
    waiters_check(srv->ws);
}

static void on_state(void *arg, struct mc_backend *b)
{
    struct hub *h = arg;

    switch (mc_backend_state(b)) {
    case MC_BACKEND_READY:
        notify_levels(h, b);
        subscribe_replay(h, b);
        break;
    case MC_BACKEND_STOPPING:
        asks_of_backend_over(h, b);
        break;
    case MC_BACKEND_STOPPED:
        tasks_of_backend_over(h, b);
        registry_gone(h, b);
        break;
    case MC_BACKEND_STARTING:
    case MC_BACKEND_BACKOFF:
    case MC_BACKEND_FAILED:
        asks_of_backend_over(h, b);
        tasks_of_backend_over(h, b);
        break;
    default:
        break;
    }
    replace_check(h, b);
    each_server(h, b, check_waiters, NULL);
    listens_check(h);
    attach_changed(h);
    hub_check_end(h);
}

static void on_watching(void *arg, struct mc_backend *b)
{
    each_server(arg, b, check_waiters, NULL);
    listens_check(arg);
}

static void catalog_changed(struct server *srv, void *arg)
{
    views_stale(srv->ws);
    notify_lists(srv->ws, srv, *(unsigned *)arg);
}

/* What of an instance's lists changes what everybody sees: those of the first one that runs, and what one announces. */
static unsigned shared_changes(struct hub *h, struct mc_backend *b, unsigned mask, bool told)
{
    struct mc_backend *origin = mc_backend_origin(b);

    if (!origin)
        return mask;
    return told || instances_count(h, origin) == 1 ? mc_backend_adopt(origin, mc_backend_catalog(b))
                                                   : 0;
}

static void on_catalog(void *arg, struct mc_backend *b, unsigned mask, bool told)
{
    struct hub *h = arg;
    unsigned shared = shared_changes(h, b, mask, told), own = told ? mask & ~shared : 0;

    if (shared) {
        each_server(h, instances_origin(b), catalog_changed, &shared);
        catalog_keep(h, instances_origin(b));
        attach_changed(h);
    }
    if (own)
        notify_owner(h, b, own);
}

static void on_notification(void *arg, struct mc_backend *b, const struct mc_envelope *e)
{
    struct hub *h = arg;

    switch (e->method) {
    case MC_METHOD_MESSAGE:
        on_log_message(h, b, e);
        break;
    case MC_METHOD_RESOURCE_UPDATED:
        on_resource_updated(h, b, e);
        break;
    case MC_METHOD_CANCELLED:
        ask_cancelled_by_server(h, b, e);
        break;
    case MC_METHOD_ELICITATION_COMPLETE:
        elicitation_complete(h, b, e);
        break;
    case MC_METHOD_PROGRESS:
    case MC_METHOD_TASK_STATUS:
    case MC_METHOD_TASK_CHANGED:
        task_notice(h, b, e);
        break;
    case MC_METHOD_UNKNOWN: /* an extension's: whoever has the server alone may know it */
        if (instances_session(h, b))
            session_push(instances_session(h, b), e->text);
        break;
    default:
        mc_debug("hub", "%s: dropped %.*s", mc_backend_name(b), MC_STR_ARG(mc_env(e, MC_F_METHOD)));
    }
}

static void on_request(void *arg, struct mc_backend *b, const struct mc_envelope *e)
{
    ask_from_server(arg, b, e);
}

static void on_stderr(void *arg, struct mc_backend *b, const char *line)
{
    attach_line(arg, b, line);
}

const struct mc_backend_ops hub_backend_ops = {
    .on_state = on_state,
    .on_catalog = on_catalog,
    .on_notification = on_notification,
    .on_request = on_request,
    .on_stderr = on_stderr,
    .on_watching = on_watching,
};
