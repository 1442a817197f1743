/* The request headers of 2026-07-28 against the body (streamable-http § Standard Request Headers, § Value Encoding, § Server Validation). */
#ifndef MC_HUB_HEADERS_H
#define MC_HUB_HEADERS_H

#include "base/fwd.h"
#include "base/str.h"

struct mc_envelope;
struct mc_http_req;
struct mc_params;

struct header_fault {
    char message[160];
};
/* Each: false when the header agrees, else true and what is wrong. */
bool headers_version(struct mc_http_req *req, const struct mc_envelope *e,
                     struct header_fault *fault);
bool headers_method(struct mc_http_req *req, const struct mc_envelope *e,
                    struct header_fault *fault);
bool headers_name(struct mc_http_req *req, const struct mc_envelope *e, struct header_fault *fault);
/* May the answer be of that media type? */
bool headers_accept(struct mc_http_req *req, const char *type);
bool headers_json(struct mc_http_req *req); /* is the body JSON, by its Content-Type? */
/* The revision in MCP-Protocol-Version. */
enum headers_revision { HEADERS_REV_NONE, HEADERS_REV_LEGACY, HEADERS_REV_MODERN, HEADERS_REV_BAD };
enum headers_revision headers_revision(struct mc_http_req *req);
/* Mcp-Param-* of a tools/call against its arguments; params may be NULL. */
bool headers_params(struct mc_http_req *req, const struct mc_params *params,
                    const struct mc_envelope *e, struct header_fault *fault);
/* Decodes the sentinel =?base64?…?= ; anything else is literal. false: malformed inside the sentinel, or not visible ASCII. Exposed for tests. */
bool header_value_decode(struct mc_str value, struct mc_buf *out);

#endif
