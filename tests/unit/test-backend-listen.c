/* backend/listen: what a modern server is asked to tell of, and when it is known to have heard. */
#include "tests/unit/backend-fixture.h"

static struct mc_loop *loop;

static struct mc_backend *modern(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_MODERN, MC_REV_NONE);

    mc_backend_start(b);
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"supportedVersions\":[\"2026-07-28\"],"
              "\"capabilities\":{},\"resultType\":\"complete\"}}",
              (unsigned long long)b->probe.id);
    return b;
}

static void watch(struct mc_backend *b, const char *one, const char *two)
{
    struct mc_strv uris = {0};

    mc_buf_clear(&wire.sent);
    for (const char *const *uri = (const char *const[]){one, two, NULL}; *uri; uri++)
        mc_strv_push(&uris, *uri);
    mc_backend_watch(b, &uris);
    mc_strv_done(&uris);
}

/* The listen that is not acknowledged. */
static unsigned long long newest(const struct mc_backend *b)
{
    const struct watch *w = b->listening.watch;

    return (&w[0] == b->listening.current ? &w[1] : &w[0])->call.id;
}

static void acknowledges(const struct mc_backend *b)
{
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\","
              "\"params\":{\"notifications\":{},\"_meta\":{\"io.modelcontextprotocol/"
              "subscriptionId\":%llu}}}",
              newest(b));
}

static void test_sets(void)
{
    struct mc_backend *b = modern();

    ok(!mc_backend_watching(b), "a listen that is not acknowledged");
    forget_told();
    acknowledges(b);
    ok(mc_backend_watching(b), "one that is");
    is_str(told.other, "watching|", "and the owner hears of it");
    forget_told();
    watch(b, "a://1", NULL);
    ok(strstr(wire_sent(), "\"resourceSubscriptions\":[\"a://1\"]"), "a resource: another listen");
    ok(!mc_backend_watching(b), "which is not acknowledged yet");
    watch(b, "a://1", "a://2");
    is_str(wire_sent(), "", "a second one waits for that");
    acknowledges(b);
    ok(strstr(wire_sent(), "[\"a://1\",\"a://2\"]"), "then its own listen goes out");
    ok(!mc_backend_watching(b), "the server does not know of it yet");
    is_str(told.other, "", "and the owner hears nothing");
    acknowledges(b);
    ok(mc_backend_watching(b), "now it does");
    is_str(told.other, "watching|", "and the owner hears of it, once");
    finish(b);
}

static void test_others(void)
{
    struct mc_backend *b = modern();

    forget_told();
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"error\":{\"code\":-32601,\"message\":\"no\"}}",
              newest(b));
    ok(mc_backend_watching(b), "a server without subscriptions/listen is not waited for");
    is_str(told.other, "watching|", "and the owner hears that");
    finish(b);
    b = modern();
    acknowledges(b);
    watch(b, "a://1", NULL);
    wire_exits(1);
    ok(mc_backend_watching(b), "neither is one that died");
    finish(b);
    b = legacy(loop, "{}");
    watch(b, "a://1", NULL);
    ok(mc_backend_watching(b), "nor a legacy one");
    finish(b);
}

static void notifies(unsigned long long id)
{
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/"
              "updated\",\"params\":{\"uri\":\"x:1\",\"_meta\":{\"io.modelcontextprotocol/"
              "subscriptionId\":%llu}}}",
              id);
}

/* Another set takes the place of the old one without a gap. */
static void test_replace(void)
{
    struct mc_backend *b = modern();
    unsigned long long first = newest(b);
    acknowledges(b);
    wire_sent();
    watch(b, "x:1", "x:\"2\"");
    const char *sent = wire_sent();
    ok(strstr(sent, "\"resourceSubscriptions\":[\"x:1\",\"x:\\\"2\\\"\"]"),
       "another set needs another listen");
    ok(!strstr(sent, "cancelled"), "the old one stays until that is there");
    forget_told();
    notifies(first);
    ok(strstr(told.other, "resources/updated"), "and still tells");
    watch(b, "x:3", NULL);
    is_str(wire_sent(), "", "a third waits until the second is acknowledged");
    unsigned long long second = newest(b);
    acknowledges(b);
    sent = wire_sent();
    char id[64];
    snprintf(id, sizeof(id), "\"requestId\":%llu", first);
    ok(strstr(sent, "notifications/cancelled") && strstr(sent, id), "then the first is cancelled");
    ok(strstr(sent, "\"resourceSubscriptions\":[\"x:3\"]"), "and the third is opened");
    forget_told();
    notifies(first);
    is_str(told.other, "", "what the first tells now is told twice: dropped");
    notifies(second);
    ok(strstr(told.other, "resources/updated"), "what the second tells is not");
    acknowledges(b);
    is_int(b->in_flight, 1, "one is left");
    finish(b);
}

/* One that ends is opened again, later, and what may have been missed is looked for. */
static void test_ends(void)
{
    struct mc_backend *b = modern();
    unsigned long long id = newest(b);
    acknowledges(b);
    wire_sent();
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"resultType\":\"complete\"}}", id);
    is_str(wire_sent(), "", "one that the server ends is not opened again at once");
    ok(mc_timer_active(&b->listening.pause) && wire.timer_ms >= MC_BACKEND_BACKOFF_MS,
       "but after a pause");
    uint64_t pause = wire.timer_ms;
    wire_fire(loop, &b->listening.pause);
    ok(strstr(wire_sent(), "subscriptions/listen"), "then it is");
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
              "cancelled\",\"params\":{\"requestId\":%llu}}",
              newest(b));
    ok(mc_timer_active(&b->listening.pause) && wire.timer_ms > pause,
       "a server may cancel it too; the next pause is longer");
    wire_fire(loop, &b->listening.pause);
    wire_sent();
    b->catalog->caps |= MC_CAP_TOOLS;
    acknowledges(b);
    wire_fire(loop, &b->listing.soon);
    ok(strstr(wire_sent(), "tools/list"),
       "what changed meanwhile is looked for: the lists are read again");
    finish(b);
}

static void test_refused(void)
{
    struct mc_backend *b = modern();
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"error\":{\"code\":-32601,\"message\":\"no\"}}",
              newest(b));
    ok(b->listening.refused && !mc_timer_active(&b->listening.pause),
       "a server without the method is not asked again");
    wire_sent();
    watch(b, "x:1", NULL);
    is_str(wire_sent(), "", "whatever is wanted");
    finish(b);

    b = modern();
    b->listening.watch[0].call.deadline = wire.now;
    b->listening.watch[1].call.deadline = wire.now;
    wire_fire(loop, &b->sweep);
    ok(mc_timer_active(&b->listening.pause), "one that is never acknowledged is tried again");
    finish(b);
}

int main(void)
{
    mc_log_set_level(MC_LOG_ERROR);
    loop = mc_loop_new();
    test_sets();
    test_others();
    test_replace();
    test_ends();
    test_refused();
    mc_loop_free(loop);
    mc_buf_done(&wire.sent);
    return done_testing();
}
