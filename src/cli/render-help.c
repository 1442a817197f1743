#include "cli/render.h"

#include "base/buf.h"
#include "base/err.h"
#include "cli/command.h"

#include <string.h>

#define HELP_INDENT 2
#define HELP_GAP 2
#define HELP_LEFT_MAX 26 /* what is wider gets a line of its own */

const struct mc_option *mc_render_option(const struct mc_command *c, bool own, size_t *i)
{
    const struct mc_option *table = own ? (c ? c->options : NULL) : mc_global_options;
    while (table && table[*i].name) {
        const struct mc_option *o = &table[(*i)++];
        if (!o->hidden)
            return o;
    }
    return NULL;
}

const struct mc_command *mc_render_command(size_t *i)
{
    while (mc_commands[*i].path) {
        const struct mc_command *c = &mc_commands[(*i)++];
        if (!(c->flags & MC_CMD_HIDDEN))
            return c;
    }
    return NULL;
}

/* Appends words, breaking lines before MC_RENDER_WIDTH; `col` is where the line stands now. */
static void wrap(struct mc_buf *out, const char *text, size_t indent, size_t col)
{
    while (*text) {
        size_t n = strcspn(text, " ");
        bool first = col <= indent;
        if (!first && col + 1 + n > MC_RENDER_WIDTH - 1) {
            mc_buf_addf(out, "\n%*s", (int)indent, "");
            col = indent;
            first = true;
        }
        if (!first)
            mc_buf_addc(out, ' ');
        mc_buf_add(out, text, n);
        col += n + !first;
        text += n;
        text += strspn(text, " ");
    }
    mc_buf_addc(out, '\n');
}

/* "  left      text …" */
static void entry(struct mc_buf *out, const char *left, size_t width, const char *text)
{
    size_t n = strlen(left);
    size_t indent = HELP_INDENT + width + HELP_GAP;
    mc_buf_addf(out, "%*s%s", HELP_INDENT, "", left);
    if (n > width)
        mc_buf_addf(out, "\n%*s", (int)indent, "");
    else
        mc_buf_addf(out, "%*s", (int)(width - n + HELP_GAP), "");
    wrap(out, text, indent, indent);
}

static void option_left(const struct mc_option *o, char *left, size_t size)
{
    struct mc_buf b = MC_BUF_INIT(size - 1);
    if (o->letter)
        mc_buf_addf(&b, "-%c, ", o->letter);
    else
        mc_buf_addz(&b, "    ");
    mc_buf_addf(&b, "--%s", o->name);
    if (o->arg)
        mc_buf_addf(&b, " %s", o->arg);
    memcpy(left, b.data, b.len + 1);
    mc_buf_done(&b);
}

static void widen(size_t *width, size_t n)
{
    if (n <= HELP_LEFT_MAX && n > *width)
        *width = n;
}

static void options(const struct mc_command *c, bool own, const char *title, size_t width,
                    struct mc_buf *out)
{
    char left[128];
    const struct mc_option *o;
    size_t i = 0;
    for (bool first = true; (o = mc_render_option(c, own, &i)); first = false) {
        if (first)
            mc_buf_addf(out, "\n%s\n", title);
        option_left(o, left, sizeof(left));
        entry(out, left, width, o->help);
    }
}

static void usage_options(const struct mc_command *c, struct mc_buf *out)
{
    const struct mc_option *o;

    for (size_t i = 0; (o = mc_render_option(c, true, &i));) {
        if (o->letter)
            mc_buf_addf(out, " [-%c", o->letter);
        else
            mc_buf_addf(out, " [--%s", o->name);
        if (o->arg)
            mc_buf_addf(out, " %s", o->arg);
        mc_buf_addc(out, ']');
    }
}

static void usage_operands(const struct mc_command *c, struct mc_buf *out)
{
    for (const struct mc_operand *p = c->operands; p->name; p++) {
        const char *more = p->max > 1 ? "..." : "";
        mc_buf_addf(out, p->min ? " %s%s" : " [%s%s]", p->name, more);
    }
}

/* Options are named as long as they fit on the line. */
void mc_render_usage(const struct mc_command *c, struct mc_buf *out)
{
    size_t start = out->len, before;

    if (!c) {
        mc_buf_addz(out, "mcpctl [OPTION...] COMMAND [ARGUMENT...]");
        return;
    }
    mc_buf_addf(out, "mcpctl %s", c->path);
    before = out->len;
    usage_options(c, out);
    usage_operands(c, out);
    if (out->len - start + strlen("Usage: ") >= MC_RENDER_WIDTH) {
        out->len = before;
        mc_buf_addz(out, " [OPTION...]");
        usage_operands(c, out);
    }
}

static void overview_commands(struct mc_buf *out, size_t width)
{
    const struct mc_command *c;
    const char *group = "";
    for (size_t i = 0; (c = mc_render_command(&i)); group = c->group) {
        if (strcmp(group, c->group) != 0)
            mc_buf_addf(out, "\n%s\n", c->group);
        entry(out, c->path, width, c->summary);
    }
}

bool mc_render_group(const char *word, struct mc_buf *out)
{
    size_t n = strlen(word), width = 0;
    const struct mc_command *c;
    bool found = false;
    for (size_t i = 0; (c = mc_render_command(&i));) {
        if (strncmp(c->path, word, n) == 0 && c->path[n] == ' ')
            widen(&width, strlen(c->path));
    }
    for (size_t i = 0; (c = mc_render_command(&i));) {
        if (strncmp(c->path, word, n) != 0 || c->path[n] != ' ')
            continue;
        if (!found)
            mc_buf_addf(out, "Commands of mcpctl %s:\n\n", word);
        found = true;
        entry(out, c->path, width, c->summary);
    }
    if (found)
        mc_buf_addf(out, "\n`mcpctl help %s COMMAND` says more about one command.\n", word);
    return found;
}

static void overview(struct mc_buf *out)
{
    char line[128];
    size_t width = 0;
    const struct mc_command *c;
    for (size_t i = 0; (c = mc_render_command(&i));)
        widen(&width, strlen(c->path));
    mc_buf_addz(out, "mcpctl: every MCP server of your repos behind one local endpoint\n\nUsage: ");
    mc_render_usage(NULL, out);
    mc_buf_addc(out, '\n');
    overview_commands(out, width);
    const struct mc_option *o;
    for (size_t i = 0; (o = mc_render_option(NULL, false, &i));) {
        option_left(o, line, sizeof(line));
        widen(&width, strlen(line));
    }
    options(NULL, false, "Options of every command", width, out);
    mc_buf_addz(out, "\nExit status\n");
    for (int status = 0; status < 128; status++) {
        const char *text = mc_exit_help(status);
        if (text)
            mc_buf_addf(out, "  %d  %s\n", status, text);
    }
    mc_buf_addz(out, "\n`mcpctl help COMMAND` says more about one command.\n");
}

static void operands(const struct mc_command *c, size_t width, struct mc_buf *out)
{
    if (c->operands[0].name)
        mc_buf_addz(out, "\nArguments\n");
    for (const struct mc_operand *p = c->operands; p->name; p++)
        entry(out, p->name, width, p->help);
}

void mc_render_help(const struct mc_command *c, struct mc_buf *out)
{
    char line[128];
    size_t width = 0;
    const struct mc_option *o;
    if (!c) {
        overview(out);
        return;
    }
    for (const struct mc_operand *p = c->operands; p->name; p++)
        widen(&width, strlen(p->name));
    for (int own = 0; own < 2; own++) {
        for (size_t i = 0; (o = mc_render_option(c, own, &i));) {
            option_left(o, line, sizeof(line));
            widen(&width, strlen(line));
        }
    }
    mc_buf_addf(out, "%s.\n\nUsage: ", c->summary);
    mc_render_usage(c, out);
    mc_buf_addc(out, '\n');
    operands(c, width, out);
    options(c, true, "Options", width, out);
    options(c, false, "Options of every command", width, out);
    mc_buf_addz(out, "\nExamples\n");
    for (const struct mc_example *e = c->examples; e->line; e++) {
        mc_buf_addf(out, "%*s%s\n%*s", HELP_INDENT, "", e->line, HELP_INDENT * 3, "");
        wrap(out, e->what, HELP_INDENT * 3, HELP_INDENT * 3);
    }
}
