/* echo-server: an MCP server on stdio with one tool and next to no work, so that what is measured is what is in front of it.
 *
 *     echo-server [modern]
 *
 * Answers all requests of one read in one write. Speaks the legacy revisions, and the one that the client asks for is fine; or 2026-07-28 alone. */
#include "mcp/envelope.h"
#include "mcp/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE (64u << 10)
#define LINE_MAX_BYTES (1u << 20)
#define OUT_SIZE (1u << 20)

#define TOOLS "\"tools\":[{\"name\":\"echo\",\"description\":\"Says ok\",\"inputSchema\":{\"type\":\"object\"}}]"
#define CONTENT "\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]"
/* What each result of 2026-07-28 has. */
#define COMPLETE "\"resultType\":\"complete\",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"echo-server\",\"version\":\"1\"}}"
#define HOLDS "\"ttlMs\":0,\"cacheScope\":\"private\""

static char out[OUT_SIZE];
static size_t out_len;
static bool modern;

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

static void unknown(struct mc_str id)
{
    answer(id, ",\"error\":", MC_STR("{\"code\":-32601,\"message\":\"Method not found\"}"));
}

static bool on_line(void *arg, struct mc_str line)
{
    (void)arg;
    struct mc_envelope e;
    if (mc_envelope_scan(line, &e, NULL) != 0 || e.kind != MC_MSG_REQUEST)
        return true;
    struct mc_str id = mc_env(&e, MC_F_ID);
    switch (e.method) {
    case MC_METHOD_TOOLS_CALL:
        answer(id, ",\"result\":", modern ? MC_STR("{" COMPLETE "," CONTENT "}") : MC_STR("{" CONTENT "}"));
        break;
    case MC_METHOD_TOOLS_LIST:
        answer(id, ",\"result\":", modern ? MC_STR("{" COMPLETE "," HOLDS "," TOOLS "}") : MC_STR("{" TOOLS "}"));
        break;
    case MC_METHOD_INITIALIZE:
        if (modern)
            unknown(id);
        else
            initialize(&e);
        break;
    case MC_METHOD_DISCOVER:
        if (modern)
            answer(id, ",\"result\":", MC_STR("{" COMPLETE "," HOLDS ",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}}}"));
        else
            unknown(id);
        break;
    case MC_METHOD_PING:
        answer(id, ",\"result\":", MC_STR("{}"));
        break;
    default:
        unknown(id);
    }
    return true;
}

int main(int argc, char **argv)
{
    static char buf[READ_SIZE];
    struct mc_frame f;
    modern = argc > 1 && strcmp(argv[1], "modern") == 0;
    mc_frame_init(&f, LINE_MAX_BYTES);
    for (ssize_t n; (n = read(0, buf, sizeof buf)) > 0;) {
        mc_frame_feed(&f, buf, (size_t)n, on_line, NULL, NULL);
        flush_out();
    }
    mc_frame_done(&f);
    return 0;
}
