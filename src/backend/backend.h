/* One running connection to a server: its process, its state, its catalog, its calls.
 *
 * Counted; everything happens on the loop's thread. Callbacks (struct mc_backend_ops) may call back into the backend, but never drop its last reference. */
#ifndef MC_BACKEND_BACKEND_H
#define MC_BACKEND_BACKEND_H

#include "backend/call.h"
#include "backend/catalog.h"
#include "base/fwd.h"
#include "config/resolve.h"

struct mc_backend;
struct mc_loop;

/* Bounds. */
#define MC_BACKEND_LINE_MAX (64u << 20) /* one message from a server */
#define MC_BACKEND_CALLS_MAX 4096       /* in flight at one server */
#define MC_BACKEND_QUEUE_MAX 1024       /* waiting for it to start */
#define MC_BACKEND_STDERR_LINES 40      /* kept for status */
#define MC_BACKEND_STDERR_LINE_MAX 400  /* bytes of each */
#define MC_BACKEND_LOG_MAX (1u << 20)   /* stderr log file before it is rotated */
#define MC_BACKEND_PAGES_MAX 200        /* of one list */
#define MC_BACKEND_START_MS 60000       /* from spawn to the answer to initialize */
#define MC_BACKEND_PROBE_MS 2500        /* server/discover alone; then initialize is sent as well */
#define MC_BACKEND_MUTE_MS 30000        /* no byte since the probe: started again without it */
#define MC_BACKEND_CALL_MS 300000       /* default deadline of a call, renewed by progress */
#define MC_BACKEND_CALL_HARD 12         /* times that, whatever the progress */
#define MC_BACKEND_RETRIES_MAX 5        /* runs in a row that ended early, before FAILED */
#define MC_BACKEND_DRAIN_MS 60000       /* a replaced one may finish its calls for so long */
#define MC_BACKEND_STABLE_MS 30000      /* a run of that length was none of those */
#define MC_BACKEND_BACKOFF_MS                                                                      \
    400 /* first pause, doubled each time, plus up to half of it at random */

enum mc_backend_state {
    MC_BACKEND_STOPPED,   /* no process; starts on first use */
    MC_BACKEND_STARTING,  /* process is there, its era is being found out */
    MC_BACKEND_HANDSHAKE, /* initialize was answered; lists are being read for the first time */
    MC_BACKEND_READY,
    MC_BACKEND_DRAINING, /* replaced: finishes its calls, takes no new ones */
    MC_BACKEND_STOPPING, /* on the stop ladder */
    MC_BACKEND_BACKOFF,  /* waiting before the next start */
    MC_BACKEND_BLOCKED,  /* trust, authentication or policy forbid it */
    MC_BACKEND_FAILED,   /* gave up; the next use or `start` tries again */
    MC_BACKEND_STATE_MAX
};
const char *mc_backend_state_name(enum mc_backend_state s);

struct mc_backend_ops {
    void (*on_state)(void *arg, struct mc_backend *b);
    /* mask of kinds (1 << mc_kind). `told`: the server itself announced it (pass on even if equal), else only real differences are in the mask. */
    void (*on_catalog)(void *arg, struct mc_backend *b, unsigned mask, bool told);
    void (*on_notification)(void *arg, struct mc_backend *b, const struct mc_envelope *e);
    /* The server's own request: sampling, elicitation, roots. Answer with mc_backend_reply, now or later. */
    void (*on_request)(void *arg, struct mc_backend *b, const struct mc_envelope *e);
    void (*on_stderr)(void *arg, struct mc_backend *b, const char *line);
    void (*on_watching)(void *arg,
                        struct mc_backend *b); /* mc_backend_watching() has become true */
};

struct mc_backend_spec {
    const char *name;          /* for logs and messages; copied */
    char key[65];              /* whoever has the same one may share the process */
    struct mc_launch launch;   /* taken */
    int protocol;              /* enum mc_protocol_pref */
    unsigned start_ms;         /* 0: default */
    unsigned call_ms;          /* 0: default */
    unsigned idle_ms;          /* not used for so long: stopped; 0: never */
    unsigned max_calls;        /* at the server at a time, others wait; 0: no limit */
    int restart;               /* enum mc_restart */
    int isolation;             /* enum mc_isolation */
    bool lists_only;           /* it is started for its lists alone, and stops when they are read */
    const char *log_path;      /* stderr log; copied; NULL: none */
    struct mc_catalog *cached; /* from disk, or NULL; taken */
};

/* Takes spec->launch and spec->cached. One reference. */
struct mc_backend *mc_backend_new(struct mc_loop *l, struct mc_backend_spec *spec,
                                  const struct mc_backend_ops *ops, void *arg);
struct mc_backend *mc_backend_ref(struct mc_backend *b);
void mc_backend_unref(struct mc_backend *b); /* the last one kills a process that still runs */

/* Another process of the same launch, for one client alone (private.c). capabilities: raw object, what that client can do; NULL: what the hub can carry.
 * One reference. */
struct mc_backend *mc_backend_private(struct mc_backend *of, const char *capabilities);
struct mc_backend *mc_backend_origin(const struct mc_backend *b); /* NULL unless it is private */
/* Its catalog is c from now on, without having read it itself. The kinds whose lists differ. */
unsigned mc_backend_adopt(struct mc_backend *b, struct mc_catalog *c);

void mc_backend_start(struct mc_backend *b); /* no-op when it runs or is starting */
void mc_backend_stop(struct mc_backend *b);  /* the ladder; calls in flight fail */
/* It is replaced: lets the calls finish that it has, those that wait for it to start included, at most MC_BACKEND_DRAIN_MS; then stops it for good. */
void mc_backend_retire(struct mc_backend *b);
void mc_backend_restart(struct mc_backend *b);
/* Kills at once, without callbacks; for the end of the hub after its grace. */
void mc_backend_kill(struct mc_backend *b);

/* Starts the server when necessary, queues until it is ready, sends. Errors come through on_failed, never from inside this function... except that
 * the return value is -MC_E_* (and err filled, call untouched) when it cannot be taken at all. */
int mc_backend_call(struct mc_backend *b, struct mc_call *call, struct mc_err *err) MC_CHECK;
/* Takes a call back: no callback follows. A sent one is cancelled at the server (notifications/cancelled) when `cancel`. */
void mc_backend_forget(struct mc_call *call, bool cancel, const char *reason);
/* The answer to a sent call goes to another one: which has its ops, and nothing else yet. */
void mc_backend_replace(struct mc_call *call, struct mc_call *by);
/* Every call of a caller that was sent and not answered; that waits until the server is ready. */
void mc_backend_each_call(const struct mc_backend *b, void (*fn)(void *arg, struct mc_call *call),
                          void *arg);
void mc_backend_each_queued(const struct mc_backend *b, void (*fn)(void *arg, struct mc_call *call),
                            void *arg);

/* The resources whose updates somebody wants, sorted, each once; kept over restarts. For modern servers: a legacy one is told by resources/subscribe. */
void mc_backend_watch(struct mc_backend *b, const struct mc_strv *uris);
/* Does the server know of them? True as well where there is nothing to wait for: it is a legacy one, it cannot, it does not run. */
bool mc_backend_watching(const struct mc_backend *b);

/* The same for tasks (raw ids, sorted) of the extension io.modelcontextprotocol/tasks. */
void mc_backend_watch_tasks(struct mc_backend *b, const struct mc_strv *ids);

/* One message (answer or notification) to the server, without line end. Dropped with a log line when there is no process. */
void mc_backend_send(struct mc_backend *b, struct mc_str message);

void *mc_backend_arg(const struct mc_backend *b); /* what it was made with */
const char *mc_backend_name(const struct mc_backend *b);
const char *mc_backend_key(const struct mc_backend *b);
const char *mc_backend_digest(const struct mc_backend *b); /* of its launch */
enum mc_backend_state mc_backend_state(const struct mc_backend *b);
/* Why it is in that state (FAILED, BACKOFF), "" otherwise. Borrowed. */
const char *mc_backend_reason(const struct mc_backend *b);
const char *mc_backend_last_error(const struct mc_backend *b); /* "" when none */
/* Never NULL once it was READY or a cached one was given. Borrowed. */
struct mc_catalog *mc_backend_catalog(const struct mc_backend *b);
enum mc_rev
mc_backend_rev(const struct mc_backend *b); /* of the running connection, MC_REV_NONE before */
int mc_backend_isolation(const struct mc_backend *b); /* enum mc_isolation */
unsigned mc_backend_call_ms(const struct mc_backend *b);
bool mc_backend_note_asks(struct mc_backend *b);  /* is that news? */
bool mc_backend_asks(const struct mc_backend *b); /* was it ever seen to ask clients for input? */
/* The level that the running legacy server was told with logging/setLevel; -1: none yet. */
int mc_backend_log_level(const struct mc_backend *b);
void mc_backend_note_log_level(struct mc_backend *b, int level);
bool mc_backend_idle(const struct mc_backend *b);      /* nobody's call is open at it */
int mc_backend_pid(const struct mc_backend *b);        /* 0: none */
unsigned mc_backend_calls(const struct mc_backend *b); /* callers' calls at the server */
unsigned
mc_backend_queued(const struct mc_backend *b); /* that wait: for its start, or for maxConcurrency */
unsigned mc_backend_restarts(const struct mc_backend *b);
uint64_t mc_backend_uptime_ms(const struct mc_backend *b);
uint64_t mc_backend_trying_ms(
    const struct mc_backend *b); /* since it was asked to start; retries included */
/* The i-th of the kept stderr lines, oldest first; NULL past the end. Borrowed. */
const char *mc_backend_stderr(const struct mc_backend *b, size_t i);
struct mc_said {
    char *line;
    uint64_t order_us; /* monotonic: to bring the lines of several servers in order */
    uint64_t wall_ms;
};
const struct mc_said *mc_backend_said(const struct mc_backend *b,
                                      size_t i); /* the same with its time */

#endif
