#include "cli/out.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/cli.h"
#include "json/scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NOTE_MAX (1u << 20)

static bool all_json; /* of a process that does one command and ends */

void mc_out_set_json(void)
{
    all_json = true;
}

bool mc_out_terminal(int fd)
{
    return isatty(fd) == 1;
}

bool mc_out_color(int fd)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return !all_json && !(no && *no) && !(term && strcmp(term, "dumb") == 0) && mc_out_terminal(fd);
}

unsigned mc_out_width(int fd)
{
    struct winsize ws;
    if (!mc_out_terminal(fd))
        return 0;
    return ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0 ? ws.ws_col : 80;
}

unsigned mc_out_height(int fd)
{
    struct winsize ws;
    return ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 ? ws.ws_row : 24;
}

const char *mc_out_tint(bool on, enum mc_tint t)
{
    static const char *const codes[MC_TINT_MAX] = {"",         "\033[1m",  "\033[2m",
                                                   "\033[31m", "\033[32m", "\033[33m",
                                                   "\033[34m", "\033[35m", "\033[36m"};
    return on && (unsigned)t < MC_TINT_MAX ? codes[t] : "";
}

const char *mc_out_plain(bool on)
{
    return on ? "\033[0m" : "";
}

void mc_out_json(const cJSON *doc)
{
    char *text = mc_doc_print(doc, mc_out_terminal(STDOUT_FILENO));
    puts(text);
    mc_free(text);
}

static void fail_json(const struct mc_err *err)
{
    struct mc_buf b = MC_BUF_INIT(16 * MC_ERR_MSG_MAX);
    mc_buf_addf(&b, "{\"error\":{\"code\":\"%s\",\"message\":", mc_code_slug(err->code));
    mc_jstr_quote(mc_str_of(err->msg), &b);
    mc_buf_addz(&b, "}}\n");
    fputs(b.data, stderr);
    mc_buf_done(&b);
}

int mc_out_fail(const struct mc_cli *cli, const struct mc_err *err)
{
    fflush(stdout);
    if (cli && cli->json) {
        fail_json(err);
    } else {
        bool color = mc_out_color(STDERR_FILENO);
        char *text = mc_str_printable(mc_str_of(err->msg), true);
        fprintf(stderr, "%smcpctl:%s %s\n", mc_out_tint(color, MC_TINT_RED), mc_out_plain(color),
                text);
        mc_free(text);
    }
    return mc_code_exit(err->code);
}

void mc_out_note(const char *fmt, ...)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(NOTE_MAX);
    MC_CLEANUP(mc_buf_done) struct mc_buf json = MC_BUF_INIT(8 * NOTE_MAX);
    va_list ap;
    va_start(ap, fmt);
    mc_buf_addv(&text, fmt, ap);
    va_end(ap);
    if (all_json) {
        mc_buf_addz(&json, "{\"note\":");
        mc_jstr_quote(mc_buf_str(&text), &json);
        mc_buf_addz(&json, "}");
    }
    fprintf(stderr, "%s\n", all_json ? json.data : text.data);
}

void mc_out_bytes(struct mc_str s)
{
    if (s.n)
        fwrite(s.p, 1, s.n, stdout);
}

void mc_out_text(struct mc_str s)
{
    if (!mc_out_terminal(STDOUT_FILENO)) {
        mc_out_bytes(s);
        return;
    }
    char *shown = mc_str_printable(s, true);
    fputs(shown, stdout);
    mc_free(shown);
}

int mc_out_flush(struct mc_err *err)
{
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (!failed || errno == EPIPE)
        return 0;
    return mc_err_sys(err, errno ? errno : EIO, "writing to standard output");
}

void mc_out_size(double bytes, char out[MC_SIZE_LEN])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t u = 0;
    while (bytes >= 1000 && u + 1 < MC_ARRAY_LEN(units)) {
        bytes /= 1024;
        u++;
    }
    snprintf(out, MC_SIZE_LEN, u && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, units[u]);
}
