#include "cli/args.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/command.h"

#include <string.h>

/* A guess further away than this is no help. */
#define SUGGEST_DISTANCE_MAX 3

static const struct mc_option *option_in(const struct mc_option *table, struct mc_str name,
                                         char letter)
{
    for (const struct mc_option *o = table; o->name; o++) {
        if (name.n ? mc_str_eq(mc_str_of(o->name), name) : o->letter && o->letter == letter)
            return o;
    }
    return NULL;
}

static const struct mc_option *option_find(const struct mc_args *a, struct mc_str name, char letter)
{
    const struct mc_option *o = option_in(mc_global_options, name, letter);
    return o || !a->command ? o : option_in(a->command->options, name, letter);
}

static void nearest(const char *candidate, const char *word, const char **best, unsigned *distance)
{
    unsigned d = mc_str_distance(candidate, word);
    bool begins = strlen(word) >= 3 && strncmp(candidate, word, strlen(word)) == 0;
    if (begins)
        d = 0;
    if (d < *distance && d < strlen(candidate)) {
        *best = candidate;
        *distance = d;
    }
}

static const char *nearest_option(const struct mc_args *a, const char *word)
{
    const char *best = NULL;
    unsigned distance = SUGGEST_DISTANCE_MAX;
    for (const struct mc_option *o = mc_global_options; o->name; o++)
        nearest(o->name, word, &best, &distance);
    for (const struct mc_option *o = a->command ? a->command->options : NULL; o && o->name; o++) {
        if (!o->hidden)
            nearest(o->name, word, &best, &distance);
    }
    return best;
}

static int unknown_command(const char *word, struct mc_err *err)
{
    const char *best = NULL;
    unsigned distance = SUGGEST_DISTANCE_MAX;
    for (const struct mc_command *c = mc_commands; c->path; c++) {
        if (!(c->flags & MC_CMD_HIDDEN))
            nearest(c->path, word, &best, &distance);
    }
    if (best)
        return mc_err_set(err, MC_E_USAGE, "there is no command '%s'; did you mean '%s'?", word,
                          best);
    return mc_err_set(err, MC_E_USAGE, "there is no command '%s'; `mcpctl help` lists them", word);
}

/* Is `word` the first word of two-word commands ("hub")? Their second words are joined into list. */
static bool is_prefix(const char *word, char *list, size_t size)
{
    size_t n = strlen(word);
    bool found = false;
    list[0] = '\0';
    for (const struct mc_command *c = mc_commands; c->path; c++) {
        if (strncmp(c->path, word, n) || c->path[n] != ' ')
            continue;
        size_t used = strlen(list);
        if (used + strlen(c->path + n) + 3 < size) {
            memcpy(list + used, found ? ", " : "", found ? 2 : 0);
            memcpy(list + used + (found ? 2 : 0), c->path + n + 1, strlen(c->path + n));
        }
        found = true;
    }
    return found;
}

/* Takes one word of the command's path. *prefix holds the first of two. */
static int take_path(struct mc_args *a, const char *word, const char **prefix, struct mc_err *err)
{
    char list[128];
    if (!*prefix) {
        a->command = mc_command_find(word);
        if (a->command)
            return 0;
        if (!is_prefix(word, list, sizeof(list)))
            return unknown_command(word, err);
        *prefix = word;
        return 0;
    }
    char *path = mc_asprintf("%s %s", *prefix, word);
    a->command = mc_command_find(path);
    mc_free(path);
    if (a->command)
        return 0;
    is_prefix(*prefix, list, sizeof(list));
    return mc_err_set(err, MC_E_USAGE, "there is no command '%s %s'; '%s' has: %s", *prefix, word,
                      *prefix, list);
}

static bool is_word(const char *const *words, const char *value)
{
    for (; *words; words++) {
        if (strcmp(*words, value) == 0)
            return true;
    }
    return false;
}

static int check_words(const char *const *words, const char *what, const char *value,
                       struct mc_err *err)
{
    if (!words || is_word(words, value))
        return 0;
    char list[256];
    size_t used = 0;
    list[0] = '\0';
    for (; *words && used + strlen(*words) + 3 < sizeof(list); words++) {
        memcpy(list + used, used ? ", " : "", used ? 2 : 0);
        used += used ? 2 : 0;
        memcpy(list + used, *words, strlen(*words) + 1);
        used += strlen(*words);
    }
    return mc_err_set(err, MC_E_USAGE, "%s cannot be '%s'; expected one of: %s", what, value, list);
}

static int add_option(struct mc_args *a, const struct mc_option *o, const char *value,
                      struct mc_err *err)
{
    if (a->n_given == MC_ARGS_OPTIONS_MAX)
        return mc_err_set(err, MC_E_USAGE, "more than %d options", MC_ARGS_OPTIONS_MAX);
    if (value && o->value == MC_VALUE_NUMBER) {
        uint64_t n;
        if (!mc_str_u64(mc_str_of(value), &n) || n < o->min || n > o->max)
            return mc_err_set(err, MC_E_USAGE,
                              "--%s cannot be '%s'; expected a number from %lu to %lu", o->name,
                              value, o->min, o->max);
    }
    if (value && o->words) {
        char *what = mc_asprintf("--%s", o->name);
        int ret = check_words(o->words, what, value, err);
        mc_free(what);
        if (ret < 0)
            return ret;
    }
    a->given[a->n_given].option = o;
    a->given[a->n_given++].value = value;
    return 0;
}

/* --name, --name=value, --name value. *next moves on when the following word was used. */
static int take_long(struct mc_args *a, int argc, char **argv, int *next, struct mc_err *err)
{
    const char *word = argv[*next - 1] + 2;
    const char *equals = strchr(word, '=');
    struct mc_str name = {word, equals ? (size_t)(equals - word) : strlen(word)};
    const struct mc_option *o = name.n ? option_find(a, name, 0) : NULL;
    if (!o) {
        char *plain = mc_str_dup(name);
        const char *guess = nearest_option(a, plain);
        int ret = guess
                      ? mc_err_set(err, MC_E_USAGE,
                                   "there is no option '--%s'; did you mean '--%s'?", plain, guess)
                      : mc_err_set(err, MC_E_USAGE, "there is no option '--%s'", plain);
        mc_free(plain);
        return ret;
    }
    if (!o->arg) {
        if (equals)
            return mc_err_set(err, MC_E_USAGE, "--%s takes no value", o->name);
        return add_option(a, o, NULL, err);
    }
    if (!equals && *next == argc)
        return mc_err_set(err, MC_E_USAGE, "--%s needs a value: %s", o->name, o->arg);
    return add_option(a, o, equals ? equals + 1 : argv[(*next)++], err);
}

/* -d, -fn20, -n 20 */
static int take_short(struct mc_args *a, int argc, char **argv, int *next, struct mc_err *err)
{
    for (const char *p = argv[*next - 1] + 1; *p; p++) {
        const struct mc_option *o = option_find(a, MC_STR_NONE, *p);
        if (!o) {
            char *shown = mc_str_printable(mc_str_of(argv[*next - 1]), false);
            int ret =
                p == argv[*next - 1] + 1 && !p[1]
                    ? mc_err_set(err, MC_E_USAGE, "there is no option '%s'", shown)
                    : mc_err_set(err, MC_E_USAGE, "there is no option '-%c' (in '%s')", *p, shown);
            mc_free(shown);
            return ret;
        }
        int ret;
        if (!o->arg) {
            ret = add_option(a, o, NULL, err);
        } else if (p[1]) {
            return add_option(a, o, p + 1, err);
        } else if (*next < argc) {
            return add_option(a, o, argv[(*next)++], err);
        } else {
            return mc_err_set(err, MC_E_USAGE, "-%c needs a value: %s", *p, o->arg);
        }
        if (ret < 0)
            return ret;
    }
    return 0;
}

static int check_operands(const struct mc_args *a, struct mc_err *err)
{
    size_t i = 0;
    for (const struct mc_operand *o = a->command->operands; o->name; o++) {
        unsigned n = 0;
        for (; n < o->max && i < a->n_operands; n++, i++) {
            int ret = check_words(o->words, o->name, a->operands[i], err);
            if (ret < 0)
                return ret;
        }
        if (n < o->min)
            return mc_err_set(err, MC_E_USAGE, "%s is missing: %s", o->name, o->help);
    }
    if (i < a->n_operands)
        return mc_err_set(err, MC_E_USAGE, "'%s' is one argument too many for '%s'", a->operands[i],
                          a->command->path);
    return 0;
}

static int parse_words(int argc, char **argv, struct mc_args *a, const char **prefix,
                       struct mc_err *err)
{
    bool options = true;
    for (int i = 1; i < argc;) {
        const char *word = argv[i++];
        int ret = 0;
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (options && word[0] == '-' && word[1] == '-')
            ret = take_long(a, argc, argv, &i, err);
        else if (options && word[0] == '-' && word[1])
            ret = take_short(a, argc, argv, &i, err);
        else if (!a->command)
            ret = take_path(a, word, prefix, err);
        else
            a->operands[a->n_operands++] = word;
        if (ret < 0)
            return ret;
    }
    return 0;
}

int mc_args_parse(int argc, char **argv, struct mc_args *ret, struct mc_err *err)
{
    const char *prefix = NULL;
    *ret = (struct mc_args){.operands = mc_calloc((size_t)(argc > 0 ? argc : 1), sizeof(char *))};
    int r = parse_words(argc, argv, ret, &prefix, err);
    if (r < 0)
        return r;
    if (mc_args_has(ret, "help") || mc_args_has(ret, "version"))
        return 0;
    if (prefix && !ret->command) {
        char list[128];
        is_prefix(prefix, list, sizeof(list));
        return mc_err_set(err, MC_E_USAGE, "'%s' needs one more word: %s", prefix, list);
    }
    return ret->command ? check_operands(ret, err) : 0;
}

void mc_args_done(struct mc_args *a)
{
    mc_free(a->operands);
    *a = (struct mc_args){0};
}

unsigned mc_args_count(const struct mc_args *a, const char *name)
{
    unsigned n = 0;
    MC_ASSERT(option_find(a, mc_str_of(name), 0));
    for (size_t i = 0; i < a->n_given; i++)
        n += strcmp(a->given[i].option->name, name) == 0;
    return n;
}

bool mc_args_has(const struct mc_args *a, const char *name)
{
    return mc_args_count(a, name) > 0;
}

const char *mc_args_value(const struct mc_args *a, const char *name)
{
    const char *value = NULL;
    MC_ASSERT(option_find(a, mc_str_of(name), 0));
    for (size_t i = 0; i < a->n_given; i++) {
        if (strcmp(a->given[i].option->name, name) == 0)
            value = a->given[i].value;
    }
    return value;
}

void mc_args_values(const struct mc_args *a, const char *name, struct mc_strv *ret)
{
    MC_ASSERT(option_find(a, mc_str_of(name), 0));
    for (size_t i = 0; i < a->n_given; i++) {
        if (strcmp(a->given[i].option->name, name) == 0)
            mc_strv_push(ret, a->given[i].value);
    }
}

unsigned long mc_args_number(const struct mc_args *a, const char *name, unsigned long otherwise)
{
    uint64_t n;
    return mc_str_u64(mc_str_of(mc_args_value(a, name)), &n) ? (unsigned long)n : otherwise;
}

const char *mc_args_operand(const struct mc_args *a, size_t i)
{
    return i < a->n_operands ? a->operands[i] : NULL;
}
