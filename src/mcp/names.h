/* The names that clients see: <prefix>__<name>, characters [A-Za-z0-9_-], at most `max` bytes.
 * Others become '_'; what is too long, or was changed so that it could collide, keeps its head and tail around a hash of the whole original
 * ("filesy_3f9a1c2e_ltiple_files"), or all of it before the hash when that fits ("my_server__read_555be705"). Pure and stable: the same input gives the same name on every start. Routing is by table, never by splitting. */
#ifndef MC_MCP_NAMES_H
#define MC_MCP_NAMES_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_NAME_MAX_DEFAULT 51
#define MC_NAME_MAX_LIMIT 128
#define MC_NAME_MAX_LEAST 24

/* prefix "" gives the name alone (unchanged when it is legal and short enough). out holds max + 1 bytes. */
void mc_name_expose(const char *prefix, struct mc_str name, size_t max, char *out);
/* The text as it stands in a name, before any shortening: other characters are '_'. Two texts may give the same. Caller frees. */
char *mc_name_sanitise(struct mc_str text);
/* Workspace name from a directory name: lower-case [a-z0-9-], 1 to 40 bytes; suffix by root when `taken`: "app" → "app-3f9a". out holds 48 bytes. */
void mc_name_workspace(const char *dirname, const char *root, bool taken, char out[48]);

#endif
