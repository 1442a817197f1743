/* What the hub answers itself: the handshake, discovery, lists, the log level. */
#include "config.h"

#include "base/buf.h"
#include "hub/instances.h"
#include "hub/telling.h"
#include "json/scan.h"
#include "mcp/rpc.h"
#include <stdio.h>

#define ANSWER_MAX (300u << 20)

static void answer_result(struct exchange *x, const struct mc_envelope *e, struct mc_buf *result)
{
    struct mc_buf out = MC_BUF_INIT(ANSWER_MAX);

    if (result->failed || mc_rpc_result(&out, mc_env(e, MC_F_ID), mc_buf_str(result)))
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INTERNAL, "the answer is too large",
                       MC_STR_NONE, 0);
    else
        exchange_answer(x, mc_buf_str(&out), 0);
    mc_buf_done(&out);
    mc_buf_done(result);
}

/* Tools, resources and prompts are always there: servers come and go while a client's view of our capabilities is frozen. */
static void add_capabilities(struct view *v, enum mc_rev rev, struct mc_buf *out)
{
    struct mc_buf extensions = MC_BUF_INIT(1u << 20);
    enum mc_era era = mc_rev_era(rev);
    unsigned caps = view_caps(v);

    mc_buf_addf(out,
                "{\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},"
                "\"resources\":{\"listChanged\":true%s}",
                caps & MC_CAP_SUBSCRIBE ? ",\"subscribe\":true" : "");
    if (caps & MC_CAP_COMPLETIONS)
        mc_buf_adds(out, MC_STR(",\"completions\":{}"));
    if (era == MC_ERA_LEGACY || caps & MC_CAP_LOGGING)
        mc_buf_adds(out, MC_STR(",\"logging\":{}"));
    if (rev == MC_REV_2025_11_25 && caps & MC_CAP_TASKS)
        mc_buf_addf(out, ",\"tasks\":{\"list\":{}%s,\"requests\":{\"tools\":{\"call\":{}}}}",
                    caps & MC_CAP_TASKS_CANCEL ? ",\"cancel\":{}" : "");
    view_extensions(v, era, &extensions);
    if (extensions.len > 0) {
        mc_buf_adds(out, MC_STR(",\"extensions\":"));
        mc_buf_adds(out, mc_buf_str(&extensions));
    }
    mc_buf_done(&extensions);
    mc_buf_addc(out, '}');
}

static void add_instructions(struct view *v, struct mc_buf *out)
{
    struct mc_buf text = MC_BUF_INIT(1u << 20);

    view_instructions(v, &text);
    if (text.len > 0) {
        mc_buf_adds(out, MC_STR(",\"instructions\":"));
        mc_buf_adds(out, mc_buf_str(&text));
    }
    mc_buf_done(&text);
}

void answer_initialize(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf result = MC_BUF_INIT(2u << 20);
    struct mc_principal who = {.kind = MC_PRINCIPAL_USER};

    x->open++;
    if (mc_env(e, MC_F_PROTOCOL_VERSION).n < 2 || mc_env(e, MC_F_PROTOCOL_VERSION).p[0] != '"') {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INVALID_PARAMS,
                       "params.protocolVersion must be a string", MC_STR_NONE, 400);
        return;
    }
    memcpy(who.id, x->who, sizeof(who.id));
    struct session *s = x->session ? x->session : session_new(x->hub, x->view, &who);
    if (!s) {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INTERNAL,
                       "the hub has too many sessions; end some, or try again later", MC_STR_NONE,
                       503);
        return;
    }
    session_initialize(s, e);
    snprintf(x->headers, sizeof(x->headers), "Mcp-Session-Id: %s\r\n", s->id);
    mc_buf_addf(&result, "{\"protocolVersion\":\"%s\",\"capabilities\":", mc_rev_name(s->rev));
    add_capabilities(x->view, s->rev, &result);
    mc_buf_adds(&result, MC_STR(",\"serverInfo\":{\"name\":\"mcpctl\",\"title\":\"mcpctl "
                                "hub\",\"version\":\"" PACKAGE_VERSION "\"}"));
    add_instructions(x->view, &result);
    mc_buf_addc(&result, '}');
    answer_result(x, e, &result);
}

void answer_discover(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf result = MC_BUF_INIT(2u << 20);

    mc_buf_addf(&result, "{\"supportedVersions\":[\"%s\"],\"capabilities\":",
                mc_rev_name(MC_REV_MODERN_LATEST));
    add_capabilities(x->view, x->rev, &result);
    add_instructions(x->view, &result);
    bridge_close_result(MC_ERA_MODERN, true, &result);
    answer_result(x, e, &result);
}

bool answer_list(struct exchange *x, const struct mc_envelope *e, enum mc_kind kind, bool last)
{
    struct mc_buf result = MC_BUF_INIT(ANSWER_MAX);

    if (!last)
        return false;
    /* lists are one page; so no cursor was ever given out */
    if (mc_env_has(e, MC_F_CURSOR)) {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INVALID_PARAMS,
                       "params.cursor: not a cursor of this list", MC_STR_NONE, 0);
        return true;
    }
    mc_buf_adds(&result, view_list(x->view, kind, x->era));
    bridge_close_result(x->era, true, &result);
    answer_result(x, e, &result);
    return true;
}

void answer_set_level(struct exchange *x, const struct mc_envelope *e)
{
    struct mc_buf result = MC_BUF_INIT(64);
    int level = level_index(mc_env(e, MC_F_LEVEL));

    if (level < 0 || !x->session) {
        exchange_error(x, mc_env(e, MC_F_ID), MC_RPC_INVALID_PARAMS,
                       "params.level must be one of debug, info, notice, warning, error, critical, "
                       "alert, emergency",
                       MC_STR_NONE, 0);
        return;
    }
    x->session->level = level;
    session_save(x->session);
    struct server *srv;
    for (size_t i = 0; (srv = view_server(x->view, i)); i++) {
        struct mc_backend *b = instances_running(x->session, srv->backend);
        if (b)
            notify_levels(x->hub, b);
    }
    mc_buf_adds(&result, MC_STR("{}"));
    answer_result(x, e, &result);
}
