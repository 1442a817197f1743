/* The client of the hub's socket, against a peer that is played here: one process, since what is written fits the socket's buffer. */
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/client.h"
#include "cli/mcp.h"

#include <sys/socket.h>
#include <sys/un.h>

static int listener, peer = -1;
static struct mc_client *client;
static struct mc_err err;
static struct mc_buf body = MC_BUF_INIT(1u << 20);

static void listen_here(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    mkdir(scratch_path("mcpctl"), 0700);
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", scratch_path("mcpctl/hub.sock"));
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(listener, 8) < 0)
        exit(99);
}

static void say(const char *text)
{
    (void)!write(peer, text, strlen(text));
}

/* A fresh connection whose answer is there before the question; `end` closes our side. */
static void answer(const char *text, bool end)
{
    mc_client_free(client);
    client = NULL;
    if (peer >= 0)
        close(peer);
    is_int(mc_client_open(&client, &err), 0, "connected");
    peer = accept(listener, NULL, NULL);
    say(text);
    if (end)
        shutdown(peer, SHUT_WR);
    mc_buf_clear(&body);
}

static int get(struct mc_client_reply *reply)
{
    struct mc_client_request req = {.method = "GET", .path = "/x"};
    memset(&err, 0, sizeof(err));
    return mc_client_send(client, &req, 200, reply, &err);
}

static void whole(const char *text, bool end, int status, const char *want)
{
    struct mc_client_reply reply = {0};
    answer(text, end);
    is_int(get(&reply), 0, "an answer came: %.40s", text);
    is_int(reply.status, status, "its status");
    is_int(mc_client_body(client, 200, &body, &err), 0, "its body");
    is_str(body.len ? body.data : "", want, "is the one");
}

static void refused(const char *text, bool end, enum mc_code code)
{
    struct mc_client_reply reply = {0};
    answer(text, end);
    int ret = get(&reply);
    if (ret == 0)
        ret = mc_client_body(client, 100, &body, &err);
    is_int(ret, -(int)code, "refused: %.50s", text);
    ok(err.msg[0] != '\0', "with a reason: %s", err.msg);
}

static void framing(void)
{
    whole("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, 200, "hello");
    whole("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, 200, "");
    whole("HTTP/1.1 204 No Content\r\n\r\n", false, 204, "");
    whole("HTTP/1.1 200 OK\r\n\r\nto the end", true, 200, "to the end");
    whole("HTTP/1.1 200 OK\ncontent-length:2\n\nok", false, 200, "ok");
    whole("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
          false, 404, "no");
    whole("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
          "chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
          false, 200, "abc0123456789");
    whole("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, 200, "");
}

static void rubbish(void)
{
    refused("", true, MC_E_UNREACHABLE);
    refused("HTTP/1.1 200 OK\r\n", true, MC_E_UNREACHABLE);
    refused("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", true, MC_E_UNREACHABLE);
    refused("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", false, MC_E_TIMEOUT);
    refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", true,
            MC_E_UNREACHABLE);
    refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", false, MC_E_PROTOCOL);
    refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n", false,
            MC_E_PROTOCOL);
    refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", false, MC_E_PROTOCOL);
    refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", false, MC_E_PROTOCOL);
    refused("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", false, MC_E_PROTOCOL);
    refused("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", false, MC_E_PROTOCOL);
    refused("SSH-2.0-OpenSSH\r\n", false, MC_E_PROTOCOL);
    refused("HTTP/1.1 abc OK\r\n\r\n", false, MC_E_PROTOCOL);
    char *huge = mc_malloc(100001);
    memset(huge, 'x', 100000);
    huge[100000] = '\0';
    refused(huge, false, MC_E_PROTOCOL);
    mc_free(huge);
}

/* A piece at a time, so that every state of the parser is left and entered again. */
static void pieces(void)
{
    static const char *const parts[] = {"4",        "\r",    "\nab",  "cd",       "\r",
                                        "\n2\r\ne", "f\r\n", "0\r\n", "X: y\r\n", "\r\n"};
    struct mc_client_reply reply = {0};
    struct mc_str piece;
    answer("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; "
           "charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n",
           false);
    is_int(get(&reply), 0, "the head alone");
    ok(reply.event_stream, "is an event stream");
    is_int(mc_client_read(client, 0, &piece, &err), -MC_E_TIMEOUT, "nothing yet");
    int ret = -MC_E_TIMEOUT;
    for (size_t i = 0; i < MC_ARRAY_LEN(parts); i++) {
        say(parts[i]);
        while ((ret = mc_client_read(client, 0, &piece, &err)) > 0)
            mc_buf_adds(&body, piece);
    }
    is_int(ret, 0, "the end");
    is_str(body.data, "abcdef", "the whole body");
    is_int(mc_client_read(client, 0, &piece, &err), 0, "the end stays the end");
    say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
    mc_buf_clear(&body);
    is_int(get(&reply), 0, "the connection is used again");
    ok(!reply.event_stream, "with a new head");
    mc_client_body(client, 100, &body, &err);
    is_str(body.data, "two", "and a new body");
}

static void errors_of_the_api(void)
{
    answer("HTTP/1.1 409 Conflict\r\n\r\n{\"error\":{\"code\":\"denied\",\"message\":\"not this "
           "time\"}}",
           true);
    is_int(mc_api_text(client, "GET", "/x", MC_STR_NONE, &body, &err), -MC_E_DENIED,
           "the hub's code is ours");
    is_str(err.msg, "not this time", "and its message");
    answer("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", false);
    is_int(mc_api_text(client, "GET", "/x", MC_STR_NONE, &body, &err), -MC_E_UNREACHABLE,
           "without one, the status is looked at");
    cJSON *doc = NULL;
    answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{x}", false);
    is_int(mc_api_doc(client, "GET", "/x", MC_STR_NONE, &doc, &err), -MC_E_PROTOCOL,
           "what is not JSON");
    mc_buf_clear(&body);
    mc_api_escape(&body, "a b/ü?&");
    is_str(body.data, "a%20b%2F%C3%BC%3F%26", "names are escaped in paths");
}

static void on_message(void *arg, struct mc_jval message)
{
    (void)message;
    ++*(int *)arg;
}

static int call(const char *text, struct mc_mcp_answer *a, int *messages)
{
    struct mc_mcp_request req = {.path = "/mcp",
                                 .method = "tools/call",
                                 .name = "größe",
                                 .params = MC_STR("\"name\":\"x\""),
                                 .on_message = on_message,
                                 .arg = messages};
    *messages = 0;
    answer(text, true);
    memset(&err, 0, sizeof(err));
    return mc_mcp_send(client, &req, a, &err);
}

static void requests(void)
{
    struct mc_mcp_answer a;
    int n;
    char seen[4096] = "";
    is_int(call("HTTP/1.1 200 OK\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"n\":1.10}}", &a,
                &n),
           0, "a plain answer");
    is_str(a.result.s.p ? a.result.s.p : "", "{\"n\":1.10}}", "its result, as it came");
    mc_mcp_answer_done(&a);
    (void)!recv(peer, seen, sizeof(seen) - 1, MSG_DONTWAIT);
    ok(strstr(seen, "MCP-Protocol-Version: 2026-07-28\r\n") &&
           strstr(seen, "Mcp-Method: tools/call\r\n"),
       "the headers of a modern request");
    ok(strstr(seen, "Mcp-Name: =?base64?Z3LDtsOfZQ==?=\r\n") != NULL,
       "a name that is not ASCII is encoded");
    ok(strstr(seen, "\"params\":{\"name\":\"x\",\"_meta\":{\"io.modelcontextprotocol/"
                    "protocolVersion\":\"2026-07-28\"") != NULL,
       "its _meta");
    is_int(call("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hi\n\ndata: "
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n"
                "data: {\"jsonrpc\":\"2.0\",\"id\":1,\n"
                "data: \"result\":{}}\n\n",
                &a, &n),
           0, "an event stream");
    is_int(n, 1, "one message on the way");
    is_int(a.result.type, MC_JSON_OBJECT, "and the answer");
    mc_mcp_answer_done(&a);
    is_int(call("HTTP/1.1 400 "
                "Bad\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":"
                "\"no\"}}",
                &a, &n),
           0, "a JSON-RPC error is an answer");
    is_int(a.error_code, -32602, "with a code");
    is_int(mc_mcp_error(&a, &err), -MC_E_FAILED, "the server said no");
    is_str(err.msg, "no", "in its words");
    mc_mcp_answer_done(&a);
    is_int(call("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\r\r", &a, &n),
           -MC_E_PROTOCOL, "an answer that is no response");
    mc_mcp_answer_done(&a);
    is_int(call("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: nothing\n\n", &a, &n),
           -MC_E_PROTOCOL, "a stream without an answer");
    mc_mcp_answer_done(&a);
    is_int(call("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {x\n\n", &a, &n),
           -MC_E_PROTOCOL, "an event that is not JSON");
    mc_mcp_answer_done(&a);
    is_int(
        call("HTTP/1.1 403 No\r\n\r\n{\"error\":{\"code\":\"denied\",\"message\":\"no\"}}", &a, &n),
        -MC_E_DENIED, "an error of the hub's own");
    mc_mcp_answer_done(&a);
}

int main(void)
{
    scratch();
    is_int(mc_client_open(&client, &err), -MC_E_UNREACHABLE, "nobody listens");
    ok(strstr(err.msg, "mcpctl up") != NULL, "the next step is named");
    listen_here();
    framing();
    rubbish();
    pieces();
    errors_of_the_api();
    requests();
    close(listener);
    mc_client_free(client);
    client = NULL;
    is_int(mc_client_open(&client, &err), -MC_E_UNREACHABLE,
           "a socket that nobody listens on any more");
    close(peer);
    mc_buf_done(&body);
    return done_testing();
}
