/* The hub's own structures, shared by the files of this folder alone.
 *
 *   hub ── workspaces ── servers ── backend (shared by equal launch specs)
 *    │          └── views: what one endpoint shows (merged, or one server)
 *    ├── sessions (legacy clients) ── streams, asks, calls
 *    └── listens (modern clients' subscriptions/listen)
 *
 * One POST is an exchange; each request in it that goes to a server is a call. */
#ifndef MC_HUB_INTERNAL_H
#define MC_HUB_INTERNAL_H

#include "backend/backend.h"
#include "base/buf.h"
#include "base/fwd.h"
#include "config/config.h"
#include "http/guard.h"
#include "http/http.h"
#include "json/scan.h"
#include "loop/loop.h"
#include "mcp/envelope.h"
#include "policy/decide.h"
#include "store/trust.h"

/* Bounds. */
#define HUB_SESSIONS_MAX 16000
#define HUB_CLIENT_INFO_MAX 4096                /* bytes kept of each */
#define HUB_SESSION_IDLE_MS (24u * 3600 * 1000) /* without a request or an open stream */
#define HUB_STREAMS_MAX 32                      /* kept per session, finished ones included */
#define HUB_BROWSER_STREAMS_MAX 4               /* of them, held open by one browser */
#define HUB_STREAM_AFTER_MS 1000                /* without an answer: can be resumed from then on */
#define HUB_REPLAY_EVENTS_MAX 256               /* kept per stream for Last-Event-ID */
#define HUB_REPLAY_BYTES_MAX (1u << 20)         /* kept per stream; the oldest go first */
#define HUB_REPLAY_MS 300000                    /* a finished or deserted stream is kept so long */
#define HUB_ASKS_MAX 64                         /* servers' requests open at one session */
#define HUB_PARKED_MAX 1024   /* calls whose client was asked in an answer and has not come back */
#define HUB_PARKED_MS 600000  /* how long it may take to come back */
#define HUB_CONSENT_MS 600000 /* how long a person may take to allow a call */
#define HUB_GATHER_MS 10      /* what a server asks at once goes out in one answer */
#define HUB_TURNS_MAX 1024    /* calls that wait until a server has done with another client */
#define HUB_TURN_MS 45000     /* for so long, or their own deadline */
#define HUB_GHOSTS_MAX 64     /* calls given up lately */
#define HUB_GHOST_MS 2000     /* how long they may still ask */
#define HUB_INPUT_ROUNDS_MAX 10  /* of one call to a modern server */
#define HUB_INPUT_PACE_MS 250    /* before a round that asks nothing */
#define HUB_INPUT_MS 3600000     /* how long a legacy client may take to answer one round */
#define HUB_ELICITATIONS_MAX 256 /* url elicitations whose completion can still be passed on */
#define HUB_BATCH_MAX 100        /* messages in one batch (2025-03-26) */
#define HUB_POSTS_MAX 1024       /* at one HTTP+SSE session, with requests not answered yet */
#define HUB_LISTENS_MAX 4096
#define HUB_INSTANCES_MAX 64         /* private ones, of all servers */
#define HUB_INSTANCE_IDLE_MS 600000u /* of a modern client's, without a call */
#define HUB_URIS_MAX 256             /* resource subscriptions of one listen or session */
#define HUB_WORKSPACES_MAX 64u
#define HUB_FOUND_MAX 1024     /* resources of a view that were found by asking */
#define HUB_COLLISIONS_MAX 20  /* names on two servers that status tells of */
#define HUB_GRACE_MS 5000      /* a server that starts for the first time is waited for so long */
#define HUB_KEEPALIVE_MS 25000 /* comment on idle event streams */

struct hub;
struct workspace;
struct server;
struct view;
struct session;
struct stream;
struct exchange;
struct call;
struct listen;
struct parked;
struct input;
struct ask;
struct mc_splice;
struct consent;
struct task;
struct drive;

/* What an HTTP request's data pointer points to, once it is not answered at once. */
struct sink {
    void (*gone)(struct sink *sink); /* the client went away; the request is dead after this */
};

struct link { /* intrusive list */
    struct link *prev, *next;
};
#define link_entry(ptr, type, member) mc_container_of(ptr, type, member)
void link_init(struct link *head);
void link_add(struct link *head, struct link *l); /* at the end */
void link_del(struct link *l);
static inline bool link_empty(const struct link *head)
{
    return head->next == head;
}
#define link_each(pos, head)                                                                       \
    for (struct link *pos = (head)->next, *pos##_next = pos->next; pos != (head);                  \
         pos = pos##_next, pos##_next = pos->next)

struct hub {
    struct mc_loop *loop;
    struct mc_http *http;
    struct mc_guard *guard;
    struct mc_kv *kv;
    struct link workspaces;
    struct workspace *chosen; /* what /mcp shows */
    struct mc_map *backends;  /* key → struct mc_backend */
    struct link retired;      /* backends on their way out */
    struct mc_map *sessions;  /* id → struct session */
    struct link listens;
    struct link news_sessions, news_listens; /* broadcast.c */
    struct mc_timer broadcast;
    struct link subscriptions;
    struct link instances; /* private ones (instances.c) */
    unsigned n_instances;
    struct link exchanges;
    struct mc_timer slow; /* for those that are not answered soon (exchange.c) */
    struct link attachments;
    struct link waiting; /* calls that wait for their turn (turns.c) */
    unsigned n_waiting;
    struct mc_timer turns;
    struct ghost {
        const struct mc_backend *backend; /* compared, never followed */
        char session[33];                 /* empty: a modern client's */
        uint64_t until;
    } ghosts[HUB_GHOSTS_MAX];
    unsigned next_ghost;
    struct link parked; /* calls of modern clients that were asked something */
    unsigned n_parked;
    struct mc_seal *seal; /* of requestState */
    uint64_t next_parked;
    struct elicitation {                  /* a ring: who was asked to open a URL */
        const struct mc_backend *backend; /* compared, never followed */
        char *id;                         /* raw elicitationId */
        char session[33];
    } elicitations[HUB_ELICITATIONS_MAX];
    unsigned next_elicitation;
    uint64_t last_keepalive, last_rotation;
    uint64_t notices; /* resource notices so far */
    struct resident {
        int pid;
        long kb;
    } * resident; /* as read last (memory.c) */
    size_t n_resident;
    uint64_t last_status;
    struct mc_timer status_timer; /* coalesces status events */
    struct mc_timer tick;         /* coarse: idle sessions, old streams, keep-alives */
    struct mc_map *tasks;         /* id → struct task (tasks.h) */
    struct link task_order, early, hosted;
    struct mc_buf scratch; /* for one message; never held across a call that could use it */
    unsigned port;
    char *socket_path;
    bool ephemeral, ending;
    int lock;                   /* of the runtime directory (runtime.c) */
    bool looking, told_runtime; /* the check is under way; its failure was told */
    uint64_t started;
};

/* ---- workspaces and their servers (workspace.c, load.c) ---- */

enum server_mode { SERVER_ON, SERVER_DISABLED, SERVER_BLOCKED, SERVER_UNUSABLE };
struct server {
    struct workspace *ws;
    const struct mc_server_spec *spec;
    enum server_mode mode;
    enum mc_trust trust;
    char *reason;               /* why it is not on; NULL */
    struct mc_backend *backend; /* one reference, NULL unless on */
    struct mc_backend *next;    /* one reference: what is to take its place (replace.c); NULL */
    bool fresh;                 /* its backend is not the one that it had before its config was read again */
    char *condition;            /* why what is written is not in force; NULL */
};
struct workspace {
    struct link link;
    struct hub *hub;
    char name[48];
    char *root;
    struct mc_config *config;
    struct mc_strv env, sets; /* as given to `up` */
    struct server *servers;
    size_t n_servers;
    struct link views; /* one per endpoint that was used; they outlive a reload */
    unsigned attached;
    bool detached;
    struct mc_watch *watch; /* of its files (watch.c) */
    struct mc_strv watched;
    char digest[65];        /* of what was loaded */
    char *condition;        /* why the files are not in force as they are; NULL */
    struct mc_timer torn;   /* looks again at a file that has become empty */
    uint64_t torn_since;    /* 0: none has */
    bool loading;           /* they are being read because they have changed */
    bool look_again;        /* and have changed once more */
    uint64_t load_no;       /* of the load that is in force */
    struct link waiters; /* lists that wait for a first catalog */
};

struct workspace *workspace_find(struct hub *h,
                                 struct mc_str name); /* empty name: the chosen one; NULL */
struct workspace *workspace_by_root(struct hub *h, const char *root);
struct server *workspace_server(struct workspace *ws, struct mc_str name);
/* Loads config, trust and caches on the pool, then adds or renews the workspace. root: any path to it. done: ws, or NULL and err. Takes env and
 * sets, the KEY=VALUE of `up --set`. */
void workspace_add(struct hub *h, const char *root, struct mc_strv *env, struct mc_strv *sets,
                   bool detach,
                   void (*done)(void *arg, struct workspace *ws, const struct mc_err *err),
                   void *arg);
void strv_copy(const struct mc_strv *from, struct mc_strv *to);
/* Reads the files of a workspace again, with the environment that it was added with. done: as above; NULL too when it was taken down meanwhile. */
void workspace_renew(struct workspace *ws,
                     void (*done)(void *arg, struct workspace *ws, const struct mc_err *err),
                     void *arg);
/* Brings into force what was loaded; takes its parts. */
struct load;
void workspace_apply(struct workspace *ws, struct load *job);
void workspace_remove(struct workspace *ws);
void workspace_choose(struct hub *h, struct workspace *ws);
void sessions_of_workspace_over(struct hub *h, const char *name);
void exchanges_of_workspace_over(struct workspace *ws);
/* How long to wait yet for servers whose first catalog is on its way. */
unsigned workspace_settling_ms(
    const struct workspace *ws,
    const char *only /* a server's name, or NULL */); /* at most HUB_GRACE_MS; 0: none is awaited */

/* ---- views (view.c) ---- */

struct route {
    struct server *server;
    struct mc_catalog *catalog; /* the view's reference */
    const struct mc_item *item; /* in catalog */
    unsigned misfits;           /* enum mc_tool_misfit of its definition */
};
struct view {
    struct link link; /* in its workspace */
    struct workspace *ws;
    char *only; /* the one server that it shows; NULL: all of them */
    bool fresh;
    struct mc_map *found; /* URI that nobody lists → name of the server that had it */
    struct mc_map
        *names[MC_KIND_MAX]; /* what clients say → struct route; tools, prompts, resources */
    struct mc_catalog **held;
    size_t n_held;
    struct mc_bytes *lists[MC_KIND_MAX]; /* {"tools":[…]  without the closing brace */
    struct mc_bytes *modern_tools;       /* the modern era's own; NULL: the same */
    struct mc_strv collisions; /* what is hidden by what, for status; at most HUB_COLLISIONS_MAX */
};
/* The view of one server, or of all (NULL), made on first use; owned by the workspace. */
struct view *view_get(struct workspace *ws, const char *server);
void view_free(struct view *v);
void view_stale(struct view *v); /* built again on next use */
void views_stale(struct workspace *ws);
struct mc_str view_list(struct view *v, enum mc_kind kind, enum mc_era era);
/* By the decoded name; NULL when the view has no such tool or prompt. Valid until the view is built again. */
const struct route *view_route(struct view *v, enum mc_kind kind, struct mc_str name);
/* The server of a resource: by exact URI, by template, else the only one that has resources at all; NULL. */
struct server *view_resource(struct view *v, struct mc_str uri);
/* A resource that nobody lists was found at that backend, or is not there any more (NULL). */
void view_found(struct view *v, struct mc_str uri, const struct mc_backend *b);
/* A template or resource named by completion/complete's ref. */
struct server *view_template(struct view *v, struct mc_str uri);
/* Names that more than one server has, as sentences. */
const struct mc_strv *view_collisions(struct view *v);
/* The known name nearest to a misspelt one; NULL when none is near. Borrowed until the view is built again. */
const char *view_nearest(struct view *v, enum mc_kind kind, const char *name);
unsigned view_caps(struct view *v); /* union of enum mc_cap; servers not yet known count as able */
/* What a tool's taskSupport must say to clients of that era, in place of *at; empty: it passes. */
struct mc_str view_task_support(const struct mc_catalog *c, struct mc_str tool, enum mc_era era,
                                struct mc_str *at);
/* Appends {"id":settings,…}: the extensions that its servers have and the hub carries for that era, or nothing. */
void view_extensions(struct view *v, enum mc_era era, struct mc_buf *out);
/* Appends the JSON string of the instructions, or nothing. */
void view_instructions(struct view *v, struct mc_buf *out);
/* The servers that the view shows. */
struct server *view_server(const struct view *v, size_t i); /* NULL past the end */

/* ---- backends (registry.c) ---- */

/* Fills spec->key, from all that makes two processes of one program different. */
void registry_key(struct mc_backend_spec *spec);
struct mc_backend *
registry_get(struct hub *h, struct mc_backend_spec *spec); /* takes what spec owns; one reference */
void registry_put(
    struct hub *h,
    struct mc_backend
        *b); /* takes the reference; stops it when no server entry points to it any more */
/* Takes the reference of one that nobody uses any more, and stops it. */
void registry_retire(struct hub *h, struct mc_backend *b);
void registry_kill_all(struct hub *h);                   /* the grace is over */
void registry_gone(struct hub *h, struct mc_backend *b); /* it has stopped */

/* ---- event streams of legacy sessions (stream.c) ---- */

struct stream {
    struct sink sink;
    struct link link; /* in its session */
    struct session *session;
    unsigned no;
    bool standing;           /* opened by GET: for what belongs to no request */
    bool whole;              /* HTTP+SSE: all of the session is on it, nothing is kept */
    bool done;               /* nothing more will come */
    bool browser;            /* the client is one, and can poll */
    unsigned attached;       /* when it got its req: larger is later */
    struct mc_http_req *req; /* NULL while the client is away */
    uint64_t idle_since;
    unsigned next_seq; /* of the next event; 0 is the priming one */
    unsigned n_kept, cap_kept;
    struct kept {
        unsigned seq;
        struct mc_bytes *data;
    } * kept;
    size_t kept_bytes;
};
/* The client's request becomes the stream's output. Sends the priming event to sessions of 2025-11-25. */
/* Room for one more? The oldest that nobody listens to is dropped for it. */
bool stream_room(struct session *s);
struct stream *stream_open(struct session *s, struct mc_http_req *req, bool standing);
/* The one stream of an HTTP+SSE session, which ends with it; its first event says where to POST. */
void stream_open_whole(struct session *s, struct mc_http_req *req, struct mc_str endpoint);
void stream_write(struct stream *st, struct mc_str message);
void stream_finish(struct stream *st); /* ends the response; kept for a while for resumption */
void stream_free(struct stream *st);
/* Last-Event-ID: sends what was missed on req and goes on there. false: no such stream any more. */
bool stream_resume(struct session *s, struct mc_str last_event_id, struct mc_http_req *req);
void stream_sweep(struct session *s, uint64_t now, bool keepalive);

/* ---- sessions (session.c) ---- */

enum client_cap {
    CLIENT_ROOTS = 1 << 0,
    CLIENT_SAMPLING = 1 << 1,
    CLIENT_ELICIT_FORM = 1 << 2,
    CLIENT_ELICIT_URL = 1 << 3,
    CLIENT_SAMPLING_TOOLS = 1 << 4,
    CLIENT_TASKS = 1 << 5, /* modern: the extension */
};
unsigned client_caps(struct mc_jval caps); /* enum client_cap of a ClientCapabilities object */
/* Whoever is to be told that lists have changed (broadcast.c). */
struct news {
    struct link link; /* in the hub, while there is something */
    unsigned lists;
};
struct session {
    char id[33];
    struct hub *hub;
    struct news news;
    char *workspace; /* names, so that the session outlives a reload of its workspace */
    char *server;    /* NULL: merged */
    enum mc_rev rev;
    char who[64];
    char *client_info; /* raw JSON object of initialize; NULL: none, or too long to keep */
    char *extensions;  /* likewise, of its capabilities */
    unsigned caps;
    int level; /* index of the syslog levels, -1 before logging/setLevel */
    uint64_t last_used;
    uint64_t told; /* number of the last resource notice, so that each is sent once */
    unsigned next_stream, next_attached, next_ask;
    unsigned n_streams, n_asks;
    struct link streams, asks, calls;
    /* HTTP+SSE (httpsse.c): such a session is no Mcp-Session-Id, and no other run or replica knows it */
    struct stream *whole;
    char *messages; /* the path to POST to */
    unsigned n_posts;
};
/* NULL: there are too many. What its client can do is not known before session_initialize. */
struct session *session_new(struct hub *h, const struct view *v, const struct mc_principal *who);
void session_initialize(struct session *s, const struct mc_envelope *init);
void session_free(struct session *s); /* cancels its calls, answers its asks, forgets its record */
/* Finds it here or in the store; got(NULL) when there is none, or it is another principal's or another endpoint's. May call back at once. */
void session_find(struct hub *h, struct mc_str id, const struct mc_principal *who, struct view *v,
                  void (*got)(void *arg, struct session *s), void *arg);
void sessions_sweep(struct hub *h, bool keepalive);
void exchanges_of_session_over(struct session *s);
void session_save(struct session *s);
void session_add_caps(const struct session *s, struct mc_buf *out); /* for a modern server */
struct view *session_view(struct session *s); /* NULL when the workspace or server is gone */
/* A message that belongs to no request: on the standing stream, if there ever was one. */
void session_push(struct session *s, struct mc_str message);
bool session_listens(const struct session *s); /* is somebody there for that? */
const char *level_name(int level);
int level_index(struct mc_str quoted); /* "debug" … "emergency" → 0 … 7; -1 */

/* ---- exchanges (exchange.c) ---- */

struct exchange {
    struct sink sink;
    struct link link; /* in the hub */
    struct hub *hub;
    struct mc_http_req *req; /* NULL: the client is gone, or the response has ended */
    enum mc_era era;
    enum mc_rev rev;
    struct view *view;
    struct session *session; /* legacy */
    char who[64];
    unsigned caps;         /* enum client_cap of the asking client */
    int level;             /* modern: _meta logLevel, -1: no log messages */
    struct stream *stream; /* legacy, once it is an event stream */
    bool sse;
    bool batch;
    bool workspace_gone;
    bool feeding;          /* more messages of this POST are to come: do not end it yet */
    uint64_t since;        /* loop ms: all of them had come */
    unsigned open;         /* requests not answered yet */
    struct mc_buf answers; /* batch: the array so far */
    struct link calls, waiters;
    char headers[80]; /* extra ones of a single JSON answer: Mcp-Session-Id */
};
/* req may be NULL: the answers go elsewhere. */
struct exchange *exchange_new(struct hub *h, struct mc_http_req *req, struct view *v,
                              const struct mc_principal *who);
/* One request's answer; the exchange is freed with the last one. status applies when it is the only answer and goes out as JSON (0: 200). */
void exchange_answer(struct exchange *x, struct mc_str message, int status);
void exchange_error(struct exchange *x, struct mc_str id, int code, const char *message,
                    struct mc_str data, int status);
/* One request will have no answer (cancelled). */
void exchange_drop(struct exchange *x);
/* Something that precedes the answer: makes the response an event stream. */
void exchange_event(struct exchange *x, struct mc_str message);
/* Takes a call out of its exchange, which goes on without it: to nobody, for the same caller. Returns the exchange that it was in. */
struct exchange *exchange_park(struct call *c);
/* Cancels what is open and ends the response. */
void exchange_abandon(struct exchange *x);
void waiters_of_exchange_drop(struct exchange *x);
void exchange_fed(
    struct exchange *x); /* all messages of the POST were handed on: ends it when nothing is open */

/* ---- calls to servers (dispatch.c, call.c, bridge.c) ---- */

struct call {
    struct mc_call base;
    struct link in_exchange, in_session;
    struct exchange *x;         /* never NULL while the call lives */
    struct mc_backend *backend; /* one reference */
    struct mc_catalog *catalog; /* keeps `original` alive */
    struct mc_bytes *message;   /* the client's bytes, until it is answered */
    struct mc_envelope e;       /* spans into message */
    struct mc_str original;     /* the server's own name, raw JSON string; empty: unchanged */
    double progress;            /* high-water mark */
    uint64_t start_us;
    /* resources/read that is probing: servers not asked yet */
    size_t next_probe; /* index of the next server in the view */
    bool probing;
    bool wrapped; /* a legacy client was told of an object around its tool's structured output */
    struct link waiting; /* for its turn */
    uint64_t turn_due;
    struct mc_deciding deciding;
    struct mc_buf subject;   /* for its facts, if it had to be decoded */
    bool begun;              /* the start event is out */
    struct consent *consent; /* its client is asked whether it may be made (consent.c); NULL */
    struct parked *parked;   /* its modern client was asked something (parked.c); NULL */
    struct input *input;     /* its legacy client was asked for a modern server (input.c); NULL */
    struct task *task;   /* what a tasks/… is about, or the answer has begun (tasks.h); NULL */
    struct drive *drive; /* the hub drives its task (drive.c); NULL */
    unsigned tasking;    /* enum tasking */
    bool declares_tasks; /* to a modern server, where the client does not: the hub drives them */
    unsigned lacks; /* enum client_cap: what the server asked for and the request did not declare */
    void (*on_result)(struct call *c,
                      const struct mc_envelope *e); /* before it is delivered; may be NULL */
};
/* Handles one request of an exchange, whoever answers it. message is kept by reference when it travels on. */
void dispatch_request(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e);
/* The same without counting it; false when it should wait for servers that are starting and `last` does not forbid that. */
bool dispatch_settled(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e,
                      bool last);
/* A call to that server, not sent yet. original: the server's own name for e's MC_F_NAME, raw, in catalog; empty: as it is. */
struct call *call_prepare(struct exchange *x, struct server *srv, struct mc_catalog *catalog,
                          struct mc_str original, struct mc_bytes *message,
                          const struct mc_envelope *e);
struct call *call_prepare_at(struct exchange *x, struct mc_backend *b, struct mc_bytes *message,
                             const struct mc_envelope *e);
/* A resources/read that nobody listed: to the next server that has resources; false: all were asked. */
bool dispatch_probe(struct call *c);
void dispatch_not_found(struct exchange *x, const struct mc_envelope *e);
void call_dispatch(struct call *c); /* through the policy */
void call_cancel(struct call *c,
                 const char *reason); /* at the server too; no answer to the client */
void call_send(struct call *c);       /* to its backend, now */
void call_answered(struct call *c,
                   const struct mc_envelope *e); /* the server's answer, and the end of the call */
void call_failed(struct call *c, const struct mc_err *err);
/* With an answer that the hub has written. */
void call_finish(struct call *c, struct mc_str message, bool failed);
void call_denied(struct call *c, const char *why);
void call_lacking(struct call *c, unsigned caps,
                  const char *why); /* a modern client's, which declares too little */
/* May its server ask the client during this call? */
static inline bool call_may_ask(const struct call *c)
{
    return c->e.method == MC_METHOD_TOOLS_CALL || c->e.method == MC_METHOD_PROMPTS_GET ||
           c->e.method == MC_METHOD_RESOURCES_READ;
}
/* May a request of its server that does not say so be its? A task's requests do. */
static inline bool call_may_have_asked(const struct call *c)
{
    return !c->drive && call_may_ask(c);
}
/* An answer of the hub's own to what cannot be forwarded; c is gone. */
void call_refuse(struct call *c, int code, const char *why);
void call_progress(struct call *c, const struct mc_envelope *e); /* the server's, to its client */
struct call *call_of(struct mc_call *base); /* NULL when it is not a caller's */

int bridge_request(const struct call *c, uint64_t id, enum mc_rev to, struct mc_buf *out,
                   struct mc_err *err);
int bridge_answer(const struct call *c, const struct mc_envelope *e, struct mc_buf *out);
/* A retry as it goes to the server: what it has for the hub gives way to what the request had there at first. */
struct mc_bytes *bridge_retry(const struct mc_envelope *first, const struct mc_envelope *retry);
/* What a modern server needs in the _meta of each request that is made for this call's client; a comma first where there is something before. */
void bridge_modern_members(const struct call *c, struct mc_buf *out);
/* Puts into sp what the client's revision has otherwise (fit.c). text: for what sp will borrow. */
void fit_result(const struct call *c, const struct mc_envelope *e, struct mc_splice *sp,
                struct mc_buf *text);
/* Why the client of this call is not to see a result of that type; NULL when it may. */
const char *fit_type(const struct call *c, const struct mc_envelope *e);
/* The suffix that a result of the hub's own gets in this era: ,"resultType":…}  or  }. cacheable: with ttlMs and cacheScope. */
void bridge_close_result(enum mc_era era, bool cacheable, struct mc_buf *out);
/* That of one which asks for input. */
void bridge_close_interim(struct mc_buf *out);

/* ---- methods that the hub answers itself (answers.c, subscribe.c) ---- */

void answer_initialize(struct exchange *x, const struct mc_envelope *e); /* makes the session */
void answer_discover(struct exchange *x, const struct mc_envelope *e);
bool answer_list(struct exchange *x, const struct mc_envelope *e, enum mc_kind kind, bool last);
void answer_set_level(struct exchange *x, const struct mc_envelope *e);

/* Requests that wait until servers that start for the first time have said what they offer, or until `watch` knows which resources are watched; at most
 * HUB_GRACE_MS (waiters.c). */
void waiter_add(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e,
                unsigned ms, struct mc_backend *watch);
void waiters_check(struct workspace *ws);
bool waiter_has(const struct session *s,
                struct mc_str id); /* does this request of the session wait there? */
void waiter_cancel(struct session *s, struct mc_str id); /* no answer to the client */

/* ---- HTTP (endpoint.c, routes.c, api.c, attach.c, status.c) ---- */

extern const struct mc_http_ops hub_http_ops;
struct endpoint_request {
    struct mc_http_req *req;
    struct mc_principal who;
    struct view *view;
};
void endpoint_post(struct hub *h, const struct endpoint_request *r);
void endpoint_get(struct hub *h, const struct endpoint_request *r);
void endpoint_delete(struct hub *h, const struct endpoint_request *r);
/* A message, or the messages of a batch, of a legacy client whose session x has. */
void endpoint_message(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e);
void endpoint_batch(struct exchange *x, struct mc_bytes *message);
/* The transport of 2024-11-05 (httpsse.c): the stream, and the POSTs that belong to it. */
void httpsse_get(struct hub *h, const struct endpoint_request *r);
void httpsse_post(struct hub *h, const struct endpoint_request *r);
void http_error(struct mc_http_req *req, int status, int code,
                const char *message); /* JSON-RPC error without an id */
void http_not_allowed(struct mc_http_req *req, const char *allowed,
                      const char *message); /* 405, with what is allowed instead */
void api_request(struct hub *h, struct mc_http_req *req);
void api_error(struct mc_http_req *req, int status, const struct mc_err *err);
void attach_begin(struct hub *h, struct mc_http_req *req);
void attach_logs(struct hub *h, struct mc_http_req *req);
void attach_changed(struct hub *h); /* something in the status is new: events follow, coalesced */
void attach_line(struct hub *h, struct mc_backend *b, const char *line);
void attach_workspace_gone(struct workspace *ws);
/* Reads what the hub and its servers have in memory, then calls back; until the next time that is what memory_kb() says (0: unknown). */
void memory_read(struct hub *h, void (*done)(void *arg), void *arg);
long memory_kb(const struct hub *h, int pid);
char *status_text(struct hub *h);                  /* whole, caller frees */
char *status_workspace_text(struct workspace *ws); /* with "hub" beside */
char *status_server_text(struct server *srv);
void hub_init(struct hub *h); /* everything that needs no address */
void hub_done(struct hub *h); /* after its HTTP server was closed */
/* The lock of the one hub that a user has. */
int runtime_lock(int *ret_fd, struct mc_err *err);
void runtime_check(struct hub *h); /* is the socket still there? */
void hub_end(struct hub *h);       /* stops the servers, then the loop */
void hub_check_end(struct hub *h); /* a backend is gone: was it the last one we waited for? */

/* ---- accounting (events.c) ---- */

struct call_event {
    bool end;
    const char *principal, *workspace, *server, *method;
    struct mc_str subject;
    bool failed;
    uint64_t us; /* at the end: how long */
};
void call_event(const struct call_event *ev);

#endif
