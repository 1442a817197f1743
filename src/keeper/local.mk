mcpctl_keeper_SOURCES = src/keeper/keeper.c
