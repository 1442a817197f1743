/* Starting the hub on demand. One start at a time per user: a lock in the runtime directory. */
#ifndef MC_CLI_LAUNCH_H
#define MC_CLI_LAUNCH_H

#include "base/fwd.h"

struct mc_client;

#define MC_LAUNCH_READY_MS 10000
#define MC_LAUNCH_END_MS 15000 /* its own stop ladder is shorter */

/* --port, else $MCPCTL_PORT, else the default; *ret_asked (may be NULL) tells whether somebody chose it. given NULL: no --port. */
int mc_launch_port(const char *given, unsigned *ret, bool *ret_asked, struct mc_err *err);
/* Connects to the hub, after starting it when none runs. The error holds the last lines of its log when it did not come up. */
int mc_launch_hub(unsigned port, unsigned verbose, struct mc_client **ret, bool *ret_started,
                  struct mc_err *err);

/* To see the hub end: a descriptor from before it was asked to (-1 where the kernel has none: then nobody waits), and the wait.
 * Our connection is closed first, since the hub lets those finish. */
int mc_launch_watch(const struct mc_client *c);
int mc_launch_await_end(struct mc_client *c, int pidfd, struct mc_err *err);

#endif
