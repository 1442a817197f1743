/* One error convention.
 *
 * A fallible function returns 0 (or a count) on success and a negative -MC_E_* on failure; its last parameter
 * is a `struct mc_err *err` (may be NULL), untouched on success and filled on failure. It is written as one
 * expression:   return mc_err_set(err, MC_E_CONFIG, "…");
 * Lower folders never print and never exit; cli/ and hub/ report each failure once.
 *
 * The table in err.c maps a code to its slug (the stable interface for scripts), the exit status
 * (DESIGN: 0 fine, 1 tool or server said no, 2 usage, 3 config, 4 cannot reach, 5 denied, 6 timeout,
 * 7 the server broke the protocol, 8 would change or conflict) and the JSON-RPC code. */
#ifndef MC_BASE_ERR_H
#define MC_BASE_ERR_H

#include "base/fwd.h"

enum mc_code {
    MC_OK = 0,
    MC_E_FAILED,      /* the tool or server said no             exit 1 */
    MC_E_USAGE,       /* wrong command line                     exit 2 */
    MC_E_CONFIG,      /* a config file or value is wrong        exit 3 */
    MC_E_UNREACHABLE, /* hub or server cannot be reached        exit 4 */
    MC_E_DENIED,      /* trust, policy, authentication          exit 5 */
    MC_E_TIMEOUT,     /*                                        exit 6 */
    MC_E_PROTOCOL,    /* a peer broke MCP, JSON-RPC or HTTP     exit 7 */
    MC_E_CONFLICT,    /* would change, or changed meanwhile     exit 8 */
    MC_E_SYSTEM,      /* a system call failed                   exit 1 */
    MC_E_TOO_BIG,     /* a named bound was reached              exit 1 */
    MC_E_NOT_FOUND,   /* no such thing                          exit 1 */
    MC_E_MAX
};

/* Messages are cut at this many bytes, at a UTF-8 boundary. */
#define MC_ERR_MSG_MAX 1024

struct mc_err {
    enum mc_code code;
    int sys_errno; /* 0 when no system call was at fault */
    char msg[MC_ERR_MSG_MAX];
};

/* Fill and return -code. mc_err_sys appends ": strerror(errno_value)". mc_err_wrap puts a
 * prefix and ": " before an error that is already set, and returns ret. */
int mc_err_set(struct mc_err *err, enum mc_code code, const char *fmt, ...) MC_PRINTF(3, 4);
int mc_err_sys(struct mc_err *err, int errno_value, const char *fmt, ...) MC_PRINTF(3, 4);
int mc_err_wrap(struct mc_err *err, int ret, const char *fmt, ...) MC_PRINTF(3, 4);
#ifdef __clang_analyzer__ /* it cannot see that these never return 0, and would follow paths that there are not */
#define mc_err_set(...) ((mc_err_set)(__VA_ARGS__), -1)
#define mc_err_sys(...) ((mc_err_sys)(__VA_ARGS__), -1)
#define mc_err_wrap(...) ((mc_err_wrap)(__VA_ARGS__), -1)
#endif

const char *mc_code_slug(enum mc_code code);   /* "unreachable" */
int mc_code_exit(enum mc_code code);           /* process exit status */
int mc_code_jsonrpc(enum mc_code code);        /* JSON-RPC error code */
const char *mc_exit_help(int exit_status);     /* one line for man pages, NULL if the status is not ours */

/* A bug in mcpctl itself: prints file, line and condition, aborts; active in every build. */
#define MC_ASSERT(cond) ((cond) ? (void)0 : mc_assert_failed(#cond, __FILE__, __LINE__))
void mc_assert_failed(const char *cond, const char *file, int line) MC_NORETURN;

#endif
