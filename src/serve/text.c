#include "serve/text.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <unistd.h>

struct mc_match {
    struct mc_str fixed; /* p == NULL: use re */
    regex_t re;
};

bool mc_text_is_binary(struct mc_str s)
{
    return s.n > 0 && memchr(s.p, 0, s.n < MC_TEXT_PROBE ? s.n : MC_TEXT_PROBE) != NULL;
}

int mc_text_read(int fd, struct mc_buf *b, struct mc_err *err)
{
    char chunk[65536];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mc_err_sys(err, errno, "cannot read");
        if (n == 0)
            return 0;
        if (mc_buf_add(b, chunk, (size_t)n) < 0)
            return mc_err_set(err, MC_E_TOO_BIG, "more than %zu bytes", b->max);
    }
}

/* ---- globs ---- */

/* Splits off the first component; false at the end. */
static bool next_part(const char **path, struct mc_str *part)
{
    if (!**path)
        return false;
    part->p = *path;
    part->n = strcspn(*path, "/");
    *path += part->n + strspn(*path + part->n, "/");
    return true;
}

static bool part_matches(struct mc_str glob, struct mc_str part)
{
    char z[256];
    if (glob.n >= sizeof z)
        return false;
    memcpy(z, glob.p, glob.n);
    z[glob.n] = '\0';
    return mc_glob(z, part);
}

bool mc_text_glob(const char *glob, const char *path)
{
    if (!glob)
        return true;
    if (!strchr(glob, '/')) {
        const char *slash = strrchr(path, '/');
        return mc_glob(glob, mc_str_of(slash ? slash + 1 : path));
    }
    /* only the last "**" ever has to be widened, as with '*' in an ordinary glob */
    const char *after = NULL, *widened = NULL;
    for (;;) {
        const char *g = glob, *p = path;
        struct mc_str want, have;
        bool more_glob = next_part(&g, &want), more_path = next_part(&p, &have);
        if (!more_glob && !more_path)
            return true;
        if (more_glob && mc_str_eq(want, MC_STR("**"))) {
            after = glob = g;
            widened = path;
        } else if (more_glob && more_path && part_matches(want, have)) {
            glob = g;
            path = p;
        } else if (after && next_part(&widened, &have)) {
            glob = after;
            path = widened;
        } else {
            return false;
        }
    }
}

/* ---- patterns ---- */

static int compile(struct mc_match *m, const char *pattern, bool ignore_case, struct mc_err *err)
{
    int r = regcomp(&m->re, pattern, REG_EXTENDED | (ignore_case ? REG_ICASE : 0));
    if (r == 0)
        return 0;
    char why[200];
    regerror(r, &m->re, why, sizeof why);
    return mc_err_set(err, MC_E_USAGE,
                      "argument \"pattern\": %s is not a POSIX extended regular expression (%s); "
                      "for a plain string leave \"regex\" out",
                      pattern, why);
}

int mc_match_new(const char *pattern, bool regex, bool ignore_case, struct mc_match **ret,
                 struct mc_err *err)
{
    if (!*pattern || strchr(pattern, '\n'))
        return mc_err_set(err, MC_E_USAGE,
                          "argument \"pattern\": got %s, allowed is text within one line",
                          *pattern ? "more than one line" : "an empty string");
    struct mc_buf escaped = MC_BUF_INIT(2 * MC_TOOL_STRING_MAX);
    struct mc_match *m = MC_NEW(struct mc_match);
    int r = 0;
    if (regex) {
        r = compile(m, pattern, ignore_case, err);
    } else if (ignore_case) {
        for (const char *p = pattern; *p; p++) {
            if (strchr(".[]{}()*+?^$|\\", *p))
                mc_buf_addc(&escaped, '\\');
            mc_buf_addc(&escaped, *p);
        }
        r = compile(m, escaped.data, true, err);
    } else {
        m->fixed = (struct mc_str){mc_strdup(pattern), strlen(pattern)};
    }
    mc_buf_done(&escaped);
    if (r < 0) {
        mc_free(m);
        return r;
    }
    *ret = m;
    return 0;
}

void mc_match_free(struct mc_match *m)
{
    if (!m)
        return;
    if (m->fixed.p)
        mc_free((char *)m->fixed.p);
    else
        regfree(&m->re);
    mc_free(m);
}

void mc_match_freep(struct mc_match **m)
{
    mc_match_free(*m);
    *m = NULL;
}

long mc_match_find(const struct mc_match *m, struct mc_str line)
{
    if (m->fixed.p) {
        const char *at = line.n ? memmem(line.p, line.n, m->fixed.p, m->fixed.n) : NULL;
        return at ? at - line.p : -1;
    }
    size_t n = line.n < MC_TEXT_LINE_MAX ? line.n : MC_TEXT_LINE_MAX;
    regmatch_t at = {.rm_so = 0, .rm_eo = (regoff_t)n};
    return regexec(&m->re, line.p ? line.p : "", 1, &at, REG_STARTEND) == 0 ? at.rm_so : -1;
}

/* ---- searching ---- */

static struct mc_str line_at(struct mc_str text, size_t off)
{
    const char *p = text.p + off;
    const char *end = memchr(p, '\n', text.n - off);
    size_t n = end ? (size_t)(end - p) : text.n - off;
    return (struct mc_str){p, n > 0 && p[n - 1] == '\r' ? n - 1 : n};
}

static size_t line_after(struct mc_str text, size_t off)
{
    const char *end = memchr(text.p + off, '\n', text.n - off);
    return end ? (size_t)(end - text.p) + 1 : text.n;
}

static bool is_tail(char ch)
{
    return ((unsigned char)ch & 0xc0) == 0x80; /* inside a UTF-8 sequence */
}

static bool show_line(struct mc_grep *g, const char *path, int64_t number, char mark,
                      struct mc_str line, long at)
{
    struct mc_str s = line;
    bool head = at > MC_TEXT_SHOW_MAX / 2;
    if (head) {
        s.p += at - MC_TEXT_SHOW_MAX / 4;
        s.n -= (size_t)(at - MC_TEXT_SHOW_MAX / 4);
        while (s.n > 0 && is_tail(*s.p))
            s.p++, s.n--;
    }
    bool tail = s.n > MC_TEXT_SHOW_MAX;
    if (tail)
        s.n = MC_TEXT_SHOW_MAX;
    while (tail && s.n > 0 && is_tail(s.p[s.n]))
        s.n--;
    MC_CLEANUP(mc_freep) char *name = mc_str_printable(mc_str_of(path), false);
    return mc_call_addf(g->call, "%s%c%" PRId64 "%c %s%.*s%s\n", name, mark, number, mark,
                        head ? "…" : "", MC_STR_ARG(s), tail ? "…" : "");
}

/* The offset `lines` lines before off, but not before `least`. */
static size_t back(struct mc_str text, size_t off, size_t least, int64_t *lines)
{
    int64_t left = *lines;
    while (left > 0 && off > least) {
        off--;
        while (off > least && text.p[off - 1] != '\n')
            off--;
        left--;
    }
    *lines -= left;
    return off;
}

static bool stop(const struct mc_grep *g)
{
    return g->found >= g->most || g->call->truncated || mc_call_expired(g->call);
}

bool mc_grep_text(struct mc_grep *g, const char *path, struct mc_str text)
{
    g->texts++;
    if (mc_text_is_binary(text)) {
        g->binary++;
        return !stop(g);
    }
    if (g->match->fixed.p && mc_match_find(g->match, text) < 0)
        return !stop(g);
    size_t shown = 0; /* everything before was shown or passed */
    int64_t number = 1, after = 0;
    for (size_t off = 0; off < text.n; off = line_after(text, off), number++) {
        struct mc_str line = line_at(text, off);
        long at = g->found < g->most ? mc_match_find(g->match, line) : -1;
        if (at >= 0) {
            int64_t before = g->context;
            size_t from = back(text, off, shown, &before);
            if (g->context > 0 && g->found > 0 && (from > shown || shown == 0))
                mc_call_add(g->call, MC_STR("--\n"));
            for (; from < off; from = line_after(text, from), before--)
                show_line(g, path, number - before, '-', line_at(text, from), 0);
            show_line(g, path, number, ':', line, at);
            g->found++;
            after = g->context;
        } else if (after > 0) {
            show_line(g, path, number, '-', line, 0);
            after--;
        } else if (stop(g)) {
            break;
        } else {
            continue;
        }
        shown = line_after(text, off);
    }
    return !stop(g);
}

void mc_grep_close(struct mc_grep *g)
{
    struct mc_call *c = g->call;
    if (g->found == 0)
        mc_call_note(c, "no match in %" PRId64 " files", g->texts);
    else if (g->found >= g->most)
        mc_call_note(c, "stopped at max_results=%" PRId64 "; there may be more", g->most);
    if (g->binary > 0)
        mc_call_note(c, "%" PRId64 " binary files were not searched", g->binary);
    if (g->too_big > 0)
        mc_call_note(c, "%" PRId64 " files over %d MiB were not searched", g->too_big,
                     MC_TEXT_SEARCH_MAX / 1024 / 1024);
    if (mc_call_expired(c))
        mc_call_note(c, "stopped after %d s; narrow the search with \"path\" or \"glob\"",
                     MC_TOOL_BUDGET_MS / 1000);
}
