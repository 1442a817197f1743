libmccore_a_SOURCES += \
	src/mcp/envelope.c src/mcp/envelope.h \
	src/mcp/frame.c src/mcp/frame.h \
	src/mcp/methods.c src/mcp/methods.h \
	src/mcp/names.c src/mcp/names.h \
	src/mcp/params.c src/mcp/params.h \
	src/mcp/revision.c src/mcp/revision.h \
	src/mcp/rpc.c src/mcp/rpc.h \
	src/mcp/sse.c src/mcp/sse.h \
	src/mcp/tasks.c src/mcp/tasks.h \
	src/mcp/tool.c src/mcp/tool.h \
	src/mcp/uritemplate.c src/mcp/uritemplate.h
