/* For tests that start processes. The test becomes a subreaper, because PID 1 of a container may never reap: a process counts
 * as gone when it is dead and reaped. Nothing here sleeps: it waits for what it waits for, and an alarm ends the test. */
#ifndef MC_TESTS_PROC_H
#define MC_TESTS_PROC_H

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROC_UNUSED_ __attribute__((unused))

PROC_UNUSED_ static void proc_begin(unsigned seconds)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    alarm(seconds);
}

/* A file of the build tree, absolute; from AM_TESTS_ENVIRONMENT, or the current directory. Static storage. */
PROC_UNUSED_ static const char *proc_built(const char *name)
{
    static char path[4][PATH_MAX];
    static unsigned next;
    char cwd[PATH_MAX / 2];
    const char *top = getenv("top_builddir");
    char *at = path[next++ % 4];
    snprintf(at, PATH_MAX, "%s/%s", top ? top : getcwd(cwd, sizeof(cwd)), name);
    return at;
}

PROC_UNUSED_ static bool proc_gone(pid_t pid)
{
    return kill(pid, 0) < 0 && errno == ESRCH;
}

/* Waits until this process has no child left. */
PROC_UNUSED_ static void proc_reap_all(void)
{
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        continue;
}

/* A field of /proc/PID/stat behind the name: 1 state, 2 ppid, 3 pgrp, 4 session. */
PROC_UNUSED_ static int proc_stat(pid_t pid, int field)
{
    char path[64], line[1024] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return -1;
    size_t n = fread(line, 1, sizeof(line) - 1, f);
    fclose(f);
    line[n] = '\0';
    char *p = strrchr(line, ')');
    for (int i = 0; p && i < field; i++)
        p = strchr(p + 1, ' ');
    return p ? (int)strtol(p + 1, NULL, 10) : -1;
}

/* Collects the numbers of all "forked PID" lines of fakeserver --fork. */
PROC_UNUSED_ static int proc_forked(const char *text, pid_t *pids, int max)
{
    int n = 0;
    for (const char *p = text; n < max && (p = strstr(p, "forked ")) && strchr(p, '\n'); p++)
        pids[n++] = (int)strtol(p + 7, NULL, 10);
    return n;
}

#endif
