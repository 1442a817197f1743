#include "tests/tap.h"

#include "base/err.h"
#include "cli/args.h"
#include "cli/command.h"

#define WORDS_MAX 100

static struct mc_args args;
static struct mc_err err;

/* Parses the words of a line that are separated by single spaces ("_" stands for an empty word). */
static int parse(const char *line)
{
    static char text[1024], *argv[WORDS_MAX];
    int argc = 1;
    mc_args_done(&args);
    memset(&err, 0, sizeof(err));
    snprintf(text, sizeof(text), "%s", line);
    argv[0] = (char *)"mcpctl";
    for (char *p = text; *p && argc < WORDS_MAX;) {
        argv[argc++] = p;
        p += strcspn(p, " ");
        if (*p)
            *p++ = '\0';
        if (strcmp(argv[argc - 1], "_") == 0)
            *argv[argc - 1] = '\0';
    }
    return mc_args_parse(argc, argv, &args, &err);
}

static const char *command(void)
{
    return args.command ? args.command->path : NULL;
}

static void fails(const char *line, const char *text)
{
    is_int(parse(line), -MC_E_USAGE, "refused: %s", line);
    is_int(err.code, MC_E_USAGE, "... as usage");
    if (!ok(strstr(err.msg, text) != NULL, "... and says: %s", text))
        printf("# said: %s\n", err.msg);
}

static void good(void)
{
    is_int(parse("up"), 0, "a command");
    is_str(command(), "up", "is found");
    ok(!mc_args_has(&args, "detach"), "an option that was not given");
    is_int(parse("up -d"), 0, "a short option");
    ok(mc_args_has(&args, "detach"), "is seen by its long name");
    is_int(parse("up --port 4000"), 0, "a value in the next word");
    is_int(mc_args_number(&args, "port", 1), 4000, "is read");
    is_int(parse("up --port=0 -d"), 0, "a value after '='");
    is_int(mc_args_number(&args, "port", 1), 0, "is read, zero too");
    is_int(parse("up -p4000"), 0, "a value joined to its letter");
    is_str(mc_args_value(&args, "port"), "4000", "is read");
    is_int(parse("logs -fn20 github"), 0, "letters joined, the last with a value");
    ok(mc_args_has(&args, "follow"), "the flag of them");
    is_int(mc_args_number(&args, "lines", 0), 20, "the value of them");
    is_str(mc_args_operand(&args, 0), "github", "the operand after them");
    is_int(parse("up --port 1 --port 2"), 0, "twice");
    is_int(mc_args_number(&args, "port", 0), 2, "the last one wins");
    is_int(mc_args_number(&args, "port", 0), 2, "asking does not consume");
    is_int(parse("up -vv -v"), 0, "a flag that counts");
    is_int(mc_args_count(&args, "verbose"), 3, "is counted");
}

static void places(void)
{
    is_int(parse("--json status"), 0, "a global option before the command");
    ok(mc_args_has(&args, "json"), "counts");
    is_int(parse("logs github -f"), 0, "an option after the operand");
    ok(mc_args_has(&args, "follow"), "counts");
    is_int(parse("hub run --port 1"), 0, "a command of two words");
    is_str(command(), "hub run", "is found");
    is_int(parse("hub -v run"), 0, "an option between the two words");
    is_str(command(), "hub run", "does not part them");
    is_int(parse("call x -- -f --json"), 0, "'--' ends options");
    is_int(args.n_operands, 3, "what follows are operands");
    is_str(mc_args_operand(&args, 2), "--json", "as they are");
    ok(!mc_args_has(&args, "json"), "and no options");
    is_int(parse("-- up"), 0, "'--' before the command");
    is_str(command(), "up", "leaves the command a command");
    is_int(parse("call x --args -"), 0, "'-' as a value");
    is_str(mc_args_value(&args, "args"), "-", "is one");
    is_int(parse("call x -"), 0, "'-' as an operand");
    is_int(args.n_operands, 2, "is one");
    is_int(parse("call x --args="), 0, "an empty value");
    is_str(mc_args_value(&args, "args"), "", "is one");
    is_int(parse("call x --args --json"), 0, "a value that looks like an option");
    is_str(mc_args_value(&args, "args"), "--json", "is the value");
}

static void none(void)
{
    is_int(parse(""), 0, "no word at all");
    is_str(command(), NULL, "is no command, and no error here");
    is_int(parse("call --help"), 0, "help does not want the operands");
    is_str(command(), "call", "of its command");
    is_int(parse("hub --help"), 0, "help for half a command");
    is_int(parse("--version"), 0, "version");
    is_str(mc_args_operand(&args, 0), NULL, "no operand");
}

static void bad(void)
{
    fails("statsu", "did you mean 'status'");
    fails("sta", "did you mean 'sta"); /* the beginning of several */
    fails("frobnicate", "mcpctl help");
    fails("__complet", "mcpctl help"); /* what is hidden is not suggested */
    fails("hub", "run");
    fails("hub walk", "'hub' has: run");
    fails("up --prot 3", "did you mean '--port'");
    is_str(command(), "up", "the command of a wrong line is known");
    fails("up --xyzzy", "no option '--xyzzy'");
    fails("up -x", "'-x'");
    fails("logs -fx", "-fx");
    fails("up --detach=yes", "takes no value");
    fails("up --port", "needs a value: PORT");
    fails("up -p", "needs a value: PORT");
    fails("up --port 65536", "0 to 65535");
    fails("up --port -1", "0 to 65535");
    fails("up --port _", "0 to 65535");
    fails("up --port 99999999999999999999", "0 to 65535");
    fails("up --port 0x10", "0 to 65535");
    fails("up now", "'now' is one argument too many");
    fails("call", "TOOL is missing");
    fails("serve", "git|files is missing");
    fails("serve hg", "git, files");
    fails("help --format=pdf", "fish, json");
    fails("use a b", "too many");
    fails("up _", "too many");
    fails("_", "no command");
    fails("--follow logs", "no option '--follow'"); /* not global */
}

static void bounds(void)
{
    char line[1024] = "up";
    size_t n = strlen(line);
    for (int i = 0; i < MC_ARGS_OPTIONS_MAX; i++)
        n += (size_t)snprintf(line + n, sizeof(line) - n, " -v");
    is_int(parse(line), 0, "as many options as there is room for");
    is_int(mc_args_count(&args, "verbose"), MC_ARGS_OPTIONS_MAX, "are all there");
    snprintf(line + n, sizeof(line) - n, " -v");
    fails(line, "more than 64 options");
}

int main(void)
{
    good();
    places();
    none();
    is_int(parse("up --"), 0, "'--' at the end is fine");
    bad();
    bounds();
    mc_args_done(&args);
    return done_testing();
}
