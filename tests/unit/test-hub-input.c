/* hub/input: a modern server asks in its result; its legacy client is asked with requests, and the request goes out again with the answers. */
#include "tests/unit/hub-fixture.h"

static struct view *v;
static struct mc_backend *b;

#define ROUND(members)                                                                             \
    "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"resultType\":\"input_required\"" members "}}"
#define FORM_QUESTION                                                                              \
    "{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"form\",\"message\":\"m\","          \
    "\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}"

static void done(void)
{
    says(
        b,
        "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"resultType\":\"complete\",\"content\":[]}}",
        wire_id(b));
}

static void test_round(void)
{
    struct session *s = session_as(v, &me, "2025-06-18", "{\"elicitation\":{},\"sampling\":{}}");
    struct web *w = calls(s, "1", "s__t");
    unsigned long long first = wire_id(b);
    wire_sent();
    says(b,
         ROUND(",\"inputRequests\":{\"f\\u0031\":" FORM_QUESTION ",\"s1\":{\"method\":\"sampling/"
               "createMessage\",\"params\":{\"messages\":[],\"x\":1.0}}},\"requestState\":"
               "\"st\\u0061te\""),
         first);
    is_str(wire_sent(), "", "the server waits for the answers");
    ok(web_has(w, "\"id\":1,\"method\":\"elicitation/create\",\"params\":{\"message\":\"m\""),
       "a form, without the mode that this revision has not");
    ok(web_has(
           w,
           "\"id\":2,\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[],\"x\":1.0}"),
       "and the other question as it was");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"role\":\"assistant\",\"n\":1e400}}");
    is_str(wire_sent(), "", "one answer is not all");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}");
    const char *sent = wire_sent();
    ok(strstr(sent, "\"inputResponses\":{\"s1\":{\"role\":\"assistant\",\"n\":1e400},\"f\\u0031\":{"
                    "\"action\":\"accept\"}},\"requestState\":\"st\\u0061te\","),
       "with the last one the request goes out again: answers and state byte for byte");
    ok(wire_id(b) != first && strstr(sent, "\"method\":\"tools/call\"") &&
           strstr(sent, "\"name\":\"t\""),
       "the same request, under another id");
    ok(!w->ended, "the client still waits");
    done();
    ok(web_has(w, "\"id\":1,\"result\"") && w->ended, "until the last word");
    session_free(s);
}

static void test_late_revision(void)
{
    struct session *s =
        session_as(v, &me, "2025-11-25", "{\"elicitation\":{\"form\":{},\"url\":{}}}");
    struct web *w = calls(s, "1", "s__t");
    says(b,
         ROUND(",\"inputRequests\":{\"u\":{\"method\":\"elicitation/"
               "create\",\"params\":{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://x\"}}}"),
         wire_id(b));
    ok(web_has(w, "\"params\":{\"elicitationId\":\"") && web_has(w, "\"mode\":\"url\""),
       "a URL gets the id that this revision needs");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"decline\"}}");
    ok(!strstr(wire_sent(), "requestState"), "no state is made up");
    done();
    w = calls(s, "2", "s__t");
    says(b, ROUND(",\"inputRequests\":{\"f\":" FORM_QUESTION "}"), wire_id(b));
    ok(web_has(w, "\"mode\":\"form\""), "a form keeps its mode");
    wire_sent();
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-1,\"message\":\"no\"}}");
    ok(w->ended && web_has(w, "\"text\":\"no\"}],\"isError\":true"),
       "a client that refuses ends the call, in its own words");
    ok(!strstr(wire_sent(), "tools/call"), "the server gets no made-up answer");
    session_free(s);
}

/* What this client cannot be asked, or what is no question. */
static void test_cannot(void)
{
    static const struct {
        const char *what, *members, *why;
    } rows[] = {
        {"a capability that it has not declared",
         ",\"inputRequests\":{\"a\":{\"method\":\"roots/list\"},\"f\":" FORM_QUESTION "}",
         "cannot be asked for"},
        {"a method that is none",
         ",\"inputRequests\":{\"a\":{\"method\":\"tools/call\",\"params\":{}}}",
         "cannot be asked for"},
        {"no method", ",\"inputRequests\":{\"a\":{}}", "cannot be asked for"},
        {"a question that is no object", ",\"inputRequests\":{\"a\":7}", "cannot be asked for"},
        {"neither questions nor a state", "", "neither inputRequests nor requestState"},
        {"questions in an array", ",\"inputRequests\":[]",
         "neither inputRequests nor requestState"},
    };
    struct session *s = session_as(v, &me, "2025-06-18", FORM);
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct web *w = calls(s, "1", "s__t");
        MC_CLEANUP(mc_freep)
        char *text = mc_asprintf(
            "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"resultType\":\"input_required\"%s}}",
            wire_id(b), rows[i].members);
        says(b, "%s", text);
        ok(w->ended && web_has(w, rows[i].why), "%s ends the call", rows[i].what);
        ok(!web_has(w, "elicitation/create"), "and nobody is asked in vain");
    }
    session_free(s);
}

static void test_rounds(void)
{
    struct session *s = session_as(v, &me, "2025-06-18", FORM);
    struct web *w = calls(s, "1", "s__t");
    unsigned rounds = 0;
    while (!w->ended && rounds < 3 * HUB_INPUT_ROUNDS_MAX) {
        char answer[96];
        says(b, ROUND(",\"inputRequests\":{\"f\":" FORM_QUESTION "}"), wire_id(b));
        if (w->ended)
            break;
        snprintf(answer, sizeof(answer),
                 "{\"jsonrpc\":\"2.0\",\"id\":%u,\"result\":{\"action\":\"accept\"}}", ++rounds);
        posts(s, answer);
    }
    is_int(rounds, HUB_INPUT_ROUNDS_MAX, "so many rounds");
    ok(web_has(w, "gave up after 10 rounds"), "and no more");

    w = calls(s, "2", "s__t");
    wire_sent();
    says(b, ROUND(",\"requestState\":\"wait\""), wire_id(b));
    is_str(wire_sent(), "", "a round that asks nothing");
    is_int(wire.timer_ms, HUB_INPUT_PACE_MS, "is repeated after a pause");
    wire_fire(hub->loop, wire.timer);
    const char *sent = wire_sent();
    ok(strstr(sent, "\"requestState\":\"wait\"") && !strstr(sent, "inputResponses"),
       "with the state alone");
    done();
    ok(w->ended, "and ends");

    w = calls(s, "3", "s__t");
    says(b, ROUND(",\"inputRequests\":{\"f\":" FORM_QUESTION "}"), wire_id(b));
    is_int(wire.timer_ms, HUB_INPUT_MS, "a person may take so long");
    wire_fire(hub->loop, wire.timer);
    ok(w->ended && web_has(w, "had no answer in time"), "and no longer");
    is_int(s->n_asks, 0, "then nothing is asked any more");
    session_free(s);
}

int main(void)
{
    static const char *const tool[MC_KIND_MAX] = {
        [MC_KIND_TOOL] = "[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}]"};
    hub_begin();
    struct workspace *ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"}");
    v = view_get(ws, NULL);
    knows(server_of(ws, "s"), MC_REV_MODERN_LATEST, "{\"tools\":{}}", tool);
    b = runs(server_of(ws, "s"));
    test_round();
    test_late_revision();
    test_cannot();
    test_rounds();
    hub_over();
    return done_testing();
}
