/* call */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/callargs.h"
#include "cli/calltask.h"
#include "cli/client.h"
#include "cli/mcp.h"
#include "cli/out.h"
#include "cli/result.h"
#include "mcp/params.h"
#include "mcp/rpc.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define SUGGEST_MAX 12 /* edits between what was typed and what is offered */

struct call {
    struct mc_cli *cli;
    const char *tool;
    struct mc_client *client;
    char *path;
    const cJSON *workspace; /* of the status, as long as that lives */
    struct mc_buf args;
    struct mc_buf tools; /* array of all tools, empty until it is needed */
    bool progress;       /* something is shown in the terminal's last line */
    bool tasks;          /* the tool demands that its client knows tasks */
};

static int read_stdin(char **ret, size_t *ret_len, struct mc_err *err)
{
    struct mc_buf b = MC_BUF_INIT(MC_CALLARGS_MAX);
    for (;;) {
        if (mc_buf_reserve(&b, 64u << 10) < 0) {
            mc_buf_done(&b);
            return mc_err_set(err, MC_E_TOO_BIG, "standard input is larger than %u bytes",
                              MC_CALLARGS_MAX);
        }
        ssize_t n = read(STDIN_FILENO, b.data + b.len, 64u << 10);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            *ret_len = b.len;
            *ret = mc_buf_steal(&b);
            return n < 0 ? mc_err_sys(err, errno, "reading standard input") : 0;
        }
        b.len += (size_t)n;
    }
}

/* The object given by --args, checked; *ret is empty without the option. */
static int base_args(const char *given, char **ret, size_t *ret_len, struct mc_err *err)
{
    struct mc_err why;
    int r = 0;
    if (!given)
        return 0;
    if (strcmp(given, "-") == 0)
        r = read_stdin(ret, ret_len, err);
    else if (given[0] == '@')
        r = mc_io_read(given + 1, MC_CALLARGS_MAX, ret, ret_len, err);
    else
        *ret_len = strlen(*ret = mc_strdup(given));
    if (r < 0)
        return r;
    const char *from = given[0] == '@' ? given + 1 : given[0] == '-' ? "standard input" : "--args";
    if (mc_json_check(*ret, *ret_len, NULL, &why) < 0)
        return mc_err_set(err, MC_E_USAGE, "%s is not JSON: %s", from, why.msg);
    if (mc_jval_of((struct mc_str){*ret, *ret_len}).type != MC_JSON_OBJECT)
        return mc_err_set(err, MC_E_USAGE, "%s must be a JSON object: {\"name\": value}", from);
    return 0;
}

static int load_tools(struct call *call, struct mc_err *err)
{
    return call->tools.len ? 0 : mc_mcp_tools(call->client, call->path, &call->tools, err);
}

static int unknown_tool(struct call *call, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *best = NULL;
    unsigned distance =
        strlen(call->tool) / 2 < SUGGEST_MAX ? (unsigned)strlen(call->tool) / 2 + 1 : SUGGEST_MAX;
    MC_CLEANUP(mc_buf_done) struct mc_buf absent = MC_BUF_INIT(MC_ERR_MSG_MAX);
    enum mc_code code = MC_E_USAGE;
    struct mc_jiter it;
    struct mc_jval tool;
    mc_api_absent(call->workspace, call->tool, &absent, &code);
    if (absent.len)
        return mc_err_set(err, code, "there is no tool '%s' now: %s", call->tool, absent.data);
    for (bool more = mc_jiter_init(&it, mc_jval_of(mc_buf_str(&call->tools)));
         more && mc_jiter_next(&it, NULL, &tool);) {
        MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(mc_jget(tool, "name"));
        if (!name)
            continue;
        /* the name without its server's prefix is the likeliest slip */
        const char *cut = strstr(name, "__");
        unsigned d =
            cut && strcmp(cut + 2, call->tool) == 0 ? 0 : mc_str_distance(name, call->tool);
        if (d < distance) {
            mc_freep(&best);
            best = MC_TAKE(name);
            distance = d;
        }
    }
    if (best)
        return mc_err_set(err, MC_E_USAGE, "there is no tool '%s'; did you mean '%s'?", call->tool,
                          best);
    return mc_err_set(err, MC_E_USAGE, "there is no tool '%s'; `mcpctl tools` lists them",
                      call->tool);
}

static int build_args(struct call *call, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *base = NULL;
    size_t base_len = 0;
    const char *const *words = call->cli->args->operands + 1;
    size_t n = call->cli->args->n_operands - 1;
    struct mc_jval schema = {.type = MC_JSON_NONE};
    int ret = base_args(mc_args_value(call->cli->args, "args"), &base, &base_len, err);
    if (ret == 0 && mc_callargs_need_schema(words, n)) {
        ret = load_tools(call, err);
        struct mc_jval tool = mc_mcp_tool(mc_buf_str(&call->tools), call->tool);
        if (ret == 0 && tool.type == MC_JSON_NONE)
            ret = unknown_tool(call, err);
        schema = mc_jget(tool, "inputSchema");
    }
    return ret < 0 ? ret
                   : mc_callargs_build((struct mc_str){base, base_len}, words, n, schema,
                                       &call->args, err);
}

static void clear_progress(struct call *call)
{
    if (call->progress)
        fputs("\r\033[K", stderr);
    call->progress = false;
}

/* Progress and log notifications on the way to the answer. */
static void on_message(void *arg, struct mc_jval message)
{
    struct call *call = arg;
    struct mc_jval method = mc_jget(message, "method"), params = mc_jget(message, "params");
    if (method.type != MC_JSON_STRING)
        return;
    if (mc_jstr_eq(method.s, MC_STR("notifications/progress")) && mc_out_terminal(STDERR_FILENO)) {
        struct mc_str done = mc_jget(params, "progress").s, total = mc_jget(params, "total").s;
        MC_CLEANUP(mc_freep) char *text = mc_jstr_dup(mc_jget(params, "message"));
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text ? text : ""), false);
        clear_progress(call);
        fprintf(stderr, "%.*s%s%.*s %.60s", MC_STR_ARG(done), total.n ? "/" : "", MC_STR_ARG(total),
                shown);
        call->progress = true;
    } else if (mc_jstr_eq(method.s, MC_STR("notifications/message")) && call->cli->verbose) {
        MC_CLEANUP(mc_freep) char *text = mc_str_printable(mc_jget(params, "data").s, false);
        clear_progress(call);
        mc_out_note("%s", text);
    }
}

/* The state of a task. */
static void on_task(void *arg, struct mc_jval task)
{
    struct call *call = arg;
    MC_CLEANUP(mc_freep) char *text = mc_jstr_dup(mc_jget(task, "statusMessage"));
    clear_progress(call);
    if (text && mc_out_terminal(STDERR_FILENO)) {
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), false);
        fprintf(stderr, "%.60s", shown);
        call->progress = true;
    }
}

static int send_call(struct call *call, struct mc_str headers, struct mc_mcp_answer *answer,
                     struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf params = MC_BUF_INIT(MC_CALLARGS_MAX + (1u << 20));
    mc_buf_addz(&params, "\"name\":");
    mc_jstr_quote(mc_str_of(call->tool), &params);
    mc_buf_addz(&params, ",\"arguments\":");
    mc_buf_adds(&params, mc_buf_str(&call->args));
    struct mc_mcp_request req = {.path = call->path,
                                 .method = "tools/call",
                                 .name = call->tool,
                                 .params = mc_buf_str(&params),
                                 .headers = headers,
                                 .progress = mc_out_terminal(STDERR_FILENO),
                                 .tasks = call->tasks,
                                 .on_message = on_message,
                                 .arg = call};
    int ret = mc_mcp_send(call->client, &req, answer, err);
    clear_progress(call);
    return ret;
}

/* The arguments that this tool wants in headers too. */
static int send_with_headers(struct call *call, struct mc_mcp_answer *answer, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf headers = MC_BUF_INIT(64u << 10);
    unsigned blanked = 0;
    int ret = load_tools(call, err);
    if (ret < 0)
        return ret;
    struct mc_str tool = mc_mcp_tool(mc_buf_str(&call->tools), call->tool).s;
    struct mc_params *params =
        tool.n ? mc_params_read(call->tools.data + (tool.p - call->tools.data), tool.n, &blanked)
               : NULL;
    for (size_t i = 0; params && i < params->n; i++)
        mc_mcp_add_header(&headers, params->v[i].header,
                          mc_param_value(&params->v[i], mc_jval_of(mc_buf_str(&call->args))));
    mc_params_free(params);
    return send_call(call, mc_buf_str(&headers), answer, err);
}

/* A JSON-RPC error. "Invalid params" may mean that the tool is not there: that is said better here. */
static int refused(struct call *call, const struct mc_mcp_answer *answer, struct mc_err *err)
{
    if (answer->error_code == MC_RPC_INVALID_PARAMS && load_tools(call, NULL) == 0 &&
        mc_mcp_tool(mc_buf_str(&call->tools), call->tool).type == MC_JSON_NONE)
        return unknown_tool(call, err);
    return mc_mcp_error(answer, err);
}

/* Prints the result; the exit status says whether the tool itself reported an error. */
static int print_result(struct call *call, const struct mc_mcp_answer *answer)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(MC_MCP_ANSWER_MAX);
    bool failed = mc_jtrue(mc_jget(answer->result, "isError"));
    if (call->cli->json) {
        mc_out_bytes(answer->result.s);
        mc_out_bytes(MC_STR("\n"));
        return failed ? mc_code_exit(MC_E_FAILED) : 0;
    }
    mc_result_text(answer->result, &text);
    if (!failed) {
        mc_out_text(mc_buf_str(&text));
        return 0;
    }
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_buf_str(&text), true);
    fputs(text.len ? shown : "the tool failed and gave no reason\n", stderr);
    return mc_code_exit(MC_E_FAILED);
}

static int finish(struct call *call, const struct mc_mcp_answer *answer, int *ret_status,
                  struct mc_err *err)
{
    struct mc_jval kind = mc_jget(answer->result, "resultType");
    if (answer->error_code)
        return refused(call, answer, err);
    if (kind.type == MC_JSON_STRING && !mc_jstr_eq(kind.s, MC_STR("complete")))
        return mc_err_set(err, MC_E_PROTOCOL,
                          "the tool answered with a result of type %.*s, which was not asked for",
                          MC_STR_ARG(kind.s));
    *ret_status = print_result(call, answer);
    return 0;
}

/* Once more where something was missing that a client cannot know of before, and to the end of a task. */
static int send_until_answered(struct call *call, struct mc_mcp_answer *answer, struct mc_err *err)
{
    bool headers = false;
    int ret = send_call(call, MC_STR_NONE, answer, err);
    for (unsigned more = 0; ret == 0 && more < 2; more++) {
        if (answer->error_code == MC_RPC_HEADER_MISMATCH && !headers)
            headers = true;
        else if (mc_calltask_demanded(answer) && !call->tasks)
            call->tasks = true;
        else
            break;
        mc_mcp_answer_done(answer);
        ret = headers ? send_with_headers(call, answer, err)
                      : send_call(call, MC_STR_NONE, answer, err);
    }
    if (ret == 0 && call->tasks && mc_calltask_is(answer)) {
        ret = mc_calltask_wait(call->client, call->path, answer, on_task, call, err);
        clear_progress(call);
    }
    return ret;
}

static int run(struct call *call, int *ret_status, struct mc_err *err)
{
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    struct mc_mcp_answer answer;
    const cJSON *w = NULL;
    int ret = mc_client_open(&call->client, err);
    if (ret == 0)
        ret = mc_api_here(call->client, &status, &w, err);
    if (ret < 0)
        return ret;
    call->path = mc_mcp_path(w);
    call->workspace = w;
    ret = build_args(call, err);
    if (ret < 0)
        return ret;
    ret = send_until_answered(call, &answer, err);
    if (ret == 0)
        ret = finish(call, &answer, ret_status, err);
    mc_mcp_answer_done(&answer);
    return ret;
}

int mc_cmd_call(struct mc_cli *cli)
{
    struct call call = {.cli = cli,
                        .tool = mc_args_operand(cli->args, 0),
                        .args = MC_BUF_INIT(MC_CALLARGS_MAX),
                        .tools = MC_BUF_INIT(MC_API_ANSWER_MAX)};
    struct mc_err err;
    int status = 0;
    int ret = run(&call, &status, &err);
    mc_client_free(call.client);
    mc_free(call.path);
    mc_buf_done(&call.args);
    mc_buf_done(&call.tools);
    return ret < 0 ? mc_out_fail(cli, &err) : status;
}
