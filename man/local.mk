# Pages are made by the program itself: its table of commands joined with the prose of man/*.in. Into the build directory, never distributed.
# When cross-compiling, point MCPCTL_FOR_BUILD at a native mcpctl.
MCPCTL_FOR_BUILD = ./mcpctl$(EXEEXT)

MAN_PROSE = \
	man/mcpctl-add.1.in \
	man/mcpctl-call.1.in \
	man/mcpctl-config-check.1.in \
	man/mcpctl-config-explain.1.in \
	man/mcpctl-config-get.1.in \
	man/mcpctl-config-path.1.in \
	man/mcpctl-config-schema.1.in \
	man/mcpctl-config-show.1.in \
	man/mcpctl-config-add.1.in \
	man/mcpctl-config-edit.1.in \
	man/mcpctl-config-set.1.in \
	man/mcpctl-config-unset.1.in \
	man/mcpctl-disable.1.in \
	man/mcpctl-down.1.in \
	man/mcpctl-enable.1.in \
	man/mcpctl-help.1.in \
	man/mcpctl-hub-run.1.in \
	man/mcpctl-init.1.in \
	man/mcpctl-logs.1.in \
	man/mcpctl-ps.1.in \
	man/mcpctl-remove.1.in \
	man/mcpctl-restart.1.in \
	man/mcpctl-secret-get.1.in \
	man/mcpctl-secret-list.1.in \
	man/mcpctl-secret-lock.1.in \
	man/mcpctl-secret-passphrase.1.in \
	man/mcpctl-secret-rm.1.in \
	man/mcpctl-secret-rotate.1.in \
	man/mcpctl-secret-set.1.in \
	man/mcpctl-secret-unlock.1.in \
	man/mcpctl-serve.1.in \
	man/mcpctl-start.1.in \
	man/mcpctl-status.1.in \
	man/mcpctl-stop.1.in \
	man/mcpctl-token.1.in \
	man/mcpctl-tools.1.in \
	man/mcpctl-trust.1.in \
	man/mcpctl-untrust.1.in \
	man/mcpctl-up.1.in \
	man/mcpctl-use.1.in \
	man/mcpctl-version.1.in \
	man/mcpctl-wait.1.in \
	man/mcpctl.1.in
EXTRA_DIST += $(MAN_PROSE) man/mcpctl.json.5.in
dist_man7_MANS = man/mcpctl-hub.7
nodist_man1_MANS = $(MAN_PROSE:.1.in=.1)
nodist_man5_MANS = man/mcpctl.json.5
CLEANFILES += $(nodist_man1_MANS) $(nodist_man5_MANS)

man/%.1: man/%.1.in mcpctl$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man && page='$*' && page="$${page#mcpctl}" && \
	$(MCPCTL_FOR_BUILD) help --format=man --template='$<' $${page#-} >'$@.tmp' && mv -f '$@.tmp' '$@'
man/mcpctl.json.5: man/mcpctl.json.5.in mcpctl$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man && \
	$(MCPCTL_FOR_BUILD) help --format=man --template='$<' >'$@.tmp' && mv -f '$@.tmp' '$@'
