/* hub/subscribe: counted per resource. The server hears of the first and of the last. */
#include "tests/unit/hub-fixture.h"

static const char *const lists[MC_KIND_MAX] = {
    [MC_KIND_RESOURCE] = "[{\"uri\":\"x:1\",\"name\":\"1\"},{\"uri\":\"x:2\",\"name\":\"2\"}]"};
static struct workspace *ws;
static struct view *v;
static struct session *ada, *bob;

static struct web *sub(struct session *s, const char *method, const char *uri)
{
    static unsigned id = 100;
    MC_CLEANUP(mc_freep)
    char *text = mc_asprintf(
        "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"resources/%s\",\"params\":{\"uri\":\"%s\"}}",
        id++, method, uri);
    return posts(s, text);
}

static unsigned subscriptions(void)
{
    unsigned n = 0;
    link_each(l, &hub->subscriptions) n++;
    return n;
}

static void accepts(struct mc_backend *b)
{
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{}}", wire_id(b));
}

static void test_legacy(void)
{
    struct mc_backend *b = runs(server_of(ws, "s"));
    struct web *w = sub(ada, "subscribe", "x:1");
    ok(strstr(wire_sent(), "\"resources/subscribe\",\"params\":{\"uri\":\"x:1\"}"),
       "the first one is the server's to accept");
    is_int(subscriptions(), 0, "until then it is none");
    accepts(b);
    ok(web_has(w, "\"result\":{}") && subscriptions() == 1, "accepted");
    w = sub(ada, "subscribe", "x:1");
    ok(web_has(w, "\"result\":{}"), "twice by one session");
    is_str(wire_sent(), "", "is nothing new");
    is_int(subscriptions(), 1, "and counts once");
    sub(bob, "subscribe", "x:1");
    accepts(b);
    sub(bob, "subscribe", "x:2");
    accepts(b);
    is_int(subscriptions(), 3, "another session, another resource");
    wire_sent();
    w = sub(ada, "unsubscribe", "x:1");
    ok(web_has(w, "\"result\":{}"), "who unsubscribes is answered");
    is_str(wire_sent(), "", "the server hears nothing while somebody else wants it");
    w = sub(ada, "unsubscribe", "x:1");
    ok(web_has(w, "\"result\":{}"), "what never was subscribed is no error");
    session_free(bob);
    const char *sent = wire_sent();
    ok(strstr(sent, "\"resources/unsubscribe\",\"params\":{\"uri\":\"x:1\"}") &&
           strstr(sent, "\"resources/unsubscribe\",\"params\":{\"uri\":\"x:2\"}"),
       "with the last one it does");
    is_int(subscriptions(), 0, "none is left");
    bob = session_as(v, &me, "2025-11-25", "{}");
    w = sub(bob, "subscribe", "x:2");
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"error\":{\"code\":-32002,\"message\":\"no\"}}",
         wire_id(b));
    ok(web_has(w, "-32002") && subscriptions() == 0, "what the server refuses is none");
}

static void test_replay(void)
{
    struct mc_backend *b = server_of(ws, "s")->backend;
    sub(ada, "subscribe", "x:1");
    accepts(b);
    wire_sent();
    subscribe_replay(hub, b);
    ok(strstr(wire_sent(), "\"resources/subscribe\",\"params\":{\"uri\":\"x:1\"}"),
       "a server that was started again is told again");
    subscribe_forget_backend(hub, b);
    is_int(subscriptions(), 0, "one that is gone has none");
    ok(!strstr(wire_sent(), "unsubscribe"), "and is not told");
}

static void test_bounds(void)
{
    struct mc_backend *b = server_of(ws, "s")->backend;
    struct web *w = sub(ada, "subscribe", "y:nobody");
    accepts(b); /* the only server that has resources is asked */
    ok(web_has(w, "\"result\":{}"), "a URI that is not listed");
    char uri[32];
    for (unsigned i = 1; i < HUB_URIS_MAX; i++) {
        snprintf(uri, sizeof(uri), "z:%u", i);
        sub(ada, "subscribe", uri);
        accepts(b);
    }
    is_int(subscriptions(), HUB_URIS_MAX, "so many for one session");
    w = sub(ada, "subscribe", "z:0");
    ok(web_has(w, "256 resource subscriptions"), "and no more");
    w = sub(bob, "subscribe", "z:0");
    accepts(b);
    ok(web_has(w, "\"result\":{}"), "another has its own");
    session_free(ada);
    is_int(subscriptions(), 1, "they go with their session");
    session_free(bob);
}

/* The modern server acknowledges the newest listen. */
static void acknowledges(struct mc_backend *b)
{
    const struct watch *w = b->listening.watch;

    says(b,
         "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\","
         "\"params\":{\"notifications\":{},\"_meta\":{\"io.modelcontextprotocol/"
         "subscriptionId\":%llu}}}",
         (unsigned long long)(&w[0] == b->listening.current ? w[1] : w[0]).call.id);
}

static void test_modern(void)
{
    struct server *m = server_of(ws, "m");
    static const char *const own[MC_KIND_MAX] = {
        [MC_KIND_RESOURCE] = "[{\"uri\":\"m:1\",\"name\":\"1\"},{\"uri\":\"m:2\",\"name\":\"2\"}]"};
    knows(m, MC_REV_MODERN_LATEST, "{\"resources\":{\"subscribe\":true}}", own);
    struct mc_backend *b = runs(m);
    struct session *s = session_as(v, &me, "2025-11-25", "{}"),
                   *t = session_as(v, &me, "2025-11-25", "{}");
    struct web *w = sub(s, "subscribe", "m:2");
    ok(!w->ended, "a modern server has no such method");
    is_int(b->listening.wanted.n, 1, "its listen has the resource");
    acknowledges(b);
    ok(web_has(w, "\"result\":{}"), "answered when that is acknowledged");
    ok(web_has(sub(t, "subscribe", "m:2"), "\"result\":{}"), "at once where it is known");
    w = sub(t, "subscribe", "m:1");
    struct web *gone = sub(t, "subscribe", "m:1");
    web_gone(gone);
    ok(!w->ended, "not for another resource");
    acknowledges(b);
    ok(web_has(w, "\"result\":{}"), "until that is acknowledged, too");
    ok(b->listening.wanted.n == 2 && strcmp(b->listening.wanted.v[0], "m:1") == 0,
       "each once, in order");
    sub(t, "unsubscribe", "m:2");
    is_int(b->listening.wanted.n, 2, "while somebody wants it");
    session_free(s);
    ok(b->listening.wanted.n == 1 && strcmp(b->listening.wanted.v[0], "m:1") == 0, "and no longer");
    ok(!strstr(wire_sent(), "resources/subscribe"), "it never heard of the legacy method");
    session_free(t);
    knows(m, MC_REV_MODERN_LATEST, "{\"resources\":{}}", own);
    s = session_as(v, &me, "2025-11-25", "{}");
    ok(web_has(sub(s, "subscribe", "m:1"), "-32601"),
       "one that does not have subscriptions at all");
    session_free(s);
}

int main(void)
{
    hub_begin();
    ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"},\"m\":{\"command\":\"m\"}");
    v = view_get(ws, NULL);
    knows(server_of(ws, "s"), MC_REV_2025_11_25, "{\"resources\":{\"subscribe\":true}}", lists);
    knows(server_of(ws, "m"), MC_REV_2025_11_25, "{}", NULL);
    ada = session_as(v, &me, "2025-11-25", "{}");
    bob = session_as(v, &me, "2025-11-25", "{}");
    test_legacy();
    test_replay();
    test_bounds();
    test_modern();
    hub_over();
    return done_testing();
}
