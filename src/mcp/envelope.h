/* The envelope of one JSON-RPC message: found in one strict pass over its bytes, without a tree.
 *
 * Every member that routing, bridging or accounting needs is a *field*: the span of its value (strings with their quotes) and of its key.
 * All other members are validated and skipped; they pass through byte for byte. A field given twice, or spelt with escapes in its key, is refused:
 * otherwise two readers of the same bytes could see two different messages. Other duplicates are nobody's business and pass. */
#ifndef MC_MCP_ENVELOPE_H
#define MC_MCP_ENVELOPE_H

#include "base/fwd.h"
#include "base/str.h"
#include "mcp/methods.h"

/* Longest id of a client that is echoed, in bytes with its quotes (basic/index § Requests sets no bound). */
#define MC_ID_MAX 258

enum mc_field {
    MC_F_NONE,
    MC_F_JSONRPC,
    MC_F_ID,
    MC_F_METHOD,
    MC_F_PARAMS,
    MC_F_RESULT,
    MC_F_ERROR,
    /* params.* */
    MC_F_NAME,
    MC_F_URI,
    MC_F_ARGUMENTS,
    MC_F_CURSOR,
    MC_F_LEVEL,
    MC_F_REF,
    MC_F_REQUEST_ID,
    MC_F_P_TOKEN, /* params.progressToken of notifications/progress */
    MC_F_PROGRESS,
    MC_F_PROTOCOL_VERSION, /* initialize */
    MC_F_CAPABILITIES,
    MC_F_CLIENT_INFO,
    MC_F_NOTIFICATIONS, /* subscriptions/listen, and its acknowledgement */
    MC_F_INPUT_RESPONSES,
    MC_F_REQUEST_STATE,
    MC_F_TASK,    /* tools/call of 2025-11-25 */
    MC_F_TASK_ID, /* also of their notifications */
    MC_F_META,
    /* params._meta.* */
    MC_F_M_TOKEN,
    MC_F_M_VERSION,
    MC_F_M_CLIENT_INFO,
    MC_F_M_CAPABILITIES,
    MC_F_M_LOG_LEVEL,
    MC_F_M_SUBSCRIPTION,
    /* result.*, error.* */
    MC_F_RESULT_TYPE,
    MC_F_R_META,
    MC_F_R_TTL,
    MC_F_R_SCOPE,
    MC_F_R_IS_ERROR,
    MC_F_R_TASK,    /* CreateTaskResult of 2025-11-25 */
    MC_F_R_TASK_ID, /* a Task as the result */
    MC_F_E_CODE,
    MC_F_E_MESSAGE,
    MC_F_E_DATA,
    MC_F_MAX
};

enum mc_msg { MC_MSG_REQUEST, MC_MSG_NOTIFICATION, MC_MSG_RESULT, MC_MSG_ERROR };

struct mc_envelope {
    enum mc_msg kind;
    enum mc_method method;
    struct mc_str text; /* the message without surrounding white space */
    struct {
        struct mc_str key, val; /* p == NULL when absent */
    } f[MC_F_MAX];
};

/* 0, or the JSON-RPC code of the fault: -32700 (not JSON) or -32600 (JSON, but no message of ours), err says where and why. The id field is still set
 * when a proper id came before the fault, so that the error can be addressed. An array (a batch) is -32600 here. Spans point into bytes. */
int mc_envelope_scan(struct mc_str bytes, struct mc_envelope *e, struct mc_err *err);
static inline bool mc_env_has(const struct mc_envelope *e, enum mc_field f)
{
    return e->f[f].val.p != NULL;
}
static inline struct mc_str mc_env(const struct mc_envelope *e, enum mc_field f)
{
    return e->f[f].val;
}
/* Decoded string field into out (emptied first); false when absent or not a string. */
bool mc_env_string(const struct mc_envelope *e, enum mc_field f, struct mc_buf *out);

/* True when the first byte that is not white space opens an array: a JSON-RPC batch (2025-03-26 alone). */
bool mc_envelope_is_batch(struct mc_str bytes);

#endif
