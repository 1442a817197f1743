/* hub/parked and hub/state: a modern client is asked in the answer, and its retry goes on with the call. Whose state is good for what. */
#include "tests/unit/hub-fixture.h"

static struct workspace *ws, *elsewhere;
static struct view *v;
static struct mc_backend *b;

#define CALL "\"name\":\"s__t\",\"arguments\":{\"a\":[1,{\"b\":\"c d\"}]},"

/* The state in what w got; static storage. */
static const char *state_of(struct web *w)
{
    static char state[1024];
    const char *at = strstr(web_got(w), "\"requestState\":\"");
    state[0] = '\0';
    if (at)
        snprintf(state, sizeof(state), "%.*s", (int)strcspn(at + 16, "\""), at + 16);
    return state;
}

/* A call whose client was asked something in its answer. */
static struct web *asked(void)
{
    struct web *w = modern_posts(v, &me, "tools/call", "1", CALL, FORM);
    asks(b, "\"q\"");
    MC_ASSERT(!w->ended);
    wire_fire(hub->loop, wire.timer);
    wire_sent();
    return w;
}

/* The retry of w, with these answers, at the endpoint and by the caller given; id raw. */
static struct web *retry_of(struct web *w, struct view *at, const struct mc_principal *who,
                            const char *method, const char *id, const char *params,
                            const char *responses)
{
    MC_CLEANUP(mc_freep)
    char *members = mc_asprintf("%s\"inputResponses\":%s,\"requestState\":\"%s\",", params,
                                responses, state_of(w));
    return modern_posts(at, who, method, id, members, FORM);
}

#define YES "{\"input-1\":{\"action\":\"accept\",\"content\":{\"w\":1.0}}}"

static void test_round(void)
{
    struct web *w = modern_posts(v, &me, "tools/call", "\"one\"", CALL, FORM);
    asks(b, "\"q\"");
    is_int(wire.timer_ms, HUB_GATHER_MS, "what a server asks at once is gathered");
    asks(b, "\"r\"");
    ok(!w->ended, "until then there is no answer");
    wire_fire(hub->loop, wire.timer);
    ok(web_has(w, "\"id\":\"one\",\"result\":{\"inputRequests\":{\"input-1\":{\"method\":"
                  "\"elicitation/create\"") &&
           web_has(w, "\"input-2\":{") && web_has(w, "\"resultType\":\"input_required\""),
       "the answer asks both");
    is_int(wire.timer_ms, HUB_PARKED_MS, "the client may take so long");
    is_int(hub->n_parked, 1, "the call is parked");
    wire_sent();
    struct web *x = retry_of(w, v, &me, "tools/call", "2", CALL,
                             "{\"input-2\":{\"action\":\"decline\"},\"unknown\":7}");
    is_str(wire_sent(), "{\"jsonrpc\":\"2.0\",\"id\":\"r\",\"result\":{\"action\":\"decline\"}}\n",
           "an answer goes to the question with its key");
    ok(web_has(x, "\"id\":2,\"result\":{\"inputRequests\":{\"input-1\"") && !web_has(x, "input-2"),
       "what is missing is asked again");
    ok(strcmp(state_of(w), "") != 0 && !web_has(x, state_of(w)), "with another state");
    struct web *y = retry_of(x, v, &me, "tools/call", "3", CALL, YES);
    ok(!y->ended, "with all answers the call goes on");
    is_str(wire_sent(),
           "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"result\":{\"action\":\"accept\",\"content\":{\"w\":"
           "1.0}}}\n",
           "the last one, as it was given");
    answers(b, wire_id(b), "done");
    ok(web_has(y, "\"id\":3") && web_has(y, "\"done\""), "and its answer is the retry's");
    is_int(hub->n_parked, 0, "nothing is parked");
}

static void test_binding(void)
{
    struct web *w = asked();
    static const char refused[] = "was not given for this request";
    struct {
        const char *what;
        struct view *at;
        const struct mc_principal *who;
        const char *method, *params;
    } rows[] = {
        {"another caller", v, &other_user, "tools/call", CALL},
        {"another endpoint", view_get(ws, "s"), &me, "tools/call",
         "\"name\":\"t\",\"arguments\":{\"a\":[1,{\"b\":\"c d\"}]},"},
        {"another workspace", view_get(elsewhere, NULL), &me, "tools/call", CALL},
        {"another tool", v, &me, "tools/call",
         "\"name\":\"s__u\",\"arguments\":{\"a\":[1,{\"b\":\"c d\"}]},"},
        {"other arguments", v, &me, "tools/call",
         "\"name\":\"s__t\",\"arguments\":{\"a\":[1,{\"b\":\"cd\"}]},"},
        {"no arguments", v, &me, "tools/call", "\"name\":\"s__t\","},
        {"another method", v, &me, "prompts/get", CALL},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct web *x =
            retry_of(w, rows[i].at, rows[i].who, rows[i].method, "5", rows[i].params, YES);
        ok(x->ended && web_has(x, "-32602"), "a state is of no use to %s", rows[i].what);
        is_str(wire_sent(), "", "and the server hears nothing of it");
    }
    char changed[1024];
    snprintf(changed, sizeof(changed), "%s", state_of(w));
    changed[strlen(changed) / 2] ^= 1;
    MC_CLEANUP(mc_freep) char *members = mc_asprintf(CALL "\"requestState\":\"%s\",", changed);
    ok(web_has(modern_posts(v, &me, "tools/call", "6", members, FORM), refused),
       "one that was changed is none");
    ok(web_has(modern_posts(v, &me, "tools/call", "7", CALL "\"requestState\":\"\",", FORM),
               refused),
       "an empty one neither");
    is_int(hub->n_parked, 1, "the call is still there");
    struct web *y =
        retry_of(w, v, &me, "tools/call", "8",
                 "\"arguments\" : { \"a\":[ 1,{\"b\": \"c d\"} ] }, \"name\":\"s__t\",", YES);
    ok(!y->ended, "white space and order between the parameters are the client's own");
    struct web *twice = retry_of(w, v, &me, "tools/call", "9", CALL, YES);
    ok(web_has(twice, "-32602") && web_has(twice, "was used before"),
       "a state is good for one retry");
    answers(b, wire_id(b), "x");
}

static void test_malformed(void)
{
    struct web *w = asked();
    for (const char *const *bad = (const char *const[]){"[]", "7", "{\"input-1\":{}}",
                                                        "{\"input-1\":{\"action\":\"maybe\"}}",
                                                        "{\"input-1\":null}", NULL};
         *bad; bad++) {
        struct web *x = retry_of(w, v, &me, "tools/call", "5", CALL, *bad);
        ok(web_has(x, "-32602"), "no answer: %s", *bad);
    }
    is_str(wire_sent(), "", "the server hears nothing of them");
    struct web *y = retry_of(w, v, &me, "tools/call", "6", CALL, YES);
    ok(!y->ended, "the state is good yet");
    answers(b, wire_id(b), "x");
}

static void test_away(void)
{
    struct web *w = asked();
    unsigned long long id = wire_id(b);
    answers(b, id, "meanwhile");
    ok(strstr(wire_sent(), "\"id\":\"q\",\"result\":{\"action\":\"cancel\"}"),
       "an answer while the client is away closes what it was asked");
    is_int(hub->n_parked, 1, "and is kept");
    struct web *x = retry_of(w, v, &me, "tools/call", "5", CALL, YES);
    ok(web_has(x, "\"id\":5") && web_has(x, "\"meanwhile\""), "for the retry");

    w = asked();
    wire.child = b->child;
    wire_exits(3);
    x = retry_of(w, v, &me, "tools/call", "6", CALL, YES);
    ok(web_has(x, "\"id\":6,\"error\"") && web_has(x, "exited with status 3"), "so is a failure");
    mc_timer_stop(hub->loop, &b->timer);
    b->state = MC_BACKEND_STOPPED;
    runs(server_of(ws, "s"));

    w = asked();
    wire_fire(hub->loop, wire.timer);
    const char *sent = wire_sent();
    ok(strstr(sent, "\"action\":\"cancel\"") && strstr(sent, "notifications/cancelled"),
       "who does not come back in time: the server is told");
    is_int(hub->n_parked, 0, "and the call is given up");
    ok(web_has(retry_of(w, v, &me, "tools/call", "7", CALL, YES), "-32602"),
       "who comes later is refused");
    memset(hub->ghosts, 0, sizeof(hub->ghosts));

    w = asked();
    wire.now += HUB_PARKED_MS + 1;
    ok(web_has(retry_of(w, v, &me, "tools/call", "8", CALL, YES), "has expired"),
       "a state has its time");
    wire_fire(hub->loop, wire.timer);
    memset(hub->ghosts, 0, sizeof(hub->ghosts));
}

static void test_withdrawn(void)
{
    struct web *w = modern_posts(v, &me, "tools/call", "1", CALL, FORM);
    asks(b, "\"q\"");
    says(b, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
            "cancelled\",\"params\":{\"requestId\":\"q\"}}");
    answers(b, wire_id(b), "without");
    ok(web_has(w, "\"without\"") && !web_has(w, "inputRequests"),
       "a question that is withdrawn is not asked");
    struct web *x = modern_posts(v, &me, "tools/call", "2", CALL, "{}");
    wire_sent();
    asks(b, "\"q\"");
    ok(strstr(wire_sent(), "does not have the capability elicitation.form"),
       "nor one that the client has not declared");
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"isError\":true,\"content\":[]}}",
         wire_id(b));
    ok(x->status == 400 && web_has(x, "-32021") &&
           web_has(x, "\"requiredCapabilities\":{\"elicitation\":{\"form\":{}}}"),
       "a server that cannot do without: the client learns what is missing");
    struct web *y = modern_posts(v, &me, "tools/call", "3", CALL, FORM);
    asks(b, "\"q\"");
    web_gone(y);
    ok(strstr(wire_sent(), "notifications/cancelled") && hub->n_parked == 0,
       "a client that goes away before it was asked cancels the call");
    memset(hub->ghosts, 0, sizeof(hub->ghosts));
}

static void test_bound(void)
{
    unsigned parked = hub->n_parked;
    struct web *w = modern_posts(v, &me, "tools/call", "1", CALL, FORM);
    hub->n_parked = HUB_PARKED_MAX;
    wire_sent();
    asks(b, "\"q\"");
    ok(strstr(wire_sent(), "\"id\":\"q\",\"error\"") && !w->ended,
       "above the bound a server is refused, and its call goes on");
    is_int(hub->n_parked, HUB_PARKED_MAX, "nothing is parked any more");
    answers(b, wire_id(b), "all the same");
    ok(web_has(w, "all the same"), "to its end");
    hub->n_parked = parked;
    memset(hub->ghosts, 0, sizeof(hub->ghosts));
}

int main(void)
{
    static const char *const tools[MC_KIND_MAX] = {
        [MC_KIND_TOOL] = "[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}},{\"name\":\"u\","
                         "\"inputSchema\":{\"type\":\"object\"}}]",
        [MC_KIND_PROMPT] = "[{\"name\":\"t\"}]"};
    hub_begin();
    ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"}");
    elsewhere = workspace_of("/w/two", "\"s\":{\"command\":\"s\"}");
    v = view_get(ws, NULL);
    knows(server_of(ws, "s"), MC_REV_2025_11_25, "{\"tools\":{},\"prompts\":{}}", tools);
    b = runs(server_of(ws, "s"));
    views_stale(elsewhere);
    test_round();
    test_binding();
    test_malformed();
    test_away();
    test_withdrawn();
    test_bound();
    hub_over();
    return done_testing();
}
