/* Text for both embedded servers: telling it from binary, reading it within bounds, matching it line by line. */
#ifndef MC_SERVE_TEXT_H
#define MC_SERVE_TEXT_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"
#include "serve/tool.h"

#define MC_TEXT_PROBE 8000                   /* bytes that decide, as in git */
#define MC_TEXT_SEARCH_MAX (16 * 1024 * 1024) /* longer files are not searched */
#define MC_TEXT_LINE_MAX (64 * 1024)         /* bytes of a line that a pattern sees */
#define MC_TEXT_SHOW_MAX 400                 /* bytes of a matching line that are shown */

bool mc_text_is_binary(struct mc_str s);
/* Adds what is in the file up to the bound of b; -MC_E_TOO_BIG above it. */
int mc_text_read(int fd, struct mc_buf *b, struct mc_err *err);
/* A glob without a slash is for the last component of the path alone; else component by component, "**" for any number of them. NULL matches. */
bool mc_text_glob(const char *glob, const char *path);

/* A fixed string, or a POSIX extended regular expression. */
struct mc_match;
int mc_match_new(const char *pattern, bool regex, bool ignore_case, struct mc_match **ret,
                 struct mc_err *err);
void mc_match_free(struct mc_match *m);
void mc_match_freep(struct mc_match **m);
/* Where the line matches first, or -1. */
long mc_match_find(const struct mc_match *m, struct mc_str line);

/* A search that goes over many texts and writes what it finds to a call: "path:12: line", and with context "path-11- line" and "--". */
struct mc_grep {
    struct mc_call *call;
    const struct mc_match *match;
    int64_t context, most;
    int64_t found, texts, binary, too_big;
};
/* False when the search should end: enough found, no room, no time. */
bool mc_grep_text(struct mc_grep *g, const char *path, struct mc_str text);
/* Says what was found and what was left out. */
void mc_grep_close(struct mc_grep *g);

#endif
