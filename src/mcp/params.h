/* Tool arguments that HTTP clients of 2026-07-28 repeat in headers, where the tool's inputSchema says so with x-mcp-header (server/tools § x-mcp-header).
 * A client drops a whole tool for one annotation that the specification does not allow; from a stdio server such annotations mean nothing, and are taken
 * out before anybody sees them. */
#ifndef MC_MCP_PARAMS_H
#define MC_MCP_PARAMS_H

#include "base/fwd.h"
#include "base/str.h"
#include "json/scan.h"

/* Bounds of one tool; annotations beyond them are taken out as well. */
#define MC_PARAMS_MAX 32
#define MC_PARAM_DEPTH_MAX 8
#define MC_PARAM_NAME_MAX 64

struct mc_param {
    char header[sizeof("Mcp-Param-") + MC_PARAM_NAME_MAX];
    unsigned depth;
    char *path[MC_PARAM_DEPTH_MAX]; /* names, from the arguments inwards */
};
struct mc_params {
    size_t n;
    struct mc_param v[];
};

/* The annotations of a tool's definition, JSON that the scanner accepted; NULL when it has none, as nearly all. Those that are not allowed become blanks in
 * the text itself and are counted in *ret_blanked. The caller frees. */
struct mc_params *mc_params_read(char *tool, size_t n, unsigned *ret_blanked);
void mc_params_free(struct mc_params *p);
/* What a call's arguments have there; type MC_JSON_NONE when nothing. */
struct mc_jval mc_param_value(const struct mc_param *p, struct mc_jval arguments);

#endif
