/* A server on a thread of its own, told what to do by paths, and a blocking client. Every wait of the client is bounded. */
#ifndef MC_TESTS_HTTP_FIXTURE_H
#define MC_TESTS_HTTP_FIXTURE_H

#include "tests/tap.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"
#include "http/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_S 10
#define PATIENCE_MS 10000
#define HELD_MAX 4096

static struct fixture {
    struct mc_loop *loop;
    struct mc_http *http;
    pthread_t thread;
    unsigned port;
    struct mc_http_req *held[HELD_MAX]; /* unanswered or streaming */
    unsigned n_held;
    unsigned gone, drained, early, closed;
} fx;

/* ---- the server's side ---- */

static void let_go(struct mc_http_req *r)
{
    for (unsigned i = 0; i < fx.n_held; i++)
        if (fx.held[i] == r) {
            for (fx.n_held--; i < fx.n_held; i++)
                fx.held[i] = fx.held[i + 1];
            return;
        }
}

static size_t number(const struct mc_http_req *r, const char *name)
{
    char *text = mc_http_query_get(r, name);
    uint64_t v = 0;
    if (text)
        mc_str_u64(mc_str_of(text), &v);
    mc_free(text);
    return (size_t)v;
}

static void reply_bytes(struct mc_http_req *r, size_t n)
{
    char *big = mc_malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        big[i] = (char)('a' + i % 26);
    mc_http_reply(r, 200, "text/plain", NULL, (struct mc_str){big, n});
    mc_free(big);
}

/* Answers everything that is held with its own body; ends the streams among it. */
static void release(void)
{
    while (fx.n_held) {
        struct mc_http_req *h = fx.held[0];
        let_go(h);
        if (mc_http_streaming(h))
            mc_http_stream_end(h);
        else
            mc_http_reply(h, 200, "text/plain", NULL, mc_http_body(h));
    }
}

/* Writes n bytes to every stream, in pieces of 1000; the number of writes that were refused. */
static int push(size_t n)
{
    static const char piece[1000] = {[0 ... 999] = 'x'};
    int refused = 0;
    for (unsigned i = 0; i < fx.n_held; i++)
        for (size_t left = n; mc_http_streaming(fx.held[i]) && left > 0;) {
            size_t k = left < sizeof(piece) ? left : sizeof(piece);
            refused += mc_http_stream_write(fx.held[i], (struct mc_str){piece, k}) < 0;
            left -= k;
        }
    return refused;
}

static void on_closed(void *arg)
{
    (void)arg;
    fx.closed++;
}

static void on_request(void *arg, struct mc_http_req *r)
{
    (void)arg;
    struct mc_str path = mc_http_path(r);
    char text[160];
    if (mc_str_eq(path, MC_STR("/hold")) || mc_str_eq(path, MC_STR("/stream"))) {
        MC_ASSERT(fx.n_held < HELD_MAX);
        fx.held[fx.n_held++] = r;
        if (path.n == 7) {
            mc_http_stream_begin(r, NULL);
            (void)!mc_http_stream_write(r, MC_STR("data: hello\n\n"));
        }
        return;
    }
    if (mc_str_eq(path, MC_STR("/big"))) {
        reply_bytes(r, number(r, "n"));
        return;
    }
    if (mc_str_eq(path, MC_STR("/header"))) {
        char *name = mc_http_query_get(r, "name");
        mc_http_reply(r, 200, "text/plain", "X-Extra: yes\r\n",
                      mc_http_header(r, name ? name : ""));
        mc_free(name);
        return;
    }
    if (mc_str_eq(path, MC_STR("/nothing"))) {
        mc_http_reply(r, 202, NULL, NULL, MC_STR_NONE);
        return;
    }
    if (mc_str_eq(path, MC_STR("/quit")))
        mc_http_close(fx.http, (unsigned)number(r, "grace"), on_closed, NULL);
    else if (mc_str_eq(path, MC_STR("/release")))
        release();
    int refused = mc_str_eq(path, MC_STR("/push")) ? push(number(r, "n")) : 0;
    if (mc_str_eq(path, MC_STR("/stats")) || mc_str_eq(path, MC_STR("/push"))) {
        snprintf(text, sizeof(text), "held=%u gone=%u drained=%u conns=%u refused=%d congested=%d",
                 fx.n_held, fx.gone, fx.drained, mc_http_connections(fx.http), refused,
                 fx.n_held && mc_http_congested(fx.held[0]));
        mc_http_reply(r, 200, "text/plain", NULL, mc_str_of(text));
        return;
    }
    mc_http_reply(r, 200, "text/plain", NULL, mc_http_body(r));
}

static bool on_headers(void *arg, struct mc_http_req *r)
{
    (void)arg;
    if (!mc_str_eq(mc_http_path(r), MC_STR("/forbidden")))
        return true;
    fx.early++;
    mc_http_reply(r, 403, "text/plain", NULL, MC_STR("no"));
    return false;
}

static void on_gone(void *arg, struct mc_http_req *r)
{
    (void)arg;
    fx.gone++;
    mc_http_reply(r, 200, NULL, NULL, MC_STR_NONE); /* too late: must do nothing */
    let_go(r);
}

static void on_drain(void *arg, struct mc_http_req *r)
{
    (void)arg;
    (void)r;
    fx.drained++;
}

static void *server_thread(void *arg)
{
    mc_loop_run(fx.loop);
    return arg;
}

/* tune: changes limits before the server runs, may be NULL. */
static void server_start(void (*tune)(struct mc_http *h))
{
    static const struct mc_http_ops ops = {.on_request = on_request,
                                           .on_headers = on_headers,
                                           .on_gone = on_gone,
                                           .on_drain = on_drain};
    struct mc_err err = {0};
    memset(&fx, 0, sizeof(fx));
    fx.loop = mc_loop_new();
    fx.http = mc_http_new(fx.loop, &ops, NULL);
    if (tune)
        tune(fx.http);
    if (mc_http_listen_tcp(fx.http, 0, &fx.port, &err) < 0) {
        printf("Bail out! %s\n", err.msg);
        exit(99);
    }
    pthread_create(&fx.thread, NULL, server_thread, NULL);
}

/* ---- the client's side ---- */

struct answer {
    int status; /* 0: closed without one, -1: nothing came in time */
    char head[4096];
    char *body;
    size_t n, cap;
    bool complete; /* by its length or last chunk, not by the end of the connection */
};

static void answer_free(struct answer *a)
{
    mc_free(a->body);
    *a = (struct answer){.status = 0};
}

/* libuv may use io_uring, which interrupts calls in every thread; on a socket with a timeout they then end with EINTR:
 * hence TEMP_FAILURE_RETRY below. */
static int dial_later(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return fd;
}

static void dial_now(int fd)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)fx.port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (TEMP_FAILURE_RETRY(connect(fd, (struct sockaddr *)&addr, sizeof(addr))) < 0)
        printf("# connect: %s\n", strerror(errno));
}

static MC_UNUSED int dial(void)
{
    int fd = dial_later();
    dial_now(fd);
    return fd;
}

static bool say_bytes(int fd, const void *p, size_t n)
{
    while (n > 0) {
        ssize_t k = TEMP_FAILURE_RETRY(send(fd, p, n, MSG_NOSIGNAL));
        if (k <= 0)
            return false;
        p = (const char *)p + k;
        n -= (size_t)k;
    }
    return true;
}

static MC_UNUSED bool say(int fd, const char *text)
{
    return say_bytes(fd, text, strlen(text));
}

/* One byte at a time is slow but exact: nothing of the next answer is taken. */
static ssize_t hear_line(int fd, char *line, size_t size)
{
    size_t n = 0;
    while (n + 1 < size) {
        ssize_t k = TEMP_FAILURE_RETRY(recv(fd, line + n, 1, 0));
        if (k <= 0)
            return k;
        if (line[n++] == '\n')
            break;
    }
    line[n] = '\0';
    return (ssize_t)n;
}

static bool hear_bytes(int fd, struct answer *a, size_t n)
{
    if (a->n + n + 1 > a->cap) {
        a->cap = 2 * (a->n + n + 1);
        a->body = mc_realloc(a->body, a->cap);
    }
    for (size_t got = 0; got < n;) {
        ssize_t k = TEMP_FAILURE_RETRY(recv(fd, a->body + a->n, n - got, 0));
        if (k <= 0)
            return false;
        got += (size_t)k;
        a->n += (size_t)k;
    }
    a->body[a->n] = '\0';
    return true;
}

/* The head of an answer; "100 Continue" is passed over and counted. */
static int hear_head(int fd, struct answer *a, unsigned *continues)
{
    size_t n = 0;
    *a = (struct answer){.status = 0};
    for (;;) {
        ssize_t k = hear_line(fd, a->head + n, sizeof(a->head) - n);
        if (k <= 0)
            return a->status = k < 0 && errno == EAGAIN ? -1 : 0;
        n += (size_t)k;
        if (k == 2 && a->head[n - 2] == '\r')
            break;
    }
    if (strncmp(a->head, "HTTP/1.1 ", 9) != 0)
        return a->status = -1;
    a->status = (int)strtol(a->head + 9, NULL, 10);
    if (a->status != 100)
        return a->status;
    if (continues)
        ++*continues;
    return hear_head(fd, a, continues);
}

/* One chunk, false at the last one or an error. */
static bool hear_chunk(int fd, struct answer *a)
{
    char line[64], *end;
    if (hear_line(fd, line, sizeof(line)) <= 0)
        return false;
    size_t size = strtoul(line, &end, 16);
    if (end == line)
        return false;
    if (size > 0 && !hear_bytes(fd, a, size))
        return false;
    a->complete = hear_line(fd, line, sizeof(line)) == 2 && size == 0;
    return size > 0;
}

static int hear_to(int fd, struct answer *a, bool head_only)
{
    if (hear_head(fd, a, NULL) <= 0)
        return a->status;
    const char *length = strstr(a->head, "Content-Length: ");
    if (head_only) {
        a->complete = true;
    } else if (strstr(a->head, "Transfer-Encoding: chunked")) {
        while (hear_chunk(fd, a))
            ;
    } else if (length) {
        a->complete = hear_bytes(fd, a, strtoul(length + strlen("Content-Length: "), NULL, 10));
    }
    return a->status;
}

/* Reads one whole answer, returns its status. */
static MC_UNUSED int hear(int fd, struct answer *a)
{
    return hear_to(fd, a, false);
}

static MC_UNUSED bool at_end(int fd)
{
    char c;
    ssize_t k = TEMP_FAILURE_RETRY(recv(fd, &c, 1, 0));
    return k == 0 || (k < 0 && errno != EAGAIN);
}

/* A connection of its own for one request. */
static int ask_bytes(const void *p, size_t n, struct answer *a)
{
    int fd = dial();
    say_bytes(fd, p, n);
    int status = hear(fd, a);
    close(fd);
    return status;
}

static MC_UNUSED int ask(const char *raw, struct answer *a)
{
    return ask_bytes(raw, strlen(raw), a);
}

/* GET on a connection of its own; the caller frees the body. */
static MC_UNUSED char *get(const char *target)
{
    char raw[256];
    struct answer a;
    snprintf(raw, sizeof(raw), "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
             target);
    if (ask(raw, &a) != 200)
        printf("# GET %s: %d\n", target, a.status);
    return a.body ? a.body : mc_strdup("");
}

/* Asks for the server's counters until they contain `want`; bounded. */
static MC_UNUSED bool stats_reach(const char *want)
{
    uint64_t until = mc_now_ms() + PATIENCE_MS;
    for (;;) {
        char *text = get("/stats");
        bool there = strstr(text, want) != NULL, late = mc_now_ms() > until;
        if (late && !there)
            printf("# wanted %s, got %s\n", want, text);
        mc_free(text);
        if (there || late)
            return there;
    }
}

static MC_UNUSED void server_stop(void)
{
    mc_free(get("/quit?grace=500"));
    pthread_join(fx.thread, NULL);
    is_int(fx.closed, 1, "the server closed");
    mc_http_free(fx.http);
    mc_loop_free(fx.loop);
}

#endif
