/* From a spec as written to what is really launched: variables expanded, environment built, identity digested.
 *
 * ${VAR} ${VAR:-default} ${env:VAR} ${env:VAR:-default} ${workspaceFolder} ${workspaceFolderBasename} ${userHome} ${pathSeparator} ${/}
 * in command, args, env, envFile, cwd, url, headers. A variable that is not set and has no default is an error that names the server, the key and the variable.
 * A default stands in for a variable that is not set; an empty value is a value, as the clients have it. Defaults may nest.
 * ${input:…} ${secret:…} and other known forms: an error saying that they come later. `$VAR` and `$${` are literal, and so is
 * what no client takes for a reference (${x%.*} of a shell). A leading ~/ of command, cwd and envFile is the home directory.
 * The environment of a server is minimal (HOME LOGNAME PATH SHELL TERM USER LANG LC_ALL TMPDIR XDG_RUNTIME_DIR when set) ◀ envFile ◀ env. */
#ifndef MC_CONFIG_RESOLVE_H
#define MC_CONFIG_RESOLVE_H

#include "base/fwd.h"
#include "base/str.h"

struct mc_server_spec;

struct mc_launch {
    struct mc_strv argv;
    struct mc_strv env; /* NAME=value, sorted */
    char *cwd;
    char digest[65]; /* SHA-256 over argv, env, cwd: identity of the backend; secret values only enter as part of the digest */
};

/* env: the user's environment (NAME=value, NULL-terminated). 0, or -MC_E_CONFIG. Free with mc_launch_done. */
int mc_launch_resolve(const struct mc_server_spec *spec, const char *root, char *const *env, struct mc_launch *ret, struct mc_err *err);
void mc_launch_done(struct mc_launch *l);
/* Names of the variables that the spec refers to, and files it reads (envFile), for the trust question: "VAR", "file:PATH". */
void mc_spec_references(const struct mc_server_spec *spec, struct mc_strv *ret);
/* The command line (or URL) as written, in full, quoted for a shell, control characters made visible. Caller frees. */
char *mc_spec_command_line(const struct mc_server_spec *spec);
/* The server's name in the same way, for a command that a message tells the user to type. Caller frees. */
char *mc_spec_name_word(const struct mc_server_spec *spec);

#endif
