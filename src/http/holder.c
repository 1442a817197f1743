#include "http/peer.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

/* Who holds a port: the socket's inode from /proc/net, then the process that has it open. */

#define TCP_LISTEN_HEX "0A"

struct holder {
    unsigned long inode;
    unsigned uid;
    bool listens;
};

/* 127.0.0.1, ::1 or ::ffff:127.0.0.1 as the kernel prints them: words in host order. */
static bool is_loopback(const char *addr, size_t n)
{
    char v4[9], one[9], tail[9] = "", mapped[9];
    snprintf(v4, sizeof(v4), "%08X", htonl(INADDR_LOOPBACK));
    snprintf(one, sizeof(one), "%08X", htonl(1));
    snprintf(mapped, sizeof(mapped), "%08X", htonl(0xffff));
    if (n >= 8)
        memcpy(tail, addr + n - 8, 8);
    if (n == 8)
        return strcmp(tail, v4) == 0;
    if (n != 32 || strncmp(addr, "0000000000000000", 16) != 0)
        return false;
    return (strcmp(tail, one) == 0 && strncmp(addr + 16, "00000000", 8) == 0) ||
           (strcmp(tail, v4) == 0 && strncmp(addr + 16, mapped, 8) == 0);
}

/* A socket that keeps the port from being bound: one that listens on it or, as 37373 is also a port that the kernel gives to
 * outgoing connections, one that is connected from it. The former is preferred. */
static void search(const char *path, unsigned port, struct holder *ret)
{
    char line[512], local[48], state[8];
    FILE *f = fopen(path, "re");
    while (f && !ret->listens && fgets(line, sizeof(line), f)) {
        struct holder h;
        unsigned local_port;
        if (sscanf(line, "%*s %47s %*s %7s %*s %*s %*s %u %*s %lu", local, state, &h.uid, &h.inode) != 4)
            continue;
        const char *colon = strrchr(local, ':');
        if (!colon || sscanf(colon, ":%x", &local_port) != 1 || local_port != port || h.inode == 0)
            continue;
        h.listens = strcmp(state, TCP_LISTEN_HEX) == 0;
        if (h.listens || is_loopback(local, (size_t)(colon - local)))
            *ret = h;
    }
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

static char *process_with(unsigned long inode)
{
    char link[64];
    snprintf(link, sizeof(link), "socket:[%lu]", inode);
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
