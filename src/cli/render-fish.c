#include "cli/render.h"

#include "base/buf.h"
#include "cli/command.h"
#include "cli/render-shell.h"

#include <string.h>

static void describe(const char *text, struct mc_buf *out)
{
    mc_buf_addz(out, " -d ");
    mc_shell_quote(out, text, "\\");
    mc_buf_addc(out, '\n');
}

static void offer(enum mc_complete kind, const char *const *words, struct mc_buf *out)
{
    switch (kind) {
    case MC_COMPLETE_FILE:
        mc_buf_addz(out, " -F");
        break;
    case MC_COMPLETE_DIRECTORY:
        mc_buf_addz(out, " -a '(__fish_complete_directories)'");
        break;
    case MC_COMPLETE_WORDS:
        mc_buf_addz(out, " -a '");
        mc_shell_words(out, words);
        mc_buf_addc(out, '\'');
        break;
    case MC_COMPLETE_COMMANDS:
        mc_buf_addz(out, " -a '(__mcpctl_commands)'");
        break;
    case MC_COMPLETE_ARGUMENTS:
        mc_buf_addz(out, " -a '(__mcpctl_ask arguments (__mcpctl_words)[2])'");
        break;
    default:
        if (mc_complete_source(kind))
            mc_buf_addf(out, " -a '(__mcpctl_ask %s)'", mc_complete_source(kind));
    }
}

static void option(const struct mc_command *c, const struct mc_option *o, struct mc_buf *out)
{
    mc_buf_addz(out, "complete -c mcpctl");
    if (c)
        mc_buf_addf(out, " -n \"__mcpctl_in '%s'\"", c->path);
    if (o->letter)
        mc_buf_addf(out, " -s %c", o->letter);
    mc_buf_addf(out, " -l %s", o->name);
    if (o->arg) {
        mc_buf_addz(out, " -x");
        if (o->complete == MC_COMPLETE_FILE)
            out->data[out->len - 1] = 'r'; /* -r: a value, and files are offered */
        else
            offer(o->complete, o->words, out);
    }
    describe(o->help, out);
}

static void command(const struct mc_command *c, struct mc_buf *out)
{
    const struct mc_option *o;
    size_t n = 0;
    for (size_t i = 0; (o = mc_render_option(c, true, &i));)
        option(c, o, out);
    for (const struct mc_operand *p = c->operands; p->name; p++) {
        mc_buf_addf(out, "complete -c mcpctl -n \"__mcpctl_in '%s' %zu %zu\"", c->path, n,
                    p->max > 1 ? (size_t)MC_MANY : n);
        offer(p->complete, p->words, out);
        describe(p->name, out);
        n++;
    }
}

static void prefixes(struct mc_buf *out)
{
    const struct mc_command *c;
    size_t len;
    for (size_t i = 0; mc_shell_prefix(&i, &len);) {
        const char *prefix = mc_commands[i - 1].path;
        for (size_t k = 0; (c = mc_render_command(&k));) {
            if (strncmp(c->path, prefix, len + 1) != 0)
                continue;
            mc_buf_addf(out, "complete -c mcpctl -n \"__mcpctl_in '%.*s' 0 0\" -a %s", (int)len,
                        prefix, c->path + len + 1);
            describe(c->summary, out);
        }
    }
}

/* The words typed so far without options and their values; the first is the command. */
static void words_function(struct mc_buf *out)
{
    const struct mc_command *c;
    const struct mc_option *o;
    mc_buf_addz(
        out,
        "function __mcpctl_words\n    set -l skip 0\n    for word in (commandline -opc)[2..-1]\n"
        "        if test $skip = 1\n            set skip 0\n            continue\n        end\n"
        "        switch $word\n            case");
    for (size_t i = 0; (c = mc_render_command(&i));) {
        for (size_t k = 0; (o = mc_render_option(c, true, &k));) {
            if (!o->arg)
                continue;
            mc_buf_addf(out, " --%s", o->name);
            if (o->letter)
                mc_buf_addf(out, " -%c", o->letter);
        }
    }
    mc_buf_addz(out, "\n                set skip 1\n            case '-*'\n            case '*'\n  "
                     "              echo -- $word\n"
                     "        end\n    end\nend\n\n");
}

void mc_render_fish(struct mc_buf *out)
{
    const struct mc_command *c;
    const struct mc_option *o;
    mc_buf_addz(out, "# fish completion for mcpctl, made by `mcpctl help --format=fish`\n\n");
    words_function(out);
    mc_buf_addz(
        out, "# __mcpctl_in PATH [FROM TO]: is this the command, with FROM to TO operands before "
             "the cursor?\n"
             "function __mcpctl_in\n    set -l path (string split ' ' -- $argv[1])\n    set -l "
             "words (__mcpctl_words)\n"
             "    test (count $words) -ge (count $path); or return 1\n"
             "    test \"$words[1..\"(count $path)\"]\" = \"$path\"; or return 1\n"
             "    set -q argv[2]; or return 0\n    set -l n (math (count $words) - (count $path))\n"
             "    test $n -ge $argv[2] -a $n -le $argv[3]\nend\n\n"
             "function __mcpctl_ask\n    set -l self (commandline -opc)[1]\n    $self __complete "
             "$argv 2>/dev/null\nend\n\n"
             "function __mcpctl_commands\n    printf '%s\\n'");
    for (size_t i = 0; (c = mc_render_command(&i));) {
        if (!strchr(c->path, ' '))
            mc_buf_addf(out, " %s", c->path);
    }
    mc_buf_addz(out, "\nend\n\ncomplete -c mcpctl -f\n");
    for (size_t i = 0; (o = mc_render_option(NULL, false, &i));)
        option(NULL, o, out);
    for (size_t i = 0; (c = mc_render_command(&i));) {
        const char *space = strchr(c->path, ' ');
        mc_buf_addf(out, "complete -c mcpctl -n 'test (count (__mcpctl_words)) = 0' -a %.*s",
                    (int)(space ? space - c->path : (long)strlen(c->path)), c->path);
        describe(c->summary, out);
    }
    prefixes(out);
    for (size_t i = 0; (c = mc_render_command(&i));)
        command(c, out);
}
