/* Private instances of servers (isolation: session). A legacy session has its own, for all of its calls, from the first one until it ends. Modern clients
 * have no sessions (basic/index § Statelessness): a call that may ask has an instance of its caller's at its endpoint in which no other such call is, so
 * that nobody waits for another one's user; one that is idle for a while ends. Servers of 2026-07-28 ask in their results, and stay one process.
 *
 * What lists show is the catalog of the origin: the first instance that runs refreshes it, others where they announce a change. */
#ifndef MC_HUB_INSTANCES_H
#define MC_HUB_INSTANCES_H

#include "hub/internal.h"

/* Chooses where the call to an origin goes. 0; negative with err when there would be one instance too many. */
int instances_choose(struct call *c, struct mc_err *err) MC_CHECK;
/* The same for a subscription; NULL: too many. Borrowed. */
struct mc_backend *instances_for(struct exchange *x, struct mc_backend *origin);
/* That of the session at that server, or the server's one process; NULL: it has not begun. */
struct mc_backend *instances_running(const struct session *s, struct mc_backend *origin);
/* Whose b is alone; NULL: nobody's, or modern clients'. */
struct session *instances_session(struct hub *h, const struct mc_backend *b);
/* Is it one of the modern clients of this caller at this endpoint? */
bool instances_is_for(struct hub *h, const struct mc_backend *b, const char *who,
                      const struct view *v);
struct mc_backend *instances_origin(struct mc_backend *b); /* b itself unless it is private */
unsigned instances_count(const struct hub *h, const struct mc_backend *origin);
/* The i-th of them (origin NULL: of all), NULL past the end. *ret_session: NULL for modern clients'. */
const struct mc_backend *instances_at(struct hub *h, const struct mc_backend *origin, unsigned i,
                                      const struct session **ret_session);
void instances_of_session_over(struct session *s);
void instances_of_backend_over(struct hub *h, const struct mc_backend *origin);
void instances_sweep(struct hub *h); /* those that nobody uses end */

#endif
