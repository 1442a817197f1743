/* hub/consent: the policy lets a person decide. Who is asked, in which words, and what counts as a yes. */
#include "policy/decide.h"
#include "tests/unit/hub-fixture.h"

static struct view *v;
static struct mc_backend *b;

static enum mc_decision judge(struct mc_deciding *d, const char **reason)
{
    (void)d;
    *reason = "it is \"new\"";
    return MC_DECIDE_ASK;
}
static const struct mc_policy ask_always[] = {{.judge = judge}};

static void test_legacy(void)
{
    static const struct {
        const char *answer, *why; /* NULL: the call is made */
    } rows[] = {
        {"\"result\":{\"action\":\"accept\"}", NULL},
        {"\"result\":{\"action\":\"acc\\u0065pt\",\"content\":{}}", NULL},
        {"\"result\":{\"action\":\"decline\"}", "the user has declined this call"},
        {"\"result\":{\"action\":\"cancel\"}", "has not allowed this call"},
        {"\"result\":{\"action\":\"ACCEPT\"}", "has not allowed this call"},
        {"\"result\":{\"action\":true}", "has not allowed this call"},
        {"\"result\":{}", "has not allowed this call"},
        {"\"error\":{\"code\":-1,\"message\":\"accept\"}", "has not allowed this call"},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct session *s = session_as(v, &me, "2025-11-25", FORM);
        struct web *w = calls(s, "1", "s__t");
        is_str(wire_sent(), "", "nothing reaches the server before");
        ok(web_has(w, "\"id\":1,\"method\":\"elicitation/create\",\"params\":{\"message\":\"May "
                      "this call be made? tools/call t at server s, with {}. The policy asks "
                      "first: it is \\\"new\\\"\""),
           "the client's user is asked");
        MC_CLEANUP(mc_freep)
        char *text = mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":1,%s}", rows[i].answer);
        posts(s, text);
        bool made = strstr(wire_sent(), "\"tools/call\"") != NULL;
        ok(made == !rows[i].why, "%s: the call is %s", rows[i].answer,
           rows[i].why ? "not made" : "made");
        if (rows[i].why)
            ok(w->ended && web_has(w, rows[i].why) && web_has(w, "\"reason\":\"denied\""),
               "and says why");
        else
            answers(b, wire_id(b), "x");
        ok(w->ended, "it ends");
        session_free(s);
    }
}

static void test_cannot(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", "{\"elicitation\":{\"url\":{}}}");
    struct web *w = calls(s, "1", "s__t");
    ok(w->ended && web_has(w, "its client cannot ask one") && web_has(w, "it is \\\"new\\\""),
       "a legacy client that cannot ask: denied");
    session_free(s);
    w = modern_posts(v, &me, "tools/call", "1", "\"name\":\"s__t\",", "{}");
    ok(w->status == 400 && web_has(w, "-32021") &&
           web_has(w, "\"requiredCapabilities\":{\"elicitation\":{\"form\":{}}}"),
       "a modern one learns what would help");
    is_str(wire_sent(), "", "neither call is made");
}

static void test_time(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", FORM);
    struct web *w = calls(s, "1", "s__t");
    is_int(wire.timer_ms, HUB_CONSENT_MS, "a person may take so long");
    wire_fire(hub->loop, wire.timer);
    ok(w->ended && web_has(w, "nobody has answered in time"), "and no longer: denied");
    ok(web_has(w, "notifications/cancelled"), "the question is withdrawn");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}");
    is_str(wire_sent(), "", "a late yes is none");
    w = calls(s, "2", "s__t");
    posts(s, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
             "cancelled\",\"params\":{\"requestId\":2}}");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"action\":\"accept\"}}");
    is_str(wire_sent(), "", "nor one for a call that was cancelled");
    ok(w->ended, "which is over");
    session_free(s);
}

static void test_modern(void)
{
    struct web *w = modern_posts(v, &me, "tools/call", "1", "\"name\":\"s__t\",", FORM);
    ok(web_has(w, "\"inputRequests\":{\"input-1\":{\"method\":\"elicitation/create\"") && w->ended,
       "a modern client is asked in the answer");
    is_str(wire_sent(), "", "nothing reaches the server");
    char state[1024];
    const char *at = strstr(web_got(w), "\"requestState\":\"");
    MC_ASSERT(at);
    snprintf(state, sizeof(state), "%.*s", (int)strcspn(at + 16, "\""), at + 16);
    MC_CLEANUP(mc_freep)
    char *yes = mc_asprintf("\"name\":\"s__t\",\"inputResponses\":{\"input-1\":{\"action\":"
                            "\"accept\"}},\"requestState\":\"%s\",",
                            state);
    w = modern_posts(v, &me, "tools/call", "2", yes, FORM);
    const char *sent = wire_sent();
    ok(strstr(sent, "\"tools/call\"") && !strstr(sent, "requestState") &&
           !strstr(sent, "inputResponses"),
       "its retry with a yes makes the call, without what was for the hub");
    answers(b, wire_id(b), "x");
    ok(web_has(w, "\"id\":2"), "and gets its answer");
    w = modern_posts(v, &me, "tools/call", "3", yes, FORM);
    ok(web_has(w, "-32602"), "that yes was good for one call");
}

int main(void)
{
    hub_begin();
    struct workspace *ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"}");
    v = view_get(ws, NULL);
    b = runs(server_of(ws, "s"));
    mc_decide_install(ask_always, MC_ARRAY_LEN(ask_always));
    test_legacy();
    test_cannot();
    test_time();
    test_modern();
    hub_over();
    return done_testing();
}
