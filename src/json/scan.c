#include "json/scan.h"
#include "base/buf.h"
#include "base/err.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

/* Functions below take and return a position; NULL means that fail() was called. */

static const char *fail(struct mc_scan *s, const char *at, const char *why)
{
    if (!s->err) {
        s->err = why;
        s->err_at = at;
        s->p = at;
    }
    return NULL;
}

/* ---- tokens ---- */

static inline const char *space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* The first byte from p on that is not plain ASCII text of a string: a quote, a backslash, a control, or non-ASCII. */
static inline const char *plain(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), low = _mm_set1_epi8(0x20);
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        /* Signed: bytes from 0x80 on are below 0x20 too. */
        __m128i hit = _mm_or_si128(_mm_cmplt_epi8(v, low),
                                   _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask)
            return p + __builtin_ctz(mask);
    }
#endif
    while (p < end && (signed char)*p >= 0x20 && *p != '"' && *p != '\\')
        p++;
    return p;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *escape(struct mc_scan *s, const char *p)
{
    const char *start = p++;
    if (p == s->end)
        return fail(s, p, "the string has no end");
    if (*p == 'u') {
        for (int i = 0; i < 4; i++)
            if (++p == s->end || hex_value(*p) < 0)
                return fail(s, start, "\\u needs four hex digits");
        return p + 1;
    }
    /* memchr over the literal without its NUL, which is no escape. */
    return memchr("\"\\/bfnrt", *p, 8) ? p + 1 : fail(s, start, "unknown escape in a string");
}

static const char *string(struct mc_scan *s, const char *p)
{
    for (p++;;) {
        p = plain(p, s->end);
        if (p == s->end)
            return fail(s, p, "the string has no end");
        if (*p == '"')
            return p + 1;
        if (*p == '\\') {
            p = escape(s, p);
            if (!p)
                return NULL;
            continue;
        }
        if ((unsigned char)*p < 0x20)
            return fail(s, p, "raw control character in a string");
        do {
            size_t n = mc_utf8_len(p, (size_t)(s->end - p));
            if (n == 0)
                return fail(s, p, "invalid UTF-8 in a string");
            p += n;
        } while (p < s->end && (signed char)*p < 0);
    }
}

static inline const char *digits(struct mc_scan *s, const char *p, const char *why)
{
    if (p == s->end || !is_digit(*p))
        return fail(s, p, why);
    while (p < s->end && is_digit(*p))
        p++;
    return p;
}

static const char *number(struct mc_scan *s, const char *p)
{
    if (*p == '-')
        p++;
    bool zero = p < s->end && *p == '0';
    const char *start = p;
    p = digits(s, p, "a digit must follow '-'");
    if (!p)
        return NULL;
    if (zero && p != start + 1)
        return fail(s, start, "a number must not begin with 0");
    if (p < s->end && *p == '.') {
        p = digits(s, p + 1, "a digit must follow '.'");
        if (!p)
            return NULL;
    }
    if (p < s->end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < s->end && (*p == '+' || *p == '-'))
            p++;
        p = digits(s, p, "a digit must follow the exponent's 'e'");
    }
    return p;
}

static const char *literal(struct mc_scan *s, const char *p, struct mc_str word)
{
    if ((size_t)(s->end - p) < word.n || memcmp(p, word.p, word.n) != 0)
        return fail(s, p, "unknown word, expected true, false or null");
    return p + word.n;
}

static inline const char *scalar(struct mc_scan *s, const char *p)
{
    switch (*p) {
    case '"':
        return string(s, p);
    case 't':
        return literal(s, p, MC_STR("true"));
    case 'f':
        return literal(s, p, MC_STR("false"));
    case 'n':
        return literal(s, p, MC_STR("null"));
    case '-':
    case '0' ... '9':
        return number(s, p);
    default:
        return fail(s, p, "expected a value");
    }
}

/* ---- whole values ---- */

/* A member's name and colon; p is at the name. */
static inline const char *key_colon(struct mc_scan *s, const char *p)
{
    if (p == s->end || *p != '"')
        return fail(s, p, "expected a member name in quotes");
    p = string(s, p);
    if (!p)
        return NULL;
    p = space(p, s->end);
    return p < s->end && *p == ':' ? p + 1 : fail(s, p, "expected ':' after the member name");
}

/* Which of the open brackets are braces: one bit for each level. */
struct nest {
    uint64_t braces[MC_JSON_DEPTH_MAX / 64];
    unsigned depth;
};

static inline bool in_object(const struct nest *n)
{
    unsigned at = n->depth - 1;
    return n->braces[at / 64] >> (at % 64) & 1;
}

static inline void push(struct nest *n, bool object)
{
    uint64_t bit = (uint64_t)1 << (n->depth % 64);
    uint64_t *word = &n->braces[n->depth / 64];
    *word = object ? *word | bit : *word & ~bit;
    n->depth++;
}

static const char too_deep[] = "nested deeper than " STRINGIFY(MC_JSON_DEPTH_MAX) " levels";

/* p is at a bracket. Returns the place of the first value in it, or of its closing bracket, or the end. */
static inline const char *enter(struct mc_scan *s, struct nest *n, const char *p, bool *ret_empty)
{
    bool object = *p == '{';
    if (s->depth + n->depth >= MC_JSON_DEPTH_MAX)
        return fail(s, p, too_deep);
    push(n, object);
    p = space(p + 1, s->end);
    *ret_empty = p == s->end || *p == (object ? '}' : ']');
    return object && !*ret_empty ? key_colon(s, p) : p;
}

/* p is behind a value or at the closing bracket of an empty container. Closes what closes here; returns the place of
 * the next value, or the end of the outermost container (depth 0). */
static inline const char *leave(struct mc_scan *s, struct nest *n, const char *p)
{
    while (n->depth > 0) {
        bool object = in_object(n);
        p = space(p, s->end);
        if (p == s->end)
            return fail(s, p, object ? "the object has no end" : "the array has no end");
        if (*p == ',') {
            p = space(p + 1, s->end);
            return object ? key_colon(s, p) : p;
        }
        if (*p != (object ? '}' : ']'))
            return fail(s, p, object ? "expected ',' or '}'" : "expected ',' or ']'");
        n->depth--;
        p++;
    }
    return p;
}

static const char *value(struct mc_scan *s, const char *p)
{
    struct nest n = {.depth = 0};
    do {
        p = space(p, s->end);
        if (p == s->end)
            return fail(s, p, "expected a value, found the end");
        if (*p == '{' || *p == '[') {
            bool empty;
            p = enter(s, &n, p, &empty);
            if (!p)
                return NULL;
            if (!empty)
                continue;
        } else {
            p = scalar(s, p);
            if (!p)
                return NULL;
        }
        p = leave(s, &n, p);
        if (!p)
            return NULL;
    } while (n.depth > 0);
    return p;
}

/* ---- the interface ---- */

void mc_scan_init(struct mc_scan *s, const char *p, size_t n)
{
    static const char nothing[1];
    const char *begin = p ? p : nothing;
    *s = (struct mc_scan){.begin = begin, .p = begin, .end = begin + n};
}

static enum mc_json_type type_of(char c)
{
    switch (c) {
    case '{':
        return MC_JSON_OBJECT;
    case '[':
        return MC_JSON_ARRAY;
    case '"':
        return MC_JSON_STRING;
    case 't':
        return MC_JSON_TRUE;
    case 'f':
        return MC_JSON_FALSE;
    case 'n':
        return MC_JSON_NULL;
    case '-':
    case '0' ... '9':
        return MC_JSON_NUMBER;
    default:
        return MC_JSON_NONE;
    }
}

enum mc_json_type mc_scan_peek(struct mc_scan *s)
{
    if (s->err)
        return MC_JSON_NONE;
    s->p = space(s->p, s->end);
    return s->p == s->end ? MC_JSON_NONE : type_of(*s->p);
}

bool mc_scan_value(struct mc_scan *s, struct mc_str *ret)
{
    if (s->err)
        return false;
    const char *start = space(s->p, s->end);
    const char *p = value(s, start);
    if (!p)
        return false;
    s->p = p;
    if (ret)
        *ret = (struct mc_str){start, (size_t)(p - start)};
    return true;
}

bool mc_scan_open(struct mc_scan *s, char brace)
{
    if (s->err)
        return false;
    const char *p = space(s->p, s->end);
    if (p == s->end || *p != brace) {
        fail(s, p, brace == '{' ? "expected '{'" : "expected '['");
        return false;
    }
    if (s->depth >= MC_JSON_DEPTH_MAX) {
        fail(s, p, too_deep);
        return false;
    }
    s->depth++;
    s->p = p + 1;
    return true;
}

/* Is s->p in front of the first member or element? No value ends with an opening bracket, so the byte before tells. */
static bool at_first(const struct mc_scan *s, char open)
{
    const char *p = s->p;
    while (p > s->begin && (p[-1] == ' ' || p[-1] == '\n' || p[-1] == '\r' || p[-1] == '\t'))
        p--;
    return p > s->begin && p[-1] == open;
}

/* Moves to the next member or element. False at the closing bracket or on an error. */
static bool next(struct mc_scan *s, char open, char close)
{
    if (s->err)
        return false;
    bool first = at_first(s, open);
    const char *p = space(s->p, s->end);
    if (p < s->end && *p == close) {
        s->depth--;
        s->p = p + 1;
        return false;
    }
    if (p == s->end) {
        fail(s, p, open == '{' ? "the object has no end" : "the array has no end");
        return false;
    }
    if (!first && *p != ',') {
        fail(s, p, open == '{' ? "expected ',' or '}'" : "expected ',' or ']'");
        return false;
    }
    s->p = first ? p : space(p + 1, s->end);
    return true;
}

bool mc_scan_key(struct mc_scan *s, struct mc_str *key)
{
    if (!next(s, '{', '}'))
        return false;
    const char *start = s->p;
    const char *p = start < s->end && *start == '"' ? string(s, start)
                                                    : fail(s, start, "expected a member name in quotes");
    if (!p)
        return false;
    *key = (struct mc_str){start, (size_t)(p - start)};
    p = space(p, s->end);
    if (p == s->end || *p != ':') {
        fail(s, p, "expected ':' after the member name");
        return false;
    }
    s->p = p + 1;
    return true;
}

bool mc_scan_item(struct mc_scan *s)
{
    if (!next(s, '[', ']'))
        return false;
    /* An element must follow a comma; without this a caller that looks before it scans would miss "[1,]". */
    if (s->p < s->end && *s->p == ']') {
        fail(s, s->p, "expected a value");
        return false;
    }
    return true;
}

bool mc_scan_end(struct mc_scan *s)
{
    if (s->err)
        return false;
    const char *p = space(s->p, s->end);
    if (p != s->end) {
        fail(s, p, "unexpected text after the value");
        return false;
    }
    s->p = p;
    return true;
}

int mc_json_check(const char *p, size_t n, size_t *ret_off, struct mc_err *err)
{
    struct mc_scan s;
    mc_scan_init(&s, p, n);
    if (mc_scan_value(&s, NULL) && mc_scan_end(&s))
        return 0;
    size_t off = (size_t)(s.err_at - s.begin);
    if (ret_off)
        *ret_off = off;
    if (off == 0 && n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        s.err = "a byte order mark is not allowed";
    return mc_err_set(err, MC_E_PROTOCOL, "invalid JSON at byte %zu: %s", off, s.err);
}
