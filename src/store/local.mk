libmccore_a_SOURCES += \
	src/store/catalogs.c src/store/catalogs.h \
	src/store/kv.c src/store/kv.h \
	src/store/token.c src/store/token.h \
	src/store/trust.c src/store/trust.h
