/* -32042 (2025-11-25 client/elicitation § URL Elicitation Required Errors): instead of a result a legacy server names URLs that the user has to open
 * first. Who knows that error gets it; a modern client is asked in its result, and its retry is the same call once more: nothing is open at the server
 * meanwhile, so that no requestState is needed. Everybody else is told what to open in words. */
#include "base/buf.h"
#include "hub/asking.h"
#include "json/scan.h"
#include "mcp/rpc.h"
#include <stdio.h>

#define TEXT_MAX (1u << 20)

static struct mc_jval elicitations(const struct mc_envelope *e)
{
    return mc_jget(mc_jval_of(mc_env(e, MC_F_E_DATA)), "elicitations");
}

static bool has_url(struct mc_jval elicitation)
{
    return mc_jget(elicitation, "url").type == MC_JSON_STRING;
}

bool openurl_required(const struct call *c, const struct mc_envelope *e)
{
    struct mc_jiter it;
    struct mc_jval v;
    int64_t code;

    if (e->kind != MC_MSG_ERROR || !call_may_ask(c) ||
        mc_rev_era(mc_backend_rev(c->backend)) != MC_ERA_LEGACY ||
        !mc_jint(mc_jval_of(mc_env(e, MC_F_E_CODE)), &code) || code != MC_RPC_URL_ELICITATION ||
        elicitations(e).type != MC_JSON_ARRAY || !mc_jiter_init(&it, elicitations(e)))
        return false;
    while (mc_jiter_next(&it, NULL, &v))
        if (has_url(v))
            return true;
    return false;
}

/* ---- clients that know the error ---- */

static bool knows(const struct session *s)
{
    return s->rev >= MC_REV_2025_11_25 && s->caps & CLIENT_ELICIT_URL;
}

static void remember(struct session *s, struct mc_backend *b, const struct mc_envelope *e)
{
    struct mc_jiter it;
    struct mc_jval v;

    mc_jiter_init(&it, elicitations(e));
    while (mc_jiter_next(&it, NULL, &v))
        elicitation_remember(s, b, mc_jget(v, "elicitationId"));
}

/* ---- modern clients ---- */

/* Has this request brought a no to what the server insists on? */
static bool declined(const struct call *c)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval v, responses = mc_jval_of(mc_env(&c->e, MC_F_INPUT_RESPONSES));

    if (responses.type != MC_JSON_OBJECT || !mc_jiter_init(&it, responses))
        return false;
    while (mc_jiter_next(&it, &key, &v)) {
        struct mc_jval action = mc_jget(v, "action");
        if (action.type == MC_JSON_STRING && !mc_jstr_eq(action.s, MC_STR("accept")))
            return true;
    }
    return false;
}

static void add_questions(const struct mc_envelope *e, struct mc_buf *out)
{
    struct mc_jiter it;
    struct mc_jval v;
    unsigned n = 0;

    mc_buf_adds(out, MC_STR("{\"inputRequests\":{"));
    mc_jiter_init(&it, elicitations(e));
    while (mc_jiter_next(&it, NULL, &v)) {
        struct mc_jval message = mc_jget(v, "message");
        if (!has_url(v) || n >= HUB_ASKS_MAX)
            continue;
        mc_buf_addf(out, "%s\"url-%u\":{\"method\":\"elicitation/create\",\"params\":{",
                    n ? "," : "", n + 1);
        mc_buf_adds(out, MC_STR("\"mode\":\"url\",\"message\":"));
        mc_buf_adds(out, message.type == MC_JSON_STRING ? message.s : MC_STR("\"\""));
        mc_buf_adds(out, MC_STR(",\"url\":"));
        mc_buf_adds(out, mc_jget(v, "url").s);
        mc_buf_adds(out, MC_STR("}}"));
        n++;
    }
    mc_buf_addc(out, '}');
    bridge_close_interim(out);
}

/* ---- everybody else ---- */

static void add_words(const struct mc_envelope *e, struct mc_buf *out)
{
    struct mc_jiter it;
    struct mc_jval v;

    mc_env_string(e, MC_F_E_MESSAGE, out);
    mc_jiter_init(&it, elicitations(e));
    while (mc_jiter_next(&it, NULL, &v)) {
        struct mc_jval message = mc_jget(v, "message");
        if (!has_url(v))
            continue;
        mc_buf_adds(out, MC_STR("\n"));
        if (message.type == MC_JSON_STRING) {
            mc_jstr_decode(message.s, out);
            mc_buf_adds(out, MC_STR(": "));
        }
        mc_jstr_decode(mc_jget(v, "url").s, out);
    }
}

/* A tool's error is what a model can read; other requests have none but the protocol's. */
static void answer_in_words(const struct call *c, const struct mc_envelope *e, struct mc_buf *out)
{
    struct mc_buf words = MC_BUF_INIT(TEXT_MAX), result = MC_BUF_INIT(7u * TEXT_MAX);

    add_words(e, &words);
    if (c->e.method == MC_METHOD_TOOLS_CALL) {
        mc_buf_adds(&result, MC_STR("{\"content\":[{\"type\":\"text\",\"text\":"));
        mc_jstr_quote(mc_buf_str(&words), &result);
        mc_buf_adds(&result, MC_STR("}],\"isError\":true"));
        bridge_close_result(c->x->era, false, &result);
        mc_rpc_result(out, mc_env(&c->e, MC_F_ID), mc_buf_str(&result));
    } else {
        mc_rpc_error(out, mc_env(&c->e, MC_F_ID), MC_RPC_INTERNAL, words.data, MC_STR_NONE);
    }
    mc_buf_done(&result);
    mc_buf_done(&words);
}

bool openurl_answer(struct call *c, const struct mc_envelope *e, struct mc_buf *out)
{
    struct mc_buf result = MC_BUF_INIT(7u * TEXT_MAX);

    if (c->x->session && knows(c->x->session)) {
        remember(c->x->session, c->backend, e);
        return false;
    }
    if (c->x->era == MC_ERA_MODERN && !(c->x->caps & CLIENT_ELICIT_URL)) {
        c->lacks |= CLIENT_ELICIT_URL;
        return false;
    }
    if (c->x->session || declined(c)) {
        answer_in_words(c, e, out);
    } else {
        add_questions(e, &result);
        mc_rpc_result(out, mc_env(&c->e, MC_F_ID), mc_buf_str(&result));
    }
    mc_buf_done(&result);
    return true;
}
