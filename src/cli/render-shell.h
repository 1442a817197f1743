/* What the three completion renders share. */
#ifndef MC_CLI_RENDER_SHELL_H
#define MC_CLI_RENDER_SHELL_H

#include "base/fwd.h"

struct mc_option;

/* 'text' for a shell, with every byte of `also` behind a backslash. */
void mc_shell_quote(struct mc_buf *out, const char *text, const char *also);
/* "a b c" */
void mc_shell_words(struct mc_buf *out, const char *const *words);
/* The first words of two-word commands, each once; NULL at the end; start with *i = 0. The returned word ends at a space. */
const char *mc_shell_prefix(size_t *i, size_t *len);

#endif
