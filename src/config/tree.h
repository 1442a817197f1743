/* Config as a tree of values that know where they come from. Each source has one, and the merged config is one. Borrowed from the
 * snapshot (config.h), read-only for everybody else. */
#ifndef MC_CONFIG_TREE_H
#define MC_CONFIG_TREE_H

#include "base/fwd.h"
#include "base/str.h"
#include "config/layers.h"
#include "json/keypath.h"
#include "json/scan.h"

struct mc_key;

/* One file, environment variable or option. */
struct mc_source {
    enum mc_layer layer;
    char *name; /* of the org; else NULL */
    char *file; /* absolute path, "$MCPCTL_NAME_MAX", "--set" or "built-in" */
    bool found; /* the file is there */
    bool usable; /* its syntax is right */
    struct mc_node *tree; /* NULL when there is nothing in it */
};

struct mc_node {
    char *name;               /* as the schema spells it; of the root: "" */
    const struct mc_key *key; /* NULL: the schema does not know it */
    struct mc_jval value;     /* strict JSON; of a container: its type alone, the values are in `child` */
    const struct mc_source *source; /* of a container: the last that said anything in it */
    unsigned line, col;       /* of its name; 0: not in a file */
    struct mc_node **child;   /* in order of first mention */
    size_t n_children;
    struct mc_map *by_name;   /* when there are many */
    /* Of a server: */
    const char *below;            /* "servers", or as the file calls it */
    unsigned layers;              /* that have a say in it, as bits */
    bool broken;                  /* something in it cannot be used */
    const struct mc_node *entry;  /* of the merged one: the last that came from another program's file */
};

bool mc_node_is_container(const struct mc_node *n);
const struct mc_node *mc_node_child(const struct mc_node *n, const char *name); /* NULL when absent */
/* The node at a path, NULL when there is none. An empty path is the node itself. */
const struct mc_node *mc_node_at(const struct mc_node *n, const struct mc_strv *path);
/* The value as JSON text, in the schema's spelling; appends. */
enum mc_node_style {
    MC_NODE_PRETTY = 1 << 0,   /* with line breaks, indented by 2 from `indent` on */
    MC_NODE_REDACTED = 1 << 1, /* without secrets that are written in clear */
};
void mc_node_json(const struct mc_node *n, unsigned style, unsigned indent, struct mc_buf *out);

/* Puts the schema's spelling in the place of other names ("mcpServers.x.httpUrl" → "servers.x.url"). */
void mc_keypath_canonical(struct mc_strv *path);

#endif
