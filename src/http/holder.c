#include "http/peer.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

/* Who holds a port: the listening socket's inode from /proc/net, then the process that has it open. */

#define TCP_LISTEN_HEX "0A"

static bool listening_socket(const char *path, unsigned port, unsigned long *inode, uid_t *uid)
{
    char line[512], local[48], state[8];
    FILE *f = fopen(path, "re");
    bool found = false;
    while (f && !found && fgets(line, sizeof(line), f)) {
        unsigned owner, local_port;
        if (sscanf(line, "%*s %47s %*s %7s %*s %*s %*s %u %*s %lu", local, state, &owner, inode) != 4)
            continue;
        const char *colon = strrchr(local, ':');
        found = strcmp(state, TCP_LISTEN_HEX) == 0 && colon && sscanf(colon, ":%x", &local_port) == 1 &&
                local_port == port;
        *uid = owner;
    }
    if (f)
        fclose(f);
    return found;
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

char *mc_peer_port_holder(unsigned port)
{
    unsigned long inode;
    uid_t uid;
    if (!listening_socket("/proc/net/tcp", port, &inode, &uid) &&
        !listening_socket("/proc/net/tcp6", port, &inode, &uid))
        return NULL;
    char *process = process_with(inode);
    if (process)
        return process;
    const struct passwd *pw = getpwuid(uid);
    return pw ? mc_asprintf("user %s", pw->pw_name) : mc_asprintf("user %u", (unsigned)uid);
}
