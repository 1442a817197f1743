/* One strict pass over a message: what is accepted, what is refused and with which code, and where the fields lie. */
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"
#include "mcp/envelope.h"
#include "tests/tap.h"

#define CALL "\"jsonrpc\":\"2.0\",\"method\":\"tools/call\""

static const struct {
    const char *text;
    int code; /* 0: accepted */
    int kind; /* when accepted */
    const char *id; /* "": none; also after a fault */
} cases[] = {
    /* kinds */
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", 0, MC_MSG_REQUEST, "1"},
    {" \t\r\n{ \"jsonrpc\" : \"2.0\" , \"id\" : 1 , \"method\" : \"ping\" } \n", 0, MC_MSG_REQUEST, "1"},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", 0, MC_MSG_NOTIFICATION, ""},
    {"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{}}", 0, MC_MSG_RESULT, "\"a\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":null}", 0, MC_MSG_RESULT, "\"a\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-1,\"message\":\"m\"}}", 0, MC_MSG_ERROR, "2"},
    {"{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-1,\"message\":\"m\"}}", 0, MC_MSG_ERROR, ""},
    {"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-1,\"message\":\"m\"}}", 0, MC_MSG_ERROR, ""},
    /* ids */
    {"{\"id\":-0," CALL "}", 0, MC_MSG_REQUEST, "-0"},
    {"{\"id\":-7," CALL "}", 0, MC_MSG_REQUEST, "-7"},
    {"{\"id\":123456789012345678901234567890," CALL "}", 0, MC_MSG_REQUEST, "123456789012345678901234567890"},
    {"{\"id\":\"\"," CALL "}", 0, MC_MSG_REQUEST, "\"\""},
    {"{\"id\":\"\\u0031\\n\\ud800\"," CALL "}", 0, MC_MSG_REQUEST, "\"\\u0031\\n\\ud800\""},
    {"{\"id\":1.0," CALL "}", -32600, 0, ""},
    {"{\"id\":1e2," CALL "}", -32600, 0, ""},
    {"{\"id\":null," CALL "}", -32600, 0, ""},
    {"{\"id\":true," CALL "}", -32600, 0, ""},
    {"{\"id\":{}," CALL "}", -32600, 0, ""},
    {"{\"id\":[1]," CALL "}", -32600, 0, ""},
    {"{\"id\":1,\"id\":1," CALL "}", -32600, 0, ""},
    {"{\"id\":1,\"id\":2," CALL "}", -32600, 0, ""},
    {"{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}", -32600, 0, ""},
    {"{\"jsonrpc\":\"2.0\",\"result\":{}}", -32600, 0, ""},
    /* the shape */
    {"{\"id\":1,\"method\":\"ping\"}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", -32600, 0, "1"},
    {"{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"result\":{}}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":null}", -32600, 0, "1"},
    {"[]", -32600, 0, ""},
    {"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32600, 0, ""},
    {"42", -32600, 0, ""},
    {"\"text\"", -32600, 0, ""},
    /* fields twice, or escaped */
    {"{\"id\":1,\"method\":\"a\"," CALL "}", -32600, 0, "1"},
    {"{\"id\":1,\"jsonrpc\":\"2.0\"," CALL "}", -32600, 0, "1"},
    {"{\"id\":1," CALL ",\"params\":{},\"params\":{}}", -32600, 0, "1"},
    {"{\"id\":1," CALL ",\"params\":{\"name\":\"a\",\"name\":\"a\"}}", -32600, 0, "1"},
    {"{\"id\":1," CALL ",\"params\":{\"_meta\":{\"progressToken\":1,\"progressToken\":2}}}", -32600, 0, "1"},
    {"{\"id\":1," CALL ",\"params\":{\"_meta\":{},\"_meta\":{}}}", -32600, 0, "1"},
    {"{\"id\":1," CALL ",\"params\":{\"_meta\":{\"io.modelcontextprotocol\\/logLevel\":\"info\"}}}", -32600, 0, "1"},
    {"{\"id\":1,\"\\u006dethod\":\"x\"}", -32600, 0, "1"},
    {"{\"id\":1," CALL ",\"params\":{\"n\\u0061me\":\"a\"}}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"isError\":true,\"isError\":false}}", -32600, 0, "1"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"code\":2}}", -32600, 0, "1"},
    /* others may be there twice, or escaped */
    {"{\"id\":1,\"x\":1,\"x\":2," CALL "}", 0, MC_MSG_REQUEST, "1"},
    {"{\"id\":1,\"\\u0078\":1," CALL "}", 0, MC_MSG_REQUEST, "1"},
    {"{\"id\":1," CALL ",\"params\":{\"method\":1,\"method\":2,\"id\":3,\"arguments\":{\"name\":1,\"name\":2}}}", 0, MC_MSG_REQUEST, "1"},
    {"{\"id\":1," CALL ",\"params\":{\"_meta\":{\"name\":1,\"name\":2}}}", 0, MC_MSG_REQUEST, "1"},
    {"{\"id\":1," CALL ",\"params\":{\"_meta\":[{\"progressToken\":1,\"progressToken\":1}]}}", 0, MC_MSG_REQUEST, "1"},
    /* not JSON */
    {"", -32700, 0, ""},
    {"  ", -32700, 0, ""},
    {"{", -32700, 0, ""},
    {"{\"id\":1," CALL, -32700, 0, "1"},
    {"{\"id\":1," CALL ",}", -32700, 0, "1"},
    {"{\"id\":1," CALL "} x", -32700, 0, "1"},
    {"{\"id\":1," CALL "}{}", -32700, 0, "1"},
    {"{\"id\":01," CALL "}", -32700, 0, ""},
    {"{\"id\":1,\"a\":\"\xff\"," CALL "}", -32700, 0, "1"},
    {"{\"id\":1,\"a\":\"\xc0\xaf\"," CALL "}", -32700, 0, "1"},
    {"{\"id\":1,\"a\":\"\xed\xa0\x80\"," CALL "}", -32700, 0, "1"},
    {"{\"id\":1,\"a\":\"tab\there\"," CALL "}", -32700, 0, "1"},
    {"{\"id\":1,\"a\":NaN," CALL "}", -32700, 0, "1"},
    {"{'id':1}", -32700, 0, ""},
    {"\xef\xbb\xbf{\"id\":1," CALL "}", -32700, 0, ""},
    {"[1,", -32700, 0, ""},
};

static bool is_span(struct mc_str span, const char *want)
{
    return mc_str_eq(span, mc_str_of(want));
}

static void test_cases(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        struct mc_envelope e;
        struct mc_err err = {0};
        int code = mc_envelope_scan(mc_str_of(cases[i].text), &e, &err);
        is_int(code, cases[i].code, "%s", cases[i].text);
        if (code)
            ok(err.msg[0], "and says why: %s", err.msg);
        else
            is_int(e.kind, cases[i].kind, "its kind");
        ok(is_span(mc_env(&e, MC_F_ID), cases[i].id), "its id is \"%s\"", cases[i].id);
    }
}

static void test_length_of_ids(void)
{
    for (size_t n = 255; n <= 258; n++) {
        struct mc_buf b = MC_BUF_INIT(4096);
        struct mc_envelope e;
        struct mc_err err;
        mc_buf_addz(&b, "{\"id\":\"");
        for (size_t i = 0; i < n; i++)
            mc_buf_addc(&b, 'x');
        mc_buf_addz(&b, "\"," CALL "}");
        int code = mc_envelope_scan(mc_buf_str(&b), &e, &err);
        is_int(code, n <= 256 ? 0 : -32600, "an id of %zu bytes", n);
        is_int(mc_env(&e, MC_F_ID).n, n <= 256 ? n + 2 : 0, "is given back when it is accepted alone");
        mc_buf_done(&b);
    }
}

static void test_depth(void)
{
    for (size_t deep = MC_JSON_DEPTH_MAX - 2; deep <= 1000; deep += 1000 - MC_JSON_DEPTH_MAX + 2) {
        struct mc_buf b = MC_BUF_INIT(1u << 16);
        struct mc_envelope e;
        struct mc_err err;
        mc_buf_addz(&b, "{\"id\":1," CALL ",\"params\":{\"arguments\":");
        for (size_t i = 0; i < deep; i++)
            mc_buf_addc(&b, '[');
        for (size_t i = 0; i < deep; i++)
            mc_buf_addc(&b, ']');
        mc_buf_addz(&b, "}}");
        is_int(mc_envelope_scan(mc_buf_str(&b), &e, &err), deep == 1000 ? -32700 : 0, "arrays %zu deep in the arguments", deep);
        mc_buf_done(&b);
    }
}

static const struct {
    enum mc_field field;
    const char *want; /* NULL: absent */
} wanted[] = {
    {MC_F_JSONRPC, "\"2.0\""},
    {MC_F_ID, "7"},
    {MC_F_METHOD, "\"tools\\/call\""},
    {MC_F_NAME, "\"na\\u0076e\""},
    {MC_F_URI, "\"u\""},
    {MC_F_ARGUMENTS, "{ \"name\": 1e400 }"},
    {MC_F_CURSOR, "\"\""},
    {MC_F_M_TOKEN, "\"t\""},
    {MC_F_M_VERSION, "\"2026-07-28\""},
    {MC_F_M_CAPABILITIES, "{}"},
    {MC_F_M_CLIENT_INFO, "{\"name\":\"c\"}"},
    {MC_F_M_LOG_LEVEL, "\"info\""},
    {MC_F_P_TOKEN, NULL},
    {MC_F_RESULT, NULL},
    {MC_F_LEVEL, NULL},
};

static void test_fields(void)
{
    static const char text[] =
        "\n{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools\\/call\",\"params\": {\"name\":\"na\\u0076e\",\"uri\":\"u\",\"x\":{\"level\":1},"
        "\"arguments\": { \"name\": 1e400 } ,\"cursor\":\"\",\"_meta\":{\"progressToken\":\"t\",\"io.modelcontextprotocol/protocolVersion\":"
        "\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{},\"io.modelcontextprotocol/clientInfo\":{\"name\":\"c\"},"
        "\"io.modelcontextprotocol/logLevel\":\"info\"}} } \n";
    struct mc_buf name = MC_BUF_INIT(64);
    struct mc_envelope e;
    struct mc_err err;

    is_int(mc_envelope_scan(mc_str_of(text), &e, &err), 0, "a message with everything");
    is_int(e.method, MC_METHOD_TOOLS_CALL, "an escaped spelling of the method is the method");
    ok(e.text.p == text + 1 && e.text.p[e.text.n - 1] == '}', "the text is the message without white space around");
    for (size_t i = 0; i < MC_ARRAY_LEN(wanted); i++) {
        struct mc_str got = mc_env(&e, wanted[i].field);
        ok(wanted[i].want ? is_span(got, wanted[i].want) : !got.p, "field %d is %s", wanted[i].field, wanted[i].want ? wanted[i].want : "absent");
    }
    ok(mc_env_string(&e, MC_F_NAME, &name) && is_span(mc_buf_str(&name), "nave"), "a string is decoded");
    ok(!mc_env_string(&e, MC_F_ID, &name), "a number is no string");
    ok(!mc_env_string(&e, MC_F_LEVEL, &name), "nor is what is absent");
    mc_buf_done(&name);
}

static void test_batches(void)
{
    ok(mc_envelope_is_batch(MC_STR("[]")), "an array is a batch");
    ok(mc_envelope_is_batch(MC_STR(" \t\r\n[")), "after white space too");
    ok(!mc_envelope_is_batch(MC_STR("{}")), "an object is none");
    ok(!mc_envelope_is_batch(MC_STR("")), "nothing is none");
    ok(!mc_envelope_is_batch(MC_STR("  ")), "white space is none");
}

int main(void)
{
    test_cases();
    test_length_of_ids();
    test_depth();
    test_fields();
    test_batches();
    return done_testing();
}
