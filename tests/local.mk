TEST_EXTENSIONS = .t .sh
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir;
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
T_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_DRIVER = $(LOG_DRIVER)
# A hang is a failure of its test, not of the whole run.
T_LOG_COMPILER = timeout -k 10 300 $(SHELL)

EXTRA_DIST += tests/tap.h tests/mistakes.tsv tests/mutate.sh

# Makes the mistakes of tests/mistakes.tsv one by one, in a copy, and sees the test fail that stands against each: all, or MISTAKES='3 17'.
.PHONY: check-mistakes
check-mistakes: all
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/mutate.sh $(MISTAKES)

include tests/unit/local.mk
include tests/helper/local.mk
include tests/diff/local.mk
include tests/lint/local.mk
include tests/e2e/local.mk
include tests/matrix/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
