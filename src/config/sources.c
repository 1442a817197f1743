#include "config/sources.h"

#include <stddef.h>

const struct mc_source mc_sources[] = {
    {".mcp.json", false},
    {".cursor/mcp.json", false},
    {".vscode/mcp.json", false},
    {".mcpctl/config.json", true},
    {NULL, false},
};
