/* The repo that a command is typed in, and its config. */
#ifndef MC_CLI_REPO_H
#define MC_CLI_REPO_H

#include "base/fwd.h"
#include "json/doc.h"

struct mc_cli;
struct mc_client;
struct mc_config;

/* Root and config of the current directory, with the command line's --set (which the command must have); prints all diagnostics to stderr. Caller releases both, also after an error.
 * -MC_E_CONFIG when the files have errors and nothing usable is left in them. */
int mc_repo_load(const struct mc_cli *cli, char **ret_root, struct mc_config **ret, struct mc_err *err);
/* The same without printing, with the command line's --set. *ret is also given with -MC_E_CONFIG: its problems are inside. */
int mc_repo_config(const struct mc_cli *cli, struct mc_config **ret, struct mc_err *err);
/* One line on stderr when there are problems: `mcpctl config check` lists them. */
void mc_repo_note_problems(const struct mc_config *config);
/* -MC_E_USAGE: there is none of that name; with the nearest. */
int mc_repo_no_server(const struct mc_config *config, const char *name, struct mc_err *err);
/* Makes the hub read this root's config and trust again, when it runs and has it. */
int mc_repo_refresh(const char *root, struct mc_err *err);
/* Takes a workspace of the status out of the hub. When the hub goes with it, returns after its end;
 * `other` (may be NULL) is one more connection of ours, to be closed before that. */
int mc_repo_remove(struct mc_client *c, struct mc_client *other, const cJSON *status,
                   const cJSON *workspace, struct mc_err *err);
/* The body of POST /api/workspaces, with our environment. sets: of --set; NULL: those that the hub has stay. */
void mc_repo_body(const char *root, bool detach, const struct mc_strv *sets, struct mc_buf *out);

#define MC_REPO_BODY_MAX (16u << 20)

#endif
