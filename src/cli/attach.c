#include "cli/attach.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/map.h"
#include "base/time.h"
#include "cli/api.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/live.h"
#include "cli/logline.h"
#include "cli/out.h"
#include "cli/verdict.h"
#include "cli/view.h"
#include "mcp/sse.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EVENT_MAX (16u << 20)
#define SPIN_MS 100
#define REFRESH_MS 2000 /* memory changes without an event */

struct attach {
    const struct mc_attach_options *options;
    cJSON *event;        /* the last status event: the workspace and "hub" */
    struct mc_map *seen; /* server → the line that was printed for it last */
    struct mc_logline names;
    struct mc_live live;
    bool terminal, color, dirty;
    bool any_up; /* since we are here */
    bool removed;
    unsigned spin;
};

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

static void signal_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < MC_ARRAY_LEN(ending); i++)
        sigaddset(set, ending[i]);
    sigaddset(set, SIGWINCH);
}

void mc_attach_hold_signals(void)
{
    sigset_t set;
    signal_set(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

void mc_attach_release_signals(void)
{
    sigset_t set;
    signal_set(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void on_log(struct attach *a, const struct mc_sse_event *ev)
{
    MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_parse(ev->data, NULL);
    MC_CLEANUP(mc_buf_done) struct mc_buf line = MC_BUF_INIT(EVENT_MAX);
    mc_logline_add(&a->names, mc_doc_str(doc, "server"), mc_doc_str(doc, "line"), &line);
    mc_live_above(&a->live, line.data, line.len);
    a->dirty = true;
}

/* Where there is no terminal: a line whenever a server's state is another than the one last told. */
static void print_change(struct attach *a, const cJSON *server)
{
    const char *name = mc_doc_str(server, "name"), *why = mc_view_why(server);
    bool up = mc_view_phase(server) == MC_VIEW_UP;
    if (!name)
        return;
    MC_CLEANUP(mc_freep)
    char *told =
        up ? mc_asprintf("%s (%.0f tools)", mc_view_state(server), mc_doc_num(server, "tools", 0))
           : mc_asprintf("%s%s%s", mc_view_state(server), why ? ": " : "", why ? why : "");
    const char *before = mc_map_get(a->seen, mc_str_of(name));
    if (before && strcmp(before, told) == 0)
        return;
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(told), false);
    if (a->options->cli->json) {
        MC_CLEANUP(mc_doc_freep) cJSON *doc = mc_doc_object();
        mc_doc_add_str(doc, "server", name);
        mc_doc_add_str(doc, "state", mc_doc_str(server, "state"));
        mc_doc_add_num(doc, "tools", mc_doc_num(server, "tools", 0));
        mc_doc_add_str(doc, "lastError", why);
        mc_out_json(doc);
    } else {
        printf("%s: %s\n", name, shown);
    }
    fflush(stdout);
    mc_free(mc_map_put(a->seen, mc_str_of(name), MC_TAKE(told)));
}

static void on_status(struct attach *a, const struct mc_sse_event *ev)
{
    cJSON *doc = mc_doc_parse(ev->data, NULL);
    const cJSON *server;
    if (!doc)
        return;
    mc_doc_free(a->event);
    a->event = doc;
    a->dirty = true;
    a->any_up |= mc_verdict_of(doc, false).up > 0;
    mc_logline_widen(&a->names, mc_doc_get(doc, "servers"));
    if (a->terminal || a->options->until)
        return;
    cJSON_ArrayForEach(server, mc_doc_get(doc, "servers")) print_change(a, server);
}

static void on_event(void *arg, const struct mc_sse_event *ev)
{
    struct attach *a = arg;
    if (!ev->has_data)
        return;
    if (mc_str_eq(ev->event, MC_STR("status")))
        on_status(a, ev);
    else if (mc_str_eq(ev->event, MC_STR("log")) && a->terminal)
        on_log(a, ev);
    else if (mc_str_eq(ev->event, MC_STR("removed")))
        a->removed = true;
}

static void draw(struct attach *a)
{
    static const char *const frames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    MC_CLEANUP(mc_buf_done) struct mc_buf block = MC_BUF_INIT(EVENT_MAX);
    unsigned width = mc_out_width(STDOUT_FILENO);
    const char *endpoint = mc_doc_str(mc_doc_get(a->event, "hub"), "endpoint");
    const char *own = mc_doc_str(a->event, "endpoint");
    if (!mc_doc_bool(a->event, "default", true) && own)
        endpoint = own;
    mc_buf_addf(&block, "%s%s%s  %s%s%s  %sCtrl-C stops%s\n", mc_out_tint(a->color, MC_TINT_BOLD),
                a->options->workspace, mc_out_plain(a->color), mc_out_tint(a->color, MC_TINT_CYAN),
                endpoint ? endpoint : "", mc_out_plain(a->color),
                mc_out_tint(a->color, MC_TINT_DIM), mc_out_plain(a->color));
    mc_view_servers(a->event, &block, a->color, width, frames[a->spin % MC_ARRAY_LEN(frames)]);
    mc_live_draw(&a->live, &block);
    a->dirty = false;
}

/* Memory and uptime, which change without an event. */
static void refresh(struct attach *a)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    const char *root = mc_doc_str(a->event, "root");
    if (!root || mc_client_open(&c, NULL) < 0 || mc_api_here(c, &status, NULL, NULL) < 0)
        return;
    const cJSON *w = mc_api_workspace(status, root);
    const cJSON *servers = mc_doc_get(w, "servers");
    if (servers) {
        cJSON_ReplaceItemInObjectCaseSensitive(a->event, "servers", cJSON_Duplicate(servers, true));
        a->dirty = true;
    }
}

/* Signals: true when we are to end. */
static bool take_signals(struct attach *a, int fd)
{
    struct signalfd_siginfo info;
    bool end = false;
    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        for (size_t i = 0; i < MC_ARRAY_LEN(ending); i++)
            end |= info.ssi_signo == (uint32_t)ending[i];
        a->dirty = true;
    }
    return end;
}

/* All that has arrived: 1 go on, 0 the stream is over, or an error. */
static int take_events(struct attach *a, struct mc_client *c, struct mc_sse_reader *sse,
                       struct mc_err *err)
{
    struct mc_str piece;
    int ret;
    while ((ret = mc_client_read(c, 0, &piece, NULL)) > 0) {
        ret = mc_sse_read(sse, piece, on_event, a, err);
        if (ret < 0)
            return ret;
    }
    return ret == -MC_E_TIMEOUT; /* a broken connection is an end too */
}

static bool over(struct attach *a, uint64_t deadline, enum mc_attach_end *ret)
{
    bool late = mc_now_ms() >= deadline;
    struct mc_verdict v = mc_verdict_of(a->event, late);
    if (!a->event)
        return false;
    if (a->options->until) {
        bool reached = a->options->until(a->event, a->options->arg);
        *ret = reached ? MC_ATTACH_REACHED : MC_ATTACH_LATE;
        return late || reached;
    }
    *ret = MC_ATTACH_NOTHING;
    return !a->any_up && mc_verdict_settled(&v) && mc_verdict_code(&v) != MC_OK;
}

static int wait_ms(const struct attach *a, uint64_t deadline)
{
    struct mc_verdict v = mc_verdict_of(a->event, false);
    uint64_t now = mc_now_ms();
    if (!a->event) /* the first one is on its way, whatever the deadline */
        return -1;
    if (a->options->until)
        return deadline > now ? (int)(deadline - now) : 0;
    if (!a->terminal)
        return -1;
    return mc_verdict_settled(&v) ? REFRESH_MS : SPIN_MS;
}

static int follow(struct attach *a, struct mc_client *c, int signals, enum mc_attach_end *ret,
                  struct mc_err *err)
{
    struct mc_sse_reader *sse = mc_sse_reader_new(EVENT_MAX);
    uint64_t deadline =
        a->options->until ? mc_now_ms() + (uint64_t)a->options->wait_ms : UINT64_MAX;
    uint64_t refreshed = mc_now_ms();
    int r;
    while ((r = take_events(a, c, sse, err)) > 0) {
        if (a->terminal && a->dirty && a->event)
            draw(a);
        if (over(a, deadline, ret))
            break;
        struct pollfd p[] = {{.fd = mc_client_fd(c), .events = POLLIN},
                             {.fd = signals, .events = POLLIN}};
        int n = poll(p, 2, wait_ms(a, deadline));
        if (n > 0 && p[1].revents && take_signals(a, signals)) {
            *ret = MC_ATTACH_SIGNAL;
            break;
        }
        if (a->terminal && mc_now_ms() - refreshed >= REFRESH_MS) {
            refresh(a);
            refreshed = mc_now_ms();
        }
        if (a->terminal && n == 0) {
            a->spin++;
            a->dirty = true;
        }
    }
    mc_sse_reader_free(sse);
    if (r == 0)
        *ret = a->removed ? MC_ATTACH_REMOVED : MC_ATTACH_LOST;
    return r < 0 ? r : 0;
}

int mc_attach_run(struct mc_client *c, const struct mc_attach_options *options,
                  enum mc_attach_end *ret, cJSON **ret_workspace, struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int signals = -1;
    MC_CLEANUP(mc_buf_done) struct mc_buf path = MC_BUF_INIT(4096);
    struct attach a = {
        .options = options, .seen = mc_map_new(), .live = MC_LIVE_INIT(STDOUT_FILENO)};
    sigset_t set;
    signal_set(&set);
    a.color = mc_out_color(STDOUT_FILENO);
    a.terminal = !options->until && !options->cli->json && mc_out_terminal(STDOUT_FILENO);
    a.names.color = a.color;
    signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    mc_buf_addz(&path, "/api/attach?workspace=");
    mc_api_escape(&path, options->workspace);
    mc_buf_addz(&path, a.terminal ? "&logs=1" : "");
    mc_buf_addz(&path, options->aside ? "&aside=1" : "");
    int r = mc_api_stream(c, path.data, err);
    if (r == 0)
        r = follow(&a, c, signals, ret, err);
    mc_map_free(a.seen, mc_free);
    mc_live_done(&a.live);
    if (ret_workspace)
        *ret_workspace = a.event;
    else
        mc_doc_free(a.event);
    return r;
}
