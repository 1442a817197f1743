/* Changes of a config file, in place: every byte that is not part of a change survives (json/edit.h). All of the changes are made, or none. */
#ifndef MC_CONFIG_CHANGE_H
#define MC_CONFIG_CHANGE_H

#include "base/fwd.h"
#include "base/str.h"
#include "config/layers.h"

/* An object that UNSET leaves empty goes with the member, but for those of the first level. */
enum mc_change_what { MC_CHANGE_SET, MC_CHANGE_APPEND, MC_CHANGE_UNSET };

struct mc_change {
    enum mc_change_what what;
    const struct mc_strv *path; /* json/keypath.h */
    struct mc_str json;         /* strict JSON; of an UNSET: none */
};

enum mc_change_result { MC_CHANGE_NONE, MC_CHANGE_WRITTEN, MC_CHANGE_MADE /* there was no file */ };

/* Reads, changes, and replaces the file of a layer that mcpctl writes (GLOBAL, PROJECT, LOCAL); directories on the way are made. Under a lock that all of
 * mcpctl's writers take; a file that an editor changed meanwhile is left as it is: -MC_E_CONFLICT. -MC_E_CONFIG names the file, line and column
 * of what cannot be changed. */
int mc_change_file(enum mc_layer layer, const char *file, const struct mc_change *changes, size_t n,
                   enum mc_change_result *ret, struct mc_err *err);

/* Does the file say anything at this path? */
int mc_change_has(const char *file, const struct mc_strv *path, bool *ret, struct mc_err *err);

#endif
