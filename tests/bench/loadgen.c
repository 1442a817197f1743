/* loadgen: calls over HTTP, as many as a server answers.
 *
 *     loadgen -p PORT -b BODY [-a PATH] [-H "Name: value"]... [-c CONNECTIONS] [-d SECONDS] [-w SECONDS] [-e | -s]
 *     loadgen -f
 *
 * Each connection is kept alive and has one call in flight. -w: warm-up that does not count. -e: the transport of 2024-11-05, with the
 * answers on an event stream per client. -s: a session of 2025-11-25 per client. Prints one line of JSON. -f: prints a port that is free, and does nothing else. */
#include "tests/bench/bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CLIENTS_MAX 4096
#define HEADERS_MAX 2048
#define STALL_MS 10000 /* without any answer at all: give up */

struct client {
    int fd;     /* posts */
    int stream; /* -e: its event stream, else -1 */
    bool posted, answered;
    uint64_t began;
    char *call;
    size_t call_len;
    struct bench_answer *answer, *events;
};

struct load {
    unsigned port;
    const char *path, *body;
    char headers[HEADERS_MAX];
    unsigned clients;
    double seconds, warmup;
    bool old_transport, sessions;
    int epoll;
    bool measuring;
    struct bench_hist *hist;
    uint64_t errors;
};

static void begin_call(struct client *c)
{
    c->posted = false;
    c->answered = c->stream < 0;
    c->began = bench_now();
    bench_write_all(c->fd, c->call, c->call_len);
}

static void check_answer(struct load *l, const char *bytes, bool fine)
{
    if (fine && strstr(bytes, "\"result\""))
        return;
    if (l->errors++ == 0)
        fprintf(stderr, "loadgen: first bad answer: %.600s\n", bytes);
}

static void end_call(struct load *l, struct client *c)
{
    if (!c->posted || !c->answered)
        return;
    if (l->measuring)
        bench_hist_add(l->hist, bench_now() - c->began);
    begin_call(c);
}

static void on_post_readable(struct load *l, struct client *c)
{
    if (!bench_answer_read(c->answer, c->fd))
        bench_die("the server closed a connection");
    if (!bench_answer_whole(c->answer))
        return;
    if (c->stream < 0)
        check_answer(l, c->answer->buf, c->answer->status == 200);
    else if (c->answer->status != 202)
        check_answer(l, c->answer->buf, false);
    bench_answer_next(c->answer);
    c->posted = true;
    end_call(l, c);
}

/* One event is one answer; node writes each as one chunk. */
static void on_stream_readable(struct load *l, struct client *c)
{
    if (!bench_answer_read(c->events, c->stream))
        bench_die("the server closed an event stream");
    char *end = strstr(c->events->buf, "\n\n");
    if (!end)
        return;
    check_answer(l, c->events->buf, true);
    c->events->len = 0;
    c->answered = true;
    end_call(l, c);
}

/* Leaves the answer in c->answer. */
static void exchange(struct client *c, const char *path, const char *headers, const char *body, int want)
{
    size_t n;
    char *request = bench_post(path, headers, body, &n);
    bench_write_all(c->fd, request, n);
    free(request);
    while (!bench_answer_whole(c->answer))
        if (!bench_answer_read(c->answer, c->fd))
            bench_die("the server closed a connection");
    if (c->answer->status != want)
        bench_die("wanted %d: %.300s", want, c->answer->buf);
}

#define INITIALIZE(version) \
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" version "\"," \
    "\"capabilities\":{},\"clientInfo\":{\"name\":\"loadgen\",\"version\":\"1\"}}}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"

/* The headers of a session of 2025-11-25 that was opened just now. */
static void open_session(struct load *l, struct client *c, char *headers, size_t size)
{
    char id[256];
    exchange(c, l->path, "", INITIALIZE("2025-11-25"), 200);
    if (!bench_answer_header(c->answer, "Mcp-Session-Id", id, sizeof id))
        bench_die("no session: %.300s", c->answer->buf);
    bench_answer_next(c->answer);
    snprintf(headers, size, "Mcp-Session-Id: %s\r\nMCP-Protocol-Version: 2025-11-25\r\n", id);
    exchange(c, l->path, headers, INITIALIZED, 202);
    bench_answer_next(c->answer);
}

static void await_event(struct client *c)
{
    while (!strstr(c->events->buf, "\n\n"))
        if (!bench_answer_read(c->events, c->stream))
            bench_die("the server closed an event stream");
}

/* The handshake of 2024-11-05: a GET whose first event names the endpoint to post to. */
static char *open_old(struct load *l, struct client *c)
{
    c->stream = bench_connect(l->port);
    c->events = calloc(1, sizeof *c->events);
    char get[256];
    int n = snprintf(get, sizeof get, "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n", l->path);
    bench_write_all(c->stream, get, (size_t)n);
    await_event(c);
    char *data = strstr(c->events->buf, "data: ");
    if (!data)
        bench_die("no endpoint event: %.300s", c->events->buf);
    char *path = strndup(data + 6, strcspn(data + 6, "\r\n"));
    c->events->len = 0;
    c->events->buf[0] = '\0';
    exchange(c, path, "", INITIALIZE("2024-11-05"), 202);
    bench_answer_next(c->answer);
    await_event(c);
    c->events->len = 0;
    c->events->buf[0] = '\0';
    exchange(c, path, "", INITIALIZED, 202);
    bench_answer_next(c->answer);
    return path;
}

static void watch(struct load *l, struct client *c, int fd, bool stream)
{
    /* The lowest bit of a pointer from calloc is free: it says which of the two descriptors. */
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = (uint64_t)(uintptr_t)c | stream};
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
        bench_die("epoll_ctl: %s", strerror(errno));
}

static void open_client(struct load *l)
{
    struct client *c = calloc(1, sizeof *c);
    c->answer = calloc(1, sizeof *c->answer);
    c->fd = bench_connect(l->port);
    if (c->fd < 0)
        bench_die("connect to port %u: %s", l->port, strerror(errno));
    c->stream = -1;
    char *path = l->old_transport ? open_old(l, c) : strdup(l->path);
    char session[512];
    if (l->sessions)
        open_session(l, c, session, sizeof session);
    c->call = bench_post(path, l->sessions ? session : l->headers, l->body, &c->call_len);
    free(path);
    watch(l, c, c->fd, false);
    if (c->stream >= 0)
        watch(l, c, c->stream, true);
    begin_call(c);
}

static void turn(struct load *l)
{
    struct epoll_event ev[64];
    int n = epoll_wait(l->epoll, ev, 64, STALL_MS);
    if (n == 0)
        bench_die("no answer for %d ms", STALL_MS);
    for (int i = 0; i < n; i++) {
        struct client *c = (struct client *)(uintptr_t)(ev[i].data.u64 & ~UINT64_C(1));
        if (ev[i].data.u64 & 1)
            on_stream_readable(l, c);
        else
            on_post_readable(l, c);
    }
}

static void run_until(struct load *l, uint64_t end)
{
    while (bench_now() < end)
        turn(l);
}

static void add_header(struct load *l, const char *line)
{
    size_t n = strlen(l->headers);
    if (n + strlen(line) + 3 > sizeof l->headers)
        bench_die("too many headers");
    snprintf(l->headers + n, sizeof l->headers - n, "%s\r\n", line);
}

int main(int argc, char **argv)
{
    struct load l = {.path = "/mcp", .clients = 1, .seconds = 3, .warmup = 0.5};
    for (int o; (o = getopt(argc, argv, "p:a:b:H:c:d:w:efs")) != -1;) {
        switch (o) {
        case 'p': l.port = (unsigned)bench_number("-p", optarg); break;
        case 'a': l.path = optarg; break;
        case 'b': l.body = optarg; break;
        case 'H': add_header(&l, optarg); break;
        case 'c': l.clients = (unsigned)bench_number("-c", optarg); break;
        case 'd': l.seconds = (double)bench_number("-d", optarg); break;
        case 'w': l.warmup = (double)bench_number("-w", optarg); break;
        case 'e': l.old_transport = true; break;
        case 's': l.sessions = true; break;
        case 'f': printf("%u\n", bench_free_port()); return 0;
        default: return 2;
        }
    }
    if (!l.port || !l.body || !l.clients || l.clients > CLIENTS_MAX)
        bench_die("usage: loadgen -p PORT -b BODY [-a PATH] [-H HEADER]... [-c 1-%d] [-d SECONDS] [-w SECONDS] [-e | -s]", CLIENTS_MAX);
    bench_raise_nofile();
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    l.hist = bench_hist_new();
    for (unsigned i = 0; i < l.clients; i++)
        open_client(&l);
    run_until(&l, bench_now() + (uint64_t)(l.warmup * 1e9));
    l.measuring = true;
    uint64_t began = bench_now();
    run_until(&l, began + (uint64_t)(l.seconds * 1e9));
    double took = (double)(bench_now() - began) / 1e9;
    printf("{\"connections\":%u,\"calls\":%llu,\"perSecond\":%.0f,\"p50us\":%.1f,\"p99us\":%.1f,\"maxus\":%.1f,\"errors\":%llu}\n",
           l.clients, (unsigned long long)bench_hist_count(l.hist), (double)bench_hist_count(l.hist) / took,
           bench_hist_us(l.hist, 0.5), bench_hist_us(l.hist, 0.99), bench_hist_max_us(l.hist), (unsigned long long)l.errors);
    return l.errors ? 1 : 0;
}
