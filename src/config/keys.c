#include "config/keys.h"

#include "config/build.h"
#include "config/config.h"
#include "mcp/names.h"

#define SPEC(field) .offset = offsetof(struct mc_server_spec, field)
#define PAIRS(field) SPEC(field), .count_offset = offsetof(struct mc_server_spec, n_##field)
#define FOREIGN(key)                                                                               \
    {                                                                                              \
        .name = key, .type = MC_KEY_FOREIGN                                                        \
    }
#define ROOT(field) .offset = offsetof(struct mc_config, field)

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
    {NULL, 0, false},
};

static const struct mc_key keys_timeout[] = {
    {"start", MC_KEY_DURATION, SPEC(start_timeout_ms),
     .help = "How long the server may take until it answers its first request"},
    {"call", MC_KEY_DURATION, SPEC(call_timeout_ms), .help = "How long a call may take"},
    {.name = NULL},
};

const struct mc_key mc_keys_server[] = {
    {"type", MC_KEY_CHOICE, SPEC(transport), .choices = transports,
     .help = "How the server is reached; with a url and no type: http"},
    {"command", MC_KEY_STRING, SPEC(command), .help = "The program of a stdio server"},
    {"args", MC_KEY_STRINGS, SPEC(args), .otherwise = "[]", .help = "Its arguments"},
    {"env", MC_KEY_ENV, PAIRS(env), .otherwise = "{}",
     .help = "Environment variables; null unsets one"},
    {"envFile", MC_KEY_STRING, SPEC(env_file),
     .help = "A file of NAME=value lines, below env in rank"},
    {"cwd", MC_KEY_STRING, SPEC(cwd), .otherwise = "\"${workspaceFolder}\"",
     .help = "Working directory"},
    {"url", MC_KEY_STRING, SPEC(url), .help = "The address of a remote server"},
    {"httpUrl", MC_KEY_STRING, SPEC(url), .help = "Other name of url"},
    {"serverUrl", MC_KEY_STRING, SPEC(url), .help = "Other name of url"},
    {"headers", MC_KEY_HEADERS, PAIRS(headers), .otherwise = "{}",
     .help = "HTTP headers for a remote server"},
    {"disabled", MC_KEY_BOOL, SPEC(disabled), .otherwise = "false",
     .help = "Leave this server out"},
    {"enabled", MC_KEY_NOT_BOOL, SPEC(disabled), .otherwise = "true",
     .help = "false: leave this server out"},
    {"prefix", MC_KEY_STRING, SPEC(prefix),
     .help =
         "What stands before the names of its tools; default: the server's name; \"\": nothing"},
    {"start", MC_KEY_CHOICE, SPEC(start), .choices = starts, .otherwise = "\"lazy\"",
     .help = "Start on first use, or with the hub"},
    {"protocol", MC_KEY_CHOICE, SPEC(protocol), .choices = protocols, .otherwise = "\"auto\"",
     .help = "The era to speak with it, instead of asking: auto, legacy, modern or a revision"},
    {"isolation", MC_KEY_CHOICE, SPEC(isolation), .choices = isolations, .otherwise = "\"auto\"",
     .help = "Work for one client at a time if it asks for input (auto), or for all (shared)"},
    {"timeout", MC_KEY_OBJECT, .keys = keys_timeout, .elsewhere = MC_JSON_NUMBER,
     .help = "Deadlines: {\"start\": …, \"call\": …}, in milliseconds or as \"30s\""},

    FOREIGN("alwaysAllow"), /* Roo, Windsurf */
    FOREIGN("alwaysLoad"),  /* Claude Code */
    FOREIGN("auth"),        /* Cursor */
    FOREIGN("authProviderType"),
    FOREIGN("autoApprove"), /* Cline, Kiro */
    FOREIGN("capabilities"),
    FOREIGN("description"), /* Gemini */
    FOREIGN("dev"),         /* VS Code */
    FOREIGN("disabledTools"),
    FOREIGN("enabledTools"),
    FOREIGN("excludeTools"),  /* Gemini, Qwen */
    FOREIGN("gallery"),       /* VS Code */
    FOREIGN("headersHelper"), /* Claude Code */
    FOREIGN("includeTools"),
    FOREIGN("instructions"),
    FOREIGN("name"),
    FOREIGN("oauth"),
    FOREIGN("sandbox"), /* VS Code */
    FOREIGN("sandboxEnabled"),
    FOREIGN("timeoutSeconds"),
    FOREIGN("tools"), /* Copilot */
    FOREIGN("trust"), /* Gemini, Qwen */
    FOREIGN("version"),
    FOREIGN("watchPaths"), /* Roo */
    {.name = NULL},
};

const struct mc_key mc_keys_root[] = {
    {"servers", MC_KEY_SERVERS, .help = "The MCP servers, by name"},
    {"mcpServers", MC_KEY_SERVERS, .help = "Other name of servers"},
    {"workspace", MC_KEY_STRING, ROOT(workspace), .own = true,
     .help = "The name of this workspace in the hub's URLs; default: the directory's name"},
    {"nameMax", MC_KEY_NUMBER, ROOT(name_max), .min = MC_NAME_MAX_LEAST, .max = MC_NAME_MAX_LIMIT,
     .own = true, .otherwise = "51", .help = "The longest tool name that clients are shown"},
    {"allowedHosts", MC_KEY_STRINGS, ROOT(allowed_hosts), .own = true, .user = true, .otherwise = "[]",
     .help = "Names, besides the loopback ones, that callers may use for the hub"},
    {"allowedOrigins", MC_KEY_STRINGS, ROOT(allowed_origins), .own = true, .user = true, .otherwise = "[]",
     .help = "Web origins, besides the loopback ones, that may call the hub"},

    FOREIGN("inputs"),  /* VS Code */
    FOREIGN("sandbox"), /* VS Code */
    {.name = NULL},
};

const struct mc_key *mc_key_find(const struct mc_key *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

const struct mc_choice *mc_choice_find(const struct mc_choice *choices, const char *name)
{
    for (; choices->name; choices++)
        if (strcmp(choices->name, name) == 0)
            return choices;
    return NULL;
}

/* Keeps in *best the candidate that is closest to name; a third of its letters may be wrong. */
static void consider(const char *candidate, const char *name, const char **best,
                     unsigned *best_distance)
{
    size_t len = strlen(name);
    unsigned distance = mc_str_eq_nocase(mc_str_of(candidate), mc_str_of(name))
                            ? 0
                            : mc_str_distance(candidate, name);

    if (distance < *best_distance && distance <= (len < 6 ? len / 3 + (len > 1) : len / 3)) {
        *best = candidate;
        *best_distance = distance;
    }
}

const char *mc_key_nearest(const struct mc_key *table, const char *name)
{
    const char *best = NULL;
    unsigned distance = UINT32_MAX;

    for (; table->name; table++)
        consider(table->name, name, &best, &distance);
    return best;
}

const char *mc_choice_nearest(const struct mc_choice *choices, const char *name)
{
    const char *best = NULL;
    unsigned distance = UINT32_MAX;

    for (; choices->name; choices++)
        consider(choices->name, name, &best, &distance);
    return best;
}

bool mc_key_is_comment(const char *name)
{
    return *name == '_' || *name == '$' || *name == '#' || strncmp(name, "//", 2) == 0 ||
           strcmp(name, "comment") == 0;
}
