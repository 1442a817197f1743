/* mcpctl-git serve ROOT: the git server, a program of its own so that nothing else has to link libgit2. */
#include "serve/git.h"
#include "base/err.h"
#include "base/path.h"
#include "serve/stdio.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_HELP "relative to the top of the worktree, or absolute below it"
#define REV_HELP "A branch, tag, commit or expression such as HEAD~2"

static const struct mc_arg no_args[] = {{0}};

static const struct mc_arg branches_args[] = {
    {.name = "remote", .kind = MC_ARG_BOOLEAN, .description = "Remote-tracking branches as well."},
    {0},
};

static const struct mc_arg log_args[] = {
    {.name = "ref", .text = "HEAD", .description = REV_HELP ", or a range A..B or A...B."},
    {.name = "path",
     .description = "Only commits that changed this file or directory: " PATH_HELP
                    ". History is simplified as git log does; renames are not "
                    "followed."},
    {.name = "max_count",
     .kind = MC_ARG_INTEGER,
     .least = 1,
     .most = 1000,
     .otherwise = 20,
     .description = "At most this many commits."},
    {.name = "skip",
     .kind = MC_ARG_INTEGER,
     .least = 0,
     .most = INT32_MAX,
     .otherwise = 0,
     .description = "Leave out this many of the matching commits first."},
    {.name = "since",
     .description = "Only commits from then on: 2024-05-01, 2024-05-01T12:00, "
                    "\"2 weeks ago\" or @seconds. Local time unless it ends with Z or +0200."},
    {.name = "until", .description = "Only commits up to then, written as since."},
    {.name = "author",
     .description =
         "Only authors whose \"Name <email>\" has this text; letters match in both cases."},
    {.name = "message",
     .description = "Only commits whose message has this text; letters match in both cases."},
    {.name = "oneline", .kind = MC_ARG_BOOLEAN, .description = "One line for each commit."},
    {0},
};

#define DIFF_ARGS                                                                                  \
    {.name = "context_lines",                                                                      \
     .kind = MC_ARG_INTEGER,                                                                       \
     .least = 0,                                                                                   \
     .most = 1000,                                                                                 \
     .otherwise = 3,                                                                               \
     .description = "Unchanged lines around each change."},                                        \
    {                                                                                              \
        .name = "stat_only", .kind = MC_ARG_BOOLEAN,                                               \
        .description = "Only the files and how many lines changed."                                \
    }

static const struct mc_arg show_args[] = {
    {.name = "rev",
     .text = "HEAD",
     .description =
         REV_HELP ": the commit with its patch. Or rev:path: that file (or directory) as "
                  "it was, for example HEAD~1:src/main.c."},
    DIFF_ARGS,
    {0},
};

static const struct mc_arg diff_args[] = {
    {.name = "staged",
     .kind = MC_ARG_BOOLEAN,
     .description = "What is staged: from the last commit (or \"from\") to the index."},
    {.name = "from",
     .description = "Older side: " REV_HELP ". Alone: from there to the worktree. "
                    "A..B and A...B (from where they parted) are understood."},
    {.name = "to", .description = "Newer side, with \"from\"."},
    {.name = "path", .description = "Only this file or directory: " PATH_HELP "."},
    DIFF_ARGS,
    {0},
};

static const struct mc_arg blame_args[] = {
    {.name = "path", .required = true, .description = "File: " PATH_HELP "."},
    {.name = "rev", .text = "HEAD", .description = REV_HELP "; the file as it was there."},
    {.name = "start_line",
     .kind = MC_ARG_INTEGER,
     .least = 1,
     .most = INT32_MAX,
     .otherwise = 1,
     .description = "First line, counted from 1."},
    {.name = "end_line",
     .kind = MC_ARG_INTEGER,
     .least = 1,
     .most = INT32_MAX,
     .otherwise = 0,
     .description = "Last line, included. Default: the last of the file."},
    {0},
};

static const struct mc_arg grep_args[] = {
    {.name = "pattern",
     .required = true,
     .description =
         "Text to find within one line; with regex a POSIX extended regular expression."},
    {.name = "regex",
     .kind = MC_ARG_BOOLEAN,
     .description = "The pattern is a POSIX extended regular expression."},
    {.name = "ignore_case", .kind = MC_ARG_BOOLEAN, .description = "Letters match in both cases."},
    {.name = "rev", .description = REV_HELP ". Default: the tracked files of the worktree."},
    {.name = "path", .description = "Only this file or directory: " PATH_HELP "."},
    {.name = "glob",
     .description = "Only paths that match: without a slash it is for the last "
                    "component (\"*.c\"), with one for the whole path, ** for any "
                    "number of directories."},
    {.name = "context",
     .kind = MC_ARG_INTEGER,
     .least = 0,
     .most = 20,
     .otherwise = 0,
     .description = "Lines shown before and after each match."},
    {.name = "max_results",
     .kind = MC_ARG_INTEGER,
     .least = 1,
     .most = 2000,
     .otherwise = 200,
     .description = "At most this many matching lines."},
    {0},
};

#define NULLABLE(type) "{\"type\":[\"" type "\",\"null\"]}"
#define TRACKING                                                                                   \
    "\"upstream\":" NULLABLE("string") ",\"ahead\":" NULLABLE("integer") ",\"behind\":" NULLABLE(  \
        "integer")

static const char status_schema[] =
    "{\"type\":\"object\",\"properties\":{\"branch\":" NULLABLE("string") ",\"commit\":" NULLABLE(
        "string") "," TRACKING ",\"state\":{\"type\":\"string\"},\"entries\":{\"type\":\"array\","
                  "\"items\":{\"type\":"
                  "\"object\",\"properties\":{\"index\":{\"type\":\"string\"},\"worktree\":{"
                  "\"type\":\"string\"},"
                  "\"path\":{\"type\":\"string\"},\"from\":{\"type\":\"string\"}},"
                  "\"required\":[\"index\",\"worktree\",\"path\"]}},\"total\":{\"type\":"
                  "\"integer\"}},"
                  "\"required\":[\"branch\",\"commit\",\"entries\",\"total\"]}";

static const char branches_schema[] =
    "{\"type\":\"object\",\"properties\":{\"branches\":{\"type\":\"array\",\"items\":{\"type\":"
    "\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"remote\":{\"type\":\"boolean\"},"
    "\"current\":{\"type\":\"boolean\"},\"commit\":{\"type\":\"string\"},\"subject\":{\"type\":"
    "\"string\"}," TRACKING "},\"required\":[\"name\",\"remote\",\"current\",\"commit\"]}}},"
    "\"required\":[\"branches\"]}";

const struct mc_tool mc_git_tools[] = {
    {"status", "Status of the worktree",
     "Branch, upstream and changed files, as git status --short --branch shows them.", no_args,
     status_schema, mc_git_status},
    {"log", "History",
     "Commits, newest first, with filters for path, time, author and message.", log_args, NULL,
     mc_git_log},
    {"show", "Show a commit or a file of it",
     "A commit with its patch (a merge against its first parent), or with rev:path a file or "
     "directory as it was.",
     show_args, NULL, mc_git_show},
    {"diff", "Compare",
     "Changes that are not staged yet; or staged ones; or between two revisions.", diff_args, NULL,
     mc_git_diff},
    {"blame", "Who last changed each line",
     "The commit, author and time of each line of a committed file; changes that are not committed "
     "are not seen.",
     blame_args, NULL, mc_git_blame},
    {"grep", "Search tracked files",
     "Find lines in the tracked files of the worktree, or in those of a revision.", grep_args, NULL,
     mc_git_grep},
    {"branches", "Branches",
     "Branches with their last commit, upstream, and how far ahead and behind they are.",
     branches_args, branches_schema, mc_git_branches},
    {0},
};

int main(int argc, char **argv)
{
    if (argc != 3 || strcmp(argv[1], "serve") != 0) {
        fprintf(stderr, "usage: mcpctl-git serve ROOT\n");
        return mc_code_exit(MC_E_USAGE);
    }
    struct mc_err err;
    MC_CLEANUP(mc_freep) char *root = NULL;
    if (mc_path_real(argv[2], &root, &err) < 0) {
        fprintf(stderr, "mcpctl-git: %s\n", err.msg);
        return mc_code_exit(err.code);
    }
    if (git_libgit2_init() < 0) {
        fprintf(stderr, "mcpctl-git: libgit2 cannot start: %s\n", git_error_last()->message);
        return mc_code_exit(MC_E_FAILED);
    }
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
    struct mc_serve_info info = {
        .name = "mcpctl-git",
        .title = "Git history of this repository",
        .instructions =
            "Reads the history and the state of one git repository; changes nothing and "
            "uses no network. Paths are relative to the top of the worktree.",
        .tools = mc_git_tools,
        .ctx = root,
    };
    int status = mc_stdio_serve(&info, STDIN_FILENO, STDOUT_FILENO);
    git_libgit2_shutdown();
    return status;
}
