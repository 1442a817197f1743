/* What a server's config says about its tools: which are shown, under which name, with which description, for how long they may run.
 * Tools are named as the server names them. */
#ifndef MC_HUB_VIEWTOOLS_H
#define MC_HUB_VIEWTOOLS_H

#include "backend/catalog.h"
#include "base/fwd.h"
#include "base/str.h"

struct mc_server_spec;
struct mc_splice;
bool view_tool_shown(const struct mc_server_spec *spec, struct mc_str name);
struct mc_str view_tool_name(const struct mc_server_spec *spec, struct mc_str name);
/* Puts the other description into the tool's bytes, if there is one; text has to live as long as sp. */
bool view_tool_describe(const struct mc_server_spec *spec, const struct mc_item *item,
                        struct mc_splice *sp, struct mc_buf *text);
unsigned view_tool_timeout(const struct mc_server_spec *spec, struct mc_str name); /* 0: none */

#endif
