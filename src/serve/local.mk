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

mcpctl_SOURCES += $(SERVE_FILES_SOURCES)
