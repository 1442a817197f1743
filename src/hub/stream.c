/* Event streams of legacy sessions: what is sent is kept for a while, so that a client that lost its connection continues with Last-Event-ID and
 * misses nothing that the bounded buffer holds (2025-11-25 basic/transports § Resumability and Redelivery). Event ids are "<stream>-<number>". */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "hub/internal.h"
#include "mcp/sse.h"
#include <stdio.h>

#define RETRY_MS 1000 /* a client that lost its stream comes back after that */

static void on_gone(struct sink *sink)
{
    struct stream *st = mc_container_of(sink, struct stream, sink);

    /* a lost connection is no cancellation in the legacy era: the stream waits for its client */
    st->req = NULL;
    st->idle_since = mc_loop_now(st->session->hub->loop);
    if (st->whole)
        session_free(st->session);
}

/* Its connection is given back while its calls go on: the client polls for the rest (2025-11-25 basic/transports § Sending Messages). */
static void let_go(struct stream *st)
{
    struct mc_http_req *req = MC_TAKE(st->req);
    char retry[32];
    int n = snprintf(retry, sizeof(retry), "retry: %d\n\n", RETRY_MS);

    st->idle_since = mc_loop_now(st->session->hub->loop);
    mc_http_stream_write(req, (struct mc_str){retry, (size_t)n});
    mc_http_stream_end(req);
}

/* A browser opens no more than six connections to one host. Were all of them held by streams, nothing else could be said: no answer to a server's
 * question, no cancellation. */
static void spare_connections(struct session *s)
{
    struct stream *oldest = NULL;
    unsigned held = 0;

    link_each(l, &s->streams)
    {
        struct stream *st = link_entry(l, struct stream, link);
        if (!st->req || !st->browser)
            continue;
        held++;
        if (!st->standing && (!oldest || st->attached < oldest->attached))
            oldest = st;
    }
    if (held > HUB_BROWSER_STREAMS_MAX && oldest)
        let_go(oldest);
}

static void attach(struct stream *st, struct mc_http_req *req)
{
    char headers[80];

    snprintf(headers, sizeof(headers), "Mcp-Session-Id: %s\r\n", st->session->id);
    st->req = req;
    st->browser = mc_http_header(req, "Origin").p && st->session->rev >= MC_REV_2025_11_25;
    st->attached = st->session->next_attached++;
    st->sink.gone = on_gone;
    mc_http_set_data(req, &st->sink);
    mc_http_stream_begin(req, st->whole ? NULL : headers);
}

static void put_event(struct stream *st, struct mc_str id, const char *event, struct mc_str data)
{
    struct mc_buf *out = &st->session->hub->scratch;

    mc_buf_clear(out);
    mc_sse_write(out, id, event ? mc_str_of(event) : MC_STR_NONE, data);
    mc_http_stream_write(st->req, mc_buf_str(out));
}

static void put(struct stream *st, unsigned seq, struct mc_str data)
{
    char id[32];
    int n = snprintf(id, sizeof(id), "%u-%u", st->no, seq);

    put_event(st, (struct mc_str){id, (size_t)n}, NULL, data);
}

/* An id and no data (2025-11-25 basic/transports § Sending Messages): from here on the client can resume, and knows how soon. */
static void prime(struct stream *st)
{
    char event[64];
    int n = snprintf(event, sizeof(event), "id: %u-0\nretry: %d\ndata:\n\n", st->no, RETRY_MS);

    mc_http_stream_write(st->req, (struct mc_str){event, (size_t)n});
}

bool stream_room(struct session *s)
{
    if (s->n_streams < HUB_STREAMS_MAX)
        return true;
    link_each(l, &s->streams)
    {
        struct stream *old = link_entry(l, struct stream, link);
        if (!old->req && (old->done || old->standing)) {
            stream_free(old);
            return true;
        }
    }
    return false;
}

static struct stream *stream_new(struct session *s, bool standing)
{
    struct stream *st = MC_NEW(struct stream);

    st->session = s;
    st->no = s->next_stream++;
    st->standing = standing;
    st->next_seq = 1;
    link_add(&s->streams, &st->link);
    s->n_streams++;
    return st;
}

void stream_open_whole(struct session *s, struct mc_http_req *req, struct mc_str endpoint)
{
    struct stream *st = s->whole = stream_new(s, true);

    st->whole = true;
    attach(st, req);
    put_event(st, MC_STR_NONE, "endpoint", endpoint);
}

struct stream *stream_open(struct session *s, struct mc_http_req *req, bool standing)
{
    stream_room(s); /* a request's own stream is opened in any case: calls have their bound */
    struct stream *st = stream_new(s, standing);
    attach(st, req);
    /* older clients would parse the empty data as JSON */
    if (s->rev >= MC_REV_2025_11_25)
        prime(st);
    spare_connections(s);
    return st;
}

static void drop_oldest(struct stream *st)
{
    st->kept_bytes -= st->kept[0].data->len;
    mc_bytes_unref(st->kept[0].data);
    memmove(st->kept, st->kept + 1, --st->n_kept * sizeof(*st->kept));
}

static void keep(struct stream *st, unsigned seq, struct mc_str message)
{
    if (message.n > HUB_REPLAY_BYTES_MAX)
        return; /* can be sent, not replayed */
    while (st->n_kept > 0 && (st->n_kept >= HUB_REPLAY_EVENTS_MAX ||
                              st->kept_bytes + message.n > HUB_REPLAY_BYTES_MAX))
        drop_oldest(st);
    if (st->n_kept == st->cap_kept) {
        st->cap_kept = st->cap_kept ? st->cap_kept * 2 : 4;
        st->kept = mc_realloc(st->kept, st->cap_kept * sizeof(*st->kept));
    }
    st->kept[st->n_kept++] = (struct kept){seq, mc_bytes_new(message.p, message.n)};
    st->kept_bytes += message.n;
}

void stream_write(struct stream *st, struct mc_str message)
{
    unsigned seq = st->next_seq++;

    if (st->whole) {
        if (st->req)
            put_event(st, MC_STR_NONE, "message", message);
        return;
    }
    keep(st, seq, message);
    if (st->req)
        put(st, seq, message);
}

void stream_finish(struct stream *st)
{
    struct mc_http_req *req = st->req;

    st->done = true;
    st->req = NULL;
    st->idle_since = mc_loop_now(st->session->hub->loop);
    if (req)
        mc_http_stream_end(req);
}

void stream_free(struct stream *st)
{
    struct mc_http_req *req = st->req;

    st->req = NULL;
    while (st->n_kept > 0)
        drop_oldest(st);
    mc_free(st->kept);
    link_del(&st->link);
    st->session->n_streams--;
    mc_free(st);
    if (req)
        mc_http_stream_end(req);
}

static bool parse_id(struct mc_str id, unsigned *no, unsigned *seq)
{
    const char *dash = memchr(id.p, '-', id.n);
    uint64_t a, b;

    if (!dash || !mc_str_u64((struct mc_str){id.p, (size_t)(dash - id.p)}, &a) ||
        !mc_str_u64((struct mc_str){dash + 1, id.n - (size_t)(dash - id.p) - 1}, &b) ||
        a > UINT32_MAX || b > UINT32_MAX)
        return false;
    *no = (unsigned)a;
    *seq = (unsigned)b;
    return true;
}

bool stream_resume(struct session *s, struct mc_str last_event_id, struct mc_http_req *req)
{
    unsigned no, seq;

    if (!parse_id(last_event_id, &no, &seq))
        return false;
    link_each(l, &s->streams)
    {
        struct stream *st = link_entry(l, struct stream, link);
        if (st->no != no)
            continue;
        if (st->req) { /* the old connection is dead, the hub has not noticed yet */
            struct mc_http_req *old = st->req;
            st->req = NULL;
            mc_http_stream_end(old);
        }
        attach(st, req);
        for (unsigned i = 0; i < st->n_kept; i++)
            if (st->kept[i].seq > seq)
                put(st, st->kept[i].seq,
                    (struct mc_str){st->kept[i].data->data, st->kept[i].data->len});
        if (st->done)
            stream_finish(st);
        else
            spare_connections(s);
        return true;
    }
    return false;
}

void stream_sweep(struct session *s, uint64_t now, bool keepalive)
{
    link_each(l, &s->streams)
    {
        struct stream *st = link_entry(l, struct stream, link);
        if (st->req && keepalive)
            mc_http_stream_write(st->req, MC_STR(": keep-alive\n\n"));
        else if (!st->req && (st->done || st->standing) && now - st->idle_since > HUB_REPLAY_MS)
            stream_free(st);
    }
}
