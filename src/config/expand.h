/* ${…} in a text. A tokenizer that knows all forms, and what becomes of them. Nobody outside config/ includes this. */
#ifndef MC_CONFIG_EXPAND_H
#define MC_CONFIG_EXPAND_H

#include "base/fwd.h"
#include "base/str.h"
#include "config/resolve.h"

#define MC_EXPANDED_MAX (1u << 20) /* bytes that one text may become */
#define MC_EXPAND_DEPTH_MAX 8      /* texts inside texts */

struct mc_expand {
    const struct mc_resolve *with;
    /* The value of a variable: 0 and *ret (borrowed), -MC_E_NOT_FOUND, or an error. */
    int (*variable)(void *arg, struct mc_str name, const char **ret, struct mc_err *err);
    void *arg;
    const char *server; /* for messages: the server, the key in which the text stands, and where that is */
    const char *key;
    const char *place;
    const char *cwd;   /* of the server; NULL while that itself is being found out */
    bool shown;        /* in an argument list, where every user of the machine can read it: no secrets */
};

/* 0, or -MC_E_CONFIG. Caller frees *ret. */
int mc_expand(const struct mc_expand *x, const char *text, char **ret, struct mc_err *err);
/* Fills and returns the error of a text: 'server "x": args[0] (.mcp.json:3:4): …'. */
int mc_expand_fail(const struct mc_expand *x, struct mc_err *err, const char *fmt, ...) MC_PRINTF(3, 4);
/* The value of a variable, NULL when it is not set. An empty value is a value, as the clients have it. */
const char *mc_expand_getenv(char *const *env, struct mc_str name);

/* What a text refers to, in order. */
enum mc_reference { MC_REFERENCE_VARIABLE, MC_REFERENCE_OTHER };
void mc_expand_each(const char *text,
                    void (*on)(void *arg, enum mc_reference kind, struct mc_str name, bool has_fallback),
                    void *arg);
/* Adds what the text refers to, each once: "VAR", or "file:PATH", "input:ID" and so on. */
void mc_expand_references(const char *text, struct mc_strv *ret);
void mc_strv_push_once(struct mc_strv *sv, const char *s);

/* forms.c: the forms with a name and a colon, without their default. -MC_E_NOT_FOUND: a default may stand in. Appends. */
struct mc_form {
    const char *name; /* "secret:" */
    int (*expand)(const struct mc_expand *x, struct mc_str body, unsigned depth, struct mc_buf *out, struct mc_err *err);
    bool whole; /* ":-" inside of it is its own */
};
const struct mc_form *mc_form_find(struct mc_str text);
/* For forms.c: a text inside a form. */
int mc_expand_nested(const struct mc_expand *x, struct mc_str text, unsigned depth, struct mc_buf *out, struct mc_err *err);

#endif
