/* Make before break. A server whose launch has changed goes on with the process that it has, until the new one is ready; then new calls go there, and the
 * old one finishes what it was asked. When the new one does not come up, or may not, the old one stays, and the status says why. */
#ifndef MC_HUB_REPLACE_H
#define MC_HUB_REPLACE_H

#include "hub/internal.h"
#include "hub/load.h"

/* The server as it was before its config was read again goes over into what it is now; what is left in `was` is put back by the caller. was: NULL
 * when it is new. Takes from->backend and from->reason. */
void replace_server(struct server *srv, struct server *was, struct loaded *from);
/* The state of a backend has changed: is it one that is awaited? */
void replace_check(struct hub *h, struct mc_backend *b);

/* What the clients of a workspace see, to compare with what they see later. */
struct shown;
struct shown *replace_remember(struct workspace *ws);
/* Tells the clients whose lists differ, and no others; frees it. */
void replace_tell(struct workspace *ws, struct shown *before);

#endif
