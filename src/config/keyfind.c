/* Searching the tables of keys, and what their rows mean for a text. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/keys.h"

#define EXPECTED_MAX 512

const struct mc_key *mc_key_find(const struct mc_key *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

bool mc_key_is_container(const struct mc_key *key)
{
    return key && (key->type == MC_KEY_OBJECT || key->type == MC_KEY_MAP);
}

const struct mc_key *mc_key_member(const struct mc_key *container, const char *name)
{
    if (!mc_key_is_container(container))
        return NULL;
    return container->type == MC_KEY_MAP ? container->keys : mc_key_find(container->keys, name);
}

const struct mc_key *mc_key_at(const struct mc_strv *path)
{
    const struct mc_key *key = &mc_key_file;

    for (size_t i = 0; key && i < path->n; i++)
        key = mc_key_member(key, path->v[i]);
    return key;
}

const struct mc_choice *mc_choice_find(const struct mc_choice *choices, const char *name)
{
    for (; choices->name; choices++)
        if (strcmp(choices->name, name) == 0)
            return choices;
    return NULL;
}

/* Keeps in *best the candidate that is closest to name; a third of its letters may be wrong. */
static void consider(const char *candidate, const char *name, const char **best,
                     unsigned *best_distance)
{
    size_t len = strlen(name);
    unsigned distance = mc_str_eq_nocase(mc_str_of(candidate), mc_str_of(name))
                            ? 0
                            : mc_str_distance(candidate, name);

    if (distance < *best_distance && distance <= (len < 6 ? len / 3 + (len > 1) : len / 3)) {
        *best = candidate;
        *best_distance = distance;
    }
}

const char *mc_key_nearest(const struct mc_key *table, const char *name)
{
    const char *best = NULL;
    unsigned distance = UINT32_MAX;

    for (; table->name; table++)
        consider(table->name, name, &best, &distance);
    return best;
}

const char *mc_choice_nearest(const struct mc_choice *choices, const char *name)
{
    const char *best = NULL;
    unsigned distance = UINT32_MAX;

    for (; choices->name; choices++)
        consider(choices->name, name, &best, &distance);
    return best;
}

bool mc_key_is_comment(const char *name)
{
    return *name == '_' || *name == '$' || *name == '#' || strncmp(name, "//", 2) == 0 ||
           strcmp(name, "comment") == 0;
}

static char *expected_choice(const struct mc_choice *choices)
{
    struct mc_buf out = MC_BUF_INIT(EXPECTED_MAX);

    for (const struct mc_choice *c = choices; c->name; c++)
        if (!c->alias)
            mc_buf_addf(&out, "%s\"%s\"",
                        out.len == 0               ? ""
                        : c[1].name && !c[1].alias ? ", "
                                                   : " or ",
                        c->name);
    return mc_buf_steal(&out);
}

char *mc_key_expected(const struct mc_key *key)
{
    static const char *const words[MC_KEY_TYPE_MAX] = {
        [MC_KEY_FOREIGN] = "a value",
        [MC_KEY_ANY] = "a value",
        [MC_KEY_STRING] = "a string",
        [MC_KEY_SCALAR] = "a string, a number, true, false or null",
        [MC_KEY_STRINGS] = "an array of strings",
        [MC_KEY_WORDS] = "a string, or an array of strings",
        [MC_KEY_SOME] = "true, false, or an array of strings",
        [MC_KEY_BOOL] = "true or false",
        [MC_KEY_NOT_BOOL] = "true or false",
        [MC_KEY_DURATION] = "milliseconds (30000) or text with a unit (\"30s\")",
        [MC_KEY_OBJECT] = "an object",
        [MC_KEY_MAP] = "an object of strings",
    };

    if (key->type == MC_KEY_CHOICE)
        return expected_choice(key->choices);
    if (key->type == MC_KEY_NUMBER)
        return mc_asprintf("a whole number from %u to %u", key->min, key->max);
    if (key->type == MC_KEY_MAP && key->keys->type == MC_KEY_OBJECT)
        return mc_strdup("an object of servers by name");
    if (key->type == MC_KEY_MAP && key->keys->type == MC_KEY_DURATION)
        return mc_strdup("an object of times");
    return mc_strdup(words[key->type]);
}

/* Would a value of this JSON type do, as far as the type says? */
static bool takes(const struct mc_key *key, enum mc_json_type type)
{
#define T(name) (1u << MC_JSON_##name)
#define BOOLEAN (T(TRUE) | T(FALSE))
    static const unsigned types[MC_KEY_TYPE_MAX] = {
        [MC_KEY_FOREIGN] = ~0u,
        [MC_KEY_ANY] = ~0u,
        [MC_KEY_STRING] = T(STRING),
        [MC_KEY_SCALAR] = T(STRING) | T(NUMBER) | BOOLEAN | T(NULL),
        [MC_KEY_STRINGS] = T(ARRAY),
        [MC_KEY_WORDS] = T(STRING) | T(ARRAY),
        [MC_KEY_SOME] = T(ARRAY) | BOOLEAN,
        [MC_KEY_BOOL] = BOOLEAN,
        [MC_KEY_NOT_BOOL] = BOOLEAN,
        [MC_KEY_CHOICE] = T(STRING),
        [MC_KEY_NUMBER] = T(NUMBER),
        [MC_KEY_DURATION] = T(STRING) | T(NUMBER),
        [MC_KEY_OBJECT] = T(OBJECT),
        [MC_KEY_MAP] = T(OBJECT),
    };
    return type == MC_JSON_NULL || (types[key->type] & (1u << type)) != 0;
#undef BOOLEAN
#undef T
}

int mc_key_json(const struct mc_key *key, const char *text, struct mc_buf *out, struct mc_err *err)
{
    struct mc_str s = mc_str_trim(mc_str_of(text));
    bool json = s.n && mc_json_check(s.p, s.n, NULL, NULL) == 0;

    if (json && (!key || takes(key, mc_jval_of(s).type))) {
        mc_buf_adds(out, s);
        return 0;
    }
    if (!key || takes(key, MC_JSON_STRING)) {
        mc_jstr_quote(mc_str_of(text), out);
        return 0;
    }
    /* One string where several may stand. */
    if (!json && takes(key, MC_JSON_ARRAY)) {
        mc_buf_addc(out, '[');
        mc_jstr_quote(mc_str_of(text), out);
        mc_buf_addc(out, ']');
        return 0;
    }
    char *expected = mc_key_expected(key);
    char *shown = mc_str_printable(mc_str_of(text), false);
    int ret = mc_err_set(err, MC_E_USAGE, "expected %s, found '%s'", expected, shown);
    mc_free(expected);
    mc_free(shown);
    return ret;
}
