/* relay: the bare limit of a hub. One hop HTTP → pipe → HTTP on libuv and the HTTP parser, with a strict scan and the id spliced,
 * and nothing else: no guard, no sessions, no names, no policy, no deadlines.
 *
 *     relay -- SERVER [ARG]...
 *
 * Listens on 127.0.0.1, prints its port, and ends when its standard input does. */
#include "config.h"
#include "mcp/envelope.h"
#include "mcp/frame.h"
#include "tests/bench/bench.h"

#ifdef HAVE_LLHTTP
#include <llhttp.h>
typedef llhttp_t parser;
typedef llhttp_settings_t parser_settings;
#else
#include <http_parser.h>
typedef http_parser parser;
typedef http_parser_settings parser_settings;
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define READ_SIZE (64u << 10)
#define BODY_SIZE (64u << 10)
#define LINE_MAX_BYTES (1u << 20)
#define PIPE_SIZE (256 << 10)
#define PENDING_MAX 4096 /* one call per connection is in flight */

/* Bytes that leave at the end of the turn. */
struct out {
    uv_stream_t *stream;
    char *data;
    size_t len, cap;
    struct out *next_dirty;
    bool dirty;
};

struct conn {
    uv_tcp_t tcp;
    parser p;
    struct out out;
    char *body; /* NULL between requests */
    size_t body_len;
    char id[MC_ID_MAX];
    size_t id_len;
    bool waiting, closed;
};

static uv_loop_t *loop;
static parser_settings settings;
static char read_area[READ_SIZE];
static uv_pipe_t to_child, from_child;
static struct out child_out;
static struct mc_frame frame;
static struct conn *pending[PENDING_MAX];
static unsigned free_slot[PENDING_MAX], n_free;
static struct out *dirty;

static void out_add(struct out *o, const char *p, size_t n)
{
    if (n == 0)
        return;
    if (o->len + n > o->cap) {
        o->cap = (o->len + n) * 2;
        o->data = realloc(o->data, o->cap);
        if (!o->data)
            bench_die("out of memory");
    }
    memcpy(o->data + o->len, p, n);
    o->len += n;
    if (!o->dirty) {
        o->dirty = true;
        o->next_dirty = dirty;
        dirty = o;
    }
}

static void on_written(uv_write_t *w, int status)
{
    (void)status;
    free(w->data);
    free(w);
}

/* What the kernel does not take at once is handed to libuv with its buffer. */
static void flush_rest(struct out *o, size_t done)
{
    uv_write_t *w = malloc(sizeof *w);
    w->data = o->data;
    uv_buf_t b = uv_buf_init(o->data + done, (unsigned)(o->len - done));
    if (uv_write(w, o->stream, &b, 1, on_written) != 0) {
        free(w->data);
        free(w);
    }
    o->data = NULL;
    o->cap = 0;
}

static void on_turn_end(uv_check_t *check)
{
    (void)check;
    while (dirty) {
        struct out *o = dirty;
        dirty = o->next_dirty;
        o->dirty = false;
        if (uv_is_closing((uv_handle_t *)o->stream)) {
            o->len = 0;
            continue;
        }
        uv_buf_t b = uv_buf_init(o->data, (unsigned)o->len);
        int n = uv_try_write(o->stream, &b, 1);
        if (n != (int)o->len)
            flush_rest(o, n > 0 ? (size_t)n : 0);
        o->len = 0;
    }
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    (void)h, (void)suggested;
    *buf = uv_buf_init(read_area, sizeof read_area);
}

/* ---- from the client ---- */

static void conn_unref(struct conn *c)
{
    if (c->closed && !c->waiting && !c->out.dirty) {
        free(c->out.data);
        free(c->body);
        free(c);
    }
}

static void on_conn_closed(uv_handle_t *h)
{
    struct conn *c = h->data;
    c->closed = true;
    conn_unref(c);
}

static void reply(struct conn *c, const char *status, struct mc_str a, struct mc_str id, struct mc_str b)
{
    char head[160];
    int n = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status,
                     a.n + id.n + b.n);
    out_add(&c->out, head, (size_t)n);
    out_add(&c->out, a.p, a.n);
    out_add(&c->out, id.p, id.n);
    out_add(&c->out, b.p, b.n);
}

static int on_body(parser *p, const char *at, size_t n)
{
    struct conn *c = p->data;
    if (!c->body)
        c->body = malloc(BODY_SIZE);
    if (c->body_len + n > BODY_SIZE)
        return -1;
    memcpy(c->body + c->body_len, at, n);
    c->body_len += n;
    return 0;
}

static int on_message_complete(parser *p)
{
    struct conn *c = p->data;
    struct mc_envelope e;
    struct mc_str body = {c->body, c->body_len};
    c->body_len = 0;
    if (mc_envelope_scan(body, &e, NULL) != 0 || e.kind != MC_MSG_REQUEST || n_free == 0) {
        reply(c, "400 Bad Request", MC_STR("{}"), MC_STR_NONE, MC_STR_NONE);
        return 0;
    }
    struct mc_str id = mc_env(&e, MC_F_ID);
    memcpy(c->id, id.p, id.n);
    c->id_len = id.n;
    c->waiting = true;
    unsigned slot = free_slot[--n_free];
    pending[slot] = c;
    char own[16];
    int n = snprintf(own, sizeof own, "%u", slot);
    out_add(&child_out, e.text.p, (size_t)(id.p - e.text.p));
    out_add(&child_out, own, (size_t)n);
    out_add(&child_out, id.p + id.n, (size_t)(e.text.p + e.text.n - id.p - id.n));
    out_add(&child_out, "\n", 1);
    return 0;
}

static void on_client_bytes(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    struct conn *c = s->data;
    if (n == 0)
        return;
#ifdef HAVE_LLHTTP
    bool fine = n > 0 && llhttp_execute(&c->p, buf->base, (size_t)n) == HPE_OK;
#else
    bool fine = n > 0 && http_parser_execute(&c->p, &settings, buf->base, (size_t)n) == (size_t)n;
#endif
    if (!fine)
        uv_close((uv_handle_t *)s, on_conn_closed);
}

static void on_connection(uv_stream_t *server, int status)
{
    if (status < 0)
        return;
    struct conn *c = calloc(1, sizeof *c);
    uv_tcp_init(loop, &c->tcp);
    c->tcp.data = c;
    c->out.stream = (uv_stream_t *)&c->tcp;
#ifdef HAVE_LLHTTP
    llhttp_init(&c->p, HTTP_REQUEST, &settings);
#else
    http_parser_init(&c->p, HTTP_REQUEST);
#endif
    c->p.data = c;
    if (uv_accept(server, (uv_stream_t *)&c->tcp) != 0) {
        uv_close((uv_handle_t *)&c->tcp, on_conn_closed);
        return;
    }
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_client_bytes);
}

/* ---- from the child ---- */

static bool on_line(void *arg, struct mc_str line)
{
    (void)arg;
    struct mc_envelope e;
    uint64_t slot;
    if (mc_envelope_scan(line, &e, NULL) != 0 || !mc_str_u64(mc_env(&e, MC_F_ID), &slot) || slot >= PENDING_MAX || !pending[slot])
        return true;
    struct conn *c = pending[slot];
    pending[slot] = NULL;
    free_slot[n_free++] = (unsigned)slot;
    c->waiting = false;
    if (c->closed) {
        conn_unref(c);
        return true;
    }
    struct mc_str id = mc_env(&e, MC_F_ID);
    reply(c, "200 OK", (struct mc_str){line.p, (size_t)(id.p - line.p)}, (struct mc_str){c->id, c->id_len},
          (struct mc_str){id.p + id.n, (size_t)(line.p + line.n - id.p - id.n)});
    return true;
}

static void on_child_bytes(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    (void)s;
    if (n < 0)
        bench_die("the server is gone");
    if (n > 0)
        mc_frame_feed(&frame, buf->base, (size_t)n, on_line, NULL, NULL);
}

static void start_child(char **argv)
{
    int down[2], up[2];
    if (pipe2(down, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0)
        bench_die("pipe2: %s", strerror(errno));
    fcntl(down[1], F_SETPIPE_SZ, PIPE_SIZE);
    fcntl(up[1], F_SETPIPE_SZ, PIPE_SIZE);
    pid_t pid = fork();
    if (pid < 0)
        bench_die("fork: %s", strerror(errno));
    if (pid == 0) {
        dup2(down[0], 0);
        dup2(up[1], 1);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(down[0]);
    close(up[1]);
    uv_pipe_init(loop, &to_child, 0);
    uv_pipe_open(&to_child, down[1]);
    uv_pipe_init(loop, &from_child, 0);
    uv_pipe_open(&from_child, up[0]);
    child_out.stream = (uv_stream_t *)&to_child;
    uv_read_start((uv_stream_t *)&from_child, on_alloc, on_child_bytes);
}

static void on_stdin(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    (void)s, (void)buf;
    if (n < 0)
        exit(0);
}

int main(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "--") != 0)
        bench_die("usage: relay -- SERVER [ARG]...");
    bench_raise_nofile();
    loop = uv_default_loop();
    mc_frame_init(&frame, LINE_MAX_BYTES);
    for (unsigned i = PENDING_MAX; i-- > 0;)
        free_slot[n_free++] = i;
#ifdef HAVE_LLHTTP
    llhttp_settings_init(&settings);
#else
    http_parser_settings_init(&settings);
#endif
    settings.on_body = on_body;
    settings.on_message_complete = on_message_complete;
    start_child(argv + 2);

    uv_tcp_t server;
    struct sockaddr_in at;
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop, &server);
    uv_tcp_bind(&server, (struct sockaddr *)&at, 0);
    if (uv_listen((uv_stream_t *)&server, 1024, on_connection) != 0)
        bench_die("cannot listen on 127.0.0.1");
    int len = sizeof at;
    uv_tcp_getsockname(&server, (struct sockaddr *)&at, &len);
    printf("%u\n", (unsigned)((at.sin_port & 0xff) << 8 | at.sin_port >> 8));
    fflush(stdout);

    uv_pipe_t in;
    uv_pipe_init(loop, &in, 0);
    if (uv_pipe_open(&in, 0) == 0)
        uv_read_start((uv_stream_t *)&in, on_alloc, on_stdin);
    uv_check_t check;
    uv_check_init(loop, &check);
    uv_check_start(&check, on_turn_end);
    return uv_run(loop, UV_RUN_DEFAULT);
}
