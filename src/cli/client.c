#include "cli/client.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "base/time.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define IN_SIZE (64u << 10) /* also the longest head accepted */
#define CONNECT_TIMEOUT_S 5
#define SEND_TIMEOUT_MS 30000
#define LINE_MAX_BYTES 1024 /* of a chunk's size or trailer */

enum body {
    BODY_NONE,
    BODY_LENGTH,
    BODY_CHUNK_HEAD,
    BODY_CHUNK,
    BODY_CHUNK_END,
    BODY_TRAILER,
    BODY_TO_END
};

struct mc_client {
    int fd;
    pid_t hub;
    enum body body;
    uint64_t left; /* of the body or the chunk */
    bool close;    /* the connection ends with this answer */
    size_t pos, end;
    char in[IN_SIZE];
};

static int connect_to(const char *path, int *ret_fd, struct mc_err *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct timeval tv = {.tv_sec = CONNECT_TIMEOUT_S};
    MC_CLEANUP(mc_closep) int fd = -1;
    if (strlen(path) >= sizeof(addr.sun_path))
        return mc_err_set(err, MC_E_CONFIG,
                          "the socket's path is too long for a unix socket: %s; set "
                          "XDG_RUNTIME_DIR to a shorter one",
                          path);
    memcpy(addr.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return mc_err_sys(err, errno, "making a socket");
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv,
               sizeof(tv)); /* bounds connect() when the backlog is full */
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            return mc_err_set(err, MC_E_UNREACHABLE,
                              "no hub is running; `mcpctl up` starts it for this repo");
        return mc_err_set(err, MC_E_UNREACHABLE, "connecting to the hub at %s: %s", path,
                          strerror(errno));
    }
    *ret_fd = MC_TAKE_FD(fd);
    return 0;
}

static int reopen(struct mc_client *c, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t len = sizeof(peer);
    mc_client_close(c);
    c->pos = c->end = 0;
    c->body = BODY_NONE;
    c->close = false;
    int ret = mc_path_in(MC_DIR_RUNTIME, MC_CLIENT_SOCKET, &path, err);
    if (ret < 0)
        return ret;
    ret = connect_to(path, &c->fd, err);
    if (ret < 0)
        return ret;
    if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || peer.uid != geteuid())
        return mc_err_set(err, MC_E_DENIED,
                          "the hub at %s belongs to another user (uid %u); remove that socket's "
                          "directory, or set XDG_RUNTIME_DIR to one of your own",
                          path, (unsigned)peer.uid);
    c->hub = peer.pid;
    return 0;
}

int mc_client_open(struct mc_client **ret, struct mc_err *err)
{
    struct mc_client *c =
        mc_malloc(sizeof(*c)); /* not cleared: `in` is large and the start-up short */
    c->fd = -1;
    int r = reopen(c, err);
    if (r < 0) {
        mc_client_free(c);
        return r;
    }
    *ret = c;
    return 0;
}

void mc_client_free(struct mc_client *c)
{
    if (!c)
        return;
    mc_closep(&c->fd);
    mc_free(c);
}

void mc_client_freep(struct mc_client **c)
{
    mc_client_free(*c);
}

void mc_client_close(struct mc_client *c)
{
    mc_closep(&c->fd);
    c->fd = -1;
}

int mc_client_fd(const struct mc_client *c)
{
    return c->fd;
}

pid_t mc_client_pid(const struct mc_client *c)
{
    return c->hub;
}

static int lost(struct mc_client *c, struct mc_err *err)
{
    c->close = true;
    c->body = BODY_NONE;
    return mc_err_set(err, MC_E_UNREACHABLE,
                      "the hub closed the connection before it had answered; its log may say why");
}

/* More bytes behind what is there: 1, 0 at the end of the connection, or an error. */
static int fill(struct mc_client *c, uint64_t deadline, struct mc_err *err)
{
    if (c->pos > 0) {
        memmove(c->in, c->in + c->pos, c->end - c->pos);
        c->end -= c->pos;
        c->pos = 0;
    }
    if (c->end == IN_SIZE)
        return mc_err_set(err, MC_E_PROTOCOL, "the hub's answer has a head of more than %u bytes",
                          IN_SIZE);
    for (;;) {
        ssize_t n = recv(c->fd, c->in + c->end, IN_SIZE - c->end, MSG_DONTWAIT);
        if (n > 0)
            c->end += (size_t)n;
        if (n >= 0)
            return n > 0;
        if (errno == ECONNRESET)
            return 0;
        if (errno != EAGAIN && errno != EINTR)
            return mc_err_sys(err, errno, "reading from the hub");
        uint64_t now = mc_now_ms();
        if (now >= deadline)
            return mc_err_set(err, MC_E_TIMEOUT, "the hub did not answer in time");
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        uint64_t wait = deadline - now;
        poll(&p, 1, wait > 1000000 ? 1000000 : (int)wait);
    }
}

static uint64_t deadline_of(int timeout_ms)
{
    return timeout_ms < 0 ? UINT64_MAX : mc_now_ms() + (uint64_t)timeout_ms;
}

/* 0 also when the hub has stopped reading: it may have answered already (too big, not allowed). */
static int send_all(struct mc_client *c, struct mc_str s, struct mc_err *err)
{
    uint64_t deadline = deadline_of(SEND_TIMEOUT_MS);
    while (s.n > 0) {
        ssize_t n = send(c->fd, s.p, s.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            s.p += n;
            s.n -= (size_t)n;
            continue;
        }
        if (errno == EPIPE || errno == ECONNRESET)
            return 0;
        if (errno != EAGAIN && errno != EINTR)
            return mc_err_sys(err, errno, "writing to the hub");
        if (mc_now_ms() >= deadline)
            return mc_err_set(err, MC_E_TIMEOUT, "the hub does not take the request");
        struct pollfd p = {.fd = c->fd, .events = POLLOUT};
        poll(&p, 1, 1000);
    }
    return 0;
}

/* The next line without its end, at most max bytes: 1 or an error. */
static int take_line(struct mc_client *c, size_t max, uint64_t deadline, struct mc_str *ret,
                     struct mc_err *err)
{
    for (;;) {
        char *nl = memchr(c->in + c->pos, '\n', c->end - c->pos);
        if (nl) {
            *ret = (struct mc_str){c->in + c->pos, (size_t)(nl - c->in) - c->pos};
            c->pos += ret->n + 1;
            if (ret->n && ret->p[ret->n - 1] == '\r')
                ret->n--;
            return 1;
        }
        if (c->end - c->pos > max)
            return mc_err_set(err, MC_E_PROTOCOL,
                              "the hub's answer has a line of more than %zu bytes", max);
        int r = fill(c, deadline, err);
        if (r <= 0)
            return r < 0 ? r : lost(c, err);
    }
}

static int bad_header(struct mc_str h, struct mc_err *err)
{
    return mc_err_set(err, MC_E_PROTOCOL, "the hub's answer has a bad header: %.*s", MC_STR_ARG(h));
}

static int header(struct mc_client *c, struct mc_str h, struct mc_client_reply *reply,
                  struct mc_err *err)
{
    const char *colon = memchr(h.p, ':', h.n);
    if (!colon)
        return bad_header(h, err);
    struct mc_str name = {h.p, (size_t)(colon - h.p)};
    struct mc_str value = mc_str_trim((struct mc_str){colon + 1, h.n - name.n - 1});
    if (mc_str_eq_nocase(name, MC_STR("content-length"))) {
        if (!mc_str_u64(value, &c->left))
            return bad_header(h, err);
        c->body = BODY_LENGTH;
    } else if (mc_str_eq_nocase(name, MC_STR("transfer-encoding"))) {
        if (!mc_str_eq_nocase(value, MC_STR("chunked")))
            return bad_header(h, err);
        c->body = BODY_CHUNK_HEAD;
    } else if (mc_str_eq_nocase(name, MC_STR("content-type"))) {
        reply->event_stream = mc_str_starts(value, MC_STR("text/event-stream"));
    } else if (mc_str_eq_nocase(name, MC_STR("connection"))) {
        c->close = mc_str_eq_nocase(value, MC_STR("close"));
    }
    return 0;
}

static int read_head(struct mc_client *c, uint64_t deadline, struct mc_client_reply *reply,
                     struct mc_err *err)
{
    struct mc_str s;
    int r = take_line(c, IN_SIZE, deadline, &s, err);
    if (r < 0)
        return r;
    uint64_t status;
    if (s.n < 12 || !mc_str_starts(s, MC_STR("HTTP/1.")) ||
        !mc_str_u64((struct mc_str){s.p + 9, 3}, &status))
        return mc_err_set(err, MC_E_PROTOCOL,
                          "what listens on the hub's socket does not speak HTTP");
    *reply = (struct mc_client_reply){.status = (int)status};
    c->body = BODY_TO_END;
    c->close = false;
    for (;;) {
        r = take_line(c, IN_SIZE, deadline, &s, err);
        if (r < 0)
            return r;
        if (s.n == 0)
            break;
        r = header(c, s, reply, err);
        if (r < 0)
            return r;
    }
    if (status == 204 || status == 304 || status < 200)
        c->body = BODY_NONE;
    c->close |= c->body == BODY_TO_END;
    return 0;
}

int mc_client_send(struct mc_client *c, const struct mc_client_request *req, int timeout_ms,
                   struct mc_client_reply *ret, struct mc_err *err)
{
    int r;
    if (c->fd < 0 || c->close || c->body != BODY_NONE) {
        r = reopen(c, err);
        if (r < 0)
            return r;
    }
    struct mc_buf b = MC_BUF_INIT(IN_SIZE + req->body.n);
    mc_buf_addf(&b, "%s %s HTTP/1.1\r\nHost: localhost\r\n", req->method, req->path);
    mc_buf_adds(&b, req->headers);
    if (req->body.p)
        mc_buf_addf(&b, "Content-Type: application/json\r\nContent-Length: %zu\r\n", req->body.n);
    mc_buf_addz(&b, "\r\n");
    mc_buf_adds(&b, req->body);
    r = b.failed
            ? mc_err_set(err, MC_E_TOO_BIG, "the request's head is larger than %u bytes", IN_SIZE)
            : send_all(c, mc_buf_str(&b), err);
    mc_buf_done(&b);
    if (r < 0)
        return r;
    uint64_t deadline = deadline_of(timeout_ms);
    do
        r = read_head(c, deadline, ret, err);
    while (r == 0 && ret->status < 200);
    if (r < 0)
        c->close = true;
    return r;
}

static int chunk_head(struct mc_client *c, uint64_t deadline, struct mc_err *err)
{
    struct mc_str s;
    int r = take_line(c, LINE_MAX_BYTES, deadline, &s, err);
    if (r < 0)
        return r;
    size_t i = 0;
    for (c->left = 0; i < s.n && i < 8; i++) {
        const char *digits = "0123456789abcdef";
        char low = s.p[i] >= 'A' && s.p[i] <= 'F' ? (char)(s.p[i] | 0x20) : s.p[i];
        const char *d = low ? strchr(digits, low) : NULL;
        if (!d)
            break;
        c->left = c->left * 16 + (uint64_t)(d - digits);
    }
    if (i == 0 || (i < s.n && s.p[i] != ';' && s.p[i] != ' '))
        return mc_err_set(err, MC_E_PROTOCOL, "the hub's answer has a bad chunk");
    c->body = c->left ? BODY_CHUNK : BODY_TRAILER;
    return 0;
}

/* What stands between two pieces of the body. 0 or an error. */
static int between(struct mc_client *c, uint64_t deadline, struct mc_err *err)
{
    struct mc_str s;
    int r;
    switch (c->body) {
    case BODY_CHUNK_HEAD:
        return chunk_head(c, deadline, err);
    case BODY_CHUNK_END:
        r = take_line(c, LINE_MAX_BYTES, deadline, &s, err);
        c->body = r < 0 ? c->body : BODY_CHUNK_HEAD;
        return r < 0 ? r : 0;
    case BODY_TRAILER:
        r = take_line(c, LINE_MAX_BYTES, deadline, &s, err);
        if (r > 0 && s.n == 0)
            c->body = BODY_NONE;
        return r < 0 ? r : 0;
    default:
        return 0;
    }
}

static bool in_piece(const struct mc_client *c)
{
    return c->body == BODY_LENGTH || c->body == BODY_CHUNK || c->body == BODY_TO_END;
}

int mc_client_read(struct mc_client *c, int timeout_ms, struct mc_str *ret, struct mc_err *err)
{
    uint64_t deadline = deadline_of(timeout_ms);
    int r = 0;
    while (r >= 0 && c->body != BODY_NONE && !in_piece(c))
        r = between(c, deadline, err);
    if (r < 0)
        return r;
    if (c->body == BODY_LENGTH && c->left == 0)
        c->body = BODY_NONE;
    if (c->body == BODY_NONE)
        return 0;
    if (c->pos == c->end) {
        r = fill(c, deadline, err);
        if (r < 0)
            return r;
        if (r == 0 && c->body != BODY_TO_END)
            return lost(c, err);
        if (r == 0) {
            c->body = BODY_NONE;
            return 0;
        }
    }
    size_t n = c->end - c->pos;
    if (c->body != BODY_TO_END && n > c->left)
        n = (size_t)c->left;
    *ret = (struct mc_str){c->in + c->pos, n};
    c->pos += n;
    if (c->body != BODY_TO_END)
        c->left -= n;
    if (c->body == BODY_CHUNK && c->left == 0)
        c->body = BODY_CHUNK_END;
    return 1;
}

int mc_client_body(struct mc_client *c, int timeout_ms, struct mc_buf *out, struct mc_err *err)
{
    struct mc_str piece;
    int r;
    while ((r = mc_client_read(c, timeout_ms, &piece, err)) > 0) {
        if (mc_buf_adds(out, piece) < 0)
            return mc_err_set(err, MC_E_TOO_BIG, "the answer is larger than %zu bytes", out->max);
    }
    return r;
}
