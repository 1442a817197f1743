#include "base/alloc.h"
#include "base/buf.h"
#include "mcp/tasks.h"
#include "tests/tap.h"

static struct mc_task_info read_task(const char *text, bool *known)
{
    struct mc_task_info info;

    *known = mc_tasks_read(mc_jval_of(mc_str_of(text)), &info);
    return info;
}

static void test_read(void)
{
    bool known;
    struct mc_task_info i =
        read_task("{\"taskId\":\"a\\u0062\",\"status\":\"working\",\"statusMessage\":\"\\n\","
                  "\"ttl\":60000,\"pollInterval\":500}",
                  &known);

    ok(known, "a task of 2025-11-25");
    ok(mc_str_eq(i.id, MC_STR("\"a\\u0062\"")), "its id as the server spells it");
    ok(i.status == MC_TASK_WORKING && !mc_task_over(i.status), "its state");
    ok(mc_str_eq(i.message, MC_STR("\"\\n\"")), "its message");
    ok(i.ttl_ms == 60000 && i.poll_ms == 500, "its times");
    i = read_task(
        "{\"taskId\":\"x\",\"status\":\"input_required\",\"ttlMs\":null,\"pollIntervalMs\":0}",
        &known);
    ok(known && i.status == MC_TASK_INPUT_REQUIRED, "one of 2026-07-28");
    ok(i.ttl_ms == -1 && i.poll_ms == 0 && i.message.n == 0, "without limit, pace and message");
    i = read_task("{\"taskId\":\"x\",\"status\":\"failed\",\"ttlMs\":-5,\"pollIntervalMs\":1.5}",
                  &known);
    ok(known && mc_task_over(i.status), "one that is over");
    ok(i.ttl_ms == -1 && i.poll_ms == 0, "times that are none");
    read_task("{\"taskId\":\"x\",\"status\":\"paused\"}", &known);
    ok(!known, "a state that nobody knows");
    read_task("{\"taskId\":7,\"status\":\"working\"}", &known);
    ok(!known, "an id that is no string");
    read_task("{\"taskId\":\"\",\"status\":\"working\"}", &known);
    ok(!known, "an empty id");
    read_task("[]", &known);
    ok(!known, "no object");
}

static void test_support(void)
{
    struct mc_str required =
        MC_STR("{\"name\":\"t\",\"execution\":{\"taskSupport\":\"required\"}}");
    struct mc_str none = MC_STR("{\"name\":\"t\"}"), at;

    ok(mc_tasks_support(required) == MC_TASKS_REQUIRED, "required");
    ok(mc_tasks_support(none) == MC_TASKS_FORBIDDEN, "nothing said: forbidden");
    ok(mc_tasks_support(MC_STR("{\"execution\":{\"taskSupport\":7}}")) == MC_TASKS_FORBIDDEN,
       "nonsense: forbidden");
    ok(mc_str_eq(mc_tasks_support_edit(required, MC_TASKS_OPTIONAL, &at), MC_STR("\"optional\"")) &&
           mc_str_eq(at, MC_STR("\"required\"")),
       "what says something else is edited");
    ok(mc_tasks_support_edit(required, MC_TASKS_REQUIRED, &at).n == 0,
       "what says so already is not");
    ok(mc_tasks_support_edit(none, MC_TASKS_FORBIDDEN, &at).n == 0, "nor what says nothing");
}

static char *related(const char *text, const char *id)
{
    struct mc_buf out = MC_BUF_INIT(4096);
    struct mc_splice sp;

    mc_splice_init(&sp, mc_str_of(text));
    mc_tasks_relate(&sp, mc_str_of(text), mc_str_of(id));
    mc_splice_apply(&sp, false, &out);
    return mc_buf_steal(&out);
}

static void is_related(const char *text, const char *id, const char *want, const char *what)
{
    char *got = related(text, id);

    is_str(got, want, "%s", what);
    mc_free(got);
}

#define RELATED "\"" MC_TASKS_RELATED "\":"

static void test_related(void)
{
    ok(mc_str_eq(mc_tasks_related(MC_STR("{\"a\":1," RELATED "{\"taskId\":\"x\"}}")),
                 MC_STR("\"x\"")),
       "a message names its task");
    ok(mc_tasks_related(MC_STR("{\"a\":1}")).n == 0 && mc_tasks_related(MC_STR_NONE).n == 0,
       "or none");
    ok(mc_tasks_related(MC_STR("{" RELATED "{\"taskId\":1}}")).n == 0, "a number is no name");
    is_related("{\"a\":1," RELATED "{\"taskId\":\"x\",\"k\":2}}", "\"other\"",
               "{\"a\":1," RELATED "{\"taskId\":\"other\",\"k\":2}}", "another name");
    is_related("{" RELATED "{\"taskId\":\"x\"},\"a\":1}", "", "{\"a\":1}", "no name");
    is_related("{" RELATED "{\"taskId\":\"x\"}}", "", "{}", "nothing else is there");
    is_related("{\"a\":1}", "\"other\"", "{\"a\":1}", "nothing is added");
    is_related("{" RELATED "7}", "\"other\"", "{" RELATED "7}", "nonsense is left alone");
}

static void is_declared(const char *caps, const char *want, const char *what)
{
    struct mc_buf out = MC_BUF_INIT(4096);

    mc_tasks_declare(mc_str_of(caps), &out);
    is_str(out.data, want, "%s", what);
    ok(mc_tasks_declared(mc_jval_of(mc_buf_str(&out))), "%s: it is there", what);
    mc_buf_done(&out);
}

#define EXTENSION "\"" MC_TASKS_EXTENSION "\":{}"

static void test_declare(void)
{
    ok(!mc_tasks_declared(mc_jval_of(MC_STR("{\"extensions\":{\"x/y\":{}}}"))), "not declared");
    ok(!mc_tasks_declared(mc_jval_of(MC_STR("{\"extensions\":{\"" MC_TASKS_EXTENSION "\":true}}"))),
       "true is no declaration");
    is_declared("{}", "{\"extensions\":{" EXTENSION "}}", "nothing before");
    is_declared("{ \"a\":{} }", "{\"extensions\":{" EXTENSION "}, \"a\":{} }",
                "other capabilities");
    is_declared("{\"a\":1,\"extensions\":{\"x/y\":{\"z\":1.0}},\"b\":2}",
                "{\"a\":1,\"extensions\":{" EXTENSION ",\"x/y\":{\"z\":1.0}},\"b\":2}",
                "other extensions");
    is_declared("{\"extensions\":{}}", "{\"extensions\":{" EXTENSION "}}", "no extensions");
    is_declared("{\"extensions\":{" EXTENSION "}}", "{\"extensions\":{" EXTENSION "}}", "twice");
}

int main(void)
{
    test_read();
    test_support();
    test_related();
    test_declare();
    return done_testing();
}
