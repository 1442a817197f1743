/* x-mcp-header annotations: which are found, and which are taken out of the definition. */
#include "base/alloc.h"
#include "base/buf.h"
#include "json/scan.h"
#include "mcp/params.h"
#include "tests/tap.h"
#include <stdio.h>
#include <string.h>

/* Found annotations as "Header=path/inwards …", then what is left of the definition, without its blanks. */
static char *read_tool(const char *schema, char *shown, size_t size, unsigned *blanked)
{
    char *text = mc_asprintf("{\"name\":\"t\",\"inputSchema\":%s}", schema);
    struct mc_params *p = mc_params_read(text, strlen(text), blanked);
    size_t at = 0;

    shown[0] = '\0';
    for (size_t i = 0; p && i < p->n; i++) {
        at += (size_t)snprintf(shown + at, size - at, "%s%s=", i ? " " : "", p->v[i].header);
        for (unsigned d = 0; d < p->v[i].depth; d++)
            at += (size_t)snprintf(shown + at, size - at, "%s%s", d ? "/" : "", p->v[i].path[d]);
    }
    mc_params_free(p);
    return text;
}

static void squeeze(char *text)
{
    char *to = text;

    for (char *p = text; *p; p++)
        if (*p != ' ')
            *to++ = *p;
    *to = '\0';
}

static void check(const char *what, const char *schema, const char *found, const char *left)
{
    char shown[1024];
    unsigned blanked = 0;
    char *text = read_tool(schema, shown, sizeof(shown), &blanked);
    char *whole = mc_asprintf("{\"name\":\"t\",\"inputSchema\":%s}", left ? left : schema);

    is_str(shown, found, "%s: what is found", what);
    ok(mc_json_check(text, strlen(text), NULL, NULL) == 0, "%s: it is still JSON", what);
    squeeze(text);
    is_str(text, whole, "%s: what is left", what);
    ok(left ? blanked > 0 : blanked == 0, "%s: %u taken out", what, blanked);
    mc_free(whole);
    mc_free(text);
}

#define S(annotation) "{\"type\":\"string\",\"x-mcp-header\":" annotation "}"

static void allowed(void)
{
    check("none", "{\"properties\":{\"a\":{\"type\":\"string\"}}}", "", NULL);
    check("one of each type",
          "{\"properties\":{\"a\":" S(
              "\"Region\"") ",\"b\":{\"x-mcp-header\":\"N\",\"type\":"
                            "\"integer\"},\"c\":{\"type\":\"boolean\",\"x-mcp-header\":\"ok!\"}}}",
          "Mcp-Param-Region=a Mcp-Param-N=b Mcp-Param-ok!=c", NULL);
    check("nested, with escapes in names",
          "{\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\\u0063\":" S(
              "\"X\"") "}}}}",
          "Mcp-Param-X=a/bc", NULL);
    check("a property of that name is no annotation",
          "{\"properties\":{\"x-mcp-header\":{\"type\":\"string\"}}}", "", NULL);
    check("nor is data",
          "{\"properties\":{\"a\":{\"type\":\"object\",\"default\":{\"x-mcp-header\":\"A\"}}}}", "",
          NULL);
    check("in disguise",
          "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp\\u002dheader\":\"A\"}}}",
          "Mcp-Param-A=a", NULL);
}

static void not_allowed(void)
{
    check("of a number",
          "{\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"},\"b\":" S(
              "\"B\"") "}}",
          "Mcp-Param-B=b", "{\"properties\":{\"a\":{\"type\":\"number\"},\"b\":" S("\"B\"") "}}");
    check("without a type", "{\"properties\":{\"a\":{\"x-mcp-header\":\"A\"}}}", "",
          "{\"properties\":{\"a\":{}}}");
    check("first of several members",
          "{\"properties\":{\"a\":{\"x-mcp-header\":\"A B\",\"type\":\"string\",\"k\":1}}}", "",
          "{\"properties\":{\"a\":{\"type\":\"string\",\"k\":1}}}");
    check(
        "no token",
        "{\"properties\":{\"a\":" S("\"\"") ",\"b\":" S("\"a:b\"") ",\"c\":" S("7") "}}", "",
        "{\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"string\"},\"c\":{\"type\":"
        "\"string\"}}}");
    check("the same once more",
          "{\"properties\":{\"a\":" S("\"Same\"") ",\"b\":" S("\"sAME\"") "}}", "Mcp-Param-Same=a",
          "{\"properties\":{\"a\":" S("\"Same\"") ",\"b\":{\"type\":\"string\"}}}");
    check("two on one property",
          "{\"properties\":{\"a\":{\"x-mcp-header\":\"A\",\"x-mcp-header\":\"B\",\"type\":"
          "\"string\"}}}",
          "Mcp-Param-A=a", "{\"properties\":{\"a\":{\"x-mcp-header\":\"A\",\"type\":\"string\"}}}");
    check("at the root", "{\"type\":\"string\",\"x-mcp-header\":\"A\"}", "",
          "{\"type\":\"string\"}");
    check("below items", "{\"properties\":{\"a\":{\"type\":\"array\",\"items\":" S("\"A\"") "}}}",
          "", "{\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}");
    check("below oneOf", "{\"oneOf\":[{\"properties\":{\"a\":" S("\"A\"") "}}]}", "",
          "{\"oneOf\":[{\"properties\":{\"a\":{\"type\":\"string\"}}}]}");
    check("below $defs and if",
          "{\"$defs\":{\"d\":" S("\"A\"") "},\"if\":{\"properties\":{\"a\":" S("\"A\"") "}}}", "",
          "{\"$defs\":{\"d\":{\"type\":\"string\"}},\"if\":{\"properties\":{\"a\":{\"type\":"
          "\"string\"}"
          "}}}");
    check("too deep",
          "{\"properties\":{\"1\":{\"properties\":{\"2\":{\"properties\":{\"3\":{\"properties\":{"
          "\"4\":{"
          "\"properties\":{\"5\":{\"properties\":{\"6\":{\"properties\":{\"7\":{\"properties\":{"
          "\"8\":{"
          "\"properties\":{\"9\":" S("\"A\"") "}}}}}}}}}}}}}}}}}}",
          "",
          "{\"properties\":{\"1\":{\"properties\":{\"2\":{\"properties\":{\"3\":{\"properties\":{"
          "\"4\":{"
          "\"properties\":{\"5\":{\"properties\":{\"6\":{\"properties\":{\"7\":{\"properties\":{"
          "\"8\":{"
          "\"properties\":{\"9\":{\"type\":\"string\"}}}}}}}}}}}}}}}}}}}");
}

static void values(void)
{
    static const char args[] = "{\"a\":{\"b\":12345678901234567890,\"b\":2},\"c\":null}";
    struct mc_jval v = mc_jval_of((struct mc_str){args, strlen(args)});
    char a[] = "a", b[] = "b", c[] = "c";
    struct mc_param deep = {.depth = 2, .path = {a, b}}, null = {.depth = 1, .path = {c}},
                    none = {.depth = 2, .path = {c, b}};

    ok(mc_str_eq(mc_param_value(&deep, v).s, MC_STR("12345678901234567890")), "a value inwards");
    ok(mc_param_value(&null, v).type == MC_JSON_NULL, "null");
    ok(mc_param_value(&none, v).type == MC_JSON_NONE, "nothing");
}

static void bounds(void)
{
    char schema[16384];
    size_t at = (size_t)snprintf(schema, sizeof(schema), "{\"properties\":{");
    unsigned blanked = 0;

    for (int i = 0; i < MC_PARAMS_MAX + 3; i++)
        at += (size_t)snprintf(schema + at, sizeof(schema) - at,
                               "%s\"p%d\":{\"type\":\"string\",\"x-mcp-header\":\"H%d\"}",
                               i ? "," : "", i, i);
    snprintf(schema + at, sizeof(schema) - at, "}}");
    char *text = mc_asprintf("{\"inputSchema\":%s}", schema);
    struct mc_params *p = mc_params_read(text, strlen(text), &blanked);
    ok(p && p->n == MC_PARAMS_MAX && blanked == 3, "more than %d are taken out", MC_PARAMS_MAX);
    mc_params_free(p);
    mc_free(text);
}

/* What a server can make of it: many annotations in one place, and many levels. */
static void hostile(void)
{
    enum { N = 200000, LEVELS = 500 };
    struct mc_buf b = MC_BUF_INIT(64u << 20);
    unsigned blanked = 0;

    mc_buf_addz(&b, "{\"inputSchema\":{\"properties\":{\"a\":{\"type\":\"string\"");
    for (int i = 0; i < N; i++)
        mc_buf_addz(&b, ",\"x-mcp-header\":\"\"");
    mc_buf_addz(&b, "}}}}");
    ok(!mc_params_read(b.data, b.len, &blanked) && blanked == N, "%d in one place", N);
    ok(mc_json_check(b.data, b.len, NULL, NULL) == 0, "leave JSON");
    mc_buf_clear(&b);
    mc_buf_addz(&b, "{\"inputSchema\":");
    for (int i = 0; i < LEVELS; i++)
        mc_buf_addz(&b, "{\"not\":");
    mc_buf_addz(&b, "{\"x-mcp-header\":1,\"k\":\"");
    for (int i = 0; i < N; i++)
        mc_buf_addz(&b, "0123456789");
    mc_buf_addz(&b, "\"}");
    for (int i = 0; i <= LEVELS; i++)
        mc_buf_addc(&b, '}');
    blanked = 0;
    ok(!mc_params_read(b.data, b.len, &blanked) && blanked == 0,
       "nobody looks below so many levels");
    mc_buf_done(&b);
}

int main(void)
{
    allowed();
    not_allowed();
    values();
    bounds();
    hostile();
    return done_testing();
}
