/* Inside of config/: the snapshot while it is being built. Nobody else includes this. */
#ifndef MC_CONFIG_BUILD_H
#define MC_CONFIG_BUILD_H

#include "base/fwd.h"
#include "config/config.h"

struct mc_source;

#define MC_CONFIG_FILE_MAX (4u << 20)
#define MC_CONFIG_DIAGS_MAX 500
#define MC_SERVER_NAME_MAX 128

struct mc_config {
    unsigned refs;
    char *root;
    char *workspace;
    unsigned name_max;
    struct mc_strv allowed_hosts;
    struct mc_strv allowed_origins;
    struct mc_server_spec **servers; /* NULL where one was taken out, until the snapshot is finished */
    size_t n_servers, servers_cap;
    struct mc_map *by_name; /* name → index + 1 */
    struct mc_diag *diags;
    size_t n_diags, diags_cap;
    size_t n_errors; /* all of them, also those over the bound */
};

void mc_config_report(struct mc_config *c, enum mc_severity severity, const struct mc_origin *at,
                      char *msg /* taken */);
/* Forgets the reports since there were n_diags and n_errors of them. */
void mc_config_forget(struct mc_config *c, size_t n_diags, size_t n_errors);
/* Puts the reports from the first-th on into the order of their places in the file. */
void mc_config_sort_reports(struct mc_config *c, size_t first);
/* Puts a server in, in the place of one of the same name if there is one. Takes spec. */
void mc_config_put(struct mc_config *c, struct mc_server_spec *spec);
/* Takes a server out: a broken entry hides those of lower files too. */
void mc_config_drop(struct mc_config *c, const char *name);
/* Reads one file's bytes into the snapshot. file: absolute path, for origins. */
void mc_config_read(struct mc_config *c, const struct mc_source *source, const char *file,
                    const char *p, size_t n);

/* spec.c */
struct mc_server_spec *mc_spec_new(const char *name);
void mc_spec_free(struct mc_server_spec *spec);
bool mc_spec_digest(struct mc_server_spec *spec); /* fills spec->digest; false: too long */
/* Does this entry lead back to the hub (one of its URLs, or `mcpctl connect`)? */
bool mc_spec_is_hub(const struct mc_server_spec *spec);

#endif
