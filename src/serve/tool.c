#include "serve/tool.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/time.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* kept free at the end of the data for what closes it */
#define DATA_RESERVE 1024

void mc_call_init(struct mc_call *c, const struct mc_tool *tool, void *ctx)
{
    *c = (struct mc_call){.tool = tool, .ctx = ctx, .room = MC_TOOL_TEXT_MAX};
    c->deadline_ms = mc_now_ms() + MC_TOOL_BUDGET_MS;
    mc_buf_init(&c->text, MC_TOOL_TEXT_MAX + MC_TOOL_NOTES_MAX);
    mc_buf_init(&c->data, MC_TOOL_DATA_MAX);
    mc_buf_init(&c->notes, MC_TOOL_NOTES_MAX);
}

void mc_call_done(struct mc_call *c)
{
    for (size_t i = 0; i < MC_TOOL_ARGS_MAX; i++)
        mc_free(c->arg[i].text);
    mc_buf_done(&c->text);
    mc_buf_done(&c->data);
    mc_buf_done(&c->notes);
}

static size_t arg_index(const struct mc_call *c, const char *name, enum mc_arg_kind kind)
{
    size_t i = 0;
    while (c->tool->args[i].name && strcmp(c->tool->args[i].name, name) != 0)
        i++;
    MC_ASSERT(c->tool->args[i].name && c->tool->args[i].kind == kind);
    return i;
}

const char *mc_call_str(const struct mc_call *c, const char *name)
{
    size_t i = arg_index(c, name, MC_ARG_STRING);
    return c->arg[i].given ? c->arg[i].text : c->tool->args[i].text;
}

int64_t mc_call_int(const struct mc_call *c, const char *name)
{
    size_t i = arg_index(c, name, MC_ARG_INTEGER);
    return c->arg[i].given ? c->arg[i].number : c->tool->args[i].otherwise;
}

bool mc_call_bool(const struct mc_call *c, const char *name)
{
    size_t i = arg_index(c, name, MC_ARG_BOOLEAN);
    return c->arg[i].given ? c->arg[i].number : c->tool->args[i].otherwise;
}

bool mc_call_given(const struct mc_call *c, const char *name)
{
    for (size_t i = 0; c->tool->args[i].name; i++)
        if (strcmp(c->tool->args[i].name, name) == 0)
            return c->arg[i].given;
    return false;
}

/* An upper bound of the bytes that the text takes inside a JSON string. */
static size_t json_cost(struct mc_str s)
{
    size_t wide = mc_utf8_valid(s.p, s.n) ? 1 : 3, cost = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch >= 0x80)
            cost += wide;
        else if (ch == '"' || ch == '\\' || ch == '\n' || ch == '\t' || ch == '\r')
            cost += 2;
        else
            cost += ch < 0x20 || ch == 0x7f ? 6 : 1;
    }
    return cost;
}

bool mc_call_add(struct mc_call *c, struct mc_str s)
{
    size_t cost = json_cost(s);
    if (c->truncated || cost > c->room) {
        c->truncated = true;
        return false;
    }
    c->room -= cost;
    return mc_buf_adds(&c->text, s) == 0;
}

bool mc_call_addf(struct mc_call *c, const char *fmt, ...)
{
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    MC_ASSERT(n >= 0);
    if ((size_t)n < sizeof line)
        return mc_call_add(c, (struct mc_str){line, (size_t)n});
    MC_CLEANUP(mc_freep) char *longer = mc_malloc((size_t)n + 1);
    va_start(ap, fmt);
    vsnprintf(longer, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return mc_call_add(c, (struct mc_str){longer, (size_t)n});
}

bool mc_call_add_name(struct mc_call *c, const char *name)
{
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(name), false);
    return mc_call_add(c, mc_str_of(shown));
}

static void add_formatted(struct mc_buf *b, const char *fmt, va_list ap) MC_PRINTF(2, 0);
static void add_formatted(struct mc_buf *b, const char *fmt, va_list ap)
{
    char text[MC_ERR_MSG_MAX];
    vsnprintf(text, sizeof text, fmt, ap);
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), true);
    mc_buf_addz(b, shown);
}

void mc_call_note(struct mc_call *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    mc_buf_addc(&c->notes, '[');
    add_formatted(&c->notes, fmt, ap);
    mc_buf_addz(&c->notes, "]\n");
    va_end(ap);
}

void mc_call_fail(struct mc_call *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    mc_buf_clear(&c->text);
    mc_buf_clear(&c->data);
    mc_buf_clear(&c->notes);
    add_formatted(&c->text, fmt, ap);
    c->failed = true;
    c->truncated = false;
    va_end(ap);
}

void mc_call_close(struct mc_call *c)
{
    if (c->truncated)
        mc_call_note(c, "cut here: an answer holds at most %d KiB; ask for less at a time",
                     MC_TOOL_TEXT_MAX / 1024);
    if (c->notes.len == 0)
        return;
    if (c->text.len > 0 && c->text.data[c->text.len - 1] != '\n')
        mc_buf_addc(&c->text, '\n');
    mc_buf_adds(&c->text, mc_buf_str(&c->notes));
}

bool mc_call_expired(const struct mc_call *c)
{
    return mc_now_ms() >= c->deadline_ms;
}

/* ---- arguments ---- */

static void wrong(struct mc_call *c, const struct mc_arg *a, struct mc_str given)
{
    MC_CLEANUP(mc_freep)
    char *shown = mc_str_printable((struct mc_str){given.p, given.n < 80 ? given.n : 80}, false);
    const char *more = given.n > 80 ? "…" : "";
    if (a->kind == MC_ARG_INTEGER)
        mc_call_fail(
            c, "argument \"%s\": got %s%s, allowed is an integer from %" PRId64 " to %" PRId64,
            a->name, shown, more, a->least, a->most);
    else if (a->kind == MC_ARG_BOOLEAN)
        mc_call_fail(c, "argument \"%s\": got %s%s, allowed is true or false", a->name, shown,
                     more);
    else
        mc_call_fail(
            c,
            "argument \"%s\": got %s%s, allowed is a string of at most %d bytes without a NUL byte",
            a->name, shown, more, MC_TOOL_STRING_MAX);
}

static bool take_string(struct mc_call *c, size_t i, struct mc_jval v)
{
    if (v.type != MC_JSON_STRING)
        return false;
    struct mc_buf text = MC_BUF_INIT(MC_TOOL_STRING_MAX);
    bool fits = mc_jstr_decode(v.s, &text) == 0 && !memchr(text.len ? text.data : "", 0, text.len);
    if (fits)
        c->arg[i].text = text.len ? mc_buf_steal(&text) : mc_strdup("");
    mc_buf_done(&text);
    return fits;
}

static bool take(struct mc_call *c, size_t i, struct mc_jval v)
{
    const struct mc_arg *a = &c->tool->args[i];
    bool fits = false;
    switch (a->kind) {
    case MC_ARG_STRING:
        fits = take_string(c, i, v);
        break;
    case MC_ARG_INTEGER:
        fits = mc_jint(v, &c->arg[i].number) && c->arg[i].number >= a->least &&
               c->arg[i].number <= a->most;
        break;
    case MC_ARG_BOOLEAN:
        fits = v.type == MC_JSON_TRUE || v.type == MC_JSON_FALSE;
        c->arg[i].number = v.type == MC_JSON_TRUE;
        break;
    }
    if (!fits)
        wrong(c, a, v.s);
    c->arg[i].given = fits;
    return fits;
}

static void unknown_argument(struct mc_call *c, struct mc_str key)
{
    struct mc_buf names = MC_BUF_INIT(1024);
    MC_CLEANUP(mc_freep) char *given = mc_jstr_dup(mc_jval_of(key));
    const char *nearest = NULL;
    unsigned best = 3; /* a typo, not another word */
    for (const struct mc_arg *a = c->tool->args; a->name; a++) {
        mc_buf_addf(&names, "%s%s", names.len ? ", " : "", a->name);
        unsigned d = mc_str_distance(given, a->name);
        if (d < best) {
            best = d;
            nearest = a->name;
        }
    }
    mc_call_fail(c, "argument \"%.80s\" is not known; %s takes %s%s%s%s", given, c->tool->name,
                 names.len ? names.data : "none", nearest ? " (did you mean \"" : "",
                 nearest ? nearest : "", nearest ? "\"?)" : "");
    mc_buf_done(&names);
}

bool mc_call_parse(struct mc_call *c, struct mc_str arguments)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval v;
    const struct mc_arg *args = c->tool->args;
    if (arguments.n > 0 && mc_jiter_init(&it, mc_jval_of(arguments))) {
        while (mc_jiter_next(&it, &key, &v)) {
            size_t i = 0;
            while (args[i].name && !mc_jstr_eq(key, mc_str_of(args[i].name)))
                i++;
            if (!args[i].name) {
                unknown_argument(c, key);
                return false;
            }
            if (c->arg[i].given) {
                mc_call_fail(c, "argument \"%s\" is given twice", args[i].name);
                return false;
            }
            /* models often write null for what they leave out */
            if (v.type == MC_JSON_NULL && !args[i].required)
                continue;
            if (!take(c, i, v))
                return false;
        }
    }
    for (size_t i = 0; args[i].name; i++)
        if (args[i].required && !c->arg[i].given) {
            mc_call_fail(c, "argument \"%s\" is missing; it is required: %s", args[i].name,
                         args[i].description);
            return false;
        }
    return true;
}

/* ---- structured data ---- */

static void data_name(struct mc_buf *b, const char *name)
{
    if (b->len > 0 && b->data[b->len - 1] != '{')
        mc_buf_addc(b, ',');
    mc_buf_addf(b, "\"%s\":", name);
}

void mc_data_str(struct mc_buf *b, const char *name, const char *text)
{
    data_name(b, name);
    if (!text) {
        mc_buf_addz(b, "null");
        return;
    }
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), true);
    mc_jstr_quote(mc_str_of(shown), b);
}

void mc_data_int(struct mc_buf *b, const char *name, int64_t value)
{
    data_name(b, name);
    mc_buf_addf(b, "%" PRId64, value);
}

void mc_data_bool(struct mc_buf *b, const char *name, bool value)
{
    data_name(b, name);
    mc_buf_addz(b, value ? "true" : "false");
}

bool mc_data_row(struct mc_call *c, const struct mc_buf *row)
{
    if (row->failed || c->data.len + row->len + DATA_RESERVE > MC_TOOL_DATA_MAX) {
        c->truncated = true;
        return false;
    }
    if (c->data.data[c->data.len - 1] != '[')
        mc_buf_addc(&c->data, ',');
    return mc_buf_adds(&c->data, mc_buf_str(row)) == 0;
}

/* ---- schema ---- */

static void arg_schema(struct mc_buf *out, const struct mc_arg *a)
{
    static const char *const kinds[] = {
        [MC_ARG_STRING] = "string", [MC_ARG_INTEGER] = "integer", [MC_ARG_BOOLEAN] = "boolean"};
    mc_buf_addf(out, "\"%s\":{\"type\":\"%s\",\"description\":", a->name, kinds[a->kind]);
    mc_jstr_quote(mc_str_of(a->description), out);
    if (a->kind == MC_ARG_INTEGER)
        mc_buf_addf(out, ",\"minimum\":%" PRId64 ",\"maximum\":%" PRId64, a->least, a->most);
    if (a->kind == MC_ARG_INTEGER && a->otherwise >= a->least)
        mc_buf_addf(out, ",\"default\":%" PRId64, a->otherwise);
    if (a->kind == MC_ARG_BOOLEAN)
        mc_buf_addf(out, ",\"default\":%s", a->otherwise ? "true" : "false");
    if (a->kind == MC_ARG_STRING && a->text) {
        mc_buf_addz(out, ",\"default\":");
        mc_jstr_quote(mc_str_of(a->text), out);
    }
    mc_buf_addc(out, '}');
}

void mc_tool_schema(struct mc_buf *out, const struct mc_tool *tool)
{
    mc_buf_addz(out, "{\"type\":\"object\",\"properties\":{");
    for (const struct mc_arg *a = tool->args; a->name; a++) {
        if (a != tool->args)
            mc_buf_addc(out, ',');
        arg_schema(out, a);
    }
    mc_buf_addz(out, "},");
    const char *sep = "\"required\":[";
    for (const struct mc_arg *a = tool->args; a->name; a++)
        if (a->required) {
            mc_buf_addf(out, "%s\"%s\"", sep, a->name);
            sep = ",";
        }
    if (*sep == ',')
        mc_buf_addz(out, "],");
    mc_buf_addz(out, "\"additionalProperties\":false}");
}
