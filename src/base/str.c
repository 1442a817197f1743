#include "base/str.h"
#include "base/alloc.h"

#include <stdlib.h>

static unsigned char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : (unsigned char)c;
}

bool mc_str_eq_nocase(struct mc_str a, struct mc_str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool mc_str_starts(struct mc_str s, struct mc_str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool mc_str_ends(struct mc_str s, struct mc_str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

struct mc_str mc_str_trim(struct mc_str s)
{
    while (s.n && (*s.p == ' ' || *s.p == '\t'))
        s.p++, s.n--;
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

char *mc_str_dup(struct mc_str s)
{
    char *z = mc_malloc(s.n + 1);
    if (s.n)
        memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    return z;
}

bool mc_str_u64(struct mc_str s, uint64_t *ret)
{
    uint64_t v = 0;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, digit, &v))
            return false;
    }
    *ret = v;
    return true;
}

size_t mc_utf8_len(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    unsigned char first = u[0];
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    size_t len = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (n < len)
        return 0;
    /* The second byte's range excludes overlongs, surrogates and what lies above U+10FFFF. */
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (u[1] < low || u[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

bool mc_utf8_valid(const char *p, size_t n)
{
    for (size_t i = 0, len; i < n; i += len) {
        len = mc_utf8_len(p + i, n - i);
        if (len == 0)
            return false;
    }
    return true;
}

/* Would the well-formed character at p act on a terminal instead of showing? C1 controls, line separators and
 * bidirectional overrides, which make a command line look like another one. */
static bool acts(const char *p, size_t len)
{
    const unsigned char *u = (const unsigned char *)p;
    if (len == 1)
        return u[0] < 0x20 || u[0] == 0x7f;
    if (len == 2)
        return u[0] == 0xc2 && u[1] < 0xa0;
    if (len != 3 || u[0] != 0xe2)
        return false;
    return (u[1] == 0x80 && ((u[2] >= 0xa8 && u[2] <= 0xae) || u[2] == 0x8e || u[2] == 0x8f)) ||
           (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9);
}

char *mc_str_printable(struct mc_str s, bool keep_lines)
{
    char *out = mc_malloc(s.n + 1);
    size_t used = 0;
    for (size_t i = 0, len; i < s.n; i += len ? len : 1) {
        len = mc_utf8_len(s.p + i, s.n - i);
        bool line = keep_lines && (s.p[i] == '\n' || s.p[i] == '\t');
        if (line || (len && !acts(s.p + i, len))) {
            memcpy(out + used, s.p + i, len);
            used += len;
        } else {
            out[used++] = '?';
        }
    }
    out[used] = '\0';
    return out;
}

#define DISTANCE_MAX 99

static unsigned min2(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Two neighbours swapped count as one edit: it is the commonest slip. */
unsigned mc_str_distance(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    unsigned rows[3][DISTANCE_MAX + 1];
    unsigned *before = rows[0], *prev = rows[1], *cur = rows[2];
    if (na > DISTANCE_MAX || nb > DISTANCE_MAX)
        return na == nb && memcmp(a, b, na) == 0 ? 0 : DISTANCE_MAX;
    for (size_t j = 0; j <= nb; j++)
        prev[j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        cur[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            cur[j] = min2(min2(prev[j], cur[j - 1]) + 1, prev[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cur[j] = min2(cur[j], before[j - 2] + 1);
        }
        unsigned *spare = before;
        before = prev, prev = cur, cur = spare;
    }
    return prev[nb];
}

/* Matches c against the set at *pattern, which is behind the '['. False without moving when the set has no end. */
static bool in_set(const char **pattern, char c, bool *ret)
{
    const char *p = *pattern;
    bool negated = *p == '!' || *p == '^';
    bool found = false;
    if (negated)
        p++;
    for (bool first = true; *p && (first || *p != ']'); first = false) {
        if (*p == '\\' && p[1])
            p++;
        unsigned char low = (unsigned char)*p++, high = low;
        if (*p == '-' && p[1] && p[1] != ']') {
            p += p[1] == '\\' && p[2] ? 2 : 1;
            high = (unsigned char)*p++;
        }
        if (low <= (unsigned char)c && (unsigned char)c <= high)
            found = true;
    }
    if (*p != ']')
        return false;
    *pattern = p + 1;
    *ret = found != negated;
    return true;
}

/* One pattern element other than '*' against c; moves *pattern over it. */
static bool matches_one(const char **pattern, char c)
{
    const char *p = *pattern;
    bool hit;
    if (*p == '[') {
        p++;
        if (in_set(&p, c, &hit)) {
            *pattern = p;
            return hit;
        }
        p--;
    }
    if (*p == '?') {
        *pattern = p + 1;
        return true;
    }
    if (*p == '\\' && p[1])
        p++;
    *pattern = p + 1;
    return *p == c;
}

/* Only the last '*' is ever retried: an earlier one cannot do better. So the cost is at most pattern × text. */
bool mc_glob(const char *pattern, struct mc_str s)
{
    const char *star = NULL;
    size_t retry = 0, i = 0;
    while (i < s.n || *pattern) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = i;
            continue;
        }
        if (i < s.n && *pattern && matches_one(&pattern, s.p[i])) {
            i++;
            continue;
        }
        if (!star || retry >= s.n)
            return false;
        pattern = star;
        i = ++retry;
    }
    return true;
}

static void grow(struct mc_strv *sv)
{
    if (sv->n + 1 < sv->cap)
        return;
    sv->cap = sv->cap ? sv->cap * 2 : 8;
    sv->v = mc_realloc(sv->v, sv->cap * sizeof(*sv->v));
}

void mc_strv_take(struct mc_strv *sv, char *s)
{
    grow(sv);
    sv->v[sv->n++] = s;
    sv->v[sv->n] = NULL;
}

void mc_strv_push(struct mc_strv *sv, const char *s)
{
    mc_strv_take(sv, mc_strdup(s));
}

bool mc_strv_same(const struct mc_strv *a, const struct mc_strv *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->v[i], b->v[i]) != 0)
            return false;
    return true;
}

void mc_strv_done(struct mc_strv *sv)
{
    for (size_t i = 0; i < sv->n; i++)
        mc_free(sv->v[i]);
    mc_free(sv->v);
    *sv = (struct mc_strv){0};
}
