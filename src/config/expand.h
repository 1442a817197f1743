/* ${…} in a text. A tokenizer that knows all forms, and what becomes of them. Nobody outside config/ includes this. */
#ifndef MC_CONFIG_EXPAND_H
#define MC_CONFIG_EXPAND_H

#include "base/fwd.h"
#include "base/str.h"

#define MC_EXPANDED_MAX (1u << 20) /* bytes that one text may become */
#define MC_EXPAND_DEPTH_MAX 8      /* defaults inside defaults */

struct mc_expand {
    const char *root;
    char *const *env;   /* NAME=value */
    const char *server; /* for messages: the server, and the key in which the text stands */
    const char *key;
};

/* 0, or -MC_E_CONFIG. Caller frees *ret. */
int mc_expand(const struct mc_expand *x, const char *text, char **ret, struct mc_err *err);
/* The value of a variable, NULL when it is not set. An empty value is a value, as the clients have it. */
const char *mc_expand_getenv(char *const *env, struct mc_str name);
/* Adds what the text refers to, each once: "VAR", or "file:PATH", "input:ID" and so on. */
void mc_expand_references(const char *text, struct mc_strv *ret);
void mc_strv_push_once(struct mc_strv *sv, const char *s);

#endif
