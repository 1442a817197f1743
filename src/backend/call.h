/* One request to a server, from the moment it is handed to its backend until it is answered or has failed.
 *
 * Embedded at the start of the caller's own object; the backend never frees it. Exactly one of on_answer and on_failed ends it, unless
 * mc_backend_forget() took it back. The hub's ids on the wire are slot|generation integers into the backend's table: a late, doubled or
 * invented answer finds no call. */
#ifndef MC_BACKEND_CALL_H
#define MC_BACKEND_CALL_H

#include "base/err.h"
#include "base/fwd.h"
#include "base/str.h"
#include "mcp/revision.h"

struct mc_backend;
struct mc_call;
struct mc_envelope;

struct mc_call_ops {
    /* Writes the request as one line without its end into out, with this id. Called once, when the server can take it. 0 or a filled err. */
    int (*compose)(struct mc_call *call, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                   struct mc_err *err);
    /* The server's notifications/progress for this id. May be NULL. */
    void (*on_progress)(struct mc_call *call, const struct mc_envelope *e);
    void (*on_answer)(struct mc_call *call,
                      const struct mc_envelope *e); /* result or error; spans are borrowed */
    void (*on_failed)(struct mc_call *call, const struct mc_err *err);
};

enum mc_call_state { MC_CALL_IDLE, MC_CALL_QUEUED, MC_CALL_SENT };

struct mc_call {
    const struct mc_call_ops *ops;
    struct mc_backend *backend; /* while queued or sent */
    enum mc_call_state state;
    uint64_t id;       /* on the wire, while sent */
    uint64_t deadline; /* loop milliseconds; progress moves it on, up to hard */
    uint64_t hard;
    unsigned timeout_ms; /* 0: the backend's default. Set by the caller. */
    bool
        internal; /* the backend's own handshake: allowed before READY, not counted as a caller's */
    bool asked;   /* the server's own requests may be attributed to it (it is somebody's call) */
    bool endless; /* no deadline any more: an open subscription */
    unsigned
        waits_for_client; /* requests of the server that a person may be answering: the clock stands still, up to hard */
    struct mc_call *prev, *next; /* the backend's queue */
};

#endif
