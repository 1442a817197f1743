libmccore_a_SOURCES += \
	src/json/doc.c src/json/doc.h \
	src/json/edit.c src/json/edit.h \
	src/json/jsonc.c src/json/jsonc.h \
	src/json/keypath.c src/json/keypath.h \
	src/json/layout.c src/json/layout.h \
	src/json/scan.c src/json/scan.h \
	src/json/splice.c src/json/splice.h \
	src/json/trivia.c src/json/trivia.h \
	src/json/walk.c
