/* The hub's management API, and MCP requests, over the client. The routes are in hub/api.c. */
#ifndef MC_CLI_API_H
#define MC_CLI_API_H

#include "base/err.h"
#include "base/fwd.h"
#include "base/str.h"
#include "json/doc.h"

struct mc_client;
struct mc_sse_event;

#define MC_API_TIMEOUT_MS 30000 /* management answers */
#define MC_API_ANSWER_MAX (64u << 20)

/* Sends and appends the body of a 2xx answer; any other answer becomes an error with the hub's own code and message. */
int mc_api_text(struct mc_client *c, const char *method, const char *path, struct mc_str body,
                struct mc_buf *out, struct mc_err *err);
/* The same as a tree; ret may be NULL. */
int mc_api_doc(struct mc_client *c, const char *method, const char *path, struct mc_str body,
               cJSON **ret, struct mc_err *err);
/* Opens an event stream; its events are read with mc_client_read and an mc_sse_reader. */
int mc_api_stream(struct mc_client *c, const char *path, struct mc_err *err);
/* A non-2xx answer's body as an error. Returns its code, negative. */
int mc_api_refusal(int status, struct mc_str body, struct mc_err *err);
enum mc_code mc_api_code(const char *slug);

/* Appends s percent-encoded, for a path segment or a query value. */
void mc_api_escape(struct mc_buf *out, const char *s);

/* The workspace whose root this is; NULL when it is not in the hub. */
const cJSON *mc_api_workspace(const cJSON *status, const char *root);
/* Appends which servers of the workspace have no tools to offer now, and why. tool: only the one whose prefix it has; NULL: all of them. *ret_code (may be
 * NULL): DENIED when one waits for trust, else UNREACHABLE; untouched when there is none. */
void mc_api_absent(const cJSON *w, const char *tool, struct mc_buf *out, enum mc_code *ret_code);
/* 0, or -MC_E_USAGE with a suggestion when that workspace has no such server. */
int mc_api_check_server(const cJSON *workspace, const char *name, struct mc_err *err);
/* That of the current directory, else the default one, else the only one; NULL and an error if there is none. */
const cJSON *mc_api_current(const cJSON *status, struct mc_err *err);
/* The one that a command which changes something is meant for: the named one, that of the current directory, or the only one, which is
 * told then. */
int mc_api_target(const cJSON *status, const char *named, const cJSON **ret, struct mc_err *err);
/* GET /api/status; *ret_workspace (may be NULL) points into it. */
int mc_api_here(struct mc_client *c, cJSON **ret_status, const cJSON **ret_workspace,
                struct mc_err *err);

#endif
