/* Starting the hub on demand. One start at a time per user: a lock in the runtime directory. */
#ifndef MC_CLI_LAUNCH_H
#define MC_CLI_LAUNCH_H

#include "base/fwd.h"

struct mc_client;

#define MC_LAUNCH_READY_MS 10000

/* --port, else $MCPCTL_PORT, else the default; *ret_asked (may be NULL) tells whether somebody chose it. given NULL: no --port. */
int mc_launch_port(const char *given, unsigned *ret, bool *ret_asked, struct mc_err *err);
/* Connects to the hub, after starting it when none runs. The error holds the last lines of its log when it did not come up. */
int mc_launch_hub(unsigned port, unsigned verbose, struct mc_client **ret, bool *ret_started, struct mc_err *err);

#endif
