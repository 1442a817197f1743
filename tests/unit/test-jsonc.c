#include "base/buf.h"
#include "base/err.h"
#include "json/jsonc.h"
#include "tests/tap.h"
#include "tests/unit/shared.h"

/* All errors as "line:col message; …", or the text when there is none. */
static const char *parsed_n(const char *text, size_t n, bool strict)
{
    static struct mc_buf out;
    struct mc_jsonc j;
    out.max = 65536;
    mc_buf_clear(&out);
    int ret = mc_jsonc_parse(text, n, strict, &j);
    for (unsigned i = 0; i < j.n_errors; i++) {
        unsigned line, col;
        mc_jsonc_place(text, n, j.errors[i].off, &line, &col);
        mc_buf_addf(&out, "%s%u:%u %s", i ? "; " : "", line, col, j.errors[i].msg);
    }
    if (ret == 0)
        mc_buf_add(&out, j.text, j.len);
    if ((ret == 0) != (j.n_errors == 0) || j.len != n || (ret < 0 && ret != -MC_E_CONFIG))
        mc_buf_addz(&out, " (inconsistent)");
    mc_jsonc_done(&j);
    return out.data;
}

static const char *parsed(const char *text)
{
    return parsed_n(text, strlen(text), false);
}

static const char *parsed_strict(const char *text)
{
    return parsed_n(text, strlen(text), true);
}

static void accepting(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"{}", "{}"},
        {"", ""},
        {" \n\t", " \n\t"},
        {"// only a comment", "                 "},
        {"\xef\xbb\xbf{}", "   {}"},
        {"{\"a\":1,}", "{\"a\":1 }"},
        {"[1, 2 , ]", "[1, 2   ]"},
        {"{\"a\": [1,], }", "{\"a\": [1 ]  }"},
        {"{// x\r\n\"a\":/* \n */1}", "{    \r\n\"a\":   \n   1}"},
        {"{\"a\":1,/**/}", "{\"a\":1     }"},
        {"{\"a\":\"// no /* comment */\"}", "{\"a\":\"// no /* comment */\"}"},
        {"[1]//", "[1]  "},
        {"/***/1/*/ */", "     1      "},
        {"{\"a\":{\"x\":1},\"b\":{\"x\":1}}", "{\"a\":{\"x\":1},\"b\":{\"x\":1}}"},
        {"[{\"a\":\"\\u0041\\n\"},-1.5e3,true,false,null,\"\"]", "[{\"a\":\"\\u0041\\n\"},-1.5e3,true,false,null,\"\"]"},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++)
        is_str(parsed(cases[i].text), cases[i].want, "accepted #%zu", i);

    struct mc_jsonc j;
    is_int(mc_jsonc_parse("\xef\xbb\xbf // x\n", 9, false, &j), 0, "a blank file");
    ok(j.root.type == MC_JSON_OBJECT && mc_jget(j.root, "a").type == MC_JSON_NONE, "is an empty object");
    mc_jsonc_done(&j);
    is_int(mc_jsonc_parse("/*c*/ {\"a\": [1, /*d*/ 2]}", 25, false, &j), 0, "a file");
    struct mc_jval a = mc_jget(j.root, "a");
    is_int(a.s.p - j.text, 12, "its offsets are those of the file");
    is_int(a.s.n, 12, "and so are its lengths");
    mc_jsonc_done(&j);
}

#define NO_NAME "expected a member name in double quotes, found "
#define AFTER "expected ',' or '}' after this value, found "

static void refusing(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"{\"a\":1 \"b\":2}", "1:8 " AFTER "a string"},
        {"{\"a\":1 \"b\":2 \"c\":}", "1:8 " AFTER "a string; 1:14 " AFTER "a string; 1:18 expected a value, found '}'"},
        {"{foo: 'bar',\n \"x\": True, \"y\": 0x10}",
         "1:2 " NO_NAME "'foo'; 1:7 strings need double quotes; 2:7 unknown word 'True', expected true, false, null or "
         "a string in double quotes; 2:18 '0x10' is not a JSON number"},
        {"{'a': 1, \"b\": }", "1:2 " NO_NAME "'''; 1:15 expected a value, found '}'"},
        {"{\"a\":1,,\"b\":2}", "1:8 " NO_NAME "','"},
        {"{,}", "1:2 " NO_NAME "','"},
        {"[,]", "1:2 expected a value, found ','"},
        {"{\"a\" 1}", "1:6 expected ':' after the member name, found '1'"},
        {"{\"a\"=1, \"b\" \"c\"}",
         "1:5 expected ':' after the member name, found '='; 1:13 expected ':' after the member name, found a string"},
        {"[1, 2}", "1:6 expected ',' or ']' after this value, found '}'; 1:7 the file ends here, but the '[' of line 1 "
                   "is not closed"},
        {"{\"a\":[1,2}", "1:10 expected ',' or ']' after this value, found '}'"},
        {"{\"a\":\n{\"b\":[1,\n", "3:1 the file ends here, but the '[' of line 2 is not closed"},
        {"{\"a\":\"x\n,\"b\":\"\t\"}", "1:6 this string has no closing quote on its line; 2:7 a tab in a string must be "
                                    "written as \\t"},
        {"{\"a\":\"x,\n\"b\":2 @}", "1:6 this string has no closing quote on its line; 2:7 " AFTER "'@'"},
        {"[\"\\q\", \"\\u12\", \"\x01\"]", "1:3 unknown escape in a string; 1:9 \\u needs four hex digits; 1:17 raw control "
                                       "character in a string"},
        {"[\"\xc3\", \xff, \x02]", "1:3 invalid UTF-8 in a string; 1:7 expected a value, found byte 0xff; 1:10 expected a "
                             "value, found byte 0x02"},
        {"{} x", "1:4 expected nothing more after the end of the value, found 'x'"},
        {"}", "1:1 expected a value, found '}'"},
        {"/* x", "1:1 this comment has no end, expected */"},
        {"[1, /*/ ]", "1:5 this comment has no end, expected */"},
        {"{\"a\":1, # x\n\"b\":2}", "1:9 " NO_NAME "'#'"},
        {"{\"a\":1,\n\"b\":2,\n\"a\":3}", "3:1 \"a\" was already given on line 1"},
        {"{\"\xc3\xa9\":1,\"\\u00e9\":2}", "1:8 \"\xc3\xa9\" was already given on line 1"},
        {"{\"\":1,\"\":2}", "1:7 \"\" was already given on line 1"},
        {"[01, 1., .5, +1, -, 1e400, Infinity]",
         "1:2 '01' is not a JSON number; 1:6 '1.' is not a JSON number; 1:10 '.5' is not a JSON number; 1:14 '+1' is not "
         "a JSON number; 1:18 '-' is not a JSON number; 1:28 unknown word 'Infinity', expected true, false, null or a "
         "string in double quotes"},
        {"\xff\xfe{\0", "1:1 this file is UTF-16, expected UTF-8"},
        {"[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]",
         "1:2 unknown word 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...', expected true, false, null or a string in double "
         "quotes"},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++)
        is_str(parsed(cases[i].text), cases[i].want, "refused #%zu", i);
    is_str(parsed_n("[1\0]", 4, false), "1:3 expected ',' or ']' after this value, found byte 0x00", "a NUL byte");
    is_str(parsed_strict("[1,//x\n2,]"), "1:4 comments are not allowed in this file; 2:2 a comma before ']' is not allowed "
                                         "in this file",
           "strict");
    is_str(parsed_strict("{\"a\":[1,2]}"), "{\"a\":[1,2]}", "strict accepts JSON");
}

static void bounds(void)
{
    struct mc_buf b = MC_BUF_INIT(1 << 20);
    struct mc_jsonc j;
    for (int i = 0; i < 1000; i++)
        mc_buf_addz(&b, "[x,");
    mc_jsonc_parse(b.data, b.len, false, &j);
    is_int(j.n_errors, MC_JSONC_ERRORS_MAX, "errors are bounded");
    mc_jsonc_done(&j);

    mc_buf_clear(&b);
    for (int i = 0; i < 1000; i++)
        mc_buf_addz(&b, "{\"a\":");
    for (int i = 0; i < 1000; i++)
        mc_buf_addz(&b, "}");
    mc_jsonc_parse(b.data, b.len, false, &j);
    ok(j.n_errors >= 1 && strstr(j.errors[0].msg, "512"), "1000 levels: %s", j.errors[0].msg);
    is_int(j.errors[0].off, 5 * MC_JSON_DEPTH_MAX, "at the first level too much");
    mc_jsonc_done(&j);

    mc_buf_clear(&b);
    mc_buf_addz(&b, "[1");
    for (int i = 0; i < 200000; i++)
        mc_buf_addz(&b, "}");
    mc_jsonc_parse(b.data, b.len, false, &j);
    is_int(j.n_errors, MC_JSONC_ERRORS_MAX, "a long row of wrong brackets ends");
    mc_jsonc_done(&j);
    mc_buf_done(&b);
}

static void truncations(void)
{
    static const char text[] = "{// c\n\"a\":[1,/*d*/true,\"x\\n\",],\"b\":{\"c\":null,},}";
    size_t n = sizeof(text) - 1, accepted = 0, wrong = 0;
    for (size_t i = 0; i <= n; i++) {
        char *exact = malloc(i ? i : 1);
        struct mc_jsonc j;
        memcpy(exact, text, i);
        int ret = mc_jsonc_parse(exact, i, false, &j);
        accepted += ret == 0;
        wrong += j.len != i || (ret == 0 && i > 0 && mc_json_check(j.text, j.len, NULL, NULL) < 0);
        for (unsigned k = 0; k < j.n_errors; k++)
            wrong += j.errors[k].off > i;
        mc_jsonc_done(&j);
        free(exact);
    }
    is_int(accepted, 2, "of all truncations only the empty and the whole file are fine");
    is_int(wrong, 0, "and all errors lie within the text");
}

static void places(void)
{
    static const char text[] = "\xef\xbb\xbf" "a\r\n\xc3\xa9\xf0\x9f\x98\x80x\n\ny\rz";
    static const struct {
        size_t off;
        unsigned line, col;
    } cases[] = {{0, 1, 1}, {3, 1, 1}, {4, 1, 2}, {6, 2, 1}, {8, 2, 2}, {12, 2, 3}, {13, 2, 4}, {14, 3, 1},
                 {15, 4, 1}, {17, 5, 1}, {18, 5, 2}, {99, 5, 2}};
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        unsigned line = 0, col = 0;
        mc_jsonc_place(text, sizeof(text) - 1, cases[i].off, &line, &col);
        ok(line == cases[i].line && col == cases[i].col, "offset %zu is %u:%u", cases[i].off, line, col);
    }
}

static void example(const char *path, const char *text, size_t n)
{
    struct mc_jsonc j;
    bool fine = mc_jsonc_parse(text, n, strstr(path, "shared/spec") != NULL, &j) == 0;
    if (!ok(fine && mc_json_check(j.text, j.len, NULL, NULL) == 0, "%s", strstr(path, "shared/")))
        printf("# at byte %zu: %s\n", j.errors[0].off, j.errors[0].msg);
    mc_jsonc_done(&j);
}

int main(void)
{
    accepting();
    refusing();
    bounds();
    truncations();
    places();
    if (each_shared("spec", example) == 0)
        skip("no ../shared/spec beside the source tree");
    if (each_shared("corpus", example) == 0)
        skip("no ../shared/corpus beside the source tree");
    return done_testing();
}
