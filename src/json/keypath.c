#include "json/keypath.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"

/* The quoted name at p, decoded; NULL when it is no JSON string. *ret_len: its bytes, quotes included. */
static char *quoted(const char *p, size_t n, size_t *ret_len)
{
    struct mc_scan s;
    struct mc_str span;

    mc_scan_init(&s, p, n);
    if (!mc_scan_value(&s, &span))
        return NULL;
    *ret_len = span.n;
    return mc_jstr_dup(mc_jval_of(span));
}

int mc_keypath_parse(const char *text, struct mc_strv *names, struct mc_err *err)
{
    size_t n = strlen(text), at = 0, before = names->n;

    if (n > MC_KEYPATH_BYTES_MAX)
        return mc_err_set(err, MC_E_USAGE, "the key is longer than %d bytes", MC_KEYPATH_BYTES_MAX);
    for (;;) {
        size_t len = strcspn(text + at, ".");
        char *name;

        if (names->n - before == MC_KEYPATH_NAMES_MAX)
            return mc_err_set(err, MC_E_USAGE, "the key has more than %d names",
                              MC_KEYPATH_NAMES_MAX);
        if (text[at] == '"')
            name = quoted(text + at, n - at, &len);
        else
            name = len ? mc_strndup(text + at, len) : NULL;
        if (!name)
            return mc_err_set(err, MC_E_USAGE, "'%s': expected a name at character %zu%s", text,
                              at + 1, text[at] == '"' ? ", with a closing quote" : "");
        mc_strv_take(names, name);
        at += len;
        if (at == n)
            return 0;
        if (text[at] != '.')
            return mc_err_set(err, MC_E_USAGE, "'%s': expected a dot at character %zu", text,
                              at + 1);
        at++;
    }
}

void mc_keypath_add(struct mc_buf *out, struct mc_str name)
{
    if (out->len)
        mc_buf_addc(out, '.');
    if (name.n == 0 || name.p[0] == '"' || memchr(name.p, '.', name.n))
        mc_jstr_quote(name, out);
    else
        mc_buf_adds(out, name);
}

char *mc_keypath_text(const struct mc_strv *names, size_t n)
{
    struct mc_buf out = MC_BUF_INIT((size_t)MC_KEYPATH_NAMES_MAX * MC_KEYPATH_BYTES_MAX);

    for (size_t i = 0; i < n; i++)
        mc_keypath_add(&out, mc_str_of(names->v[i]));
    return out.data ? mc_buf_steal(&out) : mc_strdup("");
}
