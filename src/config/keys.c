/* The tables. How they are searched is in keyfind.c. */
#include "config/keys.h"

#include "base/alloc.h"
#include "config/build.h"
#include "config/config.h"
#include "mcp/names.h"

#define SPEC(field) .offset = offsetof(struct mc_server_spec, field)
#define PAIRS(field) SPEC(field), .count_offset = offsetof(struct mc_server_spec, n_##field)
#define ROOT(field) .offset = offsetof(struct mc_config, field)
#define FOREIGN(key)                                                                               \
    {                                                                                              \
        .name = key, .type = MC_KEY_FOREIGN                                                        \
    }
/* Another program's name of a key. */
#define ALIAS(key, of, ...)                                                                        \
    {                                                                                              \
        .name = key, .alias = of, .help = "Other name of " of, __VA_ARGS__                         \
    }

#define OWN (MC_LAYERS_ALL & ~MC_LAYERS_FOREIGN)
#define REPO_OWN (OWN & ~(MC_LAYERS_POLICY | MC_LAYER_BIT(MC_LAYER_GLOBAL)))
#define USERS (OWN & ~MC_LAYERS_REPO)

static const struct mc_choice transports[] = {
    {"stdio", MC_TRANSPORT_STDIO, false},
    {"http", MC_TRANSPORT_HTTP, false},
    {"sse", MC_TRANSPORT_SSE, false},
    {"local", MC_TRANSPORT_STDIO, true},
    {"streamable-http", MC_TRANSPORT_HTTP, true},
    {"streamableHttp", MC_TRANSPORT_HTTP, true},
    {NULL, 0, false},
};

static const struct mc_choice starts[] = {
    {"lazy", MC_START_LAZY, false},
    {"eager", MC_START_EAGER, false},
    {NULL, 0, false},
};

static const struct mc_choice protocols[] = {
    {"auto", MC_PROTOCOL_AUTO, false},
    {"legacy", MC_PROTOCOL_LEGACY, false},
    {"modern", MC_PROTOCOL_MODERN, false},
    {"2024-11-05", MC_PROTOCOL_LEGACY, true},
    {"2025-03-26", MC_PROTOCOL_LEGACY, true},
    {"2025-06-18", MC_PROTOCOL_LEGACY, true},
    {"2025-11-25", MC_PROTOCOL_LEGACY, true},
    {"2026-07-28", MC_PROTOCOL_MODERN, true},
    {NULL, 0, false},
};

static const struct mc_choice isolations[] = {
    {"auto", MC_ISOLATION_AUTO, false},
    {"shared", MC_ISOLATION_SHARED, false},
    {"session", MC_ISOLATION_SESSION, false},
    {NULL, 0, false},
};

static const struct mc_choice restarts[] = {
    {"on-failure", MC_RESTART_ON_FAILURE, false},
    {"never", MC_RESTART_NEVER, false},
    {NULL, 0, false},
};

static const struct mc_choice lifecycles[] = {
    {"stable", MC_LIFECYCLE_STABLE, false},
    {"experimental", MC_LIFECYCLE_EXPERIMENTAL, false},
    {"deprecated", MC_LIFECYCLE_DEPRECATED, false},
    {NULL, 0, false},
};

/* ---- names and texts ---- */

static const char *variable_name(const char *name)
{
    return *name == '\0' || strchr(name, '=') ? "this cannot be the name of a variable" : NULL;
}

static const char *header_name(const char *name)
{
    bool fine = *name && strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(name);

    return fine ? NULL : "this cannot be the name of a header";
}

static const char *server_name(const char *name)
{
    if (*name == '\0')
        return "a server's name cannot be empty";
    if (strlen(name) > MC_SERVER_NAME_MAX)
        return "a server's name cannot be longer than 128 bytes";
    for (; *name; name++)
        if ((unsigned char)*name < 0x20 || *name == 0x7f)
            return "a server's name cannot hold control characters";
    return NULL;
}

static char *header_value(const char *text)
{
    return strpbrk(text, "\r\n") ? mc_strdup("a header's value cannot hold a line break") : NULL;
}

static char *workspace_name(const char *text)
{
    char name[48];

    mc_name_workspace(text, "", false, name);
    if (strcmp(name, text) == 0)
        return NULL;
    return mc_asprintf("expected 1 to 40 of a-z, 0-9 and '-', because it stands in URLs "
                       "(\"%s\" would do)",
                       name);
}

static char *tool_name(const char *text)
{
    char name[MC_NAME_MAX_LIMIT + 1];

    mc_name_expose("", mc_str_of(text), MC_NAME_MAX_LIMIT, name);
    if (*text && strcmp(name, text) == 0)
        return NULL;
    return mc_strdup("expected the name of a tool: A-Z, a-z, 0-9, '_' and '-', at most 128");
}

/* ---- members of maps ---- */

static const struct mc_key item_variable[] = {
    {"NAME", MC_KEY_SCALAR, .nullable = true, .help = "Its value; null unsets it"},
    {.name = NULL},
};
static const struct mc_key item_header[] = {
    {"NAME", MC_KEY_STRING, .complaint = header_value, .help = "Its value"},
    {.name = NULL},
};
static const struct mc_key item_rename[] = {
    {"TOOL", MC_KEY_STRING, .complaint = tool_name, .help = "The name that clients see"},
    {.name = NULL},
};
static const struct mc_key item_describe[] = {
    {"TOOL", MC_KEY_STRING, .help = "The description that clients see"},
    {.name = NULL},
};
static const struct mc_key item_timeout[] = {
    {"TOOL", MC_KEY_DURATION, .help = "How long a call of it may take"},
    {.name = NULL},
};
static const struct mc_key item_label[] = {
    {"NAME", MC_KEY_STRING, .help = "Any text"},
    {.name = NULL},
};

/* ---- a server ---- */

static const struct mc_key keys_timeout[] = {
    {"start", MC_KEY_DURATION, SPEC(start_timeout_ms), .otherwise = "\"60s\"",
     .help = "How long the server may take until it answers its first request"},
    {"call", MC_KEY_DURATION, SPEC(call_timeout_ms), .otherwise = "\"5m\"",
     .help = "How long a call may take; progress renews it"},
    {"perTool", MC_KEY_MAP, PAIRS(tool_timeouts), .keys = item_timeout,
     .help = "The same for single tools, by the server's own name of the tool"},
    {.name = NULL},
};

static const struct mc_key keys_tools[] = {
    {"allow", MC_KEY_STRINGS, SPEC(tools_allow), .reload = MC_RELOAD_VIEW,
     .help = "Show only these tools: names or globs, as the server spells them"},
    {"deny", MC_KEY_STRINGS, SPEC(tools_deny), .otherwise = "[]", .reload = MC_RELOAD_VIEW,
     .help = "Hide these tools, also when they are allowed"},
    {"rename", MC_KEY_MAP, PAIRS(tools_rename), .keys = item_rename, .reload = MC_RELOAD_VIEW,
     .help = "Show a tool under another name (the prefix comes before it)"},
    {"describe", MC_KEY_MAP, PAIRS(tools_describe), .keys = item_describe,
     .reload = MC_RELOAD_VIEW, .help = "Show a tool with another description"},
    {.name = NULL},
};

#define DEV_LATER "servers are not restarted by changes of their sources yet"
static const struct mc_key keys_dev[] = {
    {"watch", MC_KEY_WORDS, SPEC(dev_watch), .later = DEV_LATER,
     .help = "Restart the server when a file that matches one of these globs changes"},
    {"cwd", MC_KEY_STRING, SPEC(dev_cwd), .later = DEV_LATER,
     .help = "What the globs are relative to; default: the server's cwd"},
    {"debounce", MC_KEY_DURATION, SPEC(dev_debounce_ms), .otherwise = "\"300ms\"",
     .later = DEV_LATER, .help = "How long it has to be quiet before the restart"},
    {"enabled", MC_KEY_BOOL, SPEC(dev_enabled), .otherwise = "true", .later = DEV_LATER,
     .help = "false: keep the globs, but do not watch"},
    FOREIGN("debug"), /* VS Code */
    {.name = NULL},
};

const struct mc_key mc_keys_server[] = {
    {"type", MC_KEY_CHOICE, SPEC(transport), .choices = transports, .launch = true,
     .reload = MC_RELOAD_PROCESS, .help = "How the server is reached; with a url and no type: http"},
    {"command", MC_KEY_STRING, SPEC(command), .launch = true, .reload = MC_RELOAD_PROCESS,
     .help = "The program of a stdio server"},
    {"args", MC_KEY_STRINGS, SPEC(args), .otherwise = "[]", .launch = true,
     .reload = MC_RELOAD_PROCESS, .help = "Its arguments"},
    {"env", MC_KEY_MAP, PAIRS(env), .keys = item_variable, .name_complaint = variable_name,
     .otherwise = "{}", .launch = true, .reload = MC_RELOAD_PROCESS,
     .help = "Environment variables; null unsets one"},
    {"envFile", MC_KEY_STRING, SPEC(env_file), .launch = true, .reload = MC_RELOAD_PROCESS,
     .help = "A file of NAME=value lines, below env in rank"},
    {"inheritEnv", MC_KEY_SOME, SPEC(inherit_env), .otherwise = "false", .launch = true,
     .reload = MC_RELOAD_PROCESS,
     .help = "Your variables that it gets besides the basic ones: names or globs; true: all"},
    {"cwd", MC_KEY_STRING, SPEC(cwd), .otherwise = "\"${workspaceFolder}\"", .launch = true,
     .reload = MC_RELOAD_PROCESS, .help = "Working directory"},
    {"url", MC_KEY_STRING, SPEC(url), .launch = true, .reload = MC_RELOAD_PROCESS,
     .help = "The address of a remote server"},
    {"headers", MC_KEY_MAP, PAIRS(headers), .keys = item_header, .name_complaint = header_name,
     .otherwise = "{}", .launch = true, .reload = MC_RELOAD_PROCESS,
     .help = "HTTP headers for a remote server"},
    {"disabled", MC_KEY_BOOL, SPEC(disabled), .otherwise = "false", .reload = MC_RELOAD_PROCESS,
     .help = "Leave this server out"},
    {"enabled", MC_KEY_NOT_BOOL, SPEC(disabled), .alias = "disabled", .otherwise = "true",
     .reload = MC_RELOAD_PROCESS, .help = "false: leave this server out"},
    {"prefix", MC_KEY_STRING, SPEC(prefix), .reload = MC_RELOAD_VIEW,
     .help =
         "What stands before the names of its tools; default: the server's name; \"\": nothing"},
    {"tools", MC_KEY_OBJECT, .keys = keys_tools, .elsewhere = MC_JSON_ARRAY,
     .elsewhere_alias = "tools.allow", .reload = MC_RELOAD_VIEW,
     .help = "Which of its tools clients see, and how"},
    {"start", MC_KEY_CHOICE, SPEC(start), .choices = starts, .otherwise = "\"lazy\"",
     .help = "Start on first use, or with the hub"},
    {"restart", MC_KEY_CHOICE, SPEC(restart), .choices = restarts, .otherwise = "\"on-failure\"",
     .reload = MC_RELOAD_PROCESS, .help = "Start again after a crash, with pauses that grow; never: on its next use"},
    {"idleTimeout", MC_KEY_DURATION, SPEC(idle_timeout_ms), .reload = MC_RELOAD_PROCESS,
     .help = "Stop the server when it was not used for so long; default: never"},
    {"timeout", MC_KEY_OBJECT, .keys = keys_timeout, .elsewhere = MC_JSON_NUMBER,
     .reload = MC_RELOAD_PROCESS,
     .help = "Deadlines: {\"start\": …, \"call\": …}, in milliseconds or as \"30s\""},
    {"maxConcurrency", MC_KEY_NUMBER, SPEC(max_concurrency), .min = 1, .max = 4096,
     .reload = MC_RELOAD_PROCESS,
     .help = "Calls that it works on at the same time; others wait; default: no limit"},
    {"isolation", MC_KEY_CHOICE, SPEC(isolation), .choices = isolations, .otherwise = "\"auto\"",
     .reload = MC_RELOAD_PROCESS,
     .help = "Who shares its process: one at a time if it asks (auto), all (shared), nobody (session)"},
    {"protocol", MC_KEY_CHOICE, SPEC(protocol), .choices = protocols, .otherwise = "\"auto\"",
     .reload = MC_RELOAD_PROCESS,
     .help = "The era to speak with it, instead of asking: auto, legacy, modern or a revision"},
    {"dev", MC_KEY_OBJECT, .keys = keys_dev, .help = "For the server's own developers"},
    {"description", MC_KEY_STRING, SPEC(description), .help = "What it is for; shown in status --json"},
    {"owner", MC_KEY_STRING, SPEC(owner), .help = "Whom to ask about it; shown in status --json"},
    {"lifecycle", MC_KEY_CHOICE, SPEC(lifecycle), .choices = lifecycles,
     .otherwise = "\"stable\"", .help = "How far it can be relied on; shown in status --json"},
    {"labels", MC_KEY_MAP, PAIRS(labels), .keys = item_label,
     .help = "Anything else to know it by; shown in status --json"},

    ALIAS("httpUrl", "url", .type = MC_KEY_STRING, SPEC(url)),         /* Gemini, Qwen */
    ALIAS("serverUrl", "url", .type = MC_KEY_STRING, SPEC(url)),       /* Windsurf */
    ALIAS("baseUrl", "url", .type = MC_KEY_STRING, SPEC(url)),         /* mcporter */
    ALIAS("working_directory", "cwd", .type = MC_KEY_STRING, SPEC(cwd)), /* Warp */
    ALIAS("transportType", "type", .type = MC_KEY_CHOICE, SPEC(transport), .choices = transports),
    ALIAS("includeTools", "tools.allow", .type = MC_KEY_STRINGS), /* Gemini, Qwen */
    ALIAS("enabledTools", "tools.allow", .type = MC_KEY_STRINGS),
    ALIAS("enabled_tools", "tools.allow", .type = MC_KEY_STRINGS), /* Codex */
    ALIAS("excludeTools", "tools.deny", .type = MC_KEY_STRINGS),   /* Gemini, Qwen */
    ALIAS("disabledTools", "tools.deny", .type = MC_KEY_STRINGS),  /* Roo, Windsurf, Kiro */
    ALIAS("disabled_tools", "tools.deny", .type = MC_KEY_STRINGS), /* Codex, mcphub.nvim */

    FOREIGN("alwaysAllow"), /* Roo, Windsurf */
    FOREIGN("alwaysLoad"),  /* Claude Code */
    FOREIGN("auth"),        /* Cursor */
    FOREIGN("authProviderType"),
    FOREIGN("autoApprove"), /* Cline, Kiro */
    FOREIGN("capabilities"),
    FOREIGN("gallery"),       /* VS Code */
    FOREIGN("headersHelper"), /* Claude Code */
    FOREIGN("instructions"),
    FOREIGN("name"),
    FOREIGN("oauth"),
    FOREIGN("sandbox"), /* VS Code */
    FOREIGN("sandboxEnabled"),
    FOREIGN("timeoutSeconds"),
    FOREIGN("transport"), /* Cline, an object */
    FOREIGN("trust"),     /* Gemini, Qwen */
    FOREIGN("version"),
    FOREIGN("watchPaths"), /* Roo */
    {.name = NULL},
};

static const struct mc_key item_server[] = {
    {"NAME", MC_KEY_OBJECT, .keys = mc_keys_server, .help = "One MCP server"},
    {.name = NULL},
};

/* ---- a file ---- */

static const struct mc_key keys_forbid[] = {
    {"names", MC_KEY_STRINGS, .help = "Servers of these names"},
    {"commands", MC_KEY_STRINGS, .help = "Servers that run these programs, by name or path"},
    {"hosts", MC_KEY_STRINGS, .help = "Servers at these hosts of a URL"},
    {"packages", MC_KEY_STRINGS, .help = "Servers from these packages or images, of any version"},
    {.name = NULL},
};

const struct mc_key mc_keys_root[] = {
    {"servers", MC_KEY_MAP, .keys = item_server, .name_complaint = server_name, .otherwise = "{}",
     .help = "The MCP servers, by name"},
    ALIAS("mcpServers", "servers", .type = MC_KEY_MAP, .keys = item_server,
          .name_complaint = server_name),
    {"workspace", MC_KEY_STRING, ROOT(workspace), .layers = REPO_OWN, .complaint = workspace_name,
     .reload = MC_RELOAD_HUB,
     .help = "The name of this workspace in the hub's URLs; default: the directory's name"},
    {"nameMax", MC_KEY_NUMBER, ROOT(name_max), .min = MC_NAME_MAX_LEAST, .max = MC_NAME_MAX_LIMIT,
     .layers = OWN, .otherwise = "51", .reload = MC_RELOAD_VIEW,
     .help = "The longest tool name that clients are shown"},
    {"port", MC_KEY_NUMBER, ROOT(port), .min = 0, .max = 65535, .layers = USERS,
     .otherwise = "37373", .reload = MC_RELOAD_HUB,
     .help = "The port that the hub listens on; 0: a free one"},
    {"allowedHosts", MC_KEY_STRINGS, ROOT(allowed_hosts), .layers = USERS, .otherwise = "[]",
     .reload = MC_RELOAD_HUB,
     .help = "Names, besides the loopback ones, that callers may use for the hub"},
    {"allowedOrigins", MC_KEY_STRINGS, ROOT(allowed_origins), .layers = USERS, .otherwise = "[]",
     .reload = MC_RELOAD_HUB,
     .help = "Web origins, besides the loopback ones, that may call the hub"},
    {"inputs", MC_KEY_ANY, .help = "What ${input:ID} stands for, in the form that VS Code has"},
    {"policy", MC_KEY_ANY, .layers = OWN, .later = "rules for calls come in a later release",
     .help = "Which calls are allowed"},
    {"$lock", MC_KEY_STRINGS, .layers = MC_LAYERS_POLICY,
     .help = "Keys that later layers cannot change, such as \"servers.github.url\""},
    {"$require", MC_KEY_STRINGS, .layers = MC_LAYERS_POLICY,
     .help = "Servers that have to be there, and cannot be switched off"},
    {"$forbid", MC_KEY_OBJECT, .keys = keys_forbid, .layers = MC_LAYERS_POLICY,
     .help = "Servers that cannot be used, by globs"},

    FOREIGN("sandbox"), /* VS Code */
    {.name = NULL},
};

const struct mc_key mc_key_file = {"", MC_KEY_OBJECT, .keys = mc_keys_root,
                                   .help = "A config file of mcpctl"};
