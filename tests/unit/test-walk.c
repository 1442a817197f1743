#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"
#include "tests/tap.h"

static struct mc_jval val(const char *text)
{
    return mc_jval_of(mc_str_of(text));
}

static bool is_span(struct mc_str s, const char *want)
{
    return mc_str_eq(s, mc_str_of(want));
}

static void iterating(void)
{
    struct mc_jval v = val(" {\"a\" : [1, {\"x\":\"]}\\\\\\\"\"} ] ,\n\"b\":\"q\\\"\",\"c\":-1.5 , \"d\" : null } ");
    static const char *const want[][2] = {
        {"\"a\"", "[1, {\"x\":\"]}\\\\\\\"\"} ]"}, {"\"b\"", "\"q\\\"\""}, {"\"c\"", "-1.5"}, {"\"d\"", "null"}};
    static const enum mc_json_type types[] = {MC_JSON_ARRAY, MC_JSON_STRING, MC_JSON_NUMBER, MC_JSON_NULL};
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval child;
    size_t i = 0;
    is_int(v.type, MC_JSON_OBJECT, "an object, white space trimmed");
    ok(mc_jiter_init(&it, v), "it can be walked");
    for (; mc_jiter_next(&it, &key, &child) && i < MC_ARRAY_LEN(want); i++)
        ok(is_span(key, want[i][0]) && is_span(child.s, want[i][1]) && child.type == types[i],
           "member %zu", i);
    is_int(i, 4, "four members");

    i = 0;
    ok(mc_jiter_init(&it, val("[[],{},\"\", 7,[ [ ] ] ]")), "an array");
    while (mc_jiter_next(&it, NULL, &child))
        i++;
    is_int(i, 5, "five elements, key may be NULL");
    ok(is_span(child.s, "[ [ ] ]"), "the last one is whole");
    ok(mc_jiter_init(&it, val("[ ]")) && !mc_jiter_next(&it, &key, &child), "an empty array");
    ok(mc_jiter_init(&it, val("{\n}")) && !mc_jiter_next(&it, &key, &child), "an empty object");
    ok(!mc_jiter_init(&it, val("\"x\"")) && !mc_jiter_init(&it, val("12")), "other types cannot be walked");
    ok(!mc_jiter_init(&it, (struct mc_jval){MC_STR_NONE, MC_JSON_NONE}), "nothing cannot be walked");
}

static void getting(void)
{
    struct mc_jval v = val("{\"id\":1,\"\\u0069d\":2,\"params\":{\"_meta\":{\"a\\/b\":true}},\"e\":\"\\u00e9\",\"id\":3}");
    ok(is_span(mc_jget(v, "id").s, "1"), "the first of a name wins");
    ok(mc_jtrue(mc_jpath(v, "params", "_meta", "a/b", NULL)), "a path, with an escaped name");
    is_int(mc_jpath(v, "params", "x", "a", NULL).type, MC_JSON_NONE, "a path that ends early");
    is_int(mc_jget(v, "ID").type, MC_JSON_NONE, "names are case-sensitive");
    is_int(mc_jget(v, "i").type, MC_JSON_NONE, "a prefix is not the name");
    is_int(mc_jget(val("[1]"), "id").type, MC_JSON_NONE, "arrays have no members");
    ok(is_span(mc_jget(val("{\"\\u0069d\":2}"), "id").s, "2"), "an escaped name is decoded");
    ok(is_span(mc_jpath(v, NULL).s, v.s.p) || mc_jpath(v, NULL).s.n == v.s.n, "an empty path is the value");
}

static void decoding(void)
{
    static const struct {
        const char *quoted;
        const char *want;
        size_t n;
    } cases[] = {
        {"\"\"", "", 0},
        {"\"abc\"", "abc", 3},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8},
        {"\"a\\u0000b\"", "a\0b", 3},
        {"\"\\u00e9\\u20AC\"", "\xc3\xa9\xe2\x82\xac", 5},
        {"\"\\ud83d\\ude00!\"", "\xf0\x9f\x98\x80!", 5},
        {"\"\\ud83d\"", "\xef\xbf\xbd", 3},
        {"\"\\ude00\\ud83d\"", "\xef\xbf\xbd\xef\xbf\xbd", 6},
        {"\"\\ud83dx\"", "\xef\xbf\xbdx", 4},
        {"\"\\ud83d\\u0041\"", "\xef\xbf\xbd\x41", 4},
        {"\"\\\\u0041\"", "\\u0041", 6},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        struct mc_buf b = MC_BUF_INIT(64);
        struct mc_str quoted = mc_str_of(cases[i].quoted), want = {cases[i].want, cases[i].n};
        is_int(mc_json_check(quoted.p, quoted.n, NULL, NULL), 0, "string #%zu is legal", i);
        is_int(mc_jstr_decode(quoted, &b), 0, "string #%zu decodes", i);
        ok(mc_str_eq(mc_buf_str(&b), want), "string #%zu is right", i);
        ok(mc_jstr_eq(quoted, want), "string #%zu compares equal", i);
        ok(!mc_jstr_eq(quoted, MC_STR("other")), "string #%zu compares unequal", i);
        ok(want.n == 0 || !mc_jstr_eq(quoted, (struct mc_str){want.p, want.n - 1}), "string #%zu is longer", i);
        char *dup = mc_jstr_dup(mc_jval_of(quoted));
        ok(dup && memcmp(dup, want.p, want.n) == 0 && dup[want.n] == 0, "string #%zu is copied", i);
        mc_free(dup);
        mc_buf_done(&b);
    }
    struct mc_buf b = MC_BUF_INIT(2);
    is_int(mc_jstr_decode(MC_STR("\"\\u0041\\u0042\""), &b), 0, "the bound counts decoded bytes");
    is_int(mc_jstr_decode(MC_STR("\"c\""), &b), -MC_E_TOO_BIG, "and holds");
    mc_buf_done(&b);
    ok(mc_jstr_dup(val("12")) == NULL, "a number is no string");
    ok(mc_jstr_has_escape(MC_STR("\"a\\n\"")) && !mc_jstr_has_escape(MC_STR("\"a\"")), "has_escape");
}

static void quoting(void)
{
    static const struct {
        const char *plain;
        size_t n;
        const char *want;
    } cases[] = {
        {"", 0, "\"\""},
        {"a/b", 3, "\"a/b\""},
        {"\"\\\n\r\t\b\f", 7, "\"\\\"\\\\\\n\\r\\t\\b\\f\""},
        {"\0\x1f\x7f", 3, "\"\\u0000\\u001f\x7f\""},
        {"\xc3\xa9\xf0\x9f\x98\x80", 6, "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {"a\xff" "b\xc3", 4, "\"a\xef\xbf\xbd" "b\xef\xbf\xbd\""},
        {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        struct mc_buf b = MC_BUF_INIT(64);
        is_int(mc_jstr_quote((struct mc_str){cases[i].plain, cases[i].n}, &b), 0, "text #%zu", i);
        is_str(b.data, cases[i].want, "text #%zu is quoted", i);
        is_int(mc_json_check(b.data, b.len, NULL, NULL), 0, "text #%zu is legal JSON", i);
        mc_buf_done(&b);
    }
    struct mc_buf b = MC_BUF_INIT(4);
    is_int(mc_jstr_quote(MC_STR("abc"), &b), -MC_E_TOO_BIG, "the bound holds");
    mc_buf_done(&b);
}

static void integers(void)
{
    static const struct {
        const char *text;
        bool fine;
        int64_t want;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"42", true, 42},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999999", false, 0},
        {"1.0", false, 0},
        {"1e2", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        int64_t got = 0;
        is_int(mc_jint(val(cases[i].text), &got), cases[i].fine, "%s", cases[i].text);
        is_int(got, cases[i].want, "its value");
    }
    ok(mc_jtrue(val("true")) && !mc_jtrue(val("false")) && !mc_jtrue(val("1")), "only true is true");
}

static void sameness(void)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"{\"a\":[1,2]}", " {\n\"a\" : [ 1 ,\t2 ] } ", true},
        {"\"a b\"", "\"ab\"", false},
        {"\"a\\\" b\"", "\"a\\\"b\"", false},
        {"[1,2]", "[1,23]", false},
        {"[1,2]", "[1]", false},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", false},
        {"1", "1.0", false},
        {"", " ", true},
        {"1", "", false},
        {"[\"x\",1]", "[\"x\" , 1]", true},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        is_int(mc_json_same(mc_str_of(cases[i].a), mc_str_of(cases[i].b)), cases[i].same,
               "pair #%zu", i);
        is_int(mc_json_same(mc_str_of(cases[i].b), mc_str_of(cases[i].a)), cases[i].same, "and back");
    }
}

int main(void)
{
    iterating();
    getting();
    decoding();
    quoting();
    integers();
    sameness();
    return done_testing();
}
