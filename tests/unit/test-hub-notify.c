/* hub/notify: what a server tells on its own, and who hears of it. */
#include "tests/unit/hub-fixture.h"

static struct workspace *ws, *other;
static struct view *v;
static struct mc_backend *b;

static struct session *listener(struct view *at, struct web **w)
{
    struct session *s = session_as(at, &me, "2025-06-18", "{}");
    stream_open(s, req_of(*w = web_new()), true);
    return s;
}

static unsigned count(struct web *w, const char *text)
{
    unsigned n = 0;
    for (const char *p = web_got(w); (p = strstr(p, text)); p++)
        n++;
    return n;
}

/* ---- list_changed ---- */

/* To everybody, without waiting for their turn. */
static void told(struct workspace *where, struct server *srv, unsigned kinds)
{
    notify_lists(where, srv, kinds);
    while (mc_timer_active(&hub->broadcast))
        wire_fire(hub->loop, &hub->broadcast);
}

static void test_lists(void)
{
    struct web *merged, *single, *neighbour, *far;
    struct session *s[] = {listener(v, &merged), listener(view_get(ws, "s"), &single),
                           listener(view_get(ws, "t"), &neighbour),
                           listener(view_get(other, NULL), &far)};
    told(ws, server_of(ws, "s"), 1u << MC_KIND_TOOL);
    is_int(count(merged, "notifications/tools/list_changed"), 1,
           "who sees all servers hears of a change at one");
    is_int(count(single, "list_changed"), 1, "and who sees that one");
    is_int(count(neighbour, "list_changed"), 0, "not who sees another");
    is_int(count(far, "list_changed"), 0, "nor another workspace");
    told(ws, server_of(ws, "t"),
         1u << MC_KIND_TEMPLATE | 1u << MC_KIND_RESOURCE | 1u << MC_KIND_PROMPT);
    is_int(count(merged, "notifications/resources/list_changed"), 1,
           "resources and templates are one notice");
    is_int(count(merged, "notifications/prompts/list_changed"), 1, "prompts another");
    is_int(count(merged, "notifications/tools/list_changed"), 1, "tools none");
    told(ws, NULL, 1u << MC_KIND_TOOL);
    ok(count(merged, "tools/list_changed") == 2 && count(single, "tools/list_changed") == 2 &&
           count(neighbour, "tools/list_changed") == 1,
       "a change of the whole workspace is everybody's");
    for (size_t i = 0; i < MC_ARRAY_LEN(s); i++)
        session_free(s[i]);
}

/* ---- resources/updated ---- */

static void updated(const char *uri)
{
    says(b,
         "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/"
         "updated\",\"params\":{\"uri\":\"%s\",\"x\":1.0}}",
         uri);
}

static void test_resources(void)
{
    struct web *w, *quiet;
    struct session *s = listener(v, &w), *q = listener(v, &quiet);
    subscribe_add(hub, b, "x://a", s, NULL);
    subscribe_add(hub, b, "x://d/", s, NULL);
    updated("x://a");
    is_int(count(w, "\"params\":{\"uri\":\"x://a\",\"x\":1.0}"), 1,
           "who subscribed hears of it, in the server's own bytes");
    is_int(count(quiet, "updated"), 0, "who did not does not");
    updated("x://a/b");
    is_int(count(w, "x://a/b"), 1, "a part of what was subscribed concerns it");
    updated("x://d/e");
    is_int(count(w, "x://d/e"), 1, "also below a directory");
    updated("x://ab");
    updated("x://");
    updated("y://a");
    is_int(count(w, "updated"), 3, "what only looks like it does not");
    subscribe_add(hub, b, "x://a/b", s, NULL);
    updated("x://a/b/c");
    is_int(count(w, "x://a/b/c"), 1, "two subscriptions are one notice");
    says(server_of(ws, "t")->backend, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/"
                                      "updated\",\"params\":{\"uri\":\"x://a\"}}");
    is_int(count(w, "updated"), 4, "another server's resource of that name is another");
    session_free(s);
    session_free(q);
}

/* ---- log messages ---- */

static void logs(const char *level)
{
    says(b,
         "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
         "message\",\"params\":{\"level\":\"%s\",\"data\":\"d\"}}",
         level);
}

static void test_logs(void)
{
    struct web *w, *quiet;
    struct session *s = listener(v, &w), *q = listener(v, &quiet);
    s->level = level_index(MC_STR("\"warning\""));
    q->level = level_index(MC_STR("\"emergency\""));
    for (const char *const *l = (const char *const[]){"debug", "info", "notice", "warning", "error",
                                                      "critical", "alert", "emergency", NULL};
         *l; l++)
        logs(*l);
    is_int(count(w, "notifications/message"), 5,
           "outside of calls, who wanted that level or a lower one");
    is_int(count(quiet, "notifications/message"), 1, "each its own");
    mc_buf_clear(&w->got);
    struct web *call = calls(q, "1", "s__t");
    q->level = 0;
    logs("info");
    ok(count(call, "notifications/message") == 1 && count(w, "notifications/message") == 0,
       "during a call, whoever's call it is, on its stream");
    answers(b, wire_id(b), "x");
    struct web *one = calls(s, "2", "s__t"), *two = calls(q, "2", "s__t");
    logs("emergency");
    is_int(count(one, "notifications/message") + count(two, "notifications/message"), 0,
           "with calls of two clients nobody: it may be the other's");
    session_free(s);
    session_free(q);
    memset(hub->ghosts, 0, sizeof(hub->ghosts));
}

/* The lowest level that anybody wants is told to the server. */
static void test_levels(void)
{
    struct web *w;
    struct session *s = listener(v, &w), *t = listener(v, &w),
                   *far = listener(view_get(other, NULL), &w);
    wire_sent();
    notify_levels(hub, b);
    is_str(wire_sent(), "", "nobody asked: the server chooses");
    s->level = 5;
    t->level = 3;
    far->level = 0;
    notify_levels(hub, b);
    ok(strstr(wire_sent(), "\"method\":\"logging/setLevel\",\"params\":{\"level\":\"warning\"}"),
       "the lowest of those who see it");
    session_free(s);
    session_free(t);
    session_free(far);
}

int main(void)
{
    hub_begin();
    ws = workspace_of("/w/one", "\"s\":{\"command\":\"s\"},\"t\":{\"command\":\"t\"}");
    other = workspace_of("/w/two", "\"u\":{\"command\":\"u\"}");
    v = view_get(ws, NULL);
    static const char *const tool[MC_KIND_MAX] = {
        [MC_KIND_TOOL] = "[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}]"};
    knows(server_of(ws, "s"), MC_REV_2025_11_25,
          "{\"tools\":{},\"resources\":{\"subscribe\":true},\"logging\":{}}", tool);
    b = runs(server_of(ws, "s"));
    runs(server_of(ws, "t"));
    test_lists();
    test_resources();
    test_logs();
    test_levels();
    hub_over();
    return done_testing();
}
