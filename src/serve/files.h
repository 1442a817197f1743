/* The tools of "mcpctl serve files"; their argument tables are in files.c. */
#ifndef MC_SERVE_FILES_H
#define MC_SERVE_FILES_H

#include "base/fwd.h"
#include "serve/tool.h"

#define MC_FILES_READ_LINES 2000             /* that read_file gives when no end is asked for */
#define MC_FILES_COUNT_MAX (64 * 1024 * 1024) /* how far into a file its lines are counted */

extern const struct mc_tool mc_files_tools[];

/* The context of a call is a struct mc_beneath. */
void mc_files_list(struct mc_call *c);
void mc_files_info(struct mc_call *c);
void mc_files_read(struct mc_call *c);
void mc_files_search_names(struct mc_call *c);
void mc_files_search_content(struct mc_call *c);

#endif
