#include "mcp/sse.h"

#include "base/alloc.h"
#include "base/err.h"

/* Up to the next line end; *rest is what follows it (p == NULL when nothing does). CR, LF and CRLF are line ends. */
static struct mc_str first_line(struct mc_str s, struct mc_str *rest)
{
    size_t n = 0;

    while (n < s.n && s.p[n] != '\n' && s.p[n] != '\r')
        n++;
    if (n == s.n) {
        *rest = MC_STR_NONE;
    } else {
        size_t skip = n + 1 < s.n && s.p[n] == '\r' && s.p[n + 1] == '\n' ? 2 : 1;
        *rest = (struct mc_str){s.p + n + skip, s.n - n - skip};
    }
    return (struct mc_str){s.p, n};
}

static void add_line(struct mc_buf *out, const char *field, struct mc_str value)
{
    mc_buf_addz(out, field);
    if (value.n) {
        mc_buf_addc(out, ' ');
        mc_buf_adds(out, value);
    }
    mc_buf_addc(out, '\n');
}

static void add_lines(struct mc_buf *out, const char *field, struct mc_str text)
{
    struct mc_str rest = text;

    do
        add_line(out, field, first_line(rest, &rest));
    while (rest.p);
}

int mc_sse_write(struct mc_buf *out, struct mc_str id, struct mc_str event, struct mc_str data)
{
    struct mc_str rest;

    /* An id or event name cannot hold a line end: it stops there. */
    if (id.p)
        add_line(out, "id:", first_line(id, &rest));
    if (event.p)
        add_line(out, "event:", first_line(event, &rest));
    add_lines(out, "data:", data);
    mc_buf_addc(out, '\n');
    return out->failed ? -MC_E_TOO_BIG : 0;
}

int mc_sse_comment(struct mc_buf *out, const char *text)
{
    add_lines(out, ":", mc_str_of(text));
    mc_buf_addc(out, '\n');
    return out->failed ? -MC_E_TOO_BIG : 0;
}

/* ---- reading ---- */

#define ID_MAX 4096
#define EVENT_NAME_MAX 1024

struct mc_sse_reader {
    size_t max;
    struct mc_buf line; /* the unfinished line */
    struct mc_buf data; /* each data line ends with '\n', as the standard has it */
    struct mc_buf id;
    struct mc_buf event;
    int64_t retry_ms;
    bool has_data;
    bool has_field; /* anything but comments since the last event */
    bool after_cr;  /* a '\n' right now belongs to the line end before it */
    bool begun;     /* the first line, which may start with a BOM, has passed */
    bool failed;
};

struct mc_sse_reader *mc_sse_reader_new(size_t max_event)
{
    struct mc_sse_reader *r = MC_NEW(struct mc_sse_reader);

    r->max = max_event;
    r->retry_ms = -1;
    mc_buf_init(&r->line, max_event);
    mc_buf_init(&r->data, max_event + 1);
    mc_buf_init(&r->id, ID_MAX);
    mc_buf_init(&r->event, EVENT_NAME_MAX);
    return r;
}

void mc_sse_reader_free(struct mc_sse_reader *r)
{
    if (!r)
        return;
    mc_buf_done(&r->line);
    mc_buf_done(&r->data);
    mc_buf_done(&r->id);
    mc_buf_done(&r->event);
    mc_free(r);
}

static bool set_buf(struct mc_buf *b, struct mc_str value)
{
    mc_buf_clear(b);
    return mc_buf_adds(b, value) == 0;
}

static bool on_data(struct mc_sse_reader *r, struct mc_str value)
{
    r->has_data = true;
    mc_buf_adds(&r->data, value);
    return mc_buf_addc(&r->data, '\n') == 0;
}

static bool on_name(struct mc_sse_reader *r, struct mc_str value)
{
    return set_buf(&r->event, value);
}

static bool on_id(struct mc_sse_reader *r, struct mc_str value)
{
    return memchr(value.n ? value.p : "", '\0', value.n) || set_buf(&r->id, value);
}

static bool on_retry(struct mc_sse_reader *r, struct mc_str value)
{
    uint64_t ms;

    if (mc_str_u64(value, &ms) && ms <= INT64_MAX)
        r->retry_ms = (int64_t)ms;
    return true;
}

static const struct {
    struct mc_str name;
    bool (*set)(struct mc_sse_reader *r, struct mc_str value);
} fields[] = {
    {{"data", 4}, on_data},
    {{"event", 5}, on_name},
    {{"id", 2}, on_id},
    {{"retry", 5}, on_retry},
};

static void dispatch(struct mc_sse_reader *r,
                     void (*on_event)(void *arg, const struct mc_sse_event *ev), void *arg)
{
    struct mc_sse_event ev = {
        .id = mc_buf_str(&r->id),
        .event = r->event.len ? mc_buf_str(&r->event) : MC_STR("message"),
        .data = {r->data.data, r->has_data ? r->data.len - 1 : 0},
        .has_data = r->has_data,
        .retry_ms = r->retry_ms,
    };

    if (r->has_field)
        on_event(arg, &ev);
    mc_buf_clear(&r->data);
    mc_buf_clear(&r->event);
    r->retry_ms = -1;
    r->has_data = r->has_field = false;
}

/* False when a bound was passed. */
static bool take_line(struct mc_sse_reader *r, struct mc_str line,
                      void (*on_event)(void *arg, const struct mc_sse_event *ev), void *arg)
{
    if (!r->begun && mc_str_starts(line, MC_STR("\xEF\xBB\xBF")))
        line = (struct mc_str){line.p + 3, line.n - 3};
    r->begun = true;
    if (line.n == 0) {
        dispatch(r, on_event, arg);
        return true;
    }

    const char *colon = memchr(line.p, ':', line.n);
    struct mc_str name = {line.p, colon ? (size_t)(colon - line.p) : line.n};
    struct mc_str value = MC_STR_NONE;
    if (colon) {
        value = (struct mc_str){colon + 1, line.n - name.n - 1};
        if (value.n && *value.p == ' ')
            value = (struct mc_str){value.p + 1, value.n - 1};
    }
    for (size_t i = 0; i < MC_ARRAY_LEN(fields); i++) {
        if (mc_str_eq(name, fields[i].name)) {
            r->has_field = true;
            return fields[i].set(r, value);
        }
    }
    return true;
}

static int fail(struct mc_sse_reader *r, struct mc_err *err)
{
    r->failed = true;
    return mc_err_set(err, MC_E_TOO_BIG, "the event stream holds an event of more than %zu bytes",
                      r->max);
}

int mc_sse_read(struct mc_sse_reader *r, struct mc_str bytes,
                void (*on_event)(void *arg, const struct mc_sse_event *ev), void *arg,
                struct mc_err *err)
{
    const char *p = bytes.p, *end = bytes.n ? bytes.p + bytes.n : bytes.p;

    if (r->failed)
        return fail(r, err);
    while (p < end) {
        if (r->after_cr && *p == '\n')
            p++;
        r->after_cr = false;

        struct mc_str rest, here = first_line((struct mc_str){p, (size_t)(end - p)}, &rest);
        p += here.n;
        bool whole = p < end;
        if (whole)
            r->after_cr = *p++ == '\r';
        if (here.n > r->max - r->line.len)
            return fail(r, err);
        if (!whole || r->line.len) {
            if (mc_buf_adds(&r->line, here) < 0)
                return fail(r, err);
            here = mc_buf_str(&r->line);
        }
        if (whole) {
            if (!take_line(r, here, on_event, arg))
                return fail(r, err);
            mc_buf_clear(&r->line);
        }
    }
    return 0;
}
