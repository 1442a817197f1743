/* subscriptions/listen (2026-07-28 basic/patterns/subscriptions): acknowledged first, only what was asked for, every message tagged with the
 * listen's own id. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "hub/instances.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/rpc.h"
#include "mcp/sse.h"

#define HELD_MAX                                                                                   \
    (1u << 20) /* bytes of events before the acknowledgement, for at most HUB_GRACE_MS */
#define SUBSCRIPTION_ID "\"io.modelcontextprotocol/subscriptionId\":%s"
#define SUBSCRIPTION_META "\"_meta\":{" SUBSCRIPTION_ID "}"

static const struct {
    const char *member;
    unsigned kinds;
} filters[] = {
    {"toolsListChanged", 1u << MC_KIND_TOOL},
    {"promptsListChanged", 1u << MC_KIND_PROMPT},
    {"resourcesListChanged", 1u << MC_KIND_RESOURCE | 1u << MC_KIND_TEMPLATE | 1u << MC_KIND_SKILL},
};

void listen_send(struct listen *l, struct mc_str message)
{
    struct mc_buf out = MC_BUF_INIT(1u << 20);

    mc_sse_write(&out, MC_STR_NONE, MC_STR_NONE, message);
    if (l->honoured) {
        mc_buf_adds(&l->held, mc_buf_str(&out));
    } else {
        mc_http_stream_write(l->req, mc_buf_str(&out));
        l->last_write = mc_loop_now(l->hub->loop);
    }
    mc_buf_done(&out);
}

void listen_notify(struct listen *l, const char *method, struct mc_str members)
{
    struct mc_buf params = MC_BUF_INIT(1u << 20), out = MC_BUF_INIT(1u << 20);

    if (l->news.lists) /* in its order */
        news_of_listen_flush(l);
    mc_buf_addc(&params, '{');
    if (members.n > 0) {
        mc_buf_adds(&params, members);
        mc_buf_addc(&params, ',');
    }
    mc_buf_addf(&params, SUBSCRIPTION_META "}", l->id);
    mc_rpc_notification(&out, method, mc_buf_str(&params));
    listen_send(l, mc_buf_str(&out));
    mc_buf_done(&out);
    mc_buf_done(&params);
}

static bool settled(const struct listen *l)
{
    return subscribe_settled(l) && task_listen_settled(l);
}

/* First of all, whatever has come meanwhile. */
static void acknowledge(struct listen *l)
{
    char *honoured;

    news_of_listen_flush(l); /* comes after this, as what is held */
    honoured = MC_TAKE(l->honoured);
    mc_timer_stop(l->hub->loop, &l->waiting);
    listen_notify(l, "notifications/subscriptions/acknowledged", mc_str_of(honoured));
    if (l->held.len > 0)
        mc_http_stream_write(l->req, mc_buf_str(&l->held));
    mc_buf_done(&l->held);
    mc_free(honoured);
}

static void on_waited(struct mc_timer *t)
{
    acknowledge(mc_container_of(t, struct listen, waiting));
}

void listens_check(struct hub *h)
{
    link_each(pos, &h->listens)
    {
        struct listen *l = link_entry(pos, struct listen, link);
        if (l->honoured && settled(l))
            acknowledge(l);
    }
}

void listen_forward(struct listen *l, const struct mc_envelope *e)
{
    struct mc_str meta = mc_env(e, MC_F_META), params = mc_env(e, MC_F_PARAMS);
    struct mc_buf out = MC_BUF_INIT(MC_BACKEND_LINE_MAX), tag = MC_BUF_INIT(4096);
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;
    struct mc_splice sp;

    mc_splice_init(&sp, e->text);
    if (mc_env_has(e, MC_F_M_SUBSCRIPTION)) {
        mc_splice_put(&sp, mc_env(e, MC_F_M_SUBSCRIPTION), mc_str_of(l->id));
    } else if (meta.p && meta.p[0] == '{') {
        bool more = mc_jiter_init(&it, mc_jval_of(meta)) && mc_jiter_next(&it, &key, &val);
        mc_buf_addf(&tag, SUBSCRIPTION_ID "%s", l->id, more ? "," : "");
        mc_splice_put(&sp, (struct mc_str){meta.p + 1, 0}, mc_buf_str(&tag));
    } else if (meta.p) {
        mc_buf_addf(&tag, "{" SUBSCRIPTION_ID "}", l->id);
        mc_splice_put(&sp, meta, mc_buf_str(&tag));
    } else { /* params has a member already, the URI */
        mc_buf_addf(&tag, SUBSCRIPTION_META ",", l->id);
        mc_splice_put(&sp, (struct mc_str){params.p + 1, 0}, mc_buf_str(&tag));
    }
    if (mc_splice_apply(&sp, true, &out) == 0)
        listen_send(l, mc_buf_str(&out));
    mc_buf_done(&tag);
    mc_buf_done(&out);
}

static void listen_free(struct listen *l)
{
    subscribe_owner_gone(l->hub, NULL, l);
    task_listen_over(l);
    news_drop(&l->news);
    link_del(&l->link);
    mc_timer_stop(l->hub->loop, &l->waiting);
    mc_buf_done(&l->held);
    mc_free(l->honoured);
    mc_free(l->id);
    mc_free(l);
}

static void on_gone(struct sink *sink)
{
    listen_free(mc_container_of(sink, struct listen, sink));
}

void listen_end(struct listen *l, bool tell)
{
    struct mc_http_req *req = l->req;
    struct mc_buf result = MC_BUF_INIT(4096), out = MC_BUF_INIT(4096);

    if (l->honoured)
        acknowledge(l);
    if (tell) {
        if (l->news.lists)
            news_of_listen_flush(l);
        mc_buf_addf(&result, "{\"resultType\":\"complete\"," SUBSCRIPTION_META "}", l->id);
        mc_rpc_result(&out, mc_str_of(l->id), mc_buf_str(&result));
        listen_send(l, mc_buf_str(&out));
    }
    mc_buf_done(&out);
    mc_buf_done(&result);
    listen_free(l);
    mc_http_stream_end(req);
}

void listens_of_workspace_over(struct workspace *ws)
{
    link_each(pos, &ws->hub->listens)
    {
        struct listen *l = link_entry(pos, struct listen, link);
        if (l->view->ws == ws)
            listen_end(l, true);
    }
}

/* Subscribes to the URIs whose server can, and appends those to honoured as a JSON array. */
static void subscribe_uris(struct exchange *x, struct listen *l, struct mc_jval uris,
                           struct mc_buf *honoured)
{
    struct mc_jiter it;
    struct mc_jval v;
    unsigned n = 0;

    mc_buf_addc(honoured, '[');
    mc_jiter_init(&it, uris);
    while (mc_jiter_next(&it, NULL, &v) && n < HUB_URIS_MAX) {
        MC_CLEANUP(mc_freep) char *uri = mc_jstr_dup(v);
        struct server *srv = uri ? view_resource(l->view, mc_str_of(uri)) : NULL;
        struct mc_catalog *c = srv && srv->backend ? mc_backend_catalog(srv->backend) : NULL;
        struct mc_backend *b =
            c && c->caps & MC_CAP_SUBSCRIBE ? instances_for(x, srv->backend) : NULL;
        if (!b)
            continue;
        subscribe_add(l->hub, b, uri, NULL, l);
        mc_backend_start(b); /* a sleeping server has nothing to report */
        if (n++)
            mc_buf_addc(honoured, ',');
        mc_buf_adds(honoured, v.s);
    }
    mc_buf_addc(honoured, ']');
}

void listen_begin(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_jval filter = mc_jval_of(mc_env(e, MC_F_NOTIFICATIONS));
    struct mc_buf honoured = MC_BUF_INIT(1u << 20);
    struct mc_jval tasks = mc_jget(filter, "taskIds");
    struct listen *l;
    unsigned n = 0;

    if (tasks.type == MC_JSON_ARRAY && !(x->caps & CLIENT_TASKS)) {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_MISSING_CAPABILITY,
                       "clientCapabilities must declare the extension " MC_TASKS_EXTENSION,
                       TASK_REQUIRED, 400);
        return;
    }
    link_each(pos, &x->hub->listens) n++;
    if (filter.type != MC_JSON_OBJECT || n >= HUB_LISTENS_MAX) {
        exchange_error(x, mc_env(e, MC_F_ID),
                       filter.type != MC_JSON_OBJECT ? MC_RPC_INVALID_PARAMS : MC_RPC_INTERNAL,
                       filter.type != MC_JSON_OBJECT ? "params.notifications must be an object"
                                                     : "the hub has too many open listens",
                       MC_STR_NONE, 0);
        return;
    }
    l = MC_NEW(struct listen);
    l->hub = x->hub;
    l->view = x->view;
    l->id = mc_str_dup(mc_env(e, MC_F_ID));
    memcpy(l->who, x->who, sizeof(l->who));
    l->sink.gone = on_gone;
    l->req = x->req;
    link_add(&x->hub->listens, &l->link);
    /* the response is the listen's from here on */
    x->req = NULL;
    mc_http_set_data(l->req, &l->sink);
    mc_http_stream_begin(l->req, NULL);
    mc_buf_adds(&honoured, MC_STR("\"notifications\":{"));
    for (size_t i = 0; i < MC_ARRAY_LEN(filters); i++)
        if (mc_jtrue(mc_jget(filter, filters[i].member))) {
            mc_buf_addf(&honoured, "%s\"%s\":true", l->kinds ? "," : "", filters[i].member);
            l->kinds |= filters[i].kinds;
        }
    struct mc_jval uris = mc_jget(filter, "resourceSubscriptions");
    if (uris.type == MC_JSON_ARRAY) {
        mc_buf_addf(&honoured, "%s\"resourceSubscriptions\":", l->kinds ? "," : "");
        subscribe_uris(x, l, uris, &honoured);
    }
    if (tasks.type == MC_JSON_ARRAY) {
        if (l->kinds || uris.type == MC_JSON_ARRAY)
            mc_buf_addc(&honoured, ',');
        task_listen(l, x, tasks, &honoured);
    }
    mc_buf_addc(&honoured, '}');
    l->honoured = mc_str_dup(mc_buf_str(&honoured));
    mc_buf_init(&l->held, HELD_MAX);
    mc_buf_done(&honoured);
    if (settled(l))
        acknowledge(l);
    else
        mc_timer_start(l->hub->loop, &l->waiting, HUB_GRACE_MS, on_waited);
    exchange_drop(x);
}

void listens_keepalive(struct hub *h)
{
    uint64_t now = mc_loop_now(h->loop);

    link_each(pos, &h->listens)
    {
        struct listen *l = link_entry(pos, struct listen, link);
        if (now - l->last_write < HUB_KEEPALIVE_MS)
            continue;
        l->last_write = now;
        mc_http_stream_write(l->req, MC_STR(": keep-alive\n\n"));
    }
}
