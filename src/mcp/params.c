#include "mcp/params.h"
#include "base/alloc.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ANNOTATION "x-mcp-header"
#define LEVELS_MAX 32 /* of schemas that are looked into: each one is gone over once more */

struct walk {
    char *text; /* the tool, to be written to */
    struct mc_params *found;
    unsigned blanked;
    struct mc_str path[MC_PARAM_DEPTH_MAX]; /* raw names */
};

/* Keywords of JSON Schema that hold schemas: an annotation below any of them but `properties` is not allowed. */
static const struct keyword {
    const char *name;
    bool map; /* of names to schemas; else one schema, or an array of them */
} keywords[] = {
    {"properties", true},
    {"patternProperties", true},
    {"dependentSchemas", true},
    {"$defs", true},
    {"definitions", true},
    {"items", false},
    {"prefixItems", false},
    {"contains", false},
    {"additionalProperties", false},
    {"propertyNames", false},
    {"unevaluatedProperties", false},
    {"unevaluatedItems", false},
    {"oneOf", false},
    {"anyOf", false},
    {"allOf", false},
    {"not", false},
    {"if", false},
    {"then", false},
    {"else", false},
};

static const struct keyword *find_keyword(struct mc_str key)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(keywords); i++)
        if (mc_jstr_eq(key, mc_str_of(keywords[i].name)))
            return &keywords[i];
    return NULL;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The member and one comma beside it become spaces: nothing moves, and what walks over the object goes on. */
static void blank(struct walk *w, struct mc_str key, struct mc_jval val)
{
    char *from = w->text + (key.p - w->text), *to = w->text + (val.s.p + val.s.n - w->text);
    char *comma = to;

    memset(from, ' ', (size_t)(to - from));
    while (is_space(*comma))
        comma++;
    if (*comma != ',') /* the last member: the comma before it, over all that is blank already */
        for (comma = from - 1; is_space(*comma);)
            comma--;
    if (*comma == ',')
        *comma = ' ';
    w->blanked++;
}

/* RFC 9110 § 5.6.2. */
static bool is_token(struct mc_str s)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              memchr(marks, c, sizeof(marks) - 1)))
            return false;
    }
    return s.n > 0 && s.n <= MC_PARAM_NAME_MAX;
}

static bool is_taken(const struct walk *w, const char *header)
{
    for (size_t i = 0; w->found && i < w->found->n; i++)
        if (strcasecmp(w->found->v[i].header, header) == 0)
            return true;
    return false;
}

static bool add(struct walk *w, struct mc_str name, unsigned depth)
{
    struct mc_param p = {.depth = depth};

    snprintf(p.header, sizeof(p.header), "Mcp-Param-%.*s", MC_STR_ARG(name));
    if (is_taken(w, p.header) || (w->found && w->found->n >= MC_PARAMS_MAX))
        return false;
    for (unsigned i = 0; i < depth; i++)
        p.path[i] = mc_jstr_dup(mc_jval_of(w->path[i]));
    size_t n = w->found ? w->found->n : 0;
    w->found = mc_realloc(w->found, sizeof(*w->found) + (n + 1) * sizeof(p));
    w->found->n = n + 1;
    w->found->v[n] = p;
    return true;
}

/* Of a property at that depth; 0: not one that is reached by names alone. */
static bool allowed(struct walk *w, struct mc_jval schema, struct mc_jval annotation,
                    unsigned depth)
{
    static const char *const types[] = {"string", "integer", "boolean"};
    struct mc_jval type = mc_jget(schema, "type");
    bool primitive = false;

    for (size_t i = 0; i < MC_ARRAY_LEN(types); i++)
        primitive |= type.type == MC_JSON_STRING && mc_jstr_eq(type.s, mc_str_of(types[i]));
    if (!primitive || depth == 0 || annotation.type != MC_JSON_STRING)
        return false;
    struct mc_str name = {annotation.s.p + 1, annotation.s.n - 2};
    return is_token(name) && add(w, name, depth);
}

static void visit(struct walk *w, struct mc_jval schema, unsigned depth, bool reachable);

/* What a keyword holds. The path goes on below `properties` alone. */
static void descend(struct walk *w, const struct keyword *k, struct mc_jval value, unsigned depth,
                    bool reachable)
{
    bool named = reachable && k == &keywords[0] && depth < MC_PARAM_DEPTH_MAX;
    struct mc_jiter it;
    struct mc_str name = MC_STR_NONE;
    struct mc_jval schema;

    if (value.type == MC_JSON_OBJECT && !k->map) {
        visit(w, value, depth + 1, false);
    } else if (mc_jiter_init(&it, value)) {
        while (mc_jiter_next(&it, &name, &schema)) {
            if (named)
                w->path[depth] = name;
            visit(w, schema, depth + 1, named);
        }
    }
}

/* depth: of schemas, and of the path while that goes on. Of several annotations of one schema the first alone may hold. */
static void visit(struct walk *w, struct mc_jval schema, unsigned depth, bool reachable)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;
    const struct keyword *k;
    bool seen = false;

    if (schema.type != MC_JSON_OBJECT || depth >= LEVELS_MAX || !mc_jiter_init(&it, schema))
        return;
    while (mc_jiter_next(&it, &key, &val)) {
        if (mc_jstr_eq(key, MC_STR(ANNOTATION))) {
            if (seen || !allowed(w, schema, val, reachable ? depth : 0))
                blank(w, key, val);
            seen = true;
        } else if ((k = find_keyword(key))) {
            descend(w, k, val, depth, reachable);
        }
    }
}

struct mc_params *mc_params_read(char *tool, size_t n, unsigned *ret_blanked)
{
    static const struct mc_str plain = MC_STR("\"" ANNOTATION "\"");
    struct walk w = {.text = tool};

    /* nearly no tool has any; one with escapes could have it in disguise */
    if (memmem(tool, n, plain.p, plain.n) || memmem(tool, n, "\\u", 2))
        visit(&w, mc_jget(mc_jval_of((struct mc_str){tool, n}), "inputSchema"), 0, true);
    *ret_blanked += w.blanked;
    return w.found;
}

void mc_params_free(struct mc_params *p)
{
    for (size_t i = 0; p && i < p->n; i++)
        for (unsigned j = 0; j < p->v[i].depth; j++)
            mc_free(p->v[i].path[j]);
    mc_free(p);
}

struct mc_jval mc_param_value(const struct mc_param *p, struct mc_jval arguments)
{
    struct mc_jval v = arguments;

    for (unsigned i = 0; i < p->depth; i++)
        v = mc_jget(v, p->path[i]);
    return v;
}
