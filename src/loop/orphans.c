#include "loop/orphans.h"

#include "loop/loop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void mc_orphans_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

struct search {
    pid_t pid;
    bool found;
};

static void compare(uv_handle_t *h, void *arg)
{
    struct search *s = arg;
    if (uv_handle_get_type(h) == UV_PROCESS && uv_process_get_pid((uv_process_t *)h) == s->pid)
        s->found = true;
}

static bool is_known(struct mc_loop *l, pid_t pid)
{
    struct search s = {.pid = pid};
    uv_walk(mc_loop_uv(l), compare, &s);
    return s.found;
}

/* What does not fit is found in the next round. */
static void read_children(char *list, size_t size)
{
    char path[64];
    size_t n = 0;
    ssize_t got;
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && n < size - 1 && (got = read(fd, list + n, size - 1 - n)) > 0)
        n += (size_t)got;
    if (fd >= 0)
        close(fd);
    list[n] = '\0';
}

/* False when there was nobody. */
static bool kill_round(struct mc_loop *l)
{
    char list[4096];
    bool any = false;
    read_children(list, sizeof(list));
    for (char *p = list, *space; (space = strchr(p, ' ')); p = space + 1) {
        pid_t pid = (pid_t)strtol(p, NULL, 10);
        if (pid <= 1 || is_known(l, pid))
            continue;
        any = true;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, WNOHANG | __WALL);
    }
    return any;
}

void mc_orphans_kill(struct mc_loop *l)
{
    const struct timespec ms = {0, 1000000};
    for (int i = 0; i < MC_ORPHANS_ROUNDS && kill_round(l); i++)
        nanosleep(&ms, NULL);
}
