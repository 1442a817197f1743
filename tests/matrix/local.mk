# What the matrix runs, and the table that came of it (tests/e2e/matrix.t).
EXTRA_DIST += \
	tests/matrix/RESULTS.md \
	tests/matrix/check.mjs \
	tests/matrix/clients.mjs \
	tests/matrix/features-asks.mjs \
	tests/matrix/features-notices.mjs \
	tests/matrix/features-plain.mjs \
	tests/matrix/features.mjs \
	tests/matrix/matrix.mjs \
	tests/matrix/offer.mjs \
	tests/matrix/server.mjs \
	tests/matrix/table.mjs \
	tests/matrix/tools.mjs \
	tests/matrix/wire.mjs

.PHONY: matrix
matrix: all tests/helper/await$(EXEEXT) tests/helper/fakeserver$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) MATRIX_WRITE='$(abs_top_srcdir)/tests/matrix/RESULTS.md' $(SHELL) $(top_srcdir)/tests/e2e/matrix.t
