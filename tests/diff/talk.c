#include "tests/diff/talk.h"

#include "tests/diff/object.h"
#include "tests/diff/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define SHOWN_MAX 3

struct score *score;
uint64_t exchange_no;

/* ---- verdicts ---- */

void verdict(bool same, const char *what, const char *why)
{
    if (same || score->bad++ >= SHOWN_MAX)
        return;
    printf("# exchange %llu, %s, %s: %s\n", (unsigned long long)exchange_no, score->label, what,
           why);
}

void check(struct match *k, const struct msg *want, struct mc_str got, const char *what)
{
    bool same = match_message(k, want, got);

    verdict(same, what, k->why);
}

void check_bytes(struct mc_str want, struct mc_str got, const char *what)
{
    struct match k = {0};
    bool same = match_bytes(&k, want, got);

    verdict(same, what, k.why);
}

/* ---- records ---- */

void record_open(struct record *r, const char *folder, const char *name)
{
    struct mc_buf path = MC_BUF_INIT(4096);

    mc_buf_addf(&path, "%s/%s", folder, name);
    r->fd = open(path.data, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    if (r->fd < 0)
        die("%s: %s", path.data, strerror(errno));
    lseek(r->fd, 0, SEEK_END);
    r->in.max = 4 * GEN_MESSAGE_MAX;
    mc_buf_done(&path);
}

struct mc_str record_next(struct record *r)
{
    static char chunk[64 << 10];
    const char *end;
    ssize_t n;

    mc_buf_drop(&r->in, r->used);
    r->used = 0;
    while (!r->in.len || !(end = memchr(r->in.data, '\n', r->in.len))) {
        n = read(r->fd, chunk, sizeof(chunk));
        if (n <= 0)
            return MC_STR_NONE;
        mc_buf_add(&r->in, chunk, (size_t)n);
    }
    r->used = (size_t)(end - r->in.data) + 1;
    return (struct mc_str){r->in.data, r->used - 1};
}

/* ---- what the client answers ---- */

void talk_respond(struct talk *t, unsigned i, struct mc_str id)
{
    struct rng r = rng_of(&t->p, RNG_RESPONSE + 64 + i);
    struct mc_buf result = MC_BUF_INIT(GEN_MESSAGE_MAX);
    struct obj top, error;

    msg_clear(&t->responses[i]);
    obj_begin(&top, &r);
    obj_member(&top, "jsonrpc", "\"2.0\"");
    obj_holey(&top, "id", HOLE_ID, id);
    if (t->p.server == LEGACY && rng_below(&r, 4) == 0) {
        obj_begin(&error, &r);
        obj_member(&error, "code", "-1");
        obj_member(&error, "message", "\"User rejected \\ud800\"");
        obj_unknown(&error, 2);
        obj_nest(&error, "error", false, &top);
    } else {
        gen_response(&t->p, i, &result);
        obj_member(&top, "result", result.data);
    }
    obj_unknown(&top, 2);
    obj_finish(&top, !t->q.direct, &t->responses[i]);
    mc_buf_done(&result);
}

/* {"key":answer,…} for all questions; the keys are those of the interim result. */
static void compose_responses(const struct plan *p, struct mc_jval questions, struct mc_buf *out)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;
    unsigned i = 0;

    mc_buf_addc(out, '{');
    if (mc_jiter_init(&it, questions)) {
        for (; mc_jiter_next(&it, &key, &val); i++) {
            mc_buf_addz(out, i ? "," : "");
            mc_buf_adds(out, key);
            mc_buf_addz(out, ": ");
            gen_response(p, i, out);
        }
    }
    mc_buf_addc(out, '}');
}

void talk_begin(struct talk *t, const struct plan *p, struct request q)
{
    *t = (struct talk){.p = *p, .q = q};
    t->id.max = t->token.max = 4096;
    t->given.max = t->state.max = GEN_MESSAGE_MAX;
    gen_id(p, 0, &t->id);
    if (p->token)
        gen_token(p, &t->token);
    gen_request(p, &t->q, &t->request);
}

void talk_end(struct talk *t)
{
    msg_done(&t->request);
    msg_done(&t->retry);
    for (unsigned i = 0; i < GEN_ASKS_MAX; i++)
        msg_done(&t->responses[i]);
    mc_buf_done(&t->id);
    mc_buf_done(&t->token);
    mc_buf_done(&t->given);
    mc_buf_done(&t->state);
}

void talk_retry(struct talk *t, struct mc_jval result)
{
    compose_responses(&t->p, mc_jget(result, "inputRequests"), &t->given);
    mc_buf_adds(&t->state, mc_jget(result, "requestState").s);
    t->q.responses = t->given.data;
    t->q.state = t->state.data;
    t->q.round = 1;
    gen_request(&t->p, &t->q, &t->retry);
    mc_buf_clear(&t->id);
    gen_id(&t->p, 1, &t->id);
    t->retried = true;
}
