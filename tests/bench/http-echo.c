/* The bare limit of our HTTP server: answers every POST with its own body. Prints "port N" when it is ready; ends with SIGINT or SIGTERM.
 *
 *     http-echo [PORT]        PORT 0 (default) picks one */
#include "base/err.h"
#include "base/str.h"
#include "http/http.h"
#include "loop/loop.h"

#include <signal.h>
#include <stdio.h>

static struct mc_http *server;
static struct mc_loop *loop;
static uv_signal_t signals[2];

static void on_request(void *arg, struct mc_http_req *r)
{
    (void)arg;
    mc_http_reply(r, 200, "application/json", NULL, mc_http_body(r));
}

static void on_gone(void *arg, struct mc_http_req *r)
{
    (void)arg;
    (void)r;
}

static void on_closed(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < MC_ARRAY_LEN(signals); i++)
        uv_close((uv_handle_t *)&signals[i], NULL);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    (void)signum;
    for (size_t i = 0; i < MC_ARRAY_LEN(signals); i++)
        uv_signal_stop(&signals[i]);
    (void)handle;
    mc_http_close(server, 100, on_closed, NULL);
}

int main(int argc, char **argv)
{
    static const struct mc_http_ops ops = {.on_request = on_request, .on_gone = on_gone};
    static const int numbers[] = {SIGINT, SIGTERM};
    struct mc_err err;
    uint64_t want = 0;
    unsigned port;
    if (argc > 1 && !mc_str_u64(mc_str_of(argv[1]), &want)) {
        fprintf(stderr, "usage: http-echo [PORT]\n");
        return 2;
    }
    loop = mc_loop_new();
    server = mc_http_new(loop, &ops, NULL);
    if (mc_http_listen_tcp(server, (unsigned)want, &port, &err) < 0) {
        fprintf(stderr, "http-echo: %s\n", err.msg);
        return mc_code_exit(err.code);
    }
    for (size_t i = 0; i < MC_ARRAY_LEN(signals); i++) {
        uv_signal_init(mc_loop_uv(loop), &signals[i]);
        uv_signal_start(&signals[i], on_signal, numbers[i]);
    }
    printf("port %u\n", port);
    fflush(stdout);
    mc_loop_run(loop);
    mc_http_free(server);
    mc_loop_free(loop);
    return 0;
}
