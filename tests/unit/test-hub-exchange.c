/* hub/exchange: one POST and its response. JSON or events, batches, clients that go away, answers that take long. */
#include "tests/unit/hub-fixture.h"

static struct workspace *ws;
static struct view *v;
static struct mc_backend *b;

#define PROGRESS "\"_meta\":{\"progressToken\":\"p\"},"

static struct web *with_progress(struct session *s, const char *id)
{
    MC_CLEANUP(mc_freep)
    char *text =
        mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tools/call\",\"params\":{" PROGRESS
                    "\"name\":\"s__t\"}}",
                    id);
    return posts(s, text);
}

static void progress(double value)
{
    says(b,
         "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
         "progress\",\"params\":{\"progressToken\":%llu,\"progress\":%g}}",
         wire_id(b), value);
}

static void test_json(void)
{
    struct session *s = session_as(v, &me, "2025-06-18", "{}");
    struct web *w = calls(s, "1", "s__t");
    answers(b, wire_id(b), "x");
    ok(!w->streaming && w->status == 200, "an answer that nothing precedes is JSON");
    is_str(web_got(w),
           "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":"
           "\"x\"}]}}",
           "and nothing but it");
    w = posts(s, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}");
    ok(w->status == 202 && w->got.len == 0, "a notification has none");
    w = posts(s, "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}");
    ok(w->status == 202 && w->got.len == 0, "nor has a response");
    session_free(s);
}

static void test_events(void)
{
    struct session *s = session_as(v, &me, "2025-06-18", "{}");
    struct web *w = with_progress(s, "1");
    progress(1);
    ok(w->streaming && web_has(w, "\"progressToken\":\"p\",\"progress\":1"),
       "progress makes it an event stream, under the client's token");
    progress(1);
    progress(0.5);
    progress(2);
    unsigned n = 0;
    for (const char *p = web_got(w); (p = strstr(p, "notifications/progress")); p++)
        n++;
    is_int(n, 2, "progress that does not go on is nobody's business");
    answers(b, wire_id(b), "x");
    ok(web_has(w, "\"id\":1,\"result\"") && w->ended, "the answer is its last event");
    w = calls(s, "2", "s__t");
    progress(1);
    ok(!w->streaming, "who gave no token gets no progress");
    answers(b, wire_id(b), "x");
    session_free(s);
}

static void test_batch(void)
{
    struct session *s = session_as(v, &me, "2025-03-26", "{}");
    static const char text[] =
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"id\":2,"
        "\"method\":\"tools/call\",\"params\":{" PROGRESS
        "\"name\":\"s__t\"}},{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},7]";
    for (int with = 0; with < 2; with++) {
        struct web *w = web_new();
        struct exchange *x = exchange_new(hub, req_of(w), v, &me);
        struct mc_bytes *m = mc_bytes_new(text, sizeof(text) - 1);
        x->era = MC_ERA_LEGACY;
        x->rev = s->rev;
        x->session = s;
        endpoint_batch(x, m);
        mc_bytes_unref(m);
        ok(!w->ended && !w->streaming, "a batch waits for its last answer");
        if (with)
            progress(1);
        answers(b, wire_id(b), "x");
        if (with)
            ok(w->streaming && web_has(w, "data: {\"jsonrpc\":\"2.0\",\"id\":1,") &&
                   web_has(w, "\"code\":-32600") &&
                   web_has(w, "data: {\"jsonrpc\":\"2.0\",\"id\":2,"),
               "or it becomes an event stream, that loses no answer");
        else
            ok(w->status == 200 && w->got.data[0] == '[' && web_has(w, "},{") &&
                   web_has(w, "\"id\":1,") && web_has(w, "\"id\":2,") &&
                   web_has(w, "\"code\":-32600"),
               "then it is one array");
        ok(w->ended, "and ends");
    }
    session_free(s);
}

/* ---- clients that go away ---- */

static void test_gone(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", "{}");
    struct web *w = calls(s, "1", "s__t");
    wire_sent();
    web_gone(w);
    is_str(wire_sent(), "", "a legacy client that goes away has cancelled nothing");
    answers(b, wire_id(b), "lost");
    is_str(web_got(w), "", "its answer finds nobody");
    w = with_progress(s, "2");
    progress(1);
    web_gone(w);
    answers(b, wire_id(b), "kept");
    struct web *back = web_new();
    ok(stream_resume(s, MC_STR("0-0"), req_of(back)), "of an event stream it can come back for it");
    ok(web_has(back, "\"kept\"") && back->ended, "and gets all of it");
    session_free(s);

    struct web *m = modern_posts(v, &me, "tools/call", "3", "\"name\":\"s__t\",", "{}");
    wire_sent();
    web_gone(m);
    ok(strstr(wire_sent(), "notifications/cancelled"),
       "a modern client that goes away has cancelled");
    ok(link_empty(&hub->exchanges), "and nothing is left of it");
}

/* ---- answers that take long ---- */

static void test_slow(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", "{}"),
                   *old = session_as(v, &me, "2025-06-18", "{}");
    struct web *w = calls(s, "1", "s__t");
    unsigned long long id = wire_id(b);
    struct web *o = calls(old, "1", "s__t");
    unsigned long long other = wire_id(b);
    is_int(wire.timer_ms, HUB_STREAM_AFTER_MS, "an answer may take so long");
    wire.now += HUB_STREAM_AFTER_MS - 1;
    wire_fire(hub->loop, &hub->slow);
    ok(!w->streaming, "as JSON");
    wire.now += 1;
    wire_fire(hub->loop, &hub->slow);
    ok(w->streaming && web_has(w, "id: 0-0\n"),
       "then it becomes a stream that the client can come back to");
    ok(!o->streaming, "not for clients that do not know that");
    web_gone(w);
    answers(b, id, "late");
    answers(b, other, "late");
    struct web *back = web_new();
    ok(stream_resume(s, MC_STR("0-0"), req_of(back)) && web_has(back, "\"late\""), "and it does");
    ok(o->status == 200 && web_has(o, "\"late\""), "the others get JSON");
    session_free(s);
    session_free(old);
}

/* ---- the end of what it belongs to ---- */

static void test_ends(void)
{
    struct session *s = session_as(v, &me, "2025-06-18", "{}");
    struct web *w = calls(s, "1", "s__t"),
               *m = modern_posts(v, &me, "tools/call", "2", "\"name\":\"s__t\",", "{}");
    wire_sent();
    exchanges_of_session_over(s);
    ok(w->ended && !m->ended, "a session's requests end with it");
    ok(strstr(wire_sent(), "notifications/cancelled"), "and are cancelled at the server");
    exchanges_of_workspace_over(ws);
    ok(m->status == 503 && web_has(m, "the workspace was taken down"),
       "those of a workspace too, and are told why");
    session_free(s);
}

int main(void)
{
    hub_begin();
    ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"}");
    v = view_get(ws, NULL);
    b = runs(server_of(ws, "s"));
    test_json();
    test_events();
    test_batch();
    test_gone();
    test_slow();
    test_ends();
    hub_over();
    return done_testing();
}
