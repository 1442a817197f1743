/* A workspace's files, watched: what changes in them is read, and what differs is brought into force. A config that is worse than the one in force
 * changes nothing; the status says what is wrong, until it is right again. */
#ifndef MC_HUB_WATCH_H
#define MC_HUB_WATCH_H

#include "hub/internal.h"
#include "hub/load.h"

/* Is what was loaded worse than what is in force? Then that stays, and the status says why. */
bool watch_refuses(struct workspace *ws, const struct load *job);
/* After a load was applied: these files matter now. */
void watch_update(struct workspace *ws, const struct load *job);
void watch_end(struct workspace *ws);
/* Why changes are looked for instead of being told; NULL while they are told. */
const char *watch_polling(const struct workspace *ws);

#endif
