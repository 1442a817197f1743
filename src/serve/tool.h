/* The tools of an embedded server: a table of rows, each with a table of its arguments.
 *
 * The argument table is the only source: the inputSchema that clients see is written from it, and a call is checked against it before its handler runs.
 * A handler reads its arguments, adds text (and, where natural, structured data) within fixed bounds, and returns; it cannot fail in any other way than
 * mc_call_fail(). It runs in a process of its own (stdio.h), so it may block, and what it forgets to free is gone with it. */
#ifndef MC_SERVE_TOOL_H
#define MC_SERVE_TOOL_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"
#include "json/scan.h"

#define MC_TOOL_ARGS_MAX 12
#define MC_TOOL_STRING_MAX 4096          /* bytes of a string argument */
#define MC_TOOL_TEXT_MAX (640 * 1024)    /* bytes of text as JSON; with the data and the envelope below 1 MiB */
#define MC_TOOL_DATA_MAX (320 * 1024)    /* bytes of structuredContent */
#define MC_TOOL_NOTES_MAX (8 * 1024)
#define MC_TOOL_BUDGET_MS 10000          /* after this a handler should answer with what it has */

enum mc_arg_kind { MC_ARG_STRING, MC_ARG_INTEGER, MC_ARG_BOOLEAN };

struct mc_arg {
    const char *name; /* NULL ends a table */
    enum mc_arg_kind kind;
    bool required;
    int64_t least, most;  /* integers */
    int64_t otherwise;    /* integers and booleans: the default; below least: none */
    const char *text;     /* strings: the default, or NULL */
    const char *description;
};

struct mc_call;
struct mc_tool {
    const char *name, *title, *description;
    const struct mc_arg *args;
    const char *output_schema; /* JSON text, or NULL */
    void (*run)(struct mc_call *c);
};

struct mc_call {
    const struct mc_tool *tool;
    void *ctx; /* the server's */
    uint64_t deadline_ms;
    struct {
        bool given;
        char *text;
        int64_t number;
    } arg[MC_TOOL_ARGS_MAX];
    struct mc_buf text;
    struct mc_buf data; /* structuredContent as JSON text; empty: none */
    struct mc_buf notes;
    size_t room; /* of text, counted as JSON */
    bool failed;
    bool truncated;
};

void mc_call_init(struct mc_call *c, const struct mc_tool *tool, void *ctx);
void mc_call_done(struct mc_call *c);
/* Checks and decodes; arguments may be an empty span. False: the call has failed with a text that names the argument, what was given and what is allowed. */
bool mc_call_parse(struct mc_call *c, struct mc_str arguments);
/* The text with its notes, as it goes out. */
void mc_call_close(struct mc_call *c);

/* ---- for handlers ---- */

/* The argument must be in the tool's table. */
const char *mc_call_str(const struct mc_call *c, const char *name); /* NULL when absent and without a default */
int64_t mc_call_int(const struct mc_call *c, const char *name);
bool mc_call_bool(const struct mc_call *c, const char *name);
bool mc_call_given(const struct mc_call *c, const char *name);

/* Append to the text; false once the bound was reached, and nothing is added from then on. */
bool mc_call_add(struct mc_call *c, struct mc_str s);
bool mc_call_addf(struct mc_call *c, const char *fmt, ...) MC_PRINTF(2, 3);
/* Names of files: control characters and what is not UTF-8 are made printable. */
bool mc_call_add_name(struct mc_call *c, const char *name);
/* One line in brackets behind the text, there even when the text was cut. */
void mc_call_note(struct mc_call *c, const char *fmt, ...) MC_PRINTF(2, 3);
/* The call answers isError with this text alone. */
void mc_call_fail(struct mc_call *c, const char *fmt, ...) MC_PRINTF(2, 3);
bool mc_call_expired(const struct mc_call *c);

/* Structured data: "name": "text" with a comma in front when it is not the first of its object; text NULL is null. */
void mc_data_str(struct mc_buf *b, const char *name, const char *text);
void mc_data_int(struct mc_buf *b, const char *name, int64_t value);
void mc_data_bool(struct mc_buf *b, const char *name, bool value);
/* Adds one finished row to the array that is open at the end of c->data; false when there is no room (the call is marked truncated). */
bool mc_data_row(struct mc_call *c, const struct mc_buf *row);

/* Writes the inputSchema of an argument table. */
void mc_tool_schema(struct mc_buf *out, const struct mc_tool *tool);

#endif
