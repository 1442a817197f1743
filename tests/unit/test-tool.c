#include "mcp/tool.h"
#include "base/err.h"
#include "json/scan.h"
#include "json/splice.h"
#include "tests/tap.h"

#define WRAPPED(s)                                                                                 \
    "{\"type\":\"object\",\"properties\":{\"result\":" s "},\"required\":[\"result\"]}"

static const struct {
    const char *what, *tool;
    unsigned misfits;
    const char *input, *output; /* mended; NULL: the member is not there */
} cases[] = {
    {"nothing to mend", "{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\"}}", 0,
     "{\"type\":\"object\"}", NULL},
    {"no inputSchema", "{\"name\":\"a\"}", MC_TOOL_INPUT, "{\"type\":\"object\"}", NULL},
    {"not even a name", "{}", MC_TOOL_INPUT, "{\"type\":\"object\"}", NULL},
    {"an empty inputSchema", "{\"name\":\"a\",\"inputSchema\":{ }}", MC_TOOL_INPUT,
     "{\"type\":\"object\" }", NULL},
    {"no type", "{\"inputSchema\":{\"properties\":{\"type\":{}}}}", MC_TOOL_INPUT,
     "{\"type\":\"object\",\"properties\":{\"type\":{}}}", NULL},
    {"several types", "{\"inputSchema\":{\"type\":[\"object\",\"null\"],\"x\":1.0}}", MC_TOOL_INPUT,
     "{\"type\":\"object\",\"x\":1.0}", NULL},
    {"inputSchema: null", "{\"inputSchema\":null}", MC_TOOL_INPUT, "{\"type\":\"object\"}", NULL},
    {"an object as output",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"type\":\"object\"}}", 0,
     "{\"type\":\"object\"}", "{\"type\":\"object\"}"},
    {"outputSchema: null", "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":null}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}", NULL},
    {"outputSchema: true", "{\"outputSchema\":true,\"inputSchema\":{\"type\":\"object\"}}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}", NULL},
    {"an array",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"type\":\"array\",\"maxItems\":1e2}"
     "}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}", WRAPPED("{\"type\":\"array\",\"maxItems\":1e2}")},
    {"pointers to the root and below",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"anyOf\":[{\"$ref\":\"#\"},{\"$"
     "ref\":\"#/$defs/a\"},{\"$dynamicRef\":\"#\\/x\"}],"
     "\"$defs\":{\"a\":{\"type\":\"null\"}}}}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}",
     WRAPPED("{\"anyOf\":[{\"$ref\":\"#/properties/result\"},{\"$ref\":\"#/properties/result/$defs/"
             "a\"},{\"$dynamicRef\":\"#/properties/result\\/x\"}],"
             "\"$defs\":{\"a\":{\"type\":\"null\"}}}")},
    {"anchors and other documents",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"anyOf\":[{\"$ref\":\"#name\"},{\"$"
     "ref\":\"#\\u002fname\"},{\"$ref\":\"other#/a\"},{\"$ref\":\"\"}]}}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}",
     WRAPPED("{\"anyOf\":[{\"$ref\":\"#name\"},{\"$ref\":\"#\\u002fname\"},{\"$ref\":\"other#/"
             "a\"},{\"$ref\":\"\"}]}")},
    {"data that looks like a pointer",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"enum\":[{\"$ref\":\"#\"}],"
     "\"const\":{\"$ref\":\"#\"},\"properties\":{\"enum\":{\"$ref\":\"#\"},\"$ref\":{\"$ref\":\"#"
     "\"}}}}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}",
     WRAPPED("{\"enum\":[{\"$ref\":\"#\"}],\"const\":{\"$ref\":\"#\"},\"properties\":{\"enum\":{\"$"
             "ref\":\"#/properties/result\"},\"$ref\":{\"$ref\":\"#/properties/result\"}}}")},
    {"a base of its own, for all or for a part",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"items\":{\"$id\":\"urn:x\",\"$"
     "ref\":\"#\"},\"not\":{\"$id\":\"#frag\",\"$ref\":\"#\"}}}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}",
     WRAPPED("{\"items\":{\"$id\":\"urn:x\",\"$ref\":\"#\"},\"not\":{\"$id\":\"#frag\",\"$ref\":\"#"
             "/properties/result\"}}")},
    {"a root with a base",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"$id\":\"urn:x\",\"not\":{\"$ref\":"
     "\"#\"}}}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}",
     WRAPPED("{\"$id\":\"urn:x\",\"not\":{\"$ref\":\"#\"}}")},
    {"what cannot be redirected",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"items\":{\"$recursiveRef\":\"#\"}}"
     "}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}", NULL},
    {"the dialect is that of the whole",
     "{\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"$schema\":\"http://"
     "json-schema.org/draft-07/schema#\",\"type\":\"string\"}}",
     MC_TOOL_OUTPUT, "{\"type\":\"object\"}",
     "{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"type\":\"object\",\"properties\":{\"result\":"
     "{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"type\":\"string\"}},\"required\":[\"result\"]}"},
    {"both", "{ \"outputSchema\" : { \"type\" : \"array\" } , \"n\" : 12345678901234567890 }",
     MC_TOOL_INPUT | MC_TOOL_OUTPUT, "{\"type\":\"object\"}", WRAPPED("{ \"type\" : \"array\" }")},
};

static void is_member(struct mc_jval def, const char *name, const char *want, const char *what)
{
    struct mc_jval v = mc_jget(def, name);
    char got[2048] = "";

    snprintf(got, sizeof(got), "%.*s", MC_STR_ARG(v.s));
    is_str(v.type == MC_JSON_NONE ? NULL : got, want, "%s: %s", what, name);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct mc_buf out = MC_BUF_INIT(1u << 20), wrapped = MC_BUF_INIT(1u << 20);
        struct mc_splice sp;
        is_int(mc_tool_misfits(mc_str_of(cases[i].tool)), cases[i].misfits, "%s: what does not fit",
               cases[i].what);
        mc_splice_init(&sp, mc_str_of(cases[i].tool));
        mc_tool_mend(&sp, cases[i].misfits, &wrapped);
        is_int(mc_splice_apply(&sp, false, &out), 0, "%s: is mended", cases[i].what);
        mc_buf_done(&wrapped);
        is_int(mc_json_check(out.data, out.len, NULL, NULL), 0, "%s: it is JSON", cases[i].what);
        struct mc_jval def = mc_jval_of(mc_buf_str(&out));
        is_int(mc_tool_misfits(def.s), 0, "%s: and fits", cases[i].what);
        is_member(def, "inputSchema", cases[i].input, cases[i].what);
        is_member(def, "outputSchema", cases[i].output, cases[i].what);
        mc_buf_done(&out);
    }
    return done_testing();
}
