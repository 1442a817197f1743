#include "http/internal.h"

#include "base/alloc.h"

#include <stdio.h>
#include <unistd.h>

/* One connection: reads, the flush at the end of a turn, closing.
 *
 * A client that closes its side while its request is unanswered counts as gone, also if it only closed it for writing
 * (`nc -N`): an aborted call must reach the server now, and clients that half-close are rare. What was answered
 * already is still sent to it. After the last answer our side is shut first and the client is given
 * MC_HTTP_LINGER_MS to read it: closing with unread input would make the kernel throw the answer away. */

static void on_flush(struct mc_flush *f);

void mc_conn_flush(struct mc_conn *c)
{
    if (c->state != MC_CONN_CLOSED)
        mc_loop_flush_later(c->h->loop, &c->flush);
}

static void on_closed(uv_handle_t *handle)
{
    struct mc_conn *c = handle->data;
    struct mc_http *h = c->h;
    mc_free(c);
    h->conns--;
    mc_http_check_finished(h);
}

void mc_conn_forget(struct mc_conn *c)
{
    struct mc_http_req *r = c->req;
    if (!r)
        return;
    r->gone = true;
    if (r->complete || r->data)
        c->h->ops->on_gone(c->h->arg, r);
    c->req = NULL;
    mc_req_free(r);
}

void mc_conn_drop(struct mc_conn *c)
{
    if (c->state == MC_CONN_CLOSED)
        return;
    c->state = MC_CONN_CLOSED;
    mc_clock_leave(c);
    mc_loop_flush_cancel(c->h->loop, &c->flush);
    mc_conn_forget(c);
    mc_buf_done(&c->in);
    mc_buf_done(&c->out);
    uv_close((uv_handle_t *)&c->uv.stream, on_closed);
}

/* ---- deadlines ---- */

static enum mc_clock clock_of(const struct mc_conn *c)
{
    if (c->sending)
        return MC_CLOCK_STALL;
    switch ((enum mc_conn_state)c->state) {
    case MC_CONN_HEAD:
        return c->in.len ? MC_CLOCK_HEADER : MC_CLOCK_IDLE;
    case MC_CONN_BODY:
        return MC_CLOCK_BODY;
    case MC_CONN_LINGER:
        return MC_CLOCK_LINGER;
    case MC_CONN_BUSY:
    case MC_CONN_CLOSING:
    case MC_CONN_CLOSED:
        break;
    }
    return MC_CLOCK_NONE;
}

static void set_clock(struct mc_conn *c)
{
    enum mc_clock clock = clock_of(c);
    if (clock != c->clock || c->fresh)
        mc_clock_set(c, clock);
    c->fresh = false;
}

/* Unsent bytes that moved since the last look get another term. */
static bool output_moved(struct mc_conn *c)
{
    size_t left = uv_stream_get_write_queue_size(&c->uv.stream), before = c->mark;
    c->mark = left;
    return left < before;
}

void mc_conn_expired(struct mc_conn *c, enum mc_clock clock)
{
    struct mc_refusal no;
    switch (clock) {
    case MC_CLOCK_HEADER:
        mc_refuse(&no, 408, "the headers did not arrive within %u ms", c->h->ms[clock]);
        mc_conn_refuse(c, &no);
        break;
    case MC_CLOCK_BODY:
        mc_refuse(&no, 408, "no byte of the body arrived for %u ms", c->h->ms[clock]);
        mc_conn_refuse(c, &no);
        break;
    case MC_CLOCK_STALL:
        if (output_moved(c))
            mc_clock_set(c, clock);
        else
            mc_conn_drop(c);
        break;
    default:
        mc_conn_drop(c);
    }
}

void mc_conn_refuse(struct mc_conn *c, const struct mc_refusal *no)
{
    char body[256];
    int n =
        snprintf(body, sizeof(body),
                 "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"%s\"}}", no->why);
    bool is_head = c->req && c->req->is_head;
    mc_conn_forget(c);
    c->state = MC_CONN_CLOSING;
    mc_response_write(c, no->status, "application/json", NULL, (struct mc_str){body, (size_t)n},
                      is_head, "Connection: close\r\n");
}

/* ---- reading ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct mc_conn *c = handle->data;
    (void)suggested;
    *buf = mc_loop_read_buf(c->h->loop);
    if (buf->len > MC_HTTP_PIPELINE_MAX - c->in.len)
        buf->len = MC_HTTP_PIPELINE_MAX - c->in.len;
}

/* The client has closed its side. What was answered is still sent; what was not never will be. */
static void on_eof(struct mc_conn *c)
{
    if (c->state == MC_CONN_CLOSING || (c->state == MC_CONN_HEAD && mc_out_unsent(c))) {
        c->eof = true;
        c->state = MC_CONN_CLOSING;
        uv_read_stop(&c->uv.stream);
        mc_conn_flush(c);
    } else {
        mc_conn_drop(c);
    }
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct mc_conn *c = stream->data;
    if (n == 0)
        return;
    if (n == UV_EOF) {
        on_eof(c);
        return;
    }
    if (n < 0) {
        mc_conn_drop(c);
        return;
    }
    if (c->state >= MC_CONN_CLOSING) {
        c->lingered += (uint32_t)n;
        if (c->lingered > MC_HTTP_LINGER_MAX)
            mc_conn_drop(c);
        return;
    }
    mc_input_bytes(c, buf->base, (size_t)n);
    if (c->in.len >= MC_HTTP_PIPELINE_MAX) {
        c->reading = false;
        uv_read_stop(stream);
    }
    if (!c->flush.queued)
        set_clock(c);
}

static void read_again(struct mc_conn *c)
{
    if (c->reading || c->eof || c->in.len >= MC_HTTP_PIPELINE_MAX)
        return;
    c->reading = uv_read_start(&c->uv.stream, on_alloc, on_read) == 0;
    if (!c->reading)
        c->cut = true;
}

/* ---- the end of a turn ---- */

static void tell_drained(struct mc_conn *c)
{
    if (!c->congested || mc_out_unsent(c) >= MC_HTTP_OUT_HIGH)
        return;
    c->congested = false;
    if (c->req && c->h->ops->on_drain)
        c->h->ops->on_drain(c->h->arg, c->req);
}

/* Its stream ends because the server does. */
static void end_stream(struct mc_conn *c)
{
    c->end = false;
    if (!c->req)
        return;
    mc_response_end_stream(c->req);
    mc_conn_forget(c);
    c->state = MC_CONN_CLOSING;
}

static void finish_closing(struct mc_conn *c)
{
    uv_os_fd_t fd;
    mc_buf_done(&c->in);
    if (c->eof || uv_fileno((uv_handle_t *)&c->uv.stream, &fd) < 0 || shutdown(fd, SHUT_WR) < 0) {
        mc_conn_drop(c);
        return;
    }
    c->state = MC_CONN_LINGER;
    c->fresh = true;
}

static void on_flush(struct mc_flush *f)
{
    struct mc_conn *c = mc_container_of(f, struct mc_conn, flush);
    if (c->end)
        end_stream(c);
    if (c->state == MC_CONN_HEAD && c->in.len)
        mc_input_resume(c);
    if (c->cut || !mc_out_write(c)) {
        mc_conn_drop(c);
        return;
    }
    tell_drained(c);
    if (c->held && mc_out_unsent(c) < MC_HTTP_OUT_HIGH) {
        c->held = false;
        mc_conn_flush(c);
    }
    if (c->state == MC_CONN_CLOSING && mc_out_unsent(c) == 0)
        finish_closing(c);
    if (c->state == MC_CONN_CLOSED)
        return;
    read_again(c);
    set_clock(c);
}

struct mc_conn *mc_conn_open(struct mc_http *h, int fd, enum mc_http_via via)
{
    struct mc_conn *c = MC_NEW(struct mc_conn);
    uv_loop_t *uv = mc_loop_uv(h->loop);
    int ret;
    c->h = h;
    c->peer.via = via;
    c->flush.fn = on_flush;
    mc_buf_init(&c->in, MC_HTTP_PIPELINE_MAX);
    mc_buf_init(&c->out, SIZE_MAX / 2);
    if (via == MC_HTTP_UNIX) {
        uv_pipe_init(uv, &c->uv.pipe, 0);
        ret = uv_pipe_open(&c->uv.pipe, fd);
    } else {
        uv_tcp_init(uv, &c->uv.tcp);
        ret = uv_tcp_open(&c->uv.tcp, fd);
    }
    c->uv.stream.data = c;
    h->conns++;
    mc_clock_set(c, MC_CLOCK_IDLE);
    if (ret < 0)
        close(fd);
    else
        read_again(c);
    if (c->reading)
        return c;
    mc_conn_drop(c);
    return NULL;
}
