#include "json/jsonc.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/map.h"

#include <stdarg.h>
#include <stdio.h>

/* A word or name is shown up to this many bytes. */
#define SHOWN_MAX 40

struct parser {
    char *text; /* becomes strict JSON as the parser goes over it */
    size_t n;
    size_t at;
    bool strict;
    bool ended; /* the end came too early, and that was said */
    bool torn;  /* the last string was not closed */
    unsigned depth;
    unsigned open[2]; /* brackets, braces that are open here */
    struct mc_buf name;
    struct mc_jsonc *ret;
};

/* ---- errors ---- */

static void error(struct parser *p, size_t off, const char *fmt, ...) MC_PRINTF(3, 4);
static void error(struct parser *p, size_t off, const char *fmt, ...)
{
    struct mc_jsonc *r = p->ret;
    /* What follows from an error at the same place is no news. */
    if (r->n_errors == MC_JSONC_ERRORS_MAX || (r->n_errors && r->errors[r->n_errors - 1].off == off))
        return;
    struct mc_jsonc_error *e = &r->errors[r->n_errors++];
    va_list ap;
    va_start(ap, fmt);
    e->off = off;
    vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
    va_end(ap);
}

static bool stopped(const struct parser *p)
{
    return p->ended || p->ret->n_errors == MC_JSONC_ERRORS_MAX;
}

static bool is_at(const struct parser *p, char c)
{
    return p->at < p->n && p->text[p->at] == c;
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || c == '.' || c == '+' || c == '-';
}

static struct mc_str word(const struct parser *p)
{
    size_t end = p->at;
    while (end < p->n && is_word(p->text[end]))
        end++;
    return (struct mc_str){p->text + p->at, end - p->at};
}

/* At most SHOWN_MAX bytes of s, whole characters, fit for a terminal. The caller frees. */
static char *shown(struct mc_str s)
{
    struct mc_str cut = s;
    if (s.n > SHOWN_MAX)
        for (cut.n = SHOWN_MAX; cut.n > 0 && ((unsigned char)s.p[cut.n] & 0xc0) == 0x80;)
            cut.n--;
    MC_CLEANUP(mc_freep) char *clean = mc_str_printable(cut, false);
    return mc_asprintf("%s%s", clean, cut.n < s.n ? "..." : "");
}

/* What stands at the current place, in words. The caller frees. */
static char *found(const struct parser *p)
{
    if (p->at == p->n)
        return mc_strdup("the end of the file");
    if (is_at(p, '"'))
        return mc_strdup("a string");
    struct mc_str w = word(p);
    if (w.n == 0)
        w.n = mc_utf8_len(p->text + p->at, p->n - p->at);
    if (w.n == 0 || (unsigned char)w.p[0] < 0x20)
        return mc_asprintf("byte 0x%02x", (unsigned char)p->text[p->at]);
    MC_CLEANUP(mc_freep) char *text = shown(w);
    return mc_asprintf("'%s'", text);
}

static void expected(struct parser *p, const char *what)
{
    MC_CLEANUP(mc_freep) char *got = found(p);
    error(p, p->at, "expected %s, found %s", what, got);
}

/* ---- white space and comments ---- */

static void erase(struct parser *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (p->text[i] != '\n' && p->text[i] != '\r')
            p->text[i] = ' ';
}

static size_t comment_end(const struct parser *p, bool block)
{
    for (size_t i = p->at + 2; i < p->n; i++) {
        if (!block && (p->text[i] == '\n' || p->text[i] == '\r'))
            return i;
        if (block && i > p->at + 2 && p->text[i] == '/' && p->text[i - 1] == '*')
            return i + 1;
    }
    return block ? 0 : p->n;
}

static bool comment(struct parser *p)
{
    char kind = p->at + 1 < p->n && p->text[p->at] == '/' ? p->text[p->at + 1] : 0;
    if (kind != '/' && kind != '*')
        return false;
    size_t end = comment_end(p, kind == '*');
    if (p->strict)
        error(p, p->at, "comments are not allowed in this file");
    if (!end) {
        error(p, p->at, "this comment has no end, expected */");
        p->ended = true;
        end = p->n;
    }
    erase(p, p->at, end);
    p->at = end;
    return true;
}

static void blank(struct parser *p)
{
    do {
        while (is_at(p, ' ') || is_at(p, '\n') || is_at(p, '\r') || is_at(p, '\t'))
            p->at++;
    } while (comment(p));
}

/* ---- recovery ---- */

/* Over a string of any state: behind its closing quote, or to the end of its line. */
static void skip_string(struct parser *p, char quote)
{
    for (p->at++; p->at < p->n && !is_at(p, '\n') && !is_at(p, '\r'); p->at++) {
        if (is_at(p, quote)) {
            p->at++;
            return;
        }
        if (is_at(p, '\\') && p->at + 1 < p->n && p->text[p->at + 1] != '\n' && p->text[p->at + 1] != '\r')
            p->at++;
    }
}

/* On to the next comma or closing bracket of this nesting. */
static void resync(struct parser *p)
{
    size_t nested = 0;
    for (blank(p); p->at < p->n; blank(p)) {
        char c = p->text[p->at];
        if (nested == 0 && (c == ',' || c == '}' || c == ']'))
            return;
        nested += c == '{' || c == '[';
        nested -= c == '}' || c == ']';
        if (c == '"')
            skip_string(p, '"');
        else
            p->at++;
    }
}

/* ---- values ---- */

static bool value(struct parser *p);

/* The span of the string at the current place, or an empty one after an error. */
static struct mc_str string(struct parser *p)
{
    struct mc_scan s;
    struct mc_str span;
    size_t start = p->at;
    p->torn = false;
    mc_scan_init(&s, p->text + start, p->n - start);
    if (mc_scan_value(&s, &span)) {
        p->at += span.n;
        return span;
    }
    size_t bad = start + (size_t)(s.err_at - s.begin);
    skip_string(p, '"');
    p->torn = bad == p->n || p->text[bad] == '\n' || p->text[bad] == '\r';
    if (p->torn)
        error(p, start, "this string has no closing quote on its line");
    else if (p->text[bad] == '\t')
        error(p, bad, "a tab in a string must be written as \\t");
    else
        error(p, bad, "%s", s.err);
    return MC_STR_NONE;
}

static void number_or_word(struct parser *p)
{
    struct mc_str w = word(p);
    struct mc_err why;
    size_t start = p->at;
    p->at += w.n;
    if (mc_json_check(w.p, w.n, NULL, &why) == 0)
        return;
    MC_CLEANUP(mc_freep) char *text = shown(w);
    bool number = (w.p[0] >= '0' && w.p[0] <= '9') || w.p[0] == '-' || w.p[0] == '+' || w.p[0] == '.';
    if (number)
        error(p, start, "'%s' is not a JSON number", text);
    else
        error(p, start, "unknown word '%s', expected true, false, null or a string in double quotes", text);
}

static void remember(struct parser *p, struct mc_map **names, struct mc_str quoted)
{
    size_t off = (size_t)(quoted.p - p->text);
    mc_buf_clear(&p->name);
    if (mc_jstr_decode(quoted, &p->name) < 0)
        return;
    struct mc_str name = {p->name.len ? p->name.data : "", p->name.len};
    if (!*names)
        *names = mc_map_new();
    uintptr_t before = (uintptr_t)mc_map_get(*names, name);
    if (before == 0) {
        mc_map_put(*names, name, (void *)(uintptr_t)(off + 1));
        return;
    }
    unsigned line, col;
    MC_CLEANUP(mc_freep) char *text = shown(name);
    mc_jsonc_place(p->text, p->n, before - 1, &line, &col);
    error(p, off, "\"%s\" was already given on line %u", text, line);
}

/* The functions for a member and a value return false when the rest up to the next comma makes no sense. */
static bool member(struct parser *p, struct mc_map **names)
{
    if (is_at(p, '"')) {
        struct mc_str name = string(p);
        if (name.n)
            remember(p, names, name);
    } else if (is_at(p, '\'') || word(p).n) {
        expected(p, "a member name in double quotes");
        if (is_at(p, '\''))
            skip_string(p, '\'');
        p->at += word(p).n;
    } else {
        expected(p, "a member name in double quotes");
        return false;
    }
    blank(p);
    if (!is_at(p, ':')) {
        expected(p, "':' after the member name");
        if (!is_at(p, '='))
            return false;
    }
    p->at++;
    blank(p);
    return value(p);
}

static bool comma(struct parser *p, char close)
{
    size_t at = p->at;
    if (!is_at(p, ','))
        return false;
    p->at++;
    blank(p);
    if (is_at(p, close) && p->strict)
        error(p, at, "a comma before '%c' is not allowed in this file", close);
    if (is_at(p, close))
        erase(p, at, at + 1);
    return true;
}

/* Between two values, or behind the last one. False when this container ends here without its bracket. */
static bool separator(struct parser *p, bool object)
{
    char close = object ? '}' : ']', other = object ? ']' : '}';
    for (; !stopped(p); p->at++) {
        blank(p);
        if (comma(p, close) || is_at(p, close) || p->at == p->n)
            return true;
        /* The comma may be in the string that was not closed. */
        bool was_torn = p->torn;
        p->torn = false;
        if (was_torn && is_at(p, '"'))
            return true;
        expected(p, object ? "',' or '}' after this value" : "',' or ']' after this value");
        if (is_at(p, '"') || is_at(p, '{') || is_at(p, '[') || word(p).n)
            return true;
        resync(p);
        if (comma(p, close) || is_at(p, close) || p->at == p->n)
            return true;
        /* Somebody's closing bracket: an outer one's if there is one of its kind, else a slip. */
        if (is_at(p, other) && p->open[!object] > 0)
            return false;
    }
    return true;
}

static void never_closed(struct parser *p, size_t open)
{
    unsigned line, col;
    if (p->ended)
        return;
    mc_jsonc_place(p->text, p->n, open, &line, &col);
    error(p, p->at, "the file ends here, but the '%c' of line %u is not closed", p->text[open], line);
    p->ended = true;
}

static void container(struct parser *p, bool object)
{
    size_t open = p->at++;
    struct mc_map *names = NULL;
    p->depth++;
    p->open[object]++;
    for (blank(p); !stopped(p); blank(p)) {
        if (is_at(p, object ? '}' : ']')) {
            p->at++;
            break;
        }
        if (p->at == p->n) {
            never_closed(p, open);
            break;
        }
        if (!(object ? member(p, &names) : value(p)))
            resync(p);
        if (!stopped(p) && !separator(p, object))
            break;
    }
    p->open[object]--;
    p->depth--;
    mc_map_free(names, NULL);
}

static bool value(struct parser *p)
{
    if (is_at(p, '{') || is_at(p, '[')) {
        if (p->depth < MC_JSON_DEPTH_MAX) {
            container(p, is_at(p, '{'));
            return true;
        }
        error(p, p->at, "nested deeper than %d levels", MC_JSON_DEPTH_MAX);
        return false;
    }
    if (is_at(p, '"')) {
        string(p);
    } else if (word(p).n) {
        number_or_word(p);
    } else if (is_at(p, '\'')) {
        error(p, p->at, "strings need double quotes");
        skip_string(p, '\'');
    } else {
        expected(p, "a value");
        return false;
    }
    return true;
}

/* ---- the interface ---- */

static void document(struct parser *p)
{
    if (p->n >= 2 && (memcmp(p->text, "\xff\xfe", 2) == 0 || memcmp(p->text, "\xfe\xff", 2) == 0)) {
        error(p, 0, "this file is UTF-16, expected UTF-8");
        return;
    }
    if (p->n >= 3 && memcmp(p->text, "\xef\xbb\xbf", 3) == 0)
        erase(p, 0, 3);
    blank(p);
    if (p->at == p->n)
        return;
    bool understood = value(p);
    blank(p);
    if (understood && !stopped(p) && p->at < p->n)
        expected(p, "nothing more after the end of the value");
}

int mc_jsonc_parse(const char *p, size_t n, bool strict, struct mc_jsonc *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->text = mc_malloc(n + 1);
    ret->len = n;
    if (n)
        memcpy(ret->text, p, n);
    ret->text[n] = '\0';
    struct parser parser = {.text = ret->text, .n = n, .strict = strict, .ret = ret};
    mc_buf_init(&parser.name, n);
    document(&parser);
    mc_buf_done(&parser.name);
    if (ret->n_errors)
        return -MC_E_CONFIG;
    ret->root = mc_jval_of((struct mc_str){ret->text, n});
    if (ret->root.type == MC_JSON_NONE)
        ret->root = mc_jval_of(MC_STR("{}"));
    return 0;
}

void mc_jsonc_done(struct mc_jsonc *j)
{
    mc_free(j->text);
    memset(j, 0, sizeof(*j));
}

void mc_jsonc_place(const char *p, size_t n, size_t off, unsigned *line, unsigned *col)
{
    size_t i = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    *line = *col = 1;
    for (; i < n && i < off; i++) {
        if (p[i] == '\n' || (p[i] == '\r' && !(i + 1 < n && p[i + 1] == '\n'))) {
            ++*line;
            *col = 1;
        } else if (((unsigned char)p[i] & 0xc0) != 0x80 && p[i] != '\r') {
            ++*col;
        }
    }
}
