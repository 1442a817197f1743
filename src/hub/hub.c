/* The composition root: builds everything, owns what lives as long as the hub. */
#include "hub/hub.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/log.h"
#include "base/map.h"
#include "base/path.h"
#include "base/rotlog.h"
#include "base/seal.h"
#include "hub/instances.h"
#include "hub/tasks.h"
#include "hub/telling.h"
#include "store/kv.h"
#include "store/token.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define TICK_MS 5000
#define LOG_MAX (4u << 20)
#define LOG_KEPT_S (30u * 86400) /* every change of an entry begins a log of its own */
#define EMPTY_MS 30000           /* whoever started us for a workspace has died before it came */
#define SEAL_KEY_MS (24u * 3600 * 1000)
#define END_MS 8000 /* servers that are still there then are killed */

struct main_loop {
    struct hub hub;
    uv_signal_t signals[2];
    bool watching;
    struct mc_timer deadline;
    bool http_closed;
};

static void loop_over(struct main_loop *m)
{
    for (size_t i = 0; m->watching && i < MC_ARRAY_LEN(m->signals); i++)
        if (!uv_is_closing((uv_handle_t *)&m->signals[i]))
            uv_close((uv_handle_t *)&m->signals[i], NULL);
    mc_loop_stop(m->hub.loop);
}

static void on_http_closed(void *arg)
{
    struct main_loop *m = arg;

    m->http_closed = true;
    hub_check_end(&m->hub);
}

void hub_check_end(struct hub *h)
{
    struct main_loop *m = mc_container_of(h, struct main_loop, hub);

    if (h->ending && m->http_closed && link_empty(&h->retired))
        loop_over(m);
}

static void on_deadline(struct mc_timer *t)
{
    struct main_loop *m = mc_container_of(t, struct main_loop, deadline);

    registry_kill_all(&m->hub);
    m->http_closed = true;
    hub_check_end(&m->hub);
}

void hub_end(struct hub *h)
{
    struct main_loop *m = mc_container_of(h, struct main_loop, hub);

    if (h->ending)
        return;
    h->ending = true;
    mc_info("hub", "ending");
    link_each(l, &h->workspaces) workspace_remove(link_entry(l, struct workspace, link));
    sessions_of_workspace_over(h, NULL);
    mc_timer_start(h->loop, &m->deadline, END_MS, on_deadline);
    mc_http_close(h->http, 500, on_http_closed, m);
}

static void on_signal(uv_signal_t *handle, int sig)
{
    struct main_loop *m = handle->data;

    (void)sig;
    hub_end(&m->hub);
}

static void on_tick(struct mc_timer *t)
{
    struct hub *h = mc_container_of(t, struct hub, tick);
    uint64_t now = mc_loop_now(h->loop);
    bool keepalive = now - h->last_keepalive >= HUB_KEEPALIVE_MS;

    if (keepalive)
        h->last_keepalive = now;
    if (now - h->last_rotation >= SEAL_KEY_MS) {
        h->last_rotation = now;
        mc_seal_rotate(h->seal);
    }
    sessions_sweep(h, keepalive);
    instances_sweep(h);
    runtime_check(h);
    tasks_sweep(h);
    listens_keepalive(h);
    if (h->ephemeral && link_empty(&h->workspaces) && now - h->started > EMPTY_MS)
        hub_end(h);
    else
        mc_timer_start(h->loop, &h->tick, TICK_MS, on_tick);
}

static int tell_ready(const struct hub *h, int fd)
{
    MC_CLEANUP(mc_freep)
    char *line = mc_asprintf("{\"pid\":%d,\"port\":%u,\"socket\":\"%s\"}\n", (int)getpid(), h->port,
                             h->socket_path);

    if (fd < 0) { /* somebody typed `mcpctl hub run` */
        printf("http://localhost:%u/mcp\n", h->port);
        return fflush(stdout);
    }
    int rc = mc_io_write_all(fd, line, strlen(line));
    close(fd);
    return rc;
}

static int open_log(const struct mc_hub_options *o, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *dir = NULL;
    MC_CLEANUP(mc_freep) char *path = NULL;

    mc_log_set_level(o->verbose >= 2 ? MC_LOG_DEBUG : MC_LOG_INFO);
    if (o->foreground_log) {
        mc_log_set_level(o->verbose >= 2 ? MC_LOG_DEBUG : o->verbose ? MC_LOG_INFO : MC_LOG_WARN);
        mc_log_background();
        return 0;
    }
    if (mc_path_in(MC_DIR_STATE, "logs", &dir, err) || mc_io_mkdirs(dir, 0700, err))
        return -1;
    path = mc_path_join(dir, "hub.log");
    return mc_log_open(path, LOG_MAX, err);
}

/* The lock is held, so nobody writes to one of them but we: one line, which keeps our own from being removed. */
static void sweep_logs(void)
{
    MC_CLEANUP(mc_freep) char *dir = NULL;

    mc_info("hub", "starting");
    mc_rotlog_flush(MC_ROTLOG_END_MS);
    if (mc_path_in(MC_DIR_STATE, "logs", &dir, NULL) == 0)
        mc_rotlog_sweep(dir, LOG_KEPT_S);
}

/* As many descriptors as we may have: every client and every server costs some. */
static void raise_limits(void)
{
    struct rlimit rl;

    if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < rl.rlim_max) {
        rl.rlim_cur = rl.rlim_max;
        setrlimit(RLIMIT_NOFILE, &rl);
    }
}

/* Who else may call, by the user's own word. */
static int open_guard(struct hub *h, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *token = NULL;
    struct mc_config *c = NULL;

    /* Without a token nobody but the user is let in, and for the user nothing is missing: a disk that is full stops no hub. */
    if (mc_token_get(&token, err))
        mc_warn("hub", "other users cannot be let in: %s", err->msg);
    else
        mc_guard_set_token(h->guard, token);
    /* What is wrong with it is said, and the rest of it holds. */
    (void)mc_config_load(&(struct mc_config_input){.env = environ}, &c, NULL);
    for (size_t i = 0; i < mc_config_allowed_hosts(c)->n; i++)
        mc_guard_allow_host(h->guard, mc_config_allowed_hosts(c)->v[i]);
    for (size_t i = 0; i < mc_config_allowed_origins(c)->n; i++)
        mc_guard_allow_origin(h->guard, mc_config_allowed_origins(c)->v[i]);
    for (size_t i = 0; i < mc_config_diag_count(c); i++) {
        MC_CLEANUP(mc_freep) char *text = mc_diag_text(mc_config_diag(c, i), NULL);
        mc_warn("hub", "%s", text);
    }
    mc_config_unref(c);
    return 0;
}

static int listen_all(struct hub *h, const struct mc_hub_options *o, struct mc_err *err)
{
    if (mc_path_in(MC_DIR_RUNTIME, "hub.sock", &h->socket_path, err))
        return -1;
    return open_guard(h, err) || mc_http_listen_unix(h->http, h->socket_path, err) ||
                   mc_http_listen_tcp(h->http, o->port, &h->port, err)
               ? -1
               : 0;
}

void hub_init(struct hub *h)
{
    h->loop = mc_loop_new();
    h->http = mc_http_new(h->loop, &hub_http_ops, h);
    h->guard = mc_guard_new(getuid());
    h->kv = mc_kv_memory_new(HUB_SESSIONS_MAX);
    h->backends = mc_map_new();
    h->sessions = mc_map_new();
    link_init(&h->workspaces);
    link_init(&h->retired);
    link_init(&h->listens);
    link_init(&h->news_sessions);
    link_init(&h->news_listens);
    link_init(&h->subscriptions);
    link_init(&h->instances);
    link_init(&h->exchanges);
    link_init(&h->attachments);
    link_init(&h->waiting);
    link_init(&h->parked);
    tasks_init(h);
    h->seal = mc_seal_new();
    mc_buf_init(&h->scratch, 256u << 20);
    h->started = mc_loop_now(h->loop);
    h->last_keepalive = h->last_rotation = h->started;
}

void hub_done(struct hub *h)
{
    for (size_t i = 0; i < HUB_ELICITATIONS_MAX; i++)
        mc_free(h->elicitations[i].id);
    mc_timer_stop(h->loop, &h->tick);
    mc_timer_stop(h->loop, &h->status_timer);
    mc_timer_stop(h->loop, &h->turns);
    mc_timer_stop(h->loop, &h->broadcast);
    mc_timer_stop(h->loop, &h->slow);
    mc_http_free(h->http);
    mc_guard_free(h->guard);
    mc_kv_free(h->kv);
    mc_seal_free(h->seal);
    tasks_done(h);
    mc_map_free(h->backends, NULL);
    mc_map_free(h->sessions, NULL);
    mc_buf_done(&h->scratch);
    mc_free(h->socket_path);
    mc_loop_free(h->loop);
    mc_free(h->resident);
}

static void watch_signals(struct main_loop *m)
{
    static const int wanted[] = {SIGINT, SIGTERM};

    m->watching = true;
    for (size_t i = 0; i < MC_ARRAY_LEN(wanted); i++) {
        uv_signal_init(mc_loop_uv(m->hub.loop), &m->signals[i]);
        m->signals[i].data = m;
        uv_signal_start(&m->signals[i], on_signal, wanted[i]);
    }
}

/* All that only one hub of a user may have. */
static int claim(struct hub *h, const struct mc_hub_options *o, struct mc_err *err)
{
    if (mc_path_ensure(MC_DIR_RUNTIME, err) || mc_path_ensure(MC_DIR_STATE, err) ||
        open_log(o, err))
        return -1;
    return runtime_lock(&h->lock, err);
}

static void serve(struct main_loop *m, int ready_fd)
{
    struct hub *h = &m->hub;

    watch_signals(m);
    mc_timer_start(h->loop, &h->tick, TICK_MS, on_tick);
    mc_info("hub", "listening on port %u and %s", h->port, h->socket_path);
    tell_ready(h, ready_fd);
    mc_loop_run(h->loop);
}

int mc_hub_main(const struct mc_hub_options *o, struct mc_err *err)
{
    struct main_loop *m = MC_NEW(struct main_loop);
    struct hub *h = &m->hub;
    int rc;

    raise_limits();
    /* servers whose keeper was killed come to us */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    h->lock = -1;
    rc = claim(h, o, err);
    if (rc == 0) {
        sweep_logs();
        hub_init(h);
        h->ephemeral = o->ephemeral;
        rc = listen_all(h, o, err);
        if (rc == 0) {
            serve(m, o->ready_fd);
        } else {
            mc_error("hub", "%s", err->msg);
            h->ending = m->http_closed = true;
            mc_http_close(h->http, 0, on_http_closed, m);
            mc_loop_run(h->loop);
        }
        mc_timer_stop(h->loop, &m->deadline);
        hub_done(h);
    }
    mc_closep(&h->lock);
    mc_log_close();
    mc_free(m);
    return rc ? -(int)err->code : 0;
}
