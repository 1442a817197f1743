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
enum mc_ask_how {
    MC_ASK,         /* show, and ask on a terminal */
    MC_ASK_NEVER,   /* show */
    MC_ASK_QUIETLY, /* for a program: it has the same from the status */
};
/* For all enabled stdio servers without trust: what would run, the question, and the command that allows what stays blocked.
 * Prints to stderr. Negative only when the book cannot be read or written. */
int mc_ask_trust(const struct mc_config *config, enum mc_ask_how how, struct mc_err *err);

#endif
