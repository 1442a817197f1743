/* What clients are told without being asked: log messages, changes, updates of what they have subscribed to. What they are asked is in asking.h. */
#ifndef MC_HUB_TELLING_H
#define MC_HUB_TELLING_H

#include "hub/internal.h"

/* ---- who wants to hear of which resource (subscribe.c) ---- */

struct subscription {
    struct link link;
    struct mc_backend *backend;
    char *uri;
    struct session *session; /* one of the two */
    struct listen *listen;
};
void subscribe_request(struct exchange *x, struct mc_bytes *message, const struct mc_envelope *e,
                       bool on);
void subscribe_owner_gone(struct hub *h, struct session *s, struct listen *l);
void subscribe_replay(struct hub *h, struct mc_backend *b); /* it was started again */
bool subscribe_settled(const struct listen *l); /* do its servers know what it watches? */
void subscribe_forget_backend(struct hub *h, struct mc_backend *b);
/* What was subscribed at one is subscribed at the other. */
void subscribe_move(struct hub *h, struct mc_backend *from, struct mc_backend *to);
void subscribe_add(struct hub *h, struct mc_backend *b, const char *uri, struct session *s,
                   struct listen *l);
bool subscribe_watches(struct hub *h, const struct mc_backend *b); /* does anybody, at it? */

/* ---- modern clients' subscriptions/listen (listen.c) ---- */

struct listen {
    struct sink sink;
    struct link link;
    struct hub *hub;
    struct mc_http_req *req;
    struct view *view;
    struct news news;
    char *id; /* raw */
    char who[64];
    unsigned kinds; /* list changes asked for */
    uint64_t told;  /* number of the last resource notice, so that each is sent once */
    uint64_t last_write;
    char *honoured;     /* what is to be acknowledged once the servers have done so; NULL: done */
    struct mc_buf held; /* events that came before */
    struct mc_timer waiting; /* for the servers */
};
void listen_begin(struct exchange *x, const struct mc_envelope *e);
void listens_of_workspace_over(struct workspace *ws);
void listens_keepalive(struct hub *h);
void listens_check(struct hub *h); /* a server has acknowledged what is watched, or will not */
void listen_end(struct listen *l, bool tell);
void listen_send(struct listen *l, struct mc_str message);
/* A server's own notification, tagged for it; all else of it stays. */
void listen_forward(struct listen *l, const struct mc_envelope *e);
/* A notification, tagged for it. params: raw members without braces ("" for none). */
void listen_notify(struct listen *l, const char *method, struct mc_str members);

/* ---- list_changed (broadcast.c) ---- */

#define HUB_BROADCAST_MAX                                                                          \
    256 /* clients told in one turn of the loop: the others have calls to make */

/* To whom it concerns; srv: of this server alone, or NULL. In slices: what a client was not told yet is told once, and before anything else that it
 * is told. */
void notify_lists(struct workspace *ws, struct server *srv, unsigned kinds);
/* The same to the one client that has an instance of its own of this server. */
void notify_owner(struct hub *h, struct mc_backend *b, unsigned kinds);
void news_of_session_flush(struct session *s);
void news_of_listen_flush(struct listen *l);
void news_drop(struct news *n); /* its client goes */

/* ---- what servers tell on their own (notify.c) ---- */

extern const struct mc_backend_ops hub_backend_ops;
/* Tells it the lowest level that anybody wants: a session, or a modern request on its way. */
void notify_levels(struct hub *h, struct mc_backend *b);
void notify_level_of(const struct call *c); /* the same before this one is sent */

/* Writes its catalog to the disk. */
void catalog_keep(struct hub *h, struct mc_backend *b);
/* A request of the hub's own whose answer nobody waits for. */
void hub_tell(struct mc_backend *b, const char *method, struct mc_str params);

#endif
