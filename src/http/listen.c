#include "http/internal.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "http/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define WARN_EVERY_MS 10000 /* the same trouble is told once per burst */
#define PICK_TRIES 32       /* ports that are free on one family but not on the other */

/* ---- accepting ---- */

static bool due(struct mc_http *h, uint64_t *told_at)
{
    uint64_t now = mc_loop_now(h->loop);
    bool first = *told_at == 0 || now - *told_at >= WARN_EVERY_MS;
    *told_at = now ? now : 1;
    return first;
}

static void on_acceptable(uv_poll_t *poll, int status, int events);

static void listen_again(struct mc_timer *t)
{
    struct mc_http *h = mc_container_of(t, struct mc_http, accept_pause);
    if (h->reserve_fd < 0)
        h->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (unsigned i = 0; i < h->n_listeners; i++)
        uv_poll_start(&h->listeners[i]->poll, UV_READABLE, on_acceptable);
}

/* UV_DISCONNECT never comes, but keeps the handle active: nothing else may keep the loop alive. */
static void pause_accepting(struct mc_http *h)
{
    for (unsigned i = 0; i < h->n_listeners; i++)
        uv_poll_start(&h->listeners[i]->poll, UV_DISCONNECT, on_acceptable);
    mc_timer_start(h->loop, &h->accept_pause, MC_HTTP_ACCEPT_PAUSE_MS, listen_again);
}

/* No descriptor for the client that waits: gives up the reserve to accept and close it, so that it learns of it at once
 * and the listener does not stay readable. The kernel says EMFILE before it looks whether anybody waits. */
enum turned { TURNED_AWAY, NOBODY_WAITS, CANNOT };
static enum turned turn_away(struct mc_listener *ln)
{
    struct mc_http *h = ln->h;
    if (h->reserve_fd < 0)
        return CANNOT;
    close(h->reserve_fd);
    int fd = accept4(ln->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    bool nobody = fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (fd >= 0)
        close(fd);
    h->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        return TURNED_AWAY;
    return nobody ? NOBODY_WAITS : CANNOT;
}

static void welcome(struct mc_listener *ln, int fd)
{
    struct mc_http *h = ln->h;
    bool full = h->conns >= h->conns_max;
    if (full && due(h, &h->told_full_at))
        mc_warn("http", "%u connections are open, which is the limit: refusing more", h->conns);
    if (h->conns >= h->conns_max + MC_HTTP_REFUSING_MAX) {
        close(fd);
        return;
    }
    struct mc_conn *c = mc_conn_open(h, fd, ln->via);
    if (!c || !full)
        return;
    struct mc_refusal no;
    mc_refuse(&no, 503, "the hub has %u open connections, which is its limit", h->conns_max);
    mc_conn_refuse(c, &no);
}

static void on_acceptable(uv_poll_t *poll, int status, int events)
{
    struct mc_listener *ln = poll->data;
    struct mc_http *h = ln->h;
    (void)status;
    (void)events;
    for (int i = 0; i < MC_HTTP_ACCEPT_BATCH; i++) {
        int fd = accept4(ln->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            welcome(ln, fd);
            continue;
        }
        int why = errno;
        if (why == EAGAIN || why == EWOULDBLOCK)
            return;
        if (why != EMFILE && why != ENFILE && why != ENOMEM && why != ENOBUFS)
            continue; /* that client's trouble, not ours: ECONNABORTED and the like */
        enum turned turned = turn_away(ln);
        if (turned == NOBODY_WAITS)
            return;
        if (due(h, &h->told_fds_at))
            mc_warn("http", "cannot accept connections: %s", uv_strerror(-why));
        if (turned == CANNOT) {
            pause_accepting(h);
            return;
        }
    }
}

static int start(struct mc_http *h, int fd, enum mc_http_via via, struct mc_err *err)
{
    MC_ASSERT(h->n_listeners < MC_HTTP_LISTENERS_MAX);
    struct mc_listener *ln = MC_NEW(struct mc_listener);
    ln->h = h;
    ln->fd = fd;
    ln->via = via;
    int ret = uv_poll_init(mc_loop_uv(h->loop), &ln->poll, fd);
    if (ret < 0) {
        mc_free(ln);
        close(fd);
        return mc_err_sys(err, -ret, "cannot watch a listening socket");
    }
    ln->poll.data = ln;
    uv_poll_start(&ln->poll, UV_READABLE, on_acceptable);
    h->listeners[h->n_listeners++] = ln;
    h->open_listeners++;
    return 0;
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct mc_listener *ln = handle->data;
    struct mc_http *h = ln->h;
    close(ln->fd);
    mc_free(ln);
    h->open_listeners--;
    mc_http_check_finished(h);
}

void mc_listeners_stop(struct mc_http *h)
{
    struct stat st;
    for (unsigned i = 0; i < h->n_listeners; i++)
        uv_close((uv_handle_t *)&h->listeners[i]->poll, on_listener_closed);
    h->n_listeners = 0;
    /* Another hub may have taken the path over meanwhile. */
    if (h->unix_path && lstat(h->unix_path, &st) == 0 && st.st_dev == h->unix_dev &&
        st.st_ino == h->unix_ino)
        unlink(h->unix_path);
}

/* ---- loopback TCP ---- */

union address {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* A listening socket, or -errno. */
static int tcp_socket(int family, unsigned port)
{
    const int on = 1;
    union address addr = {0};
    socklen_t len = family == AF_INET ? sizeof(addr.v4) : sizeof(addr.v6);
    MC_CLEANUP(mc_closep) int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (family == AF_INET) {
        addr.v4 = (struct sockaddr_in){.sin_family = AF_INET,
                                       .sin_port = htons((uint16_t)port),
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    } else {
        addr.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                        .sin6_port = htons((uint16_t)port),
                                        .sin6_addr = in6addr_loopback};
        if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
            return -errno;
    }
    /* Accepted sockets inherit TCP_NODELAY. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
        bind(fd, &addr.sa, len) < 0 || listen(fd, MC_HTTP_BACKLOG) < 0)
        return -errno;
    return MC_TAKE_FD(fd);
}

static unsigned port_of(int fd)
{
    union address addr = {0};
    socklen_t len = sizeof(addr);
    if (getsockname(fd, &addr.sa, &len) < 0)
        return 0;
    return ntohs(addr.sa.sa_family == AF_INET ? addr.v4.sin_port : addr.v6.sin6_port);
}

static bool family_missing(int ret)
{
    return ret == -EAFNOSUPPORT || ret == -EADDRNOTAVAIL || ret == -EPROTONOSUPPORT;
}

/* Both families on one port; one of them may be missing from the machine. 0 or -errno, fds are -1 where missing. */
static int tcp_pair(unsigned port, int *v4, int *v6)
{
    *v4 = *v6 = -1;
    for (int i = 0; i < (port ? 1 : PICK_TRIES); i++) {
        *v4 = tcp_socket(AF_INET, port);
        if (*v4 < 0 && !family_missing(*v4))
            return *v4;
        *v6 = tcp_socket(AF_INET6, *v4 >= 0 ? port_of(*v4) : port);
        if (*v6 >= 0 || (family_missing(*v6) && *v4 >= 0))
            return 0;
        if (*v4 < 0)
            return *v6;
        close(*v4);
    }
    return *v6;
}

static int in_use(unsigned port, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *holder = mc_peer_port_holder(port);
    return mc_err_set(err, MC_E_CONFLICT,
                      "port %u is in use%s%s; stop it, or let one be picked with --port 0", port,
                      holder ? " by " : "", holder ? holder : "");
}

int mc_http_listen_tcp(struct mc_http *h, unsigned port, unsigned *ret_port, struct mc_err *err)
{
    int v4 = -1, v6 = -1;
    if (port > 65535)
        return mc_err_set(err, MC_E_USAGE, "%u is no port: expected 0 to 65535", port);
    int ret = tcp_pair(port, &v4, &v6);
    if (ret == -EADDRINUSE)
        return in_use(port, err);
    if (ret == -EACCES)
        return mc_err_sys(err, -ret, "cannot listen on port %u; choose one above 1023 with --port",
                          port);
    if (ret < 0)
        return mc_err_sys(err, -ret, "cannot listen on port %u of the loopback interface", port);
    if (ret_port)
        *ret_port = port_of(v4 >= 0 ? v4 : v6);
    if (v4 >= 0)
        ret = start(h, v4, MC_HTTP_TCP, err);
    if (v6 >= 0 && ret == 0)
        ret = start(h, v6, MC_HTTP_TCP, err);
    else if (v6 >= 0)
        close(v6);
    return ret;
}

/* ---- the unix socket ---- */

/* The mode is the socket's before it has a name, so that it never exists with wider permissions than 0600. */
static int bind_private(int fd, const struct sockaddr_un *addr)
{
    if (fchmod(fd, 0600) < 0 || bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0)
        return -errno;
    return 0;
}

/* Is anybody there? Removes the socket when nobody is: its owner died. */
static int remove_stale(const struct sockaddr_un *addr, struct mc_err *err)
{
    struct stat st;
    if (lstat(addr->sun_path, &st) == 0 && !S_ISSOCK(st.st_mode))
        return mc_err_set(err, MC_E_CONFLICT, "%s exists and is not a socket; move it away",
                          addr->sun_path);
    MC_CLEANUP(mc_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return mc_err_sys(err, errno, "cannot make a socket");
    if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 || errno == EAGAIN)
        return mc_err_set(err, MC_E_CONFLICT, "a hub already listens on %s; see mcpctl status",
                          addr->sun_path);
    if (errno != ECONNREFUSED && errno != ENOENT)
        return mc_err_sys(err, errno, "cannot find out who listens on %s", addr->sun_path);
    if (unlink(addr->sun_path) < 0 && errno != ENOENT)
        return mc_err_sys(err, errno, "cannot remove the stale socket %s", addr->sun_path);
    return 0;
}

int mc_http_listen_unix(struct mc_http *h, const char *path, struct mc_err *err)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct stat st;
    size_t len = strlen(path);
    if (len >= sizeof(addr.sun_path))
        return mc_err_set(err, MC_E_CONFIG,
                          "the socket path %s has %zu bytes, the system allows %zu; set "
                          "XDG_RUNTIME_DIR to a shorter one",
                          path, len, sizeof(addr.sun_path) - 1);
    memcpy(addr.sun_path, path, len);
    MC_CLEANUP(mc_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return mc_err_sys(err, errno, "cannot make a socket");
    int ret = bind_private(fd, &addr);
    if (ret == -EADDRINUSE) {
        ret = remove_stale(&addr, err);
        if (ret < 0)
            return ret;
        ret = bind_private(fd, &addr);
    }
    if (ret < 0)
        return mc_err_sys(err, -ret, "cannot make the socket %s", path);
    if (listen(fd, MC_HTTP_BACKLOG) < 0 || lstat(path, &st) < 0)
        return mc_err_sys(err, errno, "cannot listen on %s", path);
    h->unix_dev = st.st_dev;
    h->unix_ino = st.st_ino;
    mc_free(h->unix_path);
    h->unix_path = mc_strdup(path);
    return start(h, MC_TAKE_FD(fd), MC_HTTP_UNIX, err);
}

int mc_http_relisten_unix(struct mc_http *h, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = mc_strdup(h->unix_path);
    unsigned i = 0;
    while (i < h->n_listeners && h->listeners[i]->via != MC_HTTP_UNIX)
        i++;
    int ret = mc_http_listen_unix(h, path, err);
    if (ret < 0 || i + 1 >= h->n_listeners)
        return ret;
    uv_close((uv_handle_t *)&h->listeners[i]->poll, on_listener_closed);
    h->listeners[i] = h->listeners[--h->n_listeners];
    return 0;
}
