/* backend/calls: who waits for which answer. Ids, deadlines, progress, bounds, the queue of those that wait for the server. */
#include "tests/unit/backend-fixture.h"

static struct mc_loop *loop;

struct probe {
    struct mc_call call;
    unsigned answers, failures, progress;
    struct mc_err err;
    const char *compose_fails;
    void (*then)(struct probe *p);
};

static int compose(struct mc_call *c, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                   struct mc_err *err)
{
    struct probe *p = mc_container_of(c, struct probe, call);
    (void)rev;
    if (p->compose_fails)
        return mc_err_set(err, MC_E_FAILED, "%s", p->compose_fails);
    mc_buf_addf(out, "{\"id\":%llu}", (unsigned long long)id);
    return 0;
}

static void on_progress(struct mc_call *c, const struct mc_envelope *e)
{
    (void)e;
    mc_container_of(c, struct probe, call)->progress++;
}

static void on_answer(struct mc_call *c, const struct mc_envelope *e)
{
    (void)e;
    mc_container_of(c, struct probe, call)->answers++;
}

static void on_failed(struct mc_call *c, const struct mc_err *err)
{
    struct probe *p = mc_container_of(c, struct probe, call);
    p->failures++;
    p->err = *err;
    if (p->then)
        p->then(p);
}

static const struct mc_call_ops ops = {
    .compose = compose, .on_progress = on_progress, .on_answer = on_answer, .on_failed = on_failed};

static struct probe probe(void)
{
    return (struct probe){.call = {.ops = &ops, .asked = true}};
}

static void answer(uint64_t id)
{
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{}}", (unsigned long long)id);
}

static void progress(uint64_t token)
{
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{"
              "\"progressToken\":%llu,\"progress\":1}}",
              (unsigned long long)token);
}

static bool found(struct mc_backend *b, const char *raw_id)
{
    return calls_find(b, mc_str_of(raw_id)) != NULL;
}

/* ---- ids ---- */

static void test_ids(void)
{
    struct mc_backend *b = legacy(loop, "{}");
    struct probe p = probe(), q = probe();
    struct mc_err err;
    char id[32], other[32];

    forget_told();
    is_int(mc_backend_call(b, &p.call, &err) | mc_backend_call(b, &q.call, &err), 0,
           "two calls are sent");
    ok(p.call.id != q.call.id && p.call.state == MC_CALL_SENT, "under ids of their own");
    snprintf(other, sizeof(other), "{\"id\":%llu}\n{\"id\":%llu}\n", (unsigned long long)p.call.id,
             (unsigned long long)q.call.id);
    is_str(wire_sent(), other, "which is what the server gets");
    snprintf(id, sizeof(id), "%llu", (unsigned long long)p.call.id);
    ok(calls_find(b, mc_str_of(id)) == &p.call, "an answer's id finds its call");
    snprintf(other, sizeof(other), "\"%s\"", id);
    ok(!found(b, other), "the same as a string does not");
    snprintf(other, sizeof(other), "%s.0", id);
    ok(!found(b, other), "nor as a fraction");
    snprintf(other, sizeof(other), "-%s", id);
    ok(!found(b, other), "nor below zero");
    snprintf(other, sizeof(other), "%llu", (unsigned long long)(p.call.id + (1u << 16)));
    ok(!found(b, other), "another generation of its slot is nobody's");
    snprintf(other, sizeof(other), "%llu", (unsigned long long)((p.call.id & ~0xffffull) | 4000));
    ok(!found(b, other), "a slot that was never used is nobody's");
    ok(!found(b, "18446744073709551615") && !found(b, "99999999999999999999") && !found(b, "null"),
       "nor is anything invented");

    uint64_t first = p.call.id;
    answer(first);
    is_int(p.answers, 1, "an answer ends its call");
    ok(p.call.state == MC_CALL_IDLE && !p.call.backend, "which is free again");
    answer(first);
    is_int(p.answers, 1, "a second one finds nobody");
    is_int(mc_backend_call(b, &p.call, &err), 0, "the slot is used again");
    ok(p.call.id != first && (p.call.id & 0xffff) == (first & 0xffff), "under another id");
    answer(first);
    is_int(p.answers + q.answers, 1, "a late answer is not taken for the new call's");
    mc_backend_forget(&p.call, true, "not \"needed\"");
    snprintf(id, sizeof(id), "%llu", (unsigned long long)p.call.id);
    const char *sent = wire_sent();
    ok(strstr(sent, "\"method\":\"notifications/cancelled\"") && strstr(sent, id) &&
           strstr(sent, "\"reason\":\"not \\\"needed\\\"\""),
       "a call that is given up is cancelled at the server");
    answer(p.call.id);
    is_int(p.answers + p.failures, 1, "and hears nothing more");
    mc_backend_forget(&q.call, false, NULL);
    is_str(wire_sent(), "", "unless nobody wants that");
    is_int(b->in_flight, 0, "nothing is in flight");
    finish(b);
}

/* ---- deadlines ---- */

static void test_deadlines(void)
{
    struct mc_backend *b = legacy(loop, "{}");
    struct probe p = probe(), q = probe();
    uint64_t now = mc_loop_now(loop);
    struct mc_err err;

    p.call.timeout_ms = 7000;
    forget_told();
    is_int(mc_backend_call(b, &p.call, &err) | mc_backend_call(b, &q.call, &err), 0, "two calls");
    is_int(p.call.deadline - now, 7000, "one has a deadline of its own");
    is_int(q.call.deadline - now, MC_BACKEND_CALL_MS, "the other the server's");
    is_int(p.call.hard - now, 7000 * MC_BACKEND_CALL_HARD, "twelve times that is the end");
    p.call.deadline = now + 1;
    progress(p.call.id);
    is_int(p.progress, 1, "progress is told");
    is_int(p.call.deadline - now, 7000, "and moves the deadline on");
    p.call.hard = now + 5;
    progress(p.call.id);
    is_int(p.call.deadline - now, 5, "but never beyond the end");
    is_int(q.progress, 0, "the other call has nothing of it");
    progress(p.call.id + (1u << 16));
    is_int(p.progress, 2, "progress of a token that nobody gave is nobody's");

    wire_sent();
    p.call.deadline = now;
    wire_fire(loop, &b->sweep);
    is_int(p.failures, 1, "at its deadline a call fails");
    is_int(p.err.code, MC_E_TIMEOUT, "as timed out");
    is_str(p.err.msg, "server s did not answer within 7 s", "and says after how long");
    ok(strstr(wire_sent(), "\"reason\":\"timeout\""), "the server is told");
    is_int(q.failures, 0, "the other goes on");
    ok(mc_timer_active(&b->sweep), "and is watched");

    q.call.deadline = now;
    q.call.waits_for_client = 1;
    wire_fire(loop, &b->sweep);
    is_int(q.call.deadline - now, MC_BACKEND_CALL_MS,
           "while a person is asked the clock stands still");
    q.call.deadline = q.call.hard = now;
    wire_fire(loop, &b->sweep);
    is_int(q.failures, 1, "but not for ever");

    is_int(mc_backend_call(b, &q.call, &err), 0, "an open subscription");
    calls_endless(b, &q.call);
    q.call.deadline = q.call.hard = now;
    wire_fire(loop, &b->sweep);
    is_int(q.failures, 1, "has no deadline");
    ok(!mc_timer_active(&b->sweep), "and needs no watch");
    mc_backend_forget(&q.call, false, NULL);
    finish(b);
}

/* ---- bounds ---- */

static void test_bounds(void)
{
    struct mc_backend *b = legacy(loop, "{}");
    struct probe *many = mc_calloc(MC_BACKEND_CALLS_MAX + 1, sizeof(*many));
    struct mc_err err;
    unsigned sent = 0;

    for (size_t i = 0; i <= MC_BACKEND_CALLS_MAX; i++) {
        many[i] = probe();
        sent += mc_backend_call(b, &many[i].call, &err) == 0;
    }
    is_int(sent, MC_BACKEND_CALLS_MAX, "so many calls are in flight at once");
    is_int(err.code, MC_E_TOO_BIG, "one more is refused");
    ok(many[MC_BACKEND_CALLS_MAX].call.state == MC_CALL_IDLE, "and is as it was");
    answer(many[7].call.id);
    is_int(mc_backend_call(b, &many[MC_BACKEND_CALLS_MAX].call, &err), 0,
           "until another one has ended");
    wire_exits(0);
    unsigned failed = 0;
    for (size_t i = 0; i <= MC_BACKEND_CALLS_MAX; i++)
        failed += many[i].failures == 1;
    is_int(failed, MC_BACKEND_CALLS_MAX, "when the server dies each of them fails, once");
    is_int(many[7].answers, 1, "the answered one stays answered");
    ok(strstr(many[0].err.msg, "may or may not have done"), "it is not known what it did");
    finish(b);
    mc_free(many);
}

static void test_refused(void)
{
    struct mc_backend *b = legacy(loop, "{}");
    struct probe p = probe();
    struct mc_err err;

    p.compose_fails = "no way";
    is_int(mc_backend_call(b, &p.call, &err), -MC_E_FAILED, "what cannot be written is not sent");
    is_str(err.msg, "no way", "and says why");
    p.compose_fails = NULL;
    wire.write_rc = -MC_E_TOO_BIG;
    is_int(mc_backend_call(b, &p.call, &err), -MC_E_TOO_BIG, "a server that does not read");
    ok(strstr(err.msg, "does not read its input"), "is named");
    wire.write_rc = -MC_E_UNREACHABLE;
    is_int(mc_backend_call(b, &p.call, &err), -MC_E_UNREACHABLE, "one that closed its input");
    wire.write_rc = 0;
    ok(p.call.state == MC_CALL_IDLE && b->in_flight == 0 && p.failures == 0,
       "nothing of them is left, and nobody is called");
    b->state = MC_BACKEND_BLOCKED;
    is_int(mc_backend_call(b, &p.call, &err), -MC_E_DENIED, "one that may not run takes no calls");
    b->state = MC_BACKEND_READY;
    finish(b);
}

/* ---- the queue ---- */

static void test_queue(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_LEGACY, MC_REV_NONE);
    struct probe p = probe(), q = probe(), r = probe();
    struct mc_err err;

    is_int(mc_backend_call(b, &p.call, &err) | mc_backend_call(b, &q.call, &err) |
               mc_backend_call(b, &r.call, &err),
           0, "calls wait for a server that is not there");
    is_str(told.states, "STARTING ", "the first one starts it");
    is_int(b->queued, 3, "they are counted");
    ok(!strstr(wire_sent(), "{\"id\""), "nothing of them is sent");
    mc_backend_forget(&q.call, true, "x");
    is_int(b->queued, 2, "one that is given up leaves the queue");
    ok(!strstr(wire_sent(), "cancelled"), "without a word to the server, which never saw it");
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"protocolVersion\":\"2025-06-18\","
              "\"capabilities\":{}}}",
              (unsigned long long)b->init.id);
    ok(p.call.state == MC_CALL_SENT && r.call.state == MC_CALL_SENT && q.call.state == MC_CALL_IDLE,
       "when it is ready they are sent");
    const char *sent = wire_sent();
    char first[32];
    snprintf(first, sizeof(first), "{\"id\":%llu}", (unsigned long long)p.call.id);
    ok(strstr(sent, first) && strstr(strstr(sent, first) + 1, "{\"id\":"), "in their order");
    mc_backend_forget(&p.call, false, NULL);
    mc_backend_forget(&r.call, false, NULL);
    finish(b);

    b = make(loop, MC_PROTOCOL_LEGACY, MC_REV_NONE);
    is_int(mc_backend_call(b, &p.call, &err) | mc_backend_call(b, &q.call, &err), 0, "two wait");
    p.call.deadline = mc_loop_now(loop);
    p.failures = q.failures = 0;
    wire_fire(loop, &b->sweep);
    is_int(p.failures, 1, "who has waited too long fails");
    ok(p.err.code == MC_E_TIMEOUT && strstr(p.err.msg, "did not become ready within 60 s"),
       "and is told of what");
    is_int(q.failures, 0, "the other waits on");
    wire_exits(1);
    wire_fire(loop, &b->timer);
    wire_exits(1);
    is_int(q.failures, 1, "a server that is given up fails those that wait");
    ok(strstr(q.err.msg, "could not be started: it exited with status 1"), "with its reason");
    finish(b);
}

static void test_queue_bound(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_LEGACY, MC_REV_NONE);
    struct probe *many = mc_calloc(MC_BACKEND_QUEUE_MAX + 1, sizeof(*many));
    struct mc_err err;
    unsigned taken = 0, failed = 0;

    for (size_t i = 0; i <= MC_BACKEND_QUEUE_MAX; i++) {
        many[i] = probe();
        taken += mc_backend_call(b, &many[i].call, &err) == 0;
    }
    is_int(taken, MC_BACKEND_QUEUE_MAX, "so many may wait");
    ok(err.code == MC_E_TOO_BIG && strstr(err.msg, "1024 calls are waiting"), "one more may not");
    mc_backend_stop(b);
    wire_exits(0);
    for (size_t i = 0; i <= MC_BACKEND_QUEUE_MAX; i++)
        failed += many[i].failures == 1;
    is_int(failed, MC_BACKEND_QUEUE_MAX, "a stop fails each of them, once");
    finish(b);
    mc_free(many);
}

/* A callback may call again. */
static struct mc_backend *again_at;
static void again(struct probe *p)
{
    struct mc_err err;
    p->then = NULL;
    is_int(mc_backend_call(again_at, &p->call, &err), 0, "from inside: taken");
}

static void test_reentry(void)
{
    struct mc_backend *b = again_at = make(loop, MC_PROTOCOL_LEGACY, MC_REV_NONE);
    struct probe p = probe(), q = probe();
    struct mc_err err;

    p.then = again;
    is_int(mc_backend_call(b, &p.call, &err) | mc_backend_call(b, &q.call, &err), 0, "two wait");
    wire.spawn_rc = 0;
    wire_exits(1);
    wire_fire(loop, &b->timer);
    wire_exits(1);
    is_int(p.failures, 1, "who calls again when it fails");
    ok(p.call.state == MC_CALL_QUEUED && b->queued == 1,
       "waits again, and is not failed with those before");
    is_int(q.failures, 1, "who does not has failed");
    is_str(mc_backend_state_name(b->state), "STARTING", "and the server is tried again");
    mc_backend_forget(&p.call, false, NULL);
    finish(b);
}

struct seen {
    unsigned n;
};
static void count(void *arg, struct mc_call *call)
{
    (void)call;
    ((struct seen *)arg)->n++;
}

static void test_each(void)
{
    struct mc_backend *b = make(loop, MC_PROTOCOL_LEGACY, MC_REV_NONE);
    struct probe p = probe(), q = probe();
    struct seen queued = {0}, sent = {0};
    struct mc_err err;

    q.call.asked = false;
    is_int(mc_backend_call(b, &p.call, &err) | mc_backend_call(b, &q.call, &err), 0, "two wait");
    mc_backend_each_queued(b, count, &queued);
    mc_backend_each_call(b, count, &sent);
    ok(queued.n == 1 && sent.n == 0, "those of callers, that wait");
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"protocolVersion\":\"2025-06-18\","
              "\"capabilities\":{}}}",
              (unsigned long long)b->init.id);
    queued.n = sent.n = 0;
    mc_backend_each_queued(b, count, &queued);
    mc_backend_each_call(b, count, &sent);
    ok(queued.n == 0 && sent.n == 1, "and that were sent");
    finish(b);
    is_int(p.failures + q.failures, 2, "the end of the hub fails both");
}

int main(void)
{
    mc_log_set_level(MC_LOG_ERROR);
    loop = mc_loop_new();
    test_ids();
    test_deadlines();
    test_bounds();
    test_refused();
    test_queue();
    test_queue_bound();
    test_reentry();
    test_each();
    mc_loop_free(loop);
    mc_buf_done(&wire.sent);
    return done_testing();
}
