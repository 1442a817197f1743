/* The effective config of one repo: an immutable, counted snapshot, merged from layers (layers.h), later ones winning key by key.
 *
 * Inside a server, too, a later layer changes single keys, and null takes one away. Two exceptions: an entry in another program's file
 * (.mcp.json) describes a whole server, so what runs is all its own; and a url above a command (or the other way round) takes
 * what belonged to the other transport with it. Files are JSON with comments (.mcp.json too: we are lenient in reading).
 * Without any server in any layer, the two embedded servers (git, files) are the config; they are ours and need no trust.
 *
 * Loading never stops at the first problem: every one is collected with file:line:column. A file with syntax errors contributes nothing; a
 * server entry with an error is left out alone (and hides those of the same name below it); warnings (unknown key with a suggestion, the same
 * name with different content in two files) change nothing. What breaks a lock is an error, and the locked value stays. */
#ifndef MC_CONFIG_CONFIG_H
#define MC_CONFIG_CONFIG_H

#include "base/fwd.h"
#include "base/str.h"
#include "config/layers.h"

struct mc_config;
struct mc_node;
struct mc_source;

struct mc_origin {
    char *file; /* absolute path, "built-in", "$MCPCTL_…" or "--set" */
    unsigned line, col;
};

enum mc_severity { MC_SEV_ERROR, MC_SEV_WARNING };
struct mc_diag {
    enum mc_severity severity;
    struct mc_origin at;
    unsigned rank; /* of the source in the order of layers */
    char *msg; /* what is wrong, what was expected, what to do */
};

struct mc_kv {
    char *key;
    char *value; /* NULL: unset the variable (VS Code's null) */
};

enum mc_transport { MC_TRANSPORT_STDIO, MC_TRANSPORT_HTTP, MC_TRANSPORT_SSE };
enum mc_start { MC_START_LAZY, MC_START_EAGER };
enum mc_restart { MC_RESTART_ON_FAILURE, MC_RESTART_NEVER };
enum mc_isolation { MC_ISOLATION_AUTO, MC_ISOLATION_SHARED, MC_ISOLATION_SESSION };
enum mc_protocol_pref { MC_PROTOCOL_AUTO, MC_PROTOCOL_LEGACY, MC_PROTOCOL_MODERN };
enum mc_lifecycle { MC_LIFECYCLE_STABLE, MC_LIFECYCLE_EXPERIMENTAL, MC_LIFECYCLE_DEPRECATED };
enum mc_forbid_what { MC_FORBID_NAME, MC_FORBID_COMMAND, MC_FORBID_HOST, MC_FORBID_PACKAGE, MC_FORBID_MAX };

/* One server as written: variables are not expanded. */
struct mc_server_spec {
    char *name;
    enum mc_transport transport;
    char *command;
    struct mc_strv args;
    struct mc_kv *env;
    size_t n_env;
    char *env_file;
    struct mc_strv inherit_env; /* names and globs */
    char *cwd;
    char *url;
    struct mc_kv *headers;
    size_t n_headers;
    bool disabled; /* disabled: true, or enabled: false */
    bool builtin;  /* the embedded git and files: started as `<self> serve NAME` */
    bool mine;     /* no layer of the repo has a say in it: needs no trust */
    char *prefix;  /* NULL: the server's name; "": none */
    bool tools_limited; /* tools.allow is given: what it does not name is hidden */
    struct mc_strv tools_allow, tools_deny; /* globs over the server's own names */
    struct mc_kv *tools_rename, *tools_describe;
    size_t n_tools_rename, n_tools_describe;
    enum mc_start start;
    enum mc_restart restart;
    enum mc_protocol_pref protocol;
    enum mc_isolation isolation;
    unsigned start_timeout_ms; /* 0: default */
    unsigned call_timeout_ms;  /* 0: default */
    struct mc_kv *tool_timeouts; /* milliseconds in digits */
    size_t n_tool_timeouts;
    unsigned idle_timeout_ms; /* 0: never */
    unsigned max_concurrency; /* 0: no limit */
    char *description, *owner;
    enum mc_lifecycle lifecycle;
    struct mc_kv *labels;
    size_t n_labels;
    struct mc_strv dev_watch;
    char *dev_cwd;
    unsigned dev_debounce_ms;
    bool dev_enabled;
    struct mc_origin origin; /* where what it runs is said; file is borrowed */
    const struct mc_node *node; /* its values and their origins */
    char digest[65]; /* SHA-256 of the canonical unexpanded spec without name and origin: what trust pins */
};

struct mc_config *mc_config_ref(struct mc_config *c);
void mc_config_unref(struct mc_config *c);

/* Always gives a snapshot (*ret); problems are inside. -MC_E_CONFIG when any of them is an error, -MC_E_SYSTEM when the root is unusable. */
int mc_config_load(const struct mc_config_input *in, struct mc_config **ret, struct mc_err *err);

/* The same from bytes, as if file (a path below the root, ".mcp.json") were the only one. Touches no files. -MC_E_USAGE when
 * no layer has such a file. */
int mc_config_parse(const char *root, const char *file, struct mc_str text, struct mc_config **ret, struct mc_err *err);

/* One file alone, wherever it is, as that layer's. */
int mc_config_parse_as(enum mc_layer layer, const char *file, struct mc_str text, struct mc_config **ret, struct mc_err *err);
/* Adds a report for each reference (${NAME}) that this environment cannot resolve. Starts and reads nothing. */
void mc_config_check_references(struct mc_config *c, char *const *env);

const char *mc_config_root(const struct mc_config *c); /* "" without a repo */
const char *mc_config_workspace(const struct mc_config *c); /* key `workspace`, else NULL */
size_t mc_config_name_max(const struct mc_config *c);        /* key `nameMax`: longest tool name shown to clients */
unsigned mc_config_port(const struct mc_config *c);
const struct mc_strv *mc_config_allowed_hosts(const struct mc_config *c);
const struct mc_strv *mc_config_allowed_origins(const struct mc_config *c);
size_t mc_config_server_count(const struct mc_config *c);
const struct mc_server_spec *mc_config_server(const struct mc_config *c, size_t i); /* in config order */
const struct mc_server_spec *mc_config_find(const struct mc_config *c, const char *name);

size_t mc_config_diag_count(const struct mc_config *c);
const struct mc_diag *mc_config_diag(const struct mc_config *c, size_t i);
size_t mc_config_error_count(const struct mc_config *c);
/* "file:line:col: error: msg", file relative to the root when inside. Caller frees. */
char *mc_diag_text(const struct mc_diag *d, const char *root);

/* The merged values (tree.h), and the sources that they come from, lowest first; those that were not found, too. */
const struct mc_node *mc_config_tree(const struct mc_config *c);
size_t mc_config_source_count(const struct mc_config *c);
const struct mc_source *mc_config_source(const struct mc_config *c, size_t i);
/* Is the URL one of a hub that listens on that port of this machine? */
bool mc_config_is_hub_url(const char *url, unsigned port);
/* The lock on a key: where it was put ("org acme, /…/config.json:3:4", caller frees), or NULL. */
char *mc_config_lock(const struct mc_config *c, const struct mc_strv *path);
/* Is a launch forbidden, now that its variables are expanded? 0, or -MC_E_DENIED. argv or url may be NULL. */
int mc_config_permits(const struct mc_config *c, const char *server, const struct mc_strv *argv, const char *url, struct mc_err *err);

#endif
