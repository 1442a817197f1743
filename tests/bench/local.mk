# make bench: measures, prints a table, writes bench.json. Nothing of it is built by make or make check.
BENCHES = \
	tests/bench/echo-server \
	tests/bench/http-echo \
	tests/bench/loadgen \
	tests/bench/pipe-pingpong \
	tests/bench/relay \
	tests/bench/sessions \
	tests/bench/startup

EXTRA_PROGRAMS += $(BENCHES)
CLEANFILES += $(BENCHES) bench.json
EXTRA_DIST += tests/bench/run tests/bench/package.json tests/bench/package-lock.json

BENCH_COMMON = tests/bench/bench.c tests/bench/bench.h

tests_bench_loadgen_SOURCES = tests/bench/loadgen.c $(BENCH_COMMON)
tests_bench_sessions_SOURCES = tests/bench/sessions.c $(BENCH_COMMON)
tests_bench_startup_SOURCES = tests/bench/startup.c $(BENCH_COMMON)
tests_bench_pipe_pingpong_SOURCES = tests/bench/pipe-pingpong.c $(BENCH_COMMON)
tests_bench_echo_server_SOURCES = tests/bench/echo-server.c
tests_bench_echo_server_LDADD = $(CORE_LIBS)
tests_bench_http_echo_SOURCES = tests/bench/http-echo.c
tests_bench_http_echo_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_bench_http_echo_LDADD = $(HUB_LIBS)
tests_bench_relay_SOURCES = tests/bench/relay.c $(BENCH_COMMON)
tests_bench_relay_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_bench_relay_LDADD = $(HUB_LIBS)

.PHONY: bench
bench: all $(BENCHES)
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/bench/run
