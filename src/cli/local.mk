# All but main(), so that tests can link it.
libmccli_a_SOURCES += \
	src/cli/api.c src/cli/api.h \
	src/cli/args.c src/cli/args.h \
	src/cli/ask.c src/cli/ask.h \
	src/cli/attach.c src/cli/attach.h \
	src/cli/await.c src/cli/await.h \
	src/cli/callargs.c src/cli/callargs.h \
	src/cli/calltask.c src/cli/calltask.h \
	src/cli/cli.c src/cli/cli.h \
	src/cli/client.c src/cli/client.h \
	src/cli/cmd-add.c \
	src/cli/cmd-call.c \
	src/cli/cmd-check.c \
	src/cli/cmd-config.c \
	src/cli/cmd-explain.c \
	src/cli/cmd-config-edit.c \
	src/cli/cmd-help.c \
	src/cli/cmd-hub.c \
	src/cli/cmd-logs.c \
	src/cli/cmd-secret.c \
	src/cli/cmd-server.c \
	src/cli/cmd-status.c \
	src/cli/cmd-tools.c \
	src/cli/cmd-trust.c \
	src/cli/cmd-up.c \
	src/cli/cmd-wait.c \
	src/cli/command.h \
	src/cli/commands.c \
	src/cli/condition.c src/cli/condition.h \
	src/cli/confview.c src/cli/confview.h \
	src/cli/edit.c src/cli/edit.h \
	src/cli/launch.c src/cli/launch.h \
	src/cli/live.c src/cli/live.h \
	src/cli/logline.c src/cli/logline.h \
	src/cli/mcp.c src/cli/mcp.h \
	src/cli/out.c src/cli/out.h \
	src/cli/prompt.c src/cli/prompt.h \
	src/cli/render-bash.c \
	src/cli/render-fish.c \
	src/cli/render-help.c \
	src/cli/render-json.c \
	src/cli/render-man.c \
	src/cli/render-shell.c src/cli/render-shell.h \
	src/cli/render-zsh.c \
	src/cli/render.h \
	src/cli/repo.c src/cli/repo.h \
	src/cli/result.c src/cli/result.h \
	src/cli/table.c \
	src/cli/verdict.c src/cli/verdict.h \
	src/cli/view.c src/cli/view.h
mcpctl_SOURCES += src/cli/main.c
