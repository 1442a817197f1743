/* hub/tasks, hub/drive: how many, how long, at which pace. What passes between clients and servers is in tests/e2e/tasks.t. */
#include "hub/tasks.h"
#include "tests/unit/hub-fixture.h"

#define TASK(id, status, more)                                                                     \
    "\"taskId\":\"" id "\",\"status\":\"" status                                                   \
    "\",\"createdAt\":\"t\",\"lastUpdatedAt\":\"t\"" more

static struct session *ada;
static struct mc_backend *b;
static struct view *v;
static unsigned made;

/* The server makes the task that was asked for last, under a new id. */
static void makes(const char *ttl)
{
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"task\":{" TASK("t%u", "working",
                                                                        ",\"ttl\":%s") "}}}",
         wire_id(b), ++made, ttl);
}

/* A task of ada's; returns its id towards her. */
static char *begins(const char *ttl)
{
    struct web *w =
        posts(ada, "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"tools/call\",\"params\":{"
                   "\"name\":\"s__long\",\"arguments\":{},\"task\":{}}}");
    makes(ttl);
    struct mc_jval answer = mc_jval_of(mc_str_of(web_got(w)));
    return mc_jstr_dup(mc_jpath(answer, "result", "task", "taskId", NULL));
}

static bool is_known(const char *id)
{
    MC_CLEANUP(mc_freep)
    char *text =
        mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":\"g\",\"method\":\"tasks/get\",\"params\":{"
                    "\"taskId\":\"%s\"}}",
                    id);
    struct web *w = posts(ada, text);
    if (w->ended)
        return false;
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{" TASK("x", "working", ",\"ttl\":null") "}}",
         wire_id(b));
    return true;
}

static void sweep_after(uint64_t ms)
{
    wire.now += ms;
    tasks_sweep(hub);
}

static void test_time(void)
{
    char *limited = begins("60000"), *endless = begins("null");

    sweep_after(60000 + HUB_TASK_SLACK_MS - 1);
    struct task *t = mc_map_get(hub->tasks, mc_str_of(limited));
    ok(t,
       "a task is known for its ttl, and a little longer: that it is over is the server's to say");
    sweep_after(1);
    ok(!mc_map_get(hub->tasks, mc_str_of(limited)), "and no longer");
    sweep_after(HUB_TASK_KEEP_MS - 60000 - HUB_TASK_SLACK_MS - 1);
    ok(is_known(endless), "without a ttl it is kept for a day");
    sweep_after(HUB_TASK_KEEP_MS - 1);
    ok(is_known(endless), "from each use on");
    sweep_after(HUB_TASK_KEEP_MS);
    ok(!is_known(endless), "then it is forgotten");
    mc_free(limited);
    mc_free(endless);
}

static void test_room(void)
{
    char *first = NULL;

    for (unsigned i = 0; i < HUB_TASKS_OWNER_MAX; i++) {
        char *id = begins("3600000");
        if (i == 7)
            first = MC_TAKE(id);
        mc_free(id);
    }
    wire_sent();
    char *none = begins("3600000");
    ok(!none, "more tasks of one session are not accepted");
    ok(strstr(wire_sent(), "\"tasks/cancel\""), "and the server is told");
    is_int(mc_map_count(hub->tasks), HUB_TASKS_OWNER_MAX, "none was lost");
    struct task *t = mc_map_get(hub->tasks, mc_str_of(first));
    says(b,
         "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tasks/status\",\"params\":{"
         "\"taskId\":%s,\"status\":\"completed\"}}",
         t->server_id);
    char *room = begins("3600000");
    ok(room && !mc_map_get(hub->tasks, mc_str_of(first)), "the oldest that is over makes room");
    mc_free(room);
    mc_free(first);
    sweep_after(3600000 + HUB_TASK_SLACK_MS);
    is_int(mc_map_count(hub->tasks), 0, "they all go");
}

static struct web *drives(const char *token)
{
    MC_CLEANUP(mc_freep)
    char *text =
        mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":\"d\",\"method\":\"tools/call\",\"params\":{"
                    "\"name\":\"s__must\",\"arguments\":{}%s}}",
                    token);
    return posts(ada, text);
}

static void looks(void)
{
    wire_fire(hub->loop, wire.timer);
}

static void is_at(const char *status, const char *more)
{
    looks();
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{" TASK("d", "%s", "%s") "}}", wire_id(b),
         status, more);
}

static void test_pace(void)
{
    struct web *w = drives("");

    makes("null");
    is_int(wire.timer_ms, HUB_TASK_POLL_MS,
           "a server that says nothing is asked at the hub's pace");
    is_at("working", ",\"pollInterval\":1234");
    is_int(wire.timer_ms, 1234, "else at its own");
    is_at("working", ",\"pollInterval\":1");
    is_int(wire.timer_ms, HUB_TASK_POLL_MIN_MS, "not faster than that");
    is_at("working", ",\"pollInterval\":86400000");
    is_int(wire.timer_ms, HUB_TASK_POLL_MAX_MS, "nor slower");
    wire_sent();
    is_at("completed", "");
    ok(strstr(wire_sent(), "\"tasks/result\""), "the result is asked for when there is one");
    answers(b, wire_id(b), "done");
    ok(web_has(w, "\"done\"") && mc_map_count(hub->tasks) == 0, "and answers the call");
    w = drives("");
    makes("null");
    wire.now += HUB_TASK_DRIVE_MS;
    wire_sent();
    looks();
    ok(web_has(w, "did not finish its task"), "it is not driven for ever");
    ok(strstr(wire_sent(), "\"tasks/cancel\""), "but cancelled");
}

static unsigned told(struct web *w)
{
    unsigned n = 0;
    for (const char *p = web_got(w); (p = strstr(p, "notifications/progress")); p++)
        n++;
    return n;
}

static void test_progress(void)
{
    struct web *w = drives(",\"_meta\":{\"progressToken\":\"p\"}");

    makes("null");
    is_int(told(w), 1, "who wants progress is told that it works");
    is_at("working", ",\"statusMessage\":\"half\"");
    is_int(told(w), 2, "what is new");
    is_at("working", ",\"statusMessage\":\"half\"");
    is_int(told(w), 2, "once");
    wire.now += HUB_TASK_TELL_MS;
    is_at("working", ",\"statusMessage\":\"half\"");
    is_int(told(w), 3, "and now and then that it goes on");
    ok(web_has(w, "\"progressToken\":\"p\",\"progress\":3,\"message\":\"half\""), "ever more");
    is_at("cancelled", "");
    ok(web_has(w, "has cancelled its task"), "a task that its server cancels fails the call");
}

#define asks_for(task, id)                                                                         \
    says(b,                                                                                        \
         "{\"jsonrpc\":\"2.0\",\"id\":\"%s%u\",\"method\":\"elicitation/create\",\"params\":{"     \
         "\"message\":\"word?\",\"requestedSchema\":{},\"_meta\":{\"" MC_TASKS_RELATED             \
         "\":{\"taskId\":\"%s\"}}}}",                                                              \
         "q", id, task)

static void test_held(void)
{
    char *id = begins("60000"), name[16];
    unsigned i;

    snprintf(name, sizeof(name), "t%u", made);
    wire_sent();
    for (i = 0; i < HUB_TASK_HELD_MAX; i++)
        asks_for(name, i);
    ok(!strstr(wire_sent(), "error"), "a task's requests wait for their client");
    asks_for(name, i);
    ok(strstr(wire_sent(), "\"id\":\"q16\",\"error\""), "so many of them");
    MC_CLEANUP(mc_freep)
    char *text =
        mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":\"r\",\"method\":\"tasks/result\",\"params\":{"
                    "\"taskId\":\"%s\"}}",
                    id);
    struct web *w = posts(ada, text);
    unsigned n = 0;
    for (const char *p = web_got(w); (p = strstr(p, "word?")); p++)
        n++;
    is_int(n, HUB_TASK_HELD_MAX, "they come when it asks for the result");
    answers(b, wire_id(b), "r");
    wire_sent();
    posts(ada, "{\"jsonrpc\":\"2.0\",\"id\":\"e\",\"method\":\"tools/call\",\"params\":{\"name\":"
               "\"s__long\",\"arguments\":{},\"task\":{}}}");
    asks_for("other", 50u);
    ok(!strstr(wire_sent(), "error"), "one of a task that is not known yet waits, too");
    makes("60000");
    sweep_after(HUB_TASK_EARLY_MS + 1);
    ok(strstr(wire_sent(), "\"id\":\"q50\",\"error\""), "for a while");
    mc_free(id);
}

static char *member(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? mc_str_dup((struct mc_str){at + strlen(name), 32}) : NULL;
}

/* A server's request that wants a task is the client's plain one. */
static void test_hosted(void)
{
    struct web *w = calls(ada, "\"h\"", "s__long");
    unsigned long long call = wire_id(b);

    wire_sent();
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"elicitation/create\",\"params\":{"
            "\"message\":\"word?\",\"task\":{\"ttl\":60000},\"requestedSchema\":{}}}");
    const char *sent = wire_sent();
    ok(strstr(sent, "\"id\":9,\"result\":{\"task\":{\"taskId\":\"") &&
           strstr(sent, "\"ttl\":60000"),
       "the server has its task at once");
    char *id = member(sent, "\"taskId\":\"");
    ok(web_has(w, "word?") && !web_has(w, "\"ttl\""), "the client is asked plainly");
    answers(b, call, "early");
    ok(w->ended, "the call may end before the answer");
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":10,\"method\":\"tasks/get\",\"params\":{\"taskId\":\"%s\"}}",
         id);
    ok(strstr(wire_sent(), "\"status\":\"working\""), "the task goes on");
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":11,\"method\":\"tasks/"
         "result\",\"params\":{\"taskId\":\"%s\"}}",
         id);
    ok(!strstr(wire_sent(), "\"id\":11"), "its result has to be waited for");
    unsigned no = ada->next_ask;
    MC_CLEANUP(mc_freep)
    char *answer =
        mc_asprintf("{\"jsonrpc\":\"2.0\",\"id\":%u,\"result\":{\"action\":\"accept\"}}", no);
    posts(ada, answer);
    MC_CLEANUP(mc_freep)
    char *want = mc_asprintf("\"id\":11,\"result\":{\"_meta\":{\"" MC_TASKS_RELATED
                             "\":{\"taskId\":\"%s\"}},\"action\":\"accept\"}",
                             id);
    ok(strstr(wire_sent(), want), "the answer is the result, and names its task");
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":12,\"method\":\"tasks/list\"}");
    ok(strstr(wire_sent(), "\"status\":\"completed\""), "the list has it");
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":13,\"method\":\"tasks/"
         "cancel\",\"params\":{\"taskId\":\"%s\"}}",
         id);
    ok(strstr(wire_sent(), "-32602"), "what is over cannot be cancelled");
    sweep_after(60000);
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":14,\"method\":\"tasks/get\",\"params\":{\"taskId\":\"%s\"}}",
         id);
    ok(strstr(wire_sent(), "Task not found"), "after its ttl it is forgotten");
    mc_free(id);
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":15,\"method\":\"elicitation/create\",\"params\":{"
            "\"message\":\"word?\",\"task\":{},\"requestedSchema\":{}}}");
    id = member(wire_sent(), "\"taskId\":\"");
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":16,\"method\":\"tasks/"
         "result\",\"params\":{\"taskId\":\"%s\"}}",
         id);
    ok(strstr(wire_sent(), "no call is in flight"), "there must be somebody to ask");
    mc_free(id);
    w = calls(ada, "\"i\"", "s__long");
    says(b, "{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"elicitation/create\",\"params\":{"
            "\"message\":\"word?\",\"task\":{},\"requestedSchema\":{}}}");
    id = member(wire_sent(), "\"taskId\":\"");
    says(b,
         "{\"jsonrpc\":\"2.0\",\"id\":18,\"method\":\"tasks/"
         "cancel\",\"params\":{\"taskId\":\"%s\"}}",
         id);
    ok(strstr(wire_sent(), "\"status\":\"cancelled\""), "one that is cancelled");
    ok(web_has(w, "notifications/cancelled"), "is withdrawn from the client");
    answers(b, wire_id(b), "end");
    mc_free(id);
}

/* The next process may give the same ids to others. */
static void test_exit(void)
{
    char *id = begins("null");
    struct web *w = drives("");

    makes("null");
    wire.child = b->child;
    wire_exits(1);
    ok(!mc_map_get(hub->tasks, mc_str_of(id)), "a task is forgotten with the process that made it");
    ok(web_has(w, "and its task with it"), "a call that is driven fails, also between two looks");
    ok(link_empty(&hub->task_order), "nothing else is left of them");
    mc_free(id);
}

int main(void)
{
    static const char *const tools[MC_KIND_MAX] = {
        [MC_KIND_TOOL] = "[{\"name\":\"long\",\"inputSchema\":{},\"execution\":{\"taskSupport\":"
                         "\"optional\"}},{\"name\":\"must\",\"inputSchema\":{},\"execution\":{"
                         "\"taskSupport\":\"required\"}}]"};

    hub_begin();
    struct workspace *ws = workspace_of("/r/w", "\"s\":{\"command\":\"s\"}");
    knows(server_of(ws, "s"), MC_REV_2025_11_25,
          "{\"tools\":{},\"tasks\":{\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}}", tools);
    b = runs(server_of(ws, "s"));
    v = view_get(ws, NULL);
    ada = session_as(v, &me, "2025-11-25", FORM);
    test_time();
    test_room();
    test_pace();
    test_progress();
    test_held();
    test_hosted();
    test_exit();
    hub_over();
    return done_testing();
}
