/* Where config comes from: the layers, lowest first, and the files in each. A later one wins, key by key.
 *
 *   built-in ◀ /etc/mcpctl/config.json ◀ ~/.config/mcphub/ *.json ◀ ~/.config/mcpctl/config.json ◀ orgs ◀ client files of the repo ◀
 *   .mcpctl/config.json ◀ .mcpctl/local.json ◀ MCPCTL_* ◀ command line */
#ifndef MC_CONFIG_LAYERS_H
#define MC_CONFIG_LAYERS_H

#include "base/fwd.h"

enum mc_layer {
    MC_LAYER_BUILTIN,
    MC_LAYER_SYSTEM,
    MC_LAYER_HUB_CLIENTS, /* the user's files of mcp-hub */
    MC_LAYER_GLOBAL,
    MC_LAYER_ORG,
    MC_LAYER_CLIENTS, /* files of other programs that the repo has */
    MC_LAYER_PROJECT,
    MC_LAYER_LOCAL,
    MC_LAYER_ENV,
    MC_LAYER_FLAGS,
    MC_LAYER_MAX
};

#define MC_LAYER_BIT(layer) (1u << (layer))
#define MC_LAYERS_ALL (MC_LAYER_BIT(MC_LAYER_MAX) - 1)
/* Files of other programs: each of their entries describes a whole server. */
#define MC_LAYERS_FOREIGN (MC_LAYER_BIT(MC_LAYER_HUB_CLIENTS) | MC_LAYER_BIT(MC_LAYER_CLIENTS))
/* What came with a repo: it runs nothing without trust. */
#define MC_LAYERS_REPO                                                                             \
    (MC_LAYER_BIT(MC_LAYER_CLIENTS) | MC_LAYER_BIT(MC_LAYER_PROJECT) | MC_LAYER_BIT(MC_LAYER_LOCAL))
/* Who may lock, require and forbid. */
#define MC_LAYERS_POLICY (MC_LAYER_BIT(MC_LAYER_SYSTEM) | MC_LAYER_BIT(MC_LAYER_ORG))

/* "project", as --layer takes it. */
const char *mc_layer_name(enum mc_layer layer);
bool mc_layer_find(const char *name, enum mc_layer *ret);

/* One file that is looked for, whether it is there or not. */
struct mc_place {
    enum mc_layer layer;
    const char *name; /* of the org; else NULL */
    char *path;       /* absolute */
};

struct mc_config_org {
    const char *name;
    const char *dir; /* its config.json is read */
};

/* What to load for. All may be NULL or 0. */
struct mc_config_input {
    const char *root;     /* the repo root (real path); NULL: no repo, only what is the user's */
    char *const *env;     /* NAME=value, NULL-terminated: for MCPCTL_* */
    char *const *sets;    /* KEY=VALUE, NULL-terminated: from the command line */
    const struct mc_config_org *orgs; /* later ones win */
    size_t n_orgs;
    const char *system_dir; /* instead of /etc/mcpctl, for tests */
};

#define MC_PLACES_MAX 200 /* files; of those in mcp-hub's directories the rest are left out */

struct mc_places {
    struct mc_place *v;
    size_t n;
    bool cut; /* there were more than MC_PLACES_MAX */
};

/* Every file of the layers, lowest first. Reads directories, not files. */
void mc_places_find(const struct mc_config_input *in, struct mc_places *ret);
void mc_places_done(struct mc_places *p);

/* The layer of a file below a repo root (".mcp.json"); false when it is no config file. */
bool mc_layer_of_file(const char *path, enum mc_layer *ret);
/* The file of a layer that mcpctl itself writes: GLOBAL, PROJECT or LOCAL. Caller frees *ret. */
int mc_layer_file(enum mc_layer layer, const char *root, char **ret, struct mc_err *err);

#endif
