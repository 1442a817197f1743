#include "http/internal.h"

#include "base/alloc.h"
#include "http/peer.h"

/* A request, and what its handler may ask of it. */

#define BODY_FIRST_MAX (1u << 20) /* memory taken on the word of a Content-Length alone */

/* From the read buffer into a buffer of its own, which will grow. */
static void collect_body(struct mc_http_req *r)
{
    size_t first = r->length < BODY_FIRST_MAX ? (size_t)r->length : BODY_FIRST_MAX;
    if ((first > r->body.n && mc_buf_reserve(&r->body_buf, first) < 0) ||
        mc_buf_adds(&r->body_buf, r->body) < 0)
        r->no_memory = true;
    else
        r->body = mc_buf_str(&r->body_buf);
    r->in_place = false;
}

/* Bytes of the body, from the parser. They stay where they are as long as they are one piece. */
static bool take_body(void *arg, const char *p, size_t n)
{
    struct mc_http_req *r = arg;
    if (n > r->c->h->body_max - r->body.n) {
        r->too_big = true;
        return false;
    }
    if (r->body.n == 0) {
        r->body = (struct mc_str){p, n};
        r->in_place = true;
        return true;
    }
    if (r->in_place)
        collect_body(r);
    if (r->no_memory || mc_buf_add(&r->body_buf, p, n) < 0) {
        r->no_memory = true;
        return false;
    }
    r->body = mc_buf_str(&r->body_buf);
    return true;
}

struct mc_http_req *mc_req_new(struct mc_conn *c, const char *p, size_t n,
                               const struct mc_head *head)
{
    struct mc_http_req *r = MC_NEW(struct mc_http_req);
    r->c = c;
    r->head = p;
    r->head_n = (uint16_t)n;
    r->hdr = head->hdr;
    r->n_hdr = head->n_hdr;
    r->method_n = head->method_n;
    r->target = head->target;
    r->target_n = head->target_n;
    r->minor = head->minor;
    r->is_head = mc_str_eq(mc_http_method(r), MC_STR("HEAD"));
    mc_buf_init(&r->body_buf, c->h->body_max);
    r->parser = mc_parser_new(take_body, r);
    return r;
}

void mc_req_keep(struct mc_http_req *r)
{
    size_t hdrs = r->n_hdr * sizeof(*r->hdr), body = r->in_place && r->complete ? r->body.n : 0;
    if (!r->kept || body) {
        char *block = mc_malloc(hdrs + r->head_n + body);
        r->hdr = memcpy(block, r->hdr, hdrs);
        r->head = memcpy(block + hdrs, r->head, r->head_n);
        if (body)
            r->body.p = memcpy(block + hdrs + r->head_n, r->body.p, body);
        mc_free(r->kept);
        r->kept = block;
    }
    if (r->in_place && !r->complete)
        collect_body(r);
    r->in_place = false;
}

void mc_req_free(struct mc_http_req *r)
{
    mc_parser_free(r->parser);
    mc_buf_done(&r->body_buf);
    mc_free(r->kept);
    mc_free(r);
}

/* ---- what a handler may ask ---- */

struct mc_str mc_http_method(const struct mc_http_req *r)
{
    return (struct mc_str){r->head, r->method_n};
}

static struct mc_str target(const struct mc_http_req *r)
{
    return (struct mc_str){r->head + r->target, r->target_n};
}

struct mc_str mc_http_path(const struct mc_http_req *r)
{
    struct mc_str t = target(r);
    const char *q = memchr(t.p, '?', t.n);
    return (struct mc_str){t.p, q ? (size_t)(q - t.p) : t.n};
}

struct mc_str mc_http_query(const struct mc_http_req *r)
{
    struct mc_str t = target(r), path = mc_http_path(r);
    if (path.n == t.n)
        return MC_STR_NONE;
    return (struct mc_str){t.p + path.n + 1, t.n - path.n - 1};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Form decoding: %XX and '+'. A '%' that starts no escape stands for itself. NUL bytes are left out: the result is a C string. */
static char *form_decode(struct mc_str s)
{
    char *out = mc_malloc(s.n + 1), *w = out;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i] == '+' ? ' ' : s.p[i];
        int hi = c == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
        int lo = hi >= 0 ? hex_digit(s.p[i + 2]) : -1;
        if (lo >= 0) {
            c = (char)(hi << 4 | lo);
            i += 2;
        }
        if (c)
            *w++ = c;
    }
    *w = '\0';
    return out;
}

char *mc_http_query_get(const struct mc_http_req *r, const char *name)
{
    struct mc_str left = mc_http_query(r), want = mc_str_of(name);
    while (left.n) {
        const char *amp = memchr(left.p, '&', left.n);
        struct mc_str pair = {left.p, amp ? (size_t)(amp - left.p) : left.n};
        const char *eq = memchr(pair.p, '=', pair.n);
        struct mc_str key = {pair.p, eq ? (size_t)(eq - pair.p) : pair.n};
        if (mc_str_eq(key, want))
            return eq ? form_decode((struct mc_str){eq + 1, pair.n - key.n - 1}) : mc_strdup("");
        left.p += pair.n + (amp ? 1 : 0);
        left.n -= pair.n + (amp ? 1 : 0);
    }
    return NULL;
}

/* From *i on; leaves *i behind the header that it returns. */
static struct mc_str next_header(const struct mc_http_req *r, struct mc_str name, unsigned *i)
{
    while (*i < r->n_hdr) {
        const struct mc_hdr *h = &r->hdr[(*i)++];
        if (h->name_n == name.n &&
            mc_str_eq_nocase((struct mc_str){r->head + h->name, h->name_n}, name))
            return (struct mc_str){r->head + h->value, h->value_n};
    }
    return MC_STR_NONE;
}

struct mc_str mc_http_header(const struct mc_http_req *r, const char *name)
{
    unsigned i = 0;
    return next_header(r, mc_str_of(name), &i);
}

unsigned mc_http_header_count(const struct mc_http_req *r, const char *name)
{
    unsigned i = 0, count = 0;
    while (next_header(r, mc_str_of(name), &i).p)
        count++;
    return count;
}

struct mc_str mc_http_body(const struct mc_http_req *r)
{
    return r->body;
}

enum mc_http_via mc_req_via(const struct mc_http_req *r)
{
    return r->c->peer.via;
}

const struct mc_http_peer *mc_http_peer(struct mc_http_req *r)
{
    struct mc_conn *c = r->c;
    uv_os_fd_t fd;
    if (!c->peer_asked && c->state != MC_CONN_CLOSED &&
        uv_fileno((const uv_handle_t *)&c->uv.stream, &fd) == 0) {
        c->peer_asked = true;
        c->peer.known = c->peer.via == MC_HTTP_UNIX
                            ? mc_peer_unix_owner(fd, &c->peer.uid, &c->peer.pid)
                            : mc_peer_tcp_owner(fd, &c->peer.uid);
    }
    return &c->peer;
}

void *mc_http_data(const struct mc_http_req *r)
{
    return r->data;
}

void mc_http_set_data(struct mc_http_req *r, void *data)
{
    r->data = data;
}
