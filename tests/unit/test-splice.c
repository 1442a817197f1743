#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"
#include "json/splice.h"
#include "tests/tap.h"

static struct mc_buf out;

static const char *applied(const struct mc_splice *sp, bool one_line)
{
    mc_buf_clear(&out);
    return mc_splice_apply(sp, one_line, &out) < 0 ? "(failed)" : out.data;
}

static struct mc_str part(struct mc_str src, size_t off, size_t len)
{
    return (struct mc_str){src.p + off, len};
}

static void putting(void)
{
    struct mc_str src = MC_STR("0123456789");
    struct mc_splice sp;
    mc_splice_init(&sp, src);
    is_str(applied(&sp, false), "0123456789", "no edit is identity");
    mc_splice_put(&sp, part(src, 8, 2), MC_STR("end"));
    mc_splice_put(&sp, part(src, 0, 1), MC_STR(""));
    mc_splice_put(&sp, part(src, 4, 2), MC_STR("<fourfive>"));
    is_str(applied(&sp, false), "123<fourfive>67end", "edits in any order");
    is_str(applied(&sp, false), "123<fourfive>67end", "apply changes nothing in the edits");

    mc_splice_init(&sp, src);
    mc_splice_put(&sp, part(src, 5, 0), MC_STR("a"));
    mc_splice_put(&sp, part(src, 5, 1), MC_STR("B"));
    mc_splice_put(&sp, part(src, 5, 0), MC_STR("c"));
    mc_splice_put(&sp, part(src, 10, 0), MC_STR("!"));
    mc_splice_put(&sp, part(src, 0, 0), MC_STR("?"));
    is_str(applied(&sp, false), "?01234acB6789!", "insertions keep their order, before what they stand at");

    mc_splice_init(&sp, src);
    mc_splice_put(&sp, part(src, 2, 3), MC_STR("x"));
    mc_splice_put(&sp, part(src, 5, 3), MC_STR("y"));
    is_str(applied(&sp, false), "01xy89", "edits may touch");

    mc_splice_init(&sp, src);
    mc_splice_put(&sp, part(src, 0, 10), MC_STR(""));
    is_str(applied(&sp, false), "", "everything goes");
}

static void bounds(void)
{
    struct mc_str src = MC_STR("abc");
    struct mc_splice sp;
    struct mc_buf small = MC_BUF_INIT(5);
    mc_splice_init(&sp, src);
    mc_splice_put(&sp, part(src, 1, 1), MC_STR("12345"));
    mc_buf_addz(&small, "x");
    is_int(mc_splice_apply(&sp, false, &small), -MC_E_TOO_BIG, "a result above the bound");
    is_str(small.data, "x", "leaves the buffer as it was");
    mc_buf_clear(&small);
    mc_splice_init(&sp, src);
    for (int i = 0; i < MC_SPLICE_MAX; i++)
        mc_splice_put(&sp, part(src, 3, 0), i < 2 ? MC_STR("z") : MC_STR(""));
    is_int(mc_splice_apply(&sp, false, &small), 0, "as many edits as fit");
    is_str(small.data, "abczz", "are all applied");
    mc_buf_done(&small);
}

static void one_line(void)
{
    struct mc_str src = MC_STR("{\r\n\"a\":\n1}\n");
    struct mc_splice sp;
    mc_splice_init(&sp, src);
    mc_splice_put(&sp, part(src, 8, 1), MC_STR("[\n2]"));
    mc_buf_clear(&out);
    mc_buf_addz(&out, "before\n");
    is_int(mc_splice_apply(&sp, true, &out), 0, "one line");
    is_str(out.data, "before\n{  \"a\": [ 2]} ", "line ends become spaces, not those before");
}

/* Drops the named members of the object `text` in the order given. */
static const char *without(const char *text, const char *names)
{
    struct mc_str src = mc_str_of(text);
    struct mc_splice sp;
    mc_splice_init(&sp, src);
    for (; *names; names++) {
        struct mc_jiter it;
        struct mc_str key;
        struct mc_jval val;
        mc_jiter_init(&it, mc_jval_of(src));
        while (mc_jiter_next(&it, &key, &val))
            if (mc_jstr_eq(key, (struct mc_str){names, 1}))
                mc_splice_drop_member(&sp, key, val.s);
    }
    const char *result = applied(&sp, false);
    if (mc_json_check(result, strlen(result), NULL, NULL) < 0)
        return "(no JSON)";
    return result;
}

static void dropping(void)
{
    static const char text[] = "{\"a\":1, \"b\" : {\"x\":[]} ,\"c\":\"}\",\"d\":4}";
    is_str(without(text, "a"), "{\"b\" : {\"x\":[]} ,\"c\":\"}\",\"d\":4}", "the first");
    is_str(without(text, "b"), "{\"a\":1, \"c\":\"}\",\"d\":4}", "one in the middle");
    is_str(without(text, "d"), "{\"a\":1, \"b\" : {\"x\":[]} ,\"c\":\"}\"}", "the last");
    is_str(without("{ \"a\" : 1 }", "a"), "{  }", "the only one");
    is_str(without("{\n  \"a\": 1,\n  \"b\": 2\n}", "a"), "{\n  \"b\": 2\n}", "with its line, first");
    is_str(without("{\n  \"a\": 1,\n  \"b\": 2\n}", "b"), "{\n  \"a\": 1\n}", "with its line, last");

    /* Every set of members, in every order. */
    static const char all[] = "{\"a\":1 , \"b\":2,\n\"c\":3,\"d\":4 }";
    static const char *const orders[] = {"abcd", "abdc", "acbd", "acdb", "adbc", "adcb", "bacd", "badc",
                                         "bcad", "bcda", "bdac", "bdca", "cabd", "cadb", "cbad", "cbda",
                                         "cdab", "cdba", "dabc", "dacb", "dbac", "dbca", "dcab", "dcba"};
    int wrong = 0;
    for (size_t o = 0; o < sizeof(orders) / sizeof(*orders); o++)
        for (unsigned set = 0; set < 16; set++) {
            char names[5] = "", want[64] = "{";
            for (int i = 0; i < 4; i++)
                if (set & 1u << (orders[o][i] - 'a'))
                    strncat(names, &orders[o][i], 1);
            for (unsigned i = 0; i < 4; i++)
                if (!(set & 1u << i))
                    snprintf(want + strlen(want), sizeof(want) - strlen(want), "%s\"%c\":%u",
                             want[1] ? "," : "", 'a' + i, i + 1);
            snprintf(want + strlen(want), sizeof(want) - strlen(want), "}");
            const char *got = without(all, names);
            if (!mc_json_same(mc_str_of(got), mc_str_of(want))) {
                printf("# without %s: %s\n", names, got);
                wrong++;
            }
        }
    is_int(wrong, 0, "any members in any order");
}

int main(void)
{
    mc_buf_init(&out, 4096);
    putting();
    bounds();
    one_line();
    dropping();
    mc_buf_done(&out);
    return done_testing();
}
