/* RFC 6570 templates, matched backwards: does this URI belong to this template? All four levels' operators are recognised; a variable
 * matches one or more bytes up to the next literal; a plain one ({x}) never a '/', because its value has them encoded ({+x} does not). What starts
 * with an operator of its own ({?x}, {/x}, {.x}, {;x}, {&x}, {#x}) may be absent. Bounded: longer ones than 8 KiB or 64 expressions match nothing. */
#ifndef MC_MCP_URITEMPLATE_H
#define MC_MCP_URITEMPLATE_H

#include "base/fwd.h"
#include "base/str.h"

/* -1 when it does not match, else the number of literal bytes (the longest literal wins when several templates match). */
int mc_uritemplate_match(struct mc_str tmpl, struct mc_str uri);

#endif
