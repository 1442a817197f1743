/* The process of an embedded server: MCP over stdin and stdout until stdin closes or SIGTERM comes.
 *
 * Every tools/call runs in a forked process of its own: it can be cancelled and has a hard deadline whatever library it is in, a crash or runaway memory
 * costs that call alone, and ping is answered meanwhile. At most MC_SERVE_CALLS_MAX run at once; reading stops while all are busy. */
#ifndef MC_SERVE_STDIO_H
#define MC_SERVE_STDIO_H

#include "base/fwd.h"
#include "serve/answer.h"

#define MC_SERVE_CALLS_MAX 8
#define MC_SERVE_BATCH_MAX 64
#define MC_SERVE_KILL_MS 30000                       /* hard deadline of a call */
#define MC_SERVE_MEMORY_MAX ((size_t)1 << 30)        /* of a call's process */

/* Serves and returns the exit status of the process. Takes over SIGPIPE, SIGTERM and SIGCHLD. */
int mc_stdio_serve(const struct mc_serve_info *s, int in, int out);

#endif
