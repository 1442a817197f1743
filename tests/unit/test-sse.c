/* Event streams: what the standard says, from any split. */
#include "base/alloc.h"
#include "base/err.h"
#include "mcp/sse.h"
#include "tests/tap.h"

#define MAX_EVENT 64

static void on_event(void *arg, const struct mc_sse_event *ev)
{
    struct mc_buf *out = arg;

    mc_buf_addf(out, "[%.*s|%.*s|", MC_STR_ARG(ev->id), MC_STR_ARG(ev->event));
    if (ev->has_data)
        mc_buf_adds(out, ev->data);
    else
        mc_buf_addz(out, "(none)");
    if (ev->retry_ms >= 0)
        mc_buf_addf(out, "|%lld", (long long)ev->retry_ms);
    mc_buf_addz(out, "]");
}

static char *read_all(struct mc_str text, size_t a, size_t b, size_t max, int *ret)
{
    struct mc_sse_reader *r = mc_sse_reader_new(max);
    struct mc_buf out = MC_BUF_INIT(1 << 20);
    const size_t cuts[] = {0, a, b, text.n};

    *ret = 0;
    for (size_t i = 0; i < 3 && *ret == 0; i++) {
        size_t n = cuts[i + 1] - cuts[i];
        char *piece = mc_memdup(text.p + cuts[i], n);
        *ret = mc_sse_read(r, (struct mc_str){piece, n}, on_event, &out, NULL);
        mc_free(piece);
    }
    mc_sse_reader_free(r);
    return mc_buf_steal(&out);
}

static void test_reading(void)
{
    static const struct {
        const char *what, *in, *want;
    } t[] = {
        {"nothing", "", ""},
        {"one event", "data: hello\n\n", "[|message|hello]"},
        {"without the blank", "data:hello\n\n", "[|message|hello]"},
        {"only one blank goes", "data:  hello\n\n", "[|message| hello]"},
        {"data in several lines", "data: a\ndata:\ndata: b\n\n", "[|message|a\n\nb]"},
        {"CR, CRLF and LF", "data: a\r\rdata: b\r\n\r\ndata: c\n\n",
         "[|message|a][|message|b][|message|c]"},
        {"a name and an id", "event: x\nid: 7\ndata: a\n\ndata: b\n\n", "[7|x|a][7|message|b]"},
        {"an empty id takes it back", "id: 7\ndata: a\n\nid\ndata: b\n\n",
         "[7|message|a][|message|b]"},
        {"comments", ": ping\n\n:\n\ndata: a\n: b\n\n", "[|message|a]"},
        {"a byte order mark", "\xEF\xBB\xBF" "data: a\n\n", "[|message|a]"},
        {"a second one is a name", "data: a\n\n\xEF\xBB\xBF" "data: b\n\n", "[|message|a]"},
        {"retry", "retry: 1500\n\n", "[|message|(none)|1500]"},
        {"a wrong retry", "retry: 15s\ndata: a\n\n", "[|message|a]"},
        {"retry is of one event", "retry: 5\ndata: a\n\ndata: b\n\n", "[|message|a|5][|message|b]"},
        {"an id alone", "id: 9\n\n", "[9|message|(none)]"},
        {"empty data is data", "data\n\n", "[|message|]"},
        {"an event that is cut off is no event", "data: a\n\ndata: b\n", "[|message|a]"},
        {"unknown fields", "foo: 1\ndata: a\nDATA: b\n\n", "[|message|a]"},
        {"a field without a colon, unknown", "nothing\n\n", ""},
        {"a colon in the value", "data: a:b: c\n\n", "[|message|a:b: c]"},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        struct mc_str in = mc_str_of(t[i].in);
        int ret, different = 0;
        char *got = read_all(in, 0, 0, MAX_EVENT, &ret);
        is_str(got, t[i].want, "%s", t[i].what);
        for (size_t a = 0; a <= in.n; a++) {
            for (size_t b = a; b <= in.n; b++) {
                char *again = read_all(in, a, b, MAX_EVENT, &ret);
                different += strcmp(got, again) != 0 || ret != 0;
                mc_free(again);
            }
        }
        is_int(different, 0, "%s: every split", t[i].what);
        mc_free(got);
    }

    int ret;
    char *got = read_all(MC_STR("id: a\0b\ndata: x\n\n"), 0, 0, MAX_EVENT, &ret);
    is_str(got, "[|message|x]", "an id with a NUL is passed over");
    mc_free(got);
}

static void test_bounds(void)
{
    struct mc_sse_reader *r = mc_sse_reader_new(16);
    struct mc_buf out = MC_BUF_INIT(4096);
    struct mc_err err = {0};

    is_int(mc_sse_read(r, MC_STR("data: 0123456789\n\n"), on_event, &out, &err), 0,
           "an event of the greatest length");
    is_str(out.data, "[|message|0123456789]", "arrives");
    is_int(mc_sse_read(r, MC_STR("data: 01234567890\n\n"), on_event, &out, &err), -MC_E_TOO_BIG,
           "a longer line does not");
    ok(strstr(err.msg, "16 bytes") != NULL, "the error names the bound: %s", err.msg);
    is_int(mc_sse_read(r, MC_STR("data: a\n\n"), on_event, &out, NULL), -MC_E_TOO_BIG,
           "and nothing more is read");
    mc_sse_reader_free(r);

    r = mc_sse_reader_new(16);
    is_int(mc_sse_read(r, MC_STR("data: 01234567\ndata: 01234567"), on_event, &out, NULL), 0,
           "data within the bound");
    is_int(mc_sse_read(r, MC_STR("\n"), on_event, &out, NULL), -MC_E_TOO_BIG, "all lines count");
    mc_sse_reader_free(r);
    mc_buf_done(&out);
}

static void is_written(struct mc_str id, struct mc_str event, struct mc_str data, const char *want,
                       const char *what)
{
    struct mc_buf out = MC_BUF_INIT(4096);

    is_int(mc_sse_write(&out, id, event, data), 0, "%s", what);
    is_str(out.data, want, "%s: the bytes", what);
    mc_buf_done(&out);
}

static void test_writing(void)
{
    is_written(MC_STR_NONE, MC_STR_NONE, MC_STR("{}"), "data: {}\n\n", "data alone");
    is_written(MC_STR("1-2"), MC_STR("message"), MC_STR("{}"), "id: 1-2\nevent: message\ndata: {}\n\n",
               "all fields");
    is_written(MC_STR("7"), MC_STR_NONE, MC_STR_NONE, "id: 7\ndata:\n\n", "a priming event");
    is_written(MC_STR_NONE, MC_STR_NONE, MC_STR("a\nb\r\nc\rd"),
               "data: a\ndata: b\ndata: c\ndata: d\n\n", "data with line ends");
    is_written(MC_STR_NONE, MC_STR_NONE, MC_STR("a\n"), "data: a\ndata:\n\n", "a line end at the end");
    is_written(MC_STR("1\ndata: x"), MC_STR("e\r\n\r\n"), MC_STR("{}"),
               "id: 1\nevent: e\ndata: {}\n\n", "an id cannot smuggle in a field");

    struct mc_buf out = MC_BUF_INIT(4096);
    mc_sse_comment(&out, "ping");
    is_str(out.data, ": ping\n\n", "a comment");
    mc_buf_done(&out);

    out = MC_BUF_INIT(10);
    is_int(mc_sse_write(&out, MC_STR_NONE, MC_STR_NONE, MC_STR("0123456789")), -MC_E_TOO_BIG,
           "a full buffer is said");
    mc_buf_done(&out);
}

static void test_round_trip(void)
{
    static const char *const data[] = {"", " ", "x", "  two blanks", "a\nb", "\n", "a\n\nb\n", ": no comment"};

    for (size_t i = 0; i < MC_ARRAY_LEN(data); i++) {
        struct mc_buf out = MC_BUF_INIT(4096);
        int ret;
        mc_sse_write(&out, MC_STR("i"), MC_STR("e"), mc_str_of(data[i]));
        char *got = read_all(mc_buf_str(&out), 0, 0, MAX_EVENT, &ret);
        char *want = mc_asprintf("[i|e|%s]", data[i]);
        is_str(got, want, "what is written is read, %zu", i);
        mc_free(got);
        mc_free(want);
        mc_buf_done(&out);
    }
}

int main(void)
{
    test_reading();
    test_bounds();
    test_writing();
    test_round_trip();
    return done_testing();
}
