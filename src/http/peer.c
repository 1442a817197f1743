#include "http/peer.h"
#include "http/internal.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>
#include <unistd.h>

#define DIAG_WAIT_US 100000 /* the kernel answers within the call; this bounds a broken one */
#define DIAG_STALE_MAX 8    /* late answers to earlier questions that are skipped */

/* An address in the kernel's terms: IPv4 in the first word, also when it came as ::ffff:a.b.c.d. */
struct endpoint {
    int family;
    uint32_t addr[4]; /* network byte order */
    uint16_t port;    /* network byte order */
};

static bool endpoint_of(const struct sockaddr *sa, struct endpoint *ret)
{
    *ret = (struct endpoint){.family = sa->sa_family};
    if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
        ret->addr[0] = in->sin_addr.s_addr;
        ret->port = in->sin_port;
        return true;
    }
    if (sa->sa_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
    ret->port = in6->sin6_port;
    memcpy(ret->addr, &in6->sin6_addr, sizeof(ret->addr));
    if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
        ret->family = AF_INET;
        ret->addr[0] = ret->addr[3];
        ret->addr[1] = ret->addr[2] = ret->addr[3] = 0;
    }
    return true;
}

/* ---- NETLINK_SOCK_DIAG ---- */

static int diag_socket(void)
{
    static int fd = -1;
    if (fd >= 0)
        return fd;
    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    struct timeval wait = {.tv_usec = DIAG_WAIT_US};
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    return fd;
}

static bool diag_ask(int fd, const struct endpoint *theirs, const struct endpoint *ours,
                     uint32_t seq)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 req;
    } msg = {
        .head = {.nlmsg_len = sizeof(msg),
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST,
                 .nlmsg_seq = seq},
        .req = {.sdiag_family = (uint8_t)theirs->family,
                .sdiag_protocol = IPPROTO_TCP,
                .idiag_states = ~0u},
    };
    struct inet_diag_sockid *id = &msg.req.id;
    id->idiag_sport = theirs->port;
    id->idiag_dport = ours->port;
    memcpy(id->idiag_src, theirs->addr, sizeof(theirs->addr));
    memcpy(id->idiag_dst, ours->addr, sizeof(ours->addr));
    id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return sendto(fd, &msg, sizeof(msg), 0, (const struct sockaddr *)&kernel, sizeof(kernel)) ==
           (ssize_t)sizeof(msg);
}

static enum mc_peer_answer diag_judge(const struct nlmsghdr *head, const struct endpoint *theirs,
                                      const struct endpoint *ours, uid_t *uid)
{
    /* An error is "no such socket", but also "no such module": the other way has to tell. */
    if (head->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
        head->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
        return MC_PEER_CANNOT_TELL;
    const struct inet_diag_msg *m = NLMSG_DATA(head);
    /* Without a connected socket the kernel falls back to one that listens on that port. */
    if (m->idiag_state == TCP_LISTEN || m->id.idiag_sport != theirs->port ||
        m->id.idiag_dport != ours->port)
        return MC_PEER_NOBODY;
    if (m->idiag_inode == 0)
        return MC_PEER_NOBODY;
    *uid = m->idiag_uid;
    return MC_PEER_OWNED;
}

enum mc_peer_answer mc_peer_by_diag(const struct sockaddr *theirs_sa,
                                    const struct sockaddr *ours_sa, uid_t *uid)
{
    static uint32_t seq;
    struct endpoint theirs, ours;
    int fd = diag_socket();
    if (!endpoint_of(theirs_sa, &theirs) || !endpoint_of(ours_sa, &ours))
        return MC_PEER_NOBODY;
    if (fd < 0 || !diag_ask(fd, &theirs, &ours, ++seq))
        return MC_PEER_CANNOT_TELL;
    for (int i = 0; i < DIAG_STALE_MAX; i++) {
        union {
            struct nlmsghdr head;
            char bytes[4096];
        } buf;
        ssize_t n = recv(fd, &buf, sizeof(buf), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || !NLMSG_OK(&buf.head, (size_t)n))
            return MC_PEER_CANNOT_TELL;
        if (buf.head.nlmsg_seq == seq)
            return diag_judge(&buf.head, &theirs, &ours, uid);
    }
    return MC_PEER_CANNOT_TELL;
}

/* ---- /proc/net/tcp and tcp6 ---- */

/* As the kernel prints it: words of the address in host order. */
static void proc_form(const struct endpoint *e, bool v6, char out[48])
{
    unsigned port = ntohs(e->port);
    if (!v6)
        snprintf(out, 48, "%08X:%04X", e->addr[0], port);
    else if (e->family == AF_INET)
        snprintf(out, 48, "0000000000000000%08X%08X:%04X", htonl(0xffff), e->addr[0], port);
    else
        snprintf(out, 48, "%08X%08X%08X%08X:%04X", e->addr[0], e->addr[1], e->addr[2], e->addr[3],
                 port);
}

static enum mc_peer_answer search(const char *path, const char *local, const char *remote,
                                  uid_t *uid)
{
    struct mc_procnet row;
    FILE *f = fopen(path, "re");
    if (!f)
        return MC_PEER_CANNOT_TELL;
    enum mc_peer_answer answer = MC_PEER_NOBODY;
    while (answer == MC_PEER_NOBODY && mc_procnet_next(f, &row)) {
        if (row.inode == 0 || !mc_str_eq(row.local, mc_str_of(local)) ||
            !mc_str_eq(row.remote, mc_str_of(remote)))
            continue;
        *uid = row.uid;
        answer = MC_PEER_OWNED;
    }
    fclose(f);
    return answer;
}

enum mc_peer_answer mc_peer_by_proc(const struct sockaddr *theirs_sa,
                                    const struct sockaddr *ours_sa, uid_t *uid)
{
    struct endpoint theirs, ours;
    char local[48], remote[48];
    if (!endpoint_of(theirs_sa, &theirs) || !endpoint_of(ours_sa, &ours))
        return MC_PEER_NOBODY;
    if (theirs.family == AF_INET) {
        proc_form(&theirs, false, local);
        proc_form(&ours, false, remote);
        enum mc_peer_answer answer = search("/proc/net/tcp", local, remote, uid);
        if (answer != MC_PEER_NOBODY)
            return answer;
    }
    /* Also IPv4: the client's socket may be an IPv6 one that is connected to a mapped address. */
    proc_form(&theirs, true, local);
    proc_form(&ours, true, remote);
    return search("/proc/net/tcp6", local, remote, uid);
}

/* ---- the answer ---- */

bool mc_peer_tcp_owner(int fd, uid_t *uid)
{
    struct sockaddr_storage theirs = {0}, ours = {0};
    socklen_t theirs_len = sizeof(theirs), ours_len = sizeof(ours);
    struct sockaddr *them = (struct sockaddr *)&theirs, *us = (struct sockaddr *)&ours;
    if (getpeername(fd, them, &theirs_len) < 0 || getsockname(fd, us, &ours_len) < 0)
        return false;
    enum mc_peer_answer answer = mc_peer_by_diag(them, us, uid);
    if (answer == MC_PEER_CANNOT_TELL)
        answer = mc_peer_by_proc(them, us, uid);
    return answer == MC_PEER_OWNED;
}

bool mc_peer_unix_owner(int fd, uid_t *uid, pid_t *pid)
{
    struct ucred cred;
    socklen_t len = sizeof(cred);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0 || len != sizeof(cred) ||
        cred.uid == (uid_t)-1)
        return false;
    *uid = cred.uid;
    *pid = cred.pid;
    return true;
}
