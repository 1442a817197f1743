/* Inside of config/: the snapshot while it is being built. Nobody else includes this. */
#ifndef MC_CONFIG_BUILD_H
#define MC_CONFIG_BUILD_H

#include "base/fwd.h"
#include "config/config.h"
#include "config/tree.h"
#include "json/jsonc.h"

#define MC_CONFIG_FILE_MAX (4u << 20)
#define MC_CONFIG_DIAGS_MAX 500
#define MC_SERVER_NAME_MAX 128
#define MC_LOCKS_MAX 1000
#define MC_SETS_MAX 200 /* KEY=VALUE of the command line, variables of the environment */

/* A source and the bytes that its tree points into. */
struct source {
    struct mc_source pub;
    struct mc_jsonc doc;
    unsigned rank; /* its place in the order of sources */
};

/* One line of $lock, $require or $forbid. */
struct rule {
    enum rule_kind { RULE_LOCK, RULE_REQUIRE, RULE_FORBID } kind;
    char *text; /* as written */
    struct mc_strv path;       /* of a lock */
    enum mc_forbid_what what;  /* of a ban */
    struct mc_origin at;       /* file is borrowed from the source */
    unsigned rank;
};

struct mc_config {
    unsigned refs;
    char *root; /* "" when there is none */
    char *workspace;
    unsigned name_max;
    unsigned port;
    struct mc_strv allowed_hosts;
    struct mc_strv allowed_origins;
    struct source **sources;
    size_t n_sources;
    struct mc_node *tree;
    struct rule *rules;
    size_t n_rules, rules_cap;
    struct mc_server_spec **servers;
    size_t n_servers;
    struct mc_map *by_name; /* name → spec */
    struct mc_diag *diags;
    size_t n_diags, diags_cap;
    size_t n_errors; /* all of them, also those over the bound */
};

/* diags.c */
void mc_config_report(struct mc_config *c, enum mc_severity severity, const struct mc_origin *at,
                      unsigned rank, char *msg /* taken */);
/* Forgets the reports since there were n_diags and n_errors of them. */
void mc_config_forget(struct mc_config *c, size_t n_diags, size_t n_errors);
/* Puts all reports into the order of sources, and of places in them. */
void mc_config_sort_reports(struct mc_config *c);

/* tree.c */
struct mc_node *mc_node_new(const char *name, const struct mc_key *key);
void mc_node_free(struct mc_node *n);
struct mc_node *mc_node_get(const struct mc_node *n, const char *name);
void mc_node_add(struct mc_node *n, struct mc_node *child);
void mc_node_remove(struct mc_node *n, const struct mc_node *child);

/* reader.c: one source's bytes into its tree; what is wrong is reported. places: lines and columns mean something. */
void mc_source_read(struct mc_config *c, struct source *s, const char *p, size_t n, bool places);
struct source *mc_source_add(struct mc_config *c, enum mc_layer layer, const char *name,
                             const char *file);

/* given.c: the sources that are no files. */
void mc_sources_of_env(struct mc_config *c, char *const *env);
void mc_sources_of_sets(struct mc_config *c, char *const *sets);
void mc_source_of_builtins(struct mc_config *c);

/* merge.c: a source's tree over what there is. */
void mc_config_merge(struct mc_config *c, const struct source *s);

/* rules.c */
void mc_rules_add(struct mc_config *c, const struct source *s);
void mc_rules_done(struct mc_config *c);
/* The lock that covers a path, or NULL. old: what would go away with all that is in it; a lock on something in there counts, too. */
const struct rule *mc_rules_lock(const struct mc_config *c, const struct mc_strv *path,
                                 const struct mc_node *old);
const struct rule *mc_rules_required(const struct mc_config *c, const char *server);
/* What every requirement misses is reported. Before the servers are made. */
void mc_rules_require(struct mc_config *c);
/* False, and reported, when the server is forbidden. */
bool mc_rules_allow(struct mc_config *c, const struct mc_server_spec *spec);
/* "system, /etc/mcpctl/config.json:3:4" */
char *mc_rule_place(const struct mc_config *c, const struct rule *r);

/* spec.c */
struct mc_server_spec *mc_spec_new(const char *name);
void mc_spec_free(struct mc_server_spec *spec);
bool mc_spec_digest(struct mc_server_spec *spec); /* fills spec->digest; false: too long */
/* Of a server's node: what of it can be used. */
struct mc_server_spec *mc_spec_of_node(const struct mc_node *n);

/* hubentry.c: does this entry lead back to the hub (one of its URLs, or `mcpctl connect`)? */
bool mc_entry_is_hub(const struct mc_node *entry);

/* values.c */
/* The members of a container, by their keys, into base. */
void mc_values_store(const struct mc_node *container, void *base);

const char *mc_config_below(const char *root, const char *file); /* file, relative to root when inside */

#endif
