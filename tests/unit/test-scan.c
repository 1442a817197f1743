#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"
#include "tests/tap.h"
#include "tests/unit/shared.h"

/* A copy that ends where the text ends, so that a sanitizer sees every read behind it. */
static int check(const char *text, size_t n, size_t *off, struct mc_err *err)
{
    char *exact = mc_memdup(text, n);
    int ret = mc_json_check(exact, n, off, err);
    mc_free(exact);
    return ret;
}

#define T(lit) {lit, sizeof(lit) - 1}

static const struct {
    const char *text;
    size_t n;
} legal[] = {
    T("null"),
    T("true"),
    T("false"),
    T("0"),
    T("-0"),
    T("-0.0e-0"),
    T("1E2"),
    T("1.0"),
    T("1e400"),
    T("9007199254740993"),
    T("18446744073709551615"),
    T("0.30000000000000004"),
    T("1.7976931348623157e308"),
    T("123456789012345678901234567890123456789012345678901234567890123456789012345"),
    T("\"\""),
    T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uABcd\""),
    T("\"\\u0000\""),
    T("\"\\ud800\""),
    T("\"\\udc00\\ud800\""),
    T("\"\x7f\""),
    T("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""),
    T("\"\xe2\x80\xa8\xef\xbb\xbf\""),
    T("[]"),
    T("{}"),
    T("[[],{},[{}]]"),
    T(" \t\r\n[ \t\r\n1 , 2 ]\n"),
    T("{\"a\":1,\"a\":2}"),
    T("{\"\":{\"\":[0]}}"),
    T("{ \"a\" : [ 1 , { \"b\" : null } , \"x\" ] , \"c\" : -1.5e+3 }"),
};

static const struct {
    const char *text;
    size_t n;
    size_t off; /* of the error */
} illegal[] = {
    {"", 0, 0},
    {" ", 1, 1},
    {"\xef\xbb\xbf{}", 5, 0},
    {"\0", 1, 0},
    {"{}\0", 3, 2},
    {"[1,\0 2]", 7, 3},
    {"{} x", 4, 3},
    {"1 2", 3, 2},
    {"[]]", 3, 2},
    {"nul", 3, 0},
    {"True", 4, 0},
    {"nulll", 5, 4},
    {"NaN", 3, 0},
    {"Infinity", 8, 0},
    {"-Infinity", 9, 1},
    {"01", 2, 0},
    {"-01", 3, 1},
    {"00", 2, 0},
    {"1.", 2, 2},
    {"1.e1", 4, 2},
    {".5", 2, 0},
    {"+1", 2, 0},
    {"-", 1, 1},
    {"- 1", 3, 1},
    {"1e", 2, 2},
    {"1e+", 3, 3},
    {"1eE2", 4, 2},
    {"0x10", 4, 1},
    {"1_000", 5, 1},
    {"'a'", 3, 0},
    {"\"", 1, 1},
    {"\"a", 2, 2},
    {"\"\\", 2, 2},
    {"\"\\\"", 3, 3},
    {"\"\\x\"", 4, 1},
    {"\"\\\0\"", 4, 1},
    {"\"\\U0041\"", 8, 1},
    {"\"\\u00zz\"", 8, 1},
    {"\"\\u004", 6, 1},
    {"\"\\u 041\"", 8, 1},
    {"\"\n\"", 3, 1},
    {"\"\t\"", 3, 1},
    {"\"\0\"", 3, 1},
    {"\"\x1f\"", 3, 1},
    {"\"\x80\"", 3, 1},
    {"\"\xff\"", 3, 1},
    {"\"\xc0\xaf\"", 4, 1},
    {"\"\xc1\xbf\"", 4, 1},
    {"\"\xe0\x80\xaf\"", 5, 1},
    {"\"\xe0\x9f\xbf\"", 5, 1},
    {"\"\xf0\x80\x80\xaf\"", 6, 1},
    {"\"\xf0\x8f\xbf\xbf\"", 6, 1},
    {"\"\xed\xa0\x80\"", 5, 1},
    {"\"\xed\xbf\xbf\"", 5, 1},
    {"\"\xf4\x90\x80\x80\"", 6, 1},
    {"\"\xf5\x80\x80\x80\"", 6, 1},
    {"\"\xe2\x82\"", 4, 1},
    {"\"\xe2\x82", 3, 1},
    {"\"\xf0\x9f\x98", 4, 1},
    {"[", 1, 1},
    {"[1", 2, 2},
    {"[1,", 3, 3},
    {"[1,]", 4, 3},
    {"[,1]", 4, 1},
    {"[1,,2]", 6, 3},
    {"[1 2]", 5, 3},
    {"[1}", 3, 2},
    {"[1:2]", 5, 2},
    {"]", 1, 0},
    {"{", 1, 1},
    {"{\"a\"", 4, 4},
    {"{\"a\":", 5, 5},
    {"{\"a\":}", 6, 5},
    {"{\"a\":1", 6, 6},
    {"{\"a\":1,", 7, 7},
    {"{\"a\":1,}", 8, 7},
    {"{\"a\" 1}", 7, 5},
    {"{\"a\",1}", 7, 4},
    {"{a:1}", 5, 1},
    {"{1:1}", 5, 1},
    {"{'a':1}", 7, 1},
    {"{\"a\":1]", 7, 6},
    {"{\"a\":1 \"b\":2}", 13, 7},
    {"{\"a\"::1}", 8, 5},
    {"{\"a\\x\":1}", 9, 3},
    {"[1]// x", 7, 3},
    {"/* x */1", 8, 0},
    {"[1\f]", 4, 2},
    {"[\v1]", 4, 1},
    {"[\xc2\xa0\x31]", 5, 1},
    {"[\x01]", 3, 1},
};

static void tables(void)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(legal); i++)
        is_int(check(legal[i].text, legal[i].n, NULL, NULL), 0, "legal #%zu", i);
    for (size_t i = 0; i < MC_ARRAY_LEN(illegal); i++) {
        size_t off = 4711;
        struct mc_err err = {0};
        is_int(check(illegal[i].text, illegal[i].n, &off, &err), -MC_E_PROTOCOL, "illegal #%zu: %s", i, err.msg);
        is_int(off, illegal[i].off, "illegal #%zu: its place", i);
    }
}

static const char sample[] =
    "{\"jsonrpc\":\"2.0\", \"id\":-12.5e+7,\r\n\"method\":\"tools/call\",\"params\":{\"name\":\"b\\u00e9\\\\ "
    "\xf0\x9f\x98\x80\",\"arguments\":{\"list\":[1,[],{},\"x\",true,false,null]},\"_meta\":{\"k\":\"0123456789abcdef\"}}}";

static void truncations(void)
{
    size_t n = sizeof(sample) - 1, accepted = 0;
    for (size_t i = 0; i < n; i++)
        accepted += check(sample, i, NULL, NULL) == 0;
    is_int(accepted, 0, "every truncation of a document fails");
    is_int(check(sample, n, NULL, NULL), 0, "the whole of it is fine");
    struct mc_scan s;
    size_t short_scans = 0;
    for (size_t i = 0; i < n; i++) {
        char *exact = mc_memdup(sample, i);
        mc_scan_init(&s, exact, i);
        short_scans += mc_scan_value(&s, NULL);
        short_scans += s.err == NULL || s.err_at > s.end;
        mc_free(exact);
    }
    is_int(short_scans, 0, "every truncated scan reports its error within its bytes");
}

/* Strings of length 0 to 70, with one special byte at each place: the vector code, its tail, and the seam of both. */
static void string_lengths(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        bool fine;
    } at_place[] = {{"a", 1, true},        {"\\n", 2, true},      {"\xc3\xa9", 2, true},
                    {"\xf0\x9f\x98\x80", 4, true}, {"\x01", 1, false},    {"\x80", 1, false},
                    {"\xc3", 1, false},    {"\\q", 2, false},     {"\0", 1, false},
                    {"\x7f", 1, true}};
    size_t wrong = 0, wrong_place = 0;
    for (size_t len = 0; len <= 70; len++)
        for (size_t place = 0; place <= len; place++)
            for (size_t k = 0; k < MC_ARRAY_LEN(at_place); k++) {
                char text[80];
                size_t off = 0, n = 0;
                text[n++] = '"';
                memset(text + n, 'x', len);
                memcpy(text + n + place, at_place[k].bytes, at_place[k].n);
                n += place + at_place[k].n > len ? place + at_place[k].n : len;
                text[n++] = '"';
                bool fine = check(text, n, &off, NULL) == 0;
                wrong += fine != at_place[k].fine;
                wrong_place += !fine && off != 1 + place;
            }
    is_int(wrong, 0, "strings of every length with a special byte at every place");
    is_int(wrong_place, 0, "and the error is at that place");
}

static int nested(size_t depth, const char *open, const char *close, struct mc_err *err)
{
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    for (size_t i = 0; i < depth; i++)
        mc_buf_addz(&b, open);
    mc_buf_addz(&b, "0");
    for (size_t i = 0; i < depth; i++)
        mc_buf_addz(&b, close);
    int ret = check(b.data, b.len, NULL, err);
    mc_buf_done(&b);
    return ret;
}

static void depth(void)
{
    struct mc_err err = {0};
    is_int(nested(MC_JSON_DEPTH_MAX, "[", "]", NULL), 0, "arrays at the bound");
    is_int(nested(MC_JSON_DEPTH_MAX, "{\"a\":", "}", NULL), 0, "objects at the bound");
    is_int(nested(MC_JSON_DEPTH_MAX / 2, "[{\"a\":", "}]", NULL), 0, "both in turn at the bound");
    is_int(nested(MC_JSON_DEPTH_MAX / 2, "[{\"a\":", "]}", NULL), -MC_E_PROTOCOL, "crossed brackets are seen");
    is_int(nested(MC_JSON_DEPTH_MAX + 1, "[", "]", &err), -MC_E_PROTOCOL, "one level more");
    ok(strstr(err.msg, "512") != NULL, "the error names the bound: %s", err.msg);
    is_int(nested(1000, "{\"a\":", "}", &err), -MC_E_PROTOCOL, "1000 levels");
    ok(strstr(err.msg, "512") != NULL, "the error names the bound: %s", err.msg);

    /* The levels that the caller opened count too. */
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    for (int i = 0; i < MC_JSON_DEPTH_MAX + 1; i++)
        mc_buf_addc(&b, '[');
    struct mc_scan s;
    mc_scan_init(&s, b.data, b.len);
    ok(mc_scan_open(&s, '[') && mc_scan_item(&s) && !mc_scan_value(&s, NULL), "opened levels count");
    ok(s.err && strstr(s.err, "512"), "and the bound is named");
    mc_scan_init(&s, b.data, b.len);
    int opened = 0;
    while (mc_scan_open(&s, '['))
        opened++;
    is_int(opened, MC_JSON_DEPTH_MAX, "mc_scan_open stops at the bound");
    mc_buf_done(&b);
}

/* Goes over an object by members; the joined keys and values, or the error. */
static const char *members(const char *text)
{
    static char out[512];
    struct mc_scan s;
    struct mc_str key, val;
    size_t n = 0;
    mc_scan_init(&s, text, strlen(text));
    out[0] = '\0';
    if (!mc_scan_open(&s, '{'))
        return s.err;
    while (mc_scan_key(&s, &key) && mc_scan_value(&s, &val))
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%.*s=%.*s;", MC_STR_ARG(key), MC_STR_ARG(val));
    return s.err ? s.err : mc_scan_end(&s) ? out : s.err;
}

static int items(const char *text)
{
    struct mc_scan s;
    int n = 0;
    mc_scan_init(&s, text, strlen(text));
    if (!mc_scan_open(&s, '['))
        return -1;
    for (; mc_scan_item(&s); n++)
        if (!mc_scan_value(&s, NULL))
            return -2;
    return s.err || !mc_scan_end(&s) ? -3 : n;
}

static void by_members(void)
{
    is_str(members(" { } "), "", "no members");
    is_str(members("{\"a\" : 1 , \"b\":{ \"c\" : [ ] } }"), "\"a\"=1;\"b\"={ \"c\" : [ ] };", "two members");
    is_str(members("{\"a\":{},\"b\":\"{\"}"), "\"a\"={};\"b\"=\"{\";", "a brace in a string is no brace");
    is_str(members("{\"a\":1,}"), "expected a member name in quotes", "trailing comma");
    is_str(members("{,\"a\":1}"), "expected a member name in quotes", "leading comma");
    is_str(members("{\"a\":1 \"b\":2}"), "expected ',' or '}'", "missing comma");
    is_str(members("{\"a\":1]"), "expected ',' or '}'", "wrong bracket");
    is_str(members("{\"a\"}"), "expected ':' after the member name", "missing value");
    is_str(members("{\"a\":1"), "the object has no end", "missing brace");
    is_str(members("[]"), "expected '{'", "not an object");
    is_str(members("{} 1"), "unexpected text after the value", "text behind");
    is_int(items("[]"), 0, "empty array");
    is_int(items(" [ 1 , [2] , {} ]"), 3, "three elements");
    is_int(items("[1,]"), -3, "trailing comma in an array");
    is_int(items("[,]"), -2, "leading comma in an array");
    is_int(items("[1 2]"), -3, "missing comma in an array");
    is_int(items("[1"), -3, "missing bracket");

    struct mc_scan s;
    static const char types[] = "[{}, [],\n\"\",-1,true,false , null,x]", starts[] = "{[\"-tfnx";
    static const enum mc_json_type want[] = {MC_JSON_OBJECT, MC_JSON_ARRAY, MC_JSON_STRING, MC_JSON_NUMBER,
                                             MC_JSON_TRUE,   MC_JSON_FALSE, MC_JSON_NULL,   MC_JSON_NONE};
    mc_scan_init(&s, types, strlen(types));
    mc_scan_open(&s, '[');
    for (size_t i = 0; i < MC_ARRAY_LEN(want); i++) {
        bool more = mc_scan_item(&s);
        ok(more && mc_scan_peek(&s) == want[i] && *s.p == starts[i], "peek at type %d", (int)want[i]);
        mc_scan_value(&s, NULL);
    }
    ok(s.err != NULL && !mc_scan_item(&s) && !mc_scan_end(&s), "an error stays");
    mc_scan_init(&s, "[ 1 ]", 5);
    ok(mc_scan_open(&s, '[') && mc_scan_peek(&s) == MC_JSON_NUMBER && mc_scan_item(&s), "a look at the first element");
    ok(mc_scan_value(&s, NULL) && mc_scan_peek(&s) == MC_JSON_NONE && !mc_scan_item(&s) && !s.err, "and at the end");
    mc_scan_init(&s, NULL, 0);
    ok(mc_scan_peek(&s) == MC_JSON_NONE && !mc_scan_value(&s, NULL), "no bytes at all");
}

static void example(const char *path, const char *text, size_t n)
{
    struct mc_err err = {0};
    if (!ok(mc_json_check(text, n, NULL, &err) == 0, "%s", strstr(path, "spec/")))
        printf("# %s\n", err.msg);
}

int main(void)
{
    tables();
    truncations();
    string_lengths();
    depth();
    by_members();
    if (each_shared("spec", example) == 0)
        skip("no ../shared/spec beside the source tree");
    return done_testing();
}
