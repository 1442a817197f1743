/* read_file. */
#include "serve/files.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "serve/beneath.h"
#include "serve/text.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

struct reader {
    struct mc_call *call;
    int fd;
    int64_t first, last;   /* lines asked for */
    int64_t line;          /* the line that the next byte belongs to */
    int64_t shown;         /* the last line of which something is in the text */
    bool numbers, in_line; /* in_line: the next byte is not the first of its line */
    bool odd;              /* not UTF-8 */
    uint64_t bytes;
    struct mc_buf keep; /* the lines that are shown */
};

/* Takes the part of a chunk that belongs to one line; whole says that the line ends here. */
static void take_part(struct reader *r, struct mc_str part, bool whole)
{
    if (r->line >= r->first && r->line <= r->last && !r->call->truncated) {
        if (r->numbers && !r->in_line)
            mc_buf_addf(&r->keep, "%6" PRId64 "\t", r->line);
        if (mc_buf_adds(&r->keep, part) < 0)
            r->call->truncated = true;
        r->shown = r->line;
    }
    r->in_line = !whole;
    if (whole)
        r->line++;
}

static void take_chunk(struct reader *r, struct mc_str chunk)
{
    while (chunk.n > 0) {
        const char *end = memchr(chunk.p, '\n', chunk.n);
        size_t n = end ? (size_t)(end - chunk.p) + 1 : chunk.n;
        take_part(r, (struct mc_str){chunk.p, n}, end != NULL);
        chunk.p += n;
        chunk.n -= n;
    }
}

/* Reads on to the end to count the lines, within bounds. Returns 1 at the end of the file, 0 before it, -1 on failure (the call has failed). */
static int read_lines(struct reader *r, const char *path)
{
    char chunk[65536];
    for (;;) {
        ssize_t n = read(r->fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            mc_call_fail(r->call, "cannot read %s: %s", path, strerror(errno));
            return -1;
        }
        if (n == 0)
            return 1;
        struct mc_str s = {chunk, (size_t)n};
        if (r->bytes == 0 && mc_text_is_binary(s)) {
            bool utf16 =
                n >= 2 && (memcmp(chunk, "\xff\xfe", 2) == 0 || memcmp(chunk, "\xfe\xff", 2) == 0);
            mc_call_fail(r->call, "%s is %s; only UTF-8 and other byte-wise text can be read", path,
                         utf16 ? "UTF-16 text" : "a binary file");
            return -1;
        }
        take_chunk(r, s);
        r->bytes += s.n;
        bool done = r->line > r->last || r->call->truncated;
        if (mc_call_expired(r->call) || (done && r->bytes > MC_FILES_COUNT_MAX))
            return 0;
    }
}

static void add_notes(struct reader *r, bool at_end)
{
    int64_t lines = r->line - (r->in_line ? 0 : 1); /* seen so far */
    const char *least = at_end ? "" : "more than ";
    if (lines == 0 && at_end)
        mc_call_note(r->call, "the file is empty");
    else if (r->shown == 0)
        mc_call_note(r->call,
                     "start_line=%" PRId64 " is behind the end: the file has %s%" PRId64 " lines",
                     r->first, least, lines);
    else if (r->call->truncated)
        mc_call_note(r->call,
                     "line %" PRId64 " of %s%" PRId64 " is cut; continue with start_line="
                     "%" PRId64,
                     r->shown, least, lines, r->shown > r->first ? r->shown : r->shown + 1);
    else if (r->first > 1 || r->shown < lines)
        mc_call_note(r->call, "lines %" PRId64 " to %" PRId64 " of %s%" PRId64 "%s", r->first,
                     r->shown, least, lines,
                     r->shown < lines ? "; continue behind with start_line" : "");
    if (r->odd)
        mc_call_note(r->call,
                     "the file is not UTF-8; bytes that are not are shown as \xEF\xBF\xBD");
}

void mc_files_read(struct mc_call *c)
{
    const char *path = mc_call_str(c, "path");
    struct mc_err err;
    struct stat st;
    MC_CLEANUP(mc_closep) int fd = -1;
    struct reader r = {.call = c, .line = 1, .numbers = mc_call_bool(c, "line_numbers")};
    r.first = mc_call_int(c, "start_line");
    r.last = mc_call_given(c, "end_line") ? mc_call_int(c, "end_line")
                                          : r.first + MC_FILES_READ_LINES - 1;
    if (r.last < r.first) {
        mc_call_fail(c,
                     "argument \"end_line\": got %" PRId64 ", allowed is start_line (%" PRId64
                     ") or more",
                     r.last, r.first);
        return;
    }
    if (mc_beneath_open_file(c->ctx, path, &fd, &st, &err) < 0) {
        mc_call_fail(c, "%s", err.msg);
        return;
    }
    r.fd = fd;
    mc_buf_init(&r.keep, MC_TOOL_TEXT_MAX);
    int at_end = read_lines(&r, path);
    if (at_end >= 0) {
        struct mc_str text = mc_buf_str(&r.keep);
        r.odd = !mc_utf8_valid(text.p, text.n);
        bool cut = c->truncated;
        c->truncated = false;
        while (text.n > 0 && !mc_call_add(c, text)) {
            /* escapes made it longer than its bytes: give what fits */
            text.n = text.n > 4096 ? text.n - text.n / 8 : text.n / 2;
            c->truncated = false;
            cut = true;
        }
        c->truncated = cut;
        add_notes(&r, at_end > 0);
    }
    mc_buf_done(&r.keep);
}
