# The misbehaving MCP server of the unit and end-to-end tests.
check_PROGRAMS += tests/helper/fakeserver
tests_helper_fakeserver_SOURCES = \
	tests/helper/fake-input.c \
	tests/helper/fake-lists.c \
	tests/helper/fake-out.c \
	tests/helper/fake-rpc.c \
	tests/helper/fake-subs.c \
	tests/helper/fake-tools.c \
	tests/helper/fake.h \
	tests/helper/fakeserver.c
tests_helper_fakeserver_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
tests_helper_fakeserver_LDADD = $(CORE_LIBS)

# Calls one tool of a server on stdio, for shell tests.
check_PROGRAMS += tests/helper/mcpcall
tests_helper_mcpcall_SOURCES = tests/helper/mcpcall.c
tests_helper_mcpcall_LDADD = $(CORE_LIBS)

# The program with a policy that has opinions.
check_PROGRAMS += tests/helper/policyhub
tests_helper_policyhub_SOURCES = tests/helper/policyhub.c
tests_helper_policyhub_LDADD = $(CLI_LIBS)

# Tells the shell tests when to look again: what they wait for instead of the clock.
check_PROGRAMS += tests/helper/await
tests_helper_await_SOURCES = tests/helper/await.c
tests_helper_await_LDADD = $(CORE_LIBS)

# What the envelope scanner makes of a message, for shell tests.
check_PROGRAMS += tests/helper/envelope
tests_helper_envelope_SOURCES = tests/helper/envelope.c
tests_helper_envelope_LDADD = $(CORE_LIBS)
