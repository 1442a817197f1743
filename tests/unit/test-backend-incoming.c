/* backend/incoming: what a server writes, whole, broken, in pieces, and on stderr. */
#include "tests/unit/backend-fixture.h"

static struct mc_loop *loop;

struct probe {
    struct mc_call call;
    unsigned answers, failures;
    struct mc_err err;
};

static int compose(struct mc_call *c, uint64_t id, enum mc_rev rev, struct mc_buf *out,
                   struct mc_err *err)
{
    (void)c, (void)rev, (void)err;
    mc_buf_addf(out, "{\"id\":%llu}", (unsigned long long)id);
    return 0;
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
}

static const struct mc_call_ops ops = {
    .compose = compose, .on_answer = on_answer, .on_failed = on_failed};

static void begin(struct mc_backend *b, struct probe *p)
{
    struct mc_err err;
    *p = (struct probe){.call = {.ops = &ops}};
    MC_ASSERT(mc_backend_call(b, &p->call, &err) == 0);
    forget_told();
}

/* Each of them names the call's id: it ends at once. What stands behind the id: */
static const char *const broken[] = {
    "\"result\":{\"a\":}}",
    "\"result\":{",
    "\"result\":{\"t\":\"\xff\"}}",
    "\"result\":{}} x",
    "\"result\":{},\"error\":{\"code\":1,\"message\":\"m\"}}",
};

static void test_answers(void)
{
    struct mc_backend *b = legacy(loop, "{}");
    struct probe p;

    for (size_t i = 0; i < MC_ARRAY_LEN(broken); i++) {
        begin(b, &p);
        wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,%s", (unsigned long long)p.call.id, broken[i]);
        ok(p.failures == 1 && p.answers == 0 && p.err.code == MC_E_PROTOCOL,
           "a broken answer ends its call: %s", broken[i]);
        is_int(b->in_flight, 0, "and nothing is left of it");
    }
    ok(strstr(mc_backend_last_error(b), "server s gave a broken answer"), "status tells of it");
    begin(b, &p);
    for (const char *const *l =
             (const char *const[]){"Server listening...", "{", "[", "[]", "[1,2]", "null", "42",
                                   "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}",
                                   "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"m\"}}",
                                   "{\"jsonrpc\":\"2.0\",\"id\":123456789,\"result\":{}}", NULL};
         *l; l++)
        wire_says("%s", *l);
    ok(p.answers + p.failures == 0 && b->state == MC_BACKEND_READY, "rubbish is nobody's answer");
    is_str(told.other, "", "and nobody hears of it");
    is_str(wire_sent(), "", "the server least of all");
    wire_says(
        "[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},{\"jsonrpc\":\"2.0\",\"id\":%llu,"
        "\"result\":{}}]",
        (unsigned long long)p.call.id);
    ok(p.answers == 1, "a batch is its messages");
    finish(b);
}

static void test_pieces(void)
{
    struct mc_backend *b = legacy(loop, "{}");
    struct probe p, q;
    char text[512];

    begin(b, &p);
    begin(b, &q);
    snprintf(text, sizeof(text),
             "\r\n\n{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"t\":\"\xc3\xa4\"}}\r\n"
             "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{}}\n",
             (unsigned long long)p.call.id, (unsigned long long)q.call.id);
    for (const char *c = text; *c; c++)
        wire.child->ops.on_out(wire.child->arg, c, 1);
    ok(p.answers == 1 && q.answers == 1, "byte by byte");
    begin(b, &p);
    begin(b, &q);
    snprintf(text, sizeof(text),
             "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{}}\n{\"jsonrpc\":\"2.0\",\"id\":%llu,"
             "\"result\":{}}\n{\"json",
             (unsigned long long)p.call.id, (unsigned long long)q.call.id);
    wire.child->ops.on_out(wire.child->arg, text, strlen(text));
    ok(p.answers == 1 && q.answers == 1, "two and a half at once");
    finish(b);
}

static void test_messages(void)
{
    struct mc_backend *b = legacy(loop, "{}");

    forget_told();
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":\"p-1\",\"method\":\"ping\"}");
    is_str(wire_sent(), "{\"jsonrpc\":\"2.0\",\"id\":\"p-1\",\"result\":{}}\n",
           "a ping is answered");
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{}}");
    ok(strstr(wire_sent(), "\"id\":7,\"error\":{\"code\":-32601"),
       "what no client can do is refused");
    is_str(told.other, "", "and goes no further");
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\",\"params\":{}}");
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":\"e\",\"method\":\"elicitation/create\",\"params\":{}}");
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":2.5,\"method\":\"roots/list\"}");
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}");
    wire_says("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
              "cancelled\",\"params\":{\"requestId\":1}}");
    ok(strstr(told.other, "request 1|request \"e\"|"),
       "what its clients can be asked is passed on");
    ok(strstr(told.other,
              "notification \"notifications/message\"|notification \"notifications/cancelled\"|"),
       "and so is what it tells");
    is_str(wire_sent(), "", "to be answered by somebody else");
    finish(b);
}

static void test_stderr(void)
{
    struct mc_backend *b = legacy(loop, "{}");
    char line[MC_BACKEND_STDERR_LINE_MAX * 2];

    forget_told();
    incoming_stderr(b, MC_STR("one\r\ntw").p, 7);
    is_str(told.other, "stderr one|", "a line is told when it is whole");
    incoming_stderr(b, "o\n", 2);
    is_str(told.other, "stderr one|stderr two|", "in one piece");
    incoming_stderr(b, "\033[31mred", 8);
    incoming_stderr_done(b);
    ok(strstr(told.other, "red|") && !strchr(told.other, '\033'),
       "the last one without its end too, and printable");
    memset(line, 'x', sizeof(line));
    incoming_stderr(b, line, sizeof(line));
    incoming_stderr(b, "\n", 1);
    is_int(strlen(mc_backend_stderr(b, 3)), MC_BACKEND_STDERR_LINE_MAX, "a long one is cut");
    for (int i = 0; i < MC_BACKEND_STDERR_LINES; i++) {
        int n = snprintf(line, sizeof(line), "line %d\n", i);
        incoming_stderr(b, line, (size_t)n);
    }
    is_str(mc_backend_stderr(b, 0), "line 0", "so many are kept, the oldest go");
    is_str(mc_backend_stderr(b, MC_BACKEND_STDERR_LINES - 1), "line 39", "the newest is the last");
    ok(!mc_backend_stderr(b, MC_BACKEND_STDERR_LINES), "and no more");
    wire_exits(9);
    is_str(mc_backend_reason(b), "it exited with status 9; last line on stderr: line 39",
           "its last words say why it died");
    finish(b);
}

int main(void)
{
    mc_log_set_level(MC_LOG_ERROR);
    loop = mc_loop_new();
    test_answers();
    test_pieces();
    test_messages();
    test_stderr();
    mc_loop_free(loop);
    mc_buf_done(&wire.sent);
    return done_testing();
}
