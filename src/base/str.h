/* Borrowed spans of bytes, and vectors of strings. */
#ifndef MC_BASE_STR_H
#define MC_BASE_STR_H

#include "base/fwd.h"
#include <string.h>

/* A borrowed, unterminated span. It lives as long as the bytes it points into. p may be NULL when n is 0. */
struct mc_str {
    const char *p;
    size_t n;
};

#define MC_STR(lit) ((struct mc_str){(lit), sizeof(lit) - 1})
#define MC_STR_NONE ((struct mc_str){NULL, 0})
/* printf("%.*s", MC_STR_ARG(s)) */
#define MC_STR_ARG(s) (int)(s).n, (s).p

static inline struct mc_str mc_str_of(const char *z)
{
    return (struct mc_str){z, z ? strlen(z) : 0};
}

static inline bool mc_str_eq(struct mc_str a, struct mc_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool mc_str_eq_nocase(struct mc_str a, struct mc_str b); /* ASCII only */
bool mc_str_starts(struct mc_str s, struct mc_str prefix);
bool mc_str_ends(struct mc_str s, struct mc_str suffix);
struct mc_str mc_str_trim(struct mc_str s); /* spaces and tabs */
char *mc_str_dup(struct mc_str s);          /* NUL-terminated copy, caller frees */
/* Decimal digits only, no sign; false on anything else, on overflow and on an empty string. */
bool mc_str_u64(struct mc_str s, uint64_t *ret);
/* True when the bytes are well-formed UTF-8 (no surrogates, no overlongs). */
bool mc_utf8_valid(const char *p, size_t n);
/* Length of the well-formed UTF-8 character at p (n > 0 bytes are there), 0 when there is none. */
size_t mc_utf8_len(const char *p, size_t n);
/* A copy for a terminal: control characters, bidirectional overrides and invalid UTF-8 become '?' (newline and tab
 * kept if keep_lines). */
char *mc_str_printable(struct mc_str s, bool keep_lines);
/* Edit distance for "did you mean"; counts up to a cap of 99. */
unsigned mc_str_distance(const char *a, const char *b);
/* Shell-style glob on bytes: * ? [abc] \x; locale-independent, no backtracking blow-up. */
bool mc_glob(const char *pattern, struct mc_str s);

/* A growing, NULL-terminated array of owned strings. */
struct mc_strv {
    char **v; /* v[n] == NULL; NULL while n == 0 */
    size_t n;
    size_t cap;
};
void mc_strv_push(struct mc_strv *sv, const char *s); /* copies */
void mc_strv_take(struct mc_strv *sv, char *s);       /* takes s */
bool mc_strv_same(const struct mc_strv *a, const struct mc_strv *b); /* in the same order */
void mc_strv_done(struct mc_strv *sv);                /* frees and zeroes */

#endif
