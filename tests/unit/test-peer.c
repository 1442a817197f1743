/* Whose socket is at the other end: both ways of asking, both families, own and other users, orphans. */
#include "tests/tap.h"

#include "http/internal.h"
#include "http/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

union address {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

enum flavour { V4, V6, MAPPED, FLAVOURS };
static const char *const names[] = {"IPv4", "IPv6", "IPv4 through an IPv6 socket"};

/* A listener on the loopback interface; its address as a client of that flavour uses it. -1: no such family here. */
static int listen_on(enum flavour f, union address *ret)
{
    union address a = {0};
    socklen_t len = f == V6 ? sizeof(a.v6) : sizeof(a.v4);
    if (f == V6)
        a.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    else
        a.v4 =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(a.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memset(ret, 0, sizeof(*ret));
    if (fd < 0 || bind(fd, &a.sa, len) < 0 || listen(fd, 8) < 0 ||
        getsockname(fd, &a.sa, &len) < 0) {
        close(fd);
        return -1;
    }
    *ret = a;
    if (f == MAPPED) {
        ret->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = a.v4.sin_port};
        ret->v6.sin6_addr.s6_addr[10] = ret->v6.sin6_addr.s6_addr[11] = 0xff;
        memcpy(&ret->v6.sin6_addr.s6_addr[12], &a.v4.sin_addr, 4);
    }
    return fd;
}

static int dial(const union address *a)
{
    int fd = socket(a->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 ||
        connect(fd, &a->sa, a->sa.sa_family == AF_INET ? sizeof(a->v4) : sizeof(a->v6)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void ends_of(int fd, union address *theirs, union address *ours)
{
    struct sockaddr_storage peer = {0}, own = {0};
    socklen_t peer_n = sizeof(peer), own_n = sizeof(own);
    getpeername(fd, (struct sockaddr *)&peer, &peer_n);
    getsockname(fd, (struct sockaddr *)&own, &own_n);
    memcpy(theirs, &peer, sizeof(*theirs));
    memcpy(ours, &own, sizeof(*ours));
}

/* The same answer from both ways, and from the function that chooses between them. */
static void check(int fd, bool owned, uid_t uid, const char *what)
{
    union address theirs = {0}, ours = {0};
    uid_t got = (uid_t)-2;
    is_int(mc_peer_tcp_owner(fd, &got), owned, "%s", what);
    if (owned)
        is_int(got, uid, "... by uid");
    ends_of(fd, &theirs, &ours);
    got = (uid_t)-2;
    enum mc_peer_answer answer = mc_peer_by_diag(&theirs.sa, &ours.sa, &got);
    if (owned && answer == MC_PEER_CANNOT_TELL)
        skip("no sock_diag here");
    else
        ok(owned ? answer == MC_PEER_OWNED && got == uid : answer != MC_PEER_OWNED,
           "... by sock_diag");
    got = (uid_t)-2;
    answer = mc_peer_by_proc(&theirs.sa, &ours.sa, &got);
    ok(owned ? answer == MC_PEER_OWNED && got == uid : answer != MC_PEER_OWNED, "... by /proc/net");
}

static void test_own(enum flavour f)
{
    union address a = {0};
    int ln = listen_on(f, &a), client = ln >= 0 ? dial(&a) : -1;
    if (client < 0) {
        close(ln);
        skip(names[f]);
        return;
    }
    int fd = accept4(ln, NULL, NULL, SOCK_CLOEXEC);
    char what[100];
    snprintf(what, sizeof(what), "%s: our own client", names[f]);
    check(fd, true, getuid(), what);
    close(client);
    snprintf(what, sizeof(what), "%s: a closed client is nobody's", names[f]);
    check(fd, false, 0, what);
    close(fd);
    close(ln);
}

/* Unread bytes in a closed client's buffers leave its socket behind for a while, without an owner. */
static void test_orphan(void)
{
    union address a = {0};
    char junk[65536] = {0};
    int ln = listen_on(V4, &a), client = dial(&a), fd = accept4(ln, NULL, NULL, SOCK_CLOEXEC);
    while (send(client, junk, sizeof(junk), MSG_DONTWAIT) > 0)
        ;
    close(client);
    check(fd, false, 0, "an orphaned socket is nobody's");
    close(fd);
    close(ln);
}

/* A connection whose client has left, and a listener on the port that it had. False when others hold that port: connections that have
 * just ended do, for a minute. */
static bool trap_behind_client(int ln, const union address *a, int *ret_fd, int *ret_trap, union address *theirs, union address *ours)
{
    const int on = 1;
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int client = dial(a);
    *ret_fd = accept4(ln, NULL, NULL, SOCK_CLOEXEC);
    ends_of(*ret_fd, theirs, ours);
    setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(client);
    union address bound = {.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    bound.v4.sin_port = theirs->v4.sin_port;
    *ret_trap = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(*ret_trap, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(*ret_trap, &bound.sa, sizeof(bound.v4)) == 0 && listen(*ret_trap, 1) == 0)
        return true;
    close(*ret_trap);
    close(*ret_fd);
    return false;
}

/* Asked for a connection that is no more, the kernel offers a listener on the client's port: it is not the peer. */
static void test_listener_on_the_clients_port(void)
{
    union address a, theirs, ours;
    int ln = listen_on(V4, &a), fd, trap;
    bool set = false;
    uid_t uid;
    for (int i = 0; i < 100 && !set; i++)
        set = trap_behind_client(ln, &a, &fd, &trap, &theirs, &ours);
    ok(set, "a listener on the port of a client that left");
    if (set) {
        ok(mc_peer_by_diag(&theirs.sa, &ours.sa, &uid) != MC_PEER_OWNED, "... is not taken for it by sock_diag");
        ok(mc_peer_by_proc(&theirs.sa, &ours.sa, &uid) != MC_PEER_OWNED, "... nor by /proc/net");
        close(trap);
        close(fd);
    }
    close(ln);
}

static void test_other_user(enum flavour f)
{
    union address a = {0};
    const struct passwd *nobody = getpwnam("nobody");
    int go[2], ln;
    if (getuid() != 0 || !nobody || (ln = listen_on(f, &a)) < 0) {
        skip("needs root, a user nobody and the address family");
        return;
    }
    uid_t uid = nobody->pw_uid;
    if (pipe2(go, O_CLOEXEC) < 0)
        exit(99);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        char c;
        close(go[1]);
        if (setgid(uid) < 0 || setuid(uid) < 0 || dial(&a) < 0)
            _exit(1);
        _exit(read(go[0], &c, 1) == 0 ? 0 : 1); /* until the parent has asked */
    }
    close(go[0]);
    int fd = accept4(ln, NULL, NULL, SOCK_CLOEXEC), status;
    char what[100];
    snprintf(what, sizeof(what), "%s: a client of another user", names[f]);
    check(fd, true, uid, what);
    close(go[1]);
    waitpid(pid, &status, 0);
    is_int(status, 0, "... which has ended");
    close(fd);
    close(ln);
}

static void test_unix(void)
{
    int fds[2], plain = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uid_t uid = (uid_t)-2;
    pid_t pid = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        exit(99);
    ok(mc_peer_unix_owner(fds[0], &uid, &pid) && uid == getuid() && pid == getpid(),
       "a unix socket tells uid and pid");
    ok(!mc_peer_unix_owner(plain, &uid, &pid), "a TCP socket tells neither");
    ok(!mc_peer_tcp_owner(plain, &uid), "an unconnected one has no peer");
    ok(!mc_peer_tcp_owner(fds[0], &uid), "a unix socket has none that TCP knows");
    ok(!mc_peer_tcp_owner(-1, &uid), "no descriptor, no peer");
    close(fds[0]);
    close(fds[1]);
    close(plain);
}

int main(void)
{
    for (int f = 0; f < FLAVOURS; f++)
        test_own((enum flavour)f);
    test_orphan();
    test_listener_on_the_clients_port();
    test_other_user(V4);
    test_other_user(V6);
    test_other_user(MAPPED);
    test_unix();
    return done_testing();
}
