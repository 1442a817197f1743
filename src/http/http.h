/* The HTTP/1.1 server: loopback TCP and a unix socket, requests in, answers or event streams out.
 *
 * The parser (llhttp, or http_parser where llhttp is missing) is hidden in parser.c. What both let through is refused here: missing or
 * doubled Host, absolute-form targets, HTTP/0.9 and 2.0, obs-fold, white space before a colon, bare LF, header blocks over
 * MC_HTTP_HEADERS_MAX. Content-Length with Transfer-Encoding, smuggling variants and bad chunking are refused by the parser.
 *
 * One request is in flight per connection; pipelined bytes wait (bounded). A request object lives from on_request until it was answered
 * or its client went away; every answer function below ends or continues it, as said there. */
#ifndef MC_HTTP_HTTP_H
#define MC_HTTP_HTTP_H

#include "base/fwd.h"
#include "base/str.h"
#include <sys/types.h>

struct mc_loop;
struct mc_http;      /* the server with its listeners */
struct mc_http_req;  /* one request and its answer */

/* Bounds (bytes, milliseconds, counts). */
#define MC_HTTP_BODY_MAX (16u << 20)     /* default; 413 */
#define MC_HTTP_HEADERS_MAX (32u << 10)  /* whole header block; 431 */
#define MC_HTTP_HEADER_COUNT_MAX 100     /* 431 */
#define MC_HTTP_TARGET_MAX (8u << 10)    /* 414 */
#define MC_HTTP_HEADER_MS 10000          /* from the first byte to the end of the headers; 408 */
#define MC_HTTP_BODY_MS 30000            /* without a byte of body; 408 */
#define MC_HTTP_KEEPALIVE_MS 120000      /* idle between requests; closed */
#define MC_HTTP_CONNS_MAX 16000          /* open connections in all (below RLIMIT_NOFILE); 503 and close */
#define MC_HTTP_OUT_MAX (16u << 20)      /* unsent bytes of a stream behind one message before a slow client is cut off */
#define MC_HTTP_OUT_HIGH (1u << 20)      /* mc_http_congested */
#define MC_HTTP_STALL_MS 60000           /* unsent bytes that do not move for so long: the connection is cut off */

enum mc_http_via { MC_HTTP_TCP, MC_HTTP_UNIX };

/* Who is at the other end, by the kernel's word. known=false: nobody's (fail closed). */
struct mc_http_peer {
    enum mc_http_via via;
    bool known;
    uid_t uid;
    pid_t pid; /* unix sockets only, else 0 */
};

struct mc_http_ops {
    /* A whole request has arrived (headers and body). It must be answered, now or later. */
    void (*on_request)(void *arg, struct mc_http_req *r);
    /* The headers are complete, the body is not read yet: a chance to refuse early (guard, wrong route, Content-Length too big).
     * Return true to go on; on false the callee has answered and the connection closes after it. May be NULL. */
    bool (*on_headers)(void *arg, struct mc_http_req *r);
    /* The unanswered (or streaming) request's client has gone, also when it only closed its writing side. The request is freed when
     * this returns. Called at most once, always from the loop, and never after the request was finished. Before on_request (the body
     * broke off or was refused) only when on_headers had set data. Answers given from here on are ignored. */
    void (*on_gone)(void *arg, struct mc_http_req *r);
    /* Output that was congested is below the mark again. May be NULL. */
    void (*on_drain)(void *arg, struct mc_http_req *r);
};

/* Raise RLIMIT_NOFILE before: a quarter of it (at most 512) is left to others, the rest bounds the connections. */
struct mc_http *mc_http_new(struct mc_loop *l, const struct mc_http_ops *ops, void *arg);
/* Listens on 127.0.0.1 and ::1 (one of them missing from the machine is fine). port 0 picks one that is free on both. *ret_port is the port in use.
 * In use: -MC_E_CONFLICT with the holder ("port 37373 is in use by node (pid 812)", or by its user) and the advice --port 0. */
int mc_http_listen_tcp(struct mc_http *h, unsigned port, unsigned *ret_port, struct mc_err *err);
/* A unix socket, 0600; a stale one is replaced, a live one is -MC_E_CONFLICT. Removed at close. */
int mc_http_listen_unix(struct mc_http *h, const char *path, struct mc_err *err);
/* Its file is gone: the same socket again. */
int mc_http_relisten_unix(struct mc_http *h, struct mc_err *err);
void mc_http_set_body_max(struct mc_http *h, size_t bytes);
/* Stops listening and closes every connection after what is queued (at most grace_ms); then calls done from the loop. Idle connections
 * close at once, streams get their last chunk and on_gone, unanswered requests may still be answered until grace_ms are over. */
void mc_http_close(struct mc_http *h, unsigned grace_ms, void (*done)(void *arg), void *arg);
void mc_http_free(struct mc_http *h); /* after done */
unsigned mc_http_connections(const struct mc_http *h);

/* ---- the request: everything borrowed until it is finished ---- */
struct mc_str mc_http_method(const struct mc_http_req *r);
struct mc_str mc_http_path(const struct mc_http_req *r);  /* still percent-encoded, without the query */
struct mc_str mc_http_query(const struct mc_http_req *r); /* without '?' */
/* Decoded value of one query parameter; NULL when absent. Caller frees. */
char *mc_http_query_get(const struct mc_http_req *r, const char *name);
/* First header of that name (case-insensitive), value trimmed; p == NULL when absent. */
struct mc_str mc_http_header(const struct mc_http_req *r, const char *name);
unsigned mc_http_header_count(const struct mc_http_req *r, const char *name);
struct mc_str mc_http_body(const struct mc_http_req *r);
const struct mc_http_peer *mc_http_peer(struct mc_http_req *r); /* looked up on first use, kept per connection */
void *mc_http_data(const struct mc_http_req *r); /* the handler's own pointer */
void mc_http_set_data(struct mc_http_req *r, void *data);

/* ---- the answer ---- */
/* A whole answer; ends the request. It may have any size (the next pipelined request waits until it is sent). headers: extra "Name: value\r\n" lines or NULL. Content-Type is type (NULL: no body, no type).
 * HEAD sends no body. The body is copied or written at once. */
void mc_http_reply(struct mc_http_req *r, int status, const char *type, const char *headers, struct mc_str body);
/* text/event-stream with Cache-Control: no-cache and X-Accel-Buffering: no, chunked; the request lives on until mc_http_stream_end or on_gone. */
void mc_http_stream_begin(struct mc_http_req *r, const char *headers);
/* Queues bytes (complete SSE events). -MC_E_TOO_BIG: MC_HTTP_OUT_MAX was reached, the connection is being cut (on_gone follows from the loop). */
int mc_http_stream_write(struct mc_http_req *r, struct mc_str bytes);
void mc_http_stream_end(struct mc_http_req *r);
bool mc_http_streaming(const struct mc_http_req *r);
bool mc_http_congested(const struct mc_http_req *r);

#endif
