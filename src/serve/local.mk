# What both embedded servers are made of.
SERVE_SOURCES = \
	src/serve/answer.c src/serve/answer.h \
	src/serve/beneath.c src/serve/beneath.h \
	src/serve/stdio.c src/serve/stdio.h \
	src/serve/text.c src/serve/text.h \
	src/serve/tool.c src/serve/tool.h
SERVE_FILES_SOURCES = $(SERVE_SOURCES) \
	src/serve/files.c src/serve/files.h \
	src/serve/files-list.c \
	src/serve/files-read.c \
	src/serve/files-search.c \
	src/serve/serve.h \
	src/serve/walk.c src/serve/walk.h

libmccli_a_SOURCES += $(SERVE_FILES_SOURCES)

mcpctl_git_SOURCES = $(SERVE_SOURCES) \
	src/serve/git.c src/serve/git.h \
	src/serve/git-blame.c \
	src/serve/git-diff.c \
	src/serve/git-grep.c \
	src/serve/git-log.c \
	src/serve/git-repo.c \
	src/serve/git-status.c
mcpctl_git_CFLAGS = $(AM_CFLAGS) $(GIT2_CFLAGS)
mcpctl_git_LDADD = $(CORE_LIBS) $(GIT2_LIBS)
