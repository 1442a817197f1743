/* The effective config of one repo: an immutable, counted snapshot, loaded from a table of sources (sources.c), later ones winning
 * per server name.
 *
 * Sources now, lowest first:  .mcp.json ◀ .cursor/mcp.json ◀ .vscode/mcp.json ◀ .mcpctl/config.json  (all below the repo root). More layers are rows
 * of that table. Files are JSON with comments (.mcp.json too: we are lenient in reading). `mcpServers`, or `servers`.
 * Without any server in any file, the two embedded servers (git, files) are the config; they are ours and need no trust.
 *
 * Loading never stops at the first problem: every one is collected with file:line:column. A file with syntax errors contributes nothing; a
 * server entry with an error is left out alone (and hides those of the same name below it); warnings (unknown key with a suggestion, the same name with different content in two files) change nothing. */
#ifndef MC_CONFIG_CONFIG_H
#define MC_CONFIG_CONFIG_H

#include "base/fwd.h"
#include "base/str.h"

struct mc_config;

struct mc_origin {
    char *file; /* absolute path, or "built-in" */
    unsigned line, col;
};

enum mc_severity { MC_SEV_ERROR, MC_SEV_WARNING };
struct mc_diag {
    enum mc_severity severity;
    struct mc_origin at;
    char *msg; /* what is wrong, what was expected, what to do */
};

struct mc_kv {
    char *key;
    char *value; /* NULL: unset the variable (VS Code's null) */
};

enum mc_transport { MC_TRANSPORT_STDIO, MC_TRANSPORT_HTTP, MC_TRANSPORT_SSE };
enum mc_start { MC_START_LAZY, MC_START_EAGER };
enum mc_isolation { MC_ISOLATION_AUTO, MC_ISOLATION_SHARED };
enum mc_protocol_pref { MC_PROTOCOL_AUTO, MC_PROTOCOL_LEGACY, MC_PROTOCOL_MODERN };

/* One server as written: variables are not expanded. */
struct mc_server_spec {
    char *name;
    enum mc_transport transport;
    char *command;
    struct mc_strv args;
    struct mc_kv *env;
    size_t n_env;
    char *env_file;
    char *cwd;
    char *url;
    struct mc_kv *headers;
    size_t n_headers;
    bool disabled; /* disabled: true, or enabled: false */
    bool builtin;  /* the embedded git and files: trusted, started as `<self> serve NAME` */
    char *prefix;  /* NULL: the server's name; "": none */
    enum mc_start start;
    enum mc_protocol_pref protocol;
    enum mc_isolation isolation;
    unsigned start_timeout_ms; /* 0: default */
    unsigned call_timeout_ms;  /* 0: default */
    struct mc_origin origin;
    char digest[65]; /* SHA-256 of the canonical unexpanded spec without name and origin: what trust pins */
};

struct mc_config *mc_config_ref(struct mc_config *c);
void mc_config_unref(struct mc_config *c);

/* root: the repo root (real path). Always gives a snapshot (*ret); problems are inside. -MC_E_CONFIG when any of them is an error, -MC_E_SYSTEM when root is unusable. */
int mc_config_load(const char *root, struct mc_config **ret, struct mc_err *err);

/* The hub's own settings, from config.json in the user's config directory: allowedHosts and allowedOrigins, which no repo may set. A missing
 * file is an empty config; problems are inside. */
int mc_config_load_user(struct mc_config **ret, struct mc_err *err);

/* The same from bytes, as if file (a path of that table, ".mcp.json") were the only one of the repo. Touches no files. -MC_E_USAGE when
 * the table has no such file. */
int mc_config_parse(const char *root, const char *file, struct mc_str text, struct mc_config **ret, struct mc_err *err);

const char *mc_config_root(const struct mc_config *c);
const char *mc_config_workspace(const struct mc_config *c); /* key `workspace` of .mcpctl/config.json, else NULL */
size_t mc_config_name_max(const struct mc_config *c);        /* key `nameMax`, default 51: longest tool name shown to clients */
const struct mc_strv *mc_config_allowed_hosts(const struct mc_config *c);
const struct mc_strv *mc_config_allowed_origins(const struct mc_config *c);
size_t mc_config_server_count(const struct mc_config *c);
const struct mc_server_spec *mc_config_server(const struct mc_config *c, size_t i); /* in config order */
const struct mc_server_spec *mc_config_find(const struct mc_config *c, const char *name);
size_t mc_config_diag_count(const struct mc_config *c);
const struct mc_diag *mc_config_diag(const struct mc_config *c, size_t i);
/* "file:line:col: error: msg", file relative to the root when inside. Caller frees. */
char *mc_diag_text(const struct mc_diag *d, const char *root);

#endif
