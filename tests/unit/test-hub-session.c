/* hub/session: to whom a session belongs, what it remembers, how many there are and how long they last. */
#include "store/kv.h"
#include "tests/unit/hub-fixture.h"

static struct workspace *ws;
static struct view *v;
static struct session *got;
static bool answered;

static void on_got(void *arg, struct session *s)
{
    (void)arg;
    got = s;
    answered = true;
}

static struct session *find(const char *id, const struct mc_principal *who, struct view *at)
{
    answered = false;
    session_find(hub, mc_str_of(id), who, at, on_got, NULL);
    MC_ASSERT(answered);
    return got;
}

static void test_belongs(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", "{}");
    struct view *one = view_get(ws, "s");
    char id[33];

    snprintf(id, sizeof(id), "%s", s->id);
    is_int(strspn(id, "0123456789abcdef"), 32, "an id is 128 bits");
    ok(find(id, &me, v) == s, "it is found by its caller, at its endpoint");
    ok(!find(id, &other_user, v), "to another user it does not exist");
    ok(!find(id, &me, one), "nor at another endpoint");
    ok(!find("", &me, v) && !find("0123", &me, v) &&
           !find("00000000000000000000000000000000", &me, v),
       "nor by another id");
    struct session *single = session_as(one, &me, "2025-11-25", "{}");
    ok(find(single->id, &me, one) == single && !find(single->id, &me, v),
       "one of a single server is bound to that");
    ok(strcmp(single->id, id) != 0, "ids differ");
    session_free(single);
    session_free(s);
    ok(!find(id, &me, v), "one that has ended is gone, from the store too");
}

static void test_capabilities(void)
{
    static const struct {
        const char *version, *caps, *says;
    } rows[] = {
        {"2025-11-25", "{}", "{}"},
        {"2025-11-25",
         "{\"roots\":{},\"sampling\":{\"tools\":{}},\"elicitation\":{\"form\":{},\"url\":{}}}",
         "{\"roots\":{},\"sampling\":{\"tools\":{}},\"elicitation\":{\"form\":{},\"url\":{}}}"},
        {"2025-11-25", "{\"elicitation\":{}}", "{\"elicitation\":{\"form\":{}}}"},
        {"2025-11-25", "{\"elicitation\":{\"url\":{}}}", "{\"elicitation\":{\"url\":{}}}"},
        {"2025-11-25", "{\"roots\":true,\"sampling\":1,\"elicitation\":[]}", "{}"},
        {"2025-06-18",
         "{\"roots\":{},\"sampling\":{\"tools\":{}},\"elicitation\":{\"form\":{},\"url\":{}}}",
         "{\"roots\":{},\"sampling\":{},\"elicitation\":{\"form\":{}}}"},
        {"2025-03-26", "{\"roots\":{},\"sampling\":{},\"elicitation\":{}}",
         "{\"roots\":{},\"sampling\":{}}"},
        {"2024-11-05", "{\"elicitation\":{\"url\":{}}}", "{}"},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct session *s = session_as(v, &me, rows[i].version, rows[i].caps);
        struct mc_buf out = MC_BUF_INIT(4096);
        ask_add_caps(s->caps, &out);
        mc_buf_addc(&out, '\0');
        is_str(out.data, rows[i].says, "%s in %s", rows[i].caps, rows[i].version);
        mc_buf_done(&out);
        session_free(s);
    }
}

static void test_revisions(void)
{
    struct session *s = session_as(v, &me, "2025-06-18", "{}");
    is_str(mc_rev_name(s->rev), "2025-06-18", "the revision that was asked for");
    session_free(s);
    s = session_as(v, &me, "1999-01-01", "{}");
    is_str(mc_rev_name(s->rev), "2025-11-25", "the newest legacy one for what nobody knows");
    session_free(s);
    s = session_as(v, &me, "2026-07-28", "{}");
    is_str(mc_rev_name(s->rev), "2025-11-25", "and for the one that has no sessions");
    session_free(s);
}

/* As another run of the hub would find it: from its record alone. */
static void test_record(void)
{
    struct session *s = session_as(view_get(ws, "s"), &me, "2025-06-18", FORM);
    char id[33], key[48], *record;
    s->level = 3;
    session_save(s);
    snprintf(id, sizeof(id), "%s", s->id);
    snprintf(key, sizeof(key), "session/%s", id);
    struct mc_buf kept = MC_BUF_INIT(MC_KV_VALUE_MAX);
    mc_buf_addf(&kept,
                "{\"revision\":%d,\"caps\":%u,\"level\":3,\"who\":\"uid:1000\",\"workspace\":"
                "\"one\",\"server\":\"s\",\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}",
                (int)MC_REV_2025_06_18, (unsigned)CLIENT_ELICIT_FORM);
    record = mc_str_dup(mc_buf_str(&kept));
    mc_buf_done(&kept);
    session_free(s);
    is_int(mc_kv_put(hub->kv, key, mc_str_of(record), 1000000), 0, "its record is there");
    ok(!find(id, &other_user, view_get(ws, "s")), "another user does not get it from there either");
    s = find(id, &me, view_get(ws, "s"));
    ok(s && s->rev == MC_REV_2025_06_18 && s->caps == CLIENT_ELICIT_FORM && s->level == 3 &&
           strcmp(s->client_info, "{\"name\":\"c\",\"version\":\"1\"}") == 0,
       "its caller does, as it was");
    is_int(mc_map_count(hub->sessions), 1, "once");
    session_free(s);
    for (const char *const *bad =
             (const char *const[]){"{}", "[]", "{\"revision\":0,\"caps\":0,\"level\":0}",
                                   "{\"revision\":99,\"caps\":0,\"level\":0}",
                                   "{\"revision\":1,\"caps\":\"x\",\"level\":0}", NULL};
         *bad; bad++) {
        mc_kv_put(hub->kv, key, mc_str_of(*bad), 1000000);
        ok(!find(id, &me, view_get(ws, "s")), "no session from %s", *bad);
    }
    mc_kv_del(hub->kv, key);
    mc_free(record);
}

static void test_bounds(void)
{
    struct session *last = NULL;
    unsigned n = 0;
    while (n <= HUB_SESSIONS_MAX && (last = session_new(hub, v, &me)))
        n++;
    is_int(n, HUB_SESSIONS_MAX, "so many sessions there are");
    ok(!last, "and no more");
    sessions_of_workspace_over(hub, "other");
    is_int(mc_map_count(hub->sessions), HUB_SESSIONS_MAX,
           "those of another workspace end with that");
    sessions_of_workspace_over(hub, ws->name);
    is_int(mc_map_count(hub->sessions), 0, "these with theirs");
}

static void test_expiry(void)
{
    struct session *idle = session_as(v, &me, "2025-11-25", "{}"),
                   *open = session_as(v, &me, "2025-11-25", "{}"),
                   *busy = session_as(v, &me, "2025-11-25", "{}"),
                   *used = session_as(v, &me, "2025-11-25", "{}");
    char id[33];
    struct web *w = web_new();
    struct mc_backend *b = runs(server_of(ws, "s"));

    (void)idle;
    snprintf(id, sizeof(id), "%s", used->id);
    stream_open(open, req_of(w), true);
    struct web *call = calls(busy, "1", "s__t");
    wire.now += HUB_SESSION_IDLE_MS;
    sessions_sweep(hub, false);
    is_int(mc_map_count(hub->sessions), 4, "a day without a request");
    find(id, &me, v);
    wire.now += 1;
    sessions_sweep(hub, false);
    is_int(mc_map_count(hub->sessions), 3, "ends a session");
    ok(find(id, &me, v), "not one that was used");
    ok(!w->ended, "nor one with an open stream");
    ok(!call->ended, "nor one whose call is not answered");
    answers(b, wire_id(b), "late");
    ok(web_has(call, "late"), "which it still gets");
    web_gone(w);
    wire.now += 2ull * HUB_SESSION_IDLE_MS;
    sessions_sweep(hub, false);
    is_int(mc_map_count(hub->sessions), 0, "then all end");
}

/* Its end: calls, questions and streams go with it. */
static void test_end(void)
{
    struct session *s = session_as(v, &me, "2025-11-25", FORM);
    struct mc_backend *b = runs(server_of(ws, "s"));
    struct web *call = calls(s, "1", "s__t");
    asks(b, "\"q\"");
    ok(web_has(call, "word?") && s->n_asks == 1, "a question is open");
    wire_sent();
    session_free(s);
    const char *sent = wire_sent();
    ok(strstr(sent, "\"id\":\"q\",\"error\"") && strstr(sent, "the client has gone"),
       "the server is told that nobody answers");
    ok(strstr(sent, "notifications/cancelled"), "and that the call is over");
    ok(call->ended, "the client's stream ends");
}

static void test_levels(void)
{
    ok(level_index(MC_STR("\"debug\"")) == 0 && level_index(MC_STR("\"emergency\"")) == 7,
       "the levels of syslog");
    ok(level_index(MC_STR("\"Debug\"")) < 0 && level_index(MC_STR("3")) < 0 &&
           level_index(MC_STR("\"\"")) < 0 && level_index(MC_STR_NONE) < 0,
       "and nothing else");
    is_str(level_name(4), "error", "by their names");
}

int main(void)
{
    hub_begin();
    ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"}");
    v = view_get(ws, NULL);
    test_belongs();
    test_capabilities();
    test_revisions();
    test_record();
    test_bounds();
    test_expiry();
    test_end();
    test_levels();
    hub_over();
    return done_testing();
}
