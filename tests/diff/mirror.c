/* mirror: the server of the differential test, on stdio.
 *
 *     mirror legacy|modern SEED RECORD
 *
 * What it says to the call number "x-n" is a function of the seed and that number (gen.h). What it gets goes to the file RECORD byte for byte, a line each. */
#include "tests/diff/gen.h"

#include "base/io.h"
#include "json/scan.h"
#include "mcp/frame.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_SIZE (256u << 10)

static struct {
    enum era era;
    uint64_t seed;
    int record;
    /* the call that waits for answers to its questions */
    struct plan plan;
    struct mc_buf id;
    unsigned waits_for;
    struct mc_buf listen; /* id of the newest subscriptions/listen */
} mirror = {.id = {.max = 4096}, .listen = {.max = 4096}};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void put_line(int fd, struct mc_str text)
{
    struct mc_buf line = MC_BUF_INIT(GEN_MESSAGE_MAX);

    mc_buf_adds(&line, text);
    mc_buf_addc(&line, '\n');
    if (mc_io_write_all(fd, line.data, line.len))
        die("mirror: write");
    mc_buf_done(&line);
}

static void say(struct msg *m)
{
    put_line(STDOUT_FILENO, mc_buf_str(&m->b));
    msg_done(m);
}

static void give_answer(const struct plan *p, struct mc_str id)
{
    struct msg m = {0};

    if (p->news) {
        gen_news(p, mc_buf_str(&mirror.listen), &m);
        say(&m);
    }
    gen_answer(p, id, &m);
    say(&m);
}

static void call(struct mc_str id, struct mc_jval params)
{
    struct mc_jval token = mc_jpath(params, "_meta", "progressToken", NULL);
    bool retry = mc_jget(params, "requestState").type != MC_JSON_NONE;
    struct msg m = {0};
    int64_t n;

    if (!mc_jint(mc_jget(params, "x-n"), &n))
        die("mirror: a call without x-n");
    struct plan p = plan_of(mirror.seed, (uint64_t)n, mirror.era);
    for (unsigned i = 0; i < p.notes && !retry; i++) {
        gen_note(&p, i, token.s, &m);
        say(&m);
    }
    if (p.asks == 0 || retry) {
        give_answer(&p, id);
    } else if (mirror.era == MODERN) {
        gen_interim(&p, id, &m);
        say(&m);
    } else {
        mirror.plan = p;
        mirror.waits_for = p.asks;
        mc_buf_clear(&mirror.id);
        mc_buf_adds(&mirror.id, id);
        for (unsigned i = 0; i < p.asks; i++) {
            gen_question(&p, i, &m);
            say(&m);
        }
    }
}

static void answer(void)
{
    if (mirror.waits_for > 0 && --mirror.waits_for == 0)
        give_answer(&mirror.plan, mc_buf_str(&mirror.id));
}

/* Members of an own result; both eras read what they know of it. */
static void plain(struct mc_str id, const char *members)
{
    struct mc_buf line = MC_BUF_INIT(GEN_MESSAGE_MAX);

    mc_buf_addf(&line, "{\"jsonrpc\":\"2.0\",\"id\":%.*s,", MC_STR_ARG(id));
    if (members)
        mc_buf_addf(&line, "\"result\":{%s%s}}", members,
                    mirror.era == MODERN
                        ? ",\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\""
                        : "");
    else
        mc_buf_addz(&line, "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
    put_line(STDOUT_FILENO, mc_buf_str(&line));
    mc_buf_done(&line);
}

#define CAPABILITIES                                                                               \
    "\"capabilities\":{\"tools\":{},\"prompts\":{},\"resources\":{\"subscribe\":true},"            \
    "\"completions\":{},"                                                                          \
    "\"logging\":{}}"
static const struct {
    const char *method, *legacy, *modern; /* NULL: not in this era */
} own[] = {
    {"initialize",
     "\"protocolVersion\":\"2025-11-25\"," CAPABILITIES
     ",\"serverInfo\":{\"name\":\"mirror\",\"version\":\"1\"}",
     NULL},
    {"server/discover", NULL, "\"supportedVersions\":[\"2026-07-28\"]," CAPABILITIES},
    {"tools/list", "\"tools\":[{\"name\":\"say\",\"inputSchema\":{\"type\":\"object\"}}]",
     "\"tools\":[{\"name\":\"say\",\"inputSchema\":{\"type\":\"object\"}}]"},
    {"prompts/list", "\"prompts\":[{\"name\":\"tell\"}]", "\"prompts\":[{\"name\":\"tell\"}]"},
    {"resources/list", "\"resources\":[]", "\"resources\":[]"},
    {"resources/templates/list",
     "\"resourceTemplates\":[{\"name\":\"item\",\"uriTemplate\":\"old:///item/{id}\"}]",
     "\"resourceTemplates\":[{\"name\":\"item\",\"uriTemplate\":\"new:///item/{id}\"}]"},
    {"logging/setLevel", "\"x\":1", NULL},
    {"ping", "\"x\":1", NULL},
    {"resources/subscribe", "\"x\":1", NULL},
};

static void listen_begin(struct mc_str id, struct mc_str notifications)
{
    struct mc_buf line = MC_BUF_INIT(GEN_MESSAGE_MAX);

    mc_buf_addf(
        &line,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{"
        "\"notifications\":%.*s,\"_meta\":{\"" GEN_IO "subscriptionId\":%.*s}}}",
        MC_STR_ARG(notifications), MC_STR_ARG(id));
    put_line(STDOUT_FILENO, mc_buf_str(&line));
    mc_buf_done(&line);
    mc_buf_clear(&mirror.listen);
    mc_buf_adds(&mirror.listen, id);
}

static void request(struct mc_str method, struct mc_str id, struct mc_jval params)
{
    if (mirror.era == MODERN && mc_jstr_eq(method, MC_STR("subscriptions/listen"))) {
        listen_begin(id, mc_jget(params, "notifications").s);
        return;
    }
    for (size_t i = 0; i < MC_ARRAY_LEN(own); i++) {
        if (mc_jstr_eq(method, mc_str_of(own[i].method))) {
            plain(id, mirror.era == MODERN ? own[i].modern : own[i].legacy);
            return;
        }
    }
    plain(id, NULL);
}

static bool on_line(void *arg, struct mc_str line)
{
    struct mc_jval v = mc_jval_of(line), method = mc_jget(v, "method"), id = mc_jget(v, "id"),
                   params = mc_jget(v, "params");
    bool ours = mc_jget(params, "x-n").type != MC_JSON_NONE;

    (void)arg;
    if (ours || method.type == MC_JSON_NONE)
        put_line(mirror.record, line);
    if (method.type == MC_JSON_NONE)
        answer();
    else if (ours && id.type != MC_JSON_NONE)
        call(id.s, params);
    else if (id.type != MC_JSON_NONE)
        request(method.s, id.s, params);
    return true;
}

int main(int argc, char **argv)
{
    static char buf[READ_SIZE];
    struct mc_frame f;

    if (argc != 4)
        return 2;
    mirror.era = strcmp(argv[1], "modern") == 0 ? MODERN : LEGACY;
    mirror.seed = strtoull(argv[2], NULL, 10);
    mirror.record = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (mirror.record < 0)
        die(argv[3]);
    mc_frame_init(&f, GEN_MESSAGE_MAX);
    for (ssize_t n; (n = read(STDIN_FILENO, buf, sizeof(buf))) > 0;)
        mc_frame_feed(&f, buf, (size_t)n, on_line, NULL, NULL);
    mc_frame_done(&f);
    mc_buf_done(&mirror.id);
    mc_buf_done(&mirror.listen);
    return 0;
}
