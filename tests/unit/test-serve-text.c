/* Globs, patterns and searching of the embedded servers; what their tools take and how answers are bounded. */
#include "serve/text.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "serve/tool.h"
#include "tests/tap.h"

static const struct mc_arg args[] = {
    {.name = "path", .required = true, .description = "A path."},
    {.name = "count",
     .kind = MC_ARG_INTEGER,
     .least = 1,
     .most = 9,
     .otherwise = 3,
     .description = "n"},
    {.name = "flag", .kind = MC_ARG_BOOLEAN, .description = "f"},
    {.name = "mode", .text = "fast", .description = "m"},
    {0},
};
static const struct mc_tool tool = {.name = "t", .title = "T", .description = "d", .args = args};

static void test_globs(void)
{
    static const struct {
        const char *glob, *path;
        bool wanted;
    } rows[] = {
        {"*.c", "main.c", true},
        {"*.c", "src/deep/main.c", true},
        {"*.c", "main.cc", false},
        {"src/*.c", "src/main.c", true},
        {"src/*.c", "src/a/main.c", false},
        {"src/**/*.c", "src/main.c", true},
        {"src/**/*.c", "src/a/b/main.c", true},
        {"**/x", "x", true},
        {"**/x", "a/b/x", true},
        {"**/x", "a/b/xy", false},
        {"a/**", "a/b/c", true},
        {"a/**", "b/c", false},
        {"**/a/**/b", "x/a/y/z/b", true},
        {"**/a/**/b", "x/a/y/z/c", false},
        {"**/**/**/a", "x/y/z/w/v/u/b", false},
        {"[ab].h", "src/b.h", true},
        {"src/", "src", true},
        {"", "x", false},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++)
        ok(mc_text_glob(rows[i].glob, rows[i].path) == rows[i].wanted, "glob %s %s %s",
           rows[i].glob, rows[i].wanted ? "matches" : "does not match", rows[i].path);
    ok(mc_text_glob(NULL, "anything"), "no glob matches everything");
}

static long find(const char *pattern, bool regex, bool ignore_case, const char *line)
{
    struct mc_err err;
    MC_CLEANUP(mc_match_freep) struct mc_match *m = NULL;
    if (mc_match_new(pattern, regex, ignore_case, &m, &err) < 0)
        return -2;
    return mc_match_find(m, mc_str_of(line));
}

static void test_patterns(void)
{
    is_int(find("b+", false, false, "ab+c"), 1, "a fixed string is literal");
    is_int(find("B+(", false, true, "ab+(c"), 1, "in both cases too");
    is_int(find("b+", true, false, "abbbc"), 1, "a regular expression");
    is_int(find("^c", true, false, "abc"), -1, "anchors hold");
    is_int(find("x", false, false, ""), -1, "an empty line");
    is_int(find("(", true, false, "x"), -2, "a wrong expression");
    is_int(find("", false, false, "x"), -2, "an empty pattern");
    is_int(find("a\nb", false, false, "x"), -2, "a pattern of two lines");
    ok(mc_text_is_binary((struct mc_str){"a\0b", 3}), "a NUL byte makes it binary");
    ok(!mc_text_is_binary(MC_STR("\xff\xfe")), "other bytes do not");
    ok(!mc_text_is_binary(MC_STR_NONE), "nothing is text");
}

/* Searches text for "x" and returns what the call says. */
static const char *grep(struct mc_call *c, const char *text, int64_t context, int64_t most)
{
    struct mc_err err;
    MC_CLEANUP(mc_match_freep) struct mc_match *m = NULL;
    mc_call_done(c);
    mc_call_init(c, &tool, NULL);
    if (mc_match_new("x", false, false, &m, &err) < 0)
        return NULL;
    struct mc_grep g = {.call = c, .match = m, .context = context, .most = most};
    mc_grep_text(&g, "f", mc_str_of(text));
    return c->text.len ? c->text.data : "";
}

static void test_grep(void)
{
    struct mc_call c;
    mc_call_init(&c, &tool, NULL);
    is_str(grep(&c, "a\nx\nb\n", 0, 9), "f:2: x\n", "one line");
    is_str(grep(&c, "x\r\nx", 0, 9), "f:1: x\nf:2: x\n", "CR LF, and no end of line at the end");
    is_str(grep(&c, "a\nb\nx\nc\nd\n", 1, 9), "f-2- b\nf:3: x\nf-4- c\n", "context");
    is_str(grep(&c, "x\na\nx\n", 1, 9), "f:1: x\nf-2- a\nf:3: x\n", "context that overlaps");
    is_str(grep(&c, "x\na\nb\nc\nx\n", 1, 9), "f:1: x\nf-2- a\n--\nf-4- c\nf:5: x\n",
           "context apart");
    is_str(grep(&c, "x\nx\nx\n", 1, 2), "f:1: x\nf:2: x\nf-3- x\n",
           "the bound counts matches, context follows");
    is_str(grep(&c, "", 1, 2), "", "nothing");
    mc_call_done(&c);
}

static const char *parse(struct mc_call *c, const char *json)
{
    mc_call_done(c);
    mc_call_init(c, &tool, NULL);
    return mc_call_parse(c, mc_str_of(json)) ? "" : c->text.data;
}

static void test_arguments(void)
{
    struct mc_call c;
    mc_call_init(&c, &tool, NULL);
    is_str(parse(&c, "{\"path\":\"a\\u00e9\",\"flag\":true}"), "", "good arguments");
    is_str(mc_call_str(&c, "path"), "a\xc3\xa9", "escapes are decoded");
    is_int(mc_call_int(&c, "count"), 3, "a default");
    ok(mc_call_bool(&c, "flag") && !mc_call_given(&c, "count"), "what was given");
    is_str(mc_call_str(&c, "mode"), "fast", "a default text");
    is_str(parse(&c, ""), "argument \"path\" is missing; it is required: A path.",
           "nothing at all");
    is_str(
        parse(&c, "{\"path\":null}"),
        "argument \"path\": got null, allowed is a string of at most 4096 bytes without a NUL byte",
        "null for what is required");
    is_str(parse(&c, "{\"path\":\"x\",\"count\":null}"), "", "null for what is not");
    is_str(parse(&c, "{\"path\":\"x\",\"count\":10}"),
           "argument \"count\": got 10, allowed is an integer from 1 to 9", "out of bounds");
    is_str(parse(&c, "{\"path\":\"x\",\"count\":1.5}"),
           "argument \"count\": got 1.5, allowed is an integer from 1 to 9", "a fraction");
    is_str(parse(&c, "{\"path\":\"x\",\"flag\":1}"),
           "argument \"flag\": got 1, allowed is true or false", "a number is no boolean");
    is_str(parse(&c, "{\"path\":\"x\",\"cuont\":1}"),
           "argument \"cuont\" is not known; t takes path, count, flag, mode (did you mean "
           "\"count\"?)",
           "a typo");
    is_str(parse(&c, "{\"path\":\"x\",\"pa\\u0074h\":\"y\"}"), "argument \"path\" is given twice",
           "twice");
    ok(strncmp(parse(&c, "{\"path\":\"a\\u0000b\"}"), "argument \"path\"", 15) == 0, "a NUL byte");
    mc_call_done(&c);
}

static void test_bounds(void)
{
    struct mc_call c;
    char line[1001];
    memset(line, '\x01', 1000);
    line[1000] = '\0';
    mc_call_init(&c, &tool, NULL);
    size_t added = 0;
    while (mc_call_add(&c, mc_str_of(line)))
        added++;
    is_int(added, MC_TOOL_TEXT_MAX / 6000, "text is bounded by what it takes as JSON");
    ok(!mc_call_add(&c, MC_STR("x")), "nothing is added behind a gap");
    mc_call_close(&c);
    ok(strstr(c.text.data, "[cut here: ") != NULL, "and the text says that it was cut");
    mc_call_fail(&c, "only %s", "this");
    is_str(c.text.data, "only this", "a failure stands alone");
    mc_call_done(&c);

    mc_call_init(&c, &tool, NULL);
    mc_buf_addz(&c.data, "{\"rows\":[");
    MC_CLEANUP(mc_buf_done) struct mc_buf row = MC_BUF_INIT(2000);
    mc_buf_addz(&row, "{");
    mc_data_str(&row, "name", "a\"b");
    mc_data_int(&row, "n", -1);
    mc_data_bool(&row, "b", false);
    mc_data_str(&row, "none", NULL);
    mc_buf_addz(&row, "}");
    is_str(row.data, "{\"name\":\"a\\\"b\",\"n\":-1,\"b\":false,\"none\":null}", "a row");
    while (mc_data_row(&c, &row))
        ;
    mc_buf_addz(&c.data, "]}");
    ok(c.truncated && !c.data.failed && mc_json_check(c.data.data, c.data.len, NULL, NULL) == 0,
       "data is bounded and stays JSON");
    mc_call_done(&c);

    MC_CLEANUP(mc_buf_done) struct mc_buf schema = MC_BUF_INIT(4096);
    mc_tool_schema(&schema, &tool);
    ok(mc_json_check(schema.data, schema.len, NULL, NULL) == 0, "the schema is JSON");
    ok(strstr(schema.data, "\"required\":[\"path\"]") != NULL, "and names what is required");
}

int main(void)
{
    test_globs();
    test_patterns();
    test_grep();
    test_arguments();
    test_bounds();
    return done_testing();
}
