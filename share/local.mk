systemduserdir = $(prefix)/lib/systemd/user
nodist_systemduser_DATA = share/mcpctl.service
EXTRA_DIST += share/mcpctl.service.in
CLEANFILES += share/mcpctl.service

share/mcpctl.service: share/mcpctl.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) share && sed 's|@bindir[@]|$(bindir)|' $(srcdir)/share/mcpctl.service.in >$@.tmp && mv $@.tmp $@

# Keys for editors: the table of keys as a JSON schema.
nodist_pkgdata_DATA = share/mcpctl.schema.json
CLEANFILES += share/mcpctl.schema.json

share/mcpctl.schema.json: mcpctl$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) share && $(MCPCTL_FOR_BUILD) config schema >'$@.tmp' && mv -f '$@.tmp' '$@'
