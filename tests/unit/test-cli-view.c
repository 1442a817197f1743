#include "tests/tap.h"

#include "base/buf.h"
#include "base/err.h"
#include "cli/live.h"
#include "cli/logline.h"
#include "cli/verdict.h"
#include "cli/view.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct mc_buf out = MC_BUF_INIT(1u << 20);

/* "READY STOPPED:3 FAILED": states of servers, with their number of tools where it is known; r- before it: a remote one. */
static cJSON *workspace(const char *states)
{
    cJSON *w = mc_doc_object(), *list = mc_doc_add(w, "servers", mc_doc_array());
    char word[64];
    int n, tools;
    for (; sscanf(states, " %63s%n", word, &n) == 1; states += n) {
        cJSON *s = mc_doc_add(list, NULL, mc_doc_object());
        bool remote = strncmp(word, "r-", 2) == 0;
        char *colon = strchr(word, ':');
        if (colon && sscanf(colon + 1, "%d", &tools) == 1)
            mc_doc_add_num(s, "tools", tools);
        if (colon)
            *colon = '\0';
        mc_doc_add_str(s, "state", word + (remote ? 2 : 0));
        mc_doc_add_str(s, "name", "name");
        mc_doc_add_str(s, "transport", remote ? "http" : "stdio");
    }
    return w;
}

static void verdict(const char *states, bool late, enum mc_code code, bool settled)
{
    cJSON *w = workspace(states);
    struct mc_verdict v = mc_verdict_of(w, late);
    is_str(mc_code_slug(mc_verdict_code(&v)), mc_code_slug(code), "%s%s", states,
           late ? ", at the deadline" : "");
    is_int(mc_verdict_settled(&v), settled, "... settled");
    mc_doc_free(w);
}

static void verdicts(void)
{
    verdict("READY:1 FAILED BLOCKED", false, MC_OK, true);
    verdict("STOPPED:0 FAILED", false, MC_OK, true);
    verdict("STARTING FAILED", false, MC_OK, false);
    verdict("HANDSHAKE BLOCKED", true, MC_OK, false);
    verdict("STOPPED FAILED", false, MC_OK, false);
    verdict("BACKOFF FAILED", false, MC_OK, false);
    verdict("BACKOFF FAILED", true, MC_E_UNREACHABLE, true);
    verdict("FAILED BLOCKED", false, MC_E_UNREACHABLE, true);
    verdict("BLOCKED BLOCKED DISABLED", false, MC_E_DENIED, true);
    verdict("BLOCKED r-FAILED", false, MC_E_DENIED, true);
    verdict("READY:1 r-FAILED", false, MC_OK, true);
    verdict("r-FAILED", false, MC_E_UNREACHABLE, true);
    verdict("r-DISABLED", false, MC_OK, true);
    verdict("DISABLED", false, MC_OK, true);
    verdict("", false, MC_OK, true);
    verdict("NEWSTATE:1", false, MC_OK, true);
}

static void tables(void)
{
    cJSON *w = workspace("READY:12 STOPPED:3 STARTING");
    mc_view_servers(w, &out, false, 0, "*");
    ok(strstr(out.data, "  name    ready          12"), "a ready server with its tools");
    ok(strstr(out.data, "  name    asleep          3"), "one that sleeps, by another word");
    ok(strstr(out.data, "  name    * starting      -"), "one on its way, with a spinner");
    ok(!strstr(out.data, "\033"), "no colour unless asked for");
    mc_buf_clear(&out);
    mc_view_servers(w, &out, true, 0, NULL);
    ok(strstr(out.data, "\033[32mready\033[0m"), "colour when asked for");
    mc_doc_free(w);
}

static void failures(void)
{
    struct mc_err err;
    cJSON *w =
        mc_doc_parse(MC_STR("{\"servers\":[{\"name\":\"a\",\"state\":\"FAILED\",\"transport\":"
                            "\"stdio\",\"lastError\":\"it\\u001b[2Jended\",\"commandLine\":\"x y\","
                            "\"stderr\":[\"one\",\"t\\u0007wo\"]},{\"name\":\"b\",\"state\":"
                            "\"BLOCKED\",\"transport\":\"stdio\",\"reason\":\"not trusted\"},"
                            "{\"name\":\"c\",\"state\":\"READY\",\"transport\":\"stdio\"},{"
                            "\"name\":\"d\",\"state\":\"FAILED\",\"transport\":\"http\"}]}"),
                     &err);
    mc_buf_clear(&out);
    mc_view_failures(w, &out, false);
    is_str(out.data,
           "a: failed: it?[2Jended\n  command: x y\n  | one\n  | t?wo\n",
           "why, with the last lines, nothing that a terminal obeys");
    mc_doc_free(w);
}

/* What a terminal of that width is sent for this block. */
static const char *sent(int master, struct mc_live *l, unsigned short width, const char *text)
{
    static char got[2048];
    struct winsize ws = {.ws_col = width, .ws_row = 10};
    struct mc_buf block = MC_BUF_INIT(1024);
    mc_buf_addz(&block, text);
    ioctl(master, TIOCSWINSZ, &ws);
    mc_live_draw(l, &block);
    mc_buf_done(&block);
    ssize_t n = read(master, got, sizeof(got) - 1);
    got[n > 0 ? n : 0] = '\0';
    return got;
}

static void live(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) {
        skip("no terminal can be made here");
        return;
    }
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct mc_live l = MC_LIVE_INIT(slave);

    is_str(sent(master, &l, 6, "\033[1mbold\033[0m text\nüüüüüüüü\n"), "\r\033[J\033[?7l\033[1mbold\033[0m t\r\nüüüüüü\r\n\033[?7h",
           "a line is cut at the edge, by characters; colours end");
    is_str(sent(master, &l, 6, "a\n"), "\033[2A\r\033[J\033[?7la\r\n\033[?7h", "the next one is drawn over it");
    sent(master, &l, 20, "123456789012345678\nx\n");
    ok(strncmp(sent(master, &l, 5, "a\n"), "\033[5A\r", 5) == 0, "lines that a narrower terminal has wrapped are all gone over");
    sent(master, &l, 40, "");
    is_str(sent(master, &l, 40, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"),
           "\r\033[J\033[?7l1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n  … 4 more; `mcpctl status` shows all\r\n\033[?7h",
           "what is left out is told");
    mc_live_done(&l);
    close(slave);
    close(master);
}

static void lines(void)
{
    struct mc_logline l = {.color = false};
    cJSON *w = mc_doc_parse(MC_STR("[{\"name\":\"a\"},{\"name\":\"longer\"}]"), NULL);
    mc_logline_widen(&l, w);
    mc_buf_clear(&out);
    mc_logline_add(&l, "a", "x\033[31my", &out);
    mc_logline_add(&l, "longer", "", &out);
    mc_logline_add(&l, NULL, "x", &out);
    is_str(out.data, "a      | x?[31my\nlonger | \n", "lines behind the names of their servers");
    mc_doc_free(w);
}

int main(void)
{
    verdicts();
    tables();
    failures();
    live();
    lines();
    mc_buf_done(&out);
    return done_testing();
}
