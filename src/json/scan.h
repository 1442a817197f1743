/* Strict JSON (RFC 8259) over bytes, without a tree.
 *
 * Two uses. *Scanning* goes over unknown bytes once, validates everything (grammar, escapes, UTF-8, no raw control
 * characters, depth) and lets the caller look at the members that it needs on the way. *Walking* goes over bytes
 * that a scan has accepted, and therefore cannot fail.
 * Lone surrogates in \u escapes are legal JSON text and are accepted; they pass through untouched. */
#ifndef MC_JSON_SCAN_H
#define MC_JSON_SCAN_H

#include "base/fwd.h"
#include "base/str.h"

/* Nesting accepted in messages; 1,000-deep input gets an error that names this bound. */
#define MC_JSON_DEPTH_MAX 512

enum mc_json_type { MC_JSON_NONE, MC_JSON_OBJECT, MC_JSON_ARRAY, MC_JSON_STRING, MC_JSON_NUMBER, MC_JSON_TRUE, MC_JSON_FALSE, MC_JSON_NULL };

/* ---- scanning ---- */

struct mc_scan {
    const char *begin;
    const char *p; /* next byte */
    const char *end;
    unsigned depth;
    const char *err;    /* static text of the first error, NULL while fine */
    const char *err_at; /* where */
};

void mc_scan_init(struct mc_scan *s, const char *p, size_t n);
/* Type of the next value after white space, MC_JSON_NONE at the end or on a byte that starts no value.
 * Moves to where the value begins. */
enum mc_json_type mc_scan_peek(struct mc_scan *s);
/* Validates and skips one value of any kind; *ret (may be NULL) is its exact span, without surrounding white space. */
bool mc_scan_value(struct mc_scan *s, struct mc_str *ret);
/* Objects and arrays, member by member:
 *     if (!mc_scan_open(s, '{')) …error…
 *     while (mc_scan_key(s, &key)) { …must consume the value… }        key: span with its quotes, escapes undecoded
 *     if (s->err) …
 * mc_scan_key returns false at the closing brace (consumed) or on an error (s->err set).
 * mc_scan_item is the same for arrays: true when an element follows. */
bool mc_scan_open(struct mc_scan *s, char brace);
bool mc_scan_key(struct mc_scan *s, struct mc_str *key);
bool mc_scan_item(struct mc_scan *s);
/* Only white space is left. Sets err otherwise. */
bool mc_scan_end(struct mc_scan *s);
/* A whole document in one call; 0, or -MC_E_PROTOCOL with byte offset and reason in err. *ret_off may be NULL. */
int mc_json_check(const char *p, size_t n, size_t *ret_off, struct mc_err *err);

/* ---- walking: only over bytes that were accepted ---- */

struct mc_jval {
    struct mc_str s; /* exact span */
    enum mc_json_type type;
};
struct mc_jiter {
    const char *p, *end;
    bool object;
};

struct mc_jval mc_jval_of(struct mc_str span); /* classifies; outer white space is trimmed */
bool mc_jiter_init(struct mc_jiter *it, struct mc_jval container); /* false unless object or array */
/* key (with quotes; empty for arrays) and value of the next member; false at the end. key may be NULL for arrays. */
bool mc_jiter_next(struct mc_jiter *it, struct mc_str *key, struct mc_jval *val);
/* First member of that name (names with escapes are decoded for the comparison); type MC_JSON_NONE when absent or not an object. */
struct mc_jval mc_jget(struct mc_jval obj, const char *name);
/* mc_jget along a path of names, ends with NULL:  mc_jpath(v, "params", "_meta", NULL) */
struct mc_jval mc_jpath(struct mc_jval obj, ...) __attribute__((sentinel));

/* Strings: spans include the quotes. */
bool mc_jstr_has_escape(struct mc_str quoted);
bool mc_jstr_eq(struct mc_str quoted, struct mc_str plain); /* decodes on the fly */
/* Decodes to UTF-8; lone surrogates become U+FFFD, NUL stays a NUL byte. Appends. */
int mc_jstr_decode(struct mc_str quoted, struct mc_buf *out);
char *mc_jstr_dup(struct mc_jval v); /* NUL-terminated decoded copy, NULL unless a string; caller frees */
/* Appends plain text as a JSON string with quotes; invalid UTF-8 becomes U+FFFD. */
int mc_jstr_quote(struct mc_str plain, struct mc_buf *out);
/* Integer in the JSON grammar without fraction or exponent, within int64; false otherwise. */
bool mc_jint(struct mc_jval v, int64_t *ret);
bool mc_jtrue(struct mc_jval v);
/* Same value apart from white space between tokens? Member order matters. */
bool mc_json_same(struct mc_str a, struct mc_str b);

#endif
