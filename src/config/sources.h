/* Where config comes from: one row for each file, lowest first. */
#ifndef MC_CONFIG_SOURCES_H
#define MC_CONFIG_SOURCES_H

#include "base/fwd.h"

struct mc_source {
    const char *path; /* below the repo root, or the user's config directory */
    bool user;        /* in the user's own config directory: the hub's keys, which no repo may set */
    bool own;         /* mcpctl's own file: all keys, and no leniency for what other programs mean by them */
};

extern const struct mc_source mc_sources[]; /* ends with a NULL path */
extern const struct mc_source mc_user_source;

#endif
