#include "config/sources.h"

#include <stddef.h>

const struct mc_source mc_sources[] = {
    {.path = ".mcp.json"},
    {.path = ".cursor/mcp.json"},
    {.path = ".vscode/mcp.json"},
    {.path = ".mcpctl/config.json", .own = true},
    {.path = NULL},
};

const struct mc_source mc_user_source = {.path = "config.json", .own = true, .user = true};
