#include "cli/render-shell.h"

#include "base/buf.h"
#include "cli/command.h"

#include <string.h>

void mc_shell_quote(struct mc_buf *out, const char *text, const char *also)
{
    mc_buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            mc_buf_addz(out, "'\\'");
        else if (strchr(also, *text))
            mc_buf_addc(out, '\\');
        mc_buf_addc(out, *text);
    }
    mc_buf_addc(out, '\'');
}

void mc_shell_words(struct mc_buf *out, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        mc_buf_addf(out, "%s%s", i ? " " : "", words[i]);
}

static bool seen_before(size_t i, size_t len)
{
    for (size_t k = 0; k < i; k++) {
        if (strncmp(mc_commands[k].path, mc_commands[i].path, len + 1) == 0)
            return true;
    }
    return false;
}

const char *mc_shell_prefix(size_t *i, size_t *len)
{
    for (; mc_commands[*i].path; (*i)++) {
        const char *space = strchr(mc_commands[*i].path, ' ');
        *len = space ? (size_t)(space - mc_commands[*i].path) : 0;
        if (space && !seen_before(*i, *len))
            return mc_commands[(*i)++].path;
    }
    return NULL;
}
