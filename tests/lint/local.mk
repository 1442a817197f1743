# Each is a script that checks the sources; it runs alone, too: sh tests/lint/layers.t
LINTS = \
	tests/lint/banned.t \
	tests/lint/docs.t \
	tests/lint/layers.t \
	tests/lint/shell.t \
	tests/lint/sizes.t

TESTS += $(LINTS)
EXTRA_DIST += $(LINTS) tests/tap.sh
