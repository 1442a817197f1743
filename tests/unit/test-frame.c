/* Lines come out the same however the bytes are split. */
#include "base/alloc.h"
#include "mcp/frame.h"
#include "tests/tap.h"

#define MAX_LINE 16

struct sink {
    struct mc_buf out;
    int stop_after; /* lines; 0: never */
    int lines;
    struct mc_frame *frame; /* freed by the callback that stops */
};

static bool on_line(void *arg, struct mc_str line)
{
    struct sink *s = arg;

    mc_buf_addf(&s->out, "[%.*s]", MC_STR_ARG(line));
    if (++s->lines != s->stop_after)
        return true;
    mc_frame_done(s->frame);
    return false;
}

static void on_long(void *arg, struct mc_str head)
{
    struct sink *s = arg;

    mc_buf_addf(&s->out, "<%.*s>", MC_STR_ARG(head));
}

/* Feeds text in pieces that end at the given offsets; the result is what the callbacks saw, then the rest. */
static char *feed(struct mc_str text, const size_t *cuts, size_t n_cuts, uint64_t *skipped)
{
    struct mc_frame f;
    struct sink s = {.out = MC_BUF_INIT(4096), .frame = &f};
    size_t at = 0;

    mc_frame_init(&f, MAX_LINE);
    for (size_t i = 0; i <= n_cuts; i++) {
        size_t end = i < n_cuts ? cuts[i] : text.n;
        /* A copy of the exact size, so that the sanitizer sees every byte too many. */
        char *piece = mc_memdup(text.p + at, end - at);
        mc_frame_feed(&f, piece, end - at, on_line, on_long, &s);
        mc_free(piece);
        at = end;
    }
    mc_buf_addf(&s.out, "|%.*s", MC_STR_ARG(mc_frame_rest(&f)));
    if (skipped)
        *skipped = f.skipped;
    mc_frame_done(&f);
    return mc_buf_steal(&s.out);
}

static void test_table(void)
{
    static const struct {
        const char *what, *in, *want;
        unsigned skipped;
    } t[] = {
        {"nothing", "", "|", 0},
        {"one line", "{}\n", "[{}]|", 0},
        {"CRLF", "{}\r\n[]\r\n", "[{}][[]]|", 0},
        {"only the last CR goes", "a\r\r\n", "[a\r]|", 0},
        {"a CR inside stays", "a\rb\n", "[a\rb]|", 0},
        {"empty lines are skipped", "\n\r\n\na\n\n", "[a]|", 0},
        {"a rest", "a\nbc", "[a]|bc", 0},
        {"a rest without its CR", "a\nbc\r", "[a]|bc", 0},
        {"as long as allowed", "0123456789abcdef\n", "[0123456789abcdef]|", 0},
        {"as long as allowed, with CR", "0123456789abcdef\r\n", "[0123456789abcdef]|", 0},
        {"one too long", "0123456789abcdefg\nx\n", "<0123456789abcdef>[x]|", 1},
        {"one too long, with CR", "0123456789abcdefg\r\nx\n", "<0123456789abcdef>[x]|", 1},
        {"CR CR at the bound is too long", "0123456789abcdef\r\r\nx\n", "<0123456789abcdef>[x]|", 1},
        {"much too long", "0123456789abcdef0123456789abcdef0123456789\nx\n",
         "<0123456789abcdef>[x]|", 1},
        {"two of them", "0123456789abcdefg\n\n0123456789abcdefg\ny\n",
         "<0123456789abcdef><0123456789abcdef>[y]|", 2},
        {"no rest inside a long one", "x\n0123456789abcdefg", "[x]<0123456789abcdef>|", 1},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        uint64_t skipped;
        char *got = feed(mc_str_of(t[i].in), NULL, 0, &skipped);
        is_str(got, t[i].want, "%s", t[i].what);
        is_int(skipped, t[i].skipped, "%s: lines skipped", t[i].what);
        mc_free(got);
    }
}

static void test_every_split(void)
{
    struct mc_str text = MC_STR("{\"a\":1}\r\n\n0123456789abcdefg\r\nsecond\n\r\n"
                                "0123456789abcdef\r\nthird\r\r\n0123456789abcdef0123456789abcdef\nend\r");
    char *want = feed(text, NULL, 0, NULL);
    int different = 0, n = 0;

    for (size_t a = 0; a <= text.n; a++) {
        for (size_t b = a; b <= text.n; b++, n++) {
            char *got = feed(text, (size_t[]){a, b}, 2, NULL);
            different += strcmp(got, want) != 0;
            mc_free(got);
        }
    }
    is_int(different, 0, "%d splits in three give the same lines", n);

    size_t cuts[128];
    for (size_t i = 0; i < text.n; i++)
        cuts[i] = i;
    char *got = feed(text, cuts, text.n, NULL);
    is_str(got, want, "byte by byte too");
    mc_free(got);
    mc_free(want);
}

static void test_stop(void)
{
    struct mc_frame f;
    struct sink s = {.out = MC_BUF_INIT(4096), .stop_after = 2, .frame = &f};

    mc_frame_init(&f, MAX_LINE);
    mc_frame_feed(&f, "on", 2, on_line, on_long, &s);
    mc_frame_feed(&f, "e\ntwo\nthree\n", 12, on_line, on_long, &s);
    is_str(s.out.data, "[one][two]", "feeding ends at once when the callback says so, and frees");
    mc_buf_done(&s.out);
}

static void test_in_place(void)
{
    static const char text[] = "whole\n";
    struct mc_frame f;
    struct sink s = {.out = MC_BUF_INIT(4096), .frame = &f};

    mc_frame_init(&f, MAX_LINE);
    mc_frame_feed(&f, text, 6, on_line, on_long, &s);
    ok(f.part.cap == 0, "a line that is whole is not copied");
    mc_frame_done(&f);
    mc_buf_done(&s.out);

    mc_frame_init(&f, 1 << 20);
    char *big = mc_calloc(1, 1 << 20);
    memset(big, 'x', 1 << 20);
    s = (struct sink){.out = MC_BUF_INIT(2 << 20), .frame = &f};
    mc_frame_feed(&f, big, 1 << 20, on_line, on_long, &s);
    mc_frame_feed(&f, "\n", 1, on_line, on_long, &s);
    is_int(s.out.len, (1 << 20) + 2, "a line of 1 MiB arrives");
    ok(f.part.cap < 64 << 10, "and its memory is not kept");
    mc_frame_done(&f);
    mc_buf_done(&s.out);
    mc_free(big);
}

int main(void)
{
    test_table();
    test_every_split();
    test_stop();
    test_in_place();
    return done_testing();
}
