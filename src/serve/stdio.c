#include "serve/stdio.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/time.h"
#include "mcp/envelope.h"
#include "mcp/frame.h"
#include "mcp/rpc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* a call that runs */
struct slot {
    pid_t pid; /* 0: free */
    int fd;    /* its answer comes out here */
    uint64_t kill_at;
    struct mc_buf answer;
    char id[MC_ID_MAX];
    struct mc_request req; /* id points to the array above */
};

struct serve {
    const struct mc_serve_info *info;
    int in, out;
    enum mc_rev rev;
    struct mc_frame frame;
    struct mc_buf scratch;
    struct slot slots[MC_SERVE_CALLS_MAX];
    const char *batch_open; /* inside a batch: what goes before the next answer; else NULL */
    bool gone;              /* nobody reads our answers any more */
};

static void send_bytes(struct serve *s, struct mc_str bytes)
{
    if (!s->gone && mc_io_write_all(s->out, bytes.p, bytes.n) < 0)
        s->gone = true;
}

static void send_message(struct serve *s, struct mc_str message)
{
    if (!s->batch_open) {
        send_bytes(s, message);
        send_bytes(s, MC_STR("\n"));
        return;
    }
    send_bytes(s, mc_str_of(s->batch_open));
    send_bytes(s, message);
    s->batch_open = ",";
}

/* ---- calls ---- */

static void limit_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(MC_SANITIZED)
    struct rlimit most = {MC_SERVE_MEMORY_MAX, MC_SERVE_MEMORY_MAX};
    setrlimit(RLIMIT_DATA, &most);
#endif
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

/* The process of one call: the whole answer goes down the pipe. */
static void run_call(const struct serve *s, const struct mc_request *req, int fd, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    limit_memory();
    struct mc_call call;
    struct mc_buf out = MC_BUF_INIT(MC_SERVE_ANSWER_MAX);
    mc_call_init(&call, req->tool, s->info->ctx);
    if (mc_call_parse(&call, req->arguments))
        req->tool->run(&call);
    mc_answer_call(s->info, req, &call, &out);
    bool sent = !out.failed && mc_io_write_all(fd, out.data, out.len) == 0;
    mc_call_done(&call);
    mc_buf_done(&out);
    _exit(sent ? 0 : 1);
}

static void fail_call(struct serve *s, const struct mc_request *req, const char *why)
{
    mc_buf_clear(&s->scratch);
    mc_rpc_error(&s->scratch, req->id, MC_RPC_INTERNAL, why, MC_STR_NONE);
    send_message(s, mc_buf_str(&s->scratch));
}

static void start_call(struct serve *s, struct slot *slot, const struct mc_request *req)
{
    int fds[2] = {-1, -1};
    pid_t parent = getpid();
    pid_t pid = pipe2(fds, O_CLOEXEC) == 0 ? fork() : -1;
    if (pid == 0)
        run_call(s, req, fds[1], parent);
    int saved = errno;
    mc_closep(&fds[1]);
    if (pid < 0) {
        mc_closep(&fds[0]);
        char why[200];
        snprintf(why, sizeof why, "cannot start a process for the call: %s; try again",
                 strerror(saved));
        fail_call(s, req, why);
        return;
    }
    *slot = (struct slot){.pid = pid, .fd = fds[0], .req = *req};
    slot->kill_at = mc_now_ms() + MC_SERVE_KILL_MS;
    mc_buf_init(&slot->answer, MC_SERVE_ANSWER_MAX);
    memcpy(slot->id, req->id.p, req->id.n);
    slot->req.id.p = slot->id;
}

/* Ends the slot; returns the exit status of its process. */
static int reap(struct slot *slot, bool kill_it)
{
    int status = 0;
    if (kill_it)
        kill(slot->pid, SIGKILL);
    while (waitpid(slot->pid, &status, 0) < 0 && errno == EINTR)
        ;
    mc_closep(&slot->fd);
    slot->pid = 0;
    return status;
}

static void finish_call(struct serve *s, struct slot *slot)
{
    int status = reap(slot, false);
    if (status == 0 && slot->answer.len > 0) {
        send_message(s, mc_buf_str(&slot->answer));
    } else {
        char why[200];
        snprintf(why, sizeof why, "%s ended without an answer (%s %d)", slot->req.tool->name,
                 WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        fail_call(s, &slot->req, why);
    }
    mc_buf_done(&slot->answer);
}

static void expire_call(struct serve *s, struct slot *slot)
{
    reap(slot, true);
    mc_buf_done(&slot->answer);
    struct mc_call call;
    mc_call_init(&call, slot->req.tool, s->info->ctx);
    mc_call_fail(&call, "%s was stopped after %d s; ask for less at a time", slot->req.tool->name,
                 MC_SERVE_KILL_MS / 1000);
    mc_buf_clear(&s->scratch);
    mc_answer_call(s->info, &slot->req, &call, &s->scratch);
    send_message(s, mc_buf_str(&s->scratch));
    mc_call_done(&call);
}

/* A cancelled call gets no answer. */
static void cancel_call(struct serve *s, struct mc_str id)
{
    for (size_t i = 0; i < MC_SERVE_CALLS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->pid && mc_json_same(slot->req.id, id)) {
            reap(slot, true);
            mc_buf_done(&slot->answer);
        }
    }
}

static void read_answer(struct serve *s, struct slot *slot)
{
    char chunk[65536];
    ssize_t n = read(slot->fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n > 0 && mc_buf_add(&slot->answer, chunk, (size_t)n) == 0)
        return;
    finish_call(s, slot);
}

/* ---- messages ---- */

static struct slot *free_slot(struct serve *s)
{
    for (size_t i = 0; i < MC_SERVE_CALLS_MAX; i++)
        if (!s->slots[i].pid)
            return &s->slots[i];
    return NULL;
}

/* One turn: waits for stdin (if wanted) and for the calls. Returns true when stdin has something. */
static bool turn(struct serve *s, bool want_in, const struct slot *only)
{
    struct pollfd p[MC_SERVE_CALLS_MAX + 1] = {{.fd = want_in ? s->in : -1, .events = POLLIN}};
    uint64_t now = mc_now_ms(), wait = UINT64_MAX;
    for (size_t i = 0; i < MC_SERVE_CALLS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        bool watch = slot->pid && (!only || only == slot);
        p[i + 1] = (struct pollfd){.fd = watch ? slot->fd : -1, .events = POLLIN};
        if (watch) {
            uint64_t left = slot->kill_at > now ? slot->kill_at - now : 0;
            wait = left < wait ? left : wait;
        }
    }
    if (poll(p, MC_SERVE_CALLS_MAX + 1, wait == UINT64_MAX ? -1 : (int)wait) < 0)
        return false;
    now = mc_now_ms();
    for (size_t i = 0; i < MC_SERVE_CALLS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        if (p[i + 1].fd < 0)
            continue;
        if (p[i + 1].revents)
            read_answer(s, slot);
        else if (slot->kill_at <= now)
            expire_call(s, slot);
    }
    return p[0].revents != 0;
}

static void handle_message(struct serve *s, struct mc_str message)
{
    struct mc_request req;
    mc_buf_clear(&s->scratch);
    switch (mc_answer(s->info, &s->rev, message, &s->scratch, &req)) {
    case MC_ANSWER_NONE:
        return;
    case MC_ANSWER_SEND:
        send_message(s, mc_buf_str(&s->scratch));
        return;
    case MC_ANSWER_CANCEL:
        cancel_call(s, req.id);
        return;
    case MC_ANSWER_CALL:
        break;
    }
    struct slot *slot;
    while (!(slot = free_slot(s)))
        turn(s, false, NULL);
    start_call(s, slot, &req);
    /* a batch is answered in one piece, so its calls run one after the other */
    while (s->batch_open && slot->pid)
        turn(s, false, slot);
}

static void refuse(struct serve *s, const char *why)
{
    mc_buf_clear(&s->scratch);
    mc_rpc_error(&s->scratch, MC_STR_NONE, MC_RPC_INVALID_REQUEST, why, MC_STR_NONE);
    send_message(s, mc_buf_str(&s->scratch));
}

/* Only 2025-03-26 has batches; the line is one JSON array. */
static void handle_batch(struct serve *s, struct mc_str line)
{
    struct mc_jiter it;
    struct mc_jval v;
    size_t n = 0;
    mc_jiter_init(&it, mc_jval_of(line));
    while (mc_jiter_next(&it, NULL, &v))
        n++;
    if (n == 0 || n > MC_SERVE_BATCH_MAX) {
        refuse(s, n ? "the batch has more than 64 messages" : "the batch is empty");
        return;
    }
    /* calls that started before may answer in between, so let them end first */
    for (size_t i = 0; i < MC_SERVE_CALLS_MAX; i++)
        while (s->slots[i].pid)
            turn(s, false, NULL);
    s->batch_open = "[";
    mc_jiter_init(&it, mc_jval_of(line));
    while (mc_jiter_next(&it, NULL, &v))
        handle_message(s, v.s);
    bool any = *s->batch_open == ',';
    s->batch_open = NULL;
    if (any)
        send_bytes(s, MC_STR("]\n"));
}

static bool on_line(void *arg, struct mc_str line)
{
    struct serve *s = arg;
    if (s->rev == MC_REV_2025_03_26 && mc_envelope_is_batch(line) &&
        mc_json_check(line.p, line.n, NULL, NULL) == 0)
        handle_batch(s, line);
    else
        handle_message(s, line);
    return !s->gone;
}

static void on_long(void *arg, struct mc_str head MC_UNUSED)
{
    refuse(arg, "the message is longer than 1 MiB");
}

static bool read_input(struct serve *s)
{
    char chunk[65536];
    ssize_t n = read(s->in, chunk, sizeof chunk);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    if (n > 0)
        mc_frame_feed(&s->frame, chunk, (size_t)n, on_line, on_long, s);
    return n > 0;
}

static bool busy(const struct serve *s)
{
    for (size_t i = 0; i < MC_SERVE_CALLS_MAX; i++)
        if (s->slots[i].pid)
            return true;
    return false;
}

static void default_signals(void)
{
    sigset_t none;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int mc_stdio_serve(const struct mc_serve_info *info, int in, int out)
{
    struct serve *s = MC_NEW(struct serve);
    s->info = info;
    s->in = in;
    s->out = out;
    mc_frame_init(&s->frame, MC_SERVE_LINE_MAX);
    mc_buf_init(&s->scratch, MC_SERVE_ANSWER_MAX);
    default_signals();

    bool open = true;
    while (open && !s->gone)
        if (turn(s, true, NULL))
            open = read_input(s);
    /* a last line without its newline counts; what runs may end */
    struct mc_str rest = mc_frame_rest(&s->frame);
    if (rest.n > 0 && !s->gone)
        on_line(s, rest);
    while (busy(s) && !s->gone)
        turn(s, false, NULL);

    for (size_t i = 0; i < MC_SERVE_CALLS_MAX; i++)
        if (s->slots[i].pid) {
            reap(&s->slots[i], true);
            mc_buf_done(&s->slots[i].answer);
        }
    mc_frame_done(&s->frame);
    mc_buf_done(&s->scratch);
    mc_free(s);
    return 0;
}
