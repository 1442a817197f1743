#include "cli/render.h"

#include "base/buf.h"
#include "cli/command.h"
#include "cli/render-shell.h"

#include <string.h>

static void path_and_option(const struct mc_command *c, const struct mc_option *o,
                            struct mc_buf *out)
{
    mc_buf_addf(out, "'%s --%s'", c->path, o->name);
    if (o->letter)
        mc_buf_addf(out, " | '%s -%c'", c->path, o->letter);
}

/* What to offer for a value, as the body of a case. */
static void offer(enum mc_complete kind, const char *const *words, struct mc_buf *out)
{
    switch (kind) {
    case MC_COMPLETE_FILE:
        mc_buf_addz(
            out, "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return");
        break;
    case MC_COMPLETE_DIRECTORY:
        mc_buf_addz(
            out, "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return");
        break;
    case MC_COMPLETE_WORDS:
        mc_buf_addz(out, "words='");
        mc_shell_words(out, words);
        mc_buf_addc(out, '\'');
        break;
    case MC_COMPLETE_COMMANDS:
        mc_buf_addz(out, "words=$commands");
        break;
    case MC_COMPLETE_ARGUMENTS:
        mc_buf_addz(
            out,
            "compopt -o nospace; words=$(\"$self\" __complete arguments \"$first\" 2>/dev/null)");
        break;
    default:
        if (mc_complete_source(kind))
            mc_buf_addf(out, "words=$(\"$self\" __complete %s 2>/dev/null)",
                        mc_complete_source(kind));
        else
            mc_buf_addz(out, "return");
    }
}

/* Patterns of "command option" whose next word is a value. */
static void value_patterns(struct mc_buf *out)
{
    const struct mc_command *c;
    const struct mc_option *o;
    bool any = false;
    for (size_t i = 0; (c = mc_render_command(&i));) {
        for (size_t k = 0; (o = mc_render_option(c, true, &k));) {
            if (!o->arg)
                continue;
            mc_buf_addz(out, any ? " | \\\n                " : "");
            path_and_option(c, o, out);
            any = true;
        }
    }
}

static void value_cases(struct mc_buf *out)
{
    const struct mc_command *c;
    const struct mc_option *o;
    for (size_t i = 0; (c = mc_render_command(&i));) {
        for (size_t k = 0; (o = mc_render_option(c, true, &k));) {
            if (!o->arg)
                continue;
            mc_buf_addz(out, "        ");
            path_and_option(c, o, out);
            mc_buf_addz(out, ") ");
            offer(o->complete, o->words, out);
            mc_buf_addz(out, " ;;\n");
        }
    }
}

static void option_words(const struct mc_command *c, struct mc_buf *out)
{
    const struct mc_option *o;
    for (int own = 1; own >= 0; own--) {
        for (size_t k = 0; (o = mc_render_option(c, own, &k));) {
            mc_buf_addf(out, " --%s", o->name);
            if (o->letter)
                mc_buf_addf(out, " -%c", o->letter);
        }
    }
}

static void option_cases(struct mc_buf *out)
{
    const struct mc_command *c;
    for (size_t i = 0; (c = mc_render_command(&i));) {
        mc_buf_addf(out, "            '%s') words='", c->path);
        option_words(c, out);
        mc_buf_addz(out, "' ;;\n");
    }
    mc_buf_addz(out, "            *) words='");
    option_words(NULL, out);
    mc_buf_addz(out, "' ;;\n");
}

static void operand_cases(struct mc_buf *out)
{
    const struct mc_command *c;
    size_t len, n;
    for (size_t i = 0; (c = mc_render_command(&i));) {
        n = 0;
        for (const struct mc_operand *p = c->operands; p->name; p++) {
            if (p->max > 1)
                mc_buf_addf(out, "            '%s:'*) ", c->path);
            else
                mc_buf_addf(out, "            '%s:%zu') ", c->path, n++);
            offer(p->complete, p->words, out);
            mc_buf_addz(out, " ;;\n");
        }
    }
    for (size_t i = 0; mc_shell_prefix(&i, &len);) {
        const char *prefix = mc_commands[i - 1].path;
        mc_buf_addf(out, "            '%.*s:0') words='", (int)len, prefix);
        for (size_t k = 0; (c = mc_render_command(&k));) {
            if (strncmp(c->path, prefix, len + 1) == 0)
                mc_buf_addf(out, " %s", c->path + len + 1);
        }
        mc_buf_addz(out, "' ;;\n");
    }
}

static void prefix_case(struct mc_buf *out)
{
    size_t len;
    for (size_t i = 0; mc_shell_prefix(&i, &len);)
        mc_buf_addf(out, "                %.*s) cmd=\"$cmd $word\" ;;\n", (int)len,
                    mc_commands[i - 1].path);
}

static void command_words(struct mc_buf *out)
{
    const struct mc_command *c;
    size_t len;
    for (size_t i = 0; (c = mc_render_command(&i));) {
        if (!strchr(c->path, ' '))
            mc_buf_addf(out, " %s", c->path);
    }
    for (size_t i = 0; mc_shell_prefix(&i, &len);)
        mc_buf_addf(out, " %.*s", (int)len, mc_commands[i - 1].path);
}

void mc_render_bash(struct mc_buf *out)
{
    mc_buf_addz(
        out,
        "# bash completion for mcpctl, made by `mcpctl help --format=bash`\n\n_mcpctl()\n{\n"
        "    local self=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} cmd='' first='' words=''\n"
        "    local -i n=0 i\n    local word skip='' prev=${COMP_WORDS[COMP_CWORD-1]} commands='");
    command_words(out);
    mc_buf_addz(
        out,
        "'\n    COMPREPLY=()\n    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        word=${COMP_WORDS[i]}\n"
        "        if [[ $skip ]]; then skip=''; continue; fi\n"
        "        if [[ $word == -* ]]; then\n            case \"$cmd $word\" in\n                ");
    value_patterns(out);
    mc_buf_addz(out, ") skip=1 ;;\n            esac\n        else\n            case $cmd in\n"
                     "                '') cmd=$word ;;\n");
    prefix_case(out);
    mc_buf_addz(out, "                *) [[ $first ]] || first=$word; n+=1 ;;\n            esac\n  "
                     "      fi\n    done\n"
                     "    case \"$cmd $prev\" in\n");
    value_cases(out);
    mc_buf_addz(out, "    esac\n    if [[ $words ]]; then\n        :\n    elif [[ $cur == -* ]]; "
                     "then\n        case $cmd in\n");
    option_cases(out);
    mc_buf_addz(
        out,
        "        esac\n    elif [[ $cur == '=' || $prev == '=' ]]; then\n        return\n    else\n"
        "        case \"$cmd:$n\" in\n            ':0') words=$commands ;;\n");
    operand_cases(out);
    mc_buf_addz(
        out, "        esac\n    fi\n    # not compgen -W, which would expand what is in the words\n"
             "    while read -r word; do\n        [[ $word && $word == \"$cur\"* ]] && "
             "COMPREPLY+=(\"$word\")\n"
             "    done <<<\"${words// /$'\\n'}\"\n}\n"
             "complete -F _mcpctl mcpctl\n");
}
