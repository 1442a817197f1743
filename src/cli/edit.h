/* Changing config files on behalf of a command: which file, what else has to know. */
#ifndef MC_CLI_EDIT_H
#define MC_CLI_EDIT_H

#include "base/fwd.h"
#include "config/change.h"
#include "json/doc.h"

struct mc_cli;

struct mc_edit {
    enum mc_layer layer;
    char *root; /* of the repo; NULL where there is none and the layer needs none */
    char *file;
    enum mc_change_result result;
};
/* The layer of --global, --project or --local, else `otherwise`; PROJECT becomes GLOBAL outside of any repo. Release with mc_edit_done. */
int mc_edit_begin(const struct mc_cli *cli, enum mc_layer otherwise, struct mc_edit *ret,
                  struct mc_err *err);
void mc_edit_done(struct mc_edit *ed);
/* A key as typed, in the schema's spelling, which the layer may set and nobody has locked. An unknown one gets a note with the nearest. */
int mc_edit_key(const struct mc_edit *ed, const char *text, struct mc_strv *ret,
                struct mc_err *err);
/* Would the config take this value there? -MC_E_USAGE with what it expects. */
int mc_edit_check(const struct mc_edit *ed, const struct mc_strv *path, enum mc_change_what what,
                  struct mc_str json, struct mc_err *err);
/* What is personal does not get into the repo's history: .mcpctl/.gitignore, unless there is one. */
int mc_edit_hide_local(const struct mc_edit *ed, struct mc_err *err);
/* Makes the changes. */
int mc_edit_write(struct mc_edit *ed, const struct mc_change *changes, size_t n,
                  struct mc_err *err);
/* Makes a running hub read its configs again and waits until it has. *ret_told: there is one. */
int mc_edit_tell_hub(bool *ret_told, struct mc_err *err);
/* What was done, for people or as JSON; tells the hub first. Returns the exit status. */
int mc_edit_report(const struct mc_cli *cli, struct mc_edit *ed, const char *done);
/* The file as people know it: below the root, or with ~. Caller frees. */
char *mc_edit_shown(const struct mc_edit *ed);

#endif
