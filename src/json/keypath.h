/* Where a value stands in a JSON document, as people type it: names separated by dots, servers.github.args.0
 *
 * A name that has a dot or is empty stands in double quotes, as a JSON string: servers."my.server".url
 * In an array a name is the element's index, counted from 0. */
#ifndef MC_JSON_KEYPATH_H
#define MC_JSON_KEYPATH_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_KEYPATH_NAMES_MAX 32
#define MC_KEYPATH_BYTES_MAX 4096

/* Appends the decoded names to names: 0, or -MC_E_USAGE with what is wrong at which character. */
int mc_keypath_parse(const char *text, struct mc_strv *names, struct mc_err *err);
/* Appends one name in that form, with the dot before it unless out is empty. */
void mc_keypath_add(struct mc_buf *out, struct mc_str name);
/* The names as one text; the caller frees. */
char *mc_keypath_text(const struct mc_strv *names, size_t n);

#endif
