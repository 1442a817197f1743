/* The runtime directory is not the hub's alone: a logout or a tidy-up of /tmp may take it away, and then no command finds the hub. It is looked after,
 * and made anew with the lock and the socket in it. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/log.h"
#include "base/path.h"
#include "hub/internal.h"
#include "loop/work.h"
#include <errno.h>
#include <sys/stat.h>

int runtime_lock(int *ret_fd, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    int rc = mc_path_ensure(MC_DIR_RUNTIME, err);

    if (rc == 0)
        rc = mc_path_in(MC_DIR_RUNTIME, "hub.lock", &path, err);
    if (rc == 0)
        rc = mc_io_lock(path, false, ret_fd, err);
    return rc == -MC_E_CONFLICT
               ? mc_err_set(err, MC_E_CONFLICT,
                            "a hub is already running for this user; see `mcpctl status`")
               : rc;
}

struct look {
    struct hub *hub;
    char *socket;
    int lock; /* that it holds, a copy */
    bool gone;
    int new_lock; /* -1: the old one is still good */
    struct mc_err err;
};

/* Is the file that we hold still the one that others would lock? */
static bool lock_is_there(int fd)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    struct stat held, there;

    return mc_path_in(MC_DIR_RUNTIME, "hub.lock", &path, NULL) == 0 && fstat(fd, &held) == 0 &&
           stat(path, &there) == 0 && held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

static void on_pool(void *arg)
{
    struct look *k = arg;
    struct stat st;

    k->gone = lstat(k->socket, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (k->gone && !lock_is_there(k->lock))
        (void)!runtime_lock(&k->new_lock, &k->err);
}

static void restore(struct look *k)
{
    struct hub *h = k->hub;

    if (!k->err.code && k->new_lock >= 0) {
        mc_closep(&h->lock);
        h->lock = MC_TAKE_FD(k->new_lock);
    }
    if (!k->err.code && mc_http_relisten_unix(h->http, &k->err) == 0)
        mc_warn("hub", "%s was removed while the hub ran; it is there again", h->socket_path);
    else if (!h->told_runtime)
        mc_error("hub", "%s was removed, and commands cannot reach this hub: %s", h->socket_path,
                 k->err.msg);
    h->told_runtime = k->err.code != 0;
}

static void on_loop(void *arg)
{
    struct look *k = arg;

    k->hub->looking = false;
    if (k->gone && !k->hub->ending)
        restore(k);
    mc_closep(&k->new_lock);
    mc_free(k->socket);
    mc_free(k);
}

void runtime_check(struct hub *h)
{
    if (h->looking)
        return;
    struct look *k = MC_NEW(struct look);
    *k = (struct look){
        .hub = h, .socket = mc_strdup(h->socket_path), .lock = h->lock, .new_lock = -1};
    h->looking = true;
    mc_work(h->loop, on_pool, on_loop, k);
}
