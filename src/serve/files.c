/* The file server: its table of tools, and its life. */
#include "serve/files.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "serve/beneath.h"
#include "serve/serve.h"
#include "serve/stdio.h"

#include <stdio.h>
#include <unistd.h>

#define PATH_HELP                                                                                  \
    "Path relative to the root of the repository, or an absolute path below it. Default: the "     \
    "root."

static const struct mc_arg list_args[] = {
    {.name = "path", .text = ".", .description = PATH_HELP},
    {.name = "depth",
     .kind = MC_ARG_INTEGER,
     .least = 1,
     .most = 20,
     .otherwise = 1,
     .description = "How many levels to list; 1 is the directory alone."},
    {.name = "max_entries",
     .kind = MC_ARG_INTEGER,
     .least = 1,
     .most = 5000,
     .otherwise = 1000,
     .description = "At most this many entries."},
    {0},
};

static const struct mc_arg read_args[] = {
    {.name = "path",
     .required = true,
     .description = "File to read: relative to the root, or an absolute path below it."},
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
     .description = "Last line, included. Default: 2000 lines from start_line."},
    {.name = "line_numbers",
     .kind = MC_ARG_BOOLEAN,
     .description = "Put the number of each line in front of it."},
    {0},
};

static const struct mc_arg search_files_args[] = {
    {.name = "glob",
     .required = true,
     .description =
         "Pattern with * ? [abc]. Without a slash it is for the last component of a path "
         "(\"*.c\"), with one for the whole path, ** for any number of directories "
         "(\"src/**/*.c\")."},
    {.name = "path", .text = ".", .description = PATH_HELP},
    {.name = "max_results",
     .kind = MC_ARG_INTEGER,
     .least = 1,
     .most = 5000,
     .otherwise = 500,
     .description = "At most this many paths."},
    {0},
};

static const struct mc_arg search_content_args[] = {
    {.name = "pattern",
     .required = true,
     .description =
         "Text to find within one line; with regex a POSIX extended regular expression."},
    {.name = "regex",
     .kind = MC_ARG_BOOLEAN,
     .description = "The pattern is a POSIX extended regular expression."},
    {.name = "ignore_case", .kind = MC_ARG_BOOLEAN, .description = "Letters match in both cases."},
    {.name = "path", .text = ".", .description = "File or directory to search. " PATH_HELP},
    {.name = "glob", .description = "Only files whose path matches, as in search_files."},
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

static const struct mc_arg info_args[] = {
    {.name = "path",
     .required = true,
     .description = "File or directory: relative to the root, or an absolute path below it."},
    {0},
};

#define ENTRY_SCHEMA                                                                               \
    "\"type\":{\"type\":\"string\",\"enum\":[\"file\",\"directory\",\"symlink\",\"fifo\","         \
    "\"socket\",\"device\"]},\"size\":{\"type\":\"integer\"},\"target\":{\"type\":\"string\"}"

static const char list_schema[] =
    "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"entries\":{\"type\":"
    "\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}"
    "," ENTRY_SCHEMA "},\"required\":[\"path\",\"type\"]}},\"total\":{\"type\":\"integer\"},"
    "\"truncated\":{\"type\":\"boolean\"}},"
    "\"required\":[\"path\",\"entries\",\"total\",\"truncated\"]}";

static const char info_schema[] =
    "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}," ENTRY_SCHEMA
    ",\"mode\":{\"type\":\"string\"},\"modified\":{\"type\":\"string\"},"
    "\"text\":{\"type\":\"boolean\"},\"lines\":{\"type\":\"integer\"}},"
    "\"required\":[\"path\",\"type\",\"mode\",\"modified\"]}";

const struct mc_tool mc_files_tools[] = {
    {"list_directory", "List a directory",
     "List the entries of a directory, sorted by name, with type and size; .git is left out.",
     list_args, list_schema, mc_files_list},
    {"read_file", "Read a file",
     "Read a text file, whole or a range of lines. Binary files are refused.", read_args, NULL,
     mc_files_read},
    {"search_files", "Find files by name",
     "Find files and directories by name. .git and links to directories are not entered.",
     search_files_args, NULL, mc_files_search_names},
    {"search_content", "Search in files",
     "Find lines in text files. .git, binary files and links are left out.", search_content_args,
     NULL, mc_files_search_content},
    {"file_info", "Describe a file",
     "Type, size, mode and time of one file, and for text its number of lines. A link is not "
     "followed.",
     info_args, info_schema, mc_files_info},
    {0},
};

int mc_serve_files_main(const char *root)
{
    MC_CLEANUP(mc_beneath_freep) struct mc_beneath *b = NULL;
    struct mc_err err;
    int r = mc_beneath_new(root, &b, &err);
    if (r < 0) {
        fprintf(stderr, "mcpctl serve files: %s\n", err.msg);
        return mc_code_exit(err.code);
    }
    struct mc_serve_info info = {
        .name = "mcpctl-files",
        .title = "Files of this repository",
        .instructions = "Reads and searches the files of one repository. Every path is relative to "
                        "its root; nothing outside of it can be reached, and nothing is changed.",
        .tools = mc_files_tools,
        .ctx = b,
    };
    return mc_stdio_serve(&info, STDIN_FILENO, STDOUT_FILENO);
}
