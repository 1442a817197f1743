#include "fake.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_ARGUMENTS "{\"type\":\"object\"}"
#define ANY_ARGUMENTS "{\"type\":\"object\",\"additionalProperties\":true}"
#define LEVEL_INFO 1

void fake_answer_text(const struct fake_request *r, struct mc_str text, bool is_error)
{
    MC_CLEANUP(mc_freep) char *quoted = fake_quote(text);
    MC_CLEANUP(mc_freep)
    char *members = mc_asprintf("\"content\":[{\"type\":\"text\",\"text\":%s}]%s", quoted,
                                is_error ? ",\"isError\":true" : "");
    fake_result(r, members);
}

/* ---- asking the client ---- */

static const struct {
    const char *method, *params, *required;
} questions[] = {
    [ASK_SAMPLING] = {"sampling/createMessage",
                      "\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":"
                      "\"What is 6 times 7?\"}}],"
                      "\"maxTokens\":100",
                      "{\"sampling\":{}}"},
    [ASK_FORM] = {"elicitation/create",
                  "\"message\":\"What is your name?\",\"requestedSchema\":{\"type\":\"object\","
                  "\"properties\":{\"name\":{\"type\":\"string\"}},\"required\":[\"name\"]}",
                  "{\"elicitation\":{\"form\":{}}}"},
    [ASK_URL] =
        {"elicitation/create",
         "\"mode\":\"url\",\"message\":\"Please sign in\",\"url\":\"https://example.com/sign-in\","
         "\"elicitationId\":\"sign-in-1\"",
         "{\"elicitation\":{\"url\":{}}}"},
    [ASK_ROOTS] = {"roots/list", "", "{\"roots\":{}}"},
};

static bool can_answer(const struct fake_caps *caps, enum fake_ask ask)
{
    switch (ask) {
    case ASK_SAMPLING:
        return caps->sampling;
    case ASK_FORM:
        return caps->form;
    case ASK_URL:
        return caps->url;
    case ASK_ROOTS:
        return caps->roots;
    default:
        return false;
    }
}

static struct fake_parked *park(const struct fake_request *r)
{
    struct fake_parked *p = MC_NEW(struct fake_parked), **last = &fake.parked;
    p->line = mc_str_dup(r->line);
    p->len = r->line.n;
    while (*last)
        last = &(*last)->next;
    return *last = p;
}

/* A modern server asks in its result and is called again. The state is single-use. */
static void ask_modern(const struct fake_request *r)
{
    static unsigned states;
    struct mc_jval state = mc_jget(r->params, "requestState");
    struct mc_jval given = mc_jpath(r->params, "inputResponses", "question", NULL);
    MC_CLEANUP(mc_freep) char *brought = mc_jstr_dup(state);
    if (state.type != MC_JSON_NONE &&
        (!brought || !fake.state || strcmp(brought, fake.state) != 0)) {
        fake_error(r, -32602, "params.requestState is not the one that was given", NULL);
        return;
    }
    if (state.type != MC_JSON_NONE && given.type != MC_JSON_NONE) {
        mc_free(MC_TAKE(fake.state));
        fake_answer_text(r, given.s, false);
        return;
    }
    mc_free(fake.state);
    fake.state = mc_asprintf("state-%d-%u", (int)getpid(), ++states);
    const char *url_id = strstr(questions[fake.opt.ask].params, ",\"elicitationId\"");
    size_t n = url_id ? (size_t)(url_id - questions[fake.opt.ask].params)
                      : strlen(questions[fake.opt.ask].params);
    MC_CLEANUP(mc_freep)
    char *members = mc_asprintf("\"resultType\":\"input_required\",\"inputRequests\":{\"question\":"
                                "{\"method\":\"%s\",\"params\":{%.*s}}},"
                                "\"requestState\":\"%s\"",
                                questions[fake.opt.ask].method, (int)n,
                                questions[fake.opt.ask].params, fake.state);
    fake_result(r, members);
}

static void run_ask(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    enum fake_ask ask = fake.opt.ask;
    if (!can_answer(&r->caps, ask)) {
        if (r->modern) {
            MC_CLEANUP(mc_freep)
            char *data = mc_asprintf("{\"requiredCapabilities\":%s}", questions[ask].required);
            fake_error(r, -32021, "Missing required client capability", data);
        } else {
            fake_answer_text(r, MC_STR("this client has not declared the capability to answer"), true);
        }
        return;
    }
    if (r->modern) {
        ask_modern(r);
        return;
    }
    park(r)->asked = ++fake.asked;
    fake_ask(fake.asked, questions[ask].method, questions[ask].params);
}

void fake_answered(struct fake_parked *p, struct mc_jval answer)
{
    struct mc_jval call = mc_jval_of((struct mc_str){p->line, p->len});
    struct fake_request r = {.id = mc_jget(call, "id").s, .method = MC_STR("tools/call")};
    fake_answer_text(&r, answer.s, false);
}

void fake_ask_roots_at_start(void)
{
    if (!fake.opt.roots_at_start || !fake.caps.roots)
        return;
    fake.roots_asked = ++fake.asked;
    fake_ask(fake.asked, "roots/list", "");
}

/* ---- the tools ---- */

static bool has_echo(void)
{
    return fake.opt.echo;
}

static bool has_big(void)
{
    return fake.opt.big > 0;
}

static bool has_ask(void)
{
    return fake.opt.ask != ASK_NONE;
}

static bool has_change(void)
{
    return fake.opt.list_changed;
}

static bool has_extra(void)
{
    return fake.extra_tool;
}

static bool has_count(void)
{
    return fake.opt.subscribe;
}

static bool has_roots(void)
{
    return fake.opt.roots_at_start;
}

static void run_echo(const struct fake_request *r, struct mc_jval args)
{
    struct mc_str raw = args.type == MC_JSON_OBJECT ? args.s : MC_STR("{}");
    struct mc_buf b = MC_BUF_INIT(FAKE_LINE_MAX);
    mc_buf_addz(&b, "\"content\":[{\"type\":\"text\",\"text\":");
    mc_jstr_quote(raw, &b);
    mc_buf_addz(&b, "}],\"structuredContent\":");
    mc_buf_adds(&b, raw);
    fake_result(r, b.data);
    mc_buf_done(&b);
}

static void run_big(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    fake_big_result(r, fake.opt.big);
}

static void run_change(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    fake.extra_tool = !fake.extra_tool;
    fake_tools_changed();
    fake_answer_text(r, fake.extra_tool ? MC_STR("extra is there") : MC_STR("extra is gone"), false);
}

static void run_count(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    fake_counter_changed();
    MC_CLEANUP(mc_freep) char *text = mc_asprintf("%lu", fake.counter);
    fake_answer_text(r, mc_str_of(text), false);
}

static void run_extra(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    fake_answer_text(r, MC_STR("extra called"), false);
}

static void run_roots(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    fake_answer_text(r, fake.roots ? mc_str_of(fake.roots) : MC_STR("none"), false);
}

static void run_env(const struct fake_request *r, struct mc_jval args)
{
    MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(mc_jget(args, "name"));
    const char *value = name ? getenv(name) : NULL;
    if (!name)
        fake_answer_text(r, MC_STR("the argument \"name\" is missing"), true);
    else if (!value)
        fake_answer_text(r, MC_STR("not set"), true);
    else
        fake_answer_text(r, mc_str_of(value), false);
}

static void run_pid(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    struct mc_buf b = MC_BUF_INIT(4096);
    mc_buf_addf(&b,
                "\"content\":[{\"type\":\"text\",\"text\":\"%d\"}],\"structuredContent\":{\"pid\":%"
                "d,\"forked\":[",
                (int)getpid(), (int)getpid());
    for (int i = 0; i < fake.n_forks; i++)
        mc_buf_addf(&b, "%s%d", i ? "," : "", (int)fake.forks[i]);
    mc_buf_addz(&b, "]}");
    fake_result(r, b.data);
    mc_buf_done(&b);
}

static bool has_hang_up(void)
{
    return fake.opt.hang_up;
}

static void run_hang_up(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    fake_hang_up();
    fake.extra_tool = !fake.extra_tool; /* unseen by anybody who was listening */
    fake_answer_text(r, MC_STR("hung up"), false);
}

const struct fake_tool fake_tools[] = {
    {"echo", "Returns its arguments", ANY_ARGUMENTS, has_echo, run_echo},
    {"big", "A long answer", NO_ARGUMENTS, has_big, run_big},
    {"ask", "Asks the client", NO_ARGUMENTS, has_ask, run_ask},
    {"change", "Adds or removes the tool extra", NO_ARGUMENTS, has_change, run_change},
    {"extra", "Comes and goes", NO_ARGUMENTS, has_extra, run_extra},
    {"count", "Changes fake://counter", NO_ARGUMENTS, has_count, run_count},
    {"several", "Asks three things at once", NO_ARGUMENTS, fake_has_input, fake_ask_several},
    {"stateless", "Asks without a requestState", NO_ARGUMENTS, fake_has_input,
     fake_ask_without_state},
    {"later", "Wants to be called twice more", NO_ARGUMENTS, fake_has_input, fake_ask_later},
    {"endless", "Asks again and again", NO_ARGUMENTS, fake_has_input, fake_ask_endless},
    {"hangup", "Ends every listen, and changes its tools", NO_ARGUMENTS, has_hang_up, run_hang_up},
    {"roots", "What the client said to roots/list", NO_ARGUMENTS, has_roots, run_roots},
    {"env", "An environment variable",
     "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}},\"required\":[\"name\"]"
     "}",
     NULL, run_env},
    {"pid", "Process ids of the server and of its daemons", NO_ARGUMENTS, NULL, run_pid},
    {0},
};

/* ---- tools/call ---- */

static void tell_progress(const struct fake_request *r)
{
    struct mc_jval token = mc_jget(r->meta, "progressToken");
    if (token.type != MC_JSON_STRING && token.type != MC_JSON_NUMBER)
        return;
    for (long i = 1; i <= fake.opt.progress; i++) {
        MC_CLEANUP(mc_freep)
        char *members = mc_asprintf(
            "\"progressToken\":%.*s,\"progress\":%ld,\"total\":%ld,\"message\":\"step %ld\"",
            MC_STR_ARG(token.s), i, fake.opt.progress, i);
        fake_notify("notifications/progress", members);
    }
}

/* A modern client asks for messages request by request. */
static bool wants_log(const struct fake_request *r)
{
    struct mc_jval level = mc_jget(r->meta, "io.modelcontextprotocol/logLevel");
    if (!r->modern)
        return fake.level <= LEVEL_INFO;
    return level.type == MC_JSON_STRING &&
           (mc_jstr_eq(level.s, MC_STR("debug")) || mc_jstr_eq(level.s, MC_STR("info")));
}

static void tell_log(const struct fake_request *r)
{
    for (long i = 1; i <= fake.opt.log && wants_log(r); i++) {
        MC_CLEANUP(mc_freep)
        char *members =
            mc_asprintf("\"level\":\"info\",\"logger\":\"fake\",\"data\":\"message %ld\"", i);
        fake_notify("notifications/message", members);
    }
}

static const struct fake_tool *find_tool(const char *name)
{
    for (const struct fake_tool *t = fake_tools; t->name; t++)
        if (strcmp(t->name, name) == 0 && (!t->has || t->has()))
            return t;
    return NULL;
}

/* N of "toolN", 0 when it is none. */
static long plain_tool(const char *name)
{
    char *end;
    if (strncmp(name, "tool", 4) != 0 || name[4] < '1' || name[4] > '9')
        return 0;
    long n = strtol(name + 4, &end, 10);
    return !*end && n <= fake.opt.tools ? n : 0;
}

void fake_call(const struct fake_request *r)
{
    MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(mc_jget(r->params, "name"));
    const struct fake_tool *t = name ? find_tool(name) : NULL;
    if (!name || (!t && !plain_tool(name))) {
        MC_CLEANUP(mc_freep)
        char *text = mc_asprintf("Unknown tool: %s", name ? name : "(no name)");
        fake_error(r, -32602, text, NULL);
        return;
    }
    if (fake.opt.slow && !r->delayed) {
        park(r)->due = mc_now_ms() + (uint64_t)fake.opt.slow;
        return;
    }
    if (fake.opt.gate && !r->delayed && fake.gate_open == 0) {
        park(r)->at_gate = true;
        return;
    }
    if (fake.opt.gate && !r->delayed)
        fake.gate_open--;
    tell_progress(r);
    tell_log(r);
    if (t) {
        t->run(r, mc_jget(r->params, "arguments"));
        return;
    }
    MC_CLEANUP(mc_freep) char *text = mc_asprintf("%s called: naïve ✓ 漢字 😀", name);
    fake_answer_text(r, mc_str_of(text), false);
}
