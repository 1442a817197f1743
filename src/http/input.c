#include "http/internal.h"

#include "base/alloc.h"
#include "base/err.h"

/* Bytes become requests here; how they were split on the way never matters. A request that lies whole in the read
 * buffer is handed out in place, and copied only if it is still unanswered when its handler returns. */

static void refuse_body(struct mc_conn *c)
{
    struct mc_refusal no;
    if (c->req->no_memory)
        mc_refuse(&no, 503, "the hub has no memory for the request body");
    else
        mc_refuse(&no, 413, "the request body is over %zu bytes", c->h->body_max);
    mc_conn_refuse(c, &no);
}

static void refuse_syntax(struct mc_conn *c, const char *why)
{
    struct mc_refusal no;
    mc_refuse(&no, 400, "not valid HTTP: %s", why ? why : "bad message framing");
    mc_conn_refuse(c, &no);
}

static void deliver(struct mc_conn *c)
{
    struct mc_http *h = c->h;
    struct mc_http_req *r = c->req;
    r->keep_alive = mc_parser_keep_alive(r->parser);
    mc_parser_free(r->parser);
    r->parser = NULL;
    r->complete = true;
    c->state = MC_CONN_BUSY;
    c->fresh = true;
    h->ops->on_request(h->arg, r);
    if (c->req) /* not answered yet, else r is gone */
        mc_req_keep(r);
}

/* The headers are whole: may the body come? */
static void accept_head(struct mc_conn *c, bool body_waits, bool expect_continue)
{
    struct mc_http *h = c->h;
    struct mc_http_req *r = c->req;
    if (h->ops->on_headers && !h->ops->on_headers(h->arg, r)) {
        MC_ASSERT(!c->req); /* it was answered */
        return;
    }
    r->length = mc_parser_length(r->parser);
    if (r->length > h->body_max) {
        refuse_body(c);
    } else if (mc_parser_done(r->parser)) {
        deliver(c);
    } else {
        c->state = MC_CONN_BODY;
        c->fresh = true;
        if (expect_continue && !body_waits)
            mc_out_add(c, MC_STR("HTTP/1.1 100 Continue\r\n\r\n"));
    }
}

/* Returns how many bytes were used; 0: the header block is not whole yet, or output must drain first. */
static size_t feed_head(struct mc_conn *c, const char *p, size_t n)
{
    struct mc_http *h = c->h;
    struct mc_refusal no;
    const char *why = NULL;
    if (mc_out_unsent(c) >= MC_HTTP_OUT_HIGH) {
        c->held = true;
        return 0;
    }
    if (n >= 2 && p[0] == '\r' &&
        p[1] == '\n') { /* an empty line before a request is tolerated (RFC 9112, 2.2) */
        c->seen = 0;
        return 2;
    }
    ssize_t len = mc_head_scan(p, n, c->seen, &h->head, &no);
    c->seen = len == 0 ? (uint32_t)n : 0;
    if (len < 0) {
        mc_conn_refuse(c, &no);
        return n;
    }
    if (len == 0)
        return 0;
    c->req = mc_req_new(c, p, (size_t)len, &h->head);
    if (mc_parser_feed(c->req->parser, p, (size_t)len, &why) != len)
        refuse_syntax(c, why);
    else
        accept_head(c, n > (size_t)len, h->head.expect_continue);
    return (size_t)len;
}

static size_t feed_body(struct mc_conn *c, const char *p, size_t n)
{
    struct mc_http_req *r = c->req;
    const char *why = NULL;
    size_t before = r->body.n;
    ssize_t used = mc_parser_feed(r->parser, p, n, &why);
    r->raw += used > 0 ? (uint64_t)used : 0;
    if (r->body.n > before)
        c->fresh = true;
    if (r->too_big || r->no_memory || r->raw > 2 * (uint64_t)c->h->body_max + MC_HTTP_HEADERS_MAX) {
        refuse_body(c); /* the last: chunk extensions and trailers, which llhttp does not bound */
        return n;
    }
    if (used < 0) {
        refuse_syntax(c, why);
        return n;
    }
    if (mc_parser_done(r->parser))
        deliver(c);
    return (size_t)used;
}

static size_t feed(struct mc_conn *c, const char *p, size_t n)
{
    size_t at = 0;
    while (at < n) {
        size_t used = 0;
        if (c->state == MC_CONN_HEAD)
            used = feed_head(c, p + at, n - at);
        else if (c->state == MC_CONN_BODY)
            used = feed_body(c, p + at, n - at);
        else if (c->state != MC_CONN_BUSY)
            return n; /* it closes: what else the client says is thrown away */
        if (used == 0)
            break;
        at += used;
    }
    if (c->state == MC_CONN_BODY) {
        mc_req_keep(c->req);
        if (c->req->no_memory)
            refuse_body(c);
    }
    return at;
}

void mc_input_resume(struct mc_conn *c)
{
    size_t used = feed(c, c->in.data, c->in.len);
    if (used == c->in.len)
        mc_buf_done(&c->in);
    else
        mc_buf_drop(&c->in, used);
}

void mc_input_bytes(struct mc_conn *c, const char *p, size_t n)
{
    bool waiting = c->in.len > 0;
    size_t used = waiting ? 0 : feed(c, p, n);
    if (used < n && mc_buf_add(&c->in, p + used, n - used) < 0) {
        c->cut = true;
        mc_conn_flush(c);
    } else if (waiting && c->state != MC_CONN_BUSY) {
        mc_input_resume(c);
    }
}
