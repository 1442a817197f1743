#include "mcp/revision.h"

static const char *const rev_names[MC_REV_MAX] = {
    [MC_REV_NONE] = "",
    [MC_REV_2024_11_05] = "2024-11-05",
    [MC_REV_2025_03_26] = "2025-03-26",
    [MC_REV_2025_06_18] = "2025-06-18",
    [MC_REV_2025_11_25] = "2025-11-25",
    [MC_REV_2026_07_28] = "2026-07-28",
};

enum mc_rev mc_rev_find(struct mc_str name)
{
    for (int rev = MC_REV_NONE + 1; rev < MC_REV_MAX; rev++)
        if (mc_str_eq(name, mc_str_of(rev_names[rev])))
            return (enum mc_rev)rev;
    return MC_REV_NONE;
}

const char *mc_rev_name(enum mc_rev rev)
{
    return rev_names[rev];
}

enum mc_era mc_rev_era(enum mc_rev rev)
{
    if (rev == MC_REV_NONE)
        return MC_ERA_UNKNOWN;
    return rev >= MC_REV_2026_07_28 ? MC_ERA_MODERN : MC_ERA_LEGACY;
}

const char *mc_era_name(enum mc_era era)
{
    static const char *const names[] = {"", "legacy", "modern"};
    return names[era];
}

enum mc_rev mc_rev_negotiate(struct mc_str wanted)
{
    enum mc_rev rev = mc_rev_find(wanted);
    return mc_rev_era(rev) == MC_ERA_LEGACY ? rev : MC_REV_LEGACY_LATEST;
}
