# A unit test is tests/unit/test-NAME.c. Those of the pure core link libmccore.a only; those that need the loop are in LOOP_TESTS.
# To add one: its program name below, then its _SOURCES line.
CORE_TESTS =
LOOP_TESTS =

check_PROGRAMS += $(CORE_TESTS) $(LOOP_TESTS)
TESTS += $(CORE_TESTS) $(LOOP_TESTS)

# base, json
CORE_TESTS += \
	tests/unit/test-alloc \
	tests/unit/test-base64 \
	tests/unit/test-buf \
	tests/unit/test-doc \
	tests/unit/test-edit \
	tests/unit/test-err \
	tests/unit/test-io \
	tests/unit/test-jsonc \
	tests/unit/test-log \
	tests/unit/test-map \
	tests/unit/test-params \
	tests/unit/test-path \
	tests/unit/test-rand \
	tests/unit/test-run \
	tests/unit/test-scan \
	tests/unit/test-seal \
	tests/unit/test-splice \
	tests/unit/test-str \
	tests/unit/test-time \
	tests/unit/test-walk
tests_unit_test_alloc_SOURCES = tests/unit/test-alloc.c
tests_unit_test_alloc_LDADD = $(CORE_LIBS)
tests_unit_test_base64_SOURCES = tests/unit/test-base64.c
tests_unit_test_base64_LDADD = $(CORE_LIBS)
tests_unit_test_buf_SOURCES = tests/unit/test-buf.c
tests_unit_test_buf_LDADD = $(CORE_LIBS)
tests_unit_test_doc_SOURCES = tests/unit/test-doc.c
tests_unit_test_doc_LDADD = $(CORE_LIBS)
tests_unit_test_edit_SOURCES = tests/unit/test-edit.c tests/unit/scratch.h tests/unit/shared.h
tests_unit_test_edit_LDADD = $(CORE_LIBS)
tests_unit_test_err_SOURCES = tests/unit/test-err.c
tests_unit_test_err_LDADD = $(CORE_LIBS)
tests_unit_test_io_SOURCES = tests/unit/test-io.c tests/unit/scratch.h
tests_unit_test_io_LDADD = $(CORE_LIBS)
tests_unit_test_jsonc_SOURCES = tests/unit/test-jsonc.c tests/unit/scratch.h tests/unit/shared.h
tests_unit_test_jsonc_LDADD = $(CORE_LIBS)
tests_unit_test_log_SOURCES = tests/unit/test-log.c tests/unit/scratch.h
tests_unit_test_log_LDADD = $(CORE_LIBS)
tests_unit_test_map_SOURCES = tests/unit/test-map.c
tests_unit_test_map_LDADD = $(CORE_LIBS)
tests_unit_test_params_SOURCES = tests/unit/test-params.c
tests_unit_test_params_LDADD = $(CORE_LIBS)
tests_unit_test_path_SOURCES = tests/unit/test-path.c tests/unit/scratch.h
tests_unit_test_path_LDADD = $(CORE_LIBS)
tests_unit_test_rand_SOURCES = tests/unit/test-rand.c
tests_unit_test_rand_LDADD = $(CORE_LIBS)
tests_unit_test_run_SOURCES = tests/unit/test-run.c
tests_unit_test_run_LDADD = $(CORE_LIBS)
tests_unit_test_scan_SOURCES = tests/unit/test-scan.c tests/unit/scratch.h tests/unit/shared.h
tests_unit_test_scan_LDADD = $(CORE_LIBS)
tests_unit_test_seal_SOURCES = tests/unit/test-seal.c
tests_unit_test_seal_LDADD = $(CORE_LIBS)
tests_unit_test_splice_SOURCES = tests/unit/test-splice.c
tests_unit_test_splice_LDADD = $(CORE_LIBS)
tests_unit_test_str_SOURCES = tests/unit/test-str.c
tests_unit_test_str_LDADD = $(CORE_LIBS)
tests_unit_test_time_SOURCES = tests/unit/test-time.c
tests_unit_test_time_LDADD = $(CORE_LIBS)
tests_unit_test_walk_SOURCES = tests/unit/test-walk.c
tests_unit_test_walk_LDADD = $(CORE_LIBS)
tests_unit_test_doc_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
if FAULTS
CORE_TESTS += tests/unit/test-torture-io
tests_unit_test_torture_io_SOURCES = tests/unit/test-torture-io.c tests/unit/scratch.h
tests_unit_test_torture_io_LDADD = $(CORE_LIBS)
endif

# mcp, config, store
CORE_TESTS += \
	tests/unit/test-decide \
	tests/unit/test-kv \
	tests/unit/test-rpc \
	tests/unit/test-catalogs \
	tests/unit/test-config \
	tests/unit/test-envelope \
	tests/unit/test-golden \
	tests/unit/test-frame \
	tests/unit/test-keys \
	tests/unit/test-names \
	tests/unit/test-redact \
	tests/unit/test-resolve \
	tests/unit/test-rules \
	tests/unit/test-sse \
	tests/unit/test-secrets \
	tests/unit/test-token \
	tests/unit/test-trust \
	tests/unit/test-tasks \
	tests/unit/test-tool \
	tests/unit/test-uritemplate
tests_unit_test_decide_SOURCES = tests/unit/test-decide.c
tests_unit_test_decide_LDADD = $(CORE_LIBS)
tests_unit_test_kv_SOURCES = tests/unit/test-kv.c
tests_unit_test_kv_LDFLAGS = -Wl,--wrap=mc_now_ms
tests_unit_test_kv_LDADD = $(CORE_LIBS)
tests_unit_test_rpc_SOURCES = tests/unit/test-rpc.c
tests_unit_test_rpc_LDADD = $(CORE_LIBS)
tests_unit_test_catalogs_SOURCES = tests/unit/test-catalogs.c tests/unit/scratch.h
tests_unit_test_catalogs_LDADD = $(CORE_LIBS)
tests_unit_test_config_SOURCES = tests/unit/test-config.c tests/unit/scratch.h tests/unit/shared.h
tests_unit_test_config_LDADD = $(CORE_LIBS)
tests_unit_test_golden_SOURCES = tests/unit/test-golden.c tests/unit/scratch.h
tests_unit_test_golden_LDADD = $(CORE_LIBS)
EXTRA_DIST += tests/golden
tests_unit_test_envelope_SOURCES = tests/unit/test-envelope.c
tests_unit_test_envelope_LDADD = $(CORE_LIBS)
tests_unit_test_frame_SOURCES = tests/unit/test-frame.c
tests_unit_test_frame_LDADD = $(CORE_LIBS)
tests_unit_test_keys_SOURCES = tests/unit/test-keys.c
tests_unit_test_keys_LDADD = $(CORE_LIBS)
tests_unit_test_names_SOURCES = tests/unit/test-names.c
tests_unit_test_names_LDADD = $(CORE_LIBS)
tests_unit_test_redact_SOURCES = tests/unit/test-redact.c
tests_unit_test_redact_LDADD = $(CORE_LIBS)
tests_unit_test_resolve_SOURCES = tests/unit/test-resolve.c tests/unit/scratch.h
tests_unit_test_resolve_LDADD = $(CORE_LIBS)
tests_unit_test_rules_SOURCES = tests/unit/test-rules.c
tests_unit_test_rules_LDADD = $(CORE_LIBS)
tests_unit_test_sse_SOURCES = tests/unit/test-sse.c
tests_unit_test_sse_LDADD = $(CORE_LIBS)
tests_unit_test_secrets_SOURCES = tests/unit/test-secrets.c tests/unit/scratch.h
tests_unit_test_secrets_LDADD = $(CORE_LIBS)
tests_unit_test_token_SOURCES = tests/unit/test-token.c tests/unit/scratch.h
tests_unit_test_token_LDADD = $(CORE_LIBS)
tests_unit_test_trust_SOURCES = tests/unit/test-trust.c tests/unit/scratch.h
tests_unit_test_trust_LDADD = $(CORE_LIBS)
tests_unit_test_tasks_SOURCES = tests/unit/test-tasks.c
tests_unit_test_tasks_LDADD = $(CORE_LIBS)
tests_unit_test_tool_SOURCES = tests/unit/test-tool.c
tests_unit_test_tool_LDADD = $(CORE_LIBS)
tests_unit_test_uritemplate_SOURCES = tests/unit/test-uritemplate.c
tests_unit_test_uritemplate_LDADD = $(CORE_LIBS)

# serve
CORE_TESTS += \
	tests/unit/test-serve-beneath \
	tests/unit/test-serve-text
tests_unit_test_serve_beneath_SOURCES = tests/unit/test-serve-beneath.c tests/unit/scratch.h \
	src/serve/beneath.c src/serve/beneath.h
tests_unit_test_serve_beneath_LDADD = $(CORE_LIBS)
tests_unit_test_serve_text_SOURCES = tests/unit/test-serve-text.c \
	src/serve/text.c src/serve/text.h src/serve/tool.c src/serve/tool.h
tests_unit_test_serve_text_LDADD = $(CORE_LIBS)

# loop, keeper
LOOP_TESTS += \
	tests/unit/test-child \
	tests/unit/test-keeper \
	tests/unit/test-lookup \
	tests/unit/test-loop \
	tests/unit/test-watch
tests_unit_test_child_SOURCES = tests/proc.h tests/unit/scratch.h tests/unit/test-child.c
tests_unit_test_child_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_child_LDADD = $(HUB_LIBS)
tests_unit_test_keeper_SOURCES = tests/proc.h tests/unit/test-keeper.c
tests_unit_test_lookup_SOURCES = tests/unit/scratch.h tests/unit/test-lookup.c
tests_unit_test_lookup_LDADD = $(HUB_LIBS)
tests_unit_test_watch_SOURCES = tests/unit/test-watch.c tests/unit/scratch.h
tests_unit_test_watch_LDADD = $(HUB_LIBS)
tests_unit_test_watch_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_loop_SOURCES = tests/unit/test-loop.c
tests_unit_test_loop_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_loop_LDADD = $(HUB_LIBS)

# cli
LOOP_TESTS += \
	tests/unit/test-cli-callargs \
	tests/unit/test-cli-client \
	tests/unit/test-cli-condition \
	tests/unit/test-cli-parse \
	tests/unit/test-cli-render \
	tests/unit/test-cli-verdict \
	tests/unit/test-cli-view
tests_unit_test_cli_callargs_SOURCES = tests/unit/test-cli-callargs.c
tests_unit_test_cli_callargs_LDADD = $(CLI_LIBS)
tests_unit_test_cli_client_SOURCES = tests/unit/scratch.h tests/unit/test-cli-client.c
tests_unit_test_cli_client_LDADD = $(CLI_LIBS)
tests_unit_test_cli_condition_SOURCES = tests/unit/test-cli-condition.c
tests_unit_test_cli_condition_LDADD = $(CLI_LIBS)
tests_unit_test_cli_parse_SOURCES = tests/unit/test-cli-parse.c
tests_unit_test_cli_parse_LDADD = $(CLI_LIBS)
tests_unit_test_cli_render_SOURCES = tests/unit/test-cli-render.c
tests_unit_test_cli_render_LDADD = $(CLI_LIBS)
tests_unit_test_cli_verdict_SOURCES = tests/unit/test-cli-verdict.c
tests_unit_test_cli_verdict_LDADD = $(CLI_LIBS)
tests_unit_test_cli_view_SOURCES = tests/unit/test-cli-view.c
tests_unit_test_cli_view_LDADD = $(CLI_LIBS)

# http
LOOP_TESTS += \
	tests/unit/test-guard \
	tests/unit/test-http \
	tests/unit/test-http-life \
	tests/unit/test-http-listen \
	tests/unit/test-peer
tests_unit_test_guard_SOURCES = tests/unit/test-guard.c
tests_unit_test_guard_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_guard_LDADD = $(HUB_LIBS)
tests_unit_test_http_SOURCES = tests/unit/test-http.c tests/unit/http-fixture.h
tests_unit_test_http_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_http_LDADD = $(HUB_LIBS)
tests_unit_test_http_life_SOURCES = tests/unit/test-http-life.c tests/unit/http-fixture.h
tests_unit_test_http_life_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_http_life_LDADD = $(HUB_LIBS)
tests_unit_test_http_listen_SOURCES = tests/unit/test-http-listen.c tests/unit/scratch.h
tests_unit_test_http_listen_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_http_listen_LDADD = $(HUB_LIBS)
tests_unit_test_peer_SOURCES = tests/unit/test-peer.c
tests_unit_test_peer_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_peer_LDADD = $(HUB_LIBS)

# Backends without a process: tests/unit/wire.h stands in for loop/child.h.
WRAP_CHILD = -Wl,--wrap=mc_child_spawn,--wrap=mc_child_write,--wrap=mc_child_stop \
	-Wl,--wrap=mc_child_close,--wrap=mc_child_pid,--wrap=mc_child_unref \
	-Wl,--wrap=mc_loop_now,--wrap=mc_timer_start
WIRE = tests/unit/backend-fixture.h tests/unit/wire.h
# Hubs without sockets: tests/unit/hub-fixture.h stands in for the answers of http/http.h too.
WRAP_HTTP = $(WRAP_CHILD) -Wl,--wrap=mc_http_reply,--wrap=mc_http_stream_begin,--wrap=mc_http_stream_write \
	-Wl,--wrap=mc_http_stream_end,--wrap=mc_http_set_data,--wrap=mc_http_header
WEB = tests/unit/hub-fixture.h tests/unit/scratch.h tests/unit/wire.h

# backend, hub
LOOP_TESTS += \
	tests/unit/test-backend-calls \
	tests/unit/test-backend-handshake \
	tests/unit/test-backend-incoming \
	tests/unit/test-backend-listen \
	tests/unit/test-backend-listing \
	tests/unit/test-backend-state \
	tests/unit/test-catalog \
	tests/unit/test-hub-consent \
	tests/unit/test-hub-exchange \
	tests/unit/test-hub-input \
	tests/unit/test-hub-listen \
	tests/unit/test-hub-notify \
	tests/unit/test-hub-parked \
	tests/unit/test-hub-bridge \
	tests/unit/test-hub-ask \
	tests/unit/test-hub-broadcast \
	tests/unit/test-hub-registry \
	tests/unit/test-hub-session \
	tests/unit/test-hub-stream \
	tests/unit/test-hub-subscribe \
	tests/unit/test-hub-tasks \
	tests/unit/test-hub-turns \
	tests/unit/test-hub-view \
	tests/unit/test-hub-waiters \
	tests/unit/test-routes
tests_unit_test_backend_calls_SOURCES = tests/unit/test-backend-calls.c $(WIRE)
tests_unit_test_backend_calls_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_backend_calls_LDFLAGS = $(WRAP_CHILD)
tests_unit_test_backend_calls_LDADD = $(HUB_LIBS)
tests_unit_test_backend_handshake_SOURCES = tests/unit/test-backend-handshake.c $(WIRE)
tests_unit_test_backend_handshake_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_backend_handshake_LDFLAGS = $(WRAP_CHILD)
tests_unit_test_backend_handshake_LDADD = $(HUB_LIBS)
tests_unit_test_backend_incoming_SOURCES = tests/unit/test-backend-incoming.c $(WIRE)
tests_unit_test_backend_incoming_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_backend_incoming_LDFLAGS = $(WRAP_CHILD)
tests_unit_test_backend_incoming_LDADD = $(HUB_LIBS)
tests_unit_test_backend_listen_SOURCES = tests/unit/test-backend-listen.c $(WIRE)
tests_unit_test_backend_listen_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_backend_listen_LDFLAGS = $(WRAP_CHILD)
tests_unit_test_backend_listen_LDADD = $(HUB_LIBS)
tests_unit_test_backend_listing_SOURCES = tests/unit/test-backend-listing.c $(WIRE)
tests_unit_test_backend_listing_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_backend_listing_LDFLAGS = $(WRAP_CHILD)
tests_unit_test_backend_listing_LDADD = $(HUB_LIBS)
tests_unit_test_backend_state_SOURCES = tests/unit/test-backend-state.c $(WIRE)
tests_unit_test_backend_state_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_backend_state_LDFLAGS = $(WRAP_CHILD)
tests_unit_test_backend_state_LDADD = $(HUB_LIBS)
tests_unit_test_catalog_SOURCES = tests/unit/test-catalog.c
tests_unit_test_catalog_LDADD = $(HUB_LIBS)
tests_unit_test_hub_ask_SOURCES = tests/unit/test-hub-ask.c $(WEB)
tests_unit_test_hub_ask_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_ask_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_ask_LDADD = $(HUB_LIBS)
tests_unit_test_hub_bridge_SOURCES = tests/unit/test-hub-bridge.c $(WEB)
tests_unit_test_hub_bridge_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_bridge_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_bridge_LDADD = $(HUB_LIBS)
tests_unit_test_hub_consent_SOURCES = tests/unit/test-hub-consent.c $(WEB)
tests_unit_test_hub_consent_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_consent_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_consent_LDADD = $(HUB_LIBS)
tests_unit_test_hub_input_SOURCES = tests/unit/test-hub-input.c $(WEB)
tests_unit_test_hub_input_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_input_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_input_LDADD = $(HUB_LIBS)
tests_unit_test_hub_listen_SOURCES = tests/unit/test-hub-listen.c $(WEB)
tests_unit_test_hub_listen_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_listen_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_listen_LDADD = $(HUB_LIBS)
tests_unit_test_hub_exchange_SOURCES = tests/unit/test-hub-exchange.c $(WEB)
tests_unit_test_hub_exchange_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_exchange_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_exchange_LDADD = $(HUB_LIBS)
tests_unit_test_hub_notify_SOURCES = tests/unit/test-hub-notify.c $(WEB)
tests_unit_test_hub_notify_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_notify_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_notify_LDADD = $(HUB_LIBS)
tests_unit_test_hub_parked_SOURCES = tests/unit/test-hub-parked.c $(WEB)
tests_unit_test_hub_parked_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_parked_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_parked_LDADD = $(HUB_LIBS)
tests_unit_test_hub_registry_SOURCES = tests/unit/test-hub-registry.c $(WEB)
tests_unit_test_hub_registry_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_registry_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_registry_LDADD = $(HUB_LIBS)
tests_unit_test_hub_session_SOURCES = tests/unit/test-hub-session.c $(WEB)
tests_unit_test_hub_session_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_session_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_session_LDADD = $(HUB_LIBS)
tests_unit_test_hub_broadcast_SOURCES = tests/unit/test-hub-broadcast.c $(WEB)
tests_unit_test_hub_broadcast_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_broadcast_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_broadcast_LDADD = $(HUB_LIBS)
tests_unit_test_hub_stream_SOURCES = tests/unit/test-hub-stream.c $(WEB)
tests_unit_test_hub_stream_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_stream_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_stream_LDADD = $(HUB_LIBS)
tests_unit_test_hub_subscribe_SOURCES = tests/unit/test-hub-subscribe.c $(WEB)
tests_unit_test_hub_subscribe_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_subscribe_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_subscribe_LDADD = $(HUB_LIBS)
tests_unit_test_hub_tasks_SOURCES = tests/unit/test-hub-tasks.c $(WEB)
tests_unit_test_hub_tasks_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_tasks_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_tasks_LDADD = $(HUB_LIBS)
tests_unit_test_hub_turns_SOURCES = tests/unit/test-hub-turns.c $(WEB)
tests_unit_test_hub_turns_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_turns_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_turns_LDADD = $(HUB_LIBS)
tests_unit_test_hub_view_SOURCES = tests/unit/test-hub-view.c $(WEB)
tests_unit_test_hub_view_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_view_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_view_LDADD = $(HUB_LIBS)
tests_unit_test_hub_waiters_SOURCES = tests/unit/test-hub-waiters.c $(WEB)
tests_unit_test_hub_waiters_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_unit_test_hub_waiters_LDFLAGS = $(WRAP_HTTP)
tests_unit_test_hub_waiters_LDADD = $(HUB_LIBS)
tests_unit_test_routes_SOURCES = tests/unit/test-routes.c
tests_unit_test_routes_LDADD = $(HUB_LIBS)

# The unit tests alone, and under valgrind.
UNIT_TESTS = $(CORE_TESTS) $(LOOP_TESTS)
VALGRIND = valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite
.PHONY: check-unit check-valgrind
check-unit:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(UNIT_TESTS)'
check-valgrind:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(UNIT_TESTS)' LOG_COMPILER='env MC_VALGRIND=1 $(VALGRIND)'
