#include "cli/render.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/command.h"
#include "json/doc.h"

static void add_words(cJSON *to, const char *const *words)
{
    if (!words)
        return;
    cJSON *list = mc_doc_add(to, "values", mc_doc_array());
    for (; *words; words++)
        mc_doc_add_str(list, NULL, *words);
}

static void add_options(cJSON *to, const char *name, const struct mc_command *c, bool own)
{
    const struct mc_option *o;
    cJSON *list = mc_doc_add(to, name, mc_doc_array());
    for (size_t i = 0; (o = mc_render_option(c, own, &i));) {
        cJSON *item = mc_doc_add(list, NULL, mc_doc_object());
        mc_doc_add_str(item, "name", o->name);
        if (o->letter)
            mc_doc_add_str(item, "letter", (char[]){o->letter, '\0'});
        if (o->arg)
            mc_doc_add_str(item, "argument", o->arg);
        add_words(item, o->words);
        mc_doc_add_str(item, "help", o->help);
    }
}

static void add_operands(cJSON *to, const struct mc_command *c)
{
    cJSON *list = mc_doc_add(to, "arguments", mc_doc_array());
    for (const struct mc_operand *p = c->operands; p->name; p++) {
        cJSON *item = mc_doc_add(list, NULL, mc_doc_object());
        mc_doc_add_str(item, "name", p->name);
        mc_doc_add_num(item, "min", p->min);
        mc_doc_add_num(item, "max", p->max);
        add_words(item, p->words);
        mc_doc_add_str(item, "help", p->help);
    }
}

static cJSON *command(const struct mc_command *c)
{
    static const struct {
        unsigned flag;
        const char *name;
    } flags[] = {{MC_CMD_NEEDS_HUB, "needsHub"},
                 {MC_CMD_STARTS_HUB, "startsHub"},
                 {MC_CMD_READ_ONLY, "readOnly"}};
    cJSON *doc = mc_doc_object();
    mc_doc_add_str(doc, "command", c->path);
    mc_doc_add_str(doc, "group", c->group);
    mc_doc_add_str(doc, "summary", c->summary);
    for (size_t i = 0; i < MC_ARRAY_LEN(flags); i++)
        mc_doc_add_bool(doc, flags[i].name, c->flags & flags[i].flag);
    add_operands(doc, c);
    add_options(doc, "options", c, true);
    cJSON *examples = mc_doc_add(doc, "examples", mc_doc_array());
    for (const struct mc_example *e = c->examples; e->line; e++) {
        cJSON *item = mc_doc_add(examples, NULL, mc_doc_object());
        mc_doc_add_str(item, "line", e->line);
        mc_doc_add_str(item, "what", e->what);
    }
    return doc;
}

void mc_render_json(const struct mc_command *c, struct mc_buf *out)
{
    cJSON *doc = c ? command(c) : mc_doc_object();
    if (!c) {
        add_options(doc, "options", NULL, false);
        cJSON *list = mc_doc_add(doc, "commands", mc_doc_array());
        for (size_t i = 0; (c = mc_render_command(&i));)
            mc_doc_add(list, NULL, command(c));
    }
    char *text = mc_doc_print(doc, true);
    mc_buf_addz(out, text);
    mc_buf_addc(out, '\n');
    mc_free(text);
    mc_doc_free(doc);
}
