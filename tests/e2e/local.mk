# The program as users run it. Each file has a home, a runtime directory and a hub of its own.
E2E_TESTS = \
	tests/e2e/badinput.t \
	tests/e2e/bytes.t \
	tests/e2e/cli.t \
	tests/e2e/config.t \
	tests/e2e/conformance.t \
	tests/e2e/conformance-extensions.t \
	tests/e2e/config-edit.t \
	tests/e2e/eras.t \
	tests/e2e/extensions.t \
	tests/e2e/headers.t \
	tests/e2e/exhausted.t \
	tests/e2e/fit.t \
	tests/e2e/httpsse.t \
	tests/e2e/isolation.t \
	tests/e2e/legacy.t \
	tests/e2e/mistakes.t \
	tests/e2e/matrix.t \
	tests/e2e/lists.t \
	tests/e2e/modern.t \
	tests/e2e/modern-servers.t \
	tests/e2e/names.t \
	tests/e2e/newcomer.t \
	tests/e2e/npm-servers.t \
	tests/e2e/openurl.t \
	tests/e2e/parked.t \
	tests/e2e/polling.t \
	tests/e2e/policy.t \
	tests/e2e/reload.t \
	tests/e2e/same-bytes.t \
	tests/e2e/secrets.t \
	tests/e2e/servers.t \
	tests/e2e/spec.t \
	tests/e2e/storm.t \
	tests/e2e/tasks.t \
	tests/e2e/turns.t \
	tests/e2e/users.t \
	tests/e2e/workspaces.t

TESTS += $(E2E_TESTS)
EXTRA_DIST += $(E2E_TESTS) \
	tests/e2e/lib.sh \
	tests/e2e/scenario.mjs \
	tests/e2e/sdk1-client.mjs \
	tests/e2e/sdk1-fit.mjs \
	tests/e2e/sdk1-input.mjs \
	tests/e2e/sdk1-tasks.mjs \
	tests/e2e/sdk2-client.mjs \
	tests/e2e/sdk2-tasks.mjs \
	tests/e2e/sdk2-headers.mjs \
	tests/e2e/servers.mjs \
	tests/e2e/schemas.mjs \
	tests/e2e/spec-examples.mjs \
	tests/e2e/spec-hub.mjs \
	tests/e2e/streams.sh \
	tests/e2e/storm.mjs \
	tests/e2e/tap.mjs \
	tests/package.json \
	tests/package-lock.json

# Servers for the official conformance suite.
EXTRA_DIST += \
	tests/conformance/dual.mjs \
	tests/conformance/exceptions.txt \
	tests/conformance/legacy.mjs \
	tests/conformance/modern.mjs \
	tests/conformance/offers.mjs \
	tests/conformance/run.mjs \
	tests/conformance/sdk2.mjs \
	tests/conformance/skills.mjs \
	tests/conformance/tasks-2025.mjs \
	tests/conformance/tasks-2026.mjs \
	tests/conformance/tasks-listen.mjs

# The embedded servers by themselves, without a hub.
TESTS += tests/e2e/serve-files.t tests/e2e/serve-git.t
EXTRA_DIST += tests/e2e/serve-files.t tests/e2e/serve-git.t tests/e2e/serve-lib.sh
