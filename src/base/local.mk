libmccore_a_SOURCES += \
	src/base/aead.c src/base/aead.h \
	src/base/alloc.c src/base/alloc.h \
	src/base/base64.c src/base/base64.h \
	src/base/buf.c src/base/buf.h \
	src/base/cleanup.h \
	src/base/err.c src/base/err.h \
	src/base/fault.h \
	src/base/fwd.h \
	src/base/io.c src/base/io.h \
	src/base/log.c src/base/log.h \
	src/base/map.c src/base/map.h \
	src/base/path.c src/base/path.h \
	src/base/rand.c src/base/rand.h \
	src/base/rotlog.c src/base/rotlog.h \
	src/base/run.c src/base/run.h \
	src/base/seal.c src/base/seal.h \
	src/base/str.c src/base/str.h \
	src/base/time.c src/base/time.h
