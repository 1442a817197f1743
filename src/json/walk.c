/* Walking over bytes that a scan has accepted. Nothing is validated again, but nothing is read behind a span either. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"

#include <stdarg.h>

/* An empty span may have no address, and C forbids even to add 0 to that. */
static struct mc_str placed(struct mc_str s)
{
    return s.p ? s : MC_STR("");
}

static const char *space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end;) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (!quote)
            return end;
        /* An odd number of backslashes before it escapes it. */
        const char *back = quote;
        while (back > p && back[-1] == '\\')
            back--;
        if ((quote - back) % 2 == 0)
            return quote + 1;
        p = quote + 1;
    }
    return end;
}

static const char *skip_value(const char *p, const char *end)
{
    size_t depth = 0;
    while (p < end) {
        switch (*p) {
        case '"':
            p = skip_string(p, end);
            break;
        case '{':
        case '[':
            depth++;
            p++;
            continue;
        case '}':
        case ']':
            if (depth == 0)
                return p;
            depth--;
            p++;
            break;
        case ',':
        case ' ':
        case '\n':
        case '\r':
        case '\t':
            if (depth == 0)
                return p;
            p++;
            continue;
        default:
            p++;
            continue;
        }
        if (depth == 0)
            return p;
    }
    return p;
}

struct mc_jval mc_jval_of(struct mc_str span)
{
    struct mc_scan s;
    mc_scan_init(&s, span.p, span.n);
    const char *p = space(s.p, s.end), *end = s.end;
    while (end > p && (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r' || end[-1] == '\t'))
        end--;
    return (struct mc_jval){{p, (size_t)(end - p)}, mc_scan_peek(&s)};
}

bool mc_jiter_init(struct mc_jiter *it, struct mc_jval container)
{
    *it = (struct mc_jiter){.object = container.type == MC_JSON_OBJECT};
    if ((!it->object && container.type != MC_JSON_ARRAY) || container.s.n < 2)
        return false;
    it->p = container.s.p + 1;
    it->end = container.s.p + container.s.n - 1;
    return true;
}

bool mc_jiter_next(struct mc_jiter *it, struct mc_str *key, struct mc_jval *val)
{
    const char *p = space(it->p, it->end);
    if (p < it->end && *p == ',')
        p = space(p + 1, it->end);
    if (p >= it->end)
        return false;
    struct mc_str name = {p, 0};
    if (it->object) {
        const char *behind = skip_string(p, it->end);
        name.n = (size_t)(behind - p);
        p = space(behind, it->end);
        if (p < it->end && *p == ':')
            p = space(p + 1, it->end);
    }
    it->p = skip_value(p, it->end);
    if (key)
        *key = name;
    *val = mc_jval_of((struct mc_str){p, (size_t)(it->p - p)});
    return it->p > p;
}

static struct mc_jval get(struct mc_jval obj, struct mc_str name)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;
    if (obj.type == MC_JSON_OBJECT && mc_jiter_init(&it, obj))
        while (mc_jiter_next(&it, &key, &val))
            if (mc_jstr_eq(key, name))
                return val;
    return (struct mc_jval){MC_STR_NONE, MC_JSON_NONE};
}

struct mc_jval mc_jget(struct mc_jval obj, const char *name)
{
    return get(obj, mc_str_of(name));
}

struct mc_jval mc_jpath(struct mc_jval obj, ...)
{
    va_list ap;
    va_start(ap, obj);
    for (const char *name; (name = va_arg(ap, const char *));)
        obj = get(obj, mc_str_of(name));
    va_end(ap);
    return obj;
}

/* ---- strings ---- */

static struct mc_str inside(struct mc_str quoted)
{
    return quoted.n < 2 ? MC_STR("") : (struct mc_str){quoted.p + 1, quoted.n - 2};
}

static unsigned hex4(const char *p)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)p[i];
        v = v << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return v;
}

static size_t encode(unsigned c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* Decodes the escape at *p into out, moves *p over it, returns the number of bytes. */
static size_t unescape(const char **p, const char *end, char out[4])
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = *p + 1;
    if (at < end && *at == 'u' && end - at >= 5) {
        unsigned c = hex4(at + 1);
        at += 5;
        if (c >= 0xd800 && c < 0xe000) {
            unsigned low = c < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2) : 0;
            bool pair = low >= 0xdc00 && low < 0xe000;
            c = pair ? 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff)) : 0xfffd;
            at += pair ? 6 : 0;
        }
        *p = at;
        return encode(c, out);
    }
    const char *known = at < end ? memchr(from, *at, sizeof(from) - 1) : NULL;
    out[0] = known ? to[known - from] : '?';
    *p = at < end ? at + 1 : end;
    return 1;
}

bool mc_jstr_has_escape(struct mc_str quoted)
{
    return quoted.n && memchr(quoted.p, '\\', quoted.n);
}

bool mc_jstr_eq(struct mc_str quoted, struct mc_str text)
{
    struct mc_str in = inside(quoted);
    if (quoted.n < 2)
        return false;
    if (!mc_jstr_has_escape(in))
        return mc_str_eq(in, text);
    const char *p = in.p, *end = in.p + in.n;
    size_t at = 0;
    while (p < end) {
        char c[4];
        size_t n = 1;
        if (*p == '\\')
            n = unescape(&p, end, c);
        else
            c[0] = *p++;
        if (text.n - at < n || memcmp(text.p + at, c, n) != 0)
            return false;
        at += n;
    }
    return at == text.n;
}

int mc_jstr_decode(struct mc_str quoted, struct mc_buf *out)
{
    struct mc_str in = inside(quoted);
    const char *p = in.p, *end = in.p + in.n;
    int ret = 0;
    while (ret == 0 && p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        const char *stop = slash ? slash : end;
        ret = mc_buf_add(out, p, (size_t)(stop - p));
        p = stop;
        if (ret == 0 && slash) {
            char c[4];
            size_t n = unescape(&p, end, c);
            ret = mc_buf_add(out, c, n);
        }
    }
    return ret;
}

char *mc_jstr_dup(struct mc_jval v)
{
    if (v.type != MC_JSON_STRING)
        return NULL;
    /* Decoding never makes a string longer. */
    struct mc_buf b = {.data = mc_calloc(1, v.s.n + 1), .cap = v.s.n + 1, .max = v.s.n};
    int ret = mc_jstr_decode(v.s, &b);
    MC_ASSERT(ret == 0);
    return mc_buf_steal(&b);
}

int mc_jstr_quote(struct mc_str text, struct mc_buf *out)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    text = placed(text);
    const char *p = text.p, *end = text.p + text.n, *start = p;
    mc_buf_addc(out, '"');
    while (p < end) {
        unsigned char c = (unsigned char)*p;
        size_t len = mc_utf8_len(p, (size_t)(end - p));
        if (len && c >= 0x20 && c != '"' && c != '\\') {
            p += len;
            continue;
        }
        mc_buf_add(out, start, (size_t)(p - start));
        const char *known = memchr(from, c, sizeof(from) - 1);
        if (known) {
            const char pair[2] = {'\\', to[known - from]};
            mc_buf_add(out, pair, 2);
        } else if (len) {
            mc_buf_addf(out, "\\u%04x", c);
        } else {
            mc_buf_addz(out, "\xef\xbf\xbd");
        }
        start = ++p;
    }
    mc_buf_add(out, start, (size_t)(p - start));
    return mc_buf_addc(out, '"');
}

/* ---- other values ---- */

bool mc_jint(struct mc_jval v, int64_t *ret)
{
    struct mc_str s = v.s;
    uint64_t n;
    bool negative = v.type == MC_JSON_NUMBER && s.n && *s.p == '-';
    if (negative)
        s.p++, s.n--;
    if (v.type != MC_JSON_NUMBER || !mc_str_u64(s, &n) || n > (uint64_t)INT64_MAX + negative)
        return false;
    *ret = negative ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

bool mc_jtrue(struct mc_jval v)
{
    return v.type == MC_JSON_TRUE;
}

bool mc_json_same(struct mc_str a, struct mc_str b)
{
    a = placed(a);
    b = placed(b);
    const char *p = a.p, *pe = a.p + a.n, *q = b.p, *qe = b.p + b.n;
    for (;;) {
        p = space(p, pe);
        q = space(q, qe);
        if (p == pe || q == qe)
            return p == pe && q == qe;
        if (*p != *q)
            return false;
        if (*p != '"') {
            p++, q++;
            continue;
        }
        struct mc_str s = {p, (size_t)(skip_string(p, pe) - p)};
        struct mc_str t = {q, (size_t)(skip_string(q, qe) - q)};
        if (!mc_str_eq(s, t))
            return false;
        p += s.n;
        q += t.n;
    }
}
