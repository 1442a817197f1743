libmchub_a_SOURCES += \
	src/http/guard.c src/http/guard.h \
	src/http/http.c src/http/http.h \
	src/http/peer.c src/http/peer.h
