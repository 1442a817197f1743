libmchub_a_SOURCES += \
	src/loop/child.c src/loop/child.h \
	src/loop/lookup.c src/loop/lookup.h \
	src/loop/loop.c src/loop/loop.h \
	src/loop/orphans.c src/loop/orphans.h \
	src/loop/spawn.c src/loop/spawn.h \
	src/loop/watch.c src/loop/watch.h \
	src/loop/watchplan.c src/loop/watchplan.h \
	src/loop/work.c src/loop/work.h
