/* mcp/rpc, mcp/revision and mcp/methods: messages of the hub's own, and the tables of who says what since when. */
#include "mcp/rpc.h"

#include "mcp/methods.h"
#include "tests/tap.h"

static struct mc_buf out = MC_BUF_INIT(4096);

static const char *text(void)
{
    mc_buf_addc(&out, '\0');
    out.len = 0;
    return out.data;
}

static void test_messages(void)
{
    mc_rpc_result(&out, MC_STR("\"a\\u0062\""), MC_STR("{\"x\":1.0}"));
    is_str(text(), "{\"jsonrpc\":\"2.0\",\"id\":\"a\\u0062\",\"result\":{\"x\":1.0}}",
           "a result, its id as it came");
    mc_rpc_error(&out, MC_STR("7"), MC_RPC_INTERNAL, "say \"no\"\n\x01", MC_STR_NONE);
    is_str(text(),
           "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32603,\"message\":\"say "
           "\\\"no\\\"\\n\\u0001\"}}",
           "an error, its words quoted");
    mc_rpc_error(&out, MC_STR_NONE, MC_RPC_PARSE, "m", MC_STR("[1]"));
    is_str(text(),
           "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"m\",\"data\":[1]}}",
           "one without an id, with data");
    mc_rpc_notification(&out, "notifications/x", MC_STR_NONE);
    is_str(text(), "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}", "a notification");
    mc_rpc_notification(&out, "notifications/x", MC_STR("{}"));
    is_str(text(), "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":{}}",
           "with params");
    struct mc_buf small = MC_BUF_INIT(8);
    ok(mc_rpc_result(&small, MC_STR("1"), MC_STR("{}")) != 0, "what does not fit is an error");
    mc_buf_done(&small);
}

static void test_revisions(void)
{
    static const char *const names[MC_REV_MAX] = {"",           "2024-11-05", "2025-03-26",
                                                  "2025-06-18", "2025-11-25", "2026-07-28"};
    for (int r = 0; r < MC_REV_MAX; r++) {
        is_str(mc_rev_name((enum mc_rev)r), names[r], "revision %d", r);
        is_int(mc_rev_find(mc_str_of(names[r])), r, "found by its name");
        bool legacy = r != MC_REV_NONE && r < MC_REV_2026_07_28;
        is_int(mc_rev_era((enum mc_rev)r),
               r == MC_REV_NONE ? MC_ERA_UNKNOWN
               : legacy         ? MC_ERA_LEGACY
                                : MC_ERA_MODERN,
               "its era");
        is_int(mc_rev_negotiate(mc_str_of(names[r])), legacy ? r : MC_REV_2025_11_25,
               "what initialize answers to it");
    }
    for (const char *const *bad = (const char *const[]){"2025-11-2", "2025-11-255", "2025-11-25 ",
                                                        "2025-11-26", "latest", NULL};
         *bad; bad++) {
        is_int(mc_rev_find(mc_str_of(*bad)), MC_REV_NONE, "\"%s\" is none", *bad);
        is_int(mc_rev_negotiate(mc_str_of(*bad)), MC_REV_2025_11_25,
               "the newest legacy one is answered to it");
    }
    is_str(mc_era_name(MC_ERA_LEGACY), "legacy", "eras have names");
    is_str(mc_era_name(MC_ERA_MODERN), "modern", "both");
    is_str(mc_era_name(MC_ERA_UNKNOWN), "", "no era has none");
}

/* Which revisions let a client ask for it: a letter each, in their order. */
static const struct {
    const char *method, *served;
} served[] = {
    {"initialize", "xxxx."},
    {"ping", "xxxx."},
    {"server/discover", "....x"},
    {"tools/list", "xxxxx"},
    {"tools/call", "xxxxx"},
    {"resources/list", "xxxxx"},
    {"resources/templates/list", "xxxxx"},
    {"resources/read", "xxxxx"},
    {"resources/subscribe", "xxxx."},
    {"resources/unsubscribe", "xxxx."},
    {"prompts/list", "xxxxx"},
    {"prompts/get", "xxxxx"},
    {"completion/complete", "xxxxx"},
    {"logging/setLevel", "xxxx."},
    {"subscriptions/listen", "....x"},
    {"tasks/result", "...x."},
    {"tasks/update", "....x"},
    {"sampling/createMessage", "....."}, /* servers ask that */
    {"elicitation/create", "....."},
    {"roots/list", "....."},
    {"notifications/initialized", "....."}, /* no request */
    {"notifications/cancelled", "....."},
    {"no/such", "....."},
};

static void test_methods(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(served); i++) {
        char quoted[64], got[8] = "";
        snprintf(quoted, sizeof(quoted), "\"%s\"", served[i].method);
        enum mc_method m = mc_method_find(mc_str_of(quoted));
        for (int r = MC_REV_2024_11_05; r < MC_REV_MAX; r++)
            got[r - 1] = mc_method_serves(m, (enum mc_rev)r) ? 'x' : '.';
        is_str(got, served[i].served, "%s", served[i].method);
    }
    unsigned odd = 0;
    for (int m = MC_METHOD_UNKNOWN + 1; m < MC_METHOD_MAX; m++) {
        const struct mc_method_info *info = mc_method_info((enum mc_method)m);
        char quoted[64];
        snprintf(quoted, sizeof(quoted), "\"%s\"", info->name ? info->name : "");
        odd += !info->name || mc_method_find(mc_str_of(quoted)) != (enum mc_method)m ||
               info->since == MC_REV_NONE || info->until < info->since;
        odd += info->notification != (strncmp(info->name, "notifications/", 14) == 0);
    }
    is_int(odd, 0, "every method has its row: a name that finds it, and revisions");
    is_int(mc_method_find(MC_STR("\"tools\\u002fcall\"")), MC_METHOD_TOOLS_CALL,
           "escapes hide no method");
    is_int(mc_method_find(MC_STR("\"tools/cal\"")), MC_METHOD_UNKNOWN, "half a name is none");
    is_int(mc_method_find(MC_STR("\"\"")), MC_METHOD_UNKNOWN, "nor is an empty one");
}

int main(void)
{
    test_messages();
    test_revisions();
    test_methods();
    mc_buf_done(&out);
    return done_testing();
}
