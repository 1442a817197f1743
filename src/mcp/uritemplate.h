/* RFC 6570 templates, matched backwards: does this URI belong to this template? All four levels' operators are recognised; a variable
 * matches one or more bytes up to the next literal. */
#ifndef MC_MCP_URITEMPLATE_H
#define MC_MCP_URITEMPLATE_H

#include "base/fwd.h"
#include "base/str.h"

/* -1 when it does not match, else the number of literal bytes (the longest literal wins when several templates match). */
int mc_uritemplate_match(struct mc_str tmpl, struct mc_str uri);

#endif
