#include "fake.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/io.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SERVER_INFO "io.modelcontextprotocol/serverInfo"

char *fake_quote(struct mc_str text)
{
    struct mc_buf b = MC_BUF_INIT(FAKE_LINE_MAX);
    mc_jstr_quote(text, &b);
    return mc_buf_steal(&b);
}

static void put(const char *p, size_t n)
{
    size_t step = fake.opt.split ? 1 : n;
    for (size_t i = 0; i < n; i += step)
        if (mc_io_write_all(STDOUT_FILENO, p + i, step) < 0)
            exit(1);
}

void fake_flood_stderr(void)
{
    static char block[64 << 10];
    memset(block, 'e', sizeof(block));
    for (size_t i = 99; i < sizeof(block); i += 100)
        block[i] = '\n';
    if (mc_io_write_all(STDERR_FILENO, block, sizeof(block)) < 0)
        exit(1);
}

static void rubbish(void)
{
    static const char *const lines[] = {
        "npm WARN deprecated left-pad@1.3.0\n",
        "{\"jsonrpc\":\"2.0\",\"id\":\n",
        "\xff\xfe \x80 not UTF-8\n",
        "\n",
        "42\n",
        "{\"hello\":\"I am JSON, but no message\"}\n",
        "\x1b[31mcoloured\x1b[0m\n",
    };
    static unsigned next;
    for (int i = 0; i < 2; i++) {
        const char *line = lines[next++ % MC_ARRAY_LEN(lines)];
        put(line, strlen(line));
    }
}

/* Writes a message, which ends with its newline. */
void fake_line(const struct mc_buf *line)
{
    if (fake.opt.silent || fake.wedged)
        return;
    if (fake.opt.flood_stderr)
        fake_flood_stderr();
    if (fake.opt.garbage)
        rubbish();
    put(line->data, line->len);
}

static bool is_call(const struct fake_request *r)
{
    return mc_str_eq(r->method, MC_STR("tools/call"));
}

static struct mc_buf answer_begin(const struct fake_request *r, const char *member)
{
    struct mc_buf b = MC_BUF_INIT(FAKE_LINE_MAX);
    mc_buf_addz(&b, "{\"jsonrpc\":\"2.0\",\"id\":");
    if (fake.opt.wrong_id && is_call(r))
        mc_buf_addz(&b, "987654321987");
    else
        mc_buf_adds(&b, r->id);
    mc_buf_addf(&b, ",\"%s\":{", member);
    return b;
}

static void answer_end(const struct fake_request *r, struct mc_buf *b)
{
    mc_buf_addz(b, "}}\n");
    if (fake.opt.exit_mid_call && is_call(r)) {
        b->len /= 2;
        fake_line(b);
        exit(1);
    }
    fake_line(b);
    if (fake.opt.answer_twice && is_call(r))
        fake_line(b);
    mc_buf_done(b);
    if (++fake.answers == (unsigned long)fake.opt.exit_after)
        exit(1);
}

static void add_modern(const struct fake_request *r, struct mc_buf *b, const char *members,
                       bool cacheable)
{
    if (!r->modern)
        return;
    MC_CLEANUP(mc_freep) char *name = fake_quote(mc_str_of(fake.opt.name));
    if (*members)
        mc_buf_addc(b, ',');
    if (!mc_str_starts(mc_str_of(members), MC_STR("\"resultType\":")))
        mc_buf_addz(b, "\"resultType\":\"complete\",");
    if (cacheable)
        mc_buf_addz(b, "\"ttlMs\":60000,\"cacheScope\":\"public\",");
    mc_buf_addf(b, "\"_meta\":{\"" SERVER_INFO "\":{\"name\":%s,\"version\":\"1.0\"}}", name);
}

static void result(const struct fake_request *r, const char *members, bool cacheable)
{
    struct mc_buf b = answer_begin(r, "result");
    mc_buf_addz(&b, members);
    add_modern(r, &b, members, cacheable);
    answer_end(r, &b);
}

void fake_result(const struct fake_request *r, const char *members)
{
    result(r, members, false);
}

void fake_result_cacheable(const struct fake_request *r, const char *members)
{
    result(r, members, true);
}

void fake_big_result(const struct fake_request *r, long bytes)
{
    static const char head[] = "\"content\":[{\"type\":\"text\",\"text\":\"", tail[] = "\"}]";
    struct mc_buf b = answer_begin(r, "result"), rest = MC_BUF_INIT(4096);
    mc_buf_addz(&rest, tail);
    add_modern(r, &rest, tail, false);
    mc_buf_addz(&b, head);
    size_t around = b.len + rest.len + strlen("}}\n");
    size_t fill = (size_t)bytes > around ? (size_t)bytes - around : 0;
    if (mc_buf_reserve(&b, fill + rest.len + 8) < 0)
        exit(1);
    memset(b.data + b.len, 'x', fill);
    b.len += fill;
    mc_buf_adds(&b, mc_buf_str(&rest));
    mc_buf_done(&rest);
    answer_end(r, &b);
}

void fake_error(const struct fake_request *r, int code, const char *message, const char *data)
{
    struct mc_buf b = answer_begin(r, "error");
    MC_CLEANUP(mc_freep) char *text = fake_quote(mc_str_of(message));
    mc_buf_addf(&b, "\"code\":%d,\"message\":%s", code, text);
    if (data)
        mc_buf_addf(&b, ",\"data\":%s", data);
    answer_end(r, &b);
}

void fake_error_without_id(int code, const char *message)
{
    struct mc_buf b = MC_BUF_INIT(4096);
    MC_CLEANUP(mc_freep) char *text = fake_quote(mc_str_of(message));
    mc_buf_addf(&b, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":%d,\"message\":%s}}\n", code, text);
    fake_line(&b);
    mc_buf_done(&b);
}

void fake_notify(const char *method, const char *params_members)
{
    struct mc_buf b = MC_BUF_INIT(FAKE_LINE_MAX);
    mc_buf_addf(&b, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\"", method);
    if (*params_members)
        mc_buf_addf(&b, ",\"params\":{%s}", params_members);
    mc_buf_addz(&b, "}\n");
    fake_line(&b);
    mc_buf_done(&b);
}

void fake_ask(unsigned number, const char *method, const char *params_members)
{
    struct mc_buf b = MC_BUF_INIT(FAKE_LINE_MAX);
    mc_buf_addf(&b, "{\"jsonrpc\":\"2.0\",\"id\":\"ask-%u\",\"method\":\"%s\"", number, method);
    if (*params_members)
        mc_buf_addf(&b, ",\"params\":{%s}", params_members);
    mc_buf_addz(&b, "}\n");
    fake_line(&b);
    mc_buf_done(&b);
}
