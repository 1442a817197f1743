libmchub_a_SOURCES += \
	src/http/clock.c \
	src/http/conn.c \
	src/http/guard.c src/http/guard.h \
	src/http/head.c \
	src/http/holder.c \
	src/http/http.h \
	src/http/input.c \
	src/http/internal.h \
	src/http/listen.c \
	src/http/output.c \
	src/http/parser.c \
	src/http/peer.c src/http/peer.h \
	src/http/procnet.c \
	src/http/request.c \
	src/http/response.c \
	src/http/server.c
