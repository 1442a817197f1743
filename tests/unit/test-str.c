#include "base/alloc.h"
#include "base/str.h"
#include "tests/tap.h"

static void spans(void)
{
    ok(mc_str_eq(MC_STR_NONE, MC_STR("")) && mc_str_of(NULL).n == 0, "nothing is empty");
    ok(mc_str_eq_nocase(MC_STR("Content-TYPE"), MC_STR("content-type")), "case");
    ok(!mc_str_eq_nocase(MC_STR("a["), MC_STR("a{")) && !mc_str_eq_nocase(MC_STR("a@"), MC_STR("a`")), "letters only");
    ok(!mc_str_eq_nocase(MC_STR("\xc3\x89"), MC_STR("\xc3\xa9")), "ASCII only");
    ok(mc_str_starts(MC_STR("abc"), MC_STR("ab")) && mc_str_starts(MC_STR("a"), MC_STR_NONE), "starts");
    ok(!mc_str_starts(MC_STR("a"), MC_STR("ab")) && !mc_str_starts(MC_STR_NONE, MC_STR("a")), "does not start");
    ok(mc_str_ends(MC_STR("abc"), MC_STR("bc")) && mc_str_ends(MC_STR_NONE, MC_STR_NONE), "ends");
    ok(!mc_str_ends(MC_STR("c"), MC_STR("bc")) && !mc_str_ends(MC_STR("abc"), MC_STR("ab")), "does not end");
    ok(mc_str_eq(mc_str_trim(MC_STR(" \ta b\t ")), MC_STR("a b")), "trim");
    ok(mc_str_trim(MC_STR(" \t ")).n == 0 && mc_str_trim(MC_STR("\n")).n == 1, "trim all, trim no line ends");
    char *s = mc_str_dup((struct mc_str){"abcdef", 3});
    is_str(s, "abc", "dup terminates");
    mc_free(s);
}

static void numbers(void)
{
    static const struct {
        const char *text;
        bool fine;
        uint64_t want;
    } cases[] = {{"0", true, 0},
                 {"007", true, 7},
                 {"18446744073709551615", true, UINT64_MAX},
                 {"18446744073709551616", false, 0},
                 {"99999999999999999999", false, 0},
                 {"", false, 0},
                 {"+1", false, 0},
                 {"-1", false, 0},
                 {" 1", false, 0},
                 {"1 ", false, 0},
                 {"1a", false, 0},
                 {"\xb1", false, 0}};
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        uint64_t v = 0;
        bool fine = mc_str_u64(mc_str_of(cases[i].text), &v);
        ok(fine == cases[i].fine && v == cases[i].want, "number '%s'", cases[i].text);
    }
}

/* Every code point and its neighbours, against the definition. */
static void utf8(void)
{
    unsigned wrong = 0;
    for (unsigned c = 0x80; c < 0x110000; c++) {
        char b[4];
        size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
        for (size_t i = n - 1, rest = c; i > 0; i--, rest >>= 6)
            b[i] = (char)(0x80 | (rest & 0x3f));
        b[0] = (char)(lead[n] | c >> (6 * (n - 1)));
        bool legal = c < 0xd800 || c > 0xdfff;
        wrong += mc_utf8_len(b, n) != (legal ? n : 0);
        wrong += mc_utf8_len(b, n - 1) != 0;
    }
    is_int(wrong, 0, "every code point, and cut short");
    static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "\xc3(", "\xe2\x82(",
                                      "\xe2(\xac", "\xf0\x9f\x98("};
    for (size_t i = 0; i < MC_ARRAY_LEN(bad); i++)
        ok(!mc_utf8_valid(bad[i], strlen(bad[i])), "ill-formed #%zu", i);
    ok(mc_utf8_valid("", 0) && mc_utf8_valid("a\0\xc3\xa9", 4), "well-formed");
}

static void printable(void)
{
    static const struct {
        const char *text;
        const char *want, *want_lines;
    } cases[] = {
        {"a\nb\tc", "a?b?c", "a\nb\tc"},
        {"\x1b[31m\r\x7f", "?[31m??", "?[31m??"},
        {"\xc2\x9b" "31m\xc2\xa0", "?31m\xc2\xa0", "?31m\xc2\xa0"},
        {"a\xe2\x80\xae" "b\xe2\x81\xa6" "c\xe2\x80\xa8", "a?b?c?", "a?b?c?"},
        {"\xc3\xa9\xf0\x9f\x98\x80", "\xc3\xa9\xf0\x9f\x98\x80", "\xc3\xa9\xf0\x9f\x98\x80"},
        {"\xff\xc3", "??", "??"},
        {"", "", ""},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        char *s = mc_str_printable(mc_str_of(cases[i].text), false);
        is_str(s, cases[i].want, "printable #%zu", i);
        mc_free(s);
        s = mc_str_printable(mc_str_of(cases[i].text), true);
        is_str(s, cases[i].want_lines, "printable #%zu with lines", i);
        mc_free(s);
    }
}

static void distance(void)
{
    static const struct {
        const char *a, *b;
        unsigned want;
    } cases[] = {{"", "", 0},         {"", "abc", 3},        {"status", "status", 0}, {"status", "statsu", 1},
                 {"stat", "status", 2}, {"restart", "start", 2}, {"abc", "xyz", 3},       {"ca", "abc", 3}};
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++) {
        is_int(mc_str_distance(cases[i].a, cases[i].b), cases[i].want, "'%s' and '%s'", cases[i].a, cases[i].b);
        is_int(mc_str_distance(cases[i].b, cases[i].a), cases[i].want, "and back");
    }
    char big[200], other[200];
    memset(big, 'a', sizeof(big));
    memset(other, 'b', sizeof(other));
    big[99] = other[99] = '\0';
    is_int(mc_str_distance(big, other), 99, "at the cap");
    big[99] = 'a';
    big[199] = '\0';
    is_int(mc_str_distance(big, "a"), 99, "long words are far");
    is_int(mc_str_distance(big, big), 0, "but not from themselves");
}

static void globs(void)
{
    static const struct {
        const char *pattern, *text;
        bool match;
    } cases[] = {
        {"", "", true},           {"", "a", false},        {"*", "", true},         {"*", "abc", true},
        {"a*c", "abbc", true},    {"a*c", "ac", true},     {"a*c", "acb", false},   {"?", "", false},
        {"?", "x", true},         {"a?c", "abc", true},    {"**a**", "xax", true},  {"[abc]", "b", true},
        {"[abc]", "d", false},    {"[!abc]", "d", true},   {"[^abc]", "a", false},  {"[a-c]x", "bx", true},
        {"[a-c]", "d", false},    {"[]]", "]", true},      {"[!]]", "]", false},    {"[a-]", "-", true},
        {"[\\]]", "]", true},     {"[", "[", true},        {"[ab", "[ab", true},    {"[ab", "a", false},
        {"\\*", "*", true},       {"\\*", "x", false},     {"\\[a]", "[a]", true},  {"a\\", "a\\", true},
        {"*.json", "x.json", true}, {"*.json", "x.jsonc", false}, {"*a*b*c*", "xxaxxbxxcxx", true},
        {"*a*b*c*", "xxaxxcxxbxx", false}, {"a[b-d]*[x]", "acccx", true}, {"abc", "ab", false}, {"ab", "abc", false},
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(cases); i++)
        is_int(mc_glob(cases[i].pattern, mc_str_of(cases[i].text)), cases[i].match, "glob '%s' on '%s'",
               cases[i].pattern, cases[i].text);
    char text[2000];
    memset(text, 'a', sizeof(text));
    ok(!mc_glob("*a*a*a*a*a*a*a*a*a*a*a*a*b", (struct mc_str){text, sizeof(text)}), "no blow-up");
}

static void vectors(void)
{
    struct mc_strv sv = {0};
    ok(sv.v == NULL, "empty");
    for (int i = 0; i < 100; i++)
        if (i % 2)
            mc_strv_push(&sv, "pushed");
        else
            mc_strv_take(&sv, mc_strdup("taken"));
    bool terminated = sv.v[100] == NULL;
    ok(sv.n == 100 && terminated, "a hundred, and NULL");
    is_str(sv.v[98], "taken", "in order");
    is_str(sv.v[99], "pushed", "in order");
    mc_strv_done(&sv);
    ok(sv.v == NULL && sv.n == 0 && sv.cap == 0, "done zeroes");
    mc_strv_done(&sv);
}

int main(void)
{
    spans();
    numbers();
    utf8();
    printable();
    distance();
    globs();
    vectors();
    return done_testing();
}
