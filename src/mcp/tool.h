/* Tool definitions and results, made fit for clients that would not take them: the SDKs of the legacy era refuse a whole list for one tool. Pure. */
#ifndef MC_MCP_TOOL_H
#define MC_MCP_TOOL_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"

struct mc_splice;

enum mc_tool_misfit {
    MC_TOOL_INPUT =
        1 << 0, /* the root of inputSchema is not "type":"object", as every revision has it */
    MC_TOOL_OUTPUT =
        1 << 1, /* that of outputSchema is not: 2026-07-28 allows it, older revisions do not */
};
/* What of a definition (a JSON object) does not fit. */
unsigned mc_tool_misfits(struct mc_str tool);
/* Puts what mends those into sp, whose source is the definition. wrapped: where the outputSchema is written that sp will borrow. An outputSchema S
 * becomes that of an object whose member "result" is an S; one that cannot be put there is left out. */
void mc_tool_mend(struct mc_splice *sp, unsigned misfits, struct mc_buf *wrapped);

#endif
