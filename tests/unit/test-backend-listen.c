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

int main(void)
{
    mc_log_set_level(MC_LOG_ERROR);
    loop = mc_loop_new();
    test_sets();
    test_others();
    mc_loop_free(loop);
    mc_buf_done(&wire.sent);
    return done_testing();
}
