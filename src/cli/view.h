/* Workspaces and servers of the hub's status, as people see them. */
#ifndef MC_CLI_VIEW_H
#define MC_CLI_VIEW_H

#include "base/fwd.h"
#include "cli/out.h"
#include "json/doc.h"

enum mc_view_phase {
    MC_VIEW_UP,      /* READY, or asleep with a known catalog */
    MC_VIEW_PENDING, /* on its way */
    MC_VIEW_FAILED,  /* it cannot start */
    MC_VIEW_BLOCKED, /* it may not start */
    MC_VIEW_OFF,     /* disabled, or stopped by hand */
};
enum mc_view_phase mc_view_phase(const cJSON *server);
bool mc_view_unseen(const cJSON *server);   /* STOPPED, and no catalog: its first start is due */
bool mc_view_retrying(const cJSON *server); /* PENDING after a failure */
bool mc_view_remote(const cJSON *server);
enum mc_tint mc_view_tint(const cJSON *server);
/* READY, "asleep", "failed" ...: the state in one lower-case word. */
const char *mc_view_state(const cJSON *server);
/* Why it is not up, or NULL: the last error, else the reason. */
const char *mc_view_why(const cJSON *server);

/* Its name; a private instance is shown with whose it is. */
void mc_view_name(struct mc_table *t, const cJSON *server);
/* The table of a workspace's servers. spinner: a character shown before servers on their way, 0: none. */
void mc_view_servers(const cJSON *workspace, struct mc_buf *out, bool color, unsigned width,
                     const char *spinner);
/* "hub 0.1.0  pid 12  up 3m  http://localhost:37373/mcp  2 sessions" */
void mc_view_hub(const cJSON *status, struct mc_buf *out, bool color);
/* Every server that was to start and is not up, why, and its last lines on stderr; for the end of a failed `up`, which has told already
 * what is blocked. */
void mc_view_failure(const cJSON *server, struct mc_buf *out, bool color); /* nothing when it has not failed */
void mc_view_failures(const cJSON *workspace, struct mc_buf *out, bool color);
/* " | line" under a server: its last stderr lines, printable. */
void mc_view_stderr(const cJSON *server, struct mc_buf *out, const char *indent);

#endif
