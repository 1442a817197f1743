#include "tests/diff/wire.h"

#include "base/alloc.h"
#include "base/io.h"
#include "tests/diff/gen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_SIZE (64u << 10)
#define PATIENCE_S 30

void die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    printf("Bail out! ");
    vprintf(fmt, ap);
    putchar('\n');
    va_end(ap);
    exit(1);
}

static void read_more(int fd, struct mc_buf *in, const char *who)
{
    static char chunk[READ_SIZE];
    ssize_t n;

    do
        n = read(fd, chunk, sizeof(chunk));
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        die("%s: %s", who, n == 0 ? "the end" : strerror(errno));
    mc_buf_add(in, chunk, (size_t)n);
}

/* ---- HTTP ---- */

struct wire *wire_open(unsigned port)
{
    struct wire *w = MC_NEW(struct wire);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int on = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    w->in.max = w->body.max = w->event.max = GEN_MESSAGE_MAX;
    w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (w->fd < 0 || connect(w->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
        die("connect to port %u: %s", port, strerror(errno));
    setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return w;
}

void wire_close(struct wire *w)
{
    close(w->fd);
    mc_buf_done(&w->in);
    mc_buf_done(&w->body);
    mc_buf_done(&w->event);
    mc_free(w);
}

/* The value of a header in the head, or an empty span. */
static struct mc_str header(struct mc_str head, const char *name)
{
    size_t n = strlen(name);

    for (const char *line = head.p, *end; line < head.p + head.n; line = end + 2) {
        end = memmem(line, (size_t)(head.p + head.n - line), "\r\n", 2);
        if ((size_t)(end - line) > n && strncasecmp(line, name, n) == 0 && line[n] == ':')
            return mc_str_trim((struct mc_str){line + n + 1, (size_t)(end - line) - n - 1});
    }
    return MC_STR_NONE;
}

static void read_head(struct wire *w)
{
    const char *end;
    uint64_t length;

    while (!w->in.len || !(end = memmem(w->in.data, w->in.len, "\r\n\r\n", 4)))
        read_more(w->fd, &w->in, "the hub");
    struct mc_str head = {w->in.data, (size_t)(end - w->in.data) + 2};
    w->status = (int)strtol(w->in.data + sizeof("HTTP/1.1"), NULL, 10);
    w->sse = mc_str_starts(header(head, "Content-Type"), MC_STR("text/event-stream"));
    w->chunked = header(head, "Transfer-Encoding").n > 0;
    snprintf(w->session, sizeof(w->session), "%.*s", MC_STR_ARG(header(head, "Mcp-Session-Id")));
    w->left = mc_str_u64(header(head, "Content-Length"), &length) ? (size_t)length : 0;
    w->over = !w->chunked && w->left == 0;
    mc_buf_drop(&w->in, head.n + 2);
}

/* Moves one chunk from in to body; the last one has no bytes. */
static void read_chunk(struct wire *w)
{
    const char *end;

    while (!w->in.len || !(end = memmem(w->in.data, w->in.len, "\r\n", 2)))
        read_more(w->fd, &w->in, "the hub");
    size_t head = (size_t)(end - w->in.data) + 2, n = strtoul(w->in.data, NULL, 16);
    while (w->in.len < head + n + 2)
        read_more(w->fd, &w->in, "the hub");
    mc_buf_add(&w->body, w->in.data + head, n);
    mc_buf_drop(&w->in, head + n + 2);
    w->over = n == 0;
}

static void read_body(struct wire *w)
{
    if (w->chunked) {
        read_chunk(w);
        return;
    }
    while (w->in.len < w->left)
        read_more(w->fd, &w->in, "the hub");
    mc_buf_add(&w->body, w->in.data, w->left);
    mc_buf_drop(&w->in, w->left);
    w->over = true;
}

void wire_post(struct wire *w, const char *path, const char *headers, struct mc_str body)
{
    struct mc_buf out = MC_BUF_INIT(2 * GEN_MESSAGE_MAX);

    mc_buf_addf(&out,
                "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                "Accept: application/json, text/event-stream\r\n%sContent-Length: %zu\r\n\r\n",
                path, headers, body.n);
    mc_buf_adds(&out, body);
    if (mc_io_write_all(w->fd, out.data, out.len))
        die("the hub does not read");
    mc_buf_done(&out);
    mc_buf_clear(&w->body);
    read_head(w);
}

void wire_get(struct wire *w, const char *path, const char *headers)
{
    struct mc_buf out = MC_BUF_INIT(GEN_MESSAGE_MAX);

    mc_buf_addf(&out, "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n",
                path, headers);
    if (mc_io_write_all(w->fd, out.data, out.len))
        die("the hub does not read");
    mc_buf_done(&out);
    read_head(w);
}

/* The lines of the next event, if they are all there; its data goes to w->event. */
static bool take_event(struct wire *w)
{
    const char *end = w->body.len ? memmem(w->body.data, w->body.len, "\n\n", 2) : NULL;

    if (!end)
        return false;
    mc_buf_clear(&w->event);
    for (const char *line = w->body.data, *stop; line <= end; line = stop + 1) {
        stop = memchr(line, '\n', (size_t)(end - line) + 1);
        if (strncmp(line, "data:", 5) != 0)
            continue;
        line += line[5] == ' ' ? 6 : 5;
        if (w->event.len > 0)
            mc_buf_addc(&w->event, '\n');
        mc_buf_add(&w->event, line, (size_t)(stop - line));
    }
    mc_buf_drop(&w->body, (size_t)(end - w->body.data) + 2);
    return true;
}

bool wire_next(struct wire *w, struct mc_str *message)
{
    if (w->sse) {
        do {
            while (!take_event(w)) {
                if (w->over)
                    return false;
                read_body(w);
            }
        } while (w->event.len == 0); /* comments and priming events */
        *message = mc_buf_str(&w->event);
        return true;
    }
    if (w->over)
        return false;
    while (!w->over)
        read_body(w);
    *message = mc_buf_str(&w->body);
    return true;
}

/* ---- pipes ---- */

struct pipes *pipes_open(char *const argv[])
{
    struct pipes *p = MC_NEW(struct pipes);
    int in[2], out[2];

    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        die("pipe: %s", strerror(errno));
    p->in.max = 2 * GEN_MESSAGE_MAX;
    p->pid = fork();
    if (p->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execv(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    p->to = in[1];
    p->from = out[0];
    return p;
}

void pipes_close(struct pipes *p)
{
    close(p->to);
    close(p->from);
    waitpid(p->pid, NULL, 0);
    mc_buf_done(&p->in);
    mc_free(p);
}

void pipes_send(struct pipes *p, struct mc_str line)
{
    if (mc_io_write_all(p->to, line.p, line.n) || mc_io_write_all(p->to, "\n", 1))
        die("the server does not read");
}

struct mc_str pipes_next(struct pipes *p)
{
    const char *end;

    mc_buf_drop(&p->in, p->used);
    while (!p->in.len || !(end = memchr(p->in.data, '\n', p->in.len)))
        read_more(p->from, &p->in, "the server");
    p->used = (size_t)(end - p->in.data) + 1;
    return (struct mc_str){p->in.data, p->used - 1};
}
