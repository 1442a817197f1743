#include "config/dotenv.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"

#define VALUE_MAX (1u << 20)

struct dotenv {
    const char *file;
    const char *p, *end;
    unsigned line;
    struct mc_err *err;
};

static int fail(struct dotenv *d, const char *why)
{
    return mc_err_set(d->err, MC_E_CONFIG, "%s:%u: %s", d->file, d->line, why);
}

static void skip_blanks(struct dotenv *d)
{
    while (d->p < d->end && (*d->p == ' ' || *d->p == '\t'))
        d->p++;
}

/* The rest of the line must be empty or a comment; goes behind it. */
static bool end_line(struct dotenv *d)
{
    skip_blanks(d);
    if (d->p < d->end && *d->p == '#')
        while (d->p < d->end && *d->p != '\n')
            d->p++;
    if (d->p < d->end && *d->p == '\r')
        d->p++;
    if (d->p < d->end && *d->p != '\n')
        return false;
    if (d->p < d->end)
        d->p++;
    d->line++;
    return true;
}

static char unescape(char c)
{
    static const char from[] = "nrt\\\"$", to[] = "\n\r\t\\\"$";
    const char *at = c ? strchr(from, c) : NULL;

    return at ? to[at - from] : '\0';
}

static int read_quoted(struct dotenv *d, struct mc_buf *value)
{
    char quote = *d->p++;
    unsigned opened = d->line;

    while (d->p < d->end && *d->p != quote) {
        char c = *d->p++;
        d->line += c == '\n';
        if (c == '\\' && quote == '"' && d->p < d->end && unescape(*d->p))
            c = unescape(*d->p++);
        mc_buf_addc(value, c);
    }
    if (d->p == d->end) {
        d->line = opened;
        return fail(d, "this quote is never closed");
    }
    d->p++;
    return end_line(d) ? 0 : fail(d, "expected the end of the line after the closing quote");
}

/* A '#' begins a comment only after a blank: colours and URLs hold it too. */
static void read_bare(struct dotenv *d, struct mc_buf *value)
{
    const char *start = d->p;

    while (d->p < d->end && *d->p != '\n' &&
           !(*d->p == '#' && (d->p == start || d->p[-1] == ' ' || d->p[-1] == '\t')))
        d->p++;
    struct mc_str s = {start, (size_t)(d->p - start)};
    if (s.n && s.p[s.n - 1] == '\r')
        s.n--;
    mc_buf_adds(value, mc_str_trim(s));
    end_line(d);
}

static bool is_name_byte(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && ((c >= '0' && c <= '9') || c == '.' || c == '-'));
}

static struct mc_str read_name(struct dotenv *d)
{
    const char *start = d->p;

    while (d->p < d->end && is_name_byte(*d->p, d->p == start))
        d->p++;
    return (struct mc_str){start, (size_t)(d->p - start)};
}

static int read_pair(struct dotenv *d, struct mc_buf *name, struct mc_buf *value)
{
    struct mc_str word = read_name(d);

    if (mc_str_eq(word, MC_STR("export")) && d->p < d->end && (*d->p == ' ' || *d->p == '\t')) {
        skip_blanks(d);
        word = read_name(d);
    }
    skip_blanks(d);
    if (word.n == 0 || d->p == d->end || *d->p != '=')
        return fail(d, "expected NAME=value, a comment or nothing");
    d->p++;
    skip_blanks(d);
    mc_buf_adds(name, word);
    if (d->p < d->end && (*d->p == '"' || *d->p == '\''))
        return read_quoted(d, value);
    read_bare(d, value);
    return 0;
}

int mc_dotenv_parse(const char *file, struct mc_str text,
                    void (*on_pair)(void *arg, const char *name, const char *value), void *arg,
                    struct mc_err *err)
{
    struct dotenv d = {file, text.p, text.n ? text.p + text.n : text.p, 1, err};
    MC_CLEANUP(mc_buf_done) struct mc_buf name = MC_BUF_INIT(VALUE_MAX);
    MC_CLEANUP(mc_buf_done) struct mc_buf value = MC_BUF_INIT(VALUE_MAX);

    if (text.n && memchr(text.p, '\0', text.n))
        return fail(&d, "this is not a text file: it holds a NUL byte");
    if (mc_str_starts(text, MC_STR("\xEF\xBB\xBF")))
        d.p += 3;
    while (d.p < d.end) {
        unsigned line = d.line;
        if (end_line(&d))
            continue;
        mc_buf_clear(&name);
        mc_buf_clear(&value);
        int ret = read_pair(&d, &name, &value);
        if (ret < 0)
            return ret;
        if (name.failed || value.failed) {
            d.line = line;
            return fail(&d, "this value is too long");
        }
        on_pair(arg, name.data, value.len ? value.data : "");
    }
    return 0;
}
