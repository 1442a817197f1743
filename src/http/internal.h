/* Private to src/http/: the server, its connections and requests, and how its files meet.
 *
 *     server.c  the server, its limits, closing       listen.c  sockets, accepting
 *     conn.c    one connection: reading, closing      clock.c   deadlines, swept
 *     input.c   bytes → requests                      head.c    the strict check of a header block
 *     parser.c  llhttp or http_parser                 request.c what a handler may ask of a request
 *     output.c  bytes out, once per turn              response.c answers and event streams
 *     guard.c   Host, Origin, caller                  peer.c    whose socket, by netlink or procnet.c
 *     holder.c  who keeps a port from us
 *
 * A connection is freed in its uv close callback and nowhere else. Handlers are called from input.c (a request) and
 * conn.c (gone, drained), always from the loop, never from inside of a function that they called. */
#ifndef MC_HTTP_INTERNAL_H
#define MC_HTTP_INTERNAL_H

#include "base/buf.h"
#include "http/http.h"
#include "loop/loop.h"
#include <stdio.h>
#include <sys/socket.h>

#define MC_HTTP_PIPELINE_MAX (64u << 10)  /* bytes kept behind a request in flight; reading stops */
#define MC_HTTP_REQUEST_LINE_EXTRA 64     /* method, spaces and version around the target */
#define MC_HTTP_LINGER_MS 2000            /* after the last answer, for the client to read it and close */
#define MC_HTTP_LINGER_MAX (32u << 20)    /* bytes thrown away meanwhile */
#define MC_HTTP_DIRECT_MIN (16u << 10)    /* bodies from here on are written at once, not copied first */
#define MC_HTTP_ACCEPT_BATCH 64           /* per listener and turn */
#define MC_HTTP_ACCEPT_PAUSE_MS 100       /* when the system is out of memory or descriptors */
#define MC_HTTP_REFUSING_MAX 64           /* connections above the limit that are told so; others are just closed */
#define MC_HTTP_BACKLOG 511
#define MC_HTTP_LISTENERS_MAX 4

/* Why the server itself refuses a request. */
struct mc_refusal {
    int status;
    char why[160]; /* plain text without characters that JSON would escape */
};
int mc_refuse(struct mc_refusal *ret, int status, const char *fmt, ...) MC_PRINTF(3, 4); /* returns -1 */

/* ---- head.c ---- */
struct mc_hdr {
    uint16_t name, name_n, value, value_n; /* offsets into the header block */
};
struct mc_head {
    uint16_t method_n, target, target_n, n_hdr;
    uint8_t minor; /* HTTP/1.minor */
    uint8_t hosts;
    bool expect_continue;
    struct mc_hdr hdr[MC_HTTP_HEADER_COUNT_MAX];
};
/* Length of the header block that p begins with (request line to empty line), 0 when it is not whole yet, -1 when refused.
 * seen: so many bytes were scanned before without a whole block. */
ssize_t mc_head_scan(const char *p, size_t n, size_t seen, struct mc_head *ret, struct mc_refusal *no);

/* ---- parser.c: body framing and keep-alive, by the library ---- */
struct mc_parser;
/* Takes bytes of the body; false stops the parser. */
typedef bool (*mc_parser_sink)(void *arg, const char *p, size_t n);
struct mc_parser *mc_parser_new(mc_parser_sink sink, void *arg);
void mc_parser_free(struct mc_parser *ps);
/* Bytes consumed (all of them unless the message ended before), -1 with *why (static) on an error. The first call gets the whole
 * header block and nothing else. */
ssize_t mc_parser_feed(struct mc_parser *ps, const char *p, size_t n, const char **why);
bool mc_parser_done(const struct mc_parser *ps); /* the message is complete */
bool mc_parser_keep_alive(const struct mc_parser *ps);
/* Content-Length as declared, 0 when there is none. Only right after the header block. */
uint64_t mc_parser_length(const struct mc_parser *ps);
const char *mc_parser_name(void);

/* ---- the request ---- */
struct mc_http_req {
    struct mc_conn *c;
    void *data;
    const char *head;         /* offsets below are into it */
    const struct mc_hdr *hdr; /* both borrowed until mc_req_keep */
    char *kept;               /* the one block that they (and a body in place) were copied to */
    struct mc_parser *parser; /* until the message is complete */
    struct mc_str body;
    struct mc_buf body_buf; /* when the body did not lie whole in the read buffer */
    uint64_t length;        /* Content-Length, 0 when chunked */
    uint64_t raw;           /* bytes of body with its framing */
    uint16_t method_n, target, target_n, n_hdr, head_n;
    uint8_t minor;
    bool is_head;    /* HEAD */
    bool in_place;   /* the body is borrowed from the read buffer */
    bool too_big;    /* its body */
    bool no_memory;  /* for its body */
    bool complete;   /* on_request was called */
    bool keep_alive; /* as the client wants it */
    bool streaming;
    bool chunked;
    bool gone; /* on_gone is running: answers are dropped */
};
struct mc_http_req *mc_req_new(struct mc_conn *c, const char *p, size_t n, const struct mc_head *head);
void mc_req_keep(struct mc_http_req *r); /* takes copies of all that lies in the read buffer */
void mc_req_free(struct mc_http_req *r);
enum mc_http_via mc_req_via(const struct mc_http_req *r);

/* ---- the connection ---- */
enum mc_conn_state {
    MC_CONN_HEAD,    /* between requests, or within a header block */
    MC_CONN_BODY,    /* within a body */
    MC_CONN_BUSY,    /* a request is in flight */
    MC_CONN_CLOSING, /* answered for the last time; closes when all is written */
    MC_CONN_LINGER,  /* all is written; waits for the client to close */
    MC_CONN_CLOSED   /* uv_close was called */
};
enum mc_clock { MC_CLOCK_NONE, MC_CLOCK_HEADER, MC_CLOCK_BODY, MC_CLOCK_IDLE, MC_CLOCK_STALL, MC_CLOCK_LINGER, MC_CLOCK_MAX };

struct mc_conn {
    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    struct mc_http *h;
    struct mc_http_req *req;
    struct mc_flush flush;
    struct mc_conn *prev, *next; /* in the list of its clock */
    uint64_t due;
    struct mc_buf in;           /* an unfinished header block, or pipelined bytes */
    struct mc_buf out;          /* to be written at the end of this turn */
    struct mc_sending *sending; /* what the kernel did not take at once */
    size_t mark;                /* unsent bytes when the stall clock was set */
    uint32_t seen;              /* bytes of `in` that were scanned without finding the end of the head */
    uint32_t lingered;
    struct mc_http_peer peer;
    uint8_t state; /* enum mc_conn_state */
    uint8_t clock; /* enum mc_clock */
    bool peer_asked;
    bool reading;
    bool fresh;     /* its clock starts anew: a request ended, or bytes of body came */
    bool held;      /* pipelined requests wait for output to drain */
    size_t out_cap; /* unsent bytes that are too many */
    bool congested; /* on_drain is owed */
    bool cut;       /* to be dropped by the next flush */
    bool end;       /* its stream is to be ended by the next flush: the server closes */
    bool eof;       /* the client has closed its side */
};
struct mc_conn *mc_conn_open(struct mc_http *h, int fd, enum mc_http_via via); /* takes fd; NULL when it cannot be read */
void mc_conn_flush(struct mc_conn *c); /* asks for on_flush at the end of this turn */
void mc_conn_drop(struct mc_conn *c);  /* closes at once, telling the handler */
void mc_conn_expired(struct mc_conn *c, enum mc_clock clock);
/* The server's own answer; the connection closes after it. */
void mc_conn_refuse(struct mc_conn *c, const struct mc_refusal *no);
void mc_conn_forget(struct mc_conn *c); /* its request: on_gone if the handler knows of it, then freed */

/* ---- clock.c ---- */
void mc_clock_set(struct mc_conn *c, enum mc_clock clock); /* joins the list with a new deadline */
void mc_clock_leave(struct mc_conn *c);

/* ---- input.c ---- */
void mc_input_bytes(struct mc_conn *c, const char *p, size_t n);
void mc_input_resume(struct mc_conn *c); /* pipelined bytes, after an answer */

/* ---- output.c ---- */
size_t mc_out_unsent(const struct mc_conn *c);
void mc_out_add(struct mc_conn *c, struct mc_str s);
/* Adds a big piece behind what is queued, writing as much as the kernel takes without a copy. */
void mc_out_add_direct(struct mc_conn *c, struct mc_str s);
bool mc_out_write(struct mc_conn *c); /* false: the connection is broken */

/* ---- response.c ---- */
void mc_response_end_stream(struct mc_http_req *r);  /* the last chunk */
void mc_response_write(struct mc_conn *c, int status, const char *type, const char *headers,
                       struct mc_str body, bool omit_body, const char *connection);

/* ---- listen.c ---- */
struct mc_listener {
    uv_poll_t poll;
    struct mc_http *h;
    int fd;
    enum mc_http_via via;
};
void mc_listeners_stop(struct mc_http *h); /* closes them all and removes the unix socket */

/* ---- server.c ---- */
struct mc_conn_list {
    struct mc_conn *first, *last;
};
struct mc_http {
    struct mc_loop *loop;
    const struct mc_http_ops *ops;
    void *arg;
    size_t body_max;
    unsigned conns, conns_max;
    unsigned open_listeners; /* uv handles that are not closed yet */
    uint32_t ms[MC_CLOCK_MAX]; /* tests shorten them */
    struct mc_conn_list clocks[MC_CLOCK_MAX]; /* every connection that is not closed is in one of them */
    struct mc_timer sweep, grace, accept_pause;
    uint64_t sweep_at;
    struct mc_listener *listeners[MC_HTTP_LISTENERS_MAX];
    unsigned n_listeners;
    char *unix_path;
    dev_t unix_dev;
    ino_t unix_ino;
    int reserve_fd; /* given up for a moment to accept and close when descriptors are out */
    uint64_t told_full_at, told_fds_at; /* last warnings */
    bool closing;
    void (*done)(void *arg);
    void *done_arg;
    struct mc_flush finish;
    struct mc_head head; /* scratch of the request that is being parsed */
};
void mc_http_check_finished(struct mc_http *h);

/* ---- procnet.c: the sockets of /proc/net/tcp and tcp6, line by line ---- */
struct mc_procnet {
    char line[512];
    struct mc_str local, remote; /* "0100007F:91DD", in line */
    bool listens;
    uid_t uid;
    uint64_t inode; /* 0: nobody's */
};
bool mc_procnet_next(FILE *f, struct mc_procnet *ret);

/* ---- peer.c, both ways for tests; theirs and ours as our socket sees them ---- */
enum mc_peer_answer { MC_PEER_OWNED, MC_PEER_NOBODY, MC_PEER_CANNOT_TELL };
enum mc_peer_answer mc_peer_by_diag(const struct sockaddr *theirs, const struct sockaddr *ours, uid_t *uid);
enum mc_peer_answer mc_peer_by_proc(const struct sockaddr *theirs, const struct sockaddr *ours, uid_t *uid);

#endif
