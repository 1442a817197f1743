/* The body of a backend, shared by the files of this folder alone. */
#ifndef MC_BACKEND_INTERNAL_H
#define MC_BACKEND_INTERNAL_H

#include "backend/backend.h"
#include "loop/child.h"
#include "loop/loop.h"
#include "mcp/envelope.h"
#include "mcp/frame.h"

struct mc_rotlog;

struct call_slot {
    struct mc_call *call; /* NULL: free */
    uint32_t gen;         /* so that an id is not used again soon */
    int32_t next_free;    /* -1: end */
};

struct stderr_ring {
    struct mc_said line[MC_BACKEND_STDERR_LINES];
    unsigned first, n;
    char part[MC_BACKEND_STDERR_LINE_MAX];
    size_t part_len;
};

/* Walks all pages of the lists that are due, one request at a time. */
struct listing {
    struct mc_call call;
    struct mc_timer soon; /* list_changed notices come in bursts */
    unsigned due;         /* kinds to be read */
    unsigned told;        /* of these, the ones that the server announced */
    unsigned owed;        /* announced, and not passed on yet */
    struct mc_timer late; /* reading takes its time: they are passed on without */
    bool running;
    enum mc_kind kind;
    unsigned pages;
    struct mc_buf items;     /* "[item,item" of the kind being read */
    char *cursor;            /* raw JSON string of the next page, or NULL */
    struct mc_catalog *next; /* being built */
    unsigned changed, announce;
};

/* subscriptions/listen at a modern server. */
struct watch {
    struct mc_call call;
    struct mc_backend *backend;
};
struct listening {
    struct watch watch[2]; /* one that is acknowledged, and one that is to take its place */
    struct watch *current; /* the acknowledged one; NULL */
    struct mc_strv wanted; /* resources */
    struct mc_strv tasks;  /* raw ids */
    bool stale;            /* wanted has changed since the newest was opened */
    bool relist;           /* something may have been missed */
    bool refused;          /* the server has no such method */
    unsigned failures;
    uint64_t since; /* loop ms of the acknowledgement */
    struct mc_timer pause;
};

struct mc_backend {
    unsigned refs;
    struct mc_loop *loop;
    const struct mc_backend_ops *ops;
    void *arg;

    char *name;
    char key[65];
    struct mc_launch launch;
    char *log_path;
    int protocol;
    unsigned start_ms, call_ms;
    unsigned idle_ms;   /* 0: never stopped for that */
    unsigned max_calls; /* callers' calls at the server at a time; 0: any number */
    int restart;        /* enum mc_restart */
    int isolation;
    bool asks;                 /* it was seen to ask clients */
    bool lists_only;           /* it stops when its lists have been read */
    struct mc_backend *origin; /* whose private instance it is; one reference, NULL */
    char *capabilities;        /* raw, of its one client; NULL: the hub's */
    int log_level;             /* that this process was told, see log_told */
    bool log_told;

    enum mc_backend_state state;
    char reason[MC_ERR_MSG_MAX];
    char last_error[MC_ERR_MSG_MAX];
    struct mc_timer timer; /* belongs to the state: set_state stops it */
    bool retired;          /* never to be started again */
    bool restart_wanted;   /* start again when the stop is complete */
    struct mc_timer drain; /* looks whether it has finished its calls */
    uint64_t drain_until;  /* 0: it is not to be drained */
    bool skip_probe;       /* the era is known, or the probe upset the server */
    bool known_modern; /* it has answered server/discover: silence is no reason for initialize */
    bool heard;        /* something came on stdout since the spawn */
    bool got_catalog;  /* the lists of this run have been read once */
    unsigned failures; /* runs in a row that ended early */
    unsigned restarts;
    uint64_t started_at; /* loop ms, of the process */
    uint64_t
        trying_since; /* loop ms: asked to start when nothing was under way; retries go on from there */

    struct mc_child *child;
    struct mc_frame frame;
    uint64_t rubbish; /* lines on stdout that were no messages */
    struct stderr_ring ring;
    struct mc_rotlog *log;

    enum mc_rev rev;
    struct mc_catalog *catalog;
    struct mc_call probe, init;
    struct listing listing;
    struct listening listening;

    struct call_slot *slots;
    size_t n_slots;
    int32_t free_slot;
    unsigned in_flight; /* slots in use */
    unsigned working;   /* of these, callers' */
    struct mc_timer
        room; /* one of them is over: the queue goes on, not inside of its callback */
    struct mc_timer idle; /* runs while READY, with an idle_ms */
    uint64_t used_at;     /* loop ms */
    unsigned endless;   /* of these, without a deadline */
    struct mc_call *queue_head, *queue_tail;
    unsigned queued;
    struct mc_timer sweep; /* deadlines; runs only while there are calls */
};

/* backend.c */
void backend_set_state(struct mc_backend *b, enum mc_backend_state to, const char *why);
void backend_note_error(struct mc_backend *b, const char *fmt, ...) MC_PRINTF(2, 3);
/* The process is of no use: kill it and try again later, or give up. */
void backend_drained(struct mc_backend *b); /* its last call is over */
void backend_start_failed(struct mc_backend *b, const char *why, bool final);

/* handshake.c */
void handshake_begin(struct mc_backend *b);
void handshake_on_silence(struct mc_backend *b); /* the state's timer fired */
void handshake_abandon(struct mc_backend *b);    /* the process is gone */
/* Appends the "_meta" member that a modern server wants with each of the hub's own requests. */
void handshake_modern_meta(struct mc_buf *out);
/* The same, and the hub knows tasks. */
void handshake_tasks_meta(struct mc_buf *out);

/* listing.c */
void listing_begin(struct mc_backend *b, unsigned kinds, bool told); /* coalesced */
void listing_abandon(struct mc_backend *b);

/* listen.c */
void listen_start(struct mc_backend *b);
void listen_abandon(struct mc_backend *b);
void listen_acknowledged(struct mc_backend *b, struct mc_str raw_id);
bool listen_cancelled(struct mc_backend *b,
                      struct mc_str raw_id); /* by the server; false: it is no listen */
bool listen_is_old(struct mc_backend *b,
                   struct mc_str raw_id); /* a notice of one that another has replaced */

/* calls.c */
int calls_send(struct mc_backend *b, struct mc_call *call,
               struct mc_err *err); /* now, whatever the state */
bool calls_idle(const struct mc_backend *b); /* none in flight or waiting, but for those that never end */
void calls_flush_queue(struct mc_backend *b);
void calls_fail_sent(struct mc_backend *b, const struct mc_err *err);
void calls_fail_queue(struct mc_backend *b, const struct mc_err *err);
struct mc_call *calls_find(struct mc_backend *b,
                           struct mc_str raw_id);               /* NULL: nobody waits for that */
void calls_renew(struct mc_backend *b, struct mc_call *call);   /* its deadline, from now */
void calls_endless(struct mc_backend *b, struct mc_call *call); /* a sent one */
void calls_release(struct mc_backend *b, struct mc_call *call);
void calls_done(struct mc_backend *b);

/* idle.c */
void idle_begin(struct mc_backend *b); /* it is READY */
void idle_end(struct mc_backend *b);

/* incoming.c */
void incoming_bytes(struct mc_backend *b, const char *p, size_t n);
void incoming_stderr(struct mc_backend *b, const char *p, size_t n);
void incoming_stderr_done(struct mc_backend *b);

#endif
