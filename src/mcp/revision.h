/* The protocol revisions, and which era each belongs to (basic/versioning). */
#ifndef MC_MCP_REVISION_H
#define MC_MCP_REVISION_H

#include "base/fwd.h"
#include "base/str.h"

enum mc_rev {
    MC_REV_NONE, /* not known, or not one of ours */
    MC_REV_2024_11_05,
    MC_REV_2025_03_26,
    MC_REV_2025_06_18,
    MC_REV_2025_11_25,
    MC_REV_2026_07_28,
    MC_REV_MAX
};
#define MC_REV_LEGACY_LATEST MC_REV_2025_11_25
#define MC_REV_MODERN_LATEST MC_REV_2026_07_28

/* Legacy: initialize and sessions. Modern: stateless, metadata on every request. */
enum mc_era { MC_ERA_UNKNOWN, MC_ERA_LEGACY, MC_ERA_MODERN };

enum mc_rev mc_rev_find(struct mc_str name); /* exact match */
const char *mc_rev_name(enum mc_rev rev);    /* "2025-11-25"; "" for MC_REV_NONE */
enum mc_era mc_rev_era(enum mc_rev rev);
const char *mc_era_name(enum mc_era era); /* "legacy", "modern", "" */
/* What a server answers to initialize: the client's revision when it is a legacy one of ours, else the newest legacy one. */
enum mc_rev mc_rev_negotiate(struct mc_str wanted);

#endif
