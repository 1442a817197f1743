/* The owner of the socket at the other end of a loopback TCP connection.
 *
 * Asks the kernel by NETLINK_SOCK_DIAG for the exact 4-tuple seen from the other side; /proc/net/tcp{,6} where that is missing. An inode of 0
 * means an orphaned socket: nobody's. */
#ifndef MC_HTTP_PEER_H
#define MC_HTTP_PEER_H

#include "base/fwd.h"
#include <sys/socket.h>
#include <sys/types.h>

/* fd: our accepted socket. true and *uid when the kernel names an owner with a live inode. */
bool mc_peer_tcp_owner(int fd, uid_t *uid);
/* SO_PEERCRED. */
bool mc_peer_unix_owner(int fd, uid_t *uid, pid_t *pid);
/* Who keeps this TCP port from being bound on the loopback interface? "node (pid 812)", else "user alice"; "an outgoing connection of …"
 * where it is no listener; NULL when it cannot be told. Caller frees. */
char *mc_peer_port_holder(unsigned port);

#endif
