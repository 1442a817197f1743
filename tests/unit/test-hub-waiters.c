/* hub/waiters: lists that came while a server starts for the very first time. */
#include "tests/unit/hub-fixture.h"

static struct workspace *ws;
static struct view *v;
static struct session *s;

#define LIST(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"tools/list\"}"

static unsigned waiting(void)
{
    unsigned n = 0;
    link_each(l, &ws->waiters) n++;
    return n;
}

/* The server's first start, up to the answer to tools/list. */
static void initializes(struct mc_backend *b)
{
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"error\":{\"code\":-32601,\"message\":\"no\"}}",
         (unsigned long long)b->probe.id);
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"protocolVersion\":\"2025-11-25\","
         "\"capabilities\":{\"tools\":{}}}}",
         (unsigned long long)b->init.id);
}

static void test_wait(void)
{
    struct server *srv = server_of(ws, "s");
    mc_backend_start(srv->backend);
    struct web *w = posts(s, LIST("1")),
               *other = posts(s, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
    ok(!w->ended && waiting() == 1, "a list waits for a server that starts for the first time");
    ok(other->ended, "what does not need it does not");
    ok(waiter_has(s, MC_STR("1")) && !waiter_has(s, MC_STR("2")) && !waiter_has(s, MC_STR("\"1\"")),
       "it can be found by its id, exactly");
    struct web *twice = posts(s, LIST("1"));
    ok(web_has(twice, "not answered yet"), "which is in use");
    initializes(srv->backend);
    ok(!w->ended, "it waits for the lists too");
    says(srv->backend,
         "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"tools\":[{\"name\":\"x\",\"inputSchema\":{"
         "\"type\":\"object\"}}]}}",
         (unsigned long long)srv->backend->listing.call.id);
    ok(web_has(w, "\"id\":1,\"result\":{\"tools\":[{\"name\":\"s__x\","), "then it has them");
    is_int(waiting(), 0, "and waits no more");
    ok(posts(s, LIST("3"))->ended, "the next one is answered at once");
}

static void test_grace(void)
{
    struct server *srv = server_of(ws, "t");
    mc_backend_start(srv->backend);
    struct web *w = posts(s, LIST("4"));
    ok(!w->ended, "another one that hangs");
    is_int(wire.timer_ms, HUB_GRACE_MS, "is waited for so long");
    wire.now += HUB_GRACE_MS / 2;
    struct web *later = posts(s, LIST("5"));
    is_int(wire.timer_ms, HUB_GRACE_MS / 2, "from its start, not from each request");
    struct web *single = modern_posts(view_get(ws, "s"), &me, "tools/list", "6", "", "{}");
    ok(single->ended, "the endpoint of another server does not wait for it");
    struct web *cancelled = posts(s, LIST("7"));
    posts(s, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
             "cancelled\",\"params\":{\"requestId\":7}}");
    ok(cancelled->status == 202 && waiting() == 2, "a list that waits can be cancelled");
    struct web *gone = modern_posts(v, &me, "tools/list", "8", "", "{}");
    is_int(waiting(), 3, "a modern client waits too");
    web_gone(gone);
    is_int(waiting(), 2, "unless it goes away");
    wire.now += HUB_GRACE_MS / 2;
    is_int(workspace_settling_ms(ws, NULL), 0, "the grace is over");
    waiters_check(ws);
    ok(web_has(w, "s__x") && web_has(later, "s__x"), "then what is there is answered");
    is_int(waiting(), 0, "all of them");
    ok(posts(s, LIST("9"))->ended, "who comes now does not wait");
}

/* Two that start one after the other: the longer wait counts, and each endpoint waits for its own. */
static void test_several(void)
{
    struct server *u = server_of(ws, "u"), *x = server_of(ws, "x");
    mc_backend_start(x->backend);
    wire.now += 1000;
    mc_backend_start(u->backend);
    is_int(workspace_settling_ms(ws, NULL), HUB_GRACE_MS, "the last one that started counts");
    is_int(workspace_settling_ms(ws, "x"), HUB_GRACE_MS - 1000, "of one server, its own");
    is_int(workspace_settling_ms(ws, "s"), 0, "and none of one that is there");
    struct web *all = modern_posts(v, &me, "tools/list", "20", "", "{}");
    struct web *one = modern_posts(view_get(ws, "u"), &me, "tools/list", "21", "", "{}");
    is_int(waiting(), 2, "two endpoints wait");
    initializes(u->backend);
    says(u->backend, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"tools\":[]}}",
         (unsigned long long)u->backend->listing.call.id);
    ok(one->ended && !all->ended, "the one whose server is there is answered");
    mc_backend_kill(x->backend);
    waiters_check(ws);
    ok(all->ended, "and then the other");
}

static void test_end(void)
{
    struct server *srv = server_of(ws, "y");
    mc_backend_start(srv->backend);
    struct web *w = posts(s, LIST("10"));
    is_int(waiting(), 1, "a list waits");
    session_free(s);
    ok(waiting() == 0 && w->ended, "its session ends: it does not");
}

int main(void)
{
    hub_begin();
    ws = workspace_of("/w/one",
                      "\"s\":{\"command\":\"s\"},\"t\":{\"command\":\"t\"},\"u\":{\"command\":"
                      "\"u\"},\"x\":{\"command\":\"x\"},\"y\":{\"command\":\"y\"}");
    v = view_get(ws, NULL);
    s = session_as(v, &me, "2025-11-25", "{}");
    test_wait();
    test_grace();
    test_several();
    test_end();
    hub_over();
    return done_testing();
}
