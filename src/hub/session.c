/* Legacy sessions: made by initialize, bound to the caller and to the endpoint, known by an unguessable id. The id alone is no credential.
 * The record of a session is in the store; what is open at it (streams, asks, calls) lives here. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/map.h"
#include "base/rand.h"
#include "hub/asking.h"
#include "hub/instances.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "json/splice.h"
#include "mcp/tasks.h"
#include "store/kv.h"
#include <stdio.h>

static const char *const levels[] = {"debug", "info",     "notice", "warning",
                                     "error", "critical", "alert",  "emergency"};

int level_index(struct mc_str quoted)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(levels); i++)
        if (quoted.n > 1 && mc_jstr_eq(quoted, mc_str_of(levels[i])))
            return (int)i;
    return -1;
}

const char *level_name(int level)
{
    return levels[level];
}

unsigned client_caps(struct mc_jval caps)
{
    struct mc_jval elicit = mc_jget(caps, "elicitation"), sampling = mc_jget(caps, "sampling");
    unsigned flags = 0;

    if (mc_jget(caps, "roots").type == MC_JSON_OBJECT)
        flags |= CLIENT_ROOTS;
    if (sampling.type == MC_JSON_OBJECT)
        flags |= CLIENT_SAMPLING;
    if (mc_jget(sampling, "tools").type == MC_JSON_OBJECT)
        flags |= CLIENT_SAMPLING_TOOLS;
    if (elicit.type == MC_JSON_OBJECT) {
        bool url = mc_jget(elicit, "url").type == MC_JSON_OBJECT;
        /* an empty object means form only (client/elicitation § Capabilities) */
        if (!url || mc_jget(elicit, "form").type == MC_JSON_OBJECT)
            flags |= CLIENT_ELICIT_FORM;
        if (url)
            flags |= CLIENT_ELICIT_URL;
    }
    if (mc_tasks_declared(caps))
        flags |= CLIENT_TASKS;
    return flags;
}

static struct session *session_make(struct hub *h, const char *id)
{
    struct session *s = MC_NEW(struct session);

    s->hub = h;
    snprintf(s->id, sizeof(s->id), "%s", id);
    s->level = -1;
    s->last_used = mc_loop_now(h->loop);
    link_init(&s->streams);
    link_init(&s->asks);
    link_init(&s->calls);
    mc_map_put(h->sessions, mc_str_of(s->id), s);
    return s;
}

static void record_key(const char *id, char out[48])
{
    snprintf(out, 48, "session/%s", id);
}

void session_save(struct session *s)
{
    struct mc_buf b = MC_BUF_INIT(MC_KV_VALUE_MAX);
    char key[48];

    if (s->whole) /* it ends with its connection */
        return;
    mc_buf_addf(&b, "{\"revision\":%d,\"caps\":%u,\"level\":%d,\"who\":\"%s\",\"workspace\":\"%s\"",
                s->rev, s->caps, s->level, s->who, s->workspace);
    if (s->server) {
        mc_buf_addf(&b, ",\"server\":");
        mc_jstr_quote(mc_str_of(s->server), &b);
    }
    if (s->client_info)
        mc_buf_addf(&b, ",\"clientInfo\":%s", s->client_info);
    if (s->extensions)
        mc_buf_addf(&b, ",\"extensions\":%s", s->extensions);
    mc_buf_addc(&b, '}');
    record_key(s->id, key);
    if (mc_kv_put(s->hub->kv, key, mc_buf_str(&b), HUB_SESSION_IDLE_MS))
        mc_warn("hub", "a session's record could not be stored");
    mc_buf_done(&b);
}

/* What clients of that revision can be asked at all. */
static unsigned known_caps(enum mc_rev rev)
{
    unsigned caps = CLIENT_ROOTS | CLIENT_SAMPLING;

    if (rev >= MC_REV_2025_06_18)
        caps |= CLIENT_ELICIT_FORM;
    if (rev >= MC_REV_2025_11_25)
        caps |= CLIENT_ELICIT_URL | CLIENT_SAMPLING_TOOLS;
    return caps;
}

static char *keep_info(struct mc_jval info)
{
    return info.type == MC_JSON_OBJECT && info.s.n <= HUB_CLIENT_INFO_MAX ? mc_str_dup(info.s)
                                                                          : NULL;
}

/* But for the tasks of 2026-07-28: no client of a legacy revision can be answered with one. */
static char *keep_extensions(struct mc_jval extensions)
{
    struct mc_buf out = MC_BUF_INIT(HUB_CLIENT_INFO_MAX);
    struct mc_splice sp;
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;

    if (extensions.type != MC_JSON_OBJECT)
        return NULL;
    mc_splice_init(&sp, extensions.s);
    mc_jiter_init(&it, extensions);
    while (mc_jiter_next(&it, &key, &val))
        if (sp.n < MC_SPLICE_MAX && mc_jstr_eq(key, MC_STR(MC_TASKS_EXTENSION)))
            mc_splice_drop_member(&sp, key, val.s);
    if (mc_splice_apply(&sp, true, &out)) {
        mc_buf_done(&out);
        return NULL;
    }
    return mc_buf_steal(&out);
}

void session_add_caps(const struct session *s, struct mc_buf *out)
{
    ask_add_caps(s->caps, out);
    if (!s->extensions || out->failed)
        return;
    out->len--; /* the brace */
    mc_buf_addf(out, "%s\"extensions\":%s}", out->data[out->len - 1] == '{' ? "" : ",",
                s->extensions);
}

struct session *session_new(struct hub *h, const struct view *v, const struct mc_principal *who)
{
    char id[33];

    if (mc_map_count(h->sessions) >= HUB_SESSIONS_MAX)
        return NULL;
    mc_random_hex(id, 16);
    struct session *s = session_make(h, id);
    s->rev = MC_REV_2024_11_05;
    snprintf(s->who, sizeof(s->who), "%s", who->id);
    s->workspace = mc_strdup(v->ws->name);
    s->server = mc_strdup(v->only);
    return s;
}

void session_initialize(struct session *s, const struct mc_envelope *init)
{
    struct mc_buf version = MC_BUF_INIT(256);

    mc_env_string(init, MC_F_PROTOCOL_VERSION, &version);
    s->rev = mc_rev_negotiate(mc_buf_str(&version));
    mc_buf_done(&version);
    s->caps = client_caps(mc_jval_of(mc_env(init, MC_F_CAPABILITIES))) & known_caps(s->rev);
    mc_free(s->client_info);
    s->client_info = keep_info(mc_jval_of(mc_env(init, MC_F_CLIENT_INFO)));
    mc_free(s->extensions);
    s->extensions =
        keep_extensions(mc_jget(mc_jval_of(mc_env(init, MC_F_CAPABILITIES)), "extensions"));
    session_save(s);
}

void session_free(struct session *s)
{
    char key[48];

    news_drop(&s->news);
    asks_of_session_over(s);
    link_each(l, &s->calls)
        call_cancel(link_entry(l, struct call, in_session), "the session has ended");
    exchanges_of_session_over(s);
    subscribe_owner_gone(s->hub, s, NULL);
    instances_of_session_over(s);
    link_each(l, &s->streams) stream_free(link_entry(l, struct stream, link));
    record_key(s->id, key);
    mc_kv_del(s->hub->kv, key);
    mc_map_del(s->hub->sessions, mc_str_of(s->id));
    mc_free(s->workspace);
    mc_free(s->server);
    mc_free(s->client_info);
    mc_free(s->extensions);
    mc_free(s->messages);
    mc_free(s);
}

struct view *session_view(struct session *s)
{
    struct workspace *ws = workspace_find(s->hub, mc_str_of(s->workspace));

    if (!ws || (s->server && !workspace_server(ws, mc_str_of(s->server))))
        return NULL;
    return view_get(ws, s->server);
}

/* Bound to its caller and its endpoint; to anybody else it does not exist. */
static bool belongs(const struct session *s, const char *who, const struct view *v)
{
    return !s->whole && strcmp(s->who, who) == 0 && strcmp(s->workspace, v->ws->name) == 0 &&
           (s->server ? v->only && strcmp(s->server, v->only) == 0 : !v->only);
}

struct lookup { /* of a session that another run or replica made */
    struct hub *hub;
    char id[33];
    char who[64];
    struct view *view;
    void (*got)(void *arg, struct session *s);
    void *arg;
};

static struct session *from_record(struct hub *h, const char *id, struct mc_str value)
{
    struct mc_jval doc = mc_jval_of(value);
    int64_t rev, caps, level;

    if (!value.p || !mc_jint(mc_jget(doc, "revision"), &rev) ||
        !mc_jint(mc_jget(doc, "caps"), &caps) || !mc_jint(mc_jget(doc, "level"), &level) ||
        rev <= MC_REV_NONE || rev >= MC_REV_MAX)
        return NULL;
    MC_CLEANUP(mc_freep) char *who = mc_jstr_dup(mc_jget(doc, "who"));
    struct session *s = session_make(h, id);
    s->rev = (enum mc_rev)rev;
    s->caps = (unsigned)caps;
    s->level = (int)level;
    snprintf(s->who, sizeof(s->who), "%s", who ? who : "");
    s->workspace = mc_jstr_dup(mc_jget(doc, "workspace"));
    s->server = mc_jstr_dup(mc_jget(doc, "server"));
    s->client_info = keep_info(mc_jget(doc, "clientInfo"));
    s->extensions = keep_extensions(mc_jget(doc, "extensions"));
    return s;
}

static void on_record(void *arg, struct mc_str value)
{
    struct lookup *lk = arg;
    struct session *s = from_record(lk->hub, lk->id, value);

    lk->got(lk->arg, s && belongs(s, lk->who, lk->view) ? s : NULL);
    mc_free(lk);
}

void session_find(struct hub *h, struct mc_str id, const struct mc_principal *who, struct view *v,
                  void (*got)(void *arg, struct session *s), void *arg)
{
    struct session *s = mc_map_get(h->sessions, id);
    char key[48];

    if (!s && id.n == 32) {
        struct lookup *lk = MC_NEW(struct lookup);
        *lk = (struct lookup){.hub = h, .view = v, .got = got, .arg = arg};
        memcpy(lk->id, id.p, id.n);
        snprintf(lk->who, sizeof(lk->who), "%s", who->id);
        record_key(lk->id, key);
        mc_kv_get(h->kv, key, on_record, lk);
        return;
    }
    if (s && !belongs(s, who->id, v))
        s = NULL;
    if (s)
        s->last_used = mc_loop_now(h->loop);
    got(arg, s);
}

void session_push(struct session *s, struct mc_str message)
{
    struct stream *best = NULL;

    if (s->news.lists) /* in its order */
        news_of_session_flush(s);
    /* one message goes to one stream: the newest standing one that is listened to, else the newest that may come back */
    link_each(l, &s->streams)
    {
        struct stream *st = link_entry(l, struct stream, link);
        if (st->standing && !st->done && (!best || st->req || !best->req))
            best = st;
    }
    if (best)
        stream_write(best, message);
}

bool session_listens(const struct session *s)
{
    link_each(l, (struct link *)&s->streams)
    {
        const struct stream *st = link_entry(l, struct stream, link);
        if (st->standing && st->req)
            return true;
    }
    return false;
}

void sessions_of_workspace_over(struct hub *h, const char *name)
{
    struct mc_str key;
    void *value;

    for (size_t i = 0; mc_map_next(h->sessions, &i, &key, &value);) {
        struct session *s = value;
        if (!name || strcmp(s->workspace, name) == 0)
            session_free(s);
    }
}

void sessions_sweep(struct hub *h, bool keepalive)
{
    uint64_t now = mc_loop_now(h->loop);
    struct mc_str key;
    void *value;

    for (size_t i = 0; mc_map_next(h->sessions, &i, &key, &value);) {
        struct session *s = value;
        bool open = false;
        stream_sweep(s, now, keepalive);
        link_each(l, &s->streams) open |= link_entry(l, struct stream, link)->req != NULL;
        if (open)
            s->last_used = now;
        else if (now - s->last_used > HUB_SESSION_IDLE_MS && link_empty(&s->calls))
            session_free(s);
    }
}
