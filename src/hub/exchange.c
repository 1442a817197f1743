/* One POST and its response: JSON when nothing precedes the answer and it comes soon, else an event stream.
 * A client that goes away cancels in the modern era; in the legacy era its calls go on, and an event stream can be resumed. */
#include "base/alloc.h"
#include "hub/headers.h"
#include "hub/internal.h"
#include "json/scan.h"
#include "mcp/rpc.h"
#include "mcp/sse.h"

#define BATCH_OUT_MAX (64u << 20)

static void exchange_free(struct exchange *x)
{
    MC_ASSERT(link_empty(&x->calls) && link_empty(&x->waiters));
    link_del(&x->link);
    if (x->stream && x->stream->whole)
        x->session->n_posts--;
    mc_buf_done(&x->answers);
    mc_free(x);
}

static void on_gone(struct sink *sink)
{
    struct exchange *x = mc_container_of(sink, struct exchange, sink);

    x->req = NULL;
    if (x->era == MC_ERA_LEGACY)
        return; /* its calls go on; the answers find nobody */
    exchange_abandon(x);
}

struct exchange *exchange_new(struct hub *h, struct mc_http_req *req, struct view *v,
                              const struct mc_principal *who)
{
    struct exchange *x = MC_NEW(struct exchange);

    x->hub = h;
    x->req = req;
    x->view = v;
    x->level = -1;
    x->feeding = true;
    memcpy(x->who, who->id, sizeof(x->who));
    x->sink.gone = on_gone;
    link_init(&x->calls);
    link_init(&x->waiters);
    mc_buf_init(&x->answers, BATCH_OUT_MAX);
    if (req)
        mc_http_set_data(req, &x->sink);
    link_add(&h->exchanges, &x->link);
    return x;
}

struct exchange *exchange_park(struct call *c)
{
    struct exchange *from = c->x, *to = MC_NEW(struct exchange);

    MC_ASSERT(from->era == MC_ERA_MODERN && from->open > 0); /* and so there is no session */
    to->hub = from->hub;
    to->view = from->view;
    to->era = from->era;
    to->rev = from->rev;
    to->caps = from->caps;
    to->level = -1;
    to->open = 1;
    memcpy(to->who, from->who, sizeof(to->who));
    to->sink.gone = on_gone;
    link_init(&to->calls);
    link_init(&to->waiters);
    mc_buf_init(&to->answers, BATCH_OUT_MAX);
    link_add(&from->hub->exchanges, &to->link);
    link_del(&c->in_exchange);
    link_add(&to->calls, &c->in_exchange);
    c->x = to;
    return from;
}

static void write_event(struct exchange *x, struct mc_str message)
{
    struct mc_buf *out = &x->hub->scratch;

    if (x->stream) {
        stream_write(x->stream, message);
    } else if (x->req) {
        mc_buf_clear(out);
        mc_sse_write(out, MC_STR_NONE, MC_STR_NONE, message);
        mc_http_stream_write(x->req, mc_buf_str(out));
    }
}

/* The answers of a batch that were kept for one array go out one by one. */
static void flush_answers(struct exchange *x)
{
    struct mc_jiter it;
    struct mc_jval v;

    if (x->answers.len == 0)
        return;
    mc_buf_addc(&x->answers, ']');
    mc_jiter_init(&it, mc_jval_of(mc_buf_str(&x->answers)));
    while (mc_jiter_next(&it, NULL, &v))
        write_event(x, v.s);
    mc_buf_done(&x->answers);
}

static void begin_events(struct exchange *x)
{
    x->sse = true;
    if (!x->req)
        return;
    if (x->session) {
        x->stream = stream_open(x->session, x->req, false);
        x->req = NULL; /* the stream's now */
    } else {
        mc_http_stream_begin(x->req, NULL);
    }
    flush_answers(x);
}

void exchange_event(struct exchange *x, struct mc_str message)
{
    /* scratch is used below: a message that was composed there is copied first */
    struct mc_bytes *copy = mc_bytes_new(message.p, message.n);

    if (!x->sse)
        begin_events(x);
    write_event(x, (struct mc_str){copy->data, copy->len});
    mc_bytes_unref(copy);
}

/* The last answer is out. */
static void finish(struct exchange *x)
{
    struct mc_http_req *req = x->req;

    x->req = NULL;
    if (x->stream && !x->stream->whole)
        stream_finish(x->stream);
    else if (req && x->sse)
        mc_http_stream_end(req);
    else if (req && x->workspace_gone)
        http_error(req, 503, MC_RPC_INTERNAL, "the workspace was taken down");
    else if (req && x->batch && x->answers.len > 0) {
        mc_buf_addc(&x->answers, ']');
        mc_http_reply(req, 200, "application/json", NULL, mc_buf_str(&x->answers));
    } else if (req)
        mc_http_reply(
            req, 202, NULL, NULL,
            MC_STR_NONE); /* notifications and responses only, or all requests were cancelled */
    exchange_free(x);
}

static void one_less(struct exchange *x)
{
    MC_ASSERT(x->open > 0);
    if (--x->open == 0 && !x->feeding)
        finish(x);
}

void exchange_answer(struct exchange *x, struct mc_str message, int status)
{
    if (x->sse) {
        write_event(x, message);
    } else if (x->batch) {
        mc_buf_addc(&x->answers, x->answers.len ? ',' : '[');
        mc_buf_adds(&x->answers, message);
    } else if (x->req) {
        struct mc_http_req *req = x->req;
        x->req = NULL;
        mc_http_reply(req, status ? status : 200, "application/json",
                      x->headers[0] ? x->headers : NULL, message);
    }
    one_less(x);
}

void exchange_error(struct exchange *x, struct mc_str id, int code, const char *message,
                    struct mc_str data, int status)
{
    struct mc_buf out = MC_BUF_INIT(1u << 20);

    mc_rpc_error(&out, id, code, message, data);
    exchange_answer(x, mc_buf_str(&out), status);
    mc_buf_done(&out);
}

void exchange_drop(struct exchange *x)
{
    one_less(x);
}

/* An answer that is on its way as JSON is lost with the connection; from the priming event on the client can come back for it. */
static bool can_be_resumed(const struct exchange *x)
{
    return x->req && !x->sse && !x->feeding && x->session && x->rev >= MC_REV_2025_11_25 &&
           headers_accept(x->req, "text/event-stream");
}

static void on_slow(struct mc_timer *t)
{
    struct hub *h = mc_container_of(t, struct hub, slow);
    uint64_t now = mc_loop_now(h->loop), next = 0;

    link_each(l, &h->exchanges)
    {
        struct exchange *x = link_entry(l, struct exchange, link);
        uint64_t due = x->since + HUB_STREAM_AFTER_MS;
        if (!can_be_resumed(x))
            continue;
        if (due <= now)
            begin_events(x);
        else if (!next || due < next)
            next = due;
    }
    if (next)
        mc_timer_start(h->loop, &h->slow, next - now, on_slow);
}

void exchange_fed(struct exchange *x)
{
    struct hub *h = x->hub;

    x->feeding = false;
    x->since = mc_loop_now(h->loop);
    if (x->open == 0)
        finish(x);
    else if (x->session && !mc_timer_active(&h->slow))
        mc_timer_start(h->loop, &h->slow, HUB_STREAM_AFTER_MS, on_slow);
}

void exchange_abandon(struct exchange *x)
{
    x->feeding = true; /* not freed under our feet */
    link_each(l, &x->calls)
        call_cancel(link_entry(l, struct call, in_exchange), "the client has gone");
    waiters_of_exchange_drop(x);
    exchange_fed(x);
}

void exchanges_of_workspace_over(struct workspace *ws)
{
    link_each(l, &ws->hub->exchanges)
    {
        struct exchange *x = link_entry(l, struct exchange, link);
        if (x->view->ws == ws) {
            x->workspace_gone = true;
            exchange_abandon(x);
        }
    }
}

void exchanges_of_session_over(struct session *s)
{
    link_each(l, &s->hub->exchanges)
    {
        struct exchange *x = link_entry(l, struct exchange, link);
        if (x->session == s)
            exchange_abandon(x);
    }
}
