#include "config/redact.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define TEXT_MAX (8u << 20)

bool mc_redact_name(struct mc_str name)
{
    static const char *const parts[] = {
        "token",      "secret",    "passw",      "passphrase", "apikey",  "api-key",
        "api_key",    "auth",      "credential", "cookie",     "private", "access_key",
        "access-key", "accesskey", "client-key", "_key",       "-key",    "signature",
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(parts); i++) {
        struct mc_str part = mc_str_of(parts[i]);
        for (size_t at = 0; at + part.n <= name.n; at++)
            if (mc_str_eq_nocase((struct mc_str){name.p + at, part.n}, part))
                return true;
    }
    return mc_str_eq_nocase(name, MC_STR("key")) || mc_str_eq_nocase(name, MC_STR("pwd")) ||
           mc_str_eq_nocase(name, MC_STR("pat"));
}

static bool is_token_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_-.~+/=", c));
}

/* How the tokens of well-known services begin, and how long they are at least. */
static bool is_token(struct mc_str word)
{
    static const struct {
        const char *head;
        size_t least;
    } known[] = {
        {"ghp_", 20},     {"gho_", 20},  {"ghu_", 20},        {"ghs_", 20},   {"ghr_", 20},
        {"sk-", 20},      {"sk_", 20},   {"github_pat_", 20}, {"glpat-", 20}, {"xox", 15},
        {"xapp-", 15},    {"AKIA", 20},  {"ASIA", 20},        {"AIza", 30},   {"npm_", 20},
        {"pypi-", 20},    {"hf_", 20},   {"eyJ", 40},         {"ntn_", 20},   {"secret_", 20},
        {"lin_api_", 20}, {"figd_", 20}, {"dop_v1_", 20},     {"tvly-", 15},  {"rk_live_", 20},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(known); i++)
        if (word.n >= known[i].least && mc_str_starts(word, mc_str_of(known[i].head)))
            return true;
    return false;
}

/* Words of text that look like tokens. */
static void add_words(struct mc_buf *out, struct mc_str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t n = 0;
        while (i + n < s.n && is_token_byte(s.p[i + n]) && s.p[i + n] != '=' && s.p[i + n] != '/')
            n++;
        struct mc_str word = {s.p + i, n};
        if (n && is_token(word))
            mc_buf_addz(out, MC_REDACTED);
        else
            mc_buf_add(out, s.p + i, n ? n : 1);
        i += n ? n : 1;
    }
}

/* "scheme://user:password@host…": the length up to the '@', 0 when there is none. */
static size_t userinfo_end(struct mc_str s, size_t *ret_start)
{
    const char *p = s.n ? memmem(s.p, s.n, "://", 3) : NULL;

    if (!p)
        return 0;
    size_t start = (size_t)(p + 3 - s.p), end = start;
    while (end < s.n && s.p[end] != '@' && !strchr("/?# \"'", s.p[end]))
        end++;
    *ret_start = start;
    return end < s.n && s.p[end] == '@' ? end : 0;
}

/* "?key=value&token=value" */
static void add_query(struct mc_buf *out, struct mc_str s)
{
    while (s.n) {
        const char *end = memchr(s.p + 1, '&', s.n - 1);
        struct mc_str pair = {s.p, end ? (size_t)(end - s.p) : s.n};
        const char *equals = memchr(pair.p, '=', pair.n);
        struct mc_str name = {pair.p + 1, equals ? (size_t)(equals - pair.p) - 1 : 0};
        if (equals && mc_redact_name(name) && !memmem(equals, pair.n - name.n - 1, "${", 2)) {
            mc_buf_add(out, pair.p, name.n + 2);
            mc_buf_addz(out, MC_REDACTED);
        } else {
            add_words(out, pair);
        }
        s = (struct mc_str){s.p + pair.n, s.n - pair.n};
    }
}

static void add_text(struct mc_buf *out, struct mc_str s)
{
    size_t start = 0, end = userinfo_end(s, &start);

    if (end && !memmem(s.p + start, end - start, "${", 2)) {
        mc_buf_add(out, s.p, start);
        mc_buf_addz(out, MC_REDACTED);
        s = (struct mc_str){s.p + end, s.n - end};
    }
    const char *query = s.n && memmem(s.p, s.n, "=", 1) ? memchr(s.p, '?', s.n) : NULL;
    size_t before = query ? (size_t)(query - s.p) : s.n;
    add_words(out, (struct mc_str){s.p, before});
    if (query)
        add_query(out, (struct mc_str){query, s.n - before});
}

char *mc_redact(struct mc_str name, const char *text)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);
    const char *equals = text[0] == '-' ? strchr(text, '=') : NULL;

    /* --token=VALUE */
    if (equals && mc_redact_name((struct mc_str){text, (size_t)(equals - text)})) {
        name = (struct mc_str){text, (size_t)(equals - text)};
        mc_buf_add(&out, text, (size_t)(equals + 1 - text));
        text = equals + 1;
    }
    if (*text && mc_redact_name(name) && !strstr(text, "${"))
        mc_buf_addz(&out, MC_REDACTED);
    else
        add_text(&out, mc_str_of(text));
    if (!out.data)
        mc_buf_addz(&out, "");
    return mc_buf_steal(&out);
}
