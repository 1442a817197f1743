#include "json/keypath.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "json/scan.h"

#define PATH_TEXT_MAX (64u << 10)

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

void mc_keypath_add(struct mc_buf *out, const char *name)
{
    bool plain = *name != '\0';

    for (const char *p = *name == '$' ? name + 1 : name; *p; p++)
        plain &= is_plain(*p);
    if (plain) {
        mc_buf_addf(out, "%s%s", out->len ? "." : "", name);
    } else {
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(name), false);
        mc_buf_addz(out, "[");
        mc_jstr_quote(mc_str_of(shown), out);
        mc_buf_addz(out, "]");
    }
}

char *mc_keypath_text(const struct mc_strv *path)
{
    struct mc_buf out = MC_BUF_INIT(PATH_TEXT_MAX);

    for (size_t i = 0; i < path->n; i++)
        mc_keypath_add(&out, path->v[i]);
    if (!out.len)
        mc_buf_addz(&out, "");
    return mc_buf_steal(&out);
}

/* ["name"] at *p; goes behind it. */
static bool take_quoted(const char **p, struct mc_strv *ret)
{
    const char *open = *p + 1, *end = open + 1;

    if (*open != '"')
        return false;
    while (*end && *end != '"')
        end += *end == '\\' && end[1] ? 2 : 1;
    if (!*end || end[1] != ']')
        return false;
    struct mc_str span = {open, (size_t)(end + 1 - open)};
    char *name =
        mc_json_check(span.p, span.n, NULL, NULL) == 0 ? mc_jstr_dup(mc_jval_of(span)) : NULL;
    if (!name)
        return false;
    mc_strv_take(ret, name);
    *p = end + 2;
    return true;
}

/* Up to the next dot or bracket: whatever stands there, so that nobody has to quote "@scope/x". */
static bool take_bare(const char **p, struct mc_strv *ret)
{
    size_t n = strcspn(*p, ".[");

    if (n == 0)
        return false;
    mc_strv_take(ret, mc_strndup(*p, n));
    *p += n;
    return true;
}

int mc_keypath_parse(const char *text, struct mc_strv *ret, struct mc_err *err)
{
    const char *p = text;

    *ret = (struct mc_strv){0};
    while (*p) {
        bool fine = *p == '[' ? take_quoted(&p, ret) : take_bare(&p, ret);
        if (fine && *p == '.')
            fine = *++p != '\0';
        if (!fine) {
            MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), false);
            return mc_err_set(err, MC_E_USAGE,
                              "'%s' is no name of a key; expected names with dots between them, "
                              "such as servers.github.url or servers[\"a.b\"].url",
                              shown);
        }
    }
    return 0;
}
