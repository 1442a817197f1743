/* What an embedded server answers to one message, in every revision: legacy ones after initialize, 2026-07-28 by the metadata of each request.
 * Pure: bytes in, bytes out; the calls of tools are handed to the caller (stdio.h). */
#ifndef MC_SERVE_ANSWER_H
#define MC_SERVE_ANSWER_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"
#include "mcp/revision.h"
#include "serve/tool.h"

/* The longest message that is read, and a bound above every answer that is written. */
#define MC_SERVE_LINE_MAX (1024 * 1024)
#define MC_SERVE_ANSWER_MAX (2 * 1024 * 1024)
/* The tables of tools are part of the program. */
#define MC_SERVE_TTL_MS 3600000

struct mc_serve_info {
    const char *name, *title, *instructions;
    const struct mc_tool *tools; /* name NULL ends the table */
    void *ctx;                   /* for the handlers */
};

enum mc_answer { MC_ANSWER_NONE, MC_ANSWER_SEND, MC_ANSWER_CALL, MC_ANSWER_CANCEL };

/* One request; spans point into the message. */
struct mc_request {
    struct mc_str id;
    enum mc_rev rev;
    const struct mc_tool *tool; /* tools/call */
    struct mc_str arguments;
};

/* message is one JSON-RPC message, not a batch. *rev is the revision that initialize has negotiated, and is set by it.
 * SEND: out has the answer. CALL: req says what to call. CANCEL: req->id is the request to end. */
enum mc_answer mc_answer(const struct mc_serve_info *s, enum mc_rev *rev, struct mc_str message,
                         struct mc_buf *out, struct mc_request *req);
/* The result of a call that has run. */
void mc_answer_call(const struct mc_serve_info *s, const struct mc_request *req, struct mc_call *c,
                    struct mc_buf *out);

#endif
