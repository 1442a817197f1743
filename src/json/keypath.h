/* Where a value stands in a JSON document, as people type and read it: servers.github.args.0, servers["a.b"].url
 *
 * Names have dots between them; one that holds a dot or a bracket is written in brackets, as a JSON string. In an array a name is
 * the element's index, counted from 0. */
#ifndef MC_JSON_KEYPATH_H
#define MC_JSON_KEYPATH_H

#include "base/fwd.h"
#include "base/str.h"

/* 0, or -MC_E_USAGE. Release with mc_strv_done, also after an error. "" is the root. */
int mc_keypath_parse(const char *text, struct mc_strv *ret, struct mc_err *err);
/* Appends one name, with a dot, or with brackets where the name needs quotes. */
void mc_keypath_add(struct mc_buf *out, const char *name);
char *mc_keypath_text(const struct mc_strv *path); /* caller frees */

#endif
