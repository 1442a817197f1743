/* One call and all that belongs to it, and what is found out about it. */
#ifndef MC_TESTS_DIFF_TALK_H
#define MC_TESTS_DIFF_TALK_H

#include "tests/diff/match.h"

#include "json/scan.h"

/* What a server got, a line each. */
struct record {
    int fd;
    struct mc_buf in;
    size_t used;
};
void record_open(struct record *r, const char *folder, const char *name);
/* The next line, or an empty one: a server has written it before it answered. */
struct mc_str record_next(struct record *r);

/* Where the verdicts of the exchange that runs go to. */
struct score {
    const char *label;
    unsigned long exchanges, messages, bad;
};
extern struct score *score;
extern uint64_t exchange_no;
void verdict(bool same, const char *what, const char *why);
void check(struct match *k, const struct msg *want, struct mc_str got, const char *what);
void check_bytes(struct mc_str want, struct mc_str got, const char *what);

/* A client's call and what it repeats it with. */
struct talk {
    struct plan p;
    struct request q;
    struct msg request, retry;
    struct msg responses[GEN_ASKS_MAX];
    struct mc_buf id, token, given, state;
    unsigned notes, asks;
    bool retried, answered;
};
void talk_begin(struct talk *t, const struct plan *p, struct request q);
void talk_end(struct talk *t);
/* The client's answer to question i, with that id: a result, or an error where the protocol has both. */
void talk_respond(struct talk *t, unsigned i, struct mc_str id);
/* The request once more, with all that this interim result wants. */
void talk_retry(struct talk *t, struct mc_jval result);

#endif
