/* The types of values: what of JSON fits them, and how they stand in a spec. */
#include "config/reader.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "config/keys.h"

#define DURATION_MAX_MS (24u * 60 * 60 * 1000)

const char *mc_reader_kind(struct mc_jval v)
{
    static const char *const kinds[] = {
        [MC_JSON_NONE] = "nothing",    [MC_JSON_OBJECT] = "an object", [MC_JSON_ARRAY] = "an array",
        [MC_JSON_STRING] = "a string", [MC_JSON_NUMBER] = "a number",  [MC_JSON_TRUE] = "true",
        [MC_JSON_FALSE] = "false",     [MC_JSON_NULL] = "null",
    };
    return kinds[v.type];
}

static bool is_bool(struct mc_jval v)
{
    return v.type == MC_JSON_TRUE || v.type == MC_JSON_FALSE;
}

/* ---- checks; each reports ---- */

static bool wrong_type(struct mc_reader *r, struct mc_jval v, const char *expected)
{
    mc_reader_report(r, MC_SEV_ERROR, v.s,
                     mc_asprintf("expected %s, found %s", expected, mc_reader_kind(v)));
    return false;
}

static char *string_at(struct mc_reader *r, struct mc_jval v, const char *expected)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(MC_CONFIG_FILE_MAX);

    if (v.type != MC_JSON_STRING) {
        wrong_type(r, v, expected);
        return NULL;
    }
    const char *wrong = mc_jstr_decode(v.s, &text) < 0 ? "this text is too long"
                        : text.len && memchr(text.data, '\0', text.len)
                            ? "a NUL character cannot stand here"
                            : NULL;
    if (wrong) {
        mc_reader_report(r, MC_SEV_ERROR, v.s, mc_strdup(wrong));
        return NULL;
    }
    return mc_buf_steal(&text);
}

char *mc_reader_name(struct mc_reader *r, struct mc_str key)
{
    return string_at(r, mc_jval_of(key), "a name");
}

static bool check_string(struct mc_reader *r, const struct mc_key *key, struct mc_jval v)
{
    MC_CLEANUP(mc_freep) char *expected = mc_key_expected(key);
    MC_CLEANUP(mc_freep) char *text = string_at(r, v, expected);
    char *wrong = text && key->complaint ? key->complaint(text) : NULL;

    if (wrong)
        mc_reader_report(r, MC_SEV_ERROR, v.s, wrong);
    return text && !wrong;
}

static bool check_scalar(struct mc_reader *r, const struct mc_key *key, struct mc_jval v)
{
    return v.type == MC_JSON_NUMBER || v.type == MC_JSON_NULL || is_bool(v) ||
           check_string(r, key, v);
}

static bool check_strings(struct mc_reader *r, const struct mc_key *key, struct mc_jval v)
{
    MC_CLEANUP(mc_freep) char *expected = mc_key_expected(key);
    struct mc_jiter it;
    struct mc_jval item;
    bool fine = true;

    if (key->type == MC_KEY_WORDS && v.type == MC_JSON_STRING)
        return check_string(r, key, v);
    if (key->type == MC_KEY_SOME && is_bool(v))
        return true;
    if (v.type != MC_JSON_ARRAY)
        return wrong_type(r, v, expected);
    mc_jiter_init(&it, v);
    for (size_t i = 0; mc_jiter_next(&it, NULL, &item); i++) {
        size_t where = mc_reader_enter_item(r, i);
        MC_CLEANUP(mc_freep) char *text = string_at(r, item, "a string");
        fine &= text != NULL;
        mc_reader_leave(r, where);
    }
    return fine;
}

static bool check_bool(struct mc_reader *r, const struct mc_key *key MC_UNUSED, struct mc_jval v)
{
    return is_bool(v) || wrong_type(r, v, "true or false");
}

static bool check_choice(struct mc_reader *r, const struct mc_key *key, struct mc_jval v)
{
    MC_CLEANUP(mc_freep) char *expected = mc_key_expected(key);
    MC_CLEANUP(mc_freep) char *text = string_at(r, v, expected);

    if (!text || mc_choice_find(key->choices, text))
        return text != NULL;
    const char *nearest = mc_choice_nearest(key->choices, text);
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), false);
    mc_reader_report(r, MC_SEV_ERROR, v.s,
                     mc_asprintf("expected %s, found \"%s\"%s%s%s", expected, shown,
                                 nearest ? " (did you mean \"" : "", nearest ? nearest : "",
                                 nearest ? "\"?)" : ""));
    return false;
}

static bool check_number(struct mc_reader *r, const struct mc_key *key, struct mc_jval v)
{
    MC_CLEANUP(mc_freep) char *expected = mc_key_expected(key);
    bool shown = v.type == MC_JSON_NUMBER && v.s.n < 32;
    int64_t number;

    if (v.type == MC_JSON_NUMBER && mc_jint(v, &number) && number >= key->min && number <= key->max)
        return true;
    mc_reader_report(r, MC_SEV_ERROR, v.s,
                     mc_asprintf("expected %s, found %.*s", expected, shown ? (int)v.s.n : 64,
                                 shown ? v.s.p : mc_reader_kind(v)));
    return false;
}

/* "1500ms", "30s", "2m", "1h". */
static bool parse_duration(const char *text, uint64_t *ret)
{
    static const struct {
        struct mc_str unit;
        uint64_t ms;
    } units[] = {{{"ms", 2}, 1}, {{"s", 1}, 1000}, {{"m", 1}, 60000}, {{"h", 1}, 3600000}};
    size_t digits = strspn(text, "0123456789");
    struct mc_str unit = mc_str_of(text + digits);

    for (size_t i = 0; i < MC_ARRAY_LEN(units); i++)
        if (mc_str_eq(unit, units[i].unit) && mc_str_u64((struct mc_str){text, digits}, ret) &&
            *ret <= DURATION_MAX_MS) {
            *ret *= units[i].ms;
            return true;
        }
    return false;
}

/* Milliseconds, 0 when it is none. */
static unsigned duration_of(struct mc_jval v)
{
    MC_CLEANUP(mc_freep) char *text = mc_jstr_dup(v);
    uint64_t ms = 0;
    int64_t number;

    if (text && !parse_duration(text, &ms))
        return 0;
    if (!text && v.type == MC_JSON_NUMBER && mc_jint(v, &number) && number > 0)
        ms = (uint64_t)number;
    return ms <= DURATION_MAX_MS ? (unsigned)ms : 0;
}

static bool check_duration(struct mc_reader *r, const struct mc_key *key, struct mc_jval v)
{
    MC_CLEANUP(mc_freep) char *expected = mc_key_expected(key);

    if (v.type != MC_JSON_STRING && v.type != MC_JSON_NUMBER)
        return wrong_type(r, v, expected);
    if (duration_of(v) > 0)
        return true;
    mc_reader_report(r, MC_SEV_ERROR, v.s,
                     mc_strdup("expected a time above 0 and up to 24h, in milliseconds (30000) "
                               "or with a unit (\"30s\")"));
    return false;
}

static bool check_container(struct mc_reader *r, const struct mc_key *key, struct mc_jval v)
{
    MC_CLEANUP(mc_freep) char *expected = mc_key_expected(key);

    return v.type == MC_JSON_OBJECT || wrong_type(r, v, expected);
}

static bool check_any(struct mc_reader *r MC_UNUSED, const struct mc_key *key MC_UNUSED,
                      struct mc_jval v MC_UNUSED)
{
    return true;
}

/* ---- into a spec; only values that were accepted come here ---- */

static void store_string(const struct mc_key *key MC_UNUSED, struct mc_jval v, char *at)
{
    mc_free(*(char **)at);
    *(char **)at = v.type == MC_JSON_STRING ? mc_jstr_dup(v) : NULL;
}

static void store_strings(const struct mc_key *key MC_UNUSED, struct mc_jval v, char *at)
{
    struct mc_strv *sv = (struct mc_strv *)at;
    struct mc_jiter it;
    struct mc_jval item;

    mc_strv_done(sv);
    if (v.type == MC_JSON_TRUE)
        mc_strv_push(sv, "*");
    else if (v.type == MC_JSON_STRING)
        mc_strv_take(sv, mc_jstr_dup(v));
    else if (mc_jiter_init(&it, v))
        while (mc_jiter_next(&it, NULL, &item))
            mc_strv_take(sv, mc_jstr_dup(item));
}

static void store_bool(const struct mc_key *key, struct mc_jval v, char *at)
{
    *(bool *)at = v.type == (key->type == MC_KEY_BOOL ? MC_JSON_TRUE : MC_JSON_FALSE);
}

static void store_choice(const struct mc_key *key, struct mc_jval v, char *at)
{
    MC_CLEANUP(mc_freep) char *text = mc_jstr_dup(v);
    const struct mc_choice *choice = text ? mc_choice_find(key->choices, text) : NULL;

    if (choice)
        memcpy(at, &choice->value, sizeof(choice->value));
}

static void store_number(const struct mc_key *key MC_UNUSED, struct mc_jval v, char *at)
{
    int64_t number;

    if (mc_jint(v, &number))
        *(unsigned *)at = (unsigned)number;
}

static void store_duration(const struct mc_key *key MC_UNUSED, struct mc_jval v, char *at)
{
    *(unsigned *)at = duration_of(v);
}

static char *pair_value(const struct mc_key *item, struct mc_jval v)
{
    if (item->type == MC_KEY_DURATION)
        return mc_asprintf("%u", duration_of(v));
    if (v.type == MC_JSON_NULL)
        return NULL;
    return v.type == MC_JSON_STRING ? mc_jstr_dup(v) : mc_str_dup(v.s);
}

static void store_map(const struct mc_node *n, char *base)
{
    struct mc_kv **pairs = (struct mc_kv **)(base + n->key->offset);

    if (n->n_children == 0)
        return;
    *pairs = mc_calloc(n->n_children, sizeof(**pairs));
    for (size_t i = 0; i < n->n_children; i++)
        (*pairs)[i] = (struct mc_kv){mc_strdup(n->child[i]->name),
                                     pair_value(n->key->keys, n->child[i]->value)};
    *(size_t *)(base + n->key->count_offset) = n->n_children;
}

static const struct {
    bool (*check)(struct mc_reader *r, const struct mc_key *key, struct mc_jval v);
    void (*store)(const struct mc_key *key, struct mc_jval v, char *at);
} types[MC_KEY_TYPE_MAX] = {
    [MC_KEY_FOREIGN] = {check_any, NULL},
    [MC_KEY_ANY] = {check_any, NULL},
    [MC_KEY_STRING] = {check_string, store_string},
    [MC_KEY_SCALAR] = {check_scalar, NULL},
    [MC_KEY_STRINGS] = {check_strings, store_strings},
    [MC_KEY_WORDS] = {check_strings, store_strings},
    [MC_KEY_SOME] = {check_strings, store_strings},
    [MC_KEY_BOOL] = {check_bool, store_bool},
    [MC_KEY_NOT_BOOL] = {check_bool, store_bool},
    [MC_KEY_CHOICE] = {check_choice, store_choice},
    [MC_KEY_NUMBER] = {check_number, store_number},
    [MC_KEY_DURATION] = {check_duration, store_duration},
    [MC_KEY_OBJECT] = {check_container, NULL},
    [MC_KEY_MAP] = {check_container, NULL},
};

bool mc_reader_check(struct mc_reader *r, const struct mc_key *key, struct mc_jval v)
{
    return types[key->type].check(r, key, v);
}

void mc_values_store(const struct mc_node *container, void *base)
{
    for (size_t i = 0; i < container->n_children; i++) {
        const struct mc_node *n = container->child[i];
        if (!n->key)
            continue;
        if (n->key->type == MC_KEY_OBJECT)
            mc_values_store(n, base);
        else if (n->key->type == MC_KEY_MAP && n->key->count_offset)
            store_map(n, base);
        else if (types[n->key->type].store)
            types[n->key->type].store(n->key, n->value, (char *)base + n->key->offset);
    }
}
