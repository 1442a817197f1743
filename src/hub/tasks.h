/* Tasks: long work at a server that outlives the call which began it (2025-11-25 basic/utilities/tasks; the extension io.modelcontextprotocol/tasks
 * of 2026-07-28). Between a client and a server of the same design they are relayed under an id of the hub's own. Where the two differ, or the client
 * knows no tasks, the hub drives the server's task itself and the client has a plain call.
 *
 *     tools/call ──▶ taskcall.c ──▶ server ──▶ a task ──┬─ same design: tasks.c knows it, tasks/… are relayed (taskcall.c)
 *                                                       └─ else: drive.c polls it until it is over */
#ifndef MC_HUB_TASKS_H
#define MC_HUB_TASKS_H

#include "hub/asking.h"
#include "mcp/tasks.h"

/* Bounds. */
#define HUB_TASKS_MAX 4096                   /* known at a time, of all clients */
#define HUB_TASKS_OWNER_MAX 512              /* of one session, or of one modern caller */
#define HUB_TASK_KEEP_MS (24u * 3600 * 1000) /* without a use, where the server set no ttl */
#define HUB_TASK_SLACK_MS 60000    /* after the ttl: the server itself says that it is over */
#define HUB_TASK_HELD_MAX 16       /* a task's requests that wait for its client's tasks/result */
#define HUB_TASK_RESULT_MS 3600000 /* tasks/result blocks; times MC_BACKEND_CALL_HARD */
#define HUB_TASK_DRIVE_MS 3600000  /* how long the hub drives one task */
#define HUB_TASK_POLL_MS 1000      /* where the server says nothing about it */
#define HUB_TASK_POLL_MIN_MS 100
#define HUB_TASK_POLL_MAX_MS 30000
#define HUB_TASK_TELL_MS 15000  /* a driven task's client hears of it at least so often */
#define HUB_TASK_KEYS_MAX 256   /* questions of one driven task */
#define HUB_TASK_EARLY_MS 30000 /* a request may come so long before the task that it names */
#define HUB_TASK_TEXT_MAX 16384 /* bytes of a Task object for tasks/list */
#define HUB_HOSTED_MAX 256      /* tasks of servers, of all of them */
#define HUB_HOSTED_MS 3600000   /* how long one is kept at most */
#define HUB_HOSTED_POLL_MS 500
#define HUB_HOSTED_WAITING_MAX 16 /* tasks/result of one */
#define HUB_TASK_LIST_MS 5000 /* for the states in tasks/list; after that, what was known before */

struct task {
    unsigned refs;
    struct link link;           /* in the hub, oldest first */
    struct hub *hub;            /* NULL: forgotten, only held by calls that are ending */
    char id[33];                /* towards the client: unguessable */
    char raw[35];               /* the same as a JSON string */
    struct mc_backend *backend; /* one reference */
    enum mc_era design;
    char *server_id; /* raw */
    /* whose it is; nobody's when the hub drives it */
    char who[64];
    char *workspace, *only; /* the endpoint */
    char session[33];       /* legacy: to whom the server's messages go */
    struct call *driver;    /* the call that the hub drives it for; NULL */
    uint64_t wire_token;    /* the progress token that the server knows; 0: none */
    char *token;            /* raw, the client's */
    enum mc_task_status status;
    uint64_t expires;
    uint64_t ttl;     /* as the server gave it */
    bool kept;        /* without a ttl: each use makes it last longer */
    char *text;       /* what tasks/list shows: the last Task object, raw, with the server's id */
    struct link held; /* the server's requests that wait for the client's tasks/result */
    struct link watches; /* who listens to it (tasklisten.c) */
};

/* ---- the table (tasks.c) ---- */

void tasks_init(struct hub *h);
void tasks_done(struct hub *h);
void tasks_sweep(struct hub *h); /* forgets those whose time is over */
/* Its process is gone: what it knew by these ids, another one does not. */
void tasks_of_backend_over(struct hub *h, struct mc_backend *b);
bool tasks_at(const struct hub *h, const struct mc_backend *b); /* does it have any? */

/* What the server has begun in answer to c. driven: by the hub. NULL: there is no room. */
struct task *task_new(struct call *c, const struct mc_task_info *info, struct mc_str text,
                      bool driven);
struct task *task_ref(struct task *t);
void task_unref(struct task *t);
void task_forget(struct task *t); /* its id means nothing any more */
/* By the id that a client sent: its own tasks alone; NULL. */
struct task *task_find(const struct exchange *x, struct mc_str id);
struct task *task_of_server(struct hub *h, const struct mc_backend *b, struct mc_str server_id);
struct task *task_of_token(struct hub *h, const struct mc_backend *b, struct mc_str token);
/* Its state, as the server has just told it. text: the Task object. */
void task_note(struct task *t, const struct mc_task_info *info, struct mc_str text);
/* Is it listed to this session? */
bool task_listed(const struct task *t, const struct session *s);
/* Tells the server that nobody wants it any more; c says for whom it was. */
void task_cancel_at_server(const struct call *c, struct mc_str server_id);
struct call *task_waiter(const struct task *t); /* the client's tasks/result in flight; NULL */

/* ---- calls (taskcall.c) ---- */

enum tasking {
    TASKING_NONE,
    TASKING_RELAY, /* the client wants a task, and the server makes one */
    TASKING_DROP, /* the server must not hear of params.task, for its client could do nothing with one */
    TASKING_DRIVE, /* the hub asks the server for a task, because the tool demands one */
};
/* A tools/call on its way. False: it was refused, c is gone. */
bool task_prepare(struct call *c, const struct route *r);
/* tasks/get, result, list, cancel, update. */
void task_request(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e);
void task_compose(const struct call *c, struct mc_splice *sp);
/* The answer to a call that may begin a task. True: the call goes on, or has failed. */
bool task_begins(struct call *c, const struct mc_envelope *e);
/* Does the server say that it knows no such task? */
bool task_unknown(const struct mc_envelope *e);
void task_answer(const struct call *c, const struct mc_envelope *e, struct mc_splice *sp);
/* A call that is cancelled while the server may be making a task of it. True: the server will be told by tasks/cancel. */
bool task_abandon(struct call *c);
/* {"requiredCapabilities":…} of the extension. */
#define TASK_REQUIRED                                                                              \
    MC_STR("{\"requiredCapabilities\":{\"extensions\":{\"" MC_TASKS_EXTENSION "\":{}}}}")

/* ---- tasks/list (tasklist.c) ---- */

void task_list(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e);
int task_list_compose(const struct call *c, uint64_t id, struct mc_buf *out);
void task_list_answered(struct call *c, const struct mc_envelope *e);
void task_list_failed(struct call *c);

/* ---- what servers say about tasks (tasktell.c) ---- */

/* A server's own request that names its task. False: it names none that is known. */
bool task_asks(struct hub *h, struct mc_backend *b, const struct mc_envelope *e);
void task_relate(const struct task *t, struct mc_str meta,
                 struct mc_splice *sp); /* t may be NULL */
void task_release(struct task *t);      /* what was held goes to the call that waits for the task */
void task_held_free(struct task *t, const char *why);
void task_withdrawn(struct hub *h, struct mc_backend *b, struct mc_str request_id);
void task_claim(struct task *t); /* what came before the task was known */
/* What was never claimed; `over`: of that backend, NULL: that has waited too long. */
void tasks_early_sweep(struct hub *h, const struct mc_backend *over);
/* notifications/tasks/status, notifications/tasks, and progress of what is no call any more. */
void task_notice(struct hub *h, struct mc_backend *b, const struct mc_envelope *e);

/* ---- subscriptions/listen with taskIds (tasklisten.c) ---- */

/* Appends "taskIds":[…] of those that are the caller's, and passes on what is told of them from now on. */
void task_listen(struct listen *l, const struct exchange *x, struct mc_jval ids,
                 struct mc_buf *honoured);
/* Have the servers acknowledged that they tell of them? */
bool task_listen_settled(const struct listen *l);
void task_listen_over(struct listen *l);
void task_listeners_over(struct task *t);
void task_tell_listeners(struct task *t, const struct mc_envelope *e);

/* ---- tasks that the hub hosts for servers (hosted.c) ---- */

/* A server's request that wants a task; ask: how the client is asked plainly. False: it wants none. */
bool hosted_begin(struct hub *h, struct mc_backend *b, const struct mc_envelope *e,
                  void (*ask)(struct hub *h, struct mc_backend *b, const struct mc_envelope *e));
void hosted_request(struct hub *h, struct mc_backend *b, const struct mc_envelope *e); /* tasks/… */
bool hosted_names(const char *server_id); /* does the raw id of a request name one? */
void hosted_sweep(struct hub *h);
void hosted_of_backend_over(struct hub *h, const struct mc_backend *b);

/* ---- tasks that the hub drives (drive.c) ---- */

void drive_begin(struct call *c, const struct mc_task_info *info, struct mc_str text);
int drive_compose(const struct call *c, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                  struct mc_err *err);
void drive_answered(struct call *c, const struct mc_envelope *e);
void drive_told(struct call *c, const struct mc_task_info *info); /* notifications/tasks/status */
void drive_input(struct call *c, struct mc_str responses); /* {"key":result,…} of its client */
void drive_free(struct call *c);                           /* cancels the task unless it is over */

#endif
