# The differential test: mirror is the server, differ the client of tests/e2e/same-bytes.t.
check_PROGRAMS += tests/diff/differ tests/diff/mirror
DIFF_GEN = \
	tests/diff/client.c \
	tests/diff/gen.h \
	tests/diff/object.c \
	tests/diff/object.h \
	tests/diff/server.c \
	tests/diff/value.c
tests_diff_differ_SOURCES = \
	tests/diff/differ.c \
	tests/diff/match.c \
	tests/diff/match.h \
	tests/diff/talk.c \
	tests/diff/talk.h \
	tests/diff/wire.c \
	tests/diff/wire.h \
	$(DIFF_GEN)
tests_diff_differ_LDADD = $(CORE_LIBS)
tests_diff_mirror_SOURCES = tests/diff/mirror.c $(DIFF_GEN)
tests_diff_mirror_LDADD = $(CORE_LIBS)
