/* JSON-RPC messages that the hub writes itself, and the error codes of all revisions. */
#ifndef MC_MCP_RPC_H
#define MC_MCP_RPC_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"

enum {
    MC_RPC_PARSE = -32700,
    MC_RPC_INVALID_REQUEST = -32600,
    MC_RPC_METHOD_NOT_FOUND = -32601,
    MC_RPC_INVALID_PARAMS = -32602,
    MC_RPC_INTERNAL = -32603,
    MC_RPC_RESOURCE_NOT_FOUND = -32002,  /* legacy only */
    MC_RPC_URL_ELICITATION = -32042,     /* 2025-11-25 only */
    MC_RPC_HEADER_MISMATCH = -32020,     /* modern */
    MC_RPC_MISSING_CAPABILITY = -32021,  /* modern */
    MC_RPC_UNSUPPORTED_VERSION = -32022, /* modern */
};

/* Appends {"jsonrpc":"2.0","id":ID,"error":{"code":…,"message":…[,"data":DATA]}}. id: raw span, empty leaves the member out. data: raw JSON or empty. */
int mc_rpc_error(struct mc_buf *out, struct mc_str id, int code, const char *message,
                 struct mc_str data);
/* Appends {"jsonrpc":"2.0","id":ID,"result":RESULT}. */
int mc_rpc_result(struct mc_buf *out, struct mc_str id, struct mc_str result);
/* Appends {"jsonrpc":"2.0","method":METHOD[,"params":PARAMS]}. */
int mc_rpc_notification(struct mc_buf *out, const char *method, struct mc_str params);

#endif
