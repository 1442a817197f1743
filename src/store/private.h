/* Files that nobody else may read, or change. */
#ifndef MC_STORE_PRIVATE_H
#define MC_STORE_PRIVATE_H

#include "base/fwd.h"
#include <sys/types.h>

/* 0, -MC_E_NOT_FOUND (err untouched), or -MC_E_DENIED: it belongs to somebody else or its mode has one of the forbidden bits. remedy: what to do then,
 * for the message. */
int mc_private_check(const char *path, mode_t forbidden, const char *remedy, struct mc_err *err);

#endif
