#include "config/reader.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "config/keys.h"
#include "config/sources.h"

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

static void report_type(struct mc_reader *r, struct mc_jval v, const char *expected)
{
    mc_reader_report(r, MC_SEV_ERROR, v.s,
                     mc_asprintf("expected %s, found %s", expected, mc_reader_kind(v)));
}

static char *string_at(struct mc_reader *r, struct mc_jval v, const char *expected)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(MC_CONFIG_FILE_MAX);

    if (v.type != MC_JSON_STRING) {
        report_type(r, v, expected);
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

/* ---- one function for each type: stores the value at `at`, or reports ---- */

static void set_string(struct mc_reader *r, const struct mc_key *key MC_UNUSED, struct mc_jval v,
                       char *base)
{
    char **at = (char **)(base + key->offset);
    char *text = string_at(r, v, "a string");

    if (!text)
        return;
    mc_free(*at);
    *at = text;
}

static void set_strings(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, char *base)
{
    struct mc_strv *at = (struct mc_strv *)(base + key->offset);
    struct mc_jiter it;
    struct mc_jval item;

    if (v.type != MC_JSON_ARRAY) {
        report_type(r, v, "an array of strings");
        return;
    }
    mc_strv_done(at);
    mc_jiter_init(&it, v);
    for (size_t i = 0; mc_jiter_next(&it, NULL, &item); i++) {
        size_t where = mc_reader_enter_item(r, i);
        char *text = string_at(r, item, "a string");
        if (text)
            mc_strv_take(at, text);
        mc_reader_leave(r, where);
    }
}

static bool is_header_name(const char *name)
{
    return *name && strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(name);
}

/* NULL when the pair is fine. */
static const char *wrong_pair(const struct mc_key *key, const char *name, const char *value)
{
    if (key->type == MC_KEY_ENV)
        return *name == '\0' || strchr(name, '=') ? "this cannot be the name of a variable" : NULL;
    if (!is_header_name(name))
        return "this cannot be the name of a header";
    return value && strpbrk(value, "\r\n") ? "a header's value cannot hold a line break" : NULL;
}

/* The value of one pair. Numbers and booleans are taken as they are written. False when it was reported. */
static bool pair_value(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, char **ret)
{
    bool env = key->type == MC_KEY_ENV;

    *ret = NULL;
    if (env && v.type == MC_JSON_NULL)
        return true;
    if (env && (v.type == MC_JSON_NUMBER || v.type == MC_JSON_TRUE || v.type == MC_JSON_FALSE))
        *ret = mc_str_dup(v.s);
    else
        *ret = string_at(r, v, env ? "a string, a number, true, false or null" : "a string");
    return *ret != NULL;
}

static void add_pair(struct mc_reader *r, const struct mc_key *key, struct mc_str key_span,
                     struct mc_jval v, char *base)
{
    struct mc_kv **at = (struct mc_kv **)(base + key->offset);
    size_t *n = (size_t *)(base + key->count_offset);
    char *name = mc_reader_name(r, key_span), *value = NULL;
    if (!name)
        return;
    size_t where = mc_reader_enter(r, name);
    bool fine = pair_value(r, key, v, &value);
    const char *wrong = fine ? wrong_pair(key, name, value) : NULL;
    if (wrong)
        mc_reader_report(r, MC_SEV_ERROR, key_span, mc_strdup(wrong));
    mc_reader_leave(r, where);
    if (!fine || wrong) {
        mc_free(name);
        mc_free(value);
        return;
    }
    if ((*n & (*n - 1)) == 0) /* room for the next power of two */
        *at = mc_realloc(*at, (*n ? *n * 2 : 1) * sizeof(**at));
    (*at)[(*n)++] = (struct mc_kv){name, value};
}

static void set_pairs(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, char *base)
{
    struct mc_jiter it;
    struct mc_str name;
    struct mc_jval value;

    if (v.type != MC_JSON_OBJECT) {
        report_type(r, v, "an object of strings");
        return;
    }
    mc_jiter_init(&it, v);
    while (mc_jiter_next(&it, &name, &value))
        add_pair(r, key, name, value, base);
}

static void set_bool(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, char *base)
{
    bool *at = (bool *)(base + key->offset);

    if (v.type != MC_JSON_TRUE && v.type != MC_JSON_FALSE)
        report_type(r, v, "true or false");
    else
        *at |= v.type == (key->type == MC_KEY_BOOL ? MC_JSON_TRUE : MC_JSON_FALSE);
}

static void set_choice(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, char *base)
{
    MC_CLEANUP(mc_freep) char *text = NULL;
    MC_CLEANUP(mc_buf_done) struct mc_buf expected = MC_BUF_INIT(512);

    for (const struct mc_choice *c = key->choices; c->name; c++)
        if (!c->alias)
            mc_buf_addf(&expected, "%s\"%s\"",
                        expected.len == 0          ? ""
                        : c[1].name && !c[1].alias ? ", "
                                                   : " or ",
                        c->name);
    text = string_at(r, v, expected.data);
    if (!text)
        return;

    const struct mc_choice *choice = mc_choice_find(key->choices, text);
    if (choice) {
        memcpy(base + key->offset, &choice->value, sizeof(choice->value));
        return;
    }
    const char *nearest = mc_choice_nearest(key->choices, text);
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), false);
    mc_reader_report(r, MC_SEV_ERROR, v.s,
                     mc_asprintf("expected %s, found \"%s\"%s%s%s", expected.data, shown,
                                 nearest ? " (did you mean \"" : "", nearest ? nearest : "",
                                 nearest ? "\"?)" : ""));
}

static void set_number(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, char *base)
{
    int64_t number;

    if (v.type == MC_JSON_NUMBER && mc_jint(v, &number) && number >= key->min &&
        number <= key->max) {
        *(unsigned *)(base + key->offset) = (unsigned)number;
        return;
    }
    bool shown = v.type == MC_JSON_NUMBER && v.s.n < 32;
    mc_reader_report(r, MC_SEV_ERROR, v.s,
                     mc_asprintf("expected a whole number from %u to %u, found %.*s", key->min,
                                 key->max, shown ? (int)v.s.n : 64,
                                 shown ? v.s.p : mc_reader_kind(v)));
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

static void set_duration(struct mc_reader *r, const struct mc_key *key, struct mc_jval v,
                         char *base)
{
    MC_CLEANUP(mc_freep) char *text = v.type == MC_JSON_STRING ? mc_jstr_dup(v) : NULL;
    uint64_t ms = 0;
    int64_t number;

    if (text && !parse_duration(text, &ms))
        ms = 0;
    if (!text && v.type == MC_JSON_NUMBER && mc_jint(v, &number) && number > 0)
        ms = (uint64_t)number;
    if (ms > 0 && ms <= DURATION_MAX_MS) {
        *(unsigned *)(base + key->offset) = (unsigned)ms;
        return;
    }
    if (v.type == MC_JSON_STRING || v.type == MC_JSON_NUMBER)
        mc_reader_report(r, MC_SEV_ERROR, v.s,
                         mc_strdup("expected a time above 0 and up to 24h, in milliseconds (30000) "
                                   "or with a unit (\"30s\")"));
    else
        report_type(r, v, "milliseconds (30000) or text with a unit (\"30s\")");
}

static void set_object(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, char *base)
{
    if (v.type == MC_JSON_OBJECT)
        mc_reader_members(r, key->keys, v, base);
    else
        report_type(r, v, "an object");
}

static void set_servers(struct mc_reader *r, const struct mc_key *key MC_UNUSED, struct mc_jval v,
                        char *base MC_UNUSED)
{
    report_type(r, v, "an object of servers by name");
}

void mc_reader_value(struct mc_reader *r, const struct mc_key *key, struct mc_jval v, void *base)
{
    static void (*const set[MC_KEY_TYPE_MAX])(struct mc_reader *, const struct mc_key *,
                                              struct mc_jval, char *) = {
        [MC_KEY_STRING] = set_string,     [MC_KEY_STRINGS] = set_strings,
        [MC_KEY_ENV] = set_pairs,         [MC_KEY_HEADERS] = set_pairs,
        [MC_KEY_BOOL] = set_bool,         [MC_KEY_NOT_BOOL] = set_bool,
        [MC_KEY_CHOICE] = set_choice,     [MC_KEY_NUMBER] = set_number,
        [MC_KEY_DURATION] = set_duration, [MC_KEY_OBJECT] = set_object,
        [MC_KEY_SERVERS] = set_servers,
    };

    if (!set[key->type])
        return;
    if (key->elsewhere != MC_JSON_NONE && v.type == key->elsewhere && !r->source->own)
        return;
    set[key->type](r, key, v, base);
}

void mc_reader_members(struct mc_reader *r, const struct mc_key *table, struct mc_jval object,
                       void *base)
{
    struct mc_jiter it;
    struct mc_str key_span;
    struct mc_jval v;

    mc_jiter_init(&it, object);
    while (mc_jiter_next(&it, &key_span, &v)) {
        MC_CLEANUP(mc_freep) char *name = mc_reader_name(r, key_span);
        if (!name)
            continue;
        const struct mc_key *key = mc_key_find(table, name);
        size_t where = mc_reader_enter(r, name);

        if (key) {
            mc_reader_value(r, key, v, base);
        } else if (!mc_key_is_comment(name)) {
            const char *nearest = mc_key_nearest(table, name);
            mc_reader_report(r, MC_SEV_WARNING, key_span,
                             nearest ? mc_asprintf("unknown key; did you mean \"%s\"?", nearest)
                                     : mc_strdup("unknown key"));
        }
        mc_reader_leave(r, where);
    }
}
