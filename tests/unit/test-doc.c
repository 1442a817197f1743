#include "base/alloc.h"
#include "base/err.h"
#include "json/doc.h"
#include "tests/tap.h"

#include <math.h>

/* Text after parsing and printing, or the error. */
static const char *again(const char *text, bool pretty)
{
    static char out[1024];
    struct mc_err err = {0};
    cJSON *doc = mc_doc_parse(mc_str_of(text), &err);
    char *printed = doc ? mc_doc_print(doc, pretty) : NULL;
    snprintf(out, sizeof(out), "%s", printed ? printed : err.msg);
    mc_free(printed);
    mc_doc_free(doc);
    return out;
}

static void round_trip(void)
{
    static const char *const same[] = {
        "null", "true", "false", "0", "-7", "9007199254740991", "9007199254740992", "-9007199254740991", "0.1",
        "0.30000000000000004", "1.7976931348623157e+308", "1e-300", "\"\"", "\"a\\\"\\\\\\n\\u0001/\"", "[]", "{}",
        "[[],{},[1,\"x\"]]", "{\"a\":{\"b\":[true,null]},\"A\":1}", "\"\xc3\xa9\xf0\x9f\x98\x80\"",
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(same); i++)
        is_str(again(same[i], false), same[i], "%s prints as itself", same[i]);
    is_str(again("[1.0,1E2,-0,1e400]", false), "[1,100,0,null]", "numbers in their plain form");
    is_str(again("{\"a\":[1,{\"b\":2}],\"c\":{},\"d\":[]}", true),
           "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}", "pretty");
}

static void refusing(void)
{
    struct mc_err err = {0};
    static const char *const bad[] = {"", "{", "01", "1.", "{} x", "\xef\xbb\xbf{}", "\"\\u00zz\"", "\"\n\"", "\"\xc0\xaf\"",
                                      "[1,]", "\"\\u0000\"", "{\"a\\\\\\u0000\":1}", "\"\\ud800\""};
    for (size_t i = 0; i < MC_ARRAY_LEN(bad); i++) {
        err = (struct mc_err){0};
        ok(!mc_doc_parse(mc_str_of(bad[i]), &err) && err.code == MC_E_PROTOCOL, "refused #%zu: %s", i, err.msg);
    }
    is_str(again("\"\\\\u0000\"", false), "\"\\\\u0000\"", "an escaped backslash before u0000 is no NUL");
    ok(!mc_doc_parse(MC_STR_NONE, NULL), "no bytes, and nobody to tell");
    static const char part[] = "[1][2";
    cJSON *doc = mc_doc_parse((struct mc_str){part, 3}, &err);
    ok(doc != NULL, "a span needs no terminator");
    mc_doc_free(doc);
}

static void reading(void)
{
    cJSON *doc = mc_doc_parse(MC_STR("{\"s\":\"x\",\"S\":\"y\",\"n\":2.5,\"t\":true,\"f\":false,\"z\":null,\"big\":1e999}"), NULL);
    is_str(mc_doc_str(doc, "s"), "x", "a string");
    is_str(mc_doc_str(doc, "S"), "y", "names are case-sensitive");
    is_str(mc_doc_str(doc, "n"), NULL, "a number is no string");
    is_str(mc_doc_str(doc, "none"), NULL, "absent");
    ok(mc_doc_num(doc, "n", 7) == 2.5 && mc_doc_num(doc, "s", 7) == 7 && mc_doc_num(doc, "none", 7) == 7, "numbers");
    ok(mc_doc_num(doc, "big", 7) == 7, "what no double can hold is no number");
    ok(mc_doc_bool(doc, "t", false) && !mc_doc_bool(doc, "f", true) && mc_doc_bool(doc, "z", true), "booleans");
    ok(cJSON_IsNull(mc_doc_get(doc, "z")) && !mc_doc_get(doc, "none") && !mc_doc_get(NULL, "x"), "members");
    ok(!mc_doc_get(mc_doc_get(doc, "s"), "x"), "a string has no members");
    mc_doc_free(doc);
    mc_doc_free(NULL);
}

static void building(void)
{
    cJSON *doc = mc_doc_object();
    cJSON *list = mc_doc_add(doc, "list", mc_doc_array());
    mc_doc_add_num(list, NULL, 9007199254740991.0);
    mc_doc_add_num(list, NULL, INFINITY);
    mc_doc_add_num(list, NULL, 0.5);
    mc_doc_add_bool(list, NULL, true);
    mc_doc_add_str(doc, "s", "a\"b");
    mc_doc_add_str(doc, "none", NULL);
    mc_doc_add_raw(doc, "raw", MC_STR("{\"n\":12345678901234567890}"));
    char *text = mc_doc_print(doc, false);
    is_str(text,
           "{\"list\":[9007199254740991,null,0.5,true],\"s\":\"a\\\"b\",\"none\":null,\"raw\":{\"n\":12345678901234567890}}",
           "a tree built by hand");
    mc_free(text);
    mc_doc_freep(&doc);
}

int main(void)
{
    round_trip();
    refusing();
    reading();
    building();
    return done_testing();
}
