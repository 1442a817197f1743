/* Connections over time: slow and silent clients, clients that go, event streams, limits, closing. */
#include "tests/unit/http-fixture.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>

#define HOST "Host: localhost\r\n"

static int hold(const char *path)
{
    char raw[128];
    int fd = dial();
    snprintf(raw, sizeof(raw), "GET %s HTTP/1.1\r\n" HOST "\r\n", path);
    say(fd, raw);
    return fd;
}

/* ---- deadlines ---- */

static void be_impatient(struct mc_http *h)
{
    static const uint32_t ms[MC_CLOCK_MAX] = {0, 60, 60, 500, 200, 60};
    memcpy(h->ms, ms, sizeof(h->ms));
}

static void test_slow_requests(void)
{
    static const struct {
        const char *what, *raw, *says;
    } rows[] = {
        {"half a request line", "GET / HT", "headers did not arrive within 60 ms"},
        {"half of the headers", "GET / HTTP/1.1\r\n" HOST "X: y", "headers did not arrive"},
        {"headers without a body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n",
         "no byte of the body"},
        {"half a body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nab",
         "no byte of the body"},
        {"half a chunk", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
         "no byte of the body"},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct answer a;
        is_int(ask(rows[i].raw, &a), 408, "%s: 408", rows[i].what);
        ok(a.body && strstr(a.body, rows[i].says), "... \"%s\"", rows[i].says);
        answer_free(&a);
    }
}

/* A byte now and then does not extend the time for the headers. */
static void test_dribble(void)
{
    struct answer a;
    int fd = dial();
    char c;
    say(fd, "GET / HTTP/1.1\r\n" HOST "X: ");
    uint64_t until = mc_now_ms() + PATIENCE_MS;
    while (recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && mc_now_ms() < until) {
        say(fd, "x");
        mc_free(get("/echo"));
    }
    is_int(hear(fd, &a), 408, "headers that dribble: 408");
    answer_free(&a);
    close(fd);
}

static void test_idle(void)
{
    struct answer a;
    int fd = dial();
    ok(at_end(fd), "a connection that says nothing is closed");
    close(fd);
    fd = hold("/echo");
    is_int(hear(fd, &a), 200, "a request");
    answer_free(&a);
    ok(at_end(fd), "... and nothing after it: closed");
    close(fd);
}

static void test_stall(void)
{
    int fd = hold("/big?n=50000000");
    ok(stats_reach("conns=1 "), "a client that never reads its answer is cut off");
    close(fd);
    fd = hold("/stream");
    ok(stats_reach("held=1"), "a stream");
    mc_free(get("/push?n=8000000"));
    ok(stats_reach("held=0 gone=1 "), "... that is never read is cut off, and its handler told");
    close(fd);
}

static void test_linger(void)
{
    struct answer a;
    int fd = dial();
    say(fd, "NO\r\n\r\n");
    is_int(hear(fd, &a), 400, "a refused client");
    ok(stats_reach("conns=1 "), "... that does not close is not waited for");
    answer_free(&a);
    close(fd);
}

/* ---- going ---- */

static void test_gone(void)
{
    struct answer a;
    int fd = hold("/hold");
    ok(stats_reach("held=1"), "a request is unanswered");
    close(fd);
    ok(stats_reach("held=0 gone=1 "), "its client closes: gone");
    fd = hold("/hold");
    ok(stats_reach("held=1"), "another");
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
    ok(stats_reach("held=0 gone=2 "), "its client resets: gone");
    fd = hold("/hold");
    ok(stats_reach("held=1"), "another");
    shutdown(fd, SHUT_WR);
    ok(stats_reach("held=0 gone=3 "), "its client half-closes: gone");
    close(fd);
    fd = hold("/stream");
    ok(stats_reach("held=1"), "a stream");
    close(fd);
    ok(stats_reach("held=0 gone=4 "), "its client closes: gone");
    fd = dial();
    say(fd, "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nab");
    ok(stats_reach("conns=2 "), "half a request");
    close(fd);
    ok(stats_reach("gone=4 drained=0 conns=1 "), "its client closes: nobody has to know");
    fd = hold("/hold");
    ok(stats_reach("held=1"), "a request is unanswered");
    say(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    close(fd);
    ok(stats_reach("held=0 gone=5 "), "gone is noticed behind a pipelined request too");
    is_int(ask("POST /forbidden HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", &a), 403,
           "an early refusal");
    answer_free(&a);
}

/* ---- streams ---- */

static void test_stream(void)
{
    struct answer a;
    int fd = hold("/stream");
    is_int(hear_head(fd, &a, NULL), 200, "a stream begins");
    ok(strstr(a.head, "Content-Type: text/event-stream\r\n") &&
           strstr(a.head, "Cache-Control: no-cache\r\n") &&
           strstr(a.head, "X-Accel-Buffering: no\r\n") &&
           strstr(a.head, "Transfer-Encoding: chunked\r\n"),
       "... with the headers of one");
    ok(hear_chunk(fd, &a) && a.n == 13, "... and its first event at once");
    is_str(a.body, "data: hello\n\n", "... as it was written");
    mc_free(get("/push?n=5000"));
    while (a.n < 5013 && hear_chunk(fd, &a))
        ;
    is_int(a.n, 5013, "... and more later");
    mc_free(get("/release"));
    ok(!hear_chunk(fd, &a) && a.complete, "... and its last chunk");
    answer_free(&a);
    say(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    is_int(hear(fd, &a), 200, "the connection lives on");
    answer_free(&a);
    close(fd);
    fd = dial();
    say(fd, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    is_int(hear_head(fd, &a, NULL), 200, "a stream for HTTP/1.0");
    ok(!strstr(a.head, "chunked") && strstr(a.head, "Connection: close\r\n"), "... is not chunked");
    ok(hear_bytes(fd, &a, 13), "... has its event");
    mc_free(get("/release"));
    ok(at_end(fd), "... and ends with the connection");
    answer_free(&a);
    close(fd);
}

static void test_stream_pressure(void)
{
    struct answer a;
    int fd = hold("/stream");
    ok(stats_reach("held=1"), "a stream");
    char *text = get("/push?n=12000000");
    ok(strstr(text, "refused=0 congested=1"), "12 MB that are not read: congested (%s)", text);
    mc_free(text);
    is_int(hear_head(fd, &a, NULL), 200, "the client begins to read");
    while (a.n < 12000013 && hear_chunk(fd, &a))
        ;
    is_int(a.n, 12000013, "it gets everything");
    ok(stats_reach("drained=1 "), "the handler is told once that it drained");
    answer_free(&a);
    text = get("/push?n=60000000");
    ok(!strstr(text, "refused=0"), "60 MB that are not read are refused (%s)", text);
    mc_free(text);
    ok(stats_reach("held=0 gone=6 "), "... and the client is cut off");
    close(fd);
}

static bool is_alphabet(const struct answer *a)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->body[i] != (char)('a' + i % 26))
            return false;
    return true;
}

static void test_big_answers(void)
{
    struct answer a;
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    int fd = hold("/big?n=40000000"), good = 0;
    is_int(hear(fd, &a), 200, "an answer of 40 MB");
    ok(a.n == 40000000 && is_alphabet(&a), "... is the right one");
    answer_free(&a);
    for (int i = 0; i < 60; i++)
        mc_buf_addf(&b, "GET /big?n=%d HTTP/1.1\r\n" HOST "\r\n", 1000000 + i);
    say_bytes(fd, b.data, b.len);
    ok(stats_reach("conns=2 "), "60 pipelined requests for 1 MB each wait for the reader");
    for (size_t i = 0; i < 60; i++) {
        good += hear(fd, &a) == 200 && a.n == 1000000 + i && is_alphabet(&a);
        answer_free(&a);
    }
    is_int(good, 60, "all are answered in order");
    mc_buf_done(&b);
    close(fd);
}

/* ---- many ---- */

#define DESCRIPTORS                                                                                \
    4096 /* both ends of 1000 connections, and the quarter that the server leaves to others */

static void raise_limit(void)
{
    struct rlimit lim;
    getrlimit(RLIMIT_NOFILE, &lim);
    if (lim.rlim_cur < DESCRIPTORS && lim.rlim_max >= DESCRIPTORS) {
        lim.rlim_cur = DESCRIPTORS;
        setrlimit(RLIMIT_NOFILE, &lim);
    }
}

static void test_thousand(void)
{
    enum { N = 1000 };
    static int fds[N];
    struct rlimit lim;
    int good = 0;
    getrlimit(RLIMIT_NOFILE, &lim);
    if (lim.rlim_cur < DESCRIPTORS) {
        skip("too few descriptors for 1000 connections");
        return;
    }
    for (int i = 0; i < N; i++)
        fds[i] = hold("/hold");
    ok(stats_reach("held=1000 "), "%d requests on as many connections", N);
    mc_free(get("/release"));
    for (int i = 0; i < N; i++) {
        struct answer a;
        good += hear(fds[i], &a) == 200;
        answer_free(&a);
    }
    is_int(good, N, "all are answered");
    for (int i = 0; i < N; i++)
        close(fds[i]);
    ok(stats_reach("conns=1 "), "and gone");
}

/* Descriptors run out: the clients that cannot be served are closed at once, and later ones are served again. */
static void test_no_descriptors(void)
{
    enum { CLIENTS = 4, FILL = 200 };
    struct rlimit lim, low;
    struct answer a;
    int fds[CLIENTS], fill[FILL], n = 0, closed = 0;
    getrlimit(RLIMIT_NOFILE, &lim);
    low = lim;
    low.rlim_cur = FILL;
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = dial_later();
    setrlimit(RLIMIT_NOFILE, &low);
    while (n < FILL && (fill[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        n++;
    for (int i = 0; i < CLIENTS; i++) {
        dial_now(fds[i]);
        say(fds[i], "GET /echo HTTP/1.1\r\n" HOST "\r\n");
        closed += hear(fds[i], &a) == 0;
        answer_free(&a);
    }
    /* A descriptor that the server closes late, of an earlier client, may serve one of them. */
    ok(closed >= CLIENTS - 1, "clients that come while descriptors are out are closed (%d of %d)",
       closed, CLIENTS);
    setrlimit(RLIMIT_NOFILE, &lim);
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    while (n > 0)
        close(fill[--n]);
    /* one more may meet the server while it still closes those of before */
    int status = 0;
    for (int tries = 0; tries < 100 && status != 200; tries++) {
        status = ask("GET /echo HTTP/1.1\r\n" HOST "\r\n", &a);
        if (status != 200)
            answer_free(&a);
    }
    is_int(status, 200, "afterwards clients are served again");
    answer_free(&a);
}

static void lose_reserve(struct mc_http *h)
{
    close(h->reserve_fd);
    h->reserve_fd = -1;
}

/* Without even a reserve, accepting pauses; who waits is served when there are descriptors again. */
static void test_accept_pause(void)
{
    struct rlimit lim, low;
    struct answer a;
    const char *preload = getenv("LD_PRELOAD");
    if (preload && strstr(preload, "vgpreload")) {
        skip("valgrind closes what it accepts above the limit");
        return;
    }
    server_start(lose_reserve);
    getrlimit(RLIMIT_NOFILE, &lim);
    int fd = dial_later(), lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
    low = lim;
    low.rlim_cur = (rlim_t)lowest;
    close(lowest);
    setrlimit(RLIMIT_NOFILE, &low);
    dial_now(fd);
    say(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    while (!__atomic_load_n(&fx.http->told_fds_at, __ATOMIC_RELAXED))
        sched_yield();
    setrlimit(RLIMIT_NOFILE, &lim);
    is_int(hear(fd, &a), 200, "a client that had to wait for a descriptor");
    answer_free(&a);
    close(fd);
    server_stop();
}

static void allow_three(struct mc_http *h)
{
    h->conns_max = 3;
}

static void test_connection_limit(void)
{
    struct answer a;
    int fds[3];
    server_start(allow_three);
    for (int i = 0; i < 3; i++)
        fds[i] = hold(i ? "/hold" : "/echo");
    is_int(hear(fds[0], &a), 200, "three connections");
    answer_free(&a);
    is_int(ask("GET /echo HTTP/1.1\r\n" HOST "\r\n", &a), 503, "the fourth: 503");
    ok(a.body && strstr(a.body, "3 open connections"), "... names the bound");
    answer_free(&a);
    close(fds[0]);
    close(fds[1]);
    ok(stats_reach("gone=1 "), "when others have gone, there is room again");
    close(fds[2]);
    server_stop();
}

/* ---- closing ---- */

static void test_close(void)
{
    struct answer a, b;
    server_start(NULL);
    int idle = hold("/echo"), stream = hold("/stream"), held = hold("/hold");
    is_int(hear(idle, &a), 200, "an idle connection, a stream and an unanswered request");
    answer_free(&a);
    ok(stats_reach("held=2"), "... are open");
    mc_free(get("/quit?grace=100"));
    ok(at_end(idle), "the server closes: the idle one ends");
    is_int(hear(stream, &a), 200, "the stream");
    ok(a.complete, "... gets its last chunk");
    is_int(hear(held, &b), 0, "the unanswered one ends when the time of grace is over");
    pthread_join(fx.thread, NULL);
    is_int(fx.closed, 1, "the server closed");
    is_int(fx.gone, 2, "both handlers were told");
    mc_http_free(fx.http);
    mc_loop_free(fx.loop);
    answer_free(&a);
    close(idle);
    close(stream);
    close(held);
}

static void test_memory(void)
{
    size_t own = sizeof(struct mc_conn) - sizeof(((struct mc_conn *)0)->uv);
    ok(own <= 600, "an idle connection takes %zu bytes besides libuv's handle", own);
    ok(own + sizeof(struct mc_http_req) + 500 <= 1024, "an idle stream %zu, and its headers",
       own + sizeof(struct mc_http_req));
}

int main(void)
{
    raise_limit();
    server_start(be_impatient);
    test_slow_requests();
    test_dribble();
    test_idle();
    test_stall();
    test_linger();
    server_stop();
    server_start(NULL);
    test_gone();
    test_stream();
    test_stream_pressure();
    test_big_answers();
    test_thousand();
    test_no_descriptors();
    server_stop();
    test_accept_pause();
    test_connection_limit();
    test_close();
    test_memory();
    return done_testing();
}
