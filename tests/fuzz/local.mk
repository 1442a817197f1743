# A fuzz target is tests/fuzz/fuzz-NAME.c with LLVMFuzzerTestOneInput(), which aborts (MC_ASSERT) when a property is broken.
#
# In a normal build it is linked with replay.c, and `make check` runs it over the files in tests/fuzz/corpus/NAME/ and
# over every truncation of them. With --enable-fuzzing (clang) it is linked with libFuzzer instead:
#     make tests/fuzz/fuzz-scan && tests/fuzz/fuzz-scan -max_total_time=60 /tmp/found tests/fuzz/corpus/scan
#
# To add one: these four lines, and 10 to 30 small files in tests/fuzz/corpus/NAME/. HUB_LIBS in place of CORE_LIBS
# where the code under test lives on the loop.
#     FUZZERS += tests/fuzz/fuzz-NAME
#     tests_fuzz_fuzz_NAME_SOURCES = tests/fuzz/fuzz-NAME.c $(FUZZ_MAIN)
#     tests_fuzz_fuzz_NAME_LDADD = $(CORE_LIBS)
#     tests_fuzz_fuzz_NAME_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
FUZZERS =
EXTRA_DIST += tests/fuzz/corpus

if FUZZING
FUZZ_MAIN =
FUZZ_LINK = -fsanitize=fuzzer
noinst_PROGRAMS += $(FUZZERS)
EXTRA_DIST += tests/fuzz/replay.c
else
FUZZ_MAIN = tests/fuzz/replay.c
FUZZ_LINK =
check_PROGRAMS += $(FUZZERS)
TESTS += $(FUZZERS)
endif

FUZZERS += tests/fuzz/fuzz-scan
tests_fuzz_fuzz_scan_SOURCES = tests/fuzz/fuzz-scan.c $(FUZZ_MAIN)
tests_fuzz_fuzz_scan_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_scan_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)

FUZZERS += tests/fuzz/fuzz-jsonc
tests_fuzz_fuzz_jsonc_SOURCES = tests/fuzz/fuzz-jsonc.c $(FUZZ_MAIN)
tests_fuzz_fuzz_jsonc_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_jsonc_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)

FUZZERS += tests/fuzz/fuzz-frame
tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz-frame.c $(FUZZ_MAIN)
tests_fuzz_fuzz_frame_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_frame_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)

FUZZERS += tests/fuzz/fuzz-sse
tests_fuzz_fuzz_sse_SOURCES = tests/fuzz/fuzz-sse.c $(FUZZ_MAIN)
tests_fuzz_fuzz_sse_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_sse_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)

FUZZERS += tests/fuzz/fuzz-config
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz-config.c $(FUZZ_MAIN)
tests_fuzz_fuzz_config_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_config_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)

FUZZERS += tests/fuzz/fuzz-http
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz-http.c $(FUZZ_MAIN)
tests_fuzz_fuzz_http_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_fuzz_fuzz_http_LDADD = $(HUB_LIBS)
tests_fuzz_fuzz_http_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)

FUZZERS += tests/fuzz/fuzz-envelope
tests_fuzz_fuzz_envelope_SOURCES = tests/fuzz/fuzz-envelope.c $(FUZZ_MAIN)
tests_fuzz_fuzz_envelope_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_envelope_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)

FUZZERS += tests/fuzz/fuzz-edit
tests_fuzz_fuzz_edit_SOURCES = tests/fuzz/fuzz-edit.c $(FUZZ_MAIN)
tests_fuzz_fuzz_edit_LDADD = $(CORE_LIBS)
tests_fuzz_fuzz_edit_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
