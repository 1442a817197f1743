#include "cli/out.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#define COLUMN_GAP 2
#define COLUMNS_MAX 16

struct cell {
    char *text;
    enum mc_tint tint;
};

struct mc_table {
    const struct mc_column *columns;
    size_t n_columns;
    struct cell *cells;
    size_t n, cap;
};

struct mc_table *mc_table_new(const struct mc_column *columns, size_t n)
{
    struct mc_table *t = MC_NEW(struct mc_table);
    t->columns = columns;
    t->n_columns = n < COLUMNS_MAX ? n : COLUMNS_MAX;
    return t;
}

void mc_table_free(struct mc_table *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n; i++)
        mc_free(t->cells[i].text);
    mc_free(t->cells);
    mc_free(t);
}

void mc_table_add(struct mc_table *t, enum mc_tint tint, const char *text)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 32;
        t->cells = mc_realloc(t->cells, t->cap * sizeof(*t->cells));
    }
    t->cells[t->n++] = (struct cell){mc_str_printable(mc_str_of(text ? text : "-"), false), tint};
}

void mc_table_addf(struct mc_table *t, enum mc_tint tint, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    mc_table_add(t, tint, text);
}

size_t mc_table_rows(const struct mc_table *t)
{
    MC_ASSERT(t->n_columns > 0);
    return t->n / t->n_columns;
}

/* Columns on a terminal: code points, which is right for all but wide scripts. */
static size_t columns_of(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static size_t bytes_of(const char *s, size_t columns)
{
    const char *p = s;
    while (*p) {
        if (((unsigned char)*p & 0xc0) != 0x80 && columns-- == 0)
            break;
        p++;
    }
    return (size_t)(p - s);
}

struct layout {
    size_t width[COLUMNS_MAX];
    unsigned total; /* 0: no edge */
    unsigned indent;
    bool color;
};

static void line(const struct mc_table *t, const struct layout *l, const char *const *texts,
                 const enum mc_tint *tints, struct mc_buf *out)
{
    size_t col = l->indent;
    mc_buf_addf(out, "%*s", (int)l->indent, "");
    for (size_t i = 0; i < t->n_columns; i++) {
        bool last = i + 1 == t->n_columns;
        size_t n = columns_of(texts[i]);
        size_t shown =
            last && l->total && col + n > l->total ? (l->total > col ? l->total - col : 0) : n;
        int pad = (int)(l->width[i] > n ? l->width[i] - n : 0);
        if (t->columns[i].right)
            mc_buf_addf(out, "%*s", pad, "");
        bool tinted = l->color && tints[i] && shown > 0;
        bool cut = shown < n && shown > 0;
        mc_buf_addf(out, "%s%.*s%s%s", mc_out_tint(tinted, tints[i]),
                    (int)bytes_of(texts[i], shown - cut), texts[i], cut ? "…" : "",
                    mc_out_plain(tinted));
        if (!last)
            mc_buf_addf(out, "%*s", (t->columns[i].right ? 0 : pad) + COLUMN_GAP, "");
        col += l->width[i] + COLUMN_GAP;
    }
    while (out->len && out->data[out->len - 1] == ' ')
        out->len--;
    mc_buf_addc(out, '\n');
}

void mc_table_print(const struct mc_table *t, struct mc_buf *out, bool color, unsigned width,
                    unsigned indent)
{
    struct layout l = {.total = width, .indent = indent, .color = color};
    const char *texts[COLUMNS_MAX];
    enum mc_tint tints[COLUMNS_MAX];
    for (size_t i = 0; i < t->n_columns; i++) {
        texts[i] = t->columns[i].title;
        tints[i] = MC_TINT_DIM;
        l.width[i] = columns_of(texts[i]);
        for (size_t k = i; k < t->n; k += t->n_columns) {
            size_t n = columns_of(t->cells[k].text);
            l.width[i] = n > l.width[i] ? n : l.width[i];
        }
    }
    line(t, &l, texts, tints, out);
    for (size_t row = 0; row < mc_table_rows(t); row++) {
        for (size_t i = 0; i < t->n_columns; i++) {
            texts[i] = t->cells[row * t->n_columns + i].text;
            tints[i] = t->cells[row * t->n_columns + i].tint;
        }
        line(t, &l, texts, tints, out);
    }
}
