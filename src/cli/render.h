/* The table of commands as text: help, man pages (mdoc), completions, JSON. Pure: everything is appended to `out`. */
#ifndef MC_CLI_RENDER_H
#define MC_CLI_RENDER_H

#include "base/fwd.h"
#include "base/str.h"

struct mc_command;
struct mc_option;

#define MC_RENDER_MAX (1u << 20)
#define MC_RENDER_WIDTH 80

/* "mcpctl logs [-f] [-n N] [SERVER]", without a newline. NULL: of mcpctl itself. */
void mc_render_usage(const struct mc_command *c, struct mc_buf *out);
/* One command, or the overview (NULL). */
void mc_render_help(const struct mc_command *c, struct mc_buf *out);
/* The commands that begin with a word ("config"); false when there are none. */
bool mc_render_group(const char *word, struct mc_buf *out);
/* A man page from its prose: the lines @HEAD@, @OPTIONS@, @OPERANDS@, @COMMANDS@, @EXIT@, @EXAMPLES@ and @KEYS@ of the template are
 * replaced, all others are copied. An empty template gives the generated parts alone. -MC_E_CONFIG for an unknown @WORD@. */
int mc_render_man(const struct mc_command *c, struct mc_str prose, struct mc_buf *out,
                  struct mc_err *err);
void mc_render_bash(struct mc_buf *out);
void mc_render_zsh(struct mc_buf *out);
void mc_render_fish(struct mc_buf *out);
/* One command, or all (NULL). */
void mc_render_json(const struct mc_command *c, struct mc_buf *out);

/* Helpers of the renders. */
/* The command's own options (own = true) or the global ones, by index; hidden ones are skipped. NULL at the end. */
const struct mc_option *mc_render_option(const struct mc_command *c, bool own, size_t *i);
/* The next visible command, NULL at the end; start with *i = 0. */
const struct mc_command *mc_render_command(size_t *i);

#endif
