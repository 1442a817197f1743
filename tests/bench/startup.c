/* startup: how long a program takes.
 *
 *     startup [-n TIMES] -- PROGRAM [ARG]...                                   until it ends
 *     startup -p PORT -b BODY [-a PATH] [-H "Name: value"]... -- PROGRAM ...   until PORT gave a first good answer
 *
 * The clock starts right before the program is executed. Prints one line of JSON. */
#include "tests/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_NS 10000000000ull /* longest wait for a first answer */
#define RETRY_NS 50000           /* between two attempts to connect */

extern char **environ;

static pid_t start(char **argv)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    int rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    if (rc != 0)
        bench_die("%s: %s", argv[0], strerror(rc));
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void finish(pid_t pid, const char *name)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            bench_die("waitpid: %s", strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_die("%s failed (wait status %d)", name, status);
}

/* 503: the hub listens, its workspace is being loaded. */
static bool try_answer(unsigned port, const char *request, size_t n)
{
    int fd = bench_connect(port);
    if (fd < 0)
        return false;
    bench_write_all(fd, request, n);
    struct bench_answer *a = calloc(1, sizeof *a);
    while (!bench_answer_whole(a))
        if (!bench_answer_read(a, fd))
            bench_die("the server closed the connection");
    bool good = a->status == 200 && strstr(a->buf, "\"result\"");
    if (!good && a->status != 503)
        bench_die("not a good answer: %.600s", a->buf);
    free(a);
    close(fd);
    return good;
}

static void await_answer(unsigned port, const char *request, size_t n)
{
    uint64_t give_up = bench_now() + ANSWER_NS;
    while (!try_answer(port, request, n)) {
        if (bench_now() > give_up)
            bench_die("no good answer on port %u", port);
        nanosleep(&(struct timespec){.tv_nsec = RETRY_NS}, NULL);
    }
}

int main(int argc, char **argv)
{
    unsigned port = 0;
    unsigned long times = 1;
    const char *path = "/mcp", *body = NULL;
    char headers[2048] = "";
    for (int o; (o = getopt(argc, argv, "+p:a:b:H:n:")) != -1;) {
        switch (o) {
        case 'p': port = (unsigned)bench_number("-p", optarg); break;
        case 'a': path = optarg; break;
        case 'b': body = optarg; break;
        case 'n': times = bench_number("-n", optarg); break;
        case 'H':
            snprintf(headers + strlen(headers), sizeof headers - strlen(headers), "%s\r\n", optarg);
            break;
        default: return 2;
        }
    }
    if (optind == argc || (port != 0) != (body != NULL))
        bench_die("usage: startup [-n TIMES] [-p PORT -b BODY [-a PATH] [-H HEADER]...] -- PROGRAM [ARG]...");
    size_t n = 0;
    char *request = port ? bench_post(path, headers, body, &n) : NULL;
    struct bench_hist *h = bench_hist_new();
    for (unsigned long i = 0; i < times; i++) {
        uint64_t began = bench_now();
        pid_t pid = start(argv + optind);
        if (port) {
            await_answer(port, request, n);
            bench_hist_add(h, bench_now() - began);
            finish(pid, argv[optind]);
        } else {
            finish(pid, argv[optind]);
            bench_hist_add(h, bench_now() - began);
        }
    }
    free(request);
    printf("{\"times\":%lu,\"p50us\":%.1f,\"p99us\":%.1f,\"maxus\":%.1f}\n", times, bench_hist_us(h, 0.5),
           bench_hist_us(h, 0.99), bench_hist_max_us(h));
    return 0;
}
