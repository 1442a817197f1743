/* The question whether servers that a repo brought along may run, and the answer kept in the trust book. */
#ifndef MC_CLI_ASK_H
#define MC_CLI_ASK_H

#include "base/fwd.h"

struct mc_cli;
struct mc_config;
struct mc_server_spec;

/* Everything that matters before a yes: command line in full, directory, environment, what it refers to, where it is written. */
void mc_ask_describe(const struct mc_server_spec *spec, const char *root, const char *mark,
                     unsigned number, struct mc_buf *out);
/* Asks for all enabled stdio servers without trust, on a terminal and unless `never`; says what stays blocked and what would allow it.
 * Prints to stderr. Negative only when the book cannot be read or written. */
int mc_ask_trust(const struct mc_config *config, bool never, struct mc_err *err);

#endif
