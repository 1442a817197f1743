libmccore_a_SOURCES += \
	src/policy/decide.c src/policy/decide.h
