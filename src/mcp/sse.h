/* Server-sent events (WHATWG HTML §9.2): writing, and reading from arbitrary splits. Pure, no I/O. */
#ifndef MC_MCP_SSE_H
#define MC_MCP_SSE_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"

/* Appends one event: "id: …" and "event: …" lines when given (p != NULL), data split at raw newlines into several data lines, blank line. Empty data writes "data:". */
int mc_sse_write(struct mc_buf *out, struct mc_str id, struct mc_str event, struct mc_str data);
/* ": text" comment and blank line (keep-alive). */
int mc_sse_comment(struct mc_buf *out, const char *text);

struct mc_sse_event {
    struct mc_str id;    /* last event id so far */
    struct mc_str event; /* "message" when none was given */
    struct mc_str data;
    bool
        has_data; /* false for events without any data line: to be ignored except for id and retry */
    int64_t retry_ms; /* -1 when none in this event */
};
struct mc_sse_reader;
struct mc_sse_reader *mc_sse_reader_new(size_t max_event);
void mc_sse_reader_free(struct mc_sse_reader *r);
/* Feeds bytes; calls on_event for each complete event. CR, LF and CRLF, BOM, comments, events split anywhere. -MC_E_TOO_BIG above max_event. */
int mc_sse_read(struct mc_sse_reader *r, struct mc_str bytes,
                void (*on_event)(void *arg, const struct mc_sse_event *ev), void *arg,
                struct mc_err *err);

#endif
