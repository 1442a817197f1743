/* JSON with comments and trailing commas, as editors write it, and the places of its values.
 *
 * mc_jsonc_parse turns the text into strict JSON *of the same length*: comments, trailing commas and a BOM become
 * spaces, so that every offset of the result is an offset of the file. All errors are collected, not only the first:
 * after one, the parser goes on at the next comma or bracket of the same nesting (at most MC_JSONC_ERRORS_MAX). */
#ifndef MC_JSON_JSONC_H
#define MC_JSON_JSONC_H

#include "base/fwd.h"
#include "json/scan.h"

#define MC_JSONC_ERRORS_MAX 20

struct mc_jsonc_error {
    size_t off;
    char msg[200]; /* what was found, what was expected: "expected ',' or '}' after this value" */
};
struct mc_jsonc {
    char *text; /* strict JSON, same length as the input; owned */
    size_t len;
    struct mc_jval root; /* walkable when n_errors == 0 */
    struct mc_jsonc_error errors[MC_JSONC_ERRORS_MAX];
    unsigned n_errors;
};
/* Always fills *ret (free with mc_jsonc_done); 0, or -MC_E_CONFIG when there was an error. An empty or blank file is an empty object.
 * Duplicate member names are errors ("\"x\" was already given on line N"). strict: comments and trailing commas are errors too. */
int mc_jsonc_parse(const char *p, size_t n, bool strict, struct mc_jsonc *ret);
void mc_jsonc_done(struct mc_jsonc *j);
/* 1-based line and column (in code points) of an offset; tolerates \r\n. */
void mc_jsonc_place(const char *p, size_t n, size_t off, unsigned *line, unsigned *col);

#endif
