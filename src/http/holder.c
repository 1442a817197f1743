#include "http/internal.h"
#include "http/peer.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

/* Who holds a port: the socket's inode from /proc/net, then the process that has it open. */

struct holder {
    uint64_t inode;
    uid_t uid;
    bool listens;
};

/* The loopback addresses of a port as the kernel prints them: words in host order. */
static bool is_ours(struct mc_str local, unsigned port, bool any_address)
{
    char want[3][48];
    const uint32_t v4 = htonl(INADDR_LOOPBACK), one = htonl(1), mapped = htonl(0xffff);
    snprintf(want[0], sizeof(want[0]), "%08X:%04X", v4, port);
    snprintf(want[1], sizeof(want[1]), "%024X%08X:%04X", 0, one, port);
    snprintf(want[2], sizeof(want[2]), "%016X%08X%08X:%04X", 0, mapped, v4, port);
    for (size_t i = 0; i < MC_ARRAY_LEN(want); i++)
        if (mc_str_eq(local, mc_str_of(want[i])))
            return true;
    return any_address && mc_str_ends(local, mc_str_of(strchr(want[0], ':')));
}

/* A socket that keeps the port from being bound: one that listens on it or, as 37373 is also a port that the kernel gives
 * to outgoing connections, one that is connected from it. The former is preferred. */
static void search(const char *path, unsigned port, struct holder *ret)
{
    struct mc_procnet row;
    FILE *f = fopen(path, "re");
    while (f && !ret->listens && mc_procnet_next(f, &row))
        if (row.inode != 0 && is_ours(row.local, port, row.listens))
            *ret = (struct holder){row.inode, row.uid, row.listens};
    if (f)
        fclose(f);
}

static bool has_open(const char *pid, const char *link)
{
    char dir_path[NAME_MAX + 16];
    snprintf(dir_path, sizeof(dir_path), "/proc/%s/fd", pid);
    DIR *dir = opendir(dir_path); /* another user's: EACCES */
    bool found = false;
    for (struct dirent *e; dir && !found && (e = readdir(dir));) {
        char target[64];
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);
        found = n > 0 && mc_str_eq((struct mc_str){target, (size_t)n}, mc_str_of(link));
    }
    if (dir)
        closedir(dir);
    return found;
}

static char *describe(const char *pid)
{
    char path[NAME_MAX + 16], name[64] = "";
    snprintf(path, sizeof(path), "/proc/%s/comm", pid);
    MC_CLEANUP(mc_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, name, sizeof(name) - 1) : 0;
    if (n <= 0)
        return mc_asprintf("pid %s", pid);
    name[strcspn(name, "\n")] = '\0';
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(name), false);
    return mc_asprintf("%s (pid %s)", shown, pid);
}

static char *process_with(uint64_t inode)
{
    char link[64];
    snprintf(link, sizeof(link), "socket:[%" PRIu64 "]", inode);
    DIR *proc = opendir("/proc");
    char *found = NULL;
    for (struct dirent *e; proc && !found && (e = readdir(proc));)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && has_open(e->d_name, link))
            found = describe(e->d_name);
    if (proc)
        closedir(proc);
    return found;
}

static char *user_name(uid_t uid)
{
    const struct passwd *pw = getpwuid(uid);
    return pw ? mc_asprintf("user %s", pw->pw_name) : mc_asprintf("user %u", (unsigned)uid);
}

char *mc_peer_port_holder(unsigned port)
{
    struct holder h = {0};
    search("/proc/net/tcp", port, &h);
    search("/proc/net/tcp6", port, &h);
    if (!h.inode)
        return NULL;
    char *who = process_with(h.inode);
    if (!who)
        who = user_name(h.uid);
    if (h.listens)
        return who;
    MC_CLEANUP(mc_freep) char *connected = who;
    return mc_asprintf("an outgoing connection of %s", connected);
}
