#include "config.h"

#include "cli/mcp.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/client.h"
#include "mcp/rpc.h"
#include "mcp/sse.h"
#include "mcp/tasks.h"

#include <stdlib.h>

#define REVISION "2026-07-28"
#define REQUEST_ID "1" /* one request at a time, each on its own */

void mc_mcp_answer_done(struct mc_mcp_answer *a)
{
    mc_buf_done(&a->text);
}

char *mc_mcp_path(const cJSON *workspace)
{
    struct mc_buf b = MC_BUF_INIT(4096);
    mc_buf_addz(&b, "/w/");
    mc_api_escape(&b, mc_doc_str(workspace, "name") ? mc_doc_str(workspace, "name") : "");
    mc_buf_addz(&b, "/mcp");
    return mc_buf_steal(&b);
}

/* A value that a header cannot carry as it is travels in the base64 sentinel (basic/transports/streamable-http § Value Encoding). */
static void header_value(struct mc_buf *out, const char *s)
{
    size_t n = strlen(s);
    bool plain = n > 0 && s[0] != ' ' && s[n - 1] != ' ' && strncmp(s, "=?base64?", 9) != 0;
    for (size_t i = 0; i < n; i++)
        plain = plain && s[i] >= ' ' && s[i] <= '~';
    if (plain) {
        mc_buf_addz(out, s);
        return;
    }
    mc_buf_addz(out, "=?base64?");
    mc_base64_add(MC_BASE64, (struct mc_str){s, n}, out);
    mc_buf_addz(out, "?=");
}

void mc_mcp_add_header(struct mc_buf *out, const char *name, struct mc_jval value)
{
    MC_CLEANUP(mc_freep) char *text = mc_jstr_dup(value);
    if (value.type == MC_JSON_NONE || value.type == MC_JSON_NULL || value.type == MC_JSON_OBJECT ||
        value.type == MC_JSON_ARRAY)
        return;
    mc_buf_addf(out, "%s: ", name);
    if (text)
        header_value(out, text);
    else
        mc_buf_adds(out, value.s);
    mc_buf_adds(out, MC_STR("\r\n"));
}

static void build_headers(const struct mc_mcp_request *req, struct mc_buf *out)
{
    mc_buf_addf(out,
                "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: " REVISION
                "\r\nMcp-Method: %s\r\n",
                req->method);
    if (req->name) {
        mc_buf_addz(out, "Mcp-Name: ");
        header_value(out, req->name);
        mc_buf_addz(out, "\r\n");
    }
    mc_buf_adds(out, req->headers);
}

static void build_body(const struct mc_mcp_request *req, struct mc_buf *out)
{
    mc_buf_addf(out, "{\"jsonrpc\":\"2.0\",\"id\":" REQUEST_ID ",\"method\":\"%s\",\"params\":{",
                req->method);
    mc_buf_adds(out, req->params);
    mc_buf_addf(out,
                "%s\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" REVISION "\","
                "\"io.modelcontextprotocol/clientCapabilities\":%s,"
                "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"" PACKAGE_NAME
                "\",\"version\":\"" PACKAGE_VERSION "\"}%s}}}",
                req->params.n ? "," : "",
                req->tasks ? "{\"extensions\":{\"" MC_TASKS_EXTENSION "\":{}}}" : "{}",
                req->progress ? ",\"progressToken\":" REQUEST_ID : "");
}

struct reading {
    const struct mc_mcp_request *req;
    struct mc_mcp_answer *answer;
    bool done;
    bool bad;
};

/* One message of the stream: the answer to our id, or something on the way to it. */
static void on_event(void *arg, const struct mc_sse_event *ev)
{
    struct reading *r = arg;
    if (!ev->has_data || ev->data.n == 0 || r->done)
        return;
    if (mc_json_check(ev->data.p, ev->data.n, NULL, NULL) < 0) {
        r->bad = true;
        return;
    }
    struct mc_jval message = mc_jval_of(ev->data);
    if (mc_jget(message, "method").type != MC_JSON_NONE) {
        if (r->req->on_message)
            r->req->on_message(r->req->arg, message);
        return;
    }
    mc_buf_clear(&r->answer->text);
    r->done = mc_buf_adds(&r->answer->text, ev->data) == 0;
    r->bad = !r->done;
}

static int read_events(struct mc_client *c, struct reading *r, struct mc_err *err)
{
    struct mc_sse_reader *sse = mc_sse_reader_new(MC_MCP_ANSWER_MAX);
    struct mc_str piece;
    int ret = 1;
    while (ret > 0 && !r->done && !r->bad) {
        ret = mc_client_read(c, MC_MCP_TIMEOUT_MS, &piece, err);
        if (ret > 0 && mc_sse_read(sse, piece, on_event, r, err) < 0)
            ret = -MC_E_TOO_BIG;
    }
    mc_sse_reader_free(sse);
    if (ret < 0)
        return ret;
    if (r->bad)
        return mc_err_set(err, MC_E_PROTOCOL, "the hub sent an event that is not JSON");
    return r->done ? 0 : mc_err_set(err, MC_E_PROTOCOL, "the hub's stream ended without an answer");
}

static int classify(struct mc_mcp_answer *a, int status, struct mc_err *err)
{
    struct mc_err why;
    if (status >= 400 && mc_json_check(a->text.data, a->text.len, NULL, NULL) < 0)
        return mc_api_refusal(status, mc_buf_str(&a->text), err);
    if (mc_json_check(a->text.data, a->text.len, NULL, &why) < 0)
        return mc_err_set(err, MC_E_PROTOCOL, "the hub's answer is not JSON: %s", why.msg);
    struct mc_jval v = mc_jval_of(mc_buf_str(&a->text));
    a->result = mc_jget(v, "result");
    if (a->result.type != MC_JSON_NONE)
        return 0;
    if (mc_jint(mc_jpath(v, "error", "code", NULL), &a->error_code) && a->error_code != 0)
        return 0;
    return status >= 400
               ? mc_api_refusal(status, mc_buf_str(&a->text), err)
               : mc_err_set(err, MC_E_PROTOCOL, "the hub's answer is no JSON-RPC response");
}

int mc_mcp_send(struct mc_client *c, const struct mc_mcp_request *req, struct mc_mcp_answer *ret,
                struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf headers = MC_BUF_INIT(32u << 10);
    MC_CLEANUP(mc_buf_done) struct mc_buf body = MC_BUF_INIT(MC_MCP_ANSWER_MAX);
    struct mc_client_reply reply;
    struct reading r = {.req = req, .answer = ret};
    *ret = (struct mc_mcp_answer){.text = MC_BUF_INIT(MC_MCP_ANSWER_MAX)};
    build_headers(req, &headers);
    build_body(req, &body);
    if (headers.failed || body.failed)
        return mc_err_set(err, MC_E_TOO_BIG, "the request is too large");
    struct mc_client_request http = {.method = "POST",
                                     .path = req->path,
                                     .headers = mc_buf_str(&headers),
                                     .body = mc_buf_str(&body)};
    int n = mc_client_send(c, &http, MC_MCP_TIMEOUT_MS, &reply, err);
    if (n == 0)
        n = reply.event_stream ? read_events(c, &r, err)
                               : mc_client_body(c, MC_MCP_TIMEOUT_MS, &ret->text, err);
    return n < 0 ? n : classify(ret, reply.status, err);
}

/* Errors of the hub itself carry its own code in data; those of servers are a no, whatever their number. */
static enum mc_code code_of(int64_t rpc, const char *slug)
{
    if (slug && mc_api_code(slug) != MC_E_FAILED)
        return mc_api_code(slug);
    switch (rpc) {
    case MC_RPC_PARSE:
    case MC_RPC_INVALID_REQUEST:
    case MC_RPC_HEADER_MISMATCH:
    case MC_RPC_UNSUPPORTED_VERSION:
        return MC_E_PROTOCOL;
    default:
        return MC_E_FAILED;
    }
}

int mc_mcp_error(const struct mc_mcp_answer *a, struct mc_err *err)
{
    struct mc_jval e = mc_jget(mc_jval_of(mc_buf_str(&a->text)), "error");
    MC_CLEANUP(mc_freep) char *message = mc_jstr_dup(mc_jget(e, "message"));
    MC_CLEANUP(mc_freep) char *slug = mc_jstr_dup(mc_jpath(e, "data", "reason", NULL));
    if (!message || !*message)
        return mc_err_set(err, code_of(a->error_code, slug), "the server answered with error %lld",
                          (long long)a->error_code);
    return mc_err_set(err, code_of(a->error_code, slug), "%s", message);
}

/* Appends the tools of one page and gives the next cursor, raw, into *cursor (empty at the end). */
static int add_page(const struct mc_mcp_answer *a, struct mc_buf *out, struct mc_buf *cursor,
                    struct mc_err *err)
{
    struct mc_jval tools = mc_jget(a->result, "tools"), tool;
    struct mc_jval next = mc_jget(a->result, "nextCursor");
    struct mc_jiter it;
    if (tools.type != MC_JSON_ARRAY)
        return mc_err_set(err, MC_E_PROTOCOL, "the answer to tools/list has no tools");
    for (bool more = mc_jiter_init(&it, tools); more && mc_jiter_next(&it, NULL, &tool);) {
        if (out->len > 1)
            mc_buf_addc(out, ',');
        mc_buf_adds(out, tool.s);
    }
    mc_buf_clear(cursor);
    if (next.type == MC_JSON_STRING)
        mc_buf_adds(cursor, next.s);
    return out->failed ? mc_err_set(err, MC_E_TOO_BIG, "the list of tools is larger than %zu bytes",
                                    out->max)
                       : 0;
}

int mc_mcp_tools(struct mc_client *c, const char *path, struct mc_buf *out, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf cursor = MC_BUF_INIT(64u << 10);
    MC_CLEANUP(mc_buf_done) struct mc_buf params = MC_BUF_INIT(64u << 10);
    mc_buf_addc(out, '[');
    for (unsigned page = 0; page < MC_MCP_PAGES_MAX; page++) {
        struct mc_mcp_request req = {
            .path = path, .method = "tools/list", .params = mc_buf_str(&params)};
        struct mc_mcp_answer answer;
        int ret = mc_mcp_send(c, &req, &answer, err);
        if (ret == 0)
            ret = answer.error_code ? mc_mcp_error(&answer, err)
                                    : add_page(&answer, out, &cursor, err);
        mc_mcp_answer_done(&answer);
        if (ret < 0)
            return ret;
        if (cursor.len == 0)
            break;
        mc_buf_clear(&params);
        mc_buf_addz(&params, "\"cursor\":");
        mc_buf_adds(&params, mc_buf_str(&cursor));
    }
    mc_buf_addc(out, ']');
    return 0;
}

struct mc_jval mc_mcp_tool(struct mc_str tools, const char *name)
{
    struct mc_jiter it;
    struct mc_jval tool;
    for (bool more = mc_jiter_init(&it, mc_jval_of(tools));
         more && mc_jiter_next(&it, NULL, &tool);) {
        struct mc_jval n = mc_jget(tool, "name");
        if (n.type == MC_JSON_STRING && mc_jstr_eq(n.s, mc_str_of(name)))
            return tool;
    }
    return (struct mc_jval){.type = MC_JSON_NONE};
}
