/* backend/listing: all pages of all lists, and servers whose lists do not end, or are none. */
#include "tests/unit/backend-fixture.h"

static struct mc_loop *loop;

/* The server answers the list request that is open. */
__attribute__((format(printf, 2, 3))) static void page(struct mc_backend *b, const char *fmt, ...)
{
    char members[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(members, sizeof(members), fmt, ap);
    va_end(ap);
    mc_buf_clear(&wire.sent);
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,%s}", (unsigned long long)b->listing.call.id,
              members);
}

static size_t count(const struct mc_backend *b, enum mc_kind kind)
{
    return b->catalog ? b->catalog->list[kind]->n : 999;
}

#define TOOL(name) "{\"name\":\"" name "\",\"inputSchema\":{}}"

static void test_pages(void)
{
    struct mc_backend *b = legacy(loop, "{\"tools\":{},\"resources\":{},\"prompts\":{}}");
    const char *sent = wire_sent();
    ok(strstr(sent, "\"method\":\"tools/list\",\"params\":{}}"), "the first page has no cursor");
    ok(!strstr(sent, "resources/list"), "one list at a time");
    is_str(mc_backend_state_name(b->state), "HANDSHAKE",
           "it is not ready before its lists are read");
    page(b, "\"result\":{\"tools\":[" TOOL("a") ", " TOOL(
                "b") "],\"nextCursor\":\"p\\u00e4ge \\\"2\\\"\"}");
    ok(strstr(wire_sent(), "\"params\":{\"cursor\":\"p\\u00e4ge \\\"2\\\"\"}"),
       "a cursor goes back as it came");
    page(b, "\"result\":{\"tools\":[],\"nextCursor\":\"\"}");
    ok(strstr(wire_sent(), "\"params\":{\"cursor\":\"\"}"), "an empty string is a cursor");
    page(b, "\"result\":{\"tools\":[" TOOL("c") "]}");
    ok(strstr(wire_sent(), "\"resources/list\""), "without a cursor the list has ended");
    page(b, "\"result\":{\"resources\":[{\"uri\":\"x:1\",\"name\":\"1\"}],\"nextCursor\":null}");
    ok(strstr(wire_sent(), "\"resources/templates/list\""), "null is no cursor");
    page(b, "\"error\":{\"code\":-32601,\"message\":\"no\"}");
    ok(strstr(wire_sent(), "\"prompts/list\""), "a list that the server does not have is empty");
    page(b, "\"result\":{\"prompts\":[{\"name\":\"p\"}]}");
    is_str(told.states, "STARTING HANDSHAKE READY ", "then it is ready");
    ok(count(b, MC_KIND_TOOL) == 3 && count(b, MC_KIND_RESOURCE) == 1 &&
           count(b, MC_KIND_TEMPLATE) == 0 && count(b, MC_KIND_PROMPT) == 1,
       "with everything that was on a page");
    ok(mc_str_eq(b->catalog->list[MC_KIND_TOOL]->v[2].key, MC_STR("c")), "in order");
    is_str(told.other, "catalog b|", "its owner hears of the three lists that have something");
    is_str(mc_backend_last_error(b), "", "nothing of that was wrong");
    finish(b);
}

static void test_endless(void)
{
    struct mc_backend *b = legacy(loop, "{\"tools\":{}}");
    page(b, "\"result\":{\"tools\":[" TOOL("a") "],\"nextCursor\":\"same\"}");
    page(b, "\"result\":{\"tools\":[" TOOL("b") "],\"nextCursor\":\"same\"}");
    is_str(mc_backend_last_error(b), "tools/list does not end: stopped after 2 pages",
           "a cursor that comes again ends the list");
    is_int(count(b, MC_KIND_TOOL), 2, "with what there was");
    finish(b);

    b = legacy(loop, "{\"tools\":{}}");
    page(b, "\"result\":{\"tools\":[" TOOL("a") "],\"nextCursor\":\"\"}");
    page(b, "\"result\":{\"tools\":[" TOOL("b") "],\"nextCursor\":\"\"}");
    is_str(mc_backend_state_name(b->state), "READY", "so does the empty one");
    finish(b);

    b = legacy(loop, "{\"tools\":{}}");
    unsigned pages = 0;
    while (b->state == MC_BACKEND_HANDSHAKE && pages < 2 * MC_BACKEND_PAGES_MAX) {
        page(b, "\"result\":{\"tools\":[{\"name\":\"t%u\"}],\"nextCursor\":\"%u\"}", pages, pages);
        pages++;
    }
    is_int(pages, MC_BACKEND_PAGES_MAX, "so many pages are read");
    is_int(count(b, MC_KIND_TOOL), MC_BACKEND_PAGES_MAX, "and kept");
    ok(strstr(mc_backend_last_error(b), "does not end: stopped after 200 pages"), "and no more");
    finish(b);
}

static void test_wrong(void)
{
    struct mc_backend *b = legacy(loop, "{\"tools\":{},\"prompts\":{}}");
    page(b, "\"result\":{\"tools\":{\"a\":1}}");
    is_str(mc_backend_last_error(b), "the answer to tools/list has no array \"tools\"",
           "a list that is no array");
    page(b, "\"result\":{\"prompts\":[{\"title\":\"nameless\"},{\"name\":\"p\"}]}");
    ok(strstr(mc_backend_last_error(b), "1 of its prompts have no name"), "an item without a name");
    is_int(count(b, MC_KIND_PROMPT), 1, "the others are taken");
    is_str(mc_backend_state_name(b->state), "READY", "it serves what it has");
    finish(b);

    b = legacy(loop, "{\"tools\":{},\"prompts\":{}}");
    b->listing.call.deadline = mc_loop_now(loop);
    wire_fire(loop, &b->sweep);
    ok(strstr(mc_backend_last_error(b), "tools/list failed: server s did not answer"),
       "a list that does not come");
    ok(strstr(wire_sent(), "\"prompts/list\""), "does not keep the next from being read");
    page(b, "\"result\":{\"prompts\":[]}");
    is_str(mc_backend_state_name(b->state), "READY", "it serves what it has");
    finish(b);

    b = legacy(loop, "{\"tools\":{}}");
    page(b, "\"result\":{\"tools\":[" TOOL("a") "],\"nextCursor\":\"x\"}");
    wire_exits(1);
    is_str(mc_backend_state_name(b->state), "BACKOFF", "one that dies in the middle");
    is_int(count(b, MC_KIND_TOOL), 0, "half a list is none");
    finish(b);
}

static void test_changes(void)
{
    struct mc_backend *b = legacy(loop, "{\"tools\":{},\"resources\":{}}");
    page(b, "\"result\":{\"tools\":[" TOOL("a") "]}");
    page(b, "\"result\":{\"resources\":[]}");
    page(b, "\"result\":{\"resourceTemplates\":[]}");
    forget_told();
    for (int i = 0; i < 3; i++)
        wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
    is_str(wire_sent(), "", "a notice is not acted upon at once: more may follow");
    wire_fire(loop, &b->listing.soon);
    page(b, "\"result\":{\"tools\":[" TOOL("a") "]}");
    is_str(told.other, "catalog 1 told|",
           "three notices are one, and passed on though nothing differs");
    ok(!b->listing.running, "the other lists are not read for it");
    forget_told();
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
    wire_fire(loop, &b->listing.soon);
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
    page(b, "\"result\":{\"tools\":[" TOOL("b") "]}");
    ok(strstr(wire_sent(), "tools/list"), "a notice while the list is read has it read once more");
    is_str(told.other, "", "before anybody is told");
    page(b, "\"result\":{\"tools\":[" TOOL("b") "," TOOL("c") "]}");
    is_str(told.other, "catalog 1 told|", "once");
    is_int(count(b, MC_KIND_TOOL), 2, "so that nothing is missed");
    forget_told();
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/prompts/list_changed\"}");
    wire_fire(loop, &b->listing.soon);
    is_str(wire_sent(), "", "a list that it did not say it has is not read");
    finish(b);
}

/* Known from an earlier run: it serves that until the lists are read, and only differences are told. */
static void test_known(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_LEGACY, MC_REV_2025_11_25);
    mc_backend_start(b);
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"protocolVersion\":\"2025-11-25\","
              "\"capabilities\":{\"tools\":{}}}}",
              (unsigned long long)b->init.id);
    is_str(told.states, "STARTING READY ", "with a known catalog it is ready at once");
    page(b, "\"result\":{\"tools\":[]}");
    is_str(told.other, "", "lists that are the same are no news");
    mc_backend_restart(b);
    wire_exits(0);
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"protocolVersion\":\"2025-11-25\","
              "\"capabilities\":{\"tools\":{}}}}",
              (unsigned long long)b->init.id);
    page(b, "\"result\":{\"tools\":[" TOOL("new") "]}");
    is_str(told.other, "catalog 1|", "another list is");
    finish(b);
}

int main(void)
{
    mc_log_set_level(MC_LOG_ERROR);
    loop = mc_loop_new();
    test_pages();
    test_endless();
    test_wrong();
    test_changes();
    test_known();
    mc_loop_free(loop);
    mc_buf_done(&wire.sent);
    return done_testing();
}
