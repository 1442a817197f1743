/* Private processes (isolation: session): a server's calls that may ask go to a process in which no other client's are. Legacy sessions keep theirs to
 * their end; a modern client's call has the server's first one when that is free, else another, which ends when it was not used for a while. The first
 * process has everything else as well: lists, completions, subscriptions. */
#ifndef MC_HUB_INSTANCES_H
#define MC_HUB_INSTANCES_H

#include "hub/internal.h"

/* Chooses where the call goes. 0; negative with err when its client would need one process too many. */
int instances_choose(struct call *c, struct mc_err *err) MC_CHECK;
/* The server's first process, b itself unless it is a private one. */
struct mc_backend *instances_origin(const struct hub *h, struct mc_backend *b);
/* May what b says of its own accord be for this session? A private process speaks to its own session alone. */
bool instances_concerns(const struct hub *h, const struct mc_backend *b, const struct session *s);
/* Every private process of that server. */
void instances_each(struct hub *h, const struct mc_backend *origin,
                    void (*fn)(struct hub *h, struct mc_backend *b));
/* That of the session at that server; NULL. */
struct mc_backend *instances_of(const struct session *s, const struct mc_backend *origin);
unsigned instances_count(const struct hub *h, const struct mc_backend *origin);
void instances_of_session_over(struct session *s);
void instances_of_backend_over(struct hub *h, const struct mc_backend *origin);
void instances_sweep(struct hub *h); /* those that nobody uses end */

#endif
