mcpctl_SOURCES += \
	src/cli/main.c
