/* What a modern server tells on its own comes through subscriptions/listen (basic/patterns/subscriptions): one per backend, for the three list changes and
 * the resources that somebody watches. Another set of resources needs another listen: the old one is cancelled when the new one is acknowledged, so that
 * nothing is missed in between. One that ends by itself is opened again after a pause, and the lists are read again, for they may have changed unseen. */
#include "backend/internal.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/rand.h"
#include "json/scan.h"
#include "mcp/rpc.h"

#define STEPS_MAX 8 /* doublings of the pause */

static struct mc_backend *of_call(struct mc_call *c)
{
    return mc_container_of(c, struct watch, call)->backend;
}

static void add_uris(const struct mc_strv *uris, struct mc_buf *out)
{
    mc_buf_adds(out, MC_STR(",\"resourceSubscriptions\":["));
    for (size_t i = 0; i < uris->n; i++) {
        if (i > 0)
            mc_buf_addc(out, ',');
        mc_jstr_quote(mc_str_of(uris->v[i]), out);
    }
    mc_buf_addc(out, ']');
}

static void add_tasks(const struct mc_strv *ids, struct mc_buf *out)
{
    mc_buf_adds(out, MC_STR(",\"taskIds\":["));
    for (size_t i = 0; i < ids->n; i++) {
        if (i > 0)
            mc_buf_addc(out, ',');
        mc_buf_addz(out, ids->v[i]);
    }
    mc_buf_addc(out, ']');
}

static int compose(struct mc_call *c, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                   struct mc_err *err)
{
    const struct mc_backend *b = of_call(c);

    (void)rev, (void)err;
    mc_buf_addf(out,
                "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"subscriptions/"
                "listen\",\"params\":{\"notifications\":{\"toolsListChanged\":true,"
                "\"promptsListChanged\":true,\"resourcesListChanged\":true",
                (unsigned long long)id);
    if (b->listening.wanted.n > 0)
        add_uris(&b->listening.wanted, out);
    if (b->listening.tasks.n > 0)
        add_tasks(&b->listening.tasks, out);
    mc_buf_adds(out, MC_STR("},"));
    if (b->listening.tasks.n > 0)
        handshake_tasks_meta(out);
    else
        handshake_modern_meta(out);
    mc_buf_adds(out, MC_STR("}}"));
    return 0;
}

static bool is_open(const struct watch *w)
{
    return w->call.state != MC_CALL_IDLE;
}

static void on_pause_over(struct mc_timer *t);

/* Events may be missed until it is open again. */
static void pause_then_open(struct mc_backend *b)
{
    struct listening *l = &b->listening;
    uint64_t ms;
    unsigned char r;

    if (l->since && mc_loop_now(b->loop) - l->since >= MC_BACKEND_STABLE_MS)
        l->failures = 0;
    l->since = 0;
    ms = (uint64_t)MC_BACKEND_BACKOFF_MS << (l->failures < STEPS_MAX ? l->failures++ : STEPS_MAX);
    mc_random(&r, 1);
    mc_timer_start(b->loop, &l->pause, ms + ms * r / 512, on_pause_over);
}

static void over(struct watch *w)
{
    struct mc_backend *b = w->backend;
    struct listening *l = &b->listening;

    l->relist = true;
    if (l->current == w)
        l->current = NULL;
    if (b->child && !is_open(&l->watch[0]) && !is_open(&l->watch[1]))
        pause_then_open(b);
}

bool mc_backend_watching(const struct mc_backend *b)
{
    const struct listening *l = &b->listening;

    switch (b->state) {
    case MC_BACKEND_STARTING:
    case MC_BACKEND_HANDSHAKE:
    case MC_BACKEND_READY:
        break;
    default:
        return true;
    }
    if (l->refused || mc_rev_era(b->rev) == MC_ERA_LEGACY)
        return true;
    for (size_t i = 0; i < MC_ARRAY_LEN(l->watch); i++)
        if (is_open(&l->watch[i]) && &l->watch[i] != l->current)
            return false;
    return l->current && !l->stale;
}

static void tell_watching(struct mc_backend *b)
{
    if (mc_backend_watching(b))
        b->ops->on_watching(b->arg, b);
}

static void on_answer(struct mc_call *c, const struct mc_envelope *e)
{
    struct watch *w = mc_container_of(c, struct watch, call);
    int64_t code;

    if (e->kind == MC_MSG_ERROR && mc_jint(mc_jval_of(mc_env(e, MC_F_E_CODE)), &code) &&
        code == MC_RPC_METHOD_NOT_FOUND) {
        mc_debug("backend", "%s: has no subscriptions/listen; its changes are not noticed",
                 w->backend->name);
        w->backend->listening.refused = true;
        tell_watching(w->backend);
        return;
    }
    mc_info("backend", "%s: its subscriptions/listen has ended", w->backend->name);
    over(w);
}

static void on_failed(struct mc_call *c, const struct mc_err *err)
{
    struct watch *w = mc_container_of(c, struct watch, call);

    mc_info("backend", "%s: subscriptions/listen: %s", w->backend->name, err->msg);
    over(w);
}

static const struct mc_call_ops watch_ops = {
    .compose = compose, .on_answer = on_answer, .on_failed = on_failed};

static void open_one(struct mc_backend *b)
{
    struct listening *l = &b->listening;
    struct mc_err err;

    for (size_t i = 0; i < MC_ARRAY_LEN(l->watch); i++)
        if (is_open(&l->watch[i]) && &l->watch[i] != l->current) {
            l->stale = true; /* one is on its way; the next when it is acknowledged */
            return;
        }
    struct watch *w = &l->watch[0] == l->current ? &l->watch[1] : &l->watch[0];
    memset(w, 0, sizeof(*w));
    w->backend = b;
    w->call.ops = &watch_ops;
    w->call.internal = true;
    w->call.timeout_ms = b->start_ms; /* for the acknowledgement */
    l->stale = false;
    mc_timer_stop(b->loop, &l->pause);
    if (calls_send(b, &w->call, &err))
        over(w);
}

static void on_pause_over(struct mc_timer *t)
{
    struct mc_backend *b = mc_container_of(t, struct mc_backend, listening.pause);

    if (b->child && mc_rev_era(b->rev) == MC_ERA_MODERN)
        open_one(b);
}

void listen_start(struct mc_backend *b)
{
    if (mc_rev_era(b->rev) == MC_ERA_MODERN)
        open_one(b);
}

void listen_abandon(struct mc_backend *b)
{
    struct listening *l = &b->listening;

    for (size_t i = 0; i < MC_ARRAY_LEN(l->watch); i++)
        if (is_open(&l->watch[i]))
            mc_backend_forget(&l->watch[i].call, false, NULL);
    mc_timer_stop(b->loop, &l->pause);
    l->current = NULL;
    l->stale = l->relist = l->refused = false;
    l->failures = 0;
    l->since = 0;
}

static struct watch *find(struct mc_backend *b, struct mc_str raw_id)
{
    struct mc_call *c = calls_find(b, raw_id);

    return c && c->ops == &watch_ops ? mc_container_of(c, struct watch, call) : NULL;
}

void listen_acknowledged(struct mc_backend *b, struct mc_str raw_id)
{
    struct listening *l = &b->listening;
    struct watch *w = find(b, raw_id), *old = l->current;

    if (!w || w == old)
        return;
    calls_endless(b, &w->call);
    l->current = w;
    l->since = mc_loop_now(b->loop);
    if (old)
        mc_backend_forget(&old->call, true, "another one has taken its place");
    if (l->relist)
        listing_begin(b, MC_KINDS_ALL, false);
    l->relist = false;
    if (l->stale)
        open_one(b);
    tell_watching(b);
}

bool listen_cancelled(struct mc_backend *b, struct mc_str raw_id)
{
    struct watch *w = find(b, raw_id);

    if (!w)
        return false;
    calls_release(b, &w->call);
    over(w);
    return true;
}

bool listen_is_old(struct mc_backend *b, struct mc_str raw_id)
{
    const struct watch *current = b->listening.current;
    uint64_t id;

    return current && raw_id.p && (!mc_str_u64(raw_id, &id) || id != current->call.id);
}

static void watch(struct mc_backend *b, struct mc_strv *set, const struct mc_strv *wanted)
{
    const struct listening *l = &b->listening;

    if (mc_strv_same(set, wanted))
        return;
    mc_strv_done(set);
    for (size_t i = 0; i < wanted->n; i++)
        mc_strv_push(set, wanted->v[i]);
    if (b->child && mc_rev_era(b->rev) == MC_ERA_MODERN && !l->refused &&
        !mc_timer_active(&l->pause))
        open_one(b);
}

void mc_backend_watch(struct mc_backend *b, const struct mc_strv *uris)
{
    watch(b, &b->listening.wanted, uris);
}

void mc_backend_watch_tasks(struct mc_backend *b, const struct mc_strv *ids)
{
    watch(b, &b->listening.tasks, ids);
}
