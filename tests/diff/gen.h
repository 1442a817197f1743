/* Random, valid MCP messages for the differential test: what mirror (the server) says and what differ (the client) says are functions of the seed and the
 * number of the exchange, so that each side knows the other's bytes without being told. Nothing here uses the code of the hub that is under test. */
#ifndef MC_TESTS_DIFF_GEN_H
#define MC_TESTS_DIFF_GEN_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define GEN_MESSAGE_MAX (4u << 20)
#define GEN_HOLES_MAX 8
#define GEN_NOTES_MAX 3
#define GEN_ASKS_MAX 2
#define GEN_PLACES 8 /* clients that take turns; each has a resource of its own */
#define GEN_IO "io.modelcontextprotocol/"

enum era { LEGACY, MODERN };
enum kind { TOOL, PROMPT, READ, COMPLETE_PROMPT, COMPLETE_RESOURCE, KINDS };
enum question { FORM, SAMPLE, ROOTS };

/* Where a hop may write something of its own. */
enum what {
    HOLE_ID,
    HOLE_NAME,
    HOLE_TOKEN,
    HOLE_META,
    HOLE_NO_META,
    HOLE_RESULT, /* an object to which members are added */
    HOLE_SUBSCRIPTION,
    HOLE_STRUCTURED /* inside of a result */
};
struct hole {
    enum what what;
    size_t at, n;
};
struct msg {
    struct mc_buf b;
    struct hole holes[GEN_HOLES_MAX]; /* in the order of the bytes */
    unsigned n_holes;
};
void msg_clear(struct msg *m); /* a zeroed one is fine */
void msg_done(struct msg *m);

/* Which exchange: everything follows from these. */
struct plan {
    uint64_t seed, n;
    enum kind kind;
    enum era server;
    bool token; /* the client wants progress */
    unsigned notes, asks;
    bool news; /* before its answer the server tells that a resource has changed */
};
struct plan plan_of(uint64_t seed, uint64_t n, enum era server);

/* ---- the client's side ---- */
struct request {
    enum era era;
    const char *prefix; /* in front of names, "" at an endpoint of one server */
    const char *client_info;
    const char *responses, *state; /* raw, of a retry; else NULL */
    unsigned round;                /* a retry has an id of its own */
    bool direct;                   /* on stdio: one line */
};
void gen_id(const struct plan *p, unsigned round, struct mc_buf *out);
void gen_token(const struct plan *p, struct mc_buf *out);
const char *gen_method(enum kind kind);
/* Name or URI for Mcp-Name; "" when the method has none. */
void gen_subject(const struct plan *p, const char *prefix, struct mc_buf *out);
void gen_request(const struct plan *p, const struct request *r, struct msg *m);
/* The result that the client gives to question i. */
void gen_response(const struct plan *p, unsigned i, struct mc_buf *out);

/* ---- the server's side ---- */
void gen_note(const struct plan *p, unsigned i, struct mc_str token, struct msg *m);
/* resources/updated for the subscriber that makes this exchange; subscription: of a modern server's listen, raw, else none. */
void gen_news(const struct plan *p, struct mc_str subscription, struct msg *m);
void gen_news_uri(const struct plan *p, struct mc_buf *out);
const char *gen_question_method(const struct plan *p, unsigned i);
void gen_question_params(const struct plan *p, unsigned i, struct mc_buf *out);
void gen_question_id(const struct plan *p, unsigned i,
                     struct mc_buf *out); /* of a legacy server's request */
void gen_question(const struct plan *p, unsigned i, struct msg *m); /* as such a request */
void gen_question_key(const struct plan *p, unsigned i, struct mc_buf *out);
void gen_state(const struct plan *p, struct mc_buf *out);
void gen_interim(const struct plan *p, struct mc_str id,
                 struct msg *m); /* all questions in a modern server's result */
void gen_answer(const struct plan *p, struct mc_str id, struct msg *m);

/* ---- pieces ---- */
struct rng {
    uint64_t s;
};
struct rng rng_of(const struct plan *p, unsigned stream);
uint64_t rng_next(struct rng *r);
unsigned rng_below(struct rng *r, unsigned n);
void gen_space(struct rng *r, bool lines, struct mc_buf *out);
void gen_string(struct rng *r, struct mc_buf *out);
void gen_value(struct rng *r, unsigned depth, struct mc_buf *out);
/* "key": value, with a key that no revision of MCP knows. */
void gen_unknown(struct rng *r, struct mc_buf *out);

#endif
