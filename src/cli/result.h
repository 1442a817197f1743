/* The result of tools/call as text for people. */
#ifndef MC_CLI_RESULT_H
#define MC_CLI_RESULT_H

#include "base/buf.h"
#include "base/fwd.h"
#include "json/scan.h"

/* Appends the text of all content blocks, each ended by a newline; structuredContent where there is no content; a line in brackets for
 * what is not text. */
void mc_result_text(struct mc_jval result, struct mc_buf *out);

#endif
