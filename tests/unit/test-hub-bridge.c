/* hub/bridge: a request and its answer between each pair of eras, byte for byte. */
#include "config.h"

#include "tests/unit/hub-fixture.h"

#define SPEAKS "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\""
#define INFO "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"c\",\"version\":\"1\"}"
#define CAPS(c) "\"io.modelcontextprotocol/clientCapabilities\":" c
#define SERVED                                                                                     \
    "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"mcpctl\",\"version\":\"" PACKAGE_VERSION   \
    "\"}"

#define OLD MC_REV_2024_11_05
#define LEGACY MC_REV_2025_06_18
#define LATE MC_REV_2025_11_25
#define MODERN MC_REV_MODERN_LATEST

#define CALL(id, rest)                                                                             \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"tools/call\",\"params\":{" rest "}}"
#define READ(id, rest)                                                                             \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"resources/read\",\"params\":{" rest "}}"

static struct mc_backend *b;
static struct session *s;
static struct view *v;

/* A call of a client of that revision, as dispatch would have made it. */
static struct call call_at(struct exchange *x, enum mc_rev client, const char *request,
                           const char *original, struct mc_bytes **message)
{
    struct call c = {.x = x, .backend = b, .original = mc_str_of(original)};
    *x = (struct exchange){.hub = hub, .view = v, .rev = client, .era = mc_rev_era(client)};
    x->session = x->era == MC_ERA_LEGACY ? s : NULL;
    *message = scanned(request, &c.e);
    if (x->era == MC_ERA_MODERN)
        x->caps = client_caps(mc_jval_of(mc_env(&c.e, MC_F_M_CAPABILITIES)));
    return c;
}

static const struct {
    const char *what;
    enum mc_rev client, server;
    const char *request, *original, *want;
} requests[] = {
    {"legacy to legacy: the id alone", LEGACY, LEGACY,
     "{\"x\":1, "
     "\"jsonrpc\":\"2.0\",\"id\":\"a\\u0062\",\"method\":\"tools/"
     "call\",\"params\":{\"name\":\"t\",\"arguments\":{\"n\":1.0,\"n\":1e400}} }",
     "",
     "{\"x\":1, "
     "\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/"
     "call\",\"params\":{\"name\":\"t\",\"arguments\":{\"n\":1.0,\"n\":1e400}} }"},
    {"the name, as the server spells it", LEGACY, LEGACY,
     CALL("1", "\"name\":\"s__t\",\"arguments\":{\"name\":\"s__t\"}"), "\"t\\u00e9\"",
     CALL("7", "\"name\":\"t\\u00e9\",\"arguments\":{\"name\":\"s__t\"}")},
    {"the token is the hub's own id", LEGACY, LEGACY,
     CALL("1", "\"_meta\":{\"progressToken\":\"p\",\"k\":1.0},\"name\":\"t\""), "",
     CALL("7", "\"_meta\":{\"progressToken\":7,\"k\":1.0},\"name\":\"t\"")},
    {"line ends would break the framing", LEGACY, LEGACY,
     "{\"jsonrpc\":\"2.0\",\n\"id\":1,\r\n\"method\":\"tools/call\",\"params\":{\"name\":\"t\"}}",
     "", "{\"jsonrpc\":\"2.0\", \"id\":7,  \"method\":\"tools/call\",\"params\":{\"name\":\"t\"}}"},
    {"modern to modern: _meta as it came", MODERN, MODERN,
     CALL("1", "\"name\":\"s__t\",\"_meta\":{\"progressToken\":\"p\"," SPEAKS
               "," CAPS("{\"roots\":{}}") ",\"k\":1.0}"),
     "\"t\"",
     CALL("7", "\"name\":\"t\",\"_meta\":{\"progressToken\":7," SPEAKS
               "," CAPS("{\"roots\":{}}") ",\"k\":1.0}")},
    {"modern to modern: its state is the server's", MODERN, MODERN,
     CALL("1",
          "\"name\":\"t\",\"inputResponses\":{\"a\":{}},\"requestState\":\"s\",\"_meta\":{" SPEAKS
          "," CAPS("{}") "}"),
     "",
     CALL("7",
          "\"name\":\"t\",\"inputResponses\":{\"a\":{}},\"requestState\":\"s\",\"_meta\":{" SPEAKS
          "," CAPS("{}") "}")},
    {"modern to legacy: what is of this hop goes, the rest stays", MODERN, LEGACY,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS ",\"traceparent\":\"t\"," INFO "," CAPS(
                   "{}") ",\"progressToken\":\"p\",\"io.modelcontextprotocol/logLevel\":\"info\"}"),
     "", CALL("7", "\"name\":\"t\",\"_meta\":{\"traceparent\":\"t\",\"progressToken\":7}")},
    {"modern to legacy: nothing else in _meta", MODERN, LEGACY,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"), "",
     CALL("7", "\"name\":\"t\",\"_meta\":{}")},
    {"modern to legacy: no answers of another round", MODERN, LEGACY,
     CALL("1", "\"inputResponses\":{},\"name\":\"t\",\"requestState\":\"s\",\"_meta\":{" SPEAKS
               "," CAPS("{}") "}"),
     "", CALL("7", "\"name\":\"t\",\"_meta\":{}")},
    {"legacy to modern: who asks, and what it can do", LEGACY, MODERN, CALL("1", "\"name\":\"t\""),
     "", CALL("7", "\"_meta\":{" SPEAKS "," INFO "," CAPS("{\"sampling\":{}}") "},\"name\":\"t\"")},
    {"legacy to modern: into empty params", LEGACY, MODERN, CALL("1", ""), "",
     CALL("7", "\"_meta\":{" SPEAKS "," INFO "," CAPS("{\"sampling\":{}}") "}")},
    {"legacy to modern: its own _meta stays", LEGACY, MODERN,
     CALL("1", "\"name\":\"t\",\"_meta\":{\"k\":1.0,\"progressToken\":5}"), "",
     CALL("7", "\"name\":\"t\",\"_meta\":{\"k\":1.0,\"progressToken\":7," SPEAKS "," INFO
               "," CAPS("{\"sampling\":{}}") "}")},
    {"legacy to modern: it cannot say that it is somebody else", LEGACY, MODERN,
     CALL("1", "\"name\":\"t\",\"_meta\":{" CAPS("{\"roots\":{}}") "}"), "",
     CALL("7", "\"name\":\"t\",\"_meta\":{" SPEAKS "," INFO "," CAPS("{\"sampling\":{}}") "}")},
    {"legacy to modern: nor bring answers that nobody asked for", LEGACY, MODERN,
     CALL("1", "\"requestState\":\"x\",\"name\":\"t\",\"inputResponses\":{}"), "",
     CALL("7", "\"_meta\":{" SPEAKS "," INFO "," CAPS("{\"sampling\":{}}") "},\"name\":\"t\"")},
};

static const struct {
    const char *what;
    enum mc_rev client, server;
    const char *request, *answer, *want;
} answered[] = {
    {"legacy to legacy: the id alone", LEGACY, LEGACY, CALL("\"\\u0061\"", "\"name\":\"t\""),
     "{ \"result\":{\"content\":[], \"x\":1e400},\"jsonrpc\":\"2.0\",\"id\":7,\"y\":0.10}",
     "{ \"result\":{\"content\":[], "
     "\"x\":1e400},\"jsonrpc\":\"2.0\",\"id\":\"\\u0061\",\"y\":0.10}"},
    {"an id is echoed as it was written", LEGACY, LEGACY,
     CALL("123456789012345678901234567890", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}",
     "{\"jsonrpc\":\"2.0\",\"id\":123456789012345678901234567890,\"result\":{}}"},
    {"legacy to modern: says what it is and who answered", MODERN, LEGACY,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[]}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"_meta\":{" SERVED
     "},\"content\":[]}}"},
    {"an empty result too", MODERN, LEGACY,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{ }}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"_meta\":{" SERVED
     "} }}"},
    {"with the server's own _meta", MODERN, LEGACY,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"_meta\":{\"k\":1.0},\"content\":[]}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"_meta\":{" SERVED
     ",\"k\":1.0},\"content\":[]}}"},
    {"and an empty one", MODERN, LEGACY,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"_meta\":{},\"content\":[]}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"_meta\":{" SERVED
     "},\"content\":[]}}"},
    {"modern to modern: as the server said it", MODERN, MODERN,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"resultType\":\"complete\",\"_meta\":{\"io."
     "modelcontextprotocol/serverInfo\":{\"name\":\"own\"}}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"_meta\":{\"io."
     "modelcontextprotocol/serverInfo\":{\"name\":\"own\"}}}}"},
    {"modern to modern: a question passes", MODERN, MODERN,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"resultType\":\"input_required\",\"requestState\":"
     "\"s\",\"_meta\":{" SERVED "}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"input_required\",\"requestState\":"
     "\"s\",\"_meta\":{" SERVED "}}}"},
    {"a read says how long it holds", MODERN, LEGACY,
     READ("1", "\"uri\":\"x:1\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"contents\":[]}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"ttlMs\":0,"
     "\"cacheScope\":\"private\",\"_meta\":{" SERVED "},\"contents\":[]}}"},
    {"a resource that is not there: the code of the era, and which", MODERN, LEGACY,
     READ("1", "\"uri\":\"x:1\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32002,\"message\":\"m\"}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"data\":{\"uri\":\"x:1\"},\"code\":-32602,"
     "\"message\":\"m\"}}"},
    {"if the server does not say it itself", MODERN, LEGACY,
     READ("1", "\"uri\":\"x:1\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32002,\"message\":\"m\",\"data\":{\"uri\":"
     "\"x:2\"}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"m\",\"data\":{\"uri\":"
     "\"x:2\"}}}"},
    {"and the other way round", LEGACY, MODERN, READ("1", "\"uri\":\"x:1\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,\"message\":\"m\",\"data\":{\"uri\":"
     "\"x:1\"}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32002,\"message\":\"m\",\"data\":{\"uri\":"
     "\"x:1\"}}}"},
    {"but not for other invalid parameters", LEGACY, MODERN, READ("1", "\"uri\":\"x:1\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,\"message\":\"m\"}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"m\"}}"},
    {"codes about the server's exchange with the hub are none of the client's", LEGACY, MODERN,
     CALL("1", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32020,\"message\":\"m\"}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"m\"}}"},
    {"nor at the other end of their range", LEGACY, MODERN, CALL("1", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32099,\"message\":\"m\"}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"m\"}}"},
    {"codes outside of it pass", LEGACY, MODERN, CALL("1", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32019,\"message\":\"m\"}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32019,\"message\":\"m\"}}"},
    {"a URL that is to be opened, for who knows that", LATE, LATE, CALL("1", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32042,\"message\":\"m\",\"data\":{}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32042,\"message\":\"m\",\"data\":{}}}"},
    {"and for who does not", LEGACY, LATE, CALL("1", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32042,\"message\":\"m\",\"data\":{}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"m\",\"data\":{}}}"},
    {"a missing capability reaches a modern client", MODERN, MODERN,
     CALL("1", "\"name\":\"t\",\"_meta\":{" SPEAKS "," CAPS("{}") "}"),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32021,\"message\":\"m\",\"data\":{"
     "\"requiredCapabilities\":{}}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32021,\"message\":\"m\",\"data\":{"
     "\"requiredCapabilities\":{}}}}"},
    {"a result that is no object", LEGACY, LEGACY, CALL("1", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":[]}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"the server's result "
     "is not an object\",\"data\":{\"reason\":\"protocol\"}}}"},
    {"an error that is none", LEGACY, LEGACY, CALL("1", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":\"oh\"}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"the server's error "
     "has no code\",\"data\":{\"reason\":\"protocol\"}}}"},
    {"a code that is no number", LEGACY, LEGACY, CALL("1", "\"name\":\"t\""),
     "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":\"E\",\"message\":\"m\"}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"m\"}}"},
};

static void test_requests(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(requests); i++) {
        struct mc_buf out = MC_BUF_INIT(1u << 20);
        struct mc_bytes *message;
        struct exchange x;
        struct mc_err err;
        struct call c =
            call_at(&x, requests[i].client, requests[i].request, requests[i].original, &message);
        is_int(bridge_request(&c, 7, requests[i].server, &out, &err), 0, "%s", requests[i].what);
        mc_buf_addc(&out, '\0');
        is_str(out.data, requests[i].want, "%s: the bytes", requests[i].what);
        mc_buf_done(&out);
        mc_bytes_unref(message);
    }
}

static void test_answers(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(answered); i++) {
        struct mc_buf out = MC_BUF_INIT(1u << 20);
        struct mc_bytes *message, *text;
        struct mc_envelope e;
        struct exchange x;
        struct call c = call_at(&x, answered[i].client, answered[i].request, "", &message);
        b->rev = answered[i].server;
        text = scanned(answered[i].answer, &e);
        is_int(bridge_answer(&c, &e, &out), 0, "%s", answered[i].what);
        mc_buf_addc(&out, '\0');
        is_str(out.data, answered[i].want, "%s: the bytes", answered[i].what);
        mc_buf_done(&out);
        mc_bytes_unref(message);
        mc_bytes_unref(text);
    }
}

/* What a retry has for the hub gives way to what the request had there at first. */
static void test_retry(void)
{
    static const struct {
        const char *first, *retry, *want;
    } rows[] = {
        {CALL("1", "\"name\":\"t\""),
         CALL("2", "\"name\":\"t\",\"requestState\":\"hub\",\"inputResponses\":{\"a\":1}"),
         CALL("2", "\"name\":\"t\"")},
        {CALL("1", "\"requestState\":\"own\",\"name\":\"t\""),
         CALL("2", "\"requestState\":\"hub\",\"name\":\"t\""),
         CALL("2", "\"requestState\":\"own\",\"name\":\"t\"")},
        {CALL("1", "\"name\":\"t\",\"inputResponses\":{\"o\":0},\"requestState\":\"own\""),
         CALL("2", "\"inputResponses\":{\"a\":1},\"name\":\"t\",\"requestState\":\"hub\""),
         CALL("2", "\"inputResponses\":{\"o\":0},\"requestState\":\"own\",\"name\":\"t\"")},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct mc_envelope first, retry;
        struct mc_bytes *one = scanned(rows[i].first, &first),
                        *two = scanned(rows[i].retry, &retry);
        struct mc_bytes *got = bridge_retry(&first, &retry);
        ok(mc_str_eq((struct mc_str){got->data, got->len}, mc_str_of(rows[i].want)),
           "a retry: %s becomes %.*s", rows[i].retry, (int)got->len, got->data);
        mc_bytes_unref(got);
        mc_bytes_unref(one);
        mc_bytes_unref(two);
    }
}

static void test_own(void)
{
    static const struct {
        enum mc_era era;
        bool cacheable;
        const char *before, *want;
    } rows[] = {
        {MC_ERA_LEGACY, false, "{\"a\":1", "{\"a\":1}"},
        {MC_ERA_LEGACY, true, "{", "{}"},
        {MC_ERA_MODERN, false, "{\"a\":1",
         "{\"a\":1,\"resultType\":\"complete\",\"_meta\":{" SERVED "}}"},
        {MC_ERA_MODERN, false, "{", "{\"resultType\":\"complete\",\"_meta\":{" SERVED "}}"},
        {MC_ERA_MODERN, true, "{\"a\":1",
         "{\"a\":1,\"resultType\":\"complete\",\"_meta\":{" SERVED
         "},\"ttlMs\":0,\"cacheScope\":\"private\"}"},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct mc_buf out = MC_BUF_INIT(4096);
        mc_buf_addz(&out, rows[i].before);
        bridge_close_result(rows[i].era, rows[i].cacheable, &out);
        mc_buf_addc(&out, '\0');
        is_str(out.data, rows[i].want, "a result of the hub's own");
        mc_buf_done(&out);
    }
}

int main(void)
{
    hub_begin();
    struct workspace *ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"}");
    v = view_get(ws, NULL);
    b = runs(server_of(ws, "s"));
    s = session_as(v, &me, "2025-06-18", "{\"sampling\":{}}");
    test_requests();
    test_answers();
    test_retry();
    test_own();
    hub_over();
    return done_testing();
}
