libmccore_a_SOURCES += \
	src/config/config.c src/config/config.h \
	src/config/resolve.c src/config/resolve.h
