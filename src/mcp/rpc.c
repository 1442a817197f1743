#include "mcp/rpc.h"
#include "json/scan.h"

static void open_message(struct mc_buf *out, struct mc_str id)
{
    mc_buf_adds(out, MC_STR("{\"jsonrpc\":\"2.0\","));
    if (id.n > 0) {
        mc_buf_adds(out, MC_STR("\"id\":"));
        mc_buf_adds(out, id);
        mc_buf_addc(out, ',');
    }
}

int mc_rpc_error(struct mc_buf *out, struct mc_str id, int code, const char *message,
                 struct mc_str data)
{
    open_message(out, id);
    mc_buf_addf(out, "\"error\":{\"code\":%d,\"message\":", code);
    mc_jstr_quote(mc_str_of(message), out);
    if (data.n > 0) {
        mc_buf_adds(out, MC_STR(",\"data\":"));
        mc_buf_adds(out, data);
    }
    return mc_buf_adds(out, MC_STR("}}"));
}

int mc_rpc_result(struct mc_buf *out, struct mc_str id, struct mc_str result)
{
    open_message(out, id);
    mc_buf_adds(out, MC_STR("\"result\":"));
    mc_buf_adds(out, result);
    return mc_buf_addc(out, '}');
}

int mc_rpc_notification(struct mc_buf *out, const char *method, struct mc_str params)
{
    open_message(out, MC_STR_NONE);
    mc_buf_addf(out, "\"method\":\"%s\"", method);
    if (params.n > 0) {
        mc_buf_adds(out, MC_STR(",\"params\":"));
        mc_buf_adds(out, params);
    }
    return mc_buf_addc(out, '}');
}
