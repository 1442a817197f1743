libmccore_a_SOURCES += \
	src/config/build.h \
	src/config/change.c src/config/change.h \
	src/config/config.c src/config/config.h \
	src/config/diags.c \
	src/config/dotenv.c src/config/dotenv.h \
	src/config/expand.c src/config/expand.h \
	src/config/forms.c \
	src/config/given.c \
	src/config/hubentry.c \
	src/config/keyfind.c \
	src/config/keypath.c \
	src/config/keys.c src/config/keys.h \
	src/config/layers.c src/config/layers.h \
	src/config/merge.c \
	src/config/reader.c src/config/reader.h \
	src/config/references.c \
	src/config/redact.c src/config/redact.h \
	src/config/resolve.c src/config/resolve.h \
	src/config/rules.c \
	src/config/schema.c src/config/schema.h \
	src/config/show.c \
	src/config/spec.c \
	src/config/tree.c src/config/tree.h \
	src/config/values.c
