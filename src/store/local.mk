libmccore_a_SOURCES += \
	src/store/catalogs.c src/store/catalogs.h \
	src/store/kv.c src/store/kv.h \
	src/store/private.c src/store/private.h \
	src/store/secrets.c src/store/secrets.h \
	src/store/token.c src/store/token.h \
	src/store/trust.c src/store/trust.h \
	src/store/vault.c src/store/vault.h \
	src/store/vaultkey.c src/store/vaultkey.h
