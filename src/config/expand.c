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
    FORM,     /* ${secret:NAME} and the like */
    ALIEN,    /* a form that only its own program can resolve */
};

struct token {
    enum kind kind;
    struct mc_str text; /* all of it */
    struct mc_str name; /* without default */
    struct mc_str fallback;
    bool has_fallback;
};

static int place_root(const struct mc_expand *x, struct mc_buf *out)
{
    return mc_buf_addz(out, x->with->root);
}

static int place_root_base(const struct mc_expand *x, struct mc_buf *out)
{
    return mc_buf_addz(out, mc_path_base(x->with->root));
}

static int place_home(const struct mc_expand *x, struct mc_buf *out)
{
    const char *home = mc_expand_getenv(x->with->env, MC_STR("HOME"));

    return home ? mc_buf_addz(out, home) : -MC_E_CONFIG;
}

static int place_cwd(const struct mc_expand *x, struct mc_buf *out)
{
    return x->cwd ? mc_buf_addz(out, x->cwd) : -MC_E_CONFIG;
}

static int place_slash(const struct mc_expand *x MC_UNUSED, struct mc_buf *out)
{
    return mc_buf_addc(out, '/');
}

static const struct place {
    const char *name;
    int (*add)(const struct mc_expand *x, struct mc_buf *out);
    const char *unknown; /* why it can be unknown */
} places[] = {
    {"workspaceFolder", place_root, NULL},
    {"workspaceFolderBasename", place_root_base, NULL},
    {"userHome", place_home, "is not known: HOME is not set"},
    {"cwd", place_cwd, "goes round in a circle: it is the value of this very key"},
    {"pathSeparator", place_slash, NULL},
    {"/", place_slash, NULL},
};

static const struct place *find_place(struct mc_str name)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(places); i++)
        if (mc_str_eq(name, mc_str_of(places[i].name)))
            return &places[i];
    return NULL;
}

static bool is_alien(struct mc_str name)
{
    static const char *const heads[] = {"config:", "command:", "workspaceFolder:"};

    for (size_t i = 0; i < MC_ARRAY_LEN(heads); i++)
        if (mc_str_starts(name, mc_str_of(heads[i])))
            return true;
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

/* The ":-" of this reference, not of one inside it; NULL: none. */
static const char *find_dash(struct mc_str body)
{
    size_t depth = 0;

    for (size_t i = 0; i + 1 < body.n; i++) {
        if (body.p[i] == '$' && body.p[i + 1] == '{')
            depth++;
        else if (body.p[i] == '}' && depth)
            depth--;
        else if (depth == 0 && body.p[i] == ':' && body.p[i + 1] == '-')
            return body.p + i;
    }
    return NULL;
}

/* What is between the braces. Text that no client takes for a reference (the ${x%.*} of a shell, say) stays as it is. */
static enum kind classify(struct mc_str body, struct token *t)
{
    const struct mc_form *form = mc_form_find(body);
    const char *dash = form && form->whole ? NULL : find_dash(body);

    t->name = body;
    t->has_fallback = dash != NULL;
    if (dash) {
        t->name.n = (size_t)(dash - body.p);
        t->fallback = (struct mc_str){dash + 2, body.n - t->name.n - 2};
    }
    if (find_place(t->name))
        return PLACE;
    if (form && t->name.n >= strlen(form->name))
        return FORM;
    if (is_alien(t->name))
        return ALIEN;
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

int mc_expand_fail(const struct mc_expand *x, struct mc_err *err, const char *fmt, ...)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf why = MC_BUF_INIT(MC_ERR_MSG_MAX);
    bool place = x->place && *x->place;
    va_list ap;

    va_start(ap, fmt);
    mc_buf_addv(&why, fmt, ap);
    va_end(ap);
    return mc_err_set(err, MC_E_CONFIG, "server \"%s\": %s%s%s%s: %s", x->server, x->key,
                      place ? " (" : "", place ? x->place : "", place ? ")" : "",
                      why.len ? why.data : "");
}

static int fail_token(const struct mc_expand *x, struct mc_err *err, const struct token *t,
                      const char *why)
{
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(t->text, false);

    return mc_expand_fail(x, err, "%s %s", shown, why);
}

static int expand_text(const struct mc_expand *x, struct mc_str text, unsigned depth,
                       struct mc_buf *out, struct mc_err *err);

static int expand_fallback(const struct mc_expand *x, const struct token *t, unsigned depth,
                           struct mc_buf *out, struct mc_err *err)
{
    if (depth == MC_EXPAND_DEPTH_MAX)
        return fail_token(x, err, t, "nests defaults too deeply");
    return expand_text(x, t->fallback, depth + 1, out, err);
}

static int expand_variable(const struct mc_expand *x, const struct token *t, unsigned depth,
                           struct mc_buf *out, struct mc_err *err)
{
    const char *value;

    int ret = x->variable(x->arg, t->name, &value, err);
    if (ret == 0)
        mc_buf_addz(out, value); /* when it is too long, out knows */
    if (ret != -MC_E_NOT_FOUND)
        return ret;
    if (t->has_fallback)
        return expand_fallback(x, t, depth, out, err);
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(t->name, false);
    return mc_expand_fail(
        x, err, "the variable %s is not set; set it, or give it a default: ${%s:-…}", shown, shown);
}

static int expand_form(const struct mc_expand *x, const struct token *t, unsigned depth,
                       struct mc_buf *out, struct mc_err *err)
{
    const struct mc_form *form = mc_form_find(t->name);
    size_t head = strlen(form->name);
    struct mc_err why = {0};

    if (depth == MC_EXPAND_DEPTH_MAX)
        return fail_token(x, err, t, "nests references too deeply");
    int ret =
        form->expand(x, (struct mc_str){t->name.p + head, t->name.n - head}, depth + 1, out, &why);
    if (ret == 0)
        return 0;
    if (ret == -MC_E_NOT_FOUND && t->has_fallback)
        return expand_fallback(x, t, depth, out, err);
    if (mc_str_starts(mc_str_of(why.msg),
                      MC_STR("server \""))) { /* of a text inside it: it says all */
        if (err)
            *err = why;
        return ret;
    }
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(t->text, false);
    return mc_expand_fail(x, err, "%s: %s", shown, why.msg);
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
            return fail_token(x, err, t, find_place(t->name)->unknown);
        return 0;
    case FORM:
        return expand_form(x, t, depth, out, err);
    case ALIEN:
        return fail_token(x, err, t,
                          "is known to VS Code alone; use a variable of the environment, such as "
                          "${NAME}");
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

int mc_expand_nested(const struct mc_expand *x, struct mc_str text, unsigned depth,
                     struct mc_buf *out, struct mc_err *err)
{
    return expand_text(x, text, depth, out, err);
}

int mc_expand(const struct mc_expand *x, const char *text, char **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_EXPANDED_MAX);

    int failed = expand_text(x, mc_str_of(text), 0, &out, err);
    if (failed < 0)
        return failed;
    if (out.failed)
        return mc_expand_fail(x, err, "longer than %u bytes when expanded", MC_EXPANDED_MAX);
    if (!out.data)
        mc_buf_addz(&out, "");
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

static void each(struct mc_str text, unsigned depth,
                 void (*on)(void *arg, enum mc_reference kind, struct mc_str name,
                            bool has_fallback),
                 void *arg)
{
    struct token t;

    while (next_token(&text, &t)) {
        if (t.kind == VARIABLE || t.kind == FORM || t.kind == ALIEN)
            on(arg, t.kind == VARIABLE ? MC_REFERENCE_VARIABLE : MC_REFERENCE_OTHER, t.name,
               t.has_fallback);
        /* what stands inside: ${cmd:x ${VAR}}, ${file:${HOME}/x} */
        if (t.kind == FORM && depth < MC_EXPAND_DEPTH_MAX)
            each((struct mc_str){t.name.p, t.name.n}, depth + 1, on, arg);
        if (t.has_fallback && depth < MC_EXPAND_DEPTH_MAX)
            each(t.fallback, depth + 1, on, arg);
    }
}

void mc_expand_each(const char *text,
                    void (*on)(void *arg, enum mc_reference kind, struct mc_str name,
                               bool has_fallback),
                    void *arg)
{
    each(mc_str_of(text), 0, on, arg);
}

static void push_reference(void *arg, enum mc_reference kind MC_UNUSED, struct mc_str name,
                           bool has_fallback MC_UNUSED)
{
    MC_CLEANUP(mc_freep) char *text = mc_str_dup(name);

    mc_strv_push_once(arg, text);
}

void mc_expand_references(const char *text, struct mc_strv *ret)
{
    mc_expand_each(text, push_reference, ret);
}
