/* What the user sees: errors, notes, tables, colour. Results go to stdout, everything else to stderr.
 * Colour only on a terminal, and never with NO_COLOR (non-empty) or TERM=dumb. */
#ifndef MC_CLI_OUT_H
#define MC_CLI_OUT_H

#include "base/fwd.h"
#include "base/str.h"
#include "json/doc.h"

struct mc_cli;

enum mc_tint {
    MC_TINT_NONE,
    MC_TINT_BOLD,
    MC_TINT_DIM,
    MC_TINT_RED,
    MC_TINT_GREEN,
    MC_TINT_YELLOW,
    MC_TINT_BLUE,
    MC_TINT_MAGENTA,
    MC_TINT_CYAN,
    MC_TINT_MAX
};

bool mc_out_terminal(int fd);
bool mc_out_color(int fd);
unsigned mc_out_width(int fd); /* columns of the terminal, 0 when it is none */
unsigned mc_out_height(int fd);

/* Escape sequences that begin and end a tint; "" when off. */
const char *mc_out_tint(bool on, enum mc_tint t);
const char *mc_out_plain(bool on);

/* "mcpctl: message" on stderr, or {"error":{"code","message"}} with --json; returns the exit status. cli may be NULL. */
int mc_out_fail(const struct mc_cli *cli, const struct mc_err *err);
/* For the rest of the run: notes as {"note"} lines, so that everything on stderr is JSON, and no colour. */
void mc_out_set_json(void);
/* A line on stderr. */
void mc_out_note(const char *fmt, ...) MC_PRINTF(1, 2);
/* Bytes to stdout; control characters become visible when that is a terminal (newlines and tabs stay). */
void mc_out_text(struct mc_str s);
void mc_out_bytes(struct mc_str s);
void mc_out_json(const cJSON *doc); /* indented on a terminal, one line otherwise */
/* Flushes stdout: 0, or an error such as a full disk. A closed pipe is no error. */
int mc_out_flush(struct mc_err *err);

/* "12.3 MB" */
#define MC_SIZE_LEN 16
void mc_out_size(double bytes, char out[MC_SIZE_LEN]);

/* A table: rows of cells, columns as wide as their widest cell; on a terminal the last column is cut at its edge. */
struct mc_column {
    const char *title;
    bool right; /* right-aligned */
};
struct mc_table;
struct mc_table *mc_table_new(const struct mc_column *columns, size_t n);
void mc_table_free(struct mc_table *t);
/* Cells fill row after row; text is copied, control characters made visible. */
void mc_table_add(struct mc_table *t, enum mc_tint tint, const char *text);
void mc_table_addf(struct mc_table *t, enum mc_tint tint, const char *fmt, ...) MC_PRINTF(3, 4);
size_t mc_table_rows(const struct mc_table *t);
/* Appends the lines, header first. width 0: never cut. */
void mc_table_print(const struct mc_table *t, struct mc_buf *out, bool color, unsigned width,
                    unsigned indent);

#endif
