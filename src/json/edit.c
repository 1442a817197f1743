#include "json/edit.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "json/jsonc.h"
#include "json/keypath.h"
#include "json/layout.h"
#include "json/scan.h"
#include "json/splice.h"
#include "json/trivia.h"
#include <stdio.h>

#define BOM "\xef\xbb\xbf"

/* All offsets are of the file's text, which mc_jsonc_parse keeps. */
struct span {
    size_t from, to;
};
struct edit {
    struct mc_str src;
    struct mc_jsonc doc;
    struct mc_layout layout;
    const struct mc_strv *path;
    bool empty; /* a text without any value */
    /* how far the path leads */
    size_t depth; /* names of it that exist */
    struct mc_jval
        holder; /* the container of the last name that exists, or in which the next one is missing */
    struct mc_jval value; /* with all names: what is there */
};

static size_t offset(const struct edit *ed, const char *p)
{
    return (size_t)(p - ed->doc.text);
}

static struct span span_of(const struct edit *ed, struct mc_str s)
{
    return (struct span){offset(ed, s.p), offset(ed, s.p) + s.n};
}

static char at(const struct edit *ed, size_t i)
{
    return i < ed->src.n ? ed->src.p[i] : '\0';
}

static struct mc_str cut(const struct edit *ed, size_t from, size_t to)
{
    return (struct mc_str){ed->src.p + from, to - from};
}

/* ---- finding ---- */

/* The part of the path that exists. */
static char *way_text(const struct edit *ed)
{
    struct mc_strv way = {.v = ed->path->v, .n = ed->depth};

    return mc_keypath_text(&way);
}

static int wrong_text(const struct edit *ed, struct mc_err *err)
{
    const struct mc_jsonc_error *e = &ed->doc.errors[0];
    unsigned line, col;

    mc_jsonc_place(ed->src.p, ed->src.n, e->off, &line, &col);
    return mc_err_set(err, MC_E_CONFIG, "%u:%u: %s", line, col, e->msg);
}

static bool element(struct mc_jval array, const char *name, struct mc_jval *ret)
{
    struct mc_jiter it;
    uint64_t index, i = 0;

    if (!mc_str_u64(mc_str_of(name), &index))
        return false;
    for (mc_jiter_init(&it, array); mc_jiter_next(&it, NULL, ret); i++)
        if (i == index)
            return true;
    return false;
}

static int find(struct edit *ed, struct mc_err *err)
{
    struct mc_jval v = ed->doc.root;

    for (ed->depth = 0; ed->depth < ed->path->n; ed->depth++) {
        const char *name = ed->path->v[ed->depth];
        struct mc_jval next = {.type = MC_JSON_NONE};
        ed->holder = v;
        if (v.type == MC_JSON_ARRAY) {
            if (!element(v, name, &next))
                break;
        } else if (v.type == MC_JSON_OBJECT) {
            next = mc_jget(v, name);
        } else {
            MC_CLEANUP(mc_freep) char *way = way_text(ed);
            unsigned line, col;
            mc_jsonc_place(ed->src.p, ed->src.n, offset(ed, v.s.p), &line, &col);
            return mc_err_set(err, MC_E_CONFIG,
                              "%u:%u: %s is neither an object nor an array, so it has no %s", line,
                              col, *way ? way : "the document", name);
        }
        if (next.type == MC_JSON_NONE)
            break;
        v = next;
    }
    ed->value = v;
    return 0;
}

static int begin(struct edit *ed, struct mc_str text, const struct mc_strv *path,
                 struct mc_err *err)
{
    MC_ASSERT(path->n > 0);
    *ed = (struct edit){.src = text.p ? text : MC_STR(""), .path = path};
    if (mc_jsonc_parse(ed->src.p, ed->src.n, false, &ed->doc) < 0)
        return wrong_text(ed, err);
    ed->layout = mc_layout_of(ed->src);
    ed->empty = mc_trivia_token(ed->src, mc_str_starts(ed->src, MC_STR(BOM)) ? strlen(BOM) : 0) ==
                ed->src.n;
    return find(ed, err);
}

/* ---- the items of a container ---- */

struct items {
    size_t n;
    struct span first, last; /* members from their names on */
    struct span before,
        item; /* the one that was looked for, and the one before it; from == to: none */
};

static struct items items_of(const struct edit *ed, struct mc_jval container,
                             const char *looked_for)
{
    struct items all = {0};
    struct span previous = {0};
    struct mc_jiter it;
    struct mc_str key = MC_STR_NONE;
    struct mc_jval v;

    for (mc_jiter_init(&it, container); mc_jiter_next(&it, &key, &v); all.n++) {
        struct span s = span_of(ed, v.s);
        if (container.type == MC_JSON_OBJECT)
            s.from = offset(ed, key.p);
        if (all.n == 0)
            all.first = s;
        if (looked_for && v.s.p == looked_for) {
            all.before = previous;
            all.item = s;
        }
        all.last = previous = s;
    }
    return all;
}

/* ---- inserting ---- */

/* The member with what is to be made on the way to it: "a": {"b": json} */
static void compose(const struct edit *ed, const struct mc_layout *l, struct mc_str json,
                    struct mc_str indent, struct mc_buf *out)
{
    struct mc_buf value = MC_BUF_INIT(out->max);
    size_t first = ed->depth;

    if (ed->holder.type == MC_JSON_OBJECT) {
        mc_jstr_quote(mc_str_of(ed->path->v[first]), out);
        mc_buf_addz(out, l->dense ? ":" : ": ");
    }
    for (size_t i = first + 1; i < ed->path->n; i++) {
        mc_buf_addc(&value, '{');
        mc_jstr_quote(mc_str_of(ed->path->v[i]), &value);
        mc_buf_addc(&value, ':');
    }
    mc_buf_adds(&value, json);
    for (size_t i = first + 1; i < ed->path->n; i++)
        mc_buf_addc(&value, '}');
    mc_layout_print(l, mc_jval_of(mc_buf_str(&value)), indent, out);
    out->failed |= value.failed;
    mc_buf_done(&value);
}

/* On one line, and without a blank after its first colon? */
static bool is_dense(const struct edit *ed, struct mc_jval container)
{
    struct span s = span_of(ed, container.s);
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval v;

    if (mc_trivia_has_break(ed->src, s.from, s.to) || container.type != MC_JSON_OBJECT)
        return false;
    mc_jiter_init(&it, container);
    return mc_jiter_next(&it, &key, &v) && v.s.p == key.p + key.n + 1;
}

/* Is the whole text on one line? Then what is put into it does not begin a second one. */
static bool one_line_text(const struct edit *ed)
{
    return !mc_trivia_has_break(ed->src, 0, offset(ed, ed->doc.root.s.p + ed->doc.root.s.n));
}

static void insert_last(struct edit *ed, const struct items *all, struct mc_str json,
                        struct mc_splice *sp, struct mc_buf *put)
{
    size_t open = span_of(ed, ed->holder.s).from, comma = mc_trivia_token(ed->src, all->last.to);
    bool has_comma = at(ed, comma) == ',',
         lines = mc_trivia_has_break(ed->src, open, all->first.from);
    size_t place = has_comma ? comma + 1 : all->last.to;
    struct mc_layout l = ed->layout;

    if (lines) {
        struct mc_str indent = mc_trivia_indent_at(ed->src, all->first.from);
        place = mc_trivia_line_comments(ed->src, place);
        mc_buf_adds(put, l.newline);
        mc_buf_adds(put, indent);
        compose(ed, &l, json, indent, put);
    } else {
        l.inline_ = true;
        l.dense = is_dense(ed, ed->holder);
        if (!l.dense)
            mc_buf_addc(put, ' ');
        compose(ed, &l, json, MC_STR_NONE, put);
    }
    if (has_comma)
        mc_buf_addc(put, ',');
    else
        mc_splice_put(sp, cut(ed, all->last.to, all->last.to), MC_STR(","));
    mc_splice_put(sp, cut(ed, place, place), mc_buf_str(put));
}

/* Into an empty container. What is in it but white space on one line stays, so that unset leads back to it. */
static void insert_first(struct edit *ed, struct mc_str json, struct mc_splice *sp,
                         struct mc_buf *put)
{
    struct span s = span_of(ed, ed->holder.s);
    size_t open = s.from + 1, close = s.to - 1, last = mc_trivia_space_before(ed->src, open, close);
    struct mc_str outer = mc_trivia_indent_at(ed->src, s.from);
    struct mc_buf inner = MC_BUF_INIT(ed->src.n + 16);
    struct mc_layout l = ed->layout;
    size_t place = open;

    mc_buf_adds(&inner, outer);
    mc_buf_adds(&inner, l.unit);
    if (one_line_text(ed) && s.from != offset(ed, ed->doc.root.s.p)) {
        l.inline_ = true;
        l.dense = is_dense(ed, ed->doc.root);
        compose(ed, &l, json, outer, put);
    } else if (open == close || (last > open && mc_trivia_has_break(ed->src, open, close))) {
        place = last;
        mc_buf_adds(put, l.newline);
        mc_buf_adds(put, mc_buf_str(&inner));
        compose(ed, &l, json, mc_buf_str(&inner), put);
        if (open == close) {
            mc_buf_adds(put, l.newline);
            mc_buf_adds(put, outer);
        }
    } else {
        compose(ed, &l, json, outer, put);
    }
    mc_splice_put(sp, cut(ed, place, place), mc_buf_str(put));
    mc_buf_done(&inner);
}

/* A text without any value. */
static void make_root(struct edit *ed, struct mc_str json, struct mc_buf *out)
{
    const struct mc_layout *l = &ed->layout;

    mc_buf_adds(out, ed->src);
    if (ed->src.n && !mc_trivia_has_break(ed->src, ed->src.n - 1, ed->src.n) &&
        !mc_str_eq(ed->src, MC_STR(BOM)))
        mc_buf_adds(out, l->newline);
    mc_buf_addc(out, '{');
    mc_buf_adds(out, l->newline);
    mc_buf_adds(out, l->unit);
    compose(ed, l, json, l->unit, out);
    mc_buf_adds(out, l->newline);
    mc_buf_addc(out, '}');
    mc_buf_adds(out, l->newline);
}

static int insert(struct edit *ed, struct mc_str json, struct mc_buf *out, struct mc_err *err)
{
    struct items all = items_of(ed, ed->holder, NULL);
    struct mc_buf put = MC_BUF_INIT(out->max);
    struct mc_splice sp;
    uint64_t index;

    if (ed->holder.type == MC_JSON_ARRAY &&
        !(mc_str_u64(mc_str_of(ed->path->v[ed->depth]), &index) && index == all.n)) {
        MC_CLEANUP(mc_freep) char *way = way_text(ed);
        return mc_err_set(err, MC_E_NOT_FOUND, "%s has %zu elements, there is no %s", way, all.n,
                          ed->path->v[ed->depth]);
    }
    if (ed->empty) {
        make_root(ed, json, out);
    } else {
        mc_splice_init(&sp, ed->src);
        if (all.n)
            insert_last(ed, &all, json, &sp, &put);
        else
            insert_first(ed, json, &sp, &put);
        out->failed |= put.failed;
        mc_splice_apply(&sp, false, out);
    }
    mc_buf_done(&put);
    return 0;
}

static void replace(struct edit *ed, struct mc_str json, struct mc_buf *out)
{
    struct span s = span_of(ed, ed->value.s);
    struct mc_buf put = MC_BUF_INIT(out->max);
    struct mc_layout l = ed->layout;
    struct mc_splice sp;

    l.inline_ =
        !mc_trivia_has_break(ed->src, span_of(ed, ed->holder.s).from, span_of(ed, ed->holder.s).to);
    l.dense = l.inline_ && is_dense(ed, ed->holder);
    mc_layout_print(&l, mc_jval_of(json), mc_trivia_indent_at(ed->src, s.from), &put);
    mc_splice_init(&sp, ed->src);
    mc_splice_put(&sp, cut(ed, s.from, s.to), mc_buf_str(&put));
    out->failed |= put.failed;
    mc_splice_apply(&sp, false, out);
    mc_buf_done(&put);
}

/* ---- removing ---- */

/* Which bytes go with the item at [item.from, right): the white space before it, or that after it, as leaves the lines in order. */
static struct span with_space(const struct edit *ed, struct span item, size_t floor, size_t right)
{
    size_t lead = mc_trivia_space_before(ed->src, floor, item.from),
           next = mc_trivia_blanks(ed->src, right);

    if (mc_trivia_comment_at(ed->src, next) &&
        mc_trivia_has_break(ed->src, lead, item.from)) /* it stays, on this line */
        return (struct span){item.from, next};
    if (mc_trivia_comment_at(ed->src, next))
        return (struct span){lead, right};
    if (next == ed->src.n || mc_trivia_has_break(ed->src, next, next + 1))
        return (struct span){lead, right};
    if (ed->src.p[next] != '}' && ed->src.p[next] != ']')
        return (struct span){item.from, next};
    return (struct span){mc_trivia_ends_line_comment(ed->src, floor, lead) ? item.from : lead,
                         right};
}

static void drop(struct mc_splice *sp, const struct edit *ed, size_t from, size_t to)
{
    mc_splice_put(sp, cut(ed, from, to), MC_STR(""));
}

static bool only_space(const struct edit *ed, size_t from, size_t to)
{
    return mc_trivia_space_before(ed->src, from, to) == from;
}

/* The only item, on a line of its own, and nothing else between the brackets: as insert_first() makes it. end: of the item or its comma. */
static bool is_alone(const struct edit *ed, const struct items *all, size_t end)
{
    struct span holder = span_of(ed, ed->holder.s);
    size_t open = holder.from + 1, close = holder.to - 1;

    return all->n == 1 && mc_trivia_has_break(ed->src, open, all->item.from) &&
           only_space(ed, open, all->item.from) && only_space(ed, all->item.to, end) &&
           only_space(ed, at(ed, end) == ',' ? end + 1 : end, close);
}

static void remove_item(struct edit *ed, struct mc_buf *out)
{
    struct items all = items_of(ed, ed->holder, ed->value.s.p);
    struct span holder = span_of(ed, ed->holder.s), item = all.item, gone;
    size_t comma = mc_trivia_token(ed->src, item.to), floor = holder.from + 1;
    bool has_comma = at(ed, comma) == ',';
    struct mc_splice sp;

    mc_splice_init(&sp, ed->src);
    if (is_alone(ed, &all, has_comma ? comma : item.to)) {
        drop(&sp, ed, holder.from + 1, holder.to - 1);
        mc_splice_apply(&sp, false, out);
        return;
    }
    if (all.before.to) {
        size_t before = mc_trivia_token(ed->src, all.before.to);
        floor = before + 1;
        if (!has_comma)
            drop(&sp, ed, before, before + 1);
    }
    if (has_comma && only_space(ed, item.to, comma)) {
        gone = with_space(ed, item, floor, comma + 1);
    } else {
        gone = with_space(ed, item, floor, item.to);
        if (has_comma)
            drop(&sp, ed, comma, comma + 1);
    }
    drop(&sp, ed, gone.from, gone.to);
    mc_splice_apply(&sp, false, out);
}

/* ---- the interface ---- */

/* The new text holds what was wanted: an edit that would break a file is not made. */
static int verify(const struct mc_strv *path, struct mc_str json, const struct mc_buf *out,
                  struct mc_err *err)
{
    struct edit after;
    int rc;

    if (out->failed)
        return mc_err_set(err, MC_E_TOO_BIG, "the file would grow above %zu bytes", out->max);
    rc = begin(&after, mc_buf_str(out), path, err);
    if (rc == 0) {
        bool there = after.depth == path->n;
        bool right = json.p ? there && mc_json_same(after.value.s, json)
                            : !there || after.holder.type == MC_JSON_ARRAY;
        if (!right)
            rc = mc_err_set(
                err, MC_E_FAILED,
                "this file is written in a way that cannot be edited safely here; edit it by hand");
    }
    mc_jsonc_done(&after.doc);
    return rc;
}

static int finish(struct edit *ed, int rc)
{
    mc_jsonc_done(&ed->doc);
    return rc;
}

int mc_edit_set(struct mc_str text, const struct mc_strv *path, struct mc_str json,
                struct mc_buf *out, struct mc_err *err)
{
    struct edit ed;
    int rc = begin(&ed, text, path, err);

    if (rc)
        return finish(&ed, rc);
    if (ed.depth == path->n && mc_json_same(ed.value.s, json))
        rc = mc_buf_adds(out, ed.src);
    else if (ed.depth == path->n)
        replace(&ed, json, out);
    else
        rc = insert(&ed, json, out, err);
    return finish(&ed, rc ? rc : verify(path, json, out, err));
}

int mc_edit_append(struct mc_str text, const struct mc_strv *path, struct mc_str json,
                   struct mc_buf *out, struct mc_err *err)
{
    struct mc_buf array = MC_BUF_INIT(json.n + 2);
    struct mc_strv element = {0};
    struct edit ed;
    int rc = begin(&ed, text, path, err);

    if (rc == 0 && ed.depth == path->n && ed.value.type != MC_JSON_ARRAY)
        rc = mc_err_set(err, MC_E_CONFIG, "%s is no array", path->v[path->n - 1]);
    if (rc == 0 && ed.depth == path->n) {
        char index[24];
        snprintf(index, sizeof(index), "%zu", items_of(&ed, ed.value, NULL).n);
        for (size_t i = 0; i < path->n; i++)
            mc_strv_push(&element, path->v[i]);
        mc_strv_push(&element, index);
        rc = mc_edit_set(text, &element, json, out, err);
    } else if (rc == 0) {
        mc_buf_addc(&array, '[');
        mc_buf_adds(&array, json);
        mc_buf_addc(&array, ']');
        rc = mc_edit_set(text, path, mc_buf_str(&array), out, err);
    }
    mc_strv_done(&element);
    mc_buf_done(&array);
    return finish(&ed, rc);
}

int mc_edit_unset(struct mc_str text, const struct mc_strv *path, struct mc_buf *out,
                  struct mc_err *err)
{
    struct edit ed;
    int rc = begin(&ed, text, path, err);

    if (rc)
        return finish(&ed, rc);
    if (ed.depth == path->n)
        remove_item(&ed, out);
    else
        mc_buf_adds(out, ed.src);
    return finish(&ed, verify(path, MC_STR_NONE, out, err));
}
