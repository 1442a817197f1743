#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/edit.h"
#include "json/jsonc.h"
#include "json/keypath.h"
#include "json/scan.h"
#include "tests/tap.h"
#include "tests/unit/shared.h"

#define OUT_MAX (64u << 20)
#define PATH_MAX_NAMES 32 /* deeper ones are left out */

static struct mc_buf out;
static struct mc_err err;

static struct mc_strv path_of(const char *key)
{
    struct mc_strv path = {0};
    struct mc_err why;
    if (mc_keypath_parse(key, &path, &why) < 0)
        printf("# %s\n", why.msg);
    return path;
}

enum how { SET, APPEND, UNSET };

static int apply(enum how how, struct mc_str text, const char *key, const char *json)
{
    struct mc_strv path = path_of(key);
    int rc;
    mc_buf_clear(&out);
    if (how == SET)
        rc = mc_edit_set(text, &path, mc_str_of(json), &out, &err);
    else if (how == APPEND)
        rc = mc_edit_append(text, &path, mc_str_of(json), &out, &err);
    else
        rc = mc_edit_unset(text, &path, &out, &err);
    mc_strv_done(&path);
    return rc;
}

static const struct {
    enum how how;
    const char *before, *key, *json, *after, *what;
} rows[] = {
    /* new members */
    {SET, "{}", "a", "1", "{\n  \"a\": 1\n}", "into an empty object"},
    {SET, "", "a", "1", "{\n  \"a\": 1\n}\n", "into an empty file"},
    {SET, "// mine\n", "a.b", "1", "// mine\n{\n  \"a\": {\n    \"b\": 1\n  }\n}\n",
     "into a file of comments"},
    {SET, "\xef\xbb\xbf", "a", "1", "\xef\xbb\xbf{\n  \"a\": 1\n}\n", "behind a byte order mark"},
    {SET, "{\n  \"a\": 1\n}\n", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "behind the last one"},
    {SET, "{\n  \"a\": 1,\n}\n", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2,\n}\n",
     "with a trailing comma, as the file has it"},
    {SET, "{\n  \"a\": 1 // one\n}\n", "b", "2", "{\n  \"a\": 1, // one\n  \"b\": 2\n}\n",
     "behind a comment on the line"},
    {SET, "{\n  \"a\": 1 /* x */ // one\n  // \"c\": 3\n}\n", "b", "2",
     "{\n  \"a\": 1, /* x */ // one\n  \"b\": 2\n  // \"c\": 3\n}\n", "behind two"},
    {SET, "{\n  \"a\": 1 /* x\n */\n}\n", "b", "2", "{\n  \"a\": 1, /* x\n */\n  \"b\": 2\n}\n",
     "behind one that goes on"},
    {SET, "{\r\n\t\"a\": 1\r\n}\r\n", "b.c", "[]",
     "{\r\n\t\"a\": 1,\r\n\t\"b\": {\r\n\t\t\"c\": []\r\n\t}\r\n}\r\n", "line ends and tabs"},
    {SET, "{\r    \"a\": 1\r}", "b", "2", "{\r    \"a\": 1,\r    \"b\": 2\r}",
     "lone carriage returns"},
    {SET, "{\"a\":1}", "b", "{\"c\":[1,2]}", "{\"a\":1,\"b\":{\"c\":[1,2]}}", "a dense file"},
    {SET, "{ \"a\": 1 }", "b", "{\"c\":[1,2]}", "{ \"a\": 1, \"b\": {\"c\": [1, 2]} }",
     "a file of one line"},
    {SET, "{\"a\": 1,}", "b", "2", "{\"a\": 1, \"b\": 2,}", "one with a trailing comma"},
    {SET, "{\"a\": {}}", "a.b", "2", "{\"a\": {\"b\": 2}}", "an empty object in it"},
    {SET, "{\n  \"a\": {}\n}", "a.b", "2", "{\n  \"a\": {\n    \"b\": 2\n  }\n}",
     "an empty object in lines"},
    {SET, "{\n  // none yet\n}", "a", "2", "{\n  // none yet\n  \"a\": 2\n}",
     "behind the comment of an empty object"},
    {SET, "{ // none yet\n}", "a", "2", "{ // none yet\n  \"a\": 2\n}", "behind one on the line"},
    {SET, "{\n}", "a", "2", "{\"a\": 2\n}", "white space in an empty object stays"},
    {SET, "{ /* x */ }", "a", "2", "{\"a\": 2 /* x */ }", "a comment in an empty object"},
    {SET, "{\n  \"a\": 1 }", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2 }",
     "before a bracket on the line"},
    {SET, "{\"a\": 1 // x\n}", "b", "2", "{\"a\": 1, \"b\": 2 // x\n}",
     "before a comment where members share a line"},
    {SET, "{\n  \"a\": 1\n  ,\n}", "b", "2", "{\n  \"a\": 1\n  ,\n  \"b\": 2,\n}",
     "a comma on a line of its own"},
    {SET, "{}", "x[\"a.b\"][\"\"]", "\"\\u00e9\"",
     "{\n  \"x\": {\n    \"a.b\": {\n      \"\": \"\\u00e9\"\n    }\n  }\n}",
     "names with dots, and empty ones"},
    {SET, "{\n  \"s\": [\n    1\n  ]\n}", "s.1", "2", "{\n  \"s\": [\n    1,\n    2\n  ]\n}",
     "the next element"},
    {SET, "{}", "s",
     "{\"command\":\"npx\",\"args\":[\"-y\",\"x\"],\"env\":{},\"list\":[{\"a\":1}]}",
     "{\n  \"s\": {\n    \"command\": \"npx\",\n    \"args\": [\"-y\", \"x\"],\n    \"env\": {},\n "
     "   \"list\": [\n      {\n        \"a\": 1\n      }\n    ]\n  }\n}",
     "a value in lines"},
    /* new values */
    {SET, "{\n  \"a\": 1, // one\n  \"b\": 2\n}", "a", "12345678901234567890.10",
     "{\n  \"a\": 12345678901234567890.10, // one\n  \"b\": 2\n}", "a new value"},
    {SET, "{\n  \"a\": {\"b\": 1}\n}", "a.b", "2", "{\n  \"a\": {\"b\": 2}\n}",
     "of a member on one line"},
    {SET, "{\n  \"a\": 1\n}", "a", "{\"b\":1}", "{\n  \"a\": {\n    \"b\": 1\n  }\n}",
     "an object for a number"},
    {SET, "{\"a\":1}", "a", "{\"b\":1}", "{\"a\":{\"b\":1}}", "the same where it is dense"},
    {SET, "{\n  \"a\" : /* x */ [ 1,2 ] ,\n}", "a", "[1, 2]", "{\n  \"a\" : /* x */ [ 1,2 ] ,\n}",
     "the value that is there"},
    {SET, "{\"a\": [1, {\"b\": 2}]}", "a.1.b", "3", "{\"a\": [1, {\"b\": 3}]}", "in an element"},
    {SET, "{\"\\u0061\": 1}", "a", "2", "{\"\\u0061\": 2}", "a name that is written with escapes"},
    /* arrays */
    {APPEND, "{}", "a", "\"x\"", "{\n  \"a\": [\"x\"]\n}", "a new array"},
    {APPEND, "{\"a\": [\"x\"]}", "a", "\"y\"", "{\"a\": [\"x\", \"y\"]}",
     "behind its last element"},
    {APPEND, "{\n  \"a\": [\n    \"x\", // the first\n  ]\n}", "a", "\"y\"",
     "{\n  \"a\": [\n    \"x\", // the first\n    \"y\",\n  ]\n}", "in lines"},
    /* removing */
    {UNSET, "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}", "a", NULL,
     "{\n  \"b\": 2,\n  \"c\": 3\n}", "the first"},
    {UNSET, "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}", "b", NULL,
     "{\n  \"a\": 1,\n  \"c\": 3\n}", "one in the middle"},
    {UNSET, "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}", "c", NULL,
     "{\n  \"a\": 1,\n  \"b\": 2\n}", "the last"},
    {UNSET, "{\n  \"a\": 1,\n  \"b\": 2,\n}", "b", NULL, "{\n  \"a\": 1,\n}",
     "the last with its comma"},
    {UNSET, "{\n  \"a\": 1, // one\n  \"b\": 2, // two\n  \"c\": 3 // three\n}", "b", NULL,
     "{\n  \"a\": 1, // one\n  // two\n  \"c\": 3 // three\n}", "its comment stays"},
    {UNSET, "{\n  \"a\": 1, // one\n  \"b\": 2 // two\n}", "b", NULL,
     "{\n  \"a\": 1 // one\n  // two\n}", "that of the last, too"},
    {UNSET, "{\n  \"a\": 1 // one\n  , \"b\": 2 }", "b", NULL, "{\n  \"a\": 1 // one\n   }",
     "no bracket gets into a comment"},
    {UNSET, "{\"a\": 1, // x\n \"b\": 2}", "b", NULL, "{\"a\": 1 // x\n }", "nor here"},
    {UNSET, "{\"a\": 1, \"b\": 2}", "a", NULL, "{\"b\": 2}", "on one line"},
    {UNSET, "{\"a\":1,\"b\":2,\"c\":3}", "b", NULL, "{\"a\":1,\"c\":3}", "where it is dense"},
    {UNSET, "{\n  \"a\": 1, \"b\": 2,\n  \"c\": 3\n}", "a", NULL, "{\n  \"b\": 2,\n  \"c\": 3\n}",
     "one that shares its line"},
    {UNSET, "{\n  \"a\": 1 /* x */, \"b\": 2\n}", "a", NULL, "{\n  /* x */ \"b\": 2\n}",
     "a comment before its comma"},
    {UNSET, "{\n  \"a\": 1\n}\n", "a", NULL, "{}\n", "the only one"},
    {UNSET, "{\n  // why\n  \"a\": 1\n}\n", "a", NULL, "{\n  // why\n}\n",
     "the only one, with a comment"},
    {UNSET, "{\n  \"a\": 1\n}\n", "b", NULL, "{\n  \"a\": 1\n}\n", "one that is not there"},
    {UNSET, "{\n  \"a\": 1\n}\n", "b.c.d", NULL, "{\n  \"a\": 1\n}\n",
     "nor anything on the way to it"},
    {UNSET, "{\"a\": [1, 2, 3]}", "a.1", NULL, "{\"a\": [1, 3]}", "an element"},
    {UNSET, "{\"a\": {\"b\": {\"c\": 1}}}", "a.b", NULL, "{\"a\": {}}", "a whole object"},
    {UNSET, "", "a", NULL, "", "nothing in an empty file"},
};

static void tables(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int rc = apply(rows[i].how, mc_str_of(rows[i].before), rows[i].key, rows[i].json);
        is_str(rc < 0 ? err.msg : out.data ? out.data : "", rows[i].after, "%s", rows[i].what);
        if (rows[i].how == SET || (rows[i].how == UNSET && !strchr(rows[i].before, '['))) {
            char *once = mc_str_dup(mc_buf_str(&out));
            apply(rows[i].how, mc_str_of(once), rows[i].key, rows[i].json);
            is_str(out.data ? out.data : "", once, "%s: twice is once", rows[i].what);
            mc_free(once);
        }
    }
}

static const struct {
    enum how how;
    const char *before, *key, *msg;
    int code;
} mistakes[] = {
    {SET, "{\n  \"a\": }", "a", "2:8: expected a value, found '}'", -MC_E_CONFIG},
    {SET, "{\n  \"a\": 1,\n  \"a\": 2}", "a", "3:3: \"a\" was already given on line 2",
     -MC_E_CONFIG},
    {SET, "{\n  \"a\": \"x\"\n}", "a.b", "2:8: a is neither an object nor an array, so it has no b",
     -MC_E_CONFIG},
    {SET, "7", "b", "1:1: the document is neither an object nor an array, so it has no b",
     -MC_E_CONFIG},
    {UNSET, "{\n  \"a\": \"x\"\n}", "a.b",
     "2:8: a is neither an object nor an array, so it has no b", -MC_E_CONFIG},
    {SET, "{\"a\": [1]}", "a.2", "a has 1 elements, there is no 2", -MC_E_NOT_FOUND},
    {SET, "{\"a\": [1]}", "a.x", "a has 1 elements, there is no x", -MC_E_NOT_FOUND},
    {APPEND, "{\"a\": 1}", "a", "a is no array", -MC_E_CONFIG},
};

static void refusals(void)
{
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        is_int(apply(mistakes[i].how, mc_str_of(mistakes[i].before), mistakes[i].key, "1"),
               mistakes[i].code, "refused: %s", mistakes[i].msg);
        is_str(err.msg, mistakes[i].msg, "and says why");
    }
    struct mc_strv path = path_of("a");
    struct mc_buf small = MC_BUF_INIT(10);
    is_int(mc_edit_set(MC_STR("{}"), &path, MC_STR("\"0123456789\""), &small, &err), -MC_E_TOO_BIG,
           "a bound");
    mc_buf_done(&small);
    mc_strv_done(&path);
}

static void keypaths(void)
{
    static const char *const bad[] = {"a.", ".a", "a..b", "a[\"b", "a[b]", "[\"a\"", "a[\"b\"x]"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct mc_strv names;
        is_int(mc_keypath_parse(bad[i], &names, &err), -MC_E_USAGE, "no key: %s", bad[i]);
        ok(strstr(err.msg, "is no name of a key; expected names with dots"), "and says why");
        mc_strv_done(&names);
    }
    static const char *const good[] = {"a", "servers.github.args.0", "servers[\"my.server\"].url",
                                       "[\"\"]", "[\"\\\"\"].x"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct mc_strv names = path_of(good[i]);
        char *text = mc_keypath_text(&names);
        is_str(text, good[i], "there and back: %s", good[i]);
        mc_free(text);
        mc_strv_done(&names);
    }
}

/* ---- properties, over any text ---- */

static unsigned n_checked, n_refused;

/* Setting a new member and removing it again gives the same bytes; between them every byte of the text is still there, in its order. */
static bool there_and_back(struct mc_str text, const struct mc_strv *path, const char *json)
{
    struct mc_buf with = MC_BUF_INIT(OUT_MAX), back = MC_BUF_INIT(OUT_MAX),
                  again = MC_BUF_INIT(OUT_MAX);
    bool good = mc_edit_set(text, path, mc_str_of(json), &with, &err) == 0;
    size_t i = 0;
    for (size_t k = 0; good && k < with.len && i < text.n; k++)
        i += with.data[k] == text.p[i];
    good = good && i == text.n &&
           mc_edit_set(mc_buf_str(&with), path, mc_str_of(json), &again, &err) == 0 &&
           mc_str_eq(mc_buf_str(&again), mc_buf_str(&with)) &&
           mc_edit_unset(mc_buf_str(&with), path, &back, &err) == 0 &&
           mc_str_eq(mc_buf_str(&back), text);
    if (!good)
        printf("# with:\n# %s\n# back:\n# %s\n# %s\n", with.data ? with.data : "",
               back.data ? back.data : "", err.msg);
    mc_buf_done(&with);
    mc_buf_done(&back);
    mc_buf_done(&again);
    n_checked++;
    return good;
}

/* At every object of the text; false at the first that breaks the rule. */
static bool at_every_object(struct mc_str text, struct mc_jval v, struct mc_strv *path)
{
    static const char *const values[] = {"1", "\"x\"", "{\"a\":{\"b\":[1,2]},\"c\":[]}",
                                         "[{\"a\":1}]"};
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval member;
    if (path->n + 1 >= PATH_MAX_NAMES || !mc_jiter_init(&it, v))
        return true;
    if (v.type == MC_JSON_OBJECT) {
        mc_strv_push(path, "mcpctl-test");
        bool good = there_and_back(text, path, values[n_checked % 4]);
        mc_free(path->v[--path->n]);
        path->v[path->n] = NULL;
        if (!good)
            return false;
    }
    for (size_t i = 0; mc_jiter_next(&it, &key, &member); i++) {
        char index[24];
        snprintf(index, sizeof(index), "%zu", i);
        mc_strv_take(path,
                     v.type == MC_JSON_OBJECT ? mc_jstr_dup(mc_jval_of(key)) : mc_strdup(index));
        bool good = at_every_object(text, member, path);
        mc_free(path->v[--path->n]);
        path->v[path->n] = NULL;
        if (!good)
            return false;
    }
    return true;
}

static bool holds_for(const char *text, size_t n)
{
    struct mc_jsonc doc;
    struct mc_strv path = {0};
    bool good = true;
    if (mc_jsonc_parse(text, n, false, &doc) < 0)
        n_refused++;
    else if (mc_json_same(mc_jval_of((struct mc_str){doc.text, doc.len}).s,
                          doc.root.s)) /* not the empty text, which becomes an object */
        good = at_every_object((struct mc_str){text, n}, doc.root, &path);
    mc_strv_done(&path);
    mc_jsonc_done(&doc);
    return good;
}

static void each_file(const char *path, const char *text, size_t n)
{
    const char *name = strrchr(path, '/');
    ok(holds_for(text, n), "set and unset in %s", name ? name + 1 : path);
}

/* ---- made-up files ---- */

static unsigned seed = 1;

static unsigned below(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void add_space(struct mc_buf *b)
{
    static const char *const space[] = {"",       "",   "",        " ",       "\n",          "\n  ",
                                        "\r\n",   "\t", " // c\n", "/* c */", " /* c\n */ ", "\n\n",
                                        " // }\n"};
    for (unsigned n = below(3); n > 0; n--)
        mc_buf_addz(b, space[below(sizeof(space) / sizeof(space[0]))]);
}

static void add_value(struct mc_buf *b, unsigned depth)
{
    static const char *const plain[] = {
        "1",      "1.0",       "-0",   "1e400", "\"x\"",
        "\"//\"", "\"\\\"}\"", "null", "true",  "12345678901234567890"};
    unsigned kind = depth ? below(4) : 0;
    if (kind < 2 && depth < 4) {
        unsigned n = below(4);
        mc_buf_addc(b, kind ? '[' : '{');
        for (unsigned i = 0; i < n; i++) {
            add_space(b);
            if (!kind)
                mc_buf_addf(b, "\"k%u\"", i);
            if (!kind)
                add_space(b);
            if (!kind)
                mc_buf_addc(b, ':');
            add_space(b);
            add_value(b, depth + 1);
            add_space(b);
            if (i + 1 < n || below(3) == 0)
                mc_buf_addc(b, ',');
        }
        add_space(b);
        mc_buf_addc(b, kind ? ']' : '}');
    } else {
        mc_buf_addz(b, plain[below(10)]);
    }
}

static void made_up(void)
{
    bool good = true;
    for (unsigned i = 0; good && i < 3000; i++) {
        struct mc_buf text = MC_BUF_INIT(1u << 20);
        seed = i + 1;
        if (below(5) == 0)
            mc_buf_addz(&text, "\xef\xbb\xbf");
        add_space(&text);
        add_value(&text, 0);
        add_space(&text);
        good = holds_for(text.data, text.len);
        if (!good)
            printf("# seed %u: %s\n", i + 1, text.data);
        mc_buf_done(&text);
    }
    ok(good, "set and unset in 3000 made-up files");
    is_int(n_refused, 0, "all of which were read");
}

int main(void)
{
    mc_buf_init(&out, OUT_MAX);
    tables();
    refusals();
    keypaths();
    made_up();
    if (each_shared("corpus", each_file) == 0)
        skip("no files of real clients here");
    printf("# %u edits, %u files refused\n", n_checked, n_refused);
    mc_buf_done(&out);
    return done_testing();
}
