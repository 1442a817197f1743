# A unit test is tests/unit/test-NAME.c. Those of the pure core link libmccore.a only; those that need the loop are in LOOP_TESTS.
# To add one: its program name below, then its _SOURCES line.
CORE_TESTS =
LOOP_TESTS =

check_PROGRAMS += $(CORE_TESTS) $(LOOP_TESTS)
TESTS += $(CORE_TESTS) $(LOOP_TESTS)
