#include "tests/bench/bench.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HIST_STEP_NS 100
#define HIST_STEPS 10000000 /* 1 s */

void bench_die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

uint64_t bench_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

unsigned long bench_number(const char *what, const char *text)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    if (errno || end == text || *end)
        bench_die("%s: \"%s\" is not a number", what, text);
    return n;
}

void bench_raise_nofile(void)
{
    struct rlimit rl;
    if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
        rl.rlim_cur = rl.rlim_max;
        setrlimit(RLIMIT_NOFILE, &rl);
    }
}

/* ---- histogram ---- */

struct bench_hist {
    uint64_t count, max_ns;
    uint32_t step[HIST_STEPS + 1];
};

struct bench_hist *bench_hist_new(void)
{
    struct bench_hist *h = calloc(1, sizeof *h);
    if (!h)
        bench_die("no memory for a histogram");
    return h;
}

void bench_hist_add(struct bench_hist *h, uint64_t ns)
{
    uint64_t i = ns / HIST_STEP_NS;
    h->step[i < HIST_STEPS ? i : HIST_STEPS]++;
    h->count++;
    if (ns > h->max_ns)
        h->max_ns = ns;
}

uint64_t bench_hist_count(const struct bench_hist *h)
{
    return h->count;
}

double bench_hist_us(const struct bench_hist *h, double quantile)
{
    uint64_t want = (uint64_t)(quantile * (double)h->count), seen = 0;
    for (size_t i = 0; i <= HIST_STEPS; i++) {
        seen += h->step[i];
        if (seen > want)
            return (double)i * HIST_STEP_NS / 1000.0;
    }
    return bench_hist_max_us(h);
}

double bench_hist_max_us(const struct bench_hist *h)
{
    return (double)h->max_ns / 1000.0;
}

/* ---- connections ---- */

int bench_connect(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        bench_die("socket: %s", strerror(errno));
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

unsigned bench_free_port(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t n = sizeof at;
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || getsockname(fd, (struct sockaddr *)&at, &n) < 0)
        bench_die("no free port: %s", strerror(errno));
    close(fd);
    return ntohs(at.sin_port);
}

void bench_write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            bench_die("write: %s", strerror(errno));
        p += w;
        n -= (size_t)w;
    }
}

/* ---- answers ---- */

bool bench_answer_read(struct bench_answer *a, int fd)
{
    if (a->len == BENCH_ANSWER_MAX)
        bench_die("an answer is longer than %u bytes", BENCH_ANSWER_MAX);
    ssize_t n = read(fd, a->buf + a->len, BENCH_ANSWER_MAX - a->len);
    if (n <= 0)
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    a->len += (size_t)n;
    a->buf[a->len] = '\0';
    return true;
}

bool bench_answer_header(const struct bench_answer *a, const char *name, char *out, size_t size)
{
    size_t n = strlen(name);
    for (const char *line = a->buf; line && line < a->buf + a->head; line = strstr(line, "\r\n")) {
        line += line == a->buf ? 0 : 2;
        if (strncasecmp(line, name, n) != 0 || line[n] != ':')
            continue;
        const char *v = line + n + 1, *end = strstr(v, "\r\n");
        while (v < end && isspace((unsigned char)*v))
            v++;
        snprintf(out, size, "%.*s", (int)(end - v), v);
        return true;
    }
    return false;
}

static void read_head(struct bench_answer *a)
{
    const char *end = strstr(a->buf, "\r\n\r\n");
    if (!end)
        return;
    a->head = (size_t)(end - a->buf) + 4;
    if (a->len < 12 || strncmp(a->buf, "HTTP/1.1 ", 9) != 0)
        bench_die("not an HTTP answer: %.60s", a->buf);
    a->status = (int)strtol(a->buf + 9, NULL, 10);
    char value[32];
    a->chunked = bench_answer_header(a, "Transfer-Encoding", value, sizeof value);
    a->total = a->head;
    if (bench_answer_header(a, "Content-Length", value, sizeof value))
        a->total += bench_number("Content-Length", value);
}

bool bench_answer_whole(struct bench_answer *a)
{
    if (!a->head)
        read_head(a);
    if (!a->head)
        return false;
    if (!a->chunked)
        return a->len >= a->total;
    const char *last = strstr(a->buf + a->head - 2, "\r\n0\r\n\r\n");
    if (last)
        a->total = (size_t)(last - a->buf) + 7;
    return last != NULL;
}

void bench_answer_next(struct bench_answer *a)
{
    a->len -= a->total;
    memmove(a->buf, a->buf + a->total, a->len + 1);
    a->head = 0;
    a->chunked = false;
}

char *bench_post(const char *path, const char *headers, const char *body, size_t *ret_len)
{
    char *out = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&out, &size);
    if (!f)
        bench_die("no memory for a request");
    fprintf(f,
            "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Accept: application/json, text/event-stream\r\n%sContent-Length: %zu\r\n\r\n%s",
            path, headers, strlen(body), body);
    fclose(f);
    *ret_len = size;
    return out;
}
