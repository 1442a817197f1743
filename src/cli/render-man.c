#include "cli/render.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/command.h"
#include "config/keys.h"

#include <string.h>

/* The date of the pages; a constant, so that two builds of one source give the same bytes. */
#define MAN_DATE "November 21, 2026"
#define MAN_LINE 66 /* a line is broken at the first space after so many bytes */

static void escaped(struct mc_buf *out, char c)
{
    switch (c) {
    case '\\':
        mc_buf_addz(out, "\\e");
        break;
    case '-':
        mc_buf_addz(out, "\\-");
        break;
    case '`':
        mc_buf_addz(out, "\\(ga");
        break;
    case '\'':
        mc_buf_addz(out, "\\(aq");
        break;
    case '"':
        mc_buf_addz(out, "\\(dq");
        break;
    default:
        mc_buf_addc(out, c);
    }
}

/* A sentence: from the table's lower-case phrase, on lines that mandoc finds short enough. */
static void text(struct mc_buf *out, const char *s)
{
    size_t start = out->len;
    bool first = true;
    for (; *s; s++, first = false) {
        if (*s == ' ' && out->len - start > MAN_LINE) {
            mc_buf_addc(out, '\n');
            start = out->len;
            continue;
        }
        if (out->len == start && *s == '.')
            mc_buf_addz(out, "\\&"); /* not a request */
        escaped(out, first && *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s);
    }
}

/* An argument of a macro: quoted, so that spaces and words that are macro names stay text. */
static void quoted(struct mc_buf *out, const char *s)
{
    mc_buf_addc(out, '"');
    for (; *s; s++) {
        if (*s == '|')
            mc_buf_addz(out, "\\(ba");
        else
            escaped(out, *s);
    }
    mc_buf_addc(out, '"');
}

static void title(const struct mc_command *c, char sep, bool upper, struct mc_buf *out)
{
    mc_buf_addz(out, upper ? "MCPCTL" : "mcpctl");
    if (c)
        mc_buf_addc(out, sep);
    for (const char *p = c ? c->path : ""; *p; p++)
        mc_buf_addc(out, *p == ' '                         ? sep
                         : upper && *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A')
                                                           : *p);
}

static void synopsis(const struct mc_command *c, struct mc_buf *out)
{
    const struct mc_option *o;
    mc_buf_addz(out, ".Nm mcpctl\n");
    if (!c) {
        mc_buf_addz(out, ".Op Fl \\-json\n.Op Fl v\n.Ar command\n.Op Ar argument ...\n");
        return;
    }
    mc_buf_addz(out, ".Cm ");
    quoted(out, c->path);
    mc_buf_addc(out, '\n');
    for (size_t i = 0; (o = mc_render_option(c, true, &i));) {
        if (o->letter)
            mc_buf_addf(out, ".Op Fl %c", o->letter);
        else
            mc_buf_addf(out, ".Op Fl \\-%s", o->name);
        if (o->arg) {
            mc_buf_addz(out, " Ar ");
            quoted(out, o->arg);
        }
        mc_buf_addc(out, '\n');
    }
    for (const struct mc_operand *p = c->operands; p->name; p++) {
        mc_buf_addz(out, p->min ? ".Ar " : ".Op Ar ");
        quoted(out, p->name);
        mc_buf_addz(out, p->max > 1 ? " ...\n" : "\n");
    }
}

static void head(const struct mc_command *c, struct mc_buf *out)
{
    mc_buf_addz(out, ".Dd " MAN_DATE "\n.Dt ");
    title(c, '-', true, out);
    mc_buf_addz(out, " 1\n.Os\n.Sh NAME\n.Nm ");
    title(c, '-', false, out);
    mc_buf_addz(out, "\n.Nd ");
    text(out, c ? c->summary : "every MCP server of your repos behind one local endpoint");
    mc_buf_addz(out, "\n.Sh SYNOPSIS\n");
    synopsis(c, out);
}

static void option(const struct mc_option *o, struct mc_buf *out)
{
    mc_buf_addz(out, ".It ");
    if (o->letter)
        mc_buf_addf(out, "Fl %c , ", o->letter);
    mc_buf_addf(out, "Fl \\-%s", o->name);
    if (o->arg) {
        mc_buf_addz(out, " Ar ");
        quoted(out, o->arg);
    }
    mc_buf_addc(out, '\n');
    text(out, o->help);
    mc_buf_addz(out, ".\n");
}

static void option_list(const struct mc_command *c, struct mc_buf *out)
{
    const struct mc_option *o;
    mc_buf_addz(out, ".Bl -tag -width Ds\n");
    for (int own = 1; own >= 0; own--) {
        for (size_t i = 0; (o = mc_render_option(c, own, &i));)
            option(o, out);
    }
    mc_buf_addz(out, ".El\n");
}

static void operand_list(const struct mc_command *c, struct mc_buf *out)
{
    if (!c || !c->operands[0].name)
        return;
    mc_buf_addz(out, ".Bl -tag -width Ds\n");
    for (const struct mc_operand *p = c->operands; p->name; p++) {
        mc_buf_addz(out, ".It Ar ");
        quoted(out, p->name);
        mc_buf_addc(out, '\n');
        text(out, p->help);
        mc_buf_addz(out, ".\n");
    }
    mc_buf_addz(out, ".El\n");
}

static void command_list(const struct mc_command *c, struct mc_buf *out)
{
    (void)c;
    mc_buf_addz(out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; (c = mc_render_command(&i));) {
        mc_buf_addz(out, ".It Cm ");
        quoted(out, c->path);
        mc_buf_addc(out, '\n');
        text(out, c->summary);
        mc_buf_addz(out, ".\nSee\n.Xr ");
        title(c, '-', false, out);
        mc_buf_addz(out, " 1 .\n");
    }
    mc_buf_addz(out, ".El\n");
}

static void exit_status(const struct mc_command *c, struct mc_buf *out)
{
    (void)c;
    mc_buf_addz(out, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
    for (int status = 0; status < 128; status++) {
        const char *help = mc_exit_help(status);
        if (!help)
            continue;
        mc_buf_addf(out, ".It %d\n", status);
        text(out, help);
        mc_buf_addc(out, '\n');
    }
    mc_buf_addz(out, ".El\n");
}

static void examples(const struct mc_command *c, struct mc_buf *out)
{
    for (const struct mc_example *e = c ? c->examples : NULL; e && e->line; e++) {
        mc_buf_addz(out, e == c->examples ? "" : ".Pp\n");
        text(out, e->what);
        mc_buf_addz(out, ":\n.Dl ");
        quoted(out, e->line);
        mc_buf_addc(out, '\n');
    }
}

/* "default "lazy"; not in files of other programs" */
static void key_remarks(const struct mc_key *key, struct mc_buf *out)
{
    if (key->otherwise) {
        mc_buf_addz(out, "\nDefault:\n.Ql ");
        quoted(out, key->otherwise);
        mc_buf_addz(out, " .");
    }
    for (const struct mc_choice *c = key->choices; c && c->name; c++) {
        mc_buf_addz(out, c == key->choices ? "\nOne of\n.Ql " : " ,\n.Ql ");
        quoted(out, c->name);
    }
    if (key->choices)
        mc_buf_addz(out, " .");
    if (key->later) {
        mc_buf_addz(out, "\nIt has no effect yet: ");
        text(out, key->later);
        mc_buf_addc(out, '.');
    }
    if (key->layers && !(key->layers & ~MC_LAYERS_POLICY))
        mc_buf_addz(out, "\nOnly in the layers system and org.");
    else if (key->layers && !(key->layers & MC_LAYERS_REPO))
        mc_buf_addz(out, "\nNot in a repository.");
    else if (key->layers && !(key->layers & MC_LAYER_BIT(MC_LAYER_CLIENTS)))
        mc_buf_addz(out, "\nNot in files of other programs.");
}

static void key_names(const struct mc_key *table, const struct mc_key *key, struct mc_buf *out)
{
    bool first = true;

    for (const struct mc_key *k = table; k->name; k++) {
        if (!k->alias || strcmp(k->alias, key->name) != 0 || k->type == MC_KEY_NOT_BOOL)
            continue;
        mc_buf_addz(out, first ? "\nOther names:\n.Ql " : " ,\n.Ql ");
        quoted(out, k->name);
        first = false;
    }
    if (!first)
        mc_buf_addz(out, " .");
}

/* One list for all: members have their whole path, with names that are free in capitals. */
static void key_entries(const struct mc_key *table, const char *path, struct mc_buf *out)
{
    for (const struct mc_key *k = table; k->name; k++) {
        MC_CLEANUP(mc_freep) char *name = mc_asprintf("%s%s%s", path, *path ? "." : "", k->name);
        if (k->type == MC_KEY_FOREIGN || (k->alias && k->type != MC_KEY_NOT_BOOL))
            continue;
        mc_buf_addz(out, ".It Sy ");
        quoted(out, name);
        mc_buf_addc(out, '\n');
        text(out, k->help);
        mc_buf_addc(out, '.');
        key_remarks(k, out);
        key_names(table, k, out);
        mc_buf_addc(out, '\n');
        if (mc_key_is_container(k))
            key_entries(k->keys, name, out);
    }
}

static void key_list(const struct mc_command *c, struct mc_buf *out)
{
    (void)c;
    mc_buf_addz(out, ".Bl -tag -width Ds\n");
    key_entries(mc_keys_root, "", out);
    mc_buf_addz(out, ".El\n");
}

static const struct {
    const char *word;
    void (*put)(const struct mc_command *c, struct mc_buf *out);
} parts[] = {
    {"@HEAD@", head},           {"@OPERANDS@", operand_list},
    {"@OPTIONS@", option_list}, {"@COMMANDS@", command_list},
    {"@EXIT@", exit_status},    {"@EXAMPLES@", examples},
    {"@KEYS@", key_list},
};

static int line(const struct mc_command *c, struct mc_str s, struct mc_buf *out, struct mc_err *err)
{
    if (s.n < 3 || s.p[0] != '@' || s.p[s.n - 1] != '@') {
        mc_buf_adds(out, s);
        mc_buf_addc(out, '\n');
        return 0;
    }
    for (size_t i = 0; i < MC_ARRAY_LEN(parts); i++) {
        if (mc_str_eq(s, mc_str_of(parts[i].word))) {
            parts[i].put(c, out);
            return 0;
        }
    }
    return mc_err_set(err, MC_E_CONFIG, "the man page's prose asks for %.*s, which is not known",
                      MC_STR_ARG(s));
}

int mc_render_man(const struct mc_command *c, struct mc_str prose, struct mc_buf *out,
                  struct mc_err *err)
{
    if (prose.n == 0)
        prose = MC_STR(
            "@HEAD@\n.Sh DESCRIPTION\n@OPERANDS@\n@OPTIONS@\n@EXIT@\n.Sh EXAMPLES\n@EXAMPLES@\n");
    while (prose.n) {
        const char *end = memchr(prose.p, '\n', prose.n);
        struct mc_str s = {prose.p, end ? (size_t)(end - prose.p) : prose.n};
        int ret = line(c, s, out, err);
        if (ret < 0)
            return ret;
        prose.p += s.n + (end != NULL);
        prose.n -= s.n + (end != NULL);
    }
    return 0;
}
