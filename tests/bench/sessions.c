/* sessions: what it costs a hub to have many legacy clients, each with a session and an open GET stream.
 *
 *     sessions -p PORT -P PID [-a PATH] [-n SESSIONS]
 *
 * Prints one line of JSON with the resident memory of process PID before and while they are there. */
#include "tests/bench/bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION "2025-06-18"

static unsigned long rss_kb(unsigned long pid)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%lu/status", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        bench_die("%s: %s", path, strerror(errno));
    unsigned long kb = 0;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %lu", &kb) == 1)
            break;
    fclose(f);
    return kb;
}

static void post(int fd, struct bench_answer *a, const char *path, const char *headers, const char *body, int want)
{
    size_t n;
    char *request = bench_post(path, headers, body, &n);
    bench_write_all(fd, request, n);
    free(request);
    while (!bench_answer_whole(a))
        if (!bench_answer_read(a, fd))
            bench_die("the server closed the connection");
    if (a->status != want)
        bench_die("wanted %d: %.300s", want, a->buf);
}

/* Returns the descriptor of the open stream, which nobody reads any more. */
static int open_session(unsigned port, int fd, struct bench_answer *a, const char *path)
{
    char id[256], headers[512], get[1024];
    post(fd, a, path, "",
         "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" VERSION "\","
         "\"capabilities\":{},\"clientInfo\":{\"name\":\"sessions\",\"version\":\"1\"}}}",
         200);
    if (!bench_answer_header(a, "Mcp-Session-Id", id, sizeof id))
        bench_die("no Mcp-Session-Id in: %.300s", a->buf);
    bench_answer_next(a);
    snprintf(headers, sizeof headers, "Mcp-Session-Id: %s\r\nMCP-Protocol-Version: " VERSION "\r\n", id);
    post(fd, a, path, headers, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", 202);
    bench_answer_next(a);

    int stream = bench_connect(port);
    if (stream < 0)
        bench_die("connect: %s", strerror(errno));
    int n = snprintf(get, sizeof get, "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n", path, headers);
    bench_write_all(stream, get, (size_t)n);
    /* Its headers must come; events may. */
    struct bench_answer *s = calloc(1, sizeof *s);
    while (!s->head) {
        if (!bench_answer_read(s, stream))
            bench_die("the server closed a stream");
        bench_answer_whole(s);
    }
    if (s->status != 200)
        bench_die("wanted a stream: %.300s", s->buf);
    free(s);
    return stream;
}

int main(int argc, char **argv)
{
    unsigned port = 0;
    unsigned long pid = 0, sessions = 10000;
    const char *path = "/mcp";
    for (int o; (o = getopt(argc, argv, "p:P:a:n:")) != -1;) {
        switch (o) {
        case 'p': port = (unsigned)bench_number("-p", optarg); break;
        case 'P': pid = bench_number("-P", optarg); break;
        case 'a': path = optarg; break;
        case 'n': sessions = bench_number("-n", optarg); break;
        default: return 2;
        }
    }
    if (!port || !pid)
        bench_die("usage: sessions -p PORT -P PID [-a PATH] [-n SESSIONS]");
    bench_raise_nofile();
    int fd = bench_connect(port);
    if (fd < 0)
        bench_die("connect to port %u: %s", port, strerror(errno));
    struct bench_answer *a = calloc(1, sizeof *a);
    unsigned long before = rss_kb(pid);
    uint64_t began = bench_now();
    for (unsigned long i = 0; i < sessions; i++)
        open_session(port, fd, a, path);
    double took = (double)(bench_now() - began) / 1e9;
    printf("{\"sessions\":%lu,\"rssKbBefore\":%lu,\"rssKb\":%lu,\"seconds\":%.2f}\n", sessions, before, rss_kb(pid), took);
    free(a);
    return 0;
}
