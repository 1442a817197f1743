/* Questions to clients: of servers during their calls, and the hub's own. Who is asked, in which words, and what becomes of the call meanwhile. */
#ifndef MC_HUB_ASKING_H
#define MC_HUB_ASKING_H

#include "hub/internal.h"

/* ---- requests to legacy clients (ask.c) ---- */

struct ask {          /* a server's request that waits for a client's answer */
    struct link link; /* in its session */
    struct session *session;
    struct call *call; /* the call that caused it; NULL when that ended meanwhile */
    struct task *task; /* that it names, with one reference; NULL */
    struct mc_backend *backend;
    unsigned no;
    bool consent;    /* the hub's own: may the call be made? */
    char *server_id; /* raw id of the server's request; NULL with key and consent */
    char *
        key; /* raw, in inputRequests: a modern server has asked in a result, the answer is for input.c */
    char *token; /* raw progress token that the server gave, or NULL */
};
void ask_from_server(struct hub *h, struct mc_backend *b, const struct mc_envelope *e);
/* A request that certainly belongs to this call. */
void ask_of_call(struct hub *h, struct call *c, struct mc_backend *b, const struct mc_envelope *e);
/* What a server's request is answered with: to the server, or to the task that it wanted (hosted.c). */
void ask_reply(struct mc_backend *b, const char *server_id, struct mc_str message);
/* The client need not answer it any more. */
void ask_withdraw(struct hub *h, struct mc_backend *b, struct mc_str server_id);
void ask_answered(struct session *s, const struct mc_envelope *e);
void ask_progress(struct session *s, const struct mc_envelope *e);
void ask_cancelled_by_server(struct hub *h, struct mc_backend *b, const struct mc_envelope *e);
/* A URL that this client was asked to open: its completion is for it. id: the elicitationId. */
void elicitation_remember(struct session *s, struct mc_backend *b, struct mc_jval id);
/* notifications/elicitation/complete: to the client that was asked. */
void elicitation_complete(struct hub *h, struct mc_backend *b, const struct mc_envelope *e);
void asks_of_call_over(struct call *c);
void asks_of_session_over(struct session *s);
void asks_of_backend_over(struct hub *h, struct mc_backend *b);

/* One client at a time, at servers that ask (turns.c). */
void turns_send(struct call *c);     /* now, or when it is its turn */
void turns_over(struct call *c);     /* it ends */
void turns_given_up(struct call *c); /* it was sent, and its answer will not be waited for */
bool turns_haunted(
    const struct call *c,
    const struct mc_backend *b); /* may another client's call that was given up be asking? */

/* Calls that a person has to allow (consent.c). */
void consent_ask(struct call *c, const char *reason);
void consent_answered(struct call *c, struct mc_jval result); /* an ElicitResult */
void consent_free(struct call *c);

/* Calls of modern clients whose server asks: the client is asked in the answer, and its retry goes on with the call (parked.c). */
void parked_ask(struct call *c, const struct mc_envelope *e);
/* The questions of a task: {"key":{"method":…},…}; drive_input() follows. */
void parked_ask_keys(struct call *c, struct mc_jval questions);
/* The hub's own question, params of elicitation/create. */
void parked_consent(struct call *c, struct mc_str params);
const char *parked_trouble(const struct call *c); /* why it cannot be asked now; NULL */
/* Is the server's last word on this call to be kept, because its client has not come back yet? */
bool parked_keep(struct call *c, const struct mc_envelope *e, const struct mc_err *err);
/* A request with a requestState. False: the state is not the hub's. */
bool parked_retry(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e);
void parked_withdrawn(struct hub *h, struct mc_backend *b,
                      struct mc_str server_id); /* by the server */
void parked_free(struct call *c);
/* Its requestState (state.c). */
void state_seal(const struct exchange *x, const struct mc_envelope *e, uint64_t no, uint64_t round,
                struct mc_buf *out);
/* -MC_E_DENIED: it is none of the hub's, or not for this request; -MC_E_TIMEOUT: too old. */
int state_open(const struct exchange *x, const struct mc_envelope *e, uint64_t *no,
               uint64_t *round);
/* Calls of legacy clients whose modern server asks in its result (input.c). */
bool input_required(const struct call *c, const struct mc_envelope *e);
/* False: it is an ordinary answer, or one that this client cannot be asked about. */
bool input_begin(struct call *c, const struct mc_envelope *e);
/* Those of a task; drive_input() follows. */
void input_ask(struct call *c, struct mc_jval questions);
void input_answered(struct call *c, struct mc_str key, const struct mc_envelope *e);
void input_add_members(
    const struct call *c,
    struct mc_buf *out); /* what the retry's params have in front, each with its comma */
void input_free(struct call *c);
void ask_new(struct call *c, struct mc_str key);
void ask_consent(struct call *c, struct mc_str params);
const char *ask_trouble(const struct call *c);
/* Servers of 2025-11-25 that want URLs to be opened before they serve a call (openurl.c). */
bool openurl_required(const struct call *c, const struct mc_envelope *e);
/* Appends what the client gets instead; false: it gets the error, or what its request lacks. */
bool openurl_answer(struct call *c, const struct mc_envelope *e, struct mc_buf *out);
unsigned ask_needs(
    const struct mc_envelope *e); /* enum client_cap: all of them are needed to be asked this */
/* Refuses a server's request. */
void ask_refuse(struct mc_backend *b, struct mc_str id, int code, const char *why);
/* {"sampling":{…},…} of enum client_cap. */
void ask_add_caps(unsigned caps, struct mc_buf *out);

#endif
