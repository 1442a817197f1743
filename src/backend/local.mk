libmchub_a_SOURCES += \
	src/backend/backend.c src/backend/backend.h src/backend/internal.h \
	src/backend/call.h \
	src/backend/calls.c \
	src/backend/catalog.c src/backend/catalog.h \
	src/backend/handshake.c \
	src/backend/idle.c \
	src/backend/incoming.c \
	src/backend/listen.c \
	src/backend/listing.c \
	src/backend/private.c
