#include "cli/command.h"

#include "cli/cli.h"

#include <string.h>

static const char *const serve_words[] = {"git", "files", NULL};
static const char *const format_words[] = {"text", "man", "bash", "zsh", "fish", "json", NULL};
static const char *const complete_words[] = {"servers", "tools", "arguments", "workspaces", NULL};

#define PORT_OPTION(text)                                                                          \
    {.name = "port", .letter = 'p', .arg = "PORT", .value = MC_VALUE_NUMBER, .max = 65535, .help = text}

#define SERVER_OPERANDS(text)                                                                      \
    {{.name = "SERVER", .min = 1, .max = MC_MANY, .complete = MC_COMPLETE_SERVERS, .help = text}}

const struct mc_option mc_global_options[] = {
    {.name = "json", .help = "print JSON, for scripts"},
    {.name = "verbose", .letter = 'v', .help = "say more on standard error; twice for more still"},
    {.name = "help", .letter = 'h', .help = "show help"},
    {.name = "version", .help = "show the version"},
    {.name = NULL},
};

const struct mc_command mc_commands[] = {
    {.path = "up",
     .group = "Hub",
     .summary = "Serve this repo's MCP servers on one local endpoint",
     .flags = MC_CMD_STARTS_HUB,
     .options = {{.name = "detach", .letter = 'd', .help = "return when the endpoint answers, leave the hub running"},
                 PORT_OPTION("listen on this port (default 37373, or $MCPCTL_PORT); 0 picks a free one"),
                 {.name = "no-trust-prompt", .help = "never ask; servers without trust stay blocked"}},
     .examples = {{"mcpctl up", "serve this repo, show what happens until Ctrl-C"},
                  {"mcpctl up -d", "the same in the background"},
                  {"mcpctl up --port 0", "on any free port"}},
     .run = mc_cmd_up},
    {.path = "down",
     .group = "Hub",
     .summary = "Stop serving this repo",
     .options = {{.name = "all", .letter = 'a', .help = "stop every workspace and end the hub"}},
     .examples = {{"mcpctl down", "stop this repo's servers"}, {"mcpctl down --all", "end the hub"}},
     .run = mc_cmd_down},
    {.path = "use",
     .group = "Hub",
     .summary = "Choose the workspace behind /mcp",
     .flags = MC_CMD_NEEDS_HUB,
     .operands = {{.name = "WORKSPACE", .min = 1, .max = 1, .complete = MC_COMPLETE_WORKSPACES, .help = "name of a workspace, as in `mcpctl status`"}},
     .examples = {{"mcpctl use api", "http://localhost:37373/mcp is now the workspace api"}},
     .run = mc_cmd_use},
    {.path = "hub run",
     .group = "Hub",
     .summary = "Run the hub itself in the foreground",
     .options = {PORT_OPTION("listen on this port (default 37373, or $MCPCTL_PORT); 0 picks a free one"),
                 {.name = "ephemeral", .help = "end with the last workspace"},
                 {.name = "ready-fd", .arg = "FD", .value = MC_VALUE_NUMBER, .max = 65535, .help = "write one line of JSON to this descriptor when the endpoint answers"}},
     .examples = {{"mcpctl hub run", "for systemd, or to see its log while debugging"}},
     .run = mc_cmd_hub_run},
    {.path = "status",
     .group = "Look",
     .summary = "Show the hub, its workspaces and their servers",
     .flags = MC_CMD_NEEDS_HUB | MC_CMD_READ_ONLY,
     .examples = {{"mcpctl status", "everything at a glance"}, {"mcpctl status --json | jq .hub.port", "one value for a script"}},
     .run = mc_cmd_status},
    {.path = "ps",
     .group = "Look",
     .summary = "List the server processes",
     .flags = MC_CMD_NEEDS_HUB | MC_CMD_READ_ONLY,
     .examples = {{"mcpctl ps", "process, memory, uptime and restarts of each server"}},
     .run = mc_cmd_ps},
    {.path = "logs",
     .group = "Look",
     .summary = "Show what servers wrote to standard error",
     .flags = MC_CMD_NEEDS_HUB | MC_CMD_READ_ONLY,
     .operands = {{.name = "SERVER", .max = 1, .complete = MC_COMPLETE_SERVERS, .help = "only this server"}},
     .options = {{.name = "follow", .letter = 'f', .help = "go on with new lines until Ctrl-C"},
                 {.name = "lines", .letter = 'n', .arg = "N", .value = MC_VALUE_NUMBER, .max = 100000, .help = "show the last N lines (default 100)"}},
     .examples = {{"mcpctl logs", "the last lines of every server"}, {"mcpctl logs -f -n 20 github", "follow one server"}},
     .run = mc_cmd_logs},
    {.path = "tools",
     .group = "Tools",
     .summary = "List the tools that the servers offer",
     .flags = MC_CMD_NEEDS_HUB | MC_CMD_READ_ONLY,
     .operands = {{.name = "PATTERN", .max = 1, .complete = MC_COMPLETE_TOOLS, .help = "only names that match this glob, or contain this text"}},
     .options = {{.name = "long", .letter = 'l', .help = "with the first line of each description"}},
     .examples = {{"mcpctl tools", "all names"}, {"mcpctl tools -l 'git__*'", "one server's tools, with descriptions"}},
     .run = mc_cmd_tools},
    {.path = "call",
     .group = "Tools",
     .summary = "Call a tool and print its result",
     .flags = MC_CMD_NEEDS_HUB,
     .operands = {{.name = "TOOL", .min = 1, .max = 1, .complete = MC_COMPLETE_TOOLS, .help = "name of the tool, as in `mcpctl tools`"},
                  {.name = "ARGUMENT", .max = MC_MANY, .complete = MC_COMPLETE_ARGUMENTS, .help = "NAME=VALUE, of the type that the tool's schema asks for, or NAME:=JSON"}},
     .options = {{.name = "args", .arg = "JSON|@FILE|-", .complete = MC_COMPLETE_FILE, .help = "all arguments as one JSON object: given here, in a file, or on standard input"}},
     .examples = {{"mcpctl call git__log max_count=5", "arguments by name"},
                  {"mcpctl call files__read_file path=README.md", "prints the text of the result"},
                  {"mcpctl call db__query --args @query.json --json", "the whole result as JSON"}},
     .run = mc_cmd_call},
    {.path = "start",
     .group = "Servers",
     .summary = "Start servers of this workspace",
     .flags = MC_CMD_NEEDS_HUB,
     .operands = SERVER_OPERANDS("name of a server, as in `mcpctl status`"),
     .examples = {{"mcpctl start github", "start it now instead of on first use"}},
     .run = mc_cmd_start},
    {.path = "stop",
     .group = "Servers",
     .summary = "Stop servers of this workspace",
     .flags = MC_CMD_NEEDS_HUB,
     .operands = SERVER_OPERANDS("name of a server, as in `mcpctl status`"),
     .examples = {{"mcpctl stop github memory", "stop two servers"}},
     .run = mc_cmd_stop},
    {.path = "restart",
     .group = "Servers",
     .summary = "Restart servers of this workspace",
     .flags = MC_CMD_NEEDS_HUB,
     .operands = SERVER_OPERANDS("name of a server, as in `mcpctl status`"),
     .examples = {{"mcpctl restart github", "stop it and start it again"}},
     .run = mc_cmd_restart},
    {.path = "trust",
     .group = "Access",
     .summary = "Allow servers that this repo brought along to run",
     .operands = {{.name = "SERVER", .max = MC_MANY, .complete = MC_COMPLETE_SERVERS, .help = "only these servers (default: all of this repo)"}},
     .examples = {{"mcpctl trust", "allow every server of this repo, as it is configured now"}, {"mcpctl trust github", "allow one"}},
     .run = mc_cmd_trust},
    {.path = "untrust",
     .group = "Access",
     .summary = "Take that permission back",
     .operands = {{.name = "SERVER", .max = MC_MANY, .complete = MC_COMPLETE_SERVERS, .help = "only these servers (default: all of this repo)"}},
     .examples = {{"mcpctl untrust github", "block one server"}},
     .run = mc_cmd_untrust},
    {.path = "token",
     .group = "Access",
     .summary = "Print the bearer token for callers that are not you",
     .options = {{.name = "rotate", .help = "make a new one; the old one stops working"}},
     .examples = {{"curl -H \"Authorization: Bearer $(mcpctl token)\" ...", "call the endpoint as another user or from a container"}},
     .run = mc_cmd_token},
    {.path = "serve",
     .group = "Other",
     .summary = "Be one of the embedded MCP servers, on standard input and output",
     .operands = {{.name = "git|files", .min = 1, .max = 1, .words = serve_words, .complete = MC_COMPLETE_WORDS, .help = "git: history of a repository; files: read and search"},
                  {.name = "DIRECTORY", .max = 1, .complete = MC_COMPLETE_DIRECTORY, .help = "what is served (default: the current directory); nothing outside of it is"}},
     .examples = {{"mcpctl serve files ~/notes", "a read-only server for any MCP client"}},
     .run = mc_cmd_serve},
    {.path = "version",
     .group = "Other",
     .summary = "Show the version",
     .flags = MC_CMD_READ_ONLY,
     .examples = {{"mcpctl version", "what this is"}},
     .run = mc_cmd_version},
    {.path = "help",
     .group = "Other",
     .summary = "Show help for mcpctl or one of its commands",
     .flags = MC_CMD_READ_ONLY,
     .operands = {{.name = "COMMAND", .max = 2, .complete = MC_COMPLETE_COMMANDS, .help = "which command; without one, an overview"}},
     .options = {{.name = "format", .arg = "FORMAT", .words = format_words, .complete = MC_COMPLETE_WORDS, .help = "text, man, bash, zsh, fish or json (default text)"},
                 {.name = "template", .arg = "FILE", .complete = MC_COMPLETE_FILE, .help = "prose of a man page", .hidden = true}},
     .examples = {{"mcpctl help up", "one command"}, {"mcpctl help --format=bash > mcpctl.bash", "the completion script for a shell"}},
     .run = mc_cmd_help},
    {.path = "__complete",
     .group = "Other",
     .summary = "Candidates for a shell's completion, one per line",
     .flags = MC_CMD_HIDDEN | MC_CMD_READ_ONLY,
     .operands = {{.name = "KIND", .min = 1, .max = 1, .words = complete_words, .complete = MC_COMPLETE_WORDS, .help = "what is wanted"},
                  {.name = "CONTEXT", .max = 1, .help = "the tool, for its arguments"}},
     .examples = {{"mcpctl __complete servers", "names of servers"}},
     .run = mc_cmd_complete},
    {.path = NULL},
};

const struct mc_command *mc_command_find(const char *path)
{
    for (const struct mc_command *c = mc_commands; c->path; c++) {
        if (strcmp(c->path, path) == 0)
            return c;
    }
    return NULL;
}

const char *mc_complete_source(enum mc_complete kind)
{
    static const char *const sources[MC_COMPLETE_MAX] = {
        [MC_COMPLETE_SERVERS] = "servers",
        [MC_COMPLETE_TOOLS] = "tools",
        [MC_COMPLETE_ARGUMENTS] = "arguments",
        [MC_COMPLETE_WORKSPACES] = "workspaces",
    };
    return (unsigned)kind < MC_COMPLETE_MAX ? sources[kind] : NULL;
}
