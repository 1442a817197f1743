#include "base/err.h"
#include "base/rotlog.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* JSON-RPC: -32602 for what the caller got wrong, -32603 for what went wrong here, -32000 for the rest: MCP keeps
 * -32020 to -32099 for itself, and clients read the text. */
static const struct {
    const char *slug;
    int exit_status;
    int jsonrpc;
} codes[MC_E_MAX] = {
    [MC_OK] = {"ok", 0, 0},
    [MC_E_FAILED] = {"failed", 1, -32603},
    [MC_E_USAGE] = {"usage", 2, -32602},
    [MC_E_CONFIG] = {"config", 3, -32603},
    [MC_E_UNREACHABLE] = {"unreachable", 4, -32000},
    [MC_E_DENIED] = {"denied", 5, -32000},
    [MC_E_TIMEOUT] = {"timeout", 6, -32000},
    [MC_E_PROTOCOL] = {"protocol", 7, -32600},
    [MC_E_CONFLICT] = {"conflict", 8, -32000},
    [MC_E_SYSTEM] = {"system", 1, -32603},
    [MC_E_TOO_BIG] = {"too-big", 1, -32600},
    [MC_E_NOT_FOUND] = {"not-found", 1, -32602},
};

static const char *const exits[] = {
    "Fine.",
    "The tool or server said no, or a system call failed.",
    "The command line was wrong.",
    "A configuration file or value is wrong.",
    "The hub or a server cannot be reached.",
    "Denied by trust or policy, or authentication is needed.",
    "Timed out.",
    "The server broke the protocol.",
    "Would change something, or something changed meanwhile.",
};

static void format(char msg[MC_ERR_MSG_MAX], size_t used, const char *fmt, va_list ap)
    MC_PRINTF(3, 0);

/* Formats behind `used` bytes of `msg`; a cut leaves whole characters. */
static void format(char msg[MC_ERR_MSG_MAX], size_t used, const char *fmt, va_list ap)
{
    int n = vsnprintf(msg + used, MC_ERR_MSG_MAX - used, fmt, ap);
    if (n < 0 || (size_t)n < MC_ERR_MSG_MAX - used)
        return;
    size_t end = MC_ERR_MSG_MAX - 1;
    size_t start = end;
    while (start > 0 && end - start < 3 && ((unsigned char)msg[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)msg[start - 1] >= 0xc0 &&
        mc_utf8_len(msg + start - 1, end - start + 1) == 0)
        msg[start - 1] = '\0';
}

static void fill(struct mc_err *err, enum mc_code code, int sys_errno, const char *msg)
{
    err->code = code;
    err->sys_errno = sys_errno;
    memcpy(err->msg, msg, strlen(msg) + 1);
}

/* Each formats into a local first: an argument may be the err's own text. */
int (mc_err_set)(struct mc_err *err, enum mc_code code, const char *fmt, ...)
{
    if (err) {
        char msg[MC_ERR_MSG_MAX];
        va_list ap;
        va_start(ap, fmt);
        format(msg, 0, fmt, ap);
        va_end(ap);
        fill(err, code, 0, msg);
    }
    return -(int)code;
}

static void append(char msg[MC_ERR_MSG_MAX], const char *fmt, ...) MC_PRINTF(2, 3);
static void append(char msg[MC_ERR_MSG_MAX], const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    format(msg, strlen(msg), fmt, ap);
    va_end(ap);
}

int (mc_err_sys)(struct mc_err *err, int errno_value, const char *fmt, ...)
{
    if (err) {
        char msg[MC_ERR_MSG_MAX];
        va_list ap;
        va_start(ap, fmt);
        format(msg, 0, fmt, ap);
        va_end(ap);
        append(msg, ": %s", strerror(errno_value));
        fill(err, MC_E_SYSTEM, errno_value, msg);
    }
    return -MC_E_SYSTEM;
}

int (mc_err_wrap)(struct mc_err *err, int ret, const char *fmt, ...)
{
    if (err) {
        char msg[MC_ERR_MSG_MAX];
        va_list ap;
        va_start(ap, fmt);
        format(msg, 0, fmt, ap);
        va_end(ap);
        append(msg, ": %s", err->msg);
        fill(err, err->code, err->sys_errno, msg);
    }
    return ret;
}

static enum mc_code known(enum mc_code code)
{
    return (unsigned)code < MC_E_MAX ? code : MC_E_FAILED;
}

const char *mc_code_slug(enum mc_code code)
{
    return codes[known(code)].slug;
}

int mc_code_exit(enum mc_code code)
{
    return codes[known(code)].exit_status;
}

int mc_code_jsonrpc(enum mc_code code)
{
    return codes[known(code)].jsonrpc;
}

const char *mc_exit_help(int exit_status)
{
    return exit_status >= 0 && (size_t)exit_status < MC_ARRAY_LEN(exits) ? exits[exit_status] : NULL;
}

void mc_assert_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "mcpctl: bug at %s:%d: %s does not hold\n", file, line, cond);
    mc_rotlog_flush(200); /* what was said before it */
    abort();
}
