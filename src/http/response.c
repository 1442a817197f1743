#include "http/internal.h"

#include "base/err.h"

#include <stdio.h>
#include <time.h>

/* Answers: whole ones, and event streams. Everything is appended to the connection's output. */

static const struct {
    int status;
    const char *text;
} reasons[] = {
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

static const char *reason(int status)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Other";
}

/* "Date: Sat, 21 Nov 2026 06:45:00 GMT\r\n", made once per second. */
static struct mc_str date_header(void)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static char text[64];
    static time_t made;
    static size_t len;
    time_t now = time(NULL);
    if (now != made) {
        struct tm t;
        gmtime_r(&now, &t);
        made = now;
        len = (size_t)snprintf(text, sizeof(text), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                               days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900,
                               t.tm_hour, t.tm_min, t.tm_sec);
    }
    return (struct mc_str){text, len};
}

static char *put(char *w, struct mc_str s)
{
    if (s.n)
        memcpy(w, s.p, s.n);
    return w + s.n;
}

static char *put_number(char *w, size_t v)
{
    char digits[24], *d = digits + sizeof(digits);
    do
        *--d = (char)('0' + v % 10);
    while (v /= 10);
    return put(w, (struct mc_str){d, (size_t)(digits + sizeof(digits) - d)});
}

#define HEAD_FIXED_MAX 256 /* what add_head writes besides type, headers and reason */

/* The parts of a header block that differ; NULL: left out. */
struct head_parts {
    const char *type, *headers, *connection, *fixed;
    bool has_length;
    size_t length;
};

static void add_head(struct mc_conn *c, int status, const struct head_parts *h)
{
    struct mc_str why = mc_str_of(reason(status)), type = mc_str_of(h->type),
                  extra = mc_str_of(h->headers);
    struct mc_str connection = mc_str_of(h->connection), fixed = mc_str_of(h->fixed);
    if (mc_buf_reserve(&c->out,
                       HEAD_FIXED_MAX + why.n + type.n + extra.n + connection.n + fixed.n) < 0)
        return; /* the buffer remembers; the next add cuts the connection */
    char *w = c->out.data + c->out.len;
    w = put(w, MC_STR("HTTP/1.1 "));
    w = put_number(w, (size_t)status);
    *w++ = ' ';
    w = put(w, why);
    w = put(w, MC_STR("\r\n"));
    w = put(w, date_header());
    if (type.n) {
        w = put(w, MC_STR("Content-Type: "));
        w = put(w, type);
        w = put(w, MC_STR("\r\n"));
    }
    if (h->has_length) {
        w = put(w, MC_STR("Content-Length: "));
        w = put_number(w, h->length);
        w = put(w, MC_STR("\r\n"));
    }
    w = put(w, fixed);
    w = put(w, extra);
    w = put(w, connection);
    w = put(w, MC_STR("\r\n"));
    c->out.len = (size_t)(w - c->out.data);
    c->out.data[c->out.len] = '\0';
}

void mc_response_write(struct mc_conn *c, int status, const char *type, const char *headers,
                       struct mc_str body, bool omit_body, const char *connection)
{
    add_head(c, status,
             &(struct head_parts){
                 .type = type,
                 .headers = headers,
                 .connection = connection,
                 .has_length = status != 204 && status != 304,
                 .length = body.n,
             });
    mc_out_add_direct(c, omit_body ? MC_STR_NONE : body);
}

/* The request is over; the connection goes on with the next one, or closes. */
static void finish(struct mc_http_req *r, bool keep)
{
    struct mc_conn *c = r->c;
    c->req = NULL;
    c->state = keep ? MC_CONN_HEAD : MC_CONN_CLOSING;
    c->fresh = true;
    c->congested = false;
    mc_req_free(r);
    mc_conn_flush(c);
}

/* An answer before the whole request was read leaves bytes that nobody will read. */
static bool keeps(const struct mc_http_req *r)
{
    return r->complete && r->keep_alive && !r->c->h->closing && !r->c->eof;
}

static const char *connection_header(const struct mc_http_req *r)
{
    if (!keeps(r))
        return "Connection: close\r\n";
    return r->minor == 0 ? "Connection: keep-alive\r\n" : NULL;
}

void mc_http_reply(struct mc_http_req *r, int status, const char *type, const char *headers,
                   struct mc_str body)
{
    if (r->gone)
        return;
    MC_ASSERT(!r->streaming);
    bool keep = keeps(r), none = r->is_head || status == 204 || status == 304;
    mc_response_write(r->c, status, type, headers, type ? body : MC_STR_NONE, none,
                      connection_header(r));
    finish(r, keep);
}

void mc_http_stream_begin(struct mc_http_req *r, const char *headers)
{
    if (r->gone)
        return;
    MC_ASSERT(!r->streaming && r->complete);
    r->streaming = true;
    r->chunked = r->minor == 1;
    if (!r->chunked)
        r->keep_alive = false; /* its end is the connection's */
    add_head(r->c, 200,
             &(struct head_parts){
                 .type = "text/event-stream",
                 .headers = headers,
                 .connection = connection_header(r),
                 .fixed = r->chunked ? "Cache-Control: no-cache\r\nX-Accel-Buffering: "
                                       "no\r\nTransfer-Encoding: chunked\r\n"
                                     : "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n",
             });
    mc_out_add(r->c, MC_STR_NONE);
}

int mc_http_stream_write(struct mc_http_req *r, struct mc_str bytes)
{
    struct mc_conn *c = r->c;
    if (r->gone || c->cut)
        return -MC_E_TOO_BIG;
    MC_ASSERT(r->streaming);
    if (bytes.n == 0 || r->is_head) /* an empty chunk would end the stream */
        return 0;
    /* one message of any size; the cap counts what piles up behind it */
    if (mc_out_unsent(c) < MC_HTTP_OUT_HIGH)
        c->out_cap = MC_HTTP_OUT_MAX + bytes.n;
    if (mc_out_unsent(c) + bytes.n > c->out_cap) {
        c->cut = true;
        mc_conn_flush(c);
        return -MC_E_TOO_BIG;
    }
    if (r->chunked) {
        char size[24];
        int n = snprintf(size, sizeof(size), "%zx\r\n", bytes.n);
        mc_out_add(c, (struct mc_str){size, (size_t)n});
    }
    mc_out_add(c, bytes);
    if (r->chunked)
        mc_out_add(c, MC_STR("\r\n"));
    if (mc_out_unsent(c) >= MC_HTTP_OUT_HIGH)
        c->congested = true;
    return 0;
}

void mc_response_end_stream(struct mc_http_req *r)
{
    if (r->chunked && !r->is_head)
        mc_out_add(r->c, MC_STR("0\r\n\r\n"));
}

void mc_http_stream_end(struct mc_http_req *r)
{
    if (r->gone)
        return;
    MC_ASSERT(r->streaming);
    mc_response_end_stream(r);
    finish(r, keeps(r));
}

bool mc_http_streaming(const struct mc_http_req *r)
{
    return r->streaming;
}

bool mc_http_congested(const struct mc_http_req *r)
{
    return mc_out_unsent(r->c) >= MC_HTTP_OUT_HIGH;
}
