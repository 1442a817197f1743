/* The read-only servers that are built in: "mcpctl serve files" in the program itself, "mcpctl serve git" in libexec/mcpctl-git. */
#ifndef MC_SERVE_SERVE_H
#define MC_SERVE_SERVE_H

#include "base/fwd.h"

/* Serves the files below root on stdin and stdout until stdin closes; returns the exit status. */
int mc_serve_files_main(const char *root);

#endif
