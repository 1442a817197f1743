#include "loop/lookup.h"

#include "base/alloc.h"
#include "base/err.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

static struct mc_err err;

/* The path that was found, or the message. Good until the next call. */
static const char *find(const char *name, const char *path, const char *cwd)
{
    static char found[1200];
    char var[600], *ret = NULL;
    snprintf(var, sizeof(var), "PATH=%s", path ? path : "");
    char *const env[] = {(char *)"HOME=/", path ? var : NULL, NULL};
    err = (struct mc_err){0};
    int r = mc_lookup_command(name, env, cwd, &ret, &err);
    snprintf(found, sizeof(found), "%s", r == 0 ? ret : err.msg);
    mc_free(ret);
    return found;
}

static bool says(const char *text, const char *part)
{
    bool found = strstr(text, part) != NULL;
    if (!found)
        printf("# \"%s\" lacks \"%s\"\n", text, part);
    return found;
}

int main(void)
{
    const char *a = scratch_path("a"), *b = scratch_path("b");
    const char *a_tool = scratch_path("a/tool"), *b_tool = scratch_path("b/tool"),
               *only_b = scratch_path("b/only");
    char path[600], text[1400];
    mkdir(a, 0755);
    mkdir(b, 0755);
    mkdir(scratch_path("a/dir"), 0755);
    scratch_write(a_tool, "x");
    scratch_write(b_tool, "x");
    scratch_write(only_b, "x");
    chmod(b_tool, 0755);
    chmod(only_b, 0755);
    snprintf(path, sizeof(path), "%s:%s", a, b);

    is_str(find("only", path, "/"), only_b, "a name is looked up in PATH");
    is_str(find("tool", path, "/"), b_tool,
           "what is not executable is passed over when a later directory has it");
    is_str(find("only", "a:b", scratch()), only_b, "relative directories of PATH are those of cwd");
    is_str(find("only", "/nowhere:", b), only_b, "an empty directory of PATH is cwd");
    is_str(find("b/only", "/nowhere", scratch()), only_b, "a name with a slash is relative to cwd");
    is_str(find("./only", NULL, b), only_b, "./ too");
    is_str(find(only_b, NULL, "/"), only_b, "an absolute name is itself");
    ok(says(find("sh", NULL, "/"), "/bin/sh"), "without PATH the system's default is searched");

    is_str(find("none", path, "/"),
           "command 'none' was not found in PATH: install it, or write its full path",
           "a missing command: its name, and what to do");
    is_int(err.code, MC_E_NOT_FOUND, "its code is not-found");
    ok(says(find("none", NULL, "/"), "PATH is not set"), "a missing PATH is told");
    snprintf(text, sizeof(text), "command '%s' is not executable; try: chmod +x '%s'", a_tool,
             a_tool);
    is_str(find("tool", a, "/"), text,
           "a file without the execute bit in PATH: the error says what to do");
    is_str(find(a_tool, NULL, "/"), text, "also by its path");
    ok(says(find("a/dir", NULL, scratch()), "is a directory"), "a directory is no command");
    ok(says(find("dir", path, "/"), "not found in PATH"), "nor in PATH");
    ok(says(find("./none", NULL, b), "does not exist"), "a missing path");
    ok(says(find("b/only/x", NULL, scratch()), "does not exist"), "a path below a file");
    is_str(find("", path, "/"), "the command is empty", "an empty command");

    ok(says(find("only", path, scratch_path("gone")), "working directory") &&
           says(err.msg, "does not exist"),
       "a missing cwd: %s", err.msg);
    ok(says(find("only", path, a_tool), "is not a directory"), "a cwd that is a file");
    return done_testing();
}
