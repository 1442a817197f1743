/* Finds the executable of a command before anything is started, so that a wrong name is an exact error at once. */
#ifndef MC_LOOP_LOOKUP_H
#define MC_LOOP_LOOKUP_H

#include "base/fwd.h"

/* As execvpe() does: a name without a slash in the PATH of env (without one: /bin:/usr/bin), else relative to cwd.
 * Absolute path in *ret, owned by the caller. -MC_E_NOT_FOUND with what was looked for, and where; also for a
 * directory, a file without execute permission and for a cwd that is none. */
int mc_lookup_command(const char *name, char *const *env, const char *cwd, char **ret,
                      struct mc_err *err);

#endif
