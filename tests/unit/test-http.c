/* Requests: what is accepted, what is refused and how, whatever way the bytes come. */
#include "tests/unit/http-fixture.h"

#define HOST "Host: localhost\r\n"
#define CLOSE "Connection: close\r\n"

static void tune(struct mc_http *h)
{
    mc_http_set_body_max(h, 1000);
}

/* ---- rows: bytes and the status that they get ---- */

static const struct row {
    const char *what, *raw;
    int status;
    const char *says; /* in the body */
} rows[] = {
    {"a plain GET", "GET /echo HTTP/1.1\r\n" HOST "\r\n", 200, NULL},
    {"HTTP/1.0 without Host", "GET /echo HTTP/1.0\r\n\r\n", 200, NULL},
    {"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 200, NULL},
    {"an empty line before the request", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 200, NULL},
    {"no white space before a value", "GET / HTTP/1.1\r\nHost:localhost\r\n\r\n", 200, NULL},
    {"tabs and bytes above 127 in a value", "GET / HTTP/1.1\r\n" HOST "X: a\tb\xc3\xa9\r\n\r\n",
     200, NULL},
    {"an upgrade is ignored",
     "GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200, NULL},
    {"a chunked body",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200,
     "abc"},
    {"chunk extension and trailer",
     "POST / HTTP/1.1\r\n" HOST
     "Transfer-Encoding: CHUNKED\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n",
     200, "abc"},
    {"space before the colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400, "header name"},
    {"a folded header", "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400, "folded"},
    {"a folded first header", "GET / HTTP/1.1\r\n X: a\r\n" HOST "\r\n", 400, "folded"},
    {"LF alone after the request line", "GET / HTTP/1.1\n" HOST "\r\n", 400, "CR LF"},
    {"LF alone after a header", "GET / HTTP/1.1\r\nHost: localhost\n\r\n", 400, "CR LF"},
    {"LF alone at the end", "GET / HTTP/1.1\r\n" HOST "\n", 400, "CR LF"},
    {"a bare CR in a value", "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", 400, "control"},
    {"a control character in a value", "GET / HTTP/1.1\r\n" HOST "X: a\001b\r\n\r\n", 400,
     "control"},
    {"DEL in a long value", "GET / HTTP/1.1\r\n" HOST "X: 0123456789abcdef\177z\r\n\r\n", 400,
     "control"},
    {"an empty header name", "GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n", 400, "header name"},
    {"a header without a colon", "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n", 400, "colon"},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n" HOST "\r\n", 505, "HTTP/1.1"},
    {"HTTP/2.0", "GET / HTTP/2.0\r\n" HOST "\r\n", 505, NULL},
    {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, NULL},
    {"HTTP/1.10", "GET / HTTP/1.10\r\n" HOST "\r\n", 505, NULL},
    {"HTTP/0.9", "GET /\r\n", 400, "HTTP/0.9"},
    {"lower-case http", "GET / http/1.1\r\n" HOST "\r\n", 400, NULL},
    {"another protocol", "\x16\x03\x01\x02\r\n\r\n", 400, NULL},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 400, "Host"},
    {"two Hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400, "Host"},
    {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\n" HOST HOST "\r\n", 400, "Host"},
    {"an absolute target", "GET http://localhost/ HTTP/1.1\r\n" HOST "\r\n", 400, "begins with /"},
    {"CONNECT", "CONNECT localhost:80 HTTP/1.1\r\n" HOST "\r\n", 400, "begins with /"},
    {"* without OPTIONS", "GET * HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"a fragment in the target", "GET /#x HTTP/1.1\r\n" HOST "\r\n", 400, "percent-encoded"},
    {"a space in the target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"two spaces", "GET  / HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"a byte above 127 in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400,
     "percent-encoded"},
    {"an unknown method", "FETCH / HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"a method in lower case", "get / HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"length and chunked",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
     NULL},
    {"chunked and length",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400,
     NULL},
    {"two lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
     400, NULL},
    {"a list of lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\nabc", 400, NULL},
    {"a signed length", "POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nabc", 400, NULL},
    {"a negative length", "POST / HTTP/1.1\r\n" HOST "Content-Length: -3\r\n\r\nabc", 400, NULL},
    {"a length beyond 64 bits",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 400, NULL},
    {"an unknown transfer coding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n",
     501, "chunked"},
    {"two transfer codings", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n",
     501, NULL},
    {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
     NULL},
    {"an unknown expectation", "POST / HTTP/1.1\r\n" HOST "Expect: cake\r\n\r\n", 417,
     "100-continue"},
    {"a chunk size that is none",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, NULL},
    {"a chunk size beyond 64 bits",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400,
     NULL},
    {"a chunk longer than said",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", 400,
     NULL},
    {"a length over the bound", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n", 413,
     "over 1000 bytes"},
    {"an early refusal", "POST /forbidden HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n", 403,
     "no"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct answer a;
        int status = ask(rows[i].raw, &a);
        is_int(status, rows[i].status, "%s: %d", rows[i].what, rows[i].status);
        if (rows[i].says)
            ok(a.body && strstr(a.body, rows[i].says), "... and says \"%s\"", rows[i].says);
        if (status != 200 && status != 403 &&
            !(a.body && strstr(a.body, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,")))
            ok(false, "... in JSON-RPC: %s", a.body ? a.body : "nothing");
        answer_free(&a);
    }
    static const char nul[] = "GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n";
    struct answer a;
    is_int(ask_bytes(nul, sizeof(nul) - 1, &a), 400, "NUL in a value: 400");
    answer_free(&a);
}

/* ---- bounds, at the last good value and the first bad one ---- */

static int ask_buf(struct mc_buf *b, struct answer *a)
{
    int status = ask_bytes(b->data, b->len, a);
    mc_buf_done(b);
    return status;
}

static void add_filled(struct mc_buf *b, char c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mc_buf_addc(b, c);
}

static int ask_target(size_t n)
{
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    struct answer a;
    mc_buf_addz(&b, "GET /");
    add_filled(&b, 't', n - 1);
    mc_buf_addz(&b, " HTTP/1.1\r\n" HOST "\r\n");
    int status = ask_buf(&b, &a);
    answer_free(&a);
    return status;
}

static int ask_header_bytes(size_t total)
{
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    struct answer a;
    mc_buf_addz(&b, "GET / HTTP/1.1\r\n" HOST "X: ");
    add_filled(&b, 'x', total - b.len - 4);
    mc_buf_addz(&b, "\r\n\r\n");
    int status = ask_buf(&b, &a);
    answer_free(&a);
    return status;
}

static int ask_header_count(unsigned n)
{
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    struct answer a;
    mc_buf_addz(&b, "GET / HTTP/1.1\r\n" HOST);
    for (unsigned i = 1; i < n; i++)
        mc_buf_addf(&b, "H%u: v\r\n", i);
    mc_buf_addz(&b, "\r\n");
    int status = ask_buf(&b, &a);
    answer_free(&a);
    return status;
}

static int ask_body(size_t n, bool chunked, struct answer *a)
{
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    mc_buf_addz(&b, "POST / HTTP/1.1\r\n" HOST);
    if (chunked)
        mc_buf_addf(&b, "Transfer-Encoding: chunked\r\n\r\n1\r\nb\r\n%zx\r\n", n - 1);
    else
        mc_buf_addf(&b, "Content-Length: %zu\r\n\r\n", n);
    add_filled(&b, 'b', chunked ? n - 1 : n);
    if (chunked)
        mc_buf_addz(&b, "\r\n0\r\n\r\n");
    return ask_buf(&b, a);
}

static void test_bounds(void)
{
    struct answer a;
    is_int(ask_target(MC_HTTP_TARGET_MAX), 200, "a target of %u bytes", MC_HTTP_TARGET_MAX);
    is_int(ask_target(MC_HTTP_TARGET_MAX + 1), 414, "one more: 414");
    is_int(ask_target((size_t)3 * MC_HTTP_HEADERS_MAX), 414, "and far more: 414");
    is_int(ask_header_bytes(MC_HTTP_HEADERS_MAX), 200, "headers of %u bytes", MC_HTTP_HEADERS_MAX);
    is_int(ask_header_bytes(MC_HTTP_HEADERS_MAX + 1), 431, "one more: 431");
    is_int(ask_header_bytes(150000), 431, "150,000 bytes of headers: 431");
    is_int(ask_header_count(MC_HTTP_HEADER_COUNT_MAX), 200, "%d headers", MC_HTTP_HEADER_COUNT_MAX);
    is_int(ask_header_count(MC_HTTP_HEADER_COUNT_MAX + 1), 431, "one more: 431");
    for (int chunked = 0; chunked < 2; chunked++) {
        is_int(ask_body(1000, chunked, &a), 200, "a %s body of 1000 bytes",
               chunked ? "chunked" : "plain");
        ok(a.n == 1000 && strspn(a.body, "b") == 1000, "... arrives whole");
        answer_free(&a);
        is_int(ask_body(1001, chunked, &a), 413, "one more: 413");
        ok(a.body && strstr(a.body, "1000 bytes"), "... and names the bound");
        ok(strstr(a.head, "Connection: close"), "... and closes");
        answer_free(&a);
    }
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    mc_buf_addz(&b, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1;");
    add_filled(&b, 'e', 100000);
    is_int(ask_buf(&b, &a), 413, "an endless chunk extension: 413");
    answer_free(&a);
}

/* The client is still sending when it is refused, and can read why nevertheless. */
static void test_refused_while_sending(void)
{
    struct answer a;
    char junk[65536];
    int fd = dial();
    bool sent = true;
    memset(junk, 'j', sizeof(junk));
    say(fd, "POST / HTTP/1.1\r\n" HOST "Content-Length: 8000000\r\n\r\n");
    for (int i = 0; i < 122 && sent; i++)
        sent = say_bytes(fd, junk, sizeof(junk));
    ok(sent, "8 MB are taken and thrown away");
    is_int(hear(fd, &a), 413, "and 413 is read after them");
    ok(at_end(fd), "then the connection ends");
    answer_free(&a);
    close(fd);
}

/* ---- whatever way the bytes come ---- */

static void test_splits(void)
{
    static const char plain[] =
        "POST /echo?x=1 HTTP/1.1\r\n" HOST "Content-Length: 12\r\nX-A: b\r\n\r\nhello, world";
    static const char chunked[] =
        "POST /echo HTTP/1.1\r\n" HOST
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;e\r\n, world\r\n0\r\n\r\n";
    static const char *const raws[] = {plain, chunked};
    for (size_t i = 0; i < MC_ARRAY_LEN(raws); i++) {
        const char *raw = raws[i];
        size_t n = strlen(raw), good = 0;
        int fd = dial(), on = 1;
        setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, sizeof(on));
        for (size_t cut = 1; cut < n; cut++) {
            struct answer a;
            say_bytes(fd, raw, cut);
            mc_free(get("/echo")); /* a round trip: the first part has been read */
            say_bytes(fd, raw + cut, n - cut);
            good += hear(fd, &a) == 200 && a.n == 12 && memcmp(a.body, "hello, world", 12) == 0;
            answer_free(&a);
        }
        is_int(good, n - 1, "a %s request split at every byte", i ? "chunked" : "plain");
        struct answer a;
        for (size_t k = 0; k < n; k++)
            say_bytes(fd, raw + k, 1);
        is_int(hear(fd, &a), 200, "and byte by byte");
        ok(a.n == 12 && memcmp(a.body, "hello, world", 12) == 0, "... with its body");
        answer_free(&a);
        close(fd);
    }
}

static void test_pipelining(void)
{
    enum { N = 200 };
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    int fd = dial(), in_order = 0;
    for (int i = 0; i < N; i++)
        mc_buf_addf(&b, "POST %s HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n%03d",
                    i == 50 ? "/hold" : "/echo", i);
    say_bytes(fd, b.data, b.len);
    ok(stats_reach("held=1"), "the 51st of %d pipelined requests is held", N);
    mc_free(get("/release"));
    for (int i = 0; i < N; i++) {
        struct answer a;
        uint64_t v = N;
        in_order +=
            hear(fd, &a) == 200 && mc_str_u64((struct mc_str){a.body, a.n}, &v) && v == (unsigned)i;
        answer_free(&a);
    }
    is_int(in_order, N, "all are answered in order");
    mc_buf_done(&b);
    close(fd);
}

/* Behind a held request 64 KiB are taken, then the client's sending stops. */
static void test_pipeline_bound(void)
{
    char junk[4096];
    struct answer a;
    int fd = dial();
    size_t sent = 0;
    memset(junk, '\r', sizeof(junk));
    say(fd, "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1");
    ok(stats_reach("held=1"), "a request is held");
    for (size_t i = 0; i < sizeof(junk) - 1; i += 2)
        junk[i + 1] = '\n';
    for (ssize_t k;
         sent < (64u << 20) && (k = send(fd, junk, sizeof(junk), MSG_DONTWAIT | MSG_NOSIGNAL)) > 0;)
        sent += (size_t)k;
    ok(sent < (64u << 20), "reading stops behind it (%zu bytes went out)", sent);
    mc_free(get("/release"));
    is_int(hear(fd, &a), 200, "it is answered");
    answer_free(&a);
    /* An odd byte may have been cut off: then the rest is no request line, else it was empty lines all along. */
    say(fd,
        sent % 2 ? "\nGET /echo HTTP/1.1\r\n" HOST "\r\n" : "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    is_int(hear(fd, &a), 200, "and so is what comes behind the bytes that had waited");
    answer_free(&a);
    close(fd);
}

/* ---- keep-alive, HEAD, Expect, what a handler sees ---- */

static void test_keep_alive(void)
{
    struct answer a;
    int fd = dial();
    for (int i = 0; i < 3; i++) {
        say(fd, "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi");
        is_int(hear(fd, &a), 200, "request %d on one connection", i + 1);
        answer_free(&a);
    }
    say(fd, "HEAD /big?n=1234 HTTP/1.1\r\n" HOST "\r\n");
    is_int(hear_to(fd, &a, true), 200, "HEAD");
    ok(strstr(a.head, "Content-Length: 1234\r\n"), "... has the length of what GET would send");
    answer_free(&a);
    say(fd, "POST /nothing HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
    is_int(hear(fd, &a), 202, "... and no body: the next answer follows");
    ok(strstr(a.head, "Content-Length: 0\r\n") && !strstr(a.head, "Content-Type"),
       "an answer without a body");
    ok(strstr(a.head, "\r\nDate: ") && strstr(a.head, " GMT\r\n"), "... has a date");
    answer_free(&a);
    say(fd, "GET / HTTP/1.1\r\n" HOST CLOSE "\r\n");
    is_int(hear(fd, &a), 200, "Connection: close");
    ok(strstr(a.head, "Connection: close\r\n") && at_end(fd), "... closes");
    answer_free(&a);
    close(fd);
    fd = dial();
    say(fd, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    is_int(hear(fd, &a), 200, "HTTP/1.0 with keep-alive");
    ok(strstr(a.head, "Connection: keep-alive\r\n"), "... is told that it is kept");
    answer_free(&a);
    say(fd, "GET / HTTP/1.0\r\n\r\n");
    is_int(hear(fd, &a), 200, "HTTP/1.0 without");
    ok(at_end(fd), "... closes");
    answer_free(&a);
    close(fd);
}

static void test_half_close(void)
{
    struct answer a;
    int fd = dial();
    say(fd, "POST /big?n=300000 HTTP/1.1\r\n" HOST "\r\n");
    shutdown(fd, SHUT_WR);
    is_int(hear(fd, &a), 200, "a client that closed its side gets what was answered already");
    is_int(a.n, 300000, "... all of it");
    ok(at_end(fd), "... and then the end");
    answer_free(&a);
    close(fd);
}

static void test_expect(void)
{
    struct answer a;
    unsigned continues = 0;
    int fd = dial();
    say(fd, "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    char line[64];
    hear_line(fd, line, sizeof(line));
    is_str(line, "HTTP/1.1 100 Continue\r\n", "a client that waits is told to go on");
    hear_line(fd, line, sizeof(line));
    say(fd, "hi");
    is_int(hear_head(fd, &a, &continues), 200, "... and answered");
    is_int(continues, 0, "... once");
    answer_free(&a);
    close(fd);
    is_int(
        ask("POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", &a),
        200, "no wait, no 100");
    answer_free(&a);
    fd = dial();
    say(fd, "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
    is_int(hear_head(fd, &a, &continues), 413, "a body that is too long is refused instead");
    is_int(continues, 0, "... without 100");
    answer_free(&a);
    close(fd);
}

static void test_accessors(void)
{
    struct answer a;
    is_int(ask("GET /header?x=1&name=X%2dTest&name=no HTTP/1.1\r\n" HOST
               "x-tEST:  \t two words \t\r\n\r\n",
               &a),
           200, "a header is found");
    is_str(a.body, "two words", "... whatever its case, trimmed; the query is decoded");
    ok(strstr(a.head, "\r\nX-Extra: yes\r\n"), "... and a handler's own header is sent");
    answer_free(&a);
    is_int(ask("GET /header?name=a+b&%zz HTTP/1.1\r\n" HOST "\r\n", &a), 200, "an odd query");
    is_int(a.n, 0, "... and no such header");
    answer_free(&a);
    is_int(ask("GET /header?name HTTP/1.1\r\n" HOST "\r\n", &a), 200,
           "a parameter without a value");
    answer_free(&a);
}

/* A kept request must not point into the read buffer, which others use meanwhile. */
static void test_kept(void)
{
    struct answer a;
    int fd = dial();
    say(fd, "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nkept body");
    ok(stats_reach("held=1"), "a request is held");
    for (int i = 0; i < 10; i++) {
        ask_body(900, false, &a);
        answer_free(&a);
    }
    mc_free(get("/release"));
    is_int(hear(fd, &a), 200, "it is answered later");
    is_str(a.body, "kept body", "... from its own bytes");
    answer_free(&a);
    close(fd);
}

int main(void)
{
    server_start(tune);
    printf("# parser: %s\n", mc_parser_name());
    test_rows();
    test_bounds();
    test_refused_while_sending();
    test_splits();
    test_pipelining();
    test_pipeline_bound();
    test_keep_alive();
    test_half_close();
    test_expect();
    test_accessors();
    test_kept();
    ok(stats_reach("held=0 gone=0"), "nothing is left");
    server_stop();
    return done_testing();
}
