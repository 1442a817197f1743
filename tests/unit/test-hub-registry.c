/* hub/registry: which servers share a process, and when it goes. */
#include "tests/unit/hub-fixture.h"

static struct mc_backend *get(const char *digest, int isolation, int protocol, unsigned start_ms,
                              unsigned call_ms)
{
    struct mc_backend_spec spec = {
        .name = "n",
        .isolation = isolation,
        .protocol = protocol,
        .start_ms = start_ms,
        .call_ms = call_ms,
        .cached = mc_catalog_new(MC_REV_2025_11_25, MC_STR("{}"), MC_STR_NONE, MC_STR_NONE)};
    snprintf(spec.launch.digest, sizeof(spec.launch.digest), "%s", digest);
    mc_strv_push(&spec.launch.argv, "prog");
    registry_key(&spec);
    return registry_get(hub, &spec);
}

static void test_sharing(void)
{
    struct mc_backend *b = get("d1", 0, 0, 1, 1), *same = get("d1", 0, 0, 1, 1);
    ok(same == b, "an equal launch with equal options is the same process");
    is_int(b->refs, 2, "counted");
    struct mc_backend *others[] = {get("d2", 0, 0, 1, 1), get("d1", 1, 0, 1, 1),
                                   get("d1", 0, 1, 1, 1), get("d1", 0, 0, 2, 1),
                                   get("d1", 0, 0, 1, 2)};
    static const char *const what[] = {"launch", "isolation", "protocol", "start time",
                                       "call time"};
    for (size_t i = 0; i < MC_ARRAY_LEN(others); i++) {
        ok(others[i] != b, "another %s is another", what[i]);
        for (size_t j = 0; j < i; j++)
            ok(others[i] != others[j], "and differs from that of another %s", what[j]);
    }
    is_int(mc_map_count(hub->backends), 1 + MC_ARRAY_LEN(others), "each is there once");
    is_int(strlen(mc_backend_key(b)), 64, "keys are digests");
    for (size_t i = 0; i < MC_ARRAY_LEN(others); i++)
        registry_put(hub, others[i]);
    mc_backend_unref(same);
    registry_put(hub, b);
    is_int(mc_map_count(hub->backends), 0, "what nobody's server needs is gone");
    ok(link_empty(&hub->retired), "at once, when it has no process");
}

static void test_retiring(void)
{
    struct workspace *one = workspace_of("/w/one", "\"s\":{\"command\":\"same\"}"),
                     *two = workspace_of("/w/two", "\"t\":{\"command\":\"same\"}");
    struct server *s = server_of(one, "s"), *t = server_of(two, "t");
    struct mc_backend *b = runs(s);
    ok(t->backend == b, "two workspaces share a process");
    s->backend = NULL;
    registry_put(hub, b);
    is_int(mc_map_count(hub->backends), 1, "it stays while one of them needs it");
    is_str(mc_backend_state_name(b->state), "READY", "and runs");
    struct session *who = session_as(view_get(two, NULL), &me, "2025-11-25", FORM);
    struct web *w = calls(who, "1", "t__t");
    asks(b, "\"q\"");
    ok(web_has(w, "word?"), "its client is asked something");
    mc_backend_ref(b);
    t->backend = NULL;
    registry_put(hub, b);
    is_int(mc_map_count(hub->backends), 0, "when nobody does it can be found no more");
    is_str(mc_backend_state_name(b->state), "DRAINING", "it may finish its call");
    is_int(who->n_asks, 1, "which may need the answer");
    mc_backend_stop(b);
    is_str(mc_backend_state_name(b->state), "STOPPING",
           "when its time is over it is asked to stop");
    ok(!link_empty(&hub->retired), "and kept until it has");
    is_int(who->n_asks, 0, "its questions are withdrawn");
    ok(web_has(w, "notifications/cancelled") && web_has(w, "the server is gone"),
       "the client is told");
    wire.child = b->child;
    wire_exits(0);
    ok(link_empty(&hub->retired), "then it is gone");
    ok(web_has(w, "it was stopped"), "and its call has failed");
    is_int(b->refs, 1, "nobody else holds it");
    mc_backend_unref(b);
}

static void test_kill(void)
{
    struct workspace *ws = workspace_of("/w/three", "\"s\":{\"command\":\"k\"}");
    struct server *s = server_of(ws, "s");
    struct mc_backend *b = runs(s);
    unsigned closed = wire.closed;
    s->backend = NULL;
    registry_put(hub, b);
    registry_kill_all(hub);
    ok(link_empty(&hub->retired) && wire.closed == closed + 1,
       "after the grace what is left is killed");
}

int main(void)
{
    hub_begin();
    test_sharing();
    test_retiring();
    test_kill();
    hub_over();
    return done_testing();
}
