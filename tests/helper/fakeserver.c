#include "fake.h"

#include "base/alloc.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fake fake = {.opt = {.name = "fakeserver", .tools = 3, .exit_at_once = -1}, .level = 1};

/* ---- options ---- */

enum kind { FLAG, NUMBER, TEXT, ERA, ASK };

#define AT(member) offsetof(struct fake_options, member)
static const struct option {
    const char *name;
    enum kind kind;
    size_t at;
    const char *arg, *help;
} options[] = {
    {"--era", ERA, AT(era), "legacy|modern|dual", "which revisions it speaks (legacy)"},
    {"--version", TEXT, AT(version), "REV",
     "the legacy revision that initialize answers, whatever was offered"},
    {"--name", TEXT, AT(name), "NAME", "serverInfo.name"},
    {"--tools", NUMBER, AT(tools), "N",
     "plain tools tool1 ... toolN (3); \"env\" and \"pid\" are always there"},
    {"--echo", FLAG, AT(echo), NULL,
     "tool \"echo\": its arguments, byte for byte, as structuredContent and text"},
    {"--big", NUMBER, AT(big), "BYTES", "tool \"big\": an answer whose line is that long"},
    {"--ask", ASK, AT(ask), "sampling|elicitation|elicitation-url|roots",
     "tool \"ask\": asks the client, answers with the client's answer as text"},
    {"--input", FLAG, AT(input), NULL,
     "tools \"several\", \"stateless\", \"later\", \"endless\": kinds of input_required (modern)"},
    {"--hang-up", FLAG, AT(hang_up), NULL,
     "tool \"hangup\": ends every listen and adds or removes \"extra\" without a notice (modern)"},
    {"--list-changed", FLAG, AT(list_changed), NULL,
     "tool \"change\": adds or removes the tool \"extra\" and notifies"},
    {"--resources", FLAG, AT(resources), NULL,
     "fake://text, fake://blob and the template fake://item/{id}"},
    {"--subscribe", FLAG, AT(subscribe), NULL,
     "fake://counter can be subscribed; tool \"count\" changes it"},
    {"--prompts", FLAG, AT(prompts), NULL, "prompts \"greet\" (with completion) and \"plain\""},
    {"--pages", NUMBER, AT(pages), "N", "lists come in pages of N"},
    {"--progress", NUMBER, AT(progress), "N", "N progress notifications before each tool's answer"},
    {"--log", NUMBER, AT(log), "N", "N log messages before each tool's answer"},
    {"--roots-at-start", FLAG, AT(roots_at_start), NULL,
     "asks for roots when initialized; tool \"roots\" tells them"},
    {"--slow", NUMBER, AT(slow), "MS",
     "each tool's answer waits so long; several at a time; can be cancelled"},
    {"--gate", TEXT, AT(gate), "FIFO",
     "each tool's answer waits until a line comes from there; in the order of the calls"},
    {"--silent", FLAG, AT(silent), NULL, "reads everything, never writes"},
    {"--no-initialize-answer", FLAG, AT(no_initialize_answer), NULL, "never answers initialize"},
    {"--probe-exit", FLAG, AT(probe_exit), NULL, "exits with 1 on a request before initialize"},
    {"--probe-mute", FLAG, AT(probe_mute), NULL,
     "answers nothing any more after a request before initialize"},
    {"--garbage", FLAG, AT(garbage), NULL, "rubbish lines on stdout before each message"},
    {"--split-utf8", FLAG, AT(split), NULL, "writes byte by byte"},
    {"--wrong-id", FLAG, AT(wrong_id), NULL, "tools/call is answered under an id that nobody used"},
    {"--answer-twice", FLAG, AT(answer_twice), NULL, "tools/call is answered twice"},
    {"--exit-mid-call", FLAG, AT(exit_mid_call), NULL,
     "tools/call: half an answer, then exit with 1"},
    {"--exit-at-once", NUMBER, AT(exit_at_once), "CODE", "exits before it reads anything"},
    {"--exit-after", NUMBER, AT(exit_after), "N", "exits with 1 after N answers"},
    {"--ignore-term", FLAG, AT(ignore_term), NULL, "ignores SIGTERM and the end of its stdin"},
    {"--never-read", FLAG, AT(never_read), NULL, "never reads stdin"},
    {"--flood-stderr", FLAG, AT(flood_stderr), NULL,
     "8 MiB on stderr at the start, 64 KiB before each message"},
    {"--stderr", TEXT, AT(stderr_text), "TEXT", "a line on stderr at the start"},
    {"--trace", FLAG, AT(trace), NULL, "every message that it gets as a line on stderr"},
    {"--fork", NUMBER, AT(forks), "N",
     "N daemons (double fork, setsid, SIGTERM ignored), told as \"forked PID\" on stderr"},
};

/* Names of an enum, by value. */
static const char *const eras[] = {"legacy", "modern", "dual", NULL};
static const char *const asks[] = {"", "sampling", "elicitation", "elicitation-url", "roots", NULL};

static void help(void)
{
    puts("usage: fakeserver [OPTION...]\nA scriptable MCP server on stdio, for tests. Options can "
         "be combined.");
    for (size_t i = 0; i < MC_ARRAY_LEN(options); i++) {
        const struct option *o = &options[i];
        printf("  %s%s%s\n      %s\n", o->name, o->arg ? " " : "", o->arg ? o->arg : "", o->help);
    }
}

static void usage(const char *what, const char *value)
{
    fprintf(stderr, "fakeserver: %s '%s'; see fakeserver --help\n", what, value);
    exit(2);
}

static int one_of(const char *const *names, const char *value)
{
    for (int i = 0; names[i]; i++)
        if (*value && strcmp(names[i], value) == 0)
            return i;
    usage("unknown value", value);
    return -1;
}

static void set_option(const struct option *o, const char *value)
{
    void *at = (char *)&fake.opt + o->at;
    uint64_t number;
    switch (o->kind) {
    case FLAG:
        *(bool *)at = true;
        break;
    case TEXT:
        *(const char **)at = value;
        break;
    case ERA:
        *(enum fake_era *)at = (enum fake_era)one_of(eras, value);
        break;
    case ASK:
        *(enum fake_ask *)at = (enum fake_ask)one_of(asks, value);
        break;
    case NUMBER:
        if (!mc_str_u64(mc_str_of(value), &number) || number > INT32_MAX)
            usage("not a number:", value);
        *(long *)at = (long)number;
        break;
    }
}

static void parse_options(char **argv)
{
    for (char **a = argv + 1; *a; a++) {
        const struct option *o = NULL;
        if (strcmp(*a, "--help") == 0) {
            help();
            exit(0);
        }
        for (size_t i = 0; i < MC_ARRAY_LEN(options) && !o; i++)
            if (strcmp(options[i].name, *a) == 0)
                o = &options[i];
        if (!o)
            usage("unknown option", *a);
        if (o->arg && !a[1])
            usage("a value is missing after", *a);
        set_option(o, o->arg ? *++a : NULL);
    }
}

/* ---- misbehaviour at the start ---- */

static void wait_for_ever(void)
{
    for (;;)
        pause();
}

/* A daemon as careless programs leave them behind: its parent is gone, its session is its own, it ignores SIGTERM. */
static pid_t make_daemon(void)
{
    int told[2];
    pid_t pid = -1;
    if (pipe(told) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        setsid();
        pid = fork();
        if (pid == 0) {
            setsid();
            signal(SIGTERM, SIG_IGN);
            signal(SIGHUP, SIG_IGN);
            pid = getpid();
            if (write(told[1], &pid, sizeof(pid)) != sizeof(pid))
                _exit(1);
            close(told[0]);
            close(told[1]);
            wait_for_ever();
        }
        _exit(0);
    }
    close(told[1]);
    if (read(told[0], &pid, sizeof(pid)) != sizeof(pid))
        pid = -1;
    close(told[0]);
    return pid;
}

static void start(void)
{
    const struct fake_options *o = &fake.opt;
    if (o->ignore_term)
        signal(SIGTERM, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    if (o->stderr_text)
        fprintf(stderr, "%s\n", o->stderr_text);
    for (; fake.n_forks < o->forks && fake.n_forks < FAKE_FORKS_MAX; fake.n_forks++) {
        fake.forks[fake.n_forks] = make_daemon();
        fprintf(stderr, "forked %d\n", (int)fake.forks[fake.n_forks]);
    }
    for (int i = 0; o->flood_stderr && i < 128; i++)
        fake_flood_stderr();
    if (o->exit_at_once >= 0)
        exit((int)o->exit_at_once);
    if (o->never_read)
        wait_for_ever();
}

/* ---- the loop ---- */

/* A test that opens the gate before somebody stands there is remembered: the next call goes through. */
static void open_gate(int fd)
{
    char lines[256];
    ssize_t n = read(fd, lines, sizeof(lines));
    for (ssize_t i = 0; i < n; i++) {
        struct fake_parked **at = &fake.parked;
        while (*at && !(*at)->at_gate)
            at = &(*at)->next;
        struct fake_parked *p = *at;
        if (p) {
            *at = p->next;
            fake_call_again(p);
        } else {
            fake.gate_open++;
        }
    }
}

static int until_next_due(void)
{
    uint64_t now = mc_now_ms(), next = UINT64_MAX;
    for (const struct fake_parked *p = fake.parked; p; p = p->next)
        if (p->due && p->due < next)
            next = p->due;
    if (next == UINT64_MAX)
        return -1;
    return next > now ? (int)(next - now) : 0;
}

static void call_due(void)
{
    for (struct fake_parked **at = &fake.parked; *at;) {
        struct fake_parked *p = *at;
        if (!p->due || p->due > mc_now_ms()) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        fake_call_again(p);
        at = &fake.parked; /* the call may have parked another */
    }
}

static void take_lines(struct mc_buf *in, size_t from)
{
    size_t start = 0;
    for (char *nl; from < in->len && (nl = memchr(in->data + from, '\n', in->len - from));
         from = start) {
        struct mc_str line = {in->data + start, (size_t)(nl - in->data) - start};
        start = (size_t)(nl - in->data) + 1;
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (line.n && fake.opt.trace)
            fprintf(stderr, "%.*s\n", MC_STR_ARG(line));
        if (line.n)
            fake_message(line);
    }
    mc_buf_drop(in, start);
}

/* False at the end of stdin. */
static bool read_some(struct mc_buf *in)
{
    static char chunk[64 << 10];
    size_t before = in->len;
    ssize_t n = read(STDIN_FILENO, chunk, sizeof(chunk));
    if (n < 0)
        return errno == EINTR;
    if (n == 0)
        return false;
    if (mc_buf_add(in, chunk, (size_t)n) < 0) {
        fprintf(stderr, "fakeserver: a line of more than %u bytes\n", FAKE_LINE_MAX);
        exit(1);
    }
    take_lines(in, before);
    return true;
}

int main(int argc, char **argv)
{
    (void)argc;
    parse_options(argv);
    start();
    struct mc_buf in = MC_BUF_INIT(FAKE_LINE_MAX);
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
    if (fake.opt.gate && (fds[1].fd = open(fake.opt.gate, O_RDWR | O_CLOEXEC)) < 0)
        usage("cannot open", fake.opt.gate);
    while (fds[0].fd >= 0 || fake.opt.ignore_term) {
        int n = poll(fds, MC_ARRAY_LEN(fds), until_next_due());
        if (n > 0 && fds[0].revents && !read_some(&in))
            fds[0].fd = -1;
        if (n > 0 && fds[1].revents)
            open_gate(fds[1].fd);
        call_due();
    }
    mc_buf_done(&in);
    return 0;
}
