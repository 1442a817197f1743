/* Edits of a JSON or JSONC file in place: one value is set, appended or removed, and every byte that is not part of the change survives: comments, order,
 * indentation, line ends, BOM, trailing commas.
 *
 * The text goes in and the whole new text comes out; nothing is read or written here. An edit that changes nothing gives the same text. What goes out was
 * parsed again and holds the wanted value.
 *
 *     set, then unset the same member of an object that was there: the same bytes again
 *     set twice: the same as once
 *
 * Errors: -MC_E_CONFIG when the text is no JSONC (with line and column; a name that is given twice is one, for it is not known which is meant) or the way
 * leads through something that is neither object nor array; -MC_E_NOT_FOUND for an array's element that is not there; -MC_E_TOO_BIG. */
#ifndef MC_JSON_EDIT_H
#define MC_JSON_EDIT_H

#include "base/fwd.h"
#include "base/str.h"

/* Sets the value at path (at least one name; see json/keypath.h) to json, strict JSON that a scan has accepted. Objects on the way that are not there are
 * made. An empty text becomes an object. */
int mc_edit_set(struct mc_str text, const struct mc_strv *path, struct mc_str json,
                struct mc_buf *out, struct mc_err *err);
/* Appends json to the array at path, which is made when it is not there. */
int mc_edit_append(struct mc_str text, const struct mc_strv *path, struct mc_str json,
                   struct mc_buf *out, struct mc_err *err);
/* Removes the member or element at path with its comma; objects that become empty stay. Not being there is fine. */
int mc_edit_unset(struct mc_str text, const struct mc_strv *path, struct mc_buf *out,
                  struct mc_err *err);

#endif
