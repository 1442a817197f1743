libmccore_a_SOURCES += \
	src/mcp/frame.c src/mcp/frame.h \
	src/mcp/names.c src/mcp/names.h \
	src/mcp/sse.c src/mcp/sse.h \
	src/mcp/uritemplate.c src/mcp/uritemplate.h
