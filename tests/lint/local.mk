# Each is a script that checks the sources; it runs alone, too: sh tests/lint/layers.t
LINTS = \
	tests/lint/banned.t \
	tests/lint/completions.t \
	tests/lint/docs.t \
	tests/lint/layers.t \
	tests/lint/man.t \
	tests/lint/mistakes.t \
	tests/lint/shell.t \
	tests/lint/sizes.t \
	tests/lint/sleeps.t

TESTS += $(LINTS)
EXTRA_DIST += $(LINTS) tests/tap.sh

# clang-tidy with the checks of .clang-tidy, one process per file: its va_list check remembers one file in the next.
TIDY_FLAGS = $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) -std=gnu17 \
	$(UV_CFLAGS) $(CJSON_CFLAGS) $(CRYPTO_CFLAGS) $(GIT2_CFLAGS) $(LIBSECRET_CFLAGS)
.PHONY: tidy
tidy: config.h
	printf '%s\n' $(srcdir)/src/*/*.c $(srcdir)/tests/bench/*.c | \
	xargs -P "$$(nproc)" -I '{}' clang-tidy --quiet '{}' -- $(TIDY_FLAGS)
