#include "mcp/uritemplate.h"

/* Longer templates and URIs match nothing: both come from peers, and the work is their product at worst. */
#define LEN_MAX 8192
#define EXPRESSIONS_MAX 64

/* What an expression can have expanded to, by its operator. A plain variable's value has its slashes encoded, so
 * it never crosses one; that is also how the SDKs' servers read it. */
static const struct rule {
    char op; /* 0: a plain variable */
    char
        lead; /* what the expansion starts with; it is empty when no variable was set. 0: never empty */
    const char *stops; /* bytes that it cannot hold */
} rules[] = {
    {0, 0, "/"},      {'+', 0, ""},      {'#', '#', ""},  {'.', '.', "/"},
    {'/', '/', "?#"}, {';', ';', "/?#"}, {'?', '?', "#"}, {'&', '&', "#"},
};

static const struct rule *find_rule(char c)
{
    for (size_t i = 1; i < MC_ARRAY_LEN(rules); i++)
        if (rules[i].op == c)
            return &rules[i];
    return &rules[0];
}

/* at[i]: the template so far can have produced the first i bytes. Each step moves the whole set, so that the work
 * is bounded by the number of steps times the length, however the template is made. */
static bool step_literal(bool *at, struct mc_str uri, struct mc_str lit)
{
    bool any = false;

    for (size_t i = uri.n + 1; i-- > 0;) {
        at[i] = i >= lit.n && at[i - lit.n] && memcmp(uri.p + i - lit.n, lit.p, lit.n) == 0;
        any |= at[i];
    }
    return any;
}

static bool step_expression(bool *at, struct mc_str uri, const struct rule *op)
{
    bool inside = false, any = false, was = at[0];

    at[0] = was && op->lead;
    any = at[0];
    for (size_t i = 1; i <= uri.n; i++) {
        char c = uri.p[i - 1];
        bool starts = was && (!op->lead || c == op->lead);
        bool allowed = c && !strchr(op->stops, c);

        was = at[i];
        inside = starts ? allowed || c == op->lead : inside && allowed;
        at[i] = inside || (was && op->lead);
        any |= at[i];
    }
    return any;
}

int mc_uritemplate_match(struct mc_str tmpl, struct mc_str uri)
{
    bool at[LEN_MAX + 1] = {true};
    int literal = 0, expressions = 0;

    if (tmpl.n > LEN_MAX || uri.n > LEN_MAX)
        return -1;
    for (size_t i = 0; i < tmpl.n;) {
        struct mc_str rest = {tmpl.p + i, tmpl.n - i};
        const char *brace = memchr(rest.p, *rest.p == '{' ? '}' : '{', rest.n);

        if (*rest.p != '{') {
            size_t n = brace ? (size_t)(brace - rest.p) : rest.n;
            if (!step_literal(at, uri, (struct mc_str){rest.p, n}))
                return -1;
            literal += (int)n;
            i += n;
        } else {
            if (!brace || brace == rest.p + 1 || ++expressions > EXPRESSIONS_MAX ||
                !step_expression(at, uri, find_rule(rest.p[1])))
                return -1;
            i += (size_t)(brace - rest.p) + 1;
        }
    }
    return at[uri.n] ? literal : -1;
}
