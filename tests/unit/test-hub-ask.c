/* hub/ask: what a server asks of a legacy client, which clients can be asked what, and what becomes of a question. */
#include "tests/unit/hub-fixture.h"

static struct workspace *ws;
static struct view *v;
static struct mc_backend *b;

/* ---- the table of capabilities ---- */

static const struct {
    const char *what, *method, *params;
    unsigned needs;
} kinds[] = {
    {"sampling", "sampling/createMessage", "{}", CLIENT_SAMPLING},
    {"sampling with tools", "sampling/createMessage", "{\"tools\":[]}",
     CLIENT_SAMPLING | CLIENT_SAMPLING_TOOLS},
    {"sampling with a choice of tool", "sampling/createMessage", "{\"toolChoice\":{}}",
     CLIENT_SAMPLING | CLIENT_SAMPLING_TOOLS},
    {"a form", "elicitation/create", "{\"mode\":\"form\"}", CLIENT_ELICIT_FORM},
    {"no mode is a form", "elicitation/create", "{}", CLIENT_ELICIT_FORM},
    {"a mode that is no string is one", "elicitation/create", "{\"mode\":7}", CLIENT_ELICIT_FORM},
    {"a URL", "elicitation/create", "{\"mode\":\"url\"}", CLIENT_ELICIT_URL},
    {"escapes hide nothing", "elicitation/create", "{\"mode\":\"\\u0075rl\"}", CLIENT_ELICIT_URL},
    {"roots", "roots/list", "{}", CLIENT_ROOTS},
};
static const struct {
    unsigned caps;
    const char *json;
} clients[] = {
    {0, "{}"},
    {CLIENT_ROOTS, "{\"roots\":{}}"},
    {CLIENT_SAMPLING, "{\"sampling\":{}}"},
    {CLIENT_SAMPLING | CLIENT_SAMPLING_TOOLS, "{\"sampling\":{\"tools\":{}}}"},
    {CLIENT_ELICIT_FORM, "{\"elicitation\":{\"form\":{}}}"},
    {CLIENT_ELICIT_URL, "{\"elicitation\":{\"url\":{}}}"},
    {CLIENT_ELICIT_FORM | CLIENT_ELICIT_URL, "{\"elicitation\":{\"form\":{},\"url\":{}}}"},
    {CLIENT_ROOTS | CLIENT_SAMPLING | CLIENT_SAMPLING_TOOLS | CLIENT_ELICIT_FORM |
         CLIENT_ELICIT_URL,
     "{\"roots\":{},\"sampling\":{\"tools\":{}},\"elicitation\":{\"form\":{},\"url\":{}}}"},
};

static void test_needs(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(kinds); i++) {
        MC_CLEANUP(mc_freep)
        char *text = mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}",
                                 kinds[i].method, kinds[i].params);
        struct mc_envelope e;
        struct mc_bytes *m = scanned(text, &e);
        is_int(ask_needs(&e), kinds[i].needs, "%s", kinds[i].what);
        mc_bytes_unref(m);
    }
    for (size_t i = 0; i < MC_ARRAY_LEN(clients); i++) {
        struct mc_buf out = MC_BUF_INIT(4096);
        ask_add_caps(clients[i].caps, &out);
        mc_buf_addc(&out, '\0');
        is_str(out.data, clients[i].json, "what a client can, told");
        is_int(client_caps(mc_jval_of(mc_str_of(out.data))), clients[i].caps, "and read again");
        mc_buf_done(&out);
    }
}

/* As if nothing had been given up, and the server had never asked. */
static void forget(void)
{
    memset(hub->ghosts, 0, sizeof(hub->ghosts));
    b->asks = false;
}

/* Every client is asked what it has declared, and nothing else. */
static void test_declared(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(clients); i++)
        for (size_t k = 0; k < MC_ARRAY_LEN(kinds); k++) {
            bool can = (clients[i].caps & kinds[k].needs) == kinds[k].needs,
                 roots = kinds[k].needs == CLIENT_ROOTS;
            struct session *s = session_as(v, &me, "2025-11-25", clients[i].json);
            struct web *w = calls(s, "1", "s__t");
            wire_sent();
            says(b, "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"%s\",\"params\":%s}",
                 kinds[k].method, kinds[k].params);
            const char *sent = wire_sent();
            ok(web_has(w, kinds[k].method) == can, "%s, of a client with %s: %s", kinds[k].what,
               clients[i].json, can ? "asked" : "not asked");
            if (can)
                is_str(sent, "", "the server waits");
            else if (roots)
                ok(strstr(sent, "\"id\":\"q\",\"result\":{\"roots\":[{\"uri\":\"file:///w/"
                                "o%20ne\",\"name\":\"o ne\"}]}"),
                   "the workspace's roots");
            else
                ok(strstr(sent, "\"id\":\"q\",\"error\"") &&
                       strstr(sent, kinds[k].needs & CLIENT_SAMPLING ? "-32601" : "-32602") &&
                       strstr(sent, "does not have the capability"),
                   "the server is told what is missing");
            session_free(s);
            forget();
        }
}

/* ---- a question's way ---- */

static void test_way(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", FORM);
    struct web *w = calls(s, "1", "s__t");
    unsigned long long id = wire_id(b);
    wire_sent();
    says(b, "{\"jsonrpc\":\"2.0\", "
            "\"id\":\"q\\u0031\",\"method\":\"elicitation/"
            "create\",\"params\":{\"message\":\"m\",\"x\":1.0,\"_meta\":{\"progressToken\":\"pt\"}}"
            ",\"y\":1e400}");
    ok(web_has(w, "{\"jsonrpc\":\"2.0\", "
                  "\"id\":1,\"method\":\"elicitation/"
                  "create\",\"params\":{\"message\":\"m\",\"x\":1.0,\"_meta\":{\"progressToken\":"
                  "\"pt\"}},\"y\":1e400}"),
       "the client gets its bytes, under an id of the hub");
    asks(b, "\"q2\"");
    ok(web_has(w, "\"id\":2,\"method\":\"elicitation/create\""), "the next one has another");
    posts(s, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
             "progress\",\"params\":{\"progressToken\":\"pt\",\n\"progress\":0.5}}");
    is_str(wire_sent(),
           "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
           "progress\",\"params\":{\"progressToken\":\"pt\", \"progress\":0.5}}\n",
           "progress of the client goes to the server, on one line");
    posts(s, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
             "progress\",\"params\":{\"progressToken\":\"other\",\"progress\":0.5}}");
    is_str(wire_sent(), "", "that of an unknown token nowhere");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\",\n\"content\":{\"n\":"
             "1.0}}}");
    is_str(wire_sent(),
           "{\"jsonrpc\":\"2.0\",\"id\":\"q\\u0031\",\"result\":{\"action\":\"accept\", "
           "\"content\":{\"n\":1.0}}}\n",
           "the answer goes back under the server's id, on one line");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}}");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":\"2\",\"result\":{}}");
    is_str(wire_sent(), "",
           "a second answer, an invented one, and one of another type are nobody's");
    is_int(s->n_asks, 1, "the other question is open yet");
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-1,\"message\":\"no\"}}");
    is_str(wire_sent(),
           "{\"jsonrpc\":\"2.0\",\"id\":\"q2\",\"error\":{\"code\":-1,\"message\":\"no\"}}\n",
           "an error is an answer");
    answers(b, id, "done");
    ok(web_has(w, "\"done\"") && w->ended, "the call ends on the same stream");
    session_free(s);
}

static void test_others(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", FORM),
                   *t = session_as(v, &me, "2025-11-25", FORM);
    struct web *w = calls(s, "1", "s__t");
    unsigned long long id = wire_id(b);
    asks(b, "5");
    wire_sent();
    posts(t, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}");
    is_str(wire_sent(), "", "another session cannot answer it");
    says(b, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
            "cancelled\",\"params\":{\"requestId\":\"5\"}}");
    is_int(s->n_asks, 1, "a withdrawal of another id is none");
    says(b, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
            "cancelled\",\"params\":{\"requestId\":5}}");
    ok(web_has(w, "notifications/cancelled") && web_has(w, "\"requestId\":1") && s->n_asks == 0,
       "the server withdraws it: the client is told");
    asks(b, "6");
    answers(b, id, "without");
    ok(web_has(w, "\"requestId\":2") && web_has(w, "the call that asked has ended"),
       "so it is when the call ends without an answer");
    is_int(s->n_asks, 0, "nothing is open");
    wire_sent();
    asks(b, "7");
    ok(strstr(wire_sent(), "no call is in flight"), "outside of any call there is nobody to ask");
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"roots/list\"}");
    ok(strstr(wire_sent(), "\"id\":8,\"result\":{\"roots\":["),
       "but for roots, which are the workspace's");
    session_free(s);
    session_free(t);
}

/* Two calls of one client: it is certain whom to ask, and the question outlives the first. */
static void test_two_calls(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", FORM);
    struct web *one = calls(s, "1", "s__t");
    unsigned long long first = wire_id(b);
    struct web *two = calls(s, "2", "s__t");
    unsigned long long second = wire_id(b);
    asks(b, "\"q\"");
    ok(web_has(one, "word?") != web_has(two, "word?"),
       "with two calls of one client it is asked once");
    answers(b, second, "second");
    is_int(s->n_asks, 1, "when the call that seemed to ask ends, the other may have asked");
    wire_sent();
    posts(s, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"cancel\"}}");
    ok(strstr(wire_sent(), "\"id\":\"q\",\"result\""), "and its answer is taken");
    answers(b, first, "first");
    ok(one->ended && two->ended, "both end");
    session_free(s);
}

static void test_bound(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", FORM);
    struct web *w = calls(s, "1", "s__t");
    char id[16];
    for (int i = 0; i < HUB_ASKS_MAX; i++) {
        snprintf(id, sizeof(id), "%d", i);
        asks(b, id);
    }
    is_int(s->n_asks, HUB_ASKS_MAX, "so many questions are open at one client");
    wire_sent();
    asks(b, "\"more\"");
    ok(strstr(wire_sent(), "too many requests are open at this client"), "and no more");
    ok(!w->ended, "the call goes on");
    web_gone(w);
    session_free(s);
}

static void test_gone(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", FORM);
    struct web *w = calls(s, "1", "s__t");
    unsigned long long id = wire_id(b);
    web_gone(w);
    wire_sent();
    asks(b, "\"q\"");
    ok(strstr(wire_sent(), "the client of this call has gone away"),
       "a client whose answer is lost cannot be asked");
    answers(b, id, "x");
    session_free(s);
}

int main(void)
{
    hub_begin();
    ws = workspace_of("/w/o ne", "\"s\":{\"command\":\"s\"}");
    v = view_get(ws, NULL);
    b = runs(server_of(ws, "s"));
    test_needs();
    test_declared();
    test_way();
    forget();
    test_others();
    forget();
    test_two_calls();
    forget();
    test_bound();
    forget();
    test_gone();
    hub_over();
    return done_testing();
}
