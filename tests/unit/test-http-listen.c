/* Listening: ports of both families, who holds one, the unix socket and its permissions. */
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include "base/alloc.h"
#include "base/err.h"
#include "http/http.h"
#include "http/peer.h"
#include "loop/loop.h"

#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static const struct mc_http_ops nothing;

static struct mc_http *new_server(struct mc_loop **l)
{
    *l = mc_loop_new();
    return mc_http_new(*l, &nothing, NULL);
}

static void end_server(struct mc_http *h, struct mc_loop *l)
{
    mc_http_close(h, 0, NULL, NULL);
    mc_loop_run(l);
    mc_http_free(h);
    mc_loop_free(l);
}

static int connect_to(int family, unsigned port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = in6addr_loopback};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ret = family == AF_INET ? connect(fd, (struct sockaddr *)&v4, sizeof(v4))
                                : connect(fd, (struct sockaddr *)&v6, sizeof(v6));
    close(fd);
    return ret;
}

static bool have_v6(void)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool have = fd >= 0 && bind(fd, (struct sockaddr *)&v6, sizeof(v6)) == 0;
    close(fd);
    return have;
}

static void test_tcp(void)
{
    struct mc_loop *l, *l2;
    struct mc_err err = {0};
    unsigned port = 0, again = 0;
    char want[64];
    struct mc_http *h = new_server(&l), *h2 = new_server(&l2);
    is_int(mc_http_listen_tcp(h, 0, &port, &err), 0, "port 0 picks one");
    is_int(connect_to(AF_INET, port), 0, "127.0.0.1 answers");
    if (have_v6())
        is_int(connect_to(AF_INET6, port), 0, "::1 answers");
    else
        skip("this machine has no IPv6");
    is_int(mc_http_listen_tcp(h2, port, &again, &err), -MC_E_CONFLICT, "a port in use");
    snprintf(want, sizeof(want), "port %u is in use by ", port);
    ok(strstr(err.msg, want), "... is named: %s", err.msg);
    snprintf(want, sizeof(want), " (pid %d)", (int)getpid());
    ok(strstr(err.msg, want), "... with the process that holds it");
    ok(strstr(err.msg, "--port 0"), "... and a way out");
    is_int(mc_http_listen_tcp(h2, 70000, &again, &err), -MC_E_USAGE, "70000 is no port");
    end_server(h, l);
    is_int(mc_http_listen_tcp(h2, port, &again, &err), 0,
           "a port is free again at once after a close");
    is_int(again, port, "... the same");
    end_server(h2, l2);
    char *holder = mc_peer_port_holder(port);
    is_str(holder, NULL, "nobody holds it afterwards");
    mc_free(holder);
}

/* One family taken is a conflict too: "localhost" would reach the other program. */
static void test_one_family_taken(void)
{
    struct mc_loop *l;
    struct mc_err err = {0};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    socklen_t len = sizeof(v6);
    if (!have_v6()) {
        skip("this machine has no IPv6");
        return;
    }
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    is_int(bind(fd, (struct sockaddr *)&v6, sizeof(v6)) | listen(fd, 1), 0,
           "somebody listens on ::1");
    getsockname(fd, (struct sockaddr *)&v6, &len);
    struct mc_http *h = new_server(&l);
    is_int(mc_http_listen_tcp(h, ntohs(v6.sin6_port), NULL, &err), -MC_E_CONFLICT,
           "a port that is taken on ::1 only");
    ok(strstr(err.msg, "(pid "), "... names its holder: %s", err.msg);
    close(fd);
    end_server(h, l);
}

/* The kernel gives ports like ours to outgoing connections as well. */
static void test_port_of_a_connection(void)
{
    struct mc_loop *l, *l2;
    struct mc_err err = {0};
    unsigned port = 0;
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(addr);
    struct mc_http *h = new_server(&l), *h2 = new_server(&l2);
    is_int(mc_http_listen_tcp(h, 0, &port, &err), 0, "a server");
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    addr.sin_port = htons((uint16_t)port);
    is_int(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0, "... and a client of it");
    getsockname(fd, (struct sockaddr *)&addr, &len);
    is_int(mc_http_listen_tcp(h2, ntohs(addr.sin_port), NULL, &err), -MC_E_CONFLICT,
           "the client's own port is taken");
    ok(strstr(err.msg, "an outgoing connection of ") && strstr(err.msg, "(pid "), "... %s",
       err.msg);
    close(fd);
    end_server(h, l);
    end_server(h2, l2);
}

/* Another user's process cannot be looked into: its user is named. */
static void test_holder_of_another_user(void)
{
    struct mc_loop *l;
    struct mc_err err;
    unsigned port = 0;
    const struct passwd *nobody = getpwnam("nobody");
    int status = -1;
    if (getuid() != 0 || !nobody) {
        skip("needs root and a user nobody");
        return;
    }
    uid_t uid = nobody->pw_uid;
    struct mc_http *h = new_server(&l);
    is_int(mc_http_listen_tcp(h, 0, &port, &err), 0, "root listens");
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        /* Inherited descriptors would make it a holder too. */
        if (close_range(3, ~0u, 0) < 0 || setgid(uid) < 0 || setuid(uid) < 0)
            _exit(2);
        char *holder = mc_peer_port_holder(port);
        bool right = holder && strcmp(holder, "user root") == 0;
        mc_free(holder);
        _exit(right ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    is_int(status, 0, "nobody is told that it is user root");
    end_server(h, l);
}

static int connect_unix(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ret = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
    close(fd);
    return ret;
}

/* Relative paths: how long the temporary directory's is does not matter. */
static void test_unix(void)
{
    struct mc_loop *l, *l2;
    struct mc_err err = {0};
    struct stat st;
    const char *path = "s";
    char longer[200];
    struct mc_http *h = new_server(&l), *h2 = new_server(&l2);
    mode_t before = umask(0);
    is_int(mc_http_listen_unix(h, path, &err), 0, "a unix socket");
    is_int(umask(before), 0, "the umask is as before");
    is_int(stat(path, &st), 0, "it exists");
    ok(S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0600, "its mode is 0600 (%o)",
       st.st_mode & 0777);
    is_int(connect_unix(path), 0, "it answers");
    is_int(mc_http_listen_unix(h2, path, &err), -MC_E_CONFLICT, "a live one is not taken over");
    ok(strstr(err.msg, path), "... %s", err.msg);
    end_server(h, l);
    ok(stat(path, &st) < 0, "it is removed at close");

    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    is_int(bind(stale, (struct sockaddr *)&addr, sizeof(addr)), 0, "somebody's socket");
    close(stale);
    is_int(mc_http_listen_unix(h2, path, &err), 0, "... that nobody listens on is replaced");
    is_int(connect_unix(path), 0, "... and answers");
    unlink(path);
    FILE *f = fopen(path, "we");
    fputs("precious", f);
    fclose(f);
    end_server(h2, l2);
    ok(stat(path, &st) == 0, "what others put in its place is left alone at close");

    h = new_server(&l);
    is_int(mc_http_listen_unix(h, path, &err), -MC_E_CONFLICT, "a file in the way");
    ok(stat(path, &st) == 0 && st.st_size == 8, "... is not removed: %s", err.msg);
    unlink(path);
    snprintf(longer, sizeof(longer), "%0107d", 0);
    is_int(strlen(longer), 107, "a path of 107 bytes");
    is_int(mc_http_listen_unix(h, longer, &err), 0, "... fits");
    end_server(h, l);
    h = new_server(&l);
    snprintf(longer, sizeof(longer), "%0108d", 0);
    is_int(mc_http_listen_unix(h, longer, &err), -MC_E_CONFIG, "one of 108 does not");
    ok(strstr(err.msg, "108 bytes") && strstr(err.msg, "107"), "... %s", err.msg);
    is_int(mc_http_listen_unix(h, "/nonexistent-directory/s", &err), -MC_E_SYSTEM,
           "a directory that does not exist");
    end_server(h, l);
}

int main(void)
{
    if (chdir(scratch()) < 0)
        return 99;
    test_tcp();
    test_one_family_taken();
    test_port_of_a_connection();
    test_holder_of_another_user();
    test_unix();
    return done_testing();
}
