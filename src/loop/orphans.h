/* When a keeper is killed (by somebody else: the hub only does that when it does not answer), its server follows by the
 * parent-death signal, but what the server had detached from itself would be lost to init. So the process that spawns
 * servers is a subreaper too, and takes these orphans as its own children. */
#ifndef MC_LOOP_ORPHANS_H
#define MC_LOOP_ORPHANS_H

#include "base/fwd.h"

struct mc_loop;

/* Makes this process a subreaper. May be called again. */
void mc_orphans_adopt(void);
/* Kills and reaps every child of this process that libuv does not know, and in turn what these leave behind. Takes at most
 * MC_ORPHANS_ROUNDS ms; commonly one. Does nothing where the kernel has no /proc/PID/task/TID/children. */
#define MC_ORPHANS_ROUNDS 50
void mc_orphans_kill(struct mc_loop *l);

#endif
