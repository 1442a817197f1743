/* argv against the table of commands. Options may stand before or after operands; `--` ends options; `--opt=value` and `--opt value`;
 * short options may be joined (-fn20). Pure: prints nothing, reads nothing but its arguments. */
#ifndef MC_CLI_ARGS_H
#define MC_CLI_ARGS_H

#include "base/fwd.h"

struct mc_command;
struct mc_option;

#define MC_ARGS_OPTIONS_MAX 64

struct mc_args {
    const struct mc_command *command; /* NULL when none was given */
    struct {
        const struct mc_option *option;
        const char *value; /* borrowed from argv, NULL for flags */
    } given[MC_ARGS_OPTIONS_MAX];
    size_t n_given;
    const char **operands; /* borrowed from argv; the array is ours */
    size_t n_operands;
};

/* 0, or -MC_E_USAGE; then ret->command is still set when it was recognised, and what was parsed so far can be asked for.
 * With --help or --version operands are not checked. Always free with mc_args_done. */
int mc_args_parse(int argc, char **argv, struct mc_args *ret, struct mc_err *err);
void mc_args_done(struct mc_args *a);

/* Names must be in the table for this command (asserted). */
bool mc_args_has(const struct mc_args *a, const char *name);
unsigned mc_args_count(const struct mc_args *a, const char *name);
const char *mc_args_value(const struct mc_args *a,
                          const char *name); /* the last one given, or NULL */
/* Every value that was given, in order. */
void mc_args_values(const struct mc_args *a, const char *name, struct mc_strv *ret);
unsigned long mc_args_number(const struct mc_args *a, const char *name, unsigned long otherwise);
const char *mc_args_operand(const struct mc_args *a, size_t i); /* NULL when absent */

#endif
