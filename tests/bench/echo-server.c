/* echo-server: an MCP server on stdio with one tool and next to no work, so that what is measured is what is in front of it.
 *
 * Answers all requests of one read in one write. Speaks the legacy revisions; the one that the client asks for is fine. */
#include "mcp/envelope.h"
#include "mcp/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE (64u << 10)
#define LINE_MAX_BYTES (1u << 20)
#define OUT_SIZE (1u << 20)

static char out[OUT_SIZE];
static size_t out_len;

static void flush_out(void)
{
    for (size_t done = 0; done < out_len;) {
        ssize_t n = write(1, out + done, out_len - done);
        if (n <= 0)
            exit(1);
        done += (size_t)n;
    }
    out_len = 0;
}

static void put(struct mc_str s)
{
    if (out_len + s.n > sizeof out)
        flush_out();
    if (s.n > sizeof out)
        exit(1);
    memcpy(out + out_len, s.p, s.n);
    out_len += s.n;
}

static void answer(struct mc_str id, const char *member, struct mc_str body)
{
    put(MC_STR("{\"jsonrpc\":\"2.0\",\"id\":"));
    put(id);
    put(mc_str_of(member));
    put(body);
    put(MC_STR("}\n"));
}

static void initialize(const struct mc_envelope *e)
{
    struct mc_str version = mc_env(e, MC_F_PROTOCOL_VERSION);
    char body[512];
    int n = snprintf(body, sizeof body,
                     "{\"protocolVersion\":%.*s,\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"echo-server\",\"version\":\"1\"}}",
                     version.n < 64 ? (int)version.n : 0, version.p);
    answer(mc_env(e, MC_F_ID), ",\"result\":", (struct mc_str){body, (size_t)n});
}

static bool on_line(void *arg, struct mc_str line)
{
    (void)arg;
    struct mc_envelope e;
    if (mc_envelope_scan(line, &e, NULL) != 0 || e.kind != MC_MSG_REQUEST)
        return true;
    struct mc_str id = mc_env(&e, MC_F_ID);
    switch (e.method) {
    case MC_METHOD_INITIALIZE:
        initialize(&e);
        break;
    case MC_METHOD_TOOLS_CALL:
        answer(id, ",\"result\":", MC_STR("{\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]}"));
        break;
    case MC_METHOD_TOOLS_LIST:
        answer(id, ",\"result\":",
               MC_STR("{\"tools\":[{\"name\":\"echo\",\"description\":\"Says ok\",\"inputSchema\":{\"type\":\"object\"}}]}"));
        break;
    case MC_METHOD_PING:
        answer(id, ",\"result\":", MC_STR("{}"));
        break;
    default:
        answer(id, ",\"error\":", MC_STR("{\"code\":-32601,\"message\":\"Method not found\"}"));
    }
    return true;
}

int main(void)
{
    static char buf[READ_SIZE];
    struct mc_frame f;
    mc_frame_init(&f, LINE_MAX_BYTES);
    for (ssize_t n; (n = read(0, buf, sizeof buf)) > 0;) {
        mc_frame_feed(&f, buf, (size_t)n, on_line, NULL, NULL);
        flush_out();
    }
    mc_frame_done(&f);
    return 0;
}
