/* A small blocking HTTP/1.1 client of the hub's unix socket: one connection, one request at a time, kept open between them.
 * The peer must be the same user as we are (SO_PEERCRED), whoever made the socket's directory. */
#ifndef MC_CLI_CLIENT_H
#define MC_CLI_CLIENT_H

#include "base/fwd.h"
#include "base/str.h"
#include <sys/types.h>

struct mc_client;

#define MC_CLIENT_SOCKET "hub.sock" /* in MC_DIR_RUNTIME */

struct mc_client_request {
    const char *method;
    const char *path;
    struct mc_str headers; /* more header lines, each with its \r\n */
    struct mc_str body;    /* sent as application/json when body.p is not NULL */
};
struct mc_client_reply {
    int status;
    bool event_stream;
};

/* -MC_E_UNREACHABLE when nobody listens. */
int mc_client_open(struct mc_client **ret, struct mc_err *err);
void mc_client_free(struct mc_client *c); /* closes */
void mc_client_freep(struct mc_client **c);
void mc_client_close(struct mc_client *c); /* the connection; the next request opens another */
int mc_client_fd(const struct mc_client *c);
pid_t mc_client_pid(const struct mc_client *c); /* of the hub */

/* Sends, and reads the head of the answer within timeout_ms. An unread rest of the last answer is dropped with its connection. */
int mc_client_send(struct mc_client *c, const struct mc_client_request *req, int timeout_ms,
                   struct mc_client_reply *ret, struct mc_err *err);
/* The next piece of the body, decoded, borrowed until the next call: 1, 0 at its end, -MC_E_TIMEOUT when nothing came in time, or an error.
 * timeout_ms 0 asks for what is there already. */
int mc_client_read(struct mc_client *c, int timeout_ms, struct mc_str *ret, struct mc_err *err);
/* The whole body, appended. */
int mc_client_body(struct mc_client *c, int timeout_ms, struct mc_buf *out, struct mc_err *err);

#endif
