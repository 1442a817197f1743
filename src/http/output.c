#include "http/internal.h"

#include "base/alloc.h"

/* Output is gathered in c->out and written once per turn. What the kernel does not take then goes to uv_write as one
 * piece; new output gathers behind it meanwhile. Memory is given back as soon as all is written. */

struct mc_sending {
    uv_write_t req;
    struct mc_conn *c;
    char *data;
};

size_t mc_out_unsent(const struct mc_conn *c)
{
    return c->out.len + (c->sending ? uv_stream_get_write_queue_size(&c->uv.stream) : 0);
}

/* The stream is broken or out of memory: nothing can be told to the client any more. */
static void cut(struct mc_conn *c)
{
    c->cut = true;
    mc_conn_flush(c);
}

void mc_out_add(struct mc_conn *c, struct mc_str s)
{
    if (mc_buf_adds(&c->out, s) < 0)
        cut(c);
    mc_conn_flush(c);
}

void mc_out_add_direct(struct mc_conn *c, struct mc_str s)
{
    if (c->sending || s.n < MC_HTTP_DIRECT_MIN || c->state == MC_CONN_CLOSED) {
        mc_out_add(c, s);
        return;
    }
    uv_buf_t bufs[2] = {uv_buf_init(c->out.data, (unsigned)c->out.len),
                        uv_buf_init((char *)s.p, (unsigned)s.n)};
    bool queued = c->out.len > 0;
    int ret = uv_try_write(&c->uv.stream, queued ? bufs : bufs + 1, queued ? 2 : 1);
    if (ret < 0 && ret != UV_EAGAIN) {
        cut(c);
        return;
    }
    size_t took = ret > 0 ? (size_t)ret : 0, ours = took < c->out.len ? took : c->out.len;
    mc_buf_drop(&c->out, ours);
    took -= ours;
    mc_out_add(c, (struct mc_str){s.p + took, s.n - took});
}

static void on_written(uv_write_t *req, int status)
{
    struct mc_sending *s = mc_container_of(req, struct mc_sending, req);
    struct mc_conn *c = s->c;
    c->sending = NULL;
    mc_free(s->data);
    mc_free(s);
    if (status < 0)
        c->cut = true;
    if (c->state != MC_CONN_CLOSED)
        mc_conn_flush(c);
}

/* Hands the rest of c->out to libuv. */
static bool send_rest(struct mc_conn *c, size_t took)
{
    size_t left = c->out.len - took;
    struct mc_sending *s = mc_malloc(sizeof(*s));
    s->c = c;
    s->data = mc_buf_steal(&c->out);
    uv_buf_t buf = uv_buf_init(s->data + took, (unsigned)left);
    if (uv_write(&s->req, &c->uv.stream, &buf, 1, on_written) < 0) {
        mc_free(s->data);
        mc_free(s);
        return false;
    }
    c->sending = s;
    c->mark = SIZE_MAX;
    return true;
}

bool mc_out_write(struct mc_conn *c)
{
    if (c->sending || c->out.len == 0)
        return true;
    uv_buf_t buf = uv_buf_init(c->out.data, (unsigned)c->out.len);
    int ret = uv_try_write(&c->uv.stream, &buf, 1);
    if (ret < 0 && ret != UV_EAGAIN)
        return false;
    size_t took = ret > 0 ? (size_t)ret : 0;
    if (took < c->out.len)
        return send_rest(c, took);
    mc_buf_done(&c->out);
    return true;
}
