/* The command line as data. One row per command feeds the parser, help, man pages, completions and `help --json`;
 * the text of an option's help exists nowhere else. */
#ifndef MC_CLI_COMMAND_H
#define MC_CLI_COMMAND_H

#include "base/fwd.h"

struct mc_cli;

/* What a shell offers for a value. */
enum mc_complete {
    MC_COMPLETE_NONE,
    MC_COMPLETE_FILE,
    MC_COMPLETE_DIRECTORY,
    MC_COMPLETE_WORDS, /* the row's own list */
    MC_COMPLETE_COMMANDS,
    MC_COMPLETE_SERVERS, /* asked of `mcpctl __complete` from here on */
    MC_COMPLETE_TOOLS,
    MC_COMPLETE_ARGUMENTS, /* of the tool named before */
    MC_COMPLETE_WORKSPACES,
    MC_COMPLETE_SECRETS,
    MC_COMPLETE_KEYS, /* of the config */
    MC_COMPLETE_MAX
};
/* "servers" for `mcpctl __complete servers`, NULL when the shell itself knows. */
const char *mc_complete_source(enum mc_complete kind);

enum mc_value { MC_VALUE_TEXT, MC_VALUE_NUMBER };

struct mc_option {
    const char *name; /* long form, without dashes */
    char letter;      /* short form, 0: none */
    const char *arg;  /* name of its value in help, NULL: a flag */
    enum mc_value value;
    unsigned long min, max;   /* of a number */
    const char *const *words; /* the values allowed, NULL-terminated, or NULL */
    enum mc_complete complete;
    const char *help;
    bool hidden;
};

#define MC_MANY 1000u /* more operands than that are an error */

struct mc_operand {
    const char *name; /* SERVER; a lower-case name is the fixed form shown in usage */
    unsigned min, max;
    const char *const *words; /* the values allowed, NULL-terminated, or NULL */
    enum mc_complete complete;
    const char *help;
};

struct mc_example {
    const char *line; /* what is typed */
    const char *what; /* what it does */
};

enum mc_command_flag {
    MC_CMD_HIDDEN = 1 << 0,    /* not in lists, pages and completions */
    MC_CMD_NEEDS_HUB = 1 << 1, /* says so and exits 4 when none runs */
    MC_CMD_STARTS_HUB = 1 << 2,
    MC_CMD_READ_ONLY = 1 << 3,
};

#define MC_COMMAND_OPERANDS_MAX 3
#define MC_COMMAND_OPTIONS_MAX 8
#define MC_COMMAND_EXAMPLES_MAX 5

struct mc_command {
    const char *path;    /* "up", "hub run" */
    const char *group;   /* heading in the overview; rows of a group stand together */
    const char *summary; /* one line, no full stop */
    unsigned flags;
    struct mc_operand operands[MC_COMMAND_OPERANDS_MAX + 1]; /* each ends at a NULL name or line */
    struct mc_option options[MC_COMMAND_OPTIONS_MAX + 1];
    struct mc_example examples[MC_COMMAND_EXAMPLES_MAX + 1];
    int (*run)(struct mc_cli *cli); /* exit status */
};

/* Ends at a NULL path. */
extern const struct mc_command mc_commands[];
/* Options that every command has; ends at a NULL name. */
extern const struct mc_option mc_global_options[];

const struct mc_command *mc_command_find(const char *path); /* NULL if there is none */

#endif
