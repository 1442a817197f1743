/* Inside of config/: one source while it is being read. */
#ifndef MC_CONFIG_READER_H
#define MC_CONFIG_READER_H

#include "base/buf.h"
#include "base/fwd.h"
#include "config/build.h"
#include "json/scan.h"

struct mc_key;

struct mc_reader {
    struct mc_config *config;
    struct source *source;
    struct mc_str text; /* as it stands in the file */
    bool places;
    struct mc_buf path; /* where we are: "mcpServers.github.args[2]" */
    size_t errors;
    /* The last place that was asked for: most are asked for in order. */
    size_t place_off;
    unsigned place_line, place_col;
};

/* at: a span of the source's doc. The message, which is taken, gets the path in front. */
void mc_reader_report(struct mc_reader *r, enum mc_severity severity, struct mc_str at, char *msg);
/* Goes into a member; the return value is for mc_reader_leave. */
size_t mc_reader_enter(struct mc_reader *r, const char *name);
size_t mc_reader_enter_item(struct mc_reader *r, size_t index);
void mc_reader_leave(struct mc_reader *r, size_t where);

/* values.c: is this a value of that key? Reports when it is not. Of containers, only their type. */
bool mc_reader_check(struct mc_reader *r, const struct mc_key *key, struct mc_jval v);
/* The name of a member, caller frees; NULL when it was reported. */
char *mc_reader_name(struct mc_reader *r, struct mc_str key);
const char *mc_reader_kind(struct mc_jval v); /* "a number" */

#endif
