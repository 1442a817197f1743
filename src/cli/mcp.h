/* MCP requests to the hub over its socket, as an ordinary modern (2026-07-28) client: stateless, three _meta keys and three headers each. */
#ifndef MC_CLI_MCP_H
#define MC_CLI_MCP_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"
#include "json/doc.h"
#include "json/scan.h"

struct mc_client;

#define MC_MCP_ANSWER_MAX (256u << 20)
#define MC_MCP_TIMEOUT_MS                                                                          \
    (24 * 60 * 60 *                                                                                \
     1000) /* the hub has the deadline of a call; this only bounds a hub that hangs */
#define MC_MCP_PAGES_MAX 1000

/* An answer: one JSON-RPC response, its bytes as they came. */
struct mc_mcp_answer {
    struct mc_buf text;
    struct mc_jval result; /* type MC_JSON_NONE when it is an error */
    int64_t error_code;    /* JSON-RPC code of an error, 0 otherwise */
};
void mc_mcp_answer_done(struct mc_mcp_answer *a);

/* "/w/W/mcp" of a workspace of the status; caller frees. */
char *mc_mcp_path(const cJSON *workspace);

struct mc_mcp_request {
    const char *path; /* of the endpoint */
    const char *method;
    const char *name;      /* value of Mcp-Name, or NULL */
    struct mc_str params;  /* members of params without braces, or empty: "\"name\":\"x\"" */
    struct mc_str headers; /* more header lines */
    bool progress;         /* ask for progress notifications */
    bool tasks;            /* declare the extension: the answer may be a task */
    /* Messages that come before the answer; may be NULL. */
    void (*on_message)(void *arg, struct mc_jval message);
    void *arg;
};
/* Appends a header line with a value of the arguments; nothing when that has none. */
void mc_mcp_add_header(struct mc_buf *out, const char *name, struct mc_jval value);
/* 0 when an answer came, be it a JSON-RPC error; negative when none did. Release *ret with mc_mcp_answer_done in both cases. */
int mc_mcp_send(struct mc_client *c, const struct mc_mcp_request *req, struct mc_mcp_answer *ret,
                struct mc_err *err);
/* The answer's JSON-RPC error as an error of ours; always negative. */
int mc_mcp_error(const struct mc_mcp_answer *a, struct mc_err *err);

/* All pages of tools/list as one JSON array, each tool's bytes as they came. */
int mc_mcp_tools(struct mc_client *c, const char *path, struct mc_buf *out, struct mc_err *err);
/* One tool of that array, type MC_JSON_NONE when absent. */
struct mc_jval mc_mcp_tool(struct mc_str tools, const char *name);

#endif
