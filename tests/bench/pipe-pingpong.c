/* pipe-pingpong: the floor under every call to a stdio server: one line to a child and back over pipes, one at a time.
 *
 *     pipe-pingpong [-d SECONDS] [-n BYTES]
 *
 * Prints one line of JSON. */
#include "tests/bench/bench.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES 65536

static void echo(int in, int out)
{
    static char buf[LINE_MAX_BYTES];
    for (ssize_t n; (n = read(in, buf, sizeof buf)) > 0;)
        bench_write_all(out, buf, (size_t)n);
    _exit(0);
}

int main(int argc, char **argv)
{
    size_t bytes = 150;
    double seconds = 2;
    for (int o; (o = getopt(argc, argv, "d:n:")) != -1;) {
        switch (o) {
        case 'd': seconds = (double)bench_number("-d", optarg); break;
        case 'n': bytes = bench_number("-n", optarg); break;
        default: return 2;
        }
    }
    static char line[LINE_MAX_BYTES], back[LINE_MAX_BYTES];
    if (bytes < 1 || bytes > sizeof line)
        bench_die("-n: 1 to %zu bytes", sizeof line);
    memset(line, 'x', bytes - 1);
    line[bytes - 1] = '\n';

    int down[2], up[2];
    if (pipe(down) < 0 || pipe(up) < 0)
        bench_die("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0)
        bench_die("fork: %s", strerror(errno));
    if (pid == 0) {
        close(down[1]);
        close(up[0]);
        echo(down[0], up[1]);
    }
    close(down[0]);
    close(up[1]);

    struct bench_hist *h = bench_hist_new();
    uint64_t began = bench_now(), end = began + (uint64_t)(seconds * 1e9);
    while (bench_now() < end) {
        uint64_t t = bench_now();
        bench_write_all(down[1], line, bytes);
        for (size_t got = 0; got < bytes;) {
            ssize_t n = read(up[0], back, sizeof back);
            if (n <= 0)
                bench_die("the child is gone");
            got += (size_t)n;
        }
        bench_hist_add(h, bench_now() - t);
    }
    double took = (double)(bench_now() - began) / 1e9;
    close(down[1]);
    waitpid(pid, NULL, 0);
    printf("{\"connections\":1,\"calls\":%llu,\"perSecond\":%.0f,\"p50us\":%.1f,\"p99us\":%.1f,\"maxus\":%.1f,\"errors\":0}\n",
           (unsigned long long)bench_hist_count(h), (double)bench_hist_count(h) / took, bench_hist_us(h, 0.5),
           bench_hist_us(h, 0.99), bench_hist_max_us(h));
    return 0;
}
