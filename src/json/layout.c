#include "json/layout.h"
#include "base/buf.h"

/* An array of plain values that is longer than this goes over several lines. */
#define ONE_LINE_MAX 72

/* ---- as the text is written ---- */

static struct mc_str newline_of(struct mc_str text)
{
    const char *lf = text.n ? memchr(text.p, '\n', text.n) : NULL;
    const char *cr = text.n ? memchr(text.p, '\r', text.n) : NULL;

    if (cr && (!lf || cr < lf))
        return lf == cr + 1 ? MC_STR("\r\n") : MC_STR("\r");
    return MC_STR("\n");
}

/* What the first indented line begins with. */
static struct mc_str unit_of(struct mc_str text)
{
    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.p[i] != '\n' && text.p[i] != '\r')
            continue;
        size_t from = i + 1, to = from;
        while (to < text.n && (text.p[to] == ' ' || text.p[to] == '\t'))
            to++;
        /* A blank line says nothing, neither does the inside of a comment's block. */
        if (to > from && to < text.n && !strchr("\r\n*/", text.p[to]))
            return text.p[from] == '\t' ? MC_STR("\t") : (struct mc_str){text.p + from, to - from};
    }
    return MC_STR("  ");
}

struct mc_layout mc_layout_of(struct mc_str text)
{
    return (struct mc_layout){.newline = newline_of(text), .unit = unit_of(text)};
}

/* ---- printing ---- */

struct level {
    struct mc_str indent;
    unsigned depth;
};

static void break_line(const struct mc_layout *l, struct level at, struct mc_buf *out)
{
    mc_buf_adds(out, l->newline);
    mc_buf_adds(out, at.indent);
    for (unsigned i = 0; i < at.depth; i++)
        mc_buf_adds(out, l->unit);
}

static bool plain_and_short(struct mc_jval array)
{
    struct mc_jiter it;
    struct mc_jval v;

    if (array.type != MC_JSON_ARRAY || array.s.n > ONE_LINE_MAX)
        return false;
    for (mc_jiter_init(&it, array); mc_jiter_next(&it, NULL, &v);)
        if (v.type == MC_JSON_OBJECT || v.type == MC_JSON_ARRAY)
            return false;
    return true;
}

static void print(const struct mc_layout *l, struct mc_jval value, struct level at,
                  struct mc_buf *out)
{
    struct mc_jiter it;
    struct mc_jval v;
    struct mc_str key;
    size_t n = 0;

    if (!mc_jiter_init(&it, value)) {
        mc_buf_adds(out, value.s);
        return;
    }
    bool one_line = l->dense || l->inline_ || plain_and_short(value);
    bool object = value.type == MC_JSON_OBJECT;
    struct level inner = {at.indent, at.depth + 1};
    mc_buf_addc(out, object ? '{' : '[');
    for (; mc_jiter_next(&it, &key, &v); n++) {
        if (n)
            mc_buf_addz(out, one_line && !l->dense ? ", " : ",");
        if (!one_line)
            break_line(l, inner, out);
        if (object) {
            mc_buf_adds(out, key);
            mc_buf_addz(out, l->dense ? ":" : ": ");
        }
        print(l, v, inner, out);
    }
    if (n && !one_line)
        break_line(l, at, out);
    mc_buf_addc(out, object ? '}' : ']');
}

void mc_layout_print(const struct mc_layout *l, struct mc_jval value, struct mc_str indent,
                     struct mc_buf *out)
{
    print(l, value, (struct level){indent, 0}, out);
}
