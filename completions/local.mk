# Made by the program itself, as the man pages are.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
fishcompdir = $(datadir)/fish/vendor_completions.d
nodist_bashcomp_DATA = completions/mcpctl
nodist_zshcomp_DATA = completions/_mcpctl
nodist_fishcomp_DATA = completions/mcpctl.fish
COMPLETIONS = $(nodist_bashcomp_DATA) $(nodist_zshcomp_DATA) $(nodist_fishcomp_DATA)
CLEANFILES += $(COMPLETIONS)

make_completion = $(AM_V_GEN)$(MKDIR_P) completions && \
	$(MCPCTL_FOR_BUILD) help --format=$(1) >'$@.tmp' && mv -f '$@.tmp' '$@'
completions/mcpctl: mcpctl$(EXEEXT)
	$(call make_completion,bash)
completions/_mcpctl: mcpctl$(EXEEXT)
	$(call make_completion,zsh)
completions/mcpctl.fish: mcpctl$(EXEEXT)
	$(call make_completion,fish)
