#include "cli/render.h"

#include "base/buf.h"
#include "cli/command.h"
#include "cli/render-shell.h"

#include <string.h>

/* Characters that mean something inside a spec of _arguments. */
#define SPEC_SPECIAL "[]:\\"

static void action(enum mc_complete kind, const char *const *words, struct mc_buf *out)
{
    switch (kind) {
    case MC_COMPLETE_FILE:
        mc_buf_addz(out, "_files");
        break;
    case MC_COMPLETE_DIRECTORY:
        mc_buf_addz(out, "_files -/");
        break;
    case MC_COMPLETE_WORDS:
        mc_buf_addc(out, '(');
        mc_shell_words(out, words);
        mc_buf_addc(out, ')');
        break;
    case MC_COMPLETE_COMMANDS:
        mc_buf_addz(out, "_mcpctl_commands");
        break;
    case MC_COMPLETE_ARGUMENTS:
        mc_buf_addz(out, "_mcpctl_arguments");
        break;
    default:
        if (mc_complete_source(kind))
            mc_buf_addf(out, " _mcpctl_ask %s",
                        mc_complete_source(kind)); /* the space: called with these words alone */
    }
}

/* Help inside the brackets of a spec. */
static void escaped(struct mc_buf *out, const char *s)
{
    for (; *s; s++) {
        if (strchr(SPEC_SPECIAL, *s))
            mc_buf_addc(out, '\\');
        mc_buf_addc(out, *s);
    }
}

static void option_spec(const struct mc_option *o, struct mc_buf *out)
{
    for (int both = 0; both < (o->letter ? 2 : 1); both++) {
        struct mc_buf spec = MC_BUF_INIT(MC_RENDER_MAX);
        if (o->letter)
            mc_buf_addf(&spec, "(-%c --%s)", o->letter, o->name);
        if (both)
            mc_buf_addf(&spec, "-%c%s[", o->letter, o->arg ? "+" : "");
        else
            mc_buf_addf(&spec, "--%s%s[", o->name, o->arg ? "=" : "");
        escaped(&spec, o->help);
        mc_buf_addc(&spec, ']');
        if (o->arg) {
            mc_buf_addf(&spec, ":%s:", o->name);
            action(o->complete, o->words, &spec);
        }
        mc_buf_addz(out, " \\\n            ");
        mc_shell_quote(out, spec.data, "");
        mc_buf_done(&spec);
    }
}

static void command_arguments(const struct mc_command *c, struct mc_buf *out)
{
    const struct mc_option *o;
    mc_buf_addz(out, "_arguments -s -S");
    for (int own = 1; own >= 0; own--) {
        for (size_t i = 0; (o = mc_render_option(c, own, &i));)
            option_spec(o, out);
    }
    for (const struct mc_operand *p = c->operands; p->name; p++) {
        mc_buf_addf(out, " \\\n            '%s:", p->max > 1 ? "*" : "");
        for (const char *s = p->name; *s; s++)
            mc_buf_addc(out, *s == '|' ? ' ' : *s);
        mc_buf_addc(out, ':');
        action(p->complete, p->words, out);
        mc_buf_addc(out, '\'');
    }
}

/* One word of _describe: the command (or the first of its two words) and what it does. */
static void entry(const struct mc_command *c, size_t len, struct mc_buf *out)
{
    struct mc_buf word = MC_BUF_INIT(MC_RENDER_MAX);
    mc_buf_addf(&word, "%.*s:", (int)len, c->path);
    escaped(&word, c->summary);
    mc_buf_addz(out, "        ");
    mc_shell_quote(out, word.data, "");
    mc_buf_addc(out, '\n');
    mc_buf_done(&word);
}

static void commands(struct mc_buf *out)
{
    const struct mc_command *c;
    size_t len;
    for (size_t i = 0; (c = mc_render_command(&i));) {
        if (!strchr(c->path, ' '))
            entry(c, strlen(c->path), out);
    }
    for (size_t i = 0; mc_shell_prefix(&i, &len);)
        entry(&mc_commands[i - 1], len, out);
}

/* Commands of two words: complete the second, then go on as for any other. */
static void prefix_case(const char *prefix, size_t len, struct mc_buf *out)
{
    const struct mc_command *c;
    mc_buf_addf(out, "    %.*s)\n        if (( CURRENT == 2 )); then\n            compadd --",
                (int)len, prefix);
    for (size_t i = 0; (c = mc_render_command(&i));) {
        if (strncmp(c->path, prefix, len + 1) == 0)
            mc_buf_addf(out, " %s", c->path + len + 1);
    }
    mc_buf_addz(out, "\n            return\n        fi\n        shift words\n        (( CURRENT-- "
                     "))\n        case $words[1] in\n");
    for (size_t i = 0; (c = mc_render_command(&i));) {
        if (strncmp(c->path, prefix, len + 1) != 0)
            continue;
        mc_buf_addf(out, "        %s)\n        ", c->path + len + 1);
        command_arguments(c, out);
        mc_buf_addz(out, "\n        ;;\n");
    }
    mc_buf_addz(out, "        esac\n        ;;\n");
}

void mc_render_zsh(struct mc_buf *out)
{
    const struct mc_command *c;
    const struct mc_option *o;
    size_t len;
    mc_buf_addz(
        out,
        "#compdef mcpctl\n# zsh completion for mcpctl, made by `mcpctl help --format=zsh`\n\n"
        "_mcpctl_ask() {\n    local -a found\n"
        "    found=(${(f)\"$(_call_program values $_mcpctl_self __complete $1 2>/dev/null)\"})\n"
        "    compadd -a found\n}\n\n"
        "_mcpctl_arguments() {\n    local -a found\n"
        "    found=(${(f)\"$(_call_program values $_mcpctl_self __complete arguments "
        "${(q)words[2]} 2>/dev/null)\"})\n"
        "    compadd \"$@\" -S '' -a found\n}\n\n"
        "_mcpctl_commands() {\n    local -a all=(\n");
    commands(out);
    mc_buf_addz(out, "    )\n    _describe -t commands command all\n}\n\n"
                     "_mcpctl() {\n    local curcontext=$curcontext state line "
                     "_mcpctl_self=$words[1]\n    _arguments -C -s -S");
    for (size_t i = 0; (o = mc_render_option(NULL, false, &i));)
        option_spec(o, out);
    mc_buf_addz(out,
                " \\\n            '1:command:_mcpctl_commands' '*::argument:->rest' && return\n"
                "    [[ $state == rest ]] || return\n    case $words[1] in\n");
    for (size_t i = 0; (c = mc_render_command(&i));) {
        if (strchr(c->path, ' '))
            continue;
        mc_buf_addf(out, "    %s)\n        ", c->path);
        command_arguments(c, out);
        mc_buf_addz(out, "\n        ;;\n");
    }
    for (size_t i = 0; mc_shell_prefix(&i, &len);)
        prefix_case(mc_commands[i - 1].path, len, out);
    mc_buf_addz(out, "    esac\n}\n\nif [[ $funcstack[1] == _mcpctl ]]; then\n    _mcpctl "
                     "\"$@\"\nelse\n    compdef _mcpctl mcpctl\nfi\n");
}
