#include "tests/tap.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "cli/command.h"
#include "cli/out.h"
#include "cli/render.h"
#include "json/scan.h"

#define PROSE_MAX (256u << 10)

static struct mc_buf out = MC_BUF_INIT(MC_RENDER_MAX);

static size_t widest(const struct mc_buf *b)
{
    size_t most = 0, n = 0;
    for (size_t i = 0; i < b->len; i++, n++) {
        if (b->data[i] == '\n') {
            most = n > most ? n : most;
            n = (size_t)-1;
        }
    }
    return n > most ? n : most;
}

/* Properties that every row of the table must have. */
static void rows(void)
{
    for (const struct mc_command *c = mc_commands; c->path; c++) {
        size_t n = strlen(c->summary);
        ok(n > 0 && n <= 66 && c->summary[n - 1] != '.' && c->summary[0] >= 'A' &&
               c->summary[0] <= 'Z',
           "%s: a summary of one line", c->path);
        ok(c->examples[0].line && c->examples[0].what && *c->examples[0].what, "%s: an example",
           c->path);
        ok(strstr(c->examples[0].line, c->path) != NULL, "%s: the example shows it", c->path);
        ok(c->run != NULL, "%s: a handler", c->path);
        ok(mc_command_find(c->path) == c, "%s: found by its path, once", c->path);
        for (const struct mc_option *o = c->options; o->name; o++) {
            ok(*o->help && o->help[strlen(o->help) - 1] != '.', "%s --%s: help", c->path, o->name);
            ok(!o->arg || o->value == MC_VALUE_TEXT || o->max > o->min,
               "%s --%s: a range of numbers", c->path, o->name);
            for (const struct mc_option *g = mc_global_options; g->name; g++)
                ok(strcmp(g->name, o->name) != 0 && (!o->letter || g->letter != o->letter),
                   "%s --%s: is not --%s", c->path, o->name, g->name);
        }
        for (const struct mc_operand *p = c->operands; p->name; p++)
            ok(*p->help && p->max >= p->min && p->max > 0 &&
                   (p->complete != MC_COMPLETE_WORDS || p->words),
               "%s %s: is whole", c->path, p->name);
    }
}

static void help(void)
{
    mc_buf_clear(&out);
    mc_render_help(NULL, &out);
    ok(out.len > 500, "the overview says something");
    ok(widest(&out) <= MC_RENDER_WIDTH, "the overview fits %d columns (%zu)", MC_RENDER_WIDTH,
       widest(&out));
    ok(!strstr(out.data, "__complete"), "the overview shows nothing hidden");
    ok(strstr(out.data, "hub run") != NULL, "the overview shows commands of two words");
    for (const struct mc_command *c = mc_commands; c->path; c++) {
        mc_buf_clear(&out);
        mc_render_help(c, &out);
        ok(widest(&out) <= MC_RENDER_WIDTH, "help of %s fits %d columns (%zu)", c->path,
           MC_RENDER_WIDTH, widest(&out));
        for (const struct mc_option *o = c->options; o->name; o++) {
            char name[64];
            snprintf(name, sizeof(name), "--%s", o->name);
            is_int(strstr(out.data, name) != NULL, !o->hidden, "help of %s: %s", c->path, name);
        }
    }
    mc_buf_clear(&out);
    mc_render_usage(mc_command_find("logs"), &out);
    is_str(out.data, "mcpctl logs [-f] [-n N] [SERVER]", "usage of logs");
    mc_buf_clear(&out);
    mc_render_usage(mc_command_find("call"), &out);
    is_str(out.data, "mcpctl call [--args JSON|@FILE|-] TOOL [ARGUMENT...]", "usage of call");
    mc_buf_clear(&out);
    mc_render_usage(mc_command_find("hub run"), &out);
    is_str(out.data, "mcpctl hub run [-p PORT] [--ephemeral] [--ready-fd FD]", "usage of hub run");
}

static char *prose_path(const struct mc_command *c)
{
    const char *src = getenv("top_srcdir");
    char *path =
        mc_asprintf("%s/man/mcpctl%s%s.1.in", src ? src : ".", c ? "-" : "", c ? c->path : "");
    for (char *p = strrchr(path, '/'); *p; p++)
        *p = *p == ' ' ? '-' : *p;
    return path;
}

static void man_page(const struct mc_command *c)
{
    const char *name = c ? c->path : "mcpctl";
    char *path = prose_path(c), *prose = NULL;
    size_t n = 0;
    struct mc_err err;
    mc_buf_clear(&out);
    is_int(mc_io_read(path, PROSE_MAX, &prose, &n, &err), 0, "%s: there is prose for its man page",
           name);
    ok(prose && strstr(prose, ".Sh DESCRIPTION") && strstr(prose, ".Sh EXAMPLES") &&
           strstr(prose, ".Sh SEE ALSO"),
       "%s: description, examples, see also", name);
    ok(prose && strstr(prose, "@OPTIONS@") && strstr(prose, "@EXIT@"),
       "%s: options and exit status", name);
    ok(prose && (!c || !c->operands[0].name || strstr(prose, "@OPERANDS@")), "%s: operands", name);
    is_int(mc_render_man(c, (struct mc_str){prose, n}, &out, &err), 0, "%s: the page is made",
           name);
    ok(out.len > 800 && !strstr(out.data, "\n@"), "%s: nothing is left to replace", name);
    mc_free(prose);
    mc_free(path);
}

static void man(void)
{
    struct mc_err err;
    man_page(NULL);
    for (const struct mc_command *c = mc_commands; c->path; c++) {
        if (!(c->flags & MC_CMD_HIDDEN))
            man_page(c);
    }
    mc_buf_clear(&out);
    is_int(mc_render_man(NULL, MC_STR("@NONSENSE@\n"), &out, &err), -MC_E_CONFIG,
           "an unknown word in prose is an error");
    mc_buf_clear(&out);
    is_int(mc_render_man(mc_command_find("up"), MC_STR_NONE, &out, &err), 0,
           "a page without prose");
    ok(strstr(out.data, "\\-\\-port") && strstr(out.data, ".Sh EXIT STATUS"),
       "has options and exit status");
    mc_buf_clear(&out);
    is_int(mc_render_man(NULL, MC_STR("text@HEAD@"), &out, &err), 0, "a word inside of a line");
    is_str(out.data, "text@HEAD@\n", "stays, and the last line gets its end");
}

static void json(void)
{
    mc_buf_clear(&out);
    mc_render_json(NULL, &out);
    is_int(mc_json_check(out.data, out.len, NULL, NULL), 0, "help as JSON is JSON");
    struct mc_jval commands = mc_jget(mc_jval_of(mc_buf_str(&out)), "commands"), item;
    struct mc_jiter it;
    size_t n = 0, visible = 0;
    for (bool more = mc_jiter_init(&it, commands); more && mc_jiter_next(&it, NULL, &item); n++)
        continue;
    for (size_t i = 0; mc_render_command(&i);)
        visible++;
    is_int(n, visible, "all visible commands are in it");
}

static void completions(void)
{
    static void (*const renders[])(struct mc_buf *) = {mc_render_bash, mc_render_zsh,
                                                       mc_render_fish};
    for (size_t i = 0; i < MC_ARRAY_LEN(renders); i++) {
        mc_buf_clear(&out);
        renders[i](&out);
        ok(out.len > 1000 && !out.failed, "completion %zu is made", i);
        for (size_t k = 0; mc_render_command(&k);) {
            const char *last = strrchr(mc_commands[k - 1].path, ' ');
            ok(strstr(out.data, last ? last + 1 : mc_commands[k - 1].path) != NULL,
               "completion %zu knows %s", i, mc_commands[k - 1].path);
        }
    }
}

static void tables(void)
{
    static const struct mc_column columns[] = {{"NAME", false}, {"N", true}, {"WHY", false}};
    struct mc_table *t = mc_table_new(columns, MC_ARRAY_LEN(columns));
    mc_table_add(t, MC_TINT_NONE, "größer");
    mc_table_addf(t, MC_TINT_NONE, "%d", 12345);
    mc_table_add(t, MC_TINT_RED, "a\033[31mb\nc and more than fits");
    mc_table_add(t, MC_TINT_NONE, "b");
    mc_table_add(t, MC_TINT_NONE, NULL);
    mc_table_add(t, MC_TINT_NONE, "");
    mc_buf_clear(&out);
    mc_table_print(t, &out, false, 0, 0);
    is_str(out.data,
           "NAME        N  WHY\ngröß"
           "er  12345  a?[31mb?c and more than fits\nb           -\n",
           "columns are aligned, control characters shown, no space at the end");
    mc_buf_clear(&out);
    mc_table_print(t, &out, false, 24, 2);
    is_str(out.data, "  NAME        N  WHY\n  größer  12345  a?[31m…\n  b           -\n",
           "the last column ends at the edge");
    mc_buf_clear(&out);
    mc_table_print(t, &out, true, 0, 0);
    ok(strstr(out.data, "\033[31ma?") && strstr(out.data, "\033[0m"), "colour where it is wanted");
    is_int(mc_table_rows(t), 2, "two rows");
    mc_table_free(t);
}

int main(void)
{
    rows();
    help();
    man();
    json();
    completions();
    tables();
    mc_buf_done(&out);
    return done_testing();
}
