/* Tools that work as a task and cannot do without (the extension io.modelcontextprotocol/tasks): called again by a client that knows tasks, and looked
 * at until they are done. */
#ifndef MC_CLI_CALLTASK_H
#define MC_CLI_CALLTASK_H

#include "cli/mcp.h"

#define MC_CALLTASK_POLL_MS 1000 /* where the server says nothing about it */
#define MC_CALLTASK_POLL_MIN_MS 100
#define MC_CALLTASK_POLL_MAX_MS 30000

/* Does the server refuse the call because it was not told that its client knows tasks? */
bool mc_calltask_demanded(const struct mc_mcp_answer *a);
/* Is the answer a task? */
bool mc_calltask_is(const struct mc_mcp_answer *a);
/* Waits for its end; the answer becomes that of the tool. told: its state, a Task object. An interrupt (Ctrl-C) cancels it. */
int mc_calltask_wait(struct mc_client *c, const char *path, struct mc_mcp_answer *answer,
                     void (*told)(void *arg, struct mc_jval task), void *arg, struct mc_err *err);

#endif
