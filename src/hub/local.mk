libmchub_a_SOURCES += \
	src/hub/answers.c \
	src/hub/api.c \
	src/hub/ask.c src/hub/asking.h \
	src/hub/attach.c \
	src/hub/bridge.c \
	src/hub/broadcast.c \
	src/hub/call.c \
	src/hub/consent.c \
	src/hub/dispatch.c \
	src/hub/drive.c \
	src/hub/endpoint.c \
	src/hub/events.c \
	src/hub/exchange.c \
	src/hub/fit.c \
	src/hub/headers.c src/hub/headers.h \
	src/hub/httpsse.c \
	src/hub/hosted.c \
	src/hub/hub.c src/hub/hub.h \
	src/hub/input.c \
	src/hub/instances.c src/hub/instances.h \
	src/hub/listen.c \
	src/hub/load.c src/hub/load.h \
	src/hub/memory.c \
	src/hub/notify.c \
	src/hub/openurl.c \
	src/hub/parked.c \
	src/hub/registry.c \
	src/hub/replace.c src/hub/replace.h \
	src/hub/routes.c src/hub/routes.h \
	src/hub/runtime.c \
	src/hub/session.c \
	src/hub/state.c \
	src/hub/status.c \
	src/hub/stream.c \
	src/hub/subscribe.c src/hub/telling.h \
	src/hub/taskcall.c \
	src/hub/tasklist.c \
	src/hub/tasklisten.c \
	src/hub/tasks.c src/hub/tasks.h \
	src/hub/tasktell.c \
	src/hub/turns.c \
	src/hub/view.c \
	src/hub/viewfit.c \
	src/hub/viewtools.c src/hub/viewtools.h \
	src/hub/waiters.c \
	src/hub/watch.c src/hub/watch.h \
	src/hub/workspace.c \
	src/hub/internal.h
