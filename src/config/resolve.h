/* From a spec as written to what is really launched: variables expanded, environment built, identity digested.
 *
 * In every string of a server:
 *   ${VAR} ${env:VAR}            the user's environment, else what the server itself is given (env, envFile)
 *   ${VAR:-default}              the default when that is not set; it may hold references itself
 *   ${secret:NAME} ${input:ID}   asked of the resolver
 *   ${file:PATH}                 a file's text without the line breaks at its end; ~/ and relative to the root
 *   ${cmd:PROGRAM ARGS…}         what a program prints; words as a shell has them, but no shell
 *   ${workspaceFolder} ${workspaceFolderBasename} ${userHome} ${cwd} ${pathSeparator} ${/}
 *   $${                          a literal ${
 * What cannot be resolved is an error that names the server, the key and the place of the text; references that go round in a circle, too.
 * An empty value is a value, as the clients have it. `$VAR` is literal, and so is what no client takes for a reference (${x%.*} of
 * a shell). A leading ~/ of command, cwd and envFile is the home directory.
 * The environment of a server is minimal (HOME LANG LC_ALL LOGNAME PATH SHELL TMPDIR USER XDG_RUNTIME_DIR when set) ◀ inheritEnv ◀ envFile ◀ env. */
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

/* Who knows what the config does not say. Each gives 0 and *ret (the caller frees), -MC_E_NOT_FOUND, or another error; NULL: not known. */
struct mc_resolver {
    int (*secret)(void *arg, const char *server, const char *name, char **ret, struct mc_err *err);
    int (*input)(void *arg, const char *server, const char *id, char **ret, struct mc_err *err);
    void *arg;
};

struct mc_resolve {
    const char *root;  /* "" without a repo */
    char *const *env;  /* the user's environment: NAME=value, NULL-terminated; may be NULL */
    const struct mc_resolver *resolver; /* may be NULL */
    bool trusted; /* the user owns or has allowed this spec: it may read files and run programs */
};

/* 0, or -MC_E_CONFIG. Free with mc_launch_done. May block, for ${file:} and ${cmd:}. */
int mc_launch_resolve(const struct mc_server_spec *spec, const struct mc_resolve *with, struct mc_launch *ret, struct mc_err *err);
void mc_launch_copy(const struct mc_launch *l, struct mc_launch *ret);
void mc_launch_done(struct mc_launch *l);
/* Names of the variables that the spec refers to, and files it reads (envFile), for the trust question: "VAR", "file:PATH". */
void mc_spec_references(const struct mc_server_spec *spec, struct mc_strv *ret);
/* The command line (or URL) as written, in full, quoted for a shell, control characters made visible. Caller frees. */
char *mc_spec_command_line(const struct mc_server_spec *spec);
/* The server's name in the same way, for a command that a message tells the user to type. Caller frees. */
char *mc_spec_name_word(const struct mc_server_spec *spec);

#endif
