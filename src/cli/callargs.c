#include "cli/callargs.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/map.h"

enum {
    IS_STRING = 1,
    IS_NUMBER = 2,
    IS_INTEGER = 4,
    IS_BOOLEAN = 8,
    IS_ARRAY = 16,
    IS_OBJECT = 32,
    IS_NULL = 64
};
#define ALTERNATIVES_DEPTH 4 /* of anyOf in anyOf */

static const struct {
    const char *name; /* in JSON Schema */
    const char *shown;
    unsigned bit;
} types[] = {
    {"string", "text", IS_STRING},
    {"number", "a number", IS_NUMBER},
    {"integer", "a whole number", IS_INTEGER},
    {"boolean", "true or false", IS_BOOLEAN},
    {"array", "a JSON array", IS_ARRAY},
    {"object", "a JSON object", IS_OBJECT},
    {"null", "null", IS_NULL},
};

static unsigned type_bit(struct mc_jval name)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(types); i++) {
        if (name.type == MC_JSON_STRING && mc_jstr_eq(name.s, mc_str_of(types[i].name)))
            return types[i].bit;
    }
    return 0;
}

/* The types that a property's schema allows, 0 when it does not say. */
static unsigned types_of(struct mc_jval schema, unsigned depth)
{
    static const char *const alternatives[] = {"anyOf", "oneOf"};
    struct mc_jval type = mc_jget(schema, "type"), item;
    struct mc_jiter it;
    unsigned bits = type_bit(type);
    if (type.type == MC_JSON_ARRAY) {
        for (bool more = mc_jiter_init(&it, type); more && mc_jiter_next(&it, NULL, &item);)
            bits |= type_bit(item);
    }
    for (size_t i = 0; depth > 0 && i < MC_ARRAY_LEN(alternatives); i++) {
        struct mc_jval list = mc_jget(schema, alternatives[i]);
        bool more = list.type == MC_JSON_ARRAY && mc_jiter_init(&it, list);
        while (more && mc_jiter_next(&it, NULL, &item)) {
            unsigned b = types_of(item, depth - 1);
            bits |= b ? b : IS_STRING;
        }
    }
    return bits;
}

static unsigned bit_of_json(struct mc_jval v)
{
    switch (v.type) {
    case MC_JSON_OBJECT:
        return IS_OBJECT;
    case MC_JSON_ARRAY:
        return IS_ARRAY;
    case MC_JSON_TRUE:
    case MC_JSON_FALSE:
        return IS_BOOLEAN;
    case MC_JSON_NULL:
        return IS_NULL;
    case MC_JSON_NUMBER: /* 1.0 and 1e3 are whole numbers to JSON Schema; the server knows better than we do */
        return memchr(v.s.p, '.', v.s.n) || memchr(v.s.p, 'e', v.s.n) || memchr(v.s.p, 'E', v.s.n)
                   ? IS_NUMBER
                   : IS_NUMBER | IS_INTEGER;
    default:
        return 0;
    }
}

static int expected(const char *name, const char *value, unsigned bits, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf list = MC_BUF_INIT(512);
    for (size_t i = 0; i < MC_ARRAY_LEN(types); i++) {
        if (bits & types[i].bit)
            mc_buf_addf(&list, "%s%s", list.len ? ", or " : "", types[i].shown);
    }
    return mc_err_set(err, MC_E_USAGE, "argument %s cannot be '%s'; the tool expects %s", name,
                      value, list.data);
}

/* VALUE of NAME=VALUE as JSON. */
static int typed(const char *name, const char *value, struct mc_jval schema, struct mc_buf *out,
                 struct mc_err *err)
{
    unsigned bits = types_of(mc_jget(mc_jget(schema, "properties"), name), ALTERNATIVES_DEPTH);
    size_t n = strlen(value);
    if (bits && !(bits & IS_STRING)) {
        struct mc_jval v = mc_jval_of((struct mc_str){value, n});
        bool fits = mc_json_check(value, n, NULL, NULL) == 0 && (bits & bit_of_json(v));
        return fits ? mc_buf_adds(out, v.s) : expected(name, value, bits, err);
    }
    if (!mc_utf8_valid(value, n))
        return mc_err_set(err, MC_E_USAGE, "the value of argument %s is not UTF-8", name);
    return mc_jstr_quote((struct mc_str){value, n}, out);
}

bool mc_callargs_need_schema(const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *equals = strchr(words[i], '=');
        if (equals && equals > words[i] && equals[-1] != ':')
            return true;
    }
    return false;
}

/* Arguments in the order given, each name once. */
struct members {
    struct mc_map *by_name; /* name → char *: raw JSON */
};

static void put(struct members *m, struct mc_str name, char *raw)
{
    mc_free(mc_map_put(m->by_name, name, raw));
}

static int add_word(struct members *m, struct mc_map *seen, const char *word, struct mc_jval schema,
                    struct mc_err *err)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word || (equals == word + 1 && *word == ':'))
        return mc_err_set(err, MC_E_USAGE, "'%s' is no argument; write NAME=VALUE, or NAME:=JSON",
                          word);
    bool json = equals[-1] == ':';
    struct mc_str name = {word, (size_t)(equals - word) - json};
    if (mc_map_put(seen, name, seen))
        return mc_err_set(err, MC_E_USAGE, "argument %.*s is given twice", MC_STR_ARG(name));
    struct mc_buf value = MC_BUF_INIT(MC_CALLARGS_MAX);
    MC_CLEANUP(mc_freep) char *plain = mc_str_dup(name);
    struct mc_err why;
    int ret = 0;
    if (!json)
        ret = typed(plain, equals + 1, schema, &value, err);
    else if (mc_json_check(equals + 1, strlen(equals + 1), NULL, &why) < 0)
        ret = mc_err_set(err, MC_E_USAGE,
                         "the value of argument %s is not JSON: %s; for text write %s=VALUE", plain,
                         why.msg, plain);
    else
        mc_buf_addz(&value, equals + 1);
    if (ret < 0) {
        mc_buf_done(&value);
        return ret;
    }
    put(m, name, mc_buf_steal(&value));
    return 0;
}

static void add_base(struct members *m, struct mc_str base)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval value;
    if (base.n == 0)
        return;
    for (bool more = mc_jiter_init(&it, mc_jval_of(base));
         more && mc_jiter_next(&it, &key, &value);) {
        MC_CLEANUP(mc_buf_done) struct mc_buf name = MC_BUF_INIT(MC_CALLARGS_MAX);
        mc_jstr_decode(key, &name);
        put(m, mc_buf_str(&name), mc_str_dup(value.s));
    }
}

int mc_callargs_build(struct mc_str base, const char *const *words, size_t n, struct mc_jval schema,
                      struct mc_buf *out, struct mc_err *err)
{
    struct members m = {.by_name = mc_map_new()};
    struct mc_map *seen = mc_map_new();
    struct mc_str name;
    void *raw;
    int ret = 0;
    add_base(&m, base);
    for (size_t i = 0; ret == 0 && i < n; i++)
        ret = add_word(&m, seen, words[i], schema, err);
    mc_buf_addc(out, '{');
    for (size_t i = 0, k = 0; mc_map_next(m.by_name, &i, &name, &raw); k++) {
        mc_buf_addz(out, k ? "," : "");
        mc_jstr_quote(name, out);
        mc_buf_addc(out, ':');
        mc_buf_addz(out, raw);
    }
    mc_buf_addc(out, '}');
    mc_map_free(seen, NULL);
    mc_map_free(m.by_name, mc_free);
    if (ret == 0 && out->failed)
        ret = mc_err_set(err, MC_E_TOO_BIG, "the arguments are larger than %zu bytes", out->max);
    return ret;
}
