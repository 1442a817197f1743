#include "tests/tap.h"

#include "base/buf.h"
#include "base/err.h"
#include "cli/callargs.h"
#include "cli/result.h"

static struct mc_buf out = MC_BUF_INIT(MC_CALLARGS_MAX);
static struct mc_err err;

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{\"s\":{\"type\":\"string\"},\"n\":{\"type\":\"number\"},"
    "\"i\":{\"type\":\"integer\"},\"b\":{\"type\":\"boolean\"},"
    "\"a\":{\"type\":\"array\"},\"o\":{\"type\":\"object\"},\"z\":{\"type\":[\"integer\",\"null\"]}"
    ",\"sn\":{\"type\":[\"string\",\"null\"]},"
    "\"any\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"boolean\"}]},\"ref\":{\"$ref\":\"#/"
    "x\"},\"mix\":{\"oneOf\":[{\"type\":\"integer\"},{\"const\":\"x\"}]}}}";

static int build(const char *base, const char *const *words)
{
    size_t n = 0;
    while (words[n])
        n++;
    mc_buf_clear(&out);
    memset(&err, 0, sizeof(err));
    return mc_callargs_build(mc_str_of(base), words, n, mc_jval_of(mc_str_of(schema)), &out, &err);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void gives(const char *word, const char *json)
{
    is_int(build("", WORDS(word)), 0, "%s", word);
    is_str(out.data, json, "... is %s", json);
}

static void refuses(const char *word, const char *text)
{
    is_int(build("", WORDS(word)), -MC_E_USAGE, "%s is refused", word);
    if (!ok(strstr(err.msg, text) != NULL, "... saying: %s", text))
        printf("# said: %s\n", err.msg);
}

static void types(void)
{
    gives("s=5", "{\"s\":\"5\"}");
    gives("s=a=b", "{\"s\":\"a=b\"}");
    gives("s=", "{\"s\":\"\"}");
    gives("s=q\"\\\n", "{\"s\":\"q\\\"\\\\\\n\"}");
    gives("unknown=5", "{\"unknown\":\"5\"}");
    gives("ref=5", "{\"ref\":\"5\"}");
    gives("n=5", "{\"n\":5}");
    gives("n=-1.50e3", "{\"n\":-1.50e3}");
    gives("i=123456789012345678901234567890", "{\"i\":123456789012345678901234567890}");
    gives("b=true", "{\"b\":true}");
    gives("a=[1, 2]", "{\"a\":[1, 2]}");
    gives("o={\"x\":1}", "{\"o\":{\"x\":1}}");
    gives("z=null", "{\"z\":null}");
    gives("sn=null", "{\"sn\":\"null\"}");
    gives("any=7", "{\"any\":7}");
    gives("any=false", "{\"any\":false}");
    gives("mix=7", "{\"mix\":\"7\"}");
    gives("n:=1.0000000000000000001", "{\"n\":1.0000000000000000001}");
    gives("s:=null", "{\"s\":null}");
}

static void mistakes(void)
{
    refuses("n=x", "argument n cannot be 'x'; the tool expects a number");
    refuses("i=1.5", "a whole number");
    refuses("i=", "a whole number");
    refuses("b=yes", "true or false");
    refuses("b=True", "true or false");
    refuses("a={}", "a JSON array");
    refuses("z=x", "a whole number, or null");
    refuses("n:=x", "not JSON");
    refuses("n:=1 2", "not JSON");
    refuses("s=\xff", "not UTF-8");
    refuses("word", "NAME=VALUE");
    refuses("=x", "NAME=VALUE");
    refuses(":=x", "NAME=VALUE");
    is_int(build("", WORDS("s=1", "s=2")), -MC_E_USAGE, "the same name twice");
    is_int(build("", WORDS("s=1", "s:=2")), -MC_E_USAGE, "in both forms");
}

static void mixing(void)
{
    is_int(build("{\"s\":\"old\", \"k\\u0065pt\": [1.10], \"n\":1}", WORDS("s=new", "i=2")), 0,
           "words go over --args");
    is_str(out.data, "{\"s\":\"new\",\"kept\":[1.10],\"n\":1,\"i\":2}",
           "in order, with bytes kept");
    is_int(build("", (const char *const[]){NULL}), 0, "nothing at all");
    is_str(out.data, "{}", "is an empty object");
    ok(!mc_callargs_need_schema(WORDS("a:=1", "b:=2"), 2), "JSON needs no schema");
    ok(mc_callargs_need_schema(WORDS("a:=1", "b=2"), 2), "a value does");
    ok(!mc_callargs_need_schema(WORDS("word"), 1), "what is no argument does not");
}

static void shows(const char *result, const char *text)
{
    mc_buf_clear(&out);
    mc_buf_addz(&out, "");
    mc_result_text(mc_jval_of(mc_str_of(result)), &out);
    is_str(out.len ? out.data : "", text, "%s", result);
}

static void results(void)
{
    shows(
        "{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\\n\"}]}",
        "a\nb\n");
    shows("{\"content\":[{\"type\":\"image\",\"data\":\"QUJD\",\"mimeType\":\"image/png\"}]}",
          "[image image/png, 3 B: use --json]\n");
    shows("{\"content\":[{\"type\":\"audio\",\"data\":\"\"}]}",
          "[audio of unknown type, 0 B: use --json]\n");
    shows("{\"content\":[{\"type\":\"resource_link\",\"uri\":\"x://y\",\"name\":\"n\"}]}",
          "[resource_link n x://y]\n");
    shows("{\"content\":[{\"type\":\"resource\",\"resource\":{\"uri\":\"x://y\",\"text\":\"t\"}}]}",
          "t\n");
    shows("{\"content\":[{\"type\":\"resource\",\"resource\":{\"uri\":\"x://"
          "y\",\"blob\":\"QUJD\"}}]}",
          "[resource x://y of unknown type, 3 B: use --json]\n");
    shows("{\"content\":[],\"structuredContent\":{\"a\": 1.10}}", "{\"a\": 1.10}\n");
    shows("{\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"structuredContent\":{\"a\":1}}",
          "a\n");
    shows("{\"content\":[]}", "");
    shows("{\"content\":7}", "");
    shows("{\"content\":[7]}", "[content of unknown type, 0 B: use --json]\n");
    shows("[]", "");
}

int main(void)
{
    types();
    mistakes();
    mixing();
    results();
    mc_buf_done(&out);
    return done_testing();
}
