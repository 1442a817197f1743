/* hub/listen: a modern client's subscriptions/listen. Acknowledged first, only what was asked for, every message with its own id. */
#include "hub/telling.h"
#include "tests/unit/hub-fixture.h"

static struct workspace *ws;
static struct view *v;
static struct mc_backend *b;

static struct web *listens(const char *id, const char *notifications)
{
    MC_CLEANUP(mc_freep)
    char *text = mc_asprintf(
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"subscriptions/"
        "listen\",\"params\":{%s\"_meta\":{\"io.modelcontextprotocol/"
        "protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
        id, notifications);
    struct web *w = web_new();
    struct exchange *x = exchange_new(hub, req_of(w), v, &me);
    struct mc_envelope e;
    struct mc_bytes *m = scanned(text, &e);
    x->era = MC_ERA_MODERN;
    x->rev = MC_REV_MODERN_LATEST;
    x->open++;
    listen_begin(x, &e);
    exchange_fed(x);
    mc_bytes_unref(m);
    return w;
}

#define ID(id) "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" id "}"

/* News goes out a few clients at a time. */
static void told_everybody(void)
{
    while (mc_timer_active(&hub->broadcast))
        wire_fire(hub->loop, &hub->broadcast);
}

static void test_lists(void)
{
    struct web *w = listens("\"l\\u0031\"", "\"notifications\":{\"toolsListChanged\":true,"
                                            "\"promptsListChanged\":false,\"unknown\":true},");
    is_str(web_got(w),
           "data: "
           "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/"
           "acknowledged\",\"params\":{\"notifications\":{\"toolsListChanged\":true}," ID(
               "\"l\\u0031\"") "}}\n\n",
           "what is honoured comes first, under the client's own id");
    mc_buf_clear(&w->got);
    notify_lists(ws, NULL, 1u << MC_KIND_PROMPT | 1u << MC_KIND_RESOURCE);
    told_everybody();
    is_str(web_got(w), "", "what was not asked for does not come");
    notify_lists(ws, NULL, 1u << MC_KIND_TOOL);
    told_everybody();
    is_str(web_got(w),
           "data: "
           "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{" ID(
               "\"l\\u0031\"") "}}\n\n",
           "what was does, with that id");
    mc_buf_clear(&w->got);
    wire.now += HUB_KEEPALIVE_MS;
    listens_keepalive(hub);
    is_str(web_got(w), ": keep-alive\n\n", "a quiet one shows signs of life");
    listens_keepalive(hub);
    is_str(web_got(w), ": keep-alive\n\n", "not more often than it must");
    web_gone(w);
    notify_lists(ws, NULL, 1u << MC_KIND_TOOL);
    ok(link_empty(&hub->listens), "a client that goes away ends it");
}

static void test_resources(void)
{
    struct web *w =
        listens("7", "\"notifications\":{\"resourceSubscriptions\":[\"x:1\",8,\"y:other\"]},");
    ok(web_has(w, "\"notifications\":{\"resourceSubscriptions\":[\"x:1\"]}"),
       "resources whose server can tell are honoured, no others");
    ok(strstr(wire_sent(), "\"resources/subscribe\",\"params\":{\"uri\":\"x:1\"}"),
       "the server is told");
    says(b, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/"
            "updated\",\"params\":{\"uri\":\"x:1\"}}");
    const char *update = strstr(web_got(w), "notifications/resources/updated");
    ok(update && strstr(update, "\"uri\":\"x:1\"") && strstr(update, ID("7")),
       "an update comes with the id");
    wire_sent();
    web_gone(w);
    ok(strstr(wire_sent(), "\"resources/unsubscribe\""),
       "and the server is told when nobody wants it any more");
}

static void test_wrong(void)
{
    struct web *w = listens("1", "");
    ok(w->ended && web_has(w, "-32602") && web_has(w, "params.notifications must be an object"),
       "without a filter");
    w = listens("2", "\"notifications\":{},");
    ok(w->streaming && !w->ended && web_has(w, "\"notifications\":{}"), "an empty one is one");
    struct web *t = listens("3", "\"notifications\":{\"taskIds\":[\"t\"]},");
    ok(t->status == 400 && web_has(t, "-32021"), "tasks are for those who declare them");
    listens_of_workspace_over(ws);
    ok(w->ended && web_has(w, "\"id\":2,\"result\":{\"resultType\":\"complete\"," ID("2") "}"),
       "the end of the workspace is its result");
    ok(link_empty(&hub->listens), "and its end");
}

int main(void)
{
    static const char *const lists[MC_KIND_MAX] = {[MC_KIND_RESOURCE] =
                                                       "[{\"uri\":\"x:1\",\"name\":\"1\"}]"},
                             *const others[MC_KIND_MAX] = {
                                 [MC_KIND_RESOURCE] = "[{\"uri\":\"y:other\",\"name\":\"1\"}]"};
    hub_begin();
    ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"},\"t\":{\"command\":\"t\"}");
    v = view_get(ws, NULL);
    knows(server_of(ws, "s"), MC_REV_2025_11_25, "{\"resources\":{\"subscribe\":true}}", lists);
    knows(server_of(ws, "t"), MC_REV_2025_11_25, "{\"resources\":{}}", others);
    b = runs(server_of(ws, "s"));
    test_lists();
    test_resources();
    test_wrong();
    hub_over();
    return done_testing();
}
