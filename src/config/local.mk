libmccore_a_SOURCES += \
	src/config/build.h \
	src/config/config.c src/config/config.h \
	src/config/dotenv.c src/config/dotenv.h \
	src/config/expand.c src/config/expand.h \
	src/config/keys.c src/config/keys.h \
	src/config/reader.c src/config/reader.h \
	src/config/resolve.c src/config/resolve.h \
	src/config/show.c \
	src/config/sources.c src/config/sources.h \
	src/config/spec.c \
	src/config/values.c
