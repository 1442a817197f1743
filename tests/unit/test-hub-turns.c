/* hub/turns: whose request is it? A server that asks works for one client at a time; what was given up may still ask for a while. */
#include "tests/unit/hub-fixture.h"

static struct session *ada, *bob;
static struct mc_backend *b;
static struct view *v;

/* What the server got since the last look: number of tools/call. */
static unsigned at_server(void)
{
    unsigned n = 0;
    for (const char *p = wire_sent(); (p = strstr(p, "\"tools/call\"")); p++)
        n++;
    return n;
}

static void tick(void)
{
    wire_fire(hub->loop, &hub->turns);
}

static void test_unknown(void)
{
    struct web *one = calls(ada, "1", "s__t");
    unsigned long long first = wire_id(b);
    struct web *two = calls(bob, "1", "s__t");
    is_int(at_server(), 2, "a server that was not seen to ask works for all at once");
    asks(b, "\"q\"");
    ok(strstr(wire_sent(), "several calls are in flight"), "when it asks it cannot be told whom");
    ok(!web_has(one, "elicitation") && !web_has(two, "elicitation"), "nobody is asked");
    ok(mc_backend_asks(b), "but it is known from now on");
    answers(b, first, "a");
    answers(b, wire_id(b), "b");
    ok(web_has(one, "\"a\"") && web_has(two, "\"b\""), "both get their answers");
}

static void test_turns(void)
{
    struct web *one = calls(ada, "2", "s__t");
    unsigned long long first = wire_id(b);
    struct web *two = calls(bob, "2", "s__t");
    is_int(at_server(), 1, "then one client at a time");
    is_int(hub->n_waiting, 1, "the other waits");
    struct web *third = modern_posts(v, &me, "tools/call", "3", "\"name\":\"s__t\",", FORM);
    is_int(hub->n_waiting, 2, "and a third");
    asks(b, "\"q1\"");
    ok(web_has(one, "word?") && !web_has(two, "word?") && !web_has(third, "word?"),
       "who has the turn is asked");
    tick();
    is_int(at_server(), 0, "a call that waits for its client keeps the turn");
    struct web *own = calls(ada, "4", "s__t");
    is_int(at_server(), 1, "that client's further calls go ahead: the answer may need them");
    answers(b, wire_id(b), "own");
    ok(web_has(own, "\"own\""), "and are answered");
    posts(ada, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}");
    ok(strstr(wire_sent(), "\"id\":\"q1\",\"result\":{\"action\":\"accept\"}"),
       "her answer goes to the server, under the server's id");
    answers(b, first, "done");
    ok(web_has(one, "\"done\""), "her call ends");
    tick();
    is_int(at_server(), 1, "the next has its turn, one");
    is_int(hub->n_waiting, 1, "in the order in which they came");
    asks(b, "\"q2\"");
    ok(web_has(two, "word?") && !web_has(third, "word?"), "now he is asked");
    posts(bob, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"decline\"}}");
    answers(b, wire_id(b), "two");
    tick();
    is_int(hub->n_waiting, 0, "and the last");
    answers(b, wire_id(b), "three");
    ok(web_has(third, "\"three\""), "everybody was served");
    at_server();
}

static void test_patience(void)
{
    calls(ada, "5", "s__t");
    struct web *late = calls(bob, "5", "s__t");
    wire.now += HUB_TURN_MS - 1;
    tick();
    ok(!late->ended, "he waits so long");
    wire.now += 1;
    tick();
    ok(web_has(late, "busy with the call of another client") &&
           web_has(late, "\"reason\":\"timeout\""),
       "and no longer");
    is_int(hub->n_waiting, 0, "then he is out of the line");
    struct web *gone = calls(bob, "6", "s__t");
    posts(bob, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
               "cancelled\",\"params\":{\"requestId\":6}}");
    is_int(hub->n_waiting, 0, "who cancels is out of it too");
    is_str(web_got(gone), "", "without an answer");
    is_int(gone->status, 202, "and his POST ends");
    at_server();
    answers(b, wire_id(b), "five");
}

static void test_bound(void)
{
    char id[16];
    struct web *last = NULL;
    calls(ada, "7", "s__t");
    for (int i = 0; i <= HUB_TURNS_MAX; i++) {
        snprintf(id, sizeof(id), "%d", 1000 + i);
        last = calls(bob, id, "s__t");
        if (i < HUB_TURNS_MAX)
            MC_ASSERT(!last->ended);
    }
    is_int(hub->n_waiting, HUB_TURNS_MAX, "so many may wait");
    ok(web_has(last, "1024 calls wait for their turn"), "one more is told so");
    session_free(bob);
    is_int(hub->n_waiting, 0, "a session that ends leaves the line");
    bob = session_as(v, &me, "2025-11-25", FORM);
    answers(b, wire_id(b), "seven");
    at_server();
}

static void test_ghosts(void)
{
    struct web *one = calls(ada, "8", "s__t");
    unsigned long long first = wire_id(b);
    posts(ada, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
               "cancelled\",\"params\":{\"requestId\":8}}");
    is_int(one->status, 202, "a call is given up");
    at_server();
    struct web *two = calls(bob, "8", "s__t");
    is_int(at_server(), 0, "it may still ask: another client's waits");
    asks(b, "\"ghost\"");
    ok(strstr(wire_sent(), "\"id\":\"ghost\",\"error\"") && !web_has(two, "word?"),
       "what it asks nobody else is asked");
    struct web *own = calls(ada, "9", "s__t");
    is_int(at_server(), 0, "her own waits behind him");
    wire.now += HUB_GHOST_MS - 1;
    tick();
    is_int(at_server(), 0, "for so long");
    wire.now += 1;
    tick();
    is_int(at_server(), 1, "and no longer");
    asks(b, "\"q8\"");
    ok(web_has(two, "word?"), "then he is asked");
    answers(b, first, "late");
    ok(!web_has(two, "late") && !web_has(own, "late"),
       "a late answer to what was given up is nobody's");
    answers(b, wire_id(b), "eight");
    tick();
    answers(b, wire_id(b), "nine");
    ok(own->ended, "she is served as well");
    at_server();
}

static void test_shared(void)
{
    b->isolation = MC_ISOLATION_SHARED;
    struct web *one = calls(ada, "10", "s__t");
    calls(bob, "10", "s__t");
    is_int(at_server(), 2, "isolation: shared takes no turns");
    asks(b, "\"q\"");
    ok(!web_has(one, "word?"), "and asks nobody when there are two");
    session_free(bob);
    session_free(ada);
    b->isolation = MC_ISOLATION_AUTO;
}

int main(void)
{
    hub_begin();
    struct workspace *ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"}");
    v = view_get(ws, NULL);
    b = runs(server_of(ws, "s"));
    ada = session_as(v, &me, "2025-11-25", FORM);
    bob = session_as(v, &me, "2025-11-25", FORM);
    test_unknown();
    test_turns();
    test_patience();
    test_bound();
    test_ghosts();
    test_shared();
    hub_over();
    return done_testing();
}
