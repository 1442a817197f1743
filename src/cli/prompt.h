/* A line from the user that nobody else may see. */
#ifndef MC_CLI_PROMPT_H
#define MC_CLI_PROMPT_H

#include "base/fwd.h"

#define MC_PROMPT_MAX 65536

/* Asks on the terminal (/dev/tty), without echo; appends what was typed, without the line break. -MC_E_USAGE when there is no terminal, -MC_E_DENIED when
 * the user pressed Ctrl-C or Ctrl-D. Nothing of it stays in memory but in out, which has to be made with MC_PROMPT_MAX. */
int mc_prompt_hidden(const char *question, struct mc_buf *out, struct mc_err *err);
/* All of standard input, without one line break at its end. */
int mc_prompt_stdin(struct mc_buf *out, struct mc_err *err);

#endif
