/* Attachments: event streams of `mcpctl up`, `wait` and `logs`. While one of `up` is open its workspace stays. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/time.h"
#include "hub/instances.h"
#include "json/scan.h"
#include "mcp/sse.h"
#include <stdlib.h>

#define EVENT_MAX (4u << 20)
#define SETTLE_MS 100 /* at most ten status events a second */

struct attachment {
    struct sink sink;
    struct link link;
    struct hub *hub;
    struct mc_http_req *req;
    struct workspace *ws;
    char *server; /* logs of this one alone */
    bool holds;   /* the workspace stays while it is open */
    bool status, logs;
};

static void send_event(struct attachment *a, const char *event, struct mc_str data)
{
    struct mc_buf out = MC_BUF_INIT(EVENT_MAX);

    mc_sse_write(&out, MC_STR_NONE, mc_str_of(event), data);
    mc_http_stream_write(a->req, mc_buf_str(&out));
    mc_buf_done(&out);
}

static void send_status(struct attachment *a)
{
    MC_CLEANUP(mc_freep) char *text = status_workspace_text(a->ws);

    send_event(a, "status", mc_str_of(text));
}

static void attachment_free(struct attachment *a)
{
    struct workspace *ws = a->ws;
    bool held = a->holds;

    link_del(&a->link);
    mc_free(a->server);
    mc_free(a);
    if (held && --ws->attached == 0 && !ws->detached)
        workspace_remove(ws);
}

static void on_gone(struct sink *sink)
{
    attachment_free(mc_container_of(sink, struct attachment, sink));
}

static struct attachment *attachment_new(struct hub *h, struct mc_http_req *req)
{
    MC_CLEANUP(mc_freep) char *name = mc_http_query_get(req, "workspace");
    struct workspace *ws = workspace_find(h, mc_str_of(name));
    struct mc_err err;

    if (!ws) {
        mc_err_set(&err, MC_E_NOT_FOUND, "no such workspace: %s", name ? name : "(none is up)");
        api_error(req, 404, &err);
        return NULL;
    }
    struct attachment *a = MC_NEW(struct attachment);
    a->hub = h;
    a->req = req;
    a->ws = ws;
    a->sink.gone = on_gone;
    link_add(&h->attachments, &a->link);
    mc_http_set_data(req, &a->sink);
    mc_http_stream_begin(req, NULL);
    return a;
}

void attach_begin(struct hub *h, struct mc_http_req *req)
{
    struct attachment *a = attachment_new(h, req);

    if (!a)
        return;
    MC_CLEANUP(mc_freep) char *logs = mc_http_query_get(req, "logs");
    MC_CLEANUP(mc_freep) char *aside = mc_http_query_get(req, "aside");
    a->status = true;
    a->logs = logs && strcmp(logs, "1") == 0;
    a->holds = !aside || strcmp(aside, "1") != 0;
    a->ws->attached += a->holds;
    send_status(a);
    attach_changed(h); /* the others see the count */
}

static void on_memory(void *arg)
{
    struct hub *h = arg;

    h->last_status = mc_loop_now(h->loop);
    link_each(l, &h->attachments)
    {
        struct attachment *a = link_entry(l, struct attachment, link);
        if (a->status)
            send_status(a);
    }
}

static void on_settled(struct mc_timer *t)
{
    struct hub *h = mc_container_of(t, struct hub, status_timer);

    memory_read(h, on_memory, h);
}

void attach_changed(struct hub *h)
{
    uint64_t since = mc_loop_now(h->loop) - h->last_status;

    if (!mc_timer_active(&h->status_timer) && !link_empty(&h->attachments))
        mc_timer_start(h->loop, &h->status_timer, since < SETTLE_MS ? SETTLE_MS - since : 1,
                       on_settled);
}

static void send_line(struct attachment *a, const char *server, const char *line, uint64_t wall_ms)
{
    struct mc_buf out = MC_BUF_INIT(64u << 10);
    char when[MC_ISO_LEN];

    mc_iso_at(wall_ms, when);
    mc_buf_adds(&out, MC_STR("{\"server\":"));
    mc_jstr_quote(mc_str_of(server), &out);
    mc_buf_adds(&out, MC_STR(",\"line\":"));
    mc_jstr_quote(mc_str_of(line), &out);
    mc_buf_addf(&out, ",\"time\":\"%s\"}", when);
    send_event(a, "log", mc_buf_str(&out));
    mc_buf_done(&out);
}

void attach_line(struct hub *h, struct mc_backend *b, const char *line)
{
    const struct mc_backend *origin = instances_origin(b);

    link_each(l, &h->attachments)
    {
        struct attachment *a = link_entry(l, struct attachment, link);
        for (size_t i = 0; a->logs && i < a->ws->n_servers; i++) {
            const struct server *srv = &a->ws->servers[i];
            if (srv->backend == origin && (!a->server || strcmp(a->server, srv->spec->name) == 0)) {
                send_line(a, srv->spec->name, line, mc_wall_ms());
                break;
            }
        }
    }
}

struct kept_line {
    const char *server;
    const struct mc_said *said;
};

static int by_time(const void *a, const void *b)
{
    const struct kept_line *x = a, *y = b;

    return (x->said->order_us > y->said->order_us) - (x->said->order_us < y->said->order_us);
}

/* The last n lines of one process, behind those that are there. */
static size_t gather(const char *server, const struct mc_backend *b, size_t n,
                     struct kept_line *lines, size_t have)
{
    size_t all = 0;

    while (mc_backend_said(b, all))
        all++;
    for (size_t i = all > n ? all - n : 0; i < all; i++)
        lines[have++] = (struct kept_line){server, mc_backend_said(b, i)};
    return have;
}

/* The last n of the kept lines of each server asked for, in the order in which they were written. */
static void send_kept(struct attachment *a, size_t n)
{
    struct kept_line *lines =
        mc_calloc(a->ws->n_servers * MC_BACKEND_STDERR_LINES + 1, sizeof(*lines));
    size_t have = 0;

    for (size_t i = 0; i < a->ws->n_servers; i++) {
        const struct server *srv = &a->ws->servers[i];
        if (srv->backend && (!a->server || strcmp(a->server, srv->spec->name) == 0))
            have = gather(srv->spec->name, srv->backend, n, lines, have);
    }
    qsort(lines, have, sizeof(*lines), by_time);
    for (size_t i = 0; i < have; i++)
        send_line(a, lines[i].server, lines[i].said->line, lines[i].said->wall_ms);
    mc_free(lines);
}

void attach_logs(struct hub *h, struct mc_http_req *req)
{
    struct attachment *a = attachment_new(h, req);

    if (!a)
        return;
    MC_CLEANUP(mc_freep) char *follow = mc_http_query_get(req, "follow");
    MC_CLEANUP(mc_freep) char *lines = mc_http_query_get(req, "n");
    uint64_t n = 100;
    a->server = mc_http_query_get(req, "server");
    if (lines)
        mc_str_u64(mc_str_of(lines), &n);
    send_kept(a, n);
    a->logs = true;
    if (!follow || strcmp(follow, "1") != 0) {
        attachment_free(a);
        mc_http_stream_end(req);
    }
}

void attach_workspace_gone(struct workspace *ws)
{
    link_each(l, &ws->hub->attachments)
    {
        struct attachment *a = link_entry(l, struct attachment, link);
        struct mc_http_req *req = a->req;
        if (a->ws != ws)
            continue;
        a->holds = false;
        send_event(a, "removed", MC_STR("{}"));
        attachment_free(a);
        mc_http_stream_end(req);
    }
}
