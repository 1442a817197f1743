#include "mcp/tool.h"
#include "json/scan.h"
#include "json/splice.h"

#define POINTER "/properties/result" /* where a wrapped schema's root has gone */

static bool is_object_schema(struct mc_jval schema)
{
    struct mc_jval type = mc_jget(schema, "type");

    return type.type == MC_JSON_STRING && mc_jstr_eq(type.s, MC_STR("object"));
}

unsigned mc_tool_misfits(struct mc_str tool)
{
    struct mc_jval def = mc_jval_of(tool), output = mc_jget(def, "outputSchema");

    return (is_object_schema(mc_jget(def, "inputSchema")) ? 0 : MC_TOOL_INPUT) |
           (output.type == MC_JSON_NONE || is_object_schema(output) ? 0 : MC_TOOL_OUTPUT);
}

/* ---- outputSchema ---- */

static bool is_one_of(struct mc_str key, const char *const *names)
{
    for (; *names; names++)
        if (mc_jstr_eq(key, mc_str_of(*names)))
            return true;
    return false;
}

/* Their values are data, not schemas. */
static const char *const data_keywords[] = {"const", "enum", "default", "examples", NULL};
/* Their members are named by the author, each of them a schema. */
static const char *const maps[] = {"properties",       "patternProperties", "$defs", "definitions",
                                   "dependentSchemas", "dependencies",      NULL};
static const char *const pointers[] = {"$ref", "$dynamicRef", NULL};

struct wrap {
    const char *done; /* what is before it has been copied */
    struct mc_buf *out;
    bool impossible; /* something refers to the root in a way that cannot be redirected */
};

/* "#" alone is a base of its own in no draft: it is an anchor there. */
static bool is_base(struct mc_jval id)
{
    return id.type == MC_JSON_STRING && !(id.s.n > 1 && id.s.p[1] == '#');
}

/* "#" and "#/…" point to the root that moves; "#name" is an anchor, which does not. */
static void redirect(struct wrap *w, struct mc_str ref)
{
    bool pointer = ref.n == 3 || ref.p[2] == '/' || (ref.p[2] == '\\' && ref.p[3] == '/');

    if (ref.n < 3 || ref.p[1] != '#' || !pointer)
        return;
    mc_buf_add(w->out, w->done, (size_t)(ref.p + 2 - w->done));
    mc_buf_adds(w->out, MC_STR(POINTER));
    w->done = ref.p + 2;
}

static void visit(struct wrap *w, struct mc_jval schema, bool map)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval v;

    if (!mc_jiter_init(&it, schema) || (!map && is_base(mc_jget(schema, "$id"))))
        return;
    while (mc_jiter_next(&it, &key, &v)) {
        if (map || schema.type == MC_JSON_ARRAY)
            visit(w, v, false);
        else if (v.type == MC_JSON_STRING && is_one_of(key, pointers))
            redirect(w, v.s);
        else if (mc_jstr_eq(key, MC_STR("$recursiveRef")))
            w->impossible = true;
        else if (!is_one_of(key, data_keywords))
            visit(w, v, is_one_of(key, maps));
    }
}

/* false: it cannot be wrapped. */
static bool wrap_schema(struct mc_jval schema, struct mc_buf *out)
{
    struct mc_jval dialect = mc_jget(schema, "$schema");
    struct wrap w = {.done = schema.s.p, .out = out};

    mc_buf_addc(out, '{');
    if (dialect.type == MC_JSON_STRING) {
        mc_buf_adds(out, MC_STR("\"$schema\":"));
        mc_buf_adds(out, dialect.s);
        mc_buf_addc(out, ',');
    }
    mc_buf_adds(out, MC_STR("\"type\":\"object\",\"properties\":{\"result\":"));
    visit(&w, schema, false);
    mc_buf_add(out, w.done, (size_t)(schema.s.p + schema.s.n - w.done));
    mc_buf_adds(out, MC_STR("},\"required\":[\"result\"]}"));
    return !w.impossible && !out->failed;
}

/* ---- the definition ---- */

static struct mc_str inside(struct mc_str object)
{
    return (struct mc_str){object.p + 1, 0};
}

static bool is_empty(struct mc_jval object)
{
    struct mc_jiter it;
    struct mc_jval v;

    return !mc_jiter_init(&it, object) || !mc_jiter_next(&it, NULL, &v);
}

/* The arguments are an object in every revision, whatever else the schema says. */
static void mend_input(struct mc_splice *sp, struct mc_jval def)
{
    struct mc_jval schema = mc_jget(def, "inputSchema"), type = mc_jget(schema, "type");

    if (schema.type == MC_JSON_NONE)
        mc_splice_put(sp, inside(def.s),
                      is_empty(def) ? MC_STR("\"inputSchema\":{\"type\":\"object\"}")
                                    : MC_STR("\"inputSchema\":{\"type\":\"object\"},"));
    else if (schema.type != MC_JSON_OBJECT)
        mc_splice_put(sp, schema.s, MC_STR("{\"type\":\"object\"}"));
    else if (type.type != MC_JSON_NONE)
        mc_splice_put(sp, type.s, MC_STR("\"object\""));
    else
        mc_splice_put(sp, inside(schema.s),
                      is_empty(schema) ? MC_STR("\"type\":\"object\"")
                                       : MC_STR("\"type\":\"object\","));
}

static void drop_output(struct mc_splice *sp, struct mc_jval def)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval v;

    mc_jiter_init(&it, def);
    while (mc_jiter_next(&it, &key, &v))
        if (mc_jstr_eq(key, MC_STR("outputSchema"))) {
            mc_splice_drop_member(sp, key, v.s);
            return;
        }
}

void mc_tool_mend(struct mc_splice *sp, unsigned misfits, struct mc_buf *wrapped)
{
    struct mc_jval def = mc_jval_of(sp->src), output = mc_jget(def, "outputSchema");

    if (misfits & MC_TOOL_INPUT)
        mend_input(sp, def);
    if (!(misfits & MC_TOOL_OUTPUT))
        return;
    if (output.type == MC_JSON_OBJECT && wrap_schema(output, wrapped))
        mc_splice_put(sp, output.s, mc_buf_str(wrapped));
    else
        drop_output(sp, def);
}
