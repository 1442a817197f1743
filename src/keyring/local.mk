# Where libsecret is: else secrets are in the encrypted file alone.
mcpctl_keyring_SOURCES = src/keyring/keyring.c
mcpctl_keyring_CFLAGS = $(AM_CFLAGS) $(LIBSECRET_CFLAGS)
mcpctl_keyring_LDADD = $(LIBSECRET_LIBS)
if KEYRING
pkglibexec_PROGRAMS += mcpctl-keyring
endif
