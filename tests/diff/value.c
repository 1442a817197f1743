/* JSON values as odd as the grammar allows. */
#include "tests/diff/gen.h"

#include "base/alloc.h"

#define DEPTH_MAX 4
#define LONG_STRING 70000 /* more than a pipe and a read hold */

struct rng rng_of(const struct plan *p, unsigned stream)
{
    return (struct rng){p->seed * 0x9e3779b97f4a7c15u ^ p->n << 20 ^ (uint64_t)stream << 56 ^
                        (uint64_t)p->server << 63};
}

/* splitmix64 */
uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->s += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

unsigned rng_below(struct rng *r, unsigned n)
{
    return (unsigned)(rng_next(r) % n);
}

static void pick(struct rng *r, const char *const *from, unsigned n, struct mc_buf *out)
{
    mc_buf_addz(out, from[rng_below(r, n)]);
}

void gen_space(struct rng *r, bool lines, struct mc_buf *out)
{
    static const char *const spaces[] = {" ", "  ", "\t", " \t ", "\r", "\n", "\r\n", "\n  "};

    if (rng_below(r, 8) == 0)
        pick(r, spaces, lines ? MC_ARRAY_LEN(spaces) : 5, out);
}

static const char *const pieces[] = {"a",
                                     "Z",
                                     " ",
                                     "0",
                                     "\\\"",
                                     "\\\\",
                                     "\\/",
                                     "/",
                                     "\\b",
                                     "\\f",
                                     "\\n",
                                     "\\r",
                                     "\\t",
                                     "\\u0000",
                                     "\\u001f",
                                     "\\u00e9",
                                     "\\u00E9",
                                     "\\ud800",
                                     "\\udfff",
                                     "\\udc00\\ud800",
                                     "\\ud83d\\ude00",
                                     "\\uFFFF",
                                     "\x7f",
                                     "\xc3\xa9",
                                     "\xe2\x9c\x93",
                                     "\xe6\xbc\xa2\xe5\xad\x97",
                                     "\xf0\x9f\x98\x80",
                                     "\xe2\x80\xa8",
                                     "\xef\xbf\xbd",
                                     "\xef\xbb\xbf",
                                     "<script>",
                                     "&amp;",
                                     "data: ",
                                     "\\n\\ndata: x",
                                     "id",
                                     "\\u0069d",
                                     "{\\\"id\\\":1}",
                                     "'",
                                     "%00",
                                     "`"};

void gen_string(struct rng *r, struct mc_buf *out)
{
    unsigned n = rng_below(r, 6);

    mc_buf_addc(out, '"');
    if (rng_below(r, 3000) == 0)
        n = LONG_STRING / 4;
    while (n-- > 0)
        pick(r, pieces, MC_ARRAY_LEN(pieces), out);
    mc_buf_addc(out, '"');
}

static const char *const numbers[] = {"0",
                                      "-0",
                                      "1",
                                      "-1",
                                      "1.0",
                                      "1.50",
                                      "-0.0",
                                      "1E+2",
                                      "1e2",
                                      "0.1e-7",
                                      "1e400",
                                      "-1e-400",
                                      "9007199254740991",
                                      "9007199254740992",
                                      "9007199254740993",
                                      "-9007199254740993",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "9223372036854775808",
                                      "12345678901234567890123456789012345678901234567890",
                                      "0.1",
                                      "0.30000000000000004",
                                      "3.141592653589793238462643383279502884197",
                                      "1e-7",
                                      "5E-324",
                                      "1.7976931348623157e308",
                                      "2.00",
                                      "100000000000000000000000"};

static void gen_number(struct rng *r, struct mc_buf *out)
{
    if (rng_below(r, 3) == 0)
        mc_buf_addf(out, "%s%llu", rng_below(r, 2) ? "-" : "",
                    (unsigned long long)rng_next(r) >> rng_below(r, 64));
    else
        pick(r, numbers, MC_ARRAY_LEN(numbers), out);
}

/* Names that mean something in an envelope mean nothing further down. */
static const char *const inner_keys[] = {"\"\"",
                                         "\"id\"",
                                         "\"method\"",
                                         "\"params\"",
                                         "\"result\"",
                                         "\"error\"",
                                         "\"jsonrpc\"",
                                         "\"name\"",
                                         "\"uri\"",
                                         "\"_meta\"",
                                         "\"progressToken\"",
                                         "\"requestState\"",
                                         "\"code\"",
                                         "\"\\u0069d\"",
                                         "\"a b\"",
                                         "\"\xc3\xa9\"",
                                         "\"$ref\"",
                                         "\"__proto__\"",
                                         "\"x\"",
                                         "\"x\"",
                                         "\"io.modelcontextprotocol/clientInfo\"",
                                         "\"resultType\"",
                                         "\"k\\ud800\""};

static void gen_container(struct rng *r, unsigned depth, bool object, struct mc_buf *out)
{
    unsigned n = rng_below(r, 5);

    mc_buf_addc(out, object ? '{' : '[');
    gen_space(r, false, out);
    for (unsigned i = 0; i < n; i++) {
        if (i)
            mc_buf_addc(out, ',');
        gen_space(r, false, out);
        if (object) {
            pick(r, inner_keys, MC_ARRAY_LEN(inner_keys), out);
            gen_space(r, false, out);
            mc_buf_addc(out, ':');
            gen_space(r, false, out);
        }
        gen_value(r, depth + 1, out);
        gen_space(r, false, out);
    }
    mc_buf_addc(out, object ? '}' : ']');
}

void gen_value(struct rng *r, unsigned depth, struct mc_buf *out)
{
    static const char *const words[] = {"true", "false", "null"};
    unsigned deep = rng_below(r, 400) == 0 && depth == 0 ? 200 : 0;

    for (unsigned i = 0; i < deep; i++)
        mc_buf_addc(out, '[');
    switch (rng_below(r, depth < DEPTH_MAX ? 8 : 5)) {
    case 0:
        pick(r, words, MC_ARRAY_LEN(words), out);
        break;
    case 1:
    case 2:
        gen_number(r, out);
        break;
    case 3:
    case 4:
        gen_string(r, out);
        break;
    case 5:
        gen_container(r, depth, false, out);
        break;
    default:
        gen_container(r, depth, true, out);
    }
    for (unsigned i = 0; i < deep; i++)
        mc_buf_addc(out, ']');
}

void gen_unknown(struct rng *r, struct mc_buf *out)
{
    static const char *const keys[] = {"\"\"",
                                       "\"x\"",
                                       "\"x\"",
                                       "\"x-vendor\"",
                                       "\"com.example/k\"",
                                       "\"com.example/\\u006b\"",
                                       "\"traceparent\"",
                                       "\"ID\"",
                                       "\"Method\"",
                                       "\"id \"",
                                       "\"__proto__\"",
                                       "\"\xe6\xbc\xa2\"",
                                       "\"\\ud800\"",
                                       "\"na\\/me\""};

    pick(r, keys, MC_ARRAY_LEN(keys), out);
    gen_space(r, false, out);
    mc_buf_addc(out, ':');
    gen_space(r, false, out);
    gen_value(r, 1, out);
}
