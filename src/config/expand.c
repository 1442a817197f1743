#include "config/expand.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"

/* ---- tokens ---- */

enum kind {
    TEXT,     /* stands as it is */
    BRACE,    /* "$${": a literal "${" */
    VARIABLE, /* of the environment */
    PLACE,    /* ${workspaceFolder} and the like */
    LATER,    /* a form that exists and is not supported yet */
};

struct token {
    enum kind kind;
    struct mc_str text; /* all of it */
    struct mc_str name; /* VARIABLE, PLACE, LATER: without default */
    struct mc_str fallback;
    bool has_fallback;
};

static int place_root(const struct mc_expand *x, struct mc_buf *out)
{
    return mc_buf_addz(out, x->root);
}

static int place_root_base(const struct mc_expand *x, struct mc_buf *out)
{
    return mc_buf_addz(out, mc_path_base(x->root));
}

static int place_home(const struct mc_expand *x, struct mc_buf *out)
{
    const char *home = mc_expand_getenv(x->env, MC_STR("HOME"));

    return home ? mc_buf_addz(out, home) : -MC_E_CONFIG;
}

static int place_slash(const struct mc_expand *x MC_UNUSED, struct mc_buf *out)
{
    return mc_buf_addc(out, '/');
}

static const struct place {
    const char *name;
    int (*add)(const struct mc_expand *x, struct mc_buf *out);
} places[] = {
    {"workspaceFolder", place_root},
    {"workspaceFolderBasename", place_root_base},
    {"userHome", place_home},
    {"pathSeparator", place_slash},
    {"/", place_slash},
};

static const struct place *find_place(struct mc_str name)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(places); i++)
        if (mc_str_eq(name, mc_str_of(places[i].name)))
            return &places[i];
    return NULL;
}

/* With a colon: all names that begin so. */
static const char *const later[] = {
    "input:", "secret:", "file:", "cmd:", "config:", "command:", "workspaceFolder:", "cwd",
};

static bool is_later(struct mc_str name)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(later); i++) {
        struct mc_str form = mc_str_of(later[i]);
        if (form.p[form.n - 1] == ':' ? mc_str_starts(name, form) : mc_str_eq(name, form))
            return true;
    }
    return false;
}

static bool is_identifier(struct mc_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return s.n > 0;
}

/* What is between the braces. Text that no client takes for a reference (the ${x%.*} of a shell, say) stays as it is. */
static enum kind classify(struct mc_str body, struct token *t)
{
    const char *dash = body.n ? memmem(body.p, body.n, ":-", 2) : NULL;

    t->name = body;
    t->has_fallback = dash != NULL;
    if (dash) {
        t->name.n = (size_t)(dash - body.p);
        t->fallback = (struct mc_str){dash + 2, body.n - t->name.n - 2};
    }
    if (find_place(t->name))
        return PLACE;
    if (is_later(t->name))
        return LATER;
    if (mc_str_starts(t->name, MC_STR("env:")) && t->name.n > 4) {
        t->name = (struct mc_str){t->name.p + 4, t->name.n - 4};
        return VARIABLE;
    }
    return is_identifier(t->name) ? VARIABLE : TEXT;
}

/* The '}' that closes the "${" at the beginning of s, NULL when there is none. */
static const char *closing(struct mc_str s)
{
    size_t depth = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{')
            depth++;
        else if (s.p[i] == '}' && --depth == 0)
            return s.p + i;
    }
    return NULL;
}

/* False at the end. */
static bool next_token(struct mc_str *rest, struct token *t)
{
    *t = (struct token){.kind = TEXT, .text = *rest};
    if (rest->n == 0)
        return false;
    if (mc_str_starts(*rest, MC_STR("$${"))) {
        t->kind = BRACE;
        t->text.n = 3;
    } else if (mc_str_starts(*rest, MC_STR("${"))) {
        const char *end = closing(*rest);
        /* Without an end it is text up to the next dollar. */
        t->text.n = end ? (size_t)(end - rest->p) + 1 : 2;
        if (end)
            t->kind = classify((struct mc_str){rest->p + 2, t->text.n - 3}, t);
    } else {
        const char *dollar = memchr(rest->p + 1, '$', rest->n - 1);
        t->text.n = dollar ? (size_t)(dollar - rest->p) : rest->n;
    }
    *rest = (struct mc_str){rest->p + t->text.n, rest->n - t->text.n};
    return true;
}

/* ---- expansion ---- */

const char *mc_expand_getenv(char *const *env, struct mc_str name)
{
    for (; env && *env; env++)
        if (strncmp(*env, name.p, name.n) == 0 && (*env)[name.n] == '=')
            return *env + name.n + 1;
    return NULL;
}

static int fail(const struct mc_expand *x, struct mc_err *err, const struct token *t,
                const char *why)
{
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(t->text, false);

    return mc_err_set(err, MC_E_CONFIG, "server \"%s\": %s: %s %s", x->server, x->key, shown, why);
}

static int expand_text(const struct mc_expand *x, struct mc_str text, unsigned depth,
                       struct mc_buf *out, struct mc_err *err);

static int expand_variable(const struct mc_expand *x, const struct token *t, unsigned depth,
                           struct mc_buf *out, struct mc_err *err)
{
    const char *value = mc_expand_getenv(x->env, t->name);

    if (value) {
        mc_buf_addz(out, value);
        return 0;
    }
    if (t->has_fallback && depth == MC_EXPAND_DEPTH_MAX)
        return fail(x, err, t, "nests defaults too deeply");
    if (t->has_fallback)
        return expand_text(x, t->fallback, depth + 1, out, err);
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(t->name, false);
    return mc_err_set(
        err, MC_E_CONFIG,
        "server \"%s\": %s: the variable %s is not set; set it, or give it a default: "
        "${%s:-…}",
        x->server, x->key, shown, shown);
}

static int expand_token(const struct mc_expand *x, const struct token *t, unsigned depth,
                        struct mc_buf *out, struct mc_err *err)
{
    switch (t->kind) {
    case TEXT:
        mc_buf_adds(out, t->text);
        return 0;
    case BRACE:
        mc_buf_addz(out, "${");
        return 0;
    case VARIABLE:
        return expand_variable(x, t, depth, out, err);
    case PLACE:
        if (find_place(t->name)->add(x, out) == -MC_E_CONFIG)
            return fail(x, err, t, "is not known: HOME is not set");
        return 0;
    case LATER:
        return fail(x, err, t,
                    "is not supported yet; use a variable of the environment, such as ${NAME}");
    }
    return 0;
}

static int expand_text(const struct mc_expand *x, struct mc_str text, unsigned depth,
                       struct mc_buf *out, struct mc_err *err)
{
    struct token t;

    while (next_token(&text, &t)) {
        int ret = expand_token(x, &t, depth, out, err);
        if (ret < 0)
            return ret;
    }
    return 0;
}

int mc_expand(const struct mc_expand *x, const char *text, char **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_EXPANDED_MAX);

    int failed = expand_text(x, mc_str_of(text), 0, &out, err);
    if (failed < 0)
        return failed;
    if (out.failed)
        return mc_err_set(err, MC_E_CONFIG, "server \"%s\": %s: longer than %u bytes when expanded",
                          x->server, x->key, MC_EXPANDED_MAX);
    *ret = mc_buf_steal(&out);
    return 0;
}

/* ---- references ---- */

void mc_strv_push_once(struct mc_strv *sv, const char *s)
{
    for (size_t i = 0; i < sv->n; i++)
        if (strcmp(sv->v[i], s) == 0)
            return;
    mc_strv_push(sv, s);
}

static void add_references(struct mc_str text, unsigned depth, struct mc_strv *ret)
{
    struct token t;

    while (next_token(&text, &t)) {
        if (t.kind == VARIABLE || t.kind == LATER) {
            MC_CLEANUP(mc_freep) char *name = mc_str_dup(t.name);
            mc_strv_push_once(ret, name);
        }
        if (t.has_fallback && depth < MC_EXPAND_DEPTH_MAX)
            add_references(t.fallback, depth + 1, ret);
    }
}

void mc_expand_references(const char *text, struct mc_strv *ret)
{
    add_references(mc_str_of(text), 0, ret);
}
