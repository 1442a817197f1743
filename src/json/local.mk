libmccore_a_SOURCES += \
	src/json/doc.c src/json/doc.h \
	src/json/jsonc.c src/json/jsonc.h \
	src/json/scan.c src/json/scan.h \
	src/json/splice.c src/json/splice.h \
	src/json/walk.c
