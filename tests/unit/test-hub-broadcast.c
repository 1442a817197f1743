/* hub/broadcast: list_changed to many clients: everybody once, a slice in each turn of the loop, and in its place among what else a client is told. */
#include "tests/unit/hub-fixture.h"

#define MANY 1000

static struct workspace *ws;
static struct web *streams[MANY];
static struct session *sessions[MANY];

static unsigned times(struct web *w, const char *text)
{
    unsigned n = 0;
    for (const char *p = web_got(w); (p = strstr(p, text)); p++)
        n++;
    return n;
}

static unsigned told(const char *text)
{
    unsigned n = 0;
    for (unsigned i = 0; i < MANY; i++)
        n += times(streams[i], text) > 0;
    return n;
}

static bool rest(void)
{
    return !mc_timer_active(&hub->broadcast);
}

static void turn(void)
{
    wire_fire(hub->loop, &hub->broadcast);
}

static void test_slices(void)
{
    unsigned before = 0, most = 0;
    bool twice = false, here = false;

    notify_lists(ws, NULL, 1u << MC_KIND_TOOL);
    is_int(told("tools/list_changed"), 0, "nobody is told in the turn of the change");
    while (!rest()) {
        turn();
        unsigned now = told("tools/list_changed");
        most = now - before > most ? now - before : most;
        before = now;
        here |= !rest() && wire.timer_ms == 0;
    }
    is_int(before, MANY, "all are told");
    ok(most > 0 && most <= HUB_BROADCAST_MAX, "at most %d in a turn (%u)", HUB_BROADCAST_MAX, most);
    ok(!here, "and the next ones in another turn");
    for (unsigned i = 0; i < MANY; i++)
        twice |= times(streams[i], "tools/list_changed") != 1;
    ok(!twice, "each once");
}

static void test_meanwhile(void)
{
    unsigned first = 0, second = 0;

    for (unsigned i = 0; i < MANY; i++)
        mc_buf_clear(&streams[i]->got);
    notify_lists(ws, NULL, 1u << MC_KIND_TOOL);
    while (told("tools/list_changed") == 0)
        turn();
    unsigned already = told("tools/list_changed");
    notify_lists(ws, NULL, 1u << MC_KIND_TOOL | 1u << MC_KIND_PROMPT);
    session_push(sessions[MANY - 1], MC_STR("{\"later\":1}"));
    while (!rest())
        turn();
    for (unsigned i = 0; i < MANY; i++) {
        first += times(streams[i], "tools/list_changed") == 1;
        second += times(streams[i], "tools/list_changed") == 2;
    }
    ok(second == already && first == MANY - already,
       "a change that comes meanwhile: once for those who were not told of the first one, again "
       "for the others (%u)",
       second);
    is_int(told("prompts/list_changed"), MANY, "another list is told, too");
    unsigned late = 0;
    for (unsigned i = 0; i < MANY; i++) {
        const char *got = web_got(streams[i]), *other = strstr(got, "later");
        late += other && strstr(got, "tools/list_changed") < other &&
                strstr(got, "prompts/list_changed") < other && !strstr(other, "list_changed");
    }
    is_int(late, 1, "and before what a client is told afterwards");
}

static struct web *listens(const char *filter)
{
    MC_CLEANUP(mc_freep)
    char *text = mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"subscriptions/listen\","
                             "\"params\":{\"notifications\":%s}}",
                             filter);
    struct web *w = web_new();
    struct exchange *x = exchange_new(hub, req_of(w), view_get(ws, NULL), &me);
    struct mc_envelope e;
    struct mc_bytes *m = scanned(text, &e);

    x->era = MC_ERA_MODERN;
    x->open++;
    listen_begin(x, &e);
    exchange_fed(x);
    mc_bytes_unref(m);
    return w;
}

static void test_listens(void)
{
    struct web *w = listens("{\"toolsListChanged\":true}");

    notify_lists(ws, NULL, MC_KINDS_ALL);
    notify_lists(ws, NULL, MC_KINDS_ALL);
    while (!rest())
        turn();
    ok(times(w, "tools/list_changed") == 1 && times(w, "prompts/list_changed") == 0,
       "a listen gets what it asked for, once");
    notify_lists(ws, NULL, MC_KINDS_ALL);
    web_gone(w);
    for (unsigned i = 0; i < MANY; i++)
        session_free(sessions[i]);
    while (!rest())
        turn();
    ok(true, "clients that go while there is something to tell");
}

int main(void)
{
    hub_begin();
    ws = workspace_of("/r/one", "\"a\":{\"command\":\"a\"}");
    runs(server_of(ws, "a"));
    for (unsigned i = 0; i < MANY; i++) {
        sessions[i] = session_as(view_get(ws, NULL), &me, "2025-06-18", "{}");
        streams[i] = web_new();
        stream_open(sessions[i], req_of(streams[i]), true);
    }
    while (!rest())
        turn();
    for (unsigned i = 0; i < MANY; i++)
        mc_buf_clear(&streams[i]->got);
    test_slices();
    test_meanwhile();
    test_listens();
    hub_over();
    return done_testing();
}
