#include "http/internal.h"

#include <stdarg.h>
#include <stdio.h>

/* The parsers differ in what they let through; this check makes them alike. It also yields the spans of the header
 * block, so that the parser is left with what it is best at: body framing and keep-alive. */

int mc_refuse(struct mc_refusal *ret, int status, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(ret->why, sizeof(ret->why), fmt, ap);
    va_end(ap);
    ret->status = status;
    return -1;
}

static const bool token_char[256] = {
    ['!'] = true,         ['#' ... '\''] = true, ['*'] = true,         ['+'] = true,
    ['-'] = true,         ['.'] = true,          ['0' ... '9'] = true, ['A' ... 'Z'] = true,
    ['^' ... 'z'] = true, ['|'] = true,          ['~'] = true,
};

static bool is_token(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!token_char[(unsigned char)p[i]])
            return false;
    return n > 0;
}

/* Some byte of the word is below 0x20 or is 0x7f. May also be true without one: then the bytes are looked at. */
static bool maybe_control(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t del = w ^ (ones * 0x7f);
    return (((w - ones * 0x20) & ~w) | ((del - ones) & ~del)) & high;
}

/* No control characters but the tab. Values are most of a request's bytes: eight at a time. */
static bool is_field_value(const char *p, size_t n)
{
    while (n > 0) {
        size_t k = n < 8 ? n : 8;
        uint64_t w = 0x2020202020202020u;
        memcpy(&w, p, k);
        if (maybe_control(w))
            for (size_t i = 0; i < k; i++)
                if (((unsigned char)p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f)
                    return false;
        p += k;
        n -= k;
    }
    return true;
}

static int check_target(const char *p, size_t n, bool options, struct mc_refusal *no)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] <= 0x20 || (unsigned char)p[i] >= 0x7f || p[i] == '#')
            return mc_refuse(no, 400, "the request target has a byte that must be percent-encoded");
    if (n > MC_HTTP_TARGET_MAX)
        return mc_refuse(no, 414, "the request target is over %u bytes", MC_HTTP_TARGET_MAX);
    if (n > 0 && p[0] == '/')
        return 0;
    if (options && n == 1 && p[0] == '*')
        return 0;
    return mc_refuse(no, 400,
                     "the request target must be a path that begins with /; this is no proxy");
}

static int request_line(const char *p, size_t n, struct mc_head *ret, struct mc_refusal *no)
{
    const char *end = p + n;
    const char *sp = memchr(p, ' ', n);
    if (!sp || !is_token(p, (size_t)(sp - p)))
        return mc_refuse(no, 400, "the request line must read METHOD /target HTTP/1.1");
    const char *target = sp + 1;
    const char *version = memchr(target, ' ', (size_t)(end - target));
    if (!version)
        return mc_refuse(no, 400,
                         "the request line has no HTTP version; HTTP/0.9 is not spoken here");
    ret->method_n = (uint16_t)(sp - p);
    ret->target = (uint16_t)(target - p);
    ret->target_n = (uint16_t)(version - target);
    version++;
    size_t left = (size_t)(end - version);
    if (left != 8 || memcmp(version, "HTTP/1.", 7) != 0 ||
        (version[7] != '0' && version[7] != '1')) {
        if (left >= 5 && memcmp(version, "HTTP/", 5) == 0)
            return mc_refuse(no, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
        return mc_refuse(no, 400, "the request line must read METHOD /target HTTP/1.1");
    }
    ret->minor = (uint8_t)(version[7] - '0');
    return check_target(target, ret->target_n,
                        mc_str_eq((struct mc_str){p, ret->method_n}, MC_STR("OPTIONS")), no);
}

/* The few headers that the server itself acts on. */
static int known_header(struct mc_str name, struct mc_str value, struct mc_head *ret,
                        struct mc_refusal *no)
{
    switch (name.n) {
    case 4:
        if (mc_str_eq_nocase(name, MC_STR("host")) && ret->hosts < 2)
            ret->hosts++;
        return 0;
    case 6:
        if (!mc_str_eq_nocase(name, MC_STR("expect")))
            return 0;
        if (!mc_str_eq_nocase(value, MC_STR("100-continue")))
            return mc_refuse(no, 417, "the only Expect that is understood is 100-continue");
        ret->expect_continue = ret->minor == 1;
        return 0;
    case 17:
        if (!mc_str_eq_nocase(name, MC_STR("transfer-encoding")))
            return 0;
        if (ret->minor == 0)
            return mc_refuse(no, 400, "HTTP/1.0 has no Transfer-Encoding");
        if (!mc_str_eq_nocase(value, MC_STR("chunked")))
            return mc_refuse(no, 501, "the only Transfer-Encoding that is understood is chunked");
        return 0;
    default:
        return 0;
    }
}

static int header_line(const char *base, const char *p, size_t n, struct mc_head *ret,
                       struct mc_refusal *no)
{
    if (ret->n_hdr == MC_HTTP_HEADER_COUNT_MAX)
        return mc_refuse(no, 431, "there are more than %d headers", MC_HTTP_HEADER_COUNT_MAX);
    if (p[0] == ' ' || p[0] == '\t')
        return mc_refuse(no, 400, "a header is folded over lines; write it on one line");
    const char *colon = memchr(p, ':', n);
    if (!colon)
        return mc_refuse(no, 400, "a header line has no colon");
    struct mc_str name = {p, (size_t)(colon - p)};
    if (!is_token(name.p, name.n))
        return mc_refuse(no, 400,
                         "a header name is empty or has a space or another illegal character");
    struct mc_str value = mc_str_trim((struct mc_str){colon + 1, n - name.n - 1});
    if (!is_field_value(value.p, value.n))
        return mc_refuse(no, 400, "a header value has a control character");
    ret->hdr[ret->n_hdr++] = (struct mc_hdr){
        .name = (uint16_t)(name.p - base),
        .name_n = (uint16_t)name.n,
        .value = (uint16_t)(value.p ? value.p - base : 0),
        .value_n = (uint16_t)value.n,
    };
    return known_header(name, value, ret, no);
}

/* offset: where the line ends at the earliest. Checked before its content, so that it does not matter how the bytes came. */
static int check_length(size_t offset, bool first, struct mc_refusal *no)
{
    if (first && offset > MC_HTTP_TARGET_MAX + MC_HTTP_REQUEST_LINE_EXTRA)
        return mc_refuse(no, 414, "the request target is over %u bytes", MC_HTTP_TARGET_MAX);
    if (offset > MC_HTTP_HEADERS_MAX)
        return mc_refuse(no, 431, "the headers are over %u bytes", MC_HTTP_HEADERS_MAX);
    return 0;
}

ssize_t mc_head_scan(const char *p, size_t n, size_t seen, struct mc_head *ret,
                     struct mc_refusal *no)
{
    const char *end = p + n;
    if (!memchr(p + seen, '\n', n - seen))
        return check_length(n, !memchr(p, '\n', seen), no);
    ret->n_hdr = 0;
    ret->hosts = 0;
    ret->expect_continue = false;
    for (const char *line = p;;) {
        const char *nl = memchr(line, '\n', (size_t)(end - line));
        bool first = line == p;
        if (check_length((size_t)((nl ? nl + 1 : end) - p), first, no) < 0)
            return -1;
        if (!nl)
            return 0;
        if (nl == line || nl[-1] != '\r')
            return mc_refuse(no, 400, "a line ends with LF alone; CR LF is needed");
        size_t len = (size_t)(nl - 1 - line);
        if (len == 0 && !first) {
            if (ret->hosts > 1 || (ret->hosts == 0 && ret->minor == 1))
                return mc_refuse(no, 400, "HTTP/1.1 needs exactly one Host header");
            return nl + 1 - p;
        }
        if ((first ? request_line(line, len, ret, no) : header_line(p, line, len, ret, no)) < 0)
            return -1;
        line = nl + 1;
    }
}
