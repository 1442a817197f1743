/* What a server says. */
#include "tests/diff/object.h"

#include "base/alloc.h"

#include <stdio.h>

static void put_message(struct obj *top, struct msg *m)
{
    obj_unknown(top, 2);
    obj_finish(top, false, m);
}

/* Progress, when it is wanted, and log messages. */
void gen_note(const struct plan *p, unsigned i, struct mc_str token, struct msg *m)
{
    static const char *const amounts[] = {"1", "2.50", "3e0"};
    struct rng r = rng_of(p, RNG_NOTE + i);
    bool progress = token.n > 0 && rng_below(&r, 2);
    struct obj top, params;

    msg_clear(m);
    obj_begin(&params, &r);
    if (progress) {
        obj_holey(&params, "progressToken", HOLE_TOKEN, token);
        obj_member(&params, "progress", amounts[i]);
        if (rng_below(&r, 2)) {
            obj_key(&params, "message");
            gen_string(&r, &params.m.b);
            obj_next(&params);
        }
    } else {
        obj_member(&params, "level", "\"info\"");
        obj_key(&params, "data");
        gen_value(&r, 0, &params.m.b);
        obj_next(&params);
    }
    obj_unknown(&params, 2);
    obj_begin(&top, &r);
    obj_member(&top, "jsonrpc", "\"2.0\"");
    obj_member(&top, "method",
               progress ? "\"notifications/progress\"" : "\"notifications/message\"");
    obj_nest(&params, "params", false, &top);
    put_message(&top, m);
}

void gen_news_uri(const struct plan *p, struct mc_buf *out)
{
    mc_buf_addf(out, "%s:///item/place-%u", p->server == MODERN ? "new" : "old",
                (unsigned)(p->n % GEN_PLACES));
}

void gen_news(const struct plan *p, struct mc_str subscription, struct msg *m)
{
    struct mc_buf uri = MC_BUF_INIT(4096);
    struct rng r = rng_of(p, RNG_NEWS);
    struct obj top, params, meta;

    msg_clear(m);
    gen_news_uri(p, &uri);
    obj_begin(&params, &r);
    obj_key(&params, "uri");
    mc_buf_addf(&params.m.b, "\"%s%s\"", uri.data, rng_below(&r, 2) ? "" : "\\/part?\\u0078");
    obj_next(&params);
    obj_unknown(&params, 2);
    if (subscription.n > 0 || rng_below(&r, 2)) {
        obj_begin(&meta, &r);
        obj_unknown(&meta, 2);
        if (subscription.n > 0)
            obj_holey(&meta, GEN_IO "subscriptionId", HOLE_SUBSCRIPTION, subscription);
        obj_nest(&meta, "_meta", false, &params);
    }
    obj_begin(&top, &r);
    obj_member(&top, "jsonrpc", "\"2.0\"");
    obj_member(&top, "method", "\"notifications/resources/updated\"");
    struct msg *text = &top.m;
    obj_key(&top, "params");
    size_t at = text->b.len;
    unsigned inner = text->n_holes++;
    obj_finish(&params, false, text);
    text->holes[inner] = (struct hole){HOLE_RESULT, at, text->b.len - at};
    obj_next(&top);
    put_message(&top, m);
    mc_buf_done(&uri);
}

static enum question question_of(const struct plan *p, unsigned i)
{
    struct rng r = rng_of(p, RNG_QUESTION + i);

    return (enum question)rng_below(&r, 3);
}

const char *gen_question_method(const struct plan *p, unsigned i)
{
    static const char *const methods[] = {
        [FORM] = "elicitation/create", [SAMPLE] = "sampling/createMessage", [ROOTS] = "roots/list"};

    return methods[question_of(p, i)];
}

void gen_question_params(const struct plan *p, unsigned i, struct mc_buf *out)
{
    struct rng r = rng_of(p, RNG_QUESTION + i);
    struct obj params;
    struct msg m = {0};

    msg_clear(&m);
    obj_begin(&params, &r);
    switch ((enum question)rng_below(&r, 3)) {
    case FORM:
        obj_key(&params, "message");
        gen_string(&r, &params.m.b);
        obj_next(&params);
        obj_member(&params, "requestedSchema",
                   "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"default\":"
                   "\"\\ud800\"},"
                   "\"n\":{\"type\":\"integer\", \"maximum\":1e400}}}");
        if (rng_below(&r, 2))
            obj_member(&params, "mode", "\"form\"");
        break;
    case SAMPLE:
        obj_key(&params, "messages");
        mc_buf_addz(&params.m.b, "[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":");
        gen_string(&r, &params.m.b);
        mc_buf_addz(&params.m.b, "}}]");
        obj_next(&params);
        obj_member(&params, "maxTokens", "100");
        break;
    case ROOTS:
        break;
    }
    obj_unknown(&params, 3);
    obj_finish(&params, false, &m);
    mc_buf_adds(out, mc_buf_str(&m.b));
    msg_done(&m);
}

void gen_question_id(const struct plan *p, unsigned i, struct mc_buf *out)
{
    struct rng r = rng_of(p, RNG_QUESTION + i);

    if (rng_next(&r) & 1)
        mc_buf_addf(out, "%llu", (unsigned long long)(p->n * GEN_ASKS_MAX + i));
    else
        mc_buf_addf(out, "\"\\u0071-%llu-%u\\/\"", (unsigned long long)p->n, i);
}

void gen_question(const struct plan *p, unsigned i, struct msg *m)
{
    struct mc_buf id = MC_BUF_INIT(1024);
    struct rng r = rng_of(p, RNG_QUESTION + i);
    struct obj top;

    msg_clear(m);
    obj_begin(&top, &r);
    obj_member(&top, "jsonrpc", "\"2.0\"");
    gen_question_id(p, i, &id);
    obj_holey(&top, "id", HOLE_ID, mc_buf_str(&id));
    obj_key(&top, "method");
    mc_buf_addf(&top.m.b, "\"%s\"", gen_question_method(p, i));
    obj_next(&top);
    obj_key(&top, "params");
    gen_question_params(p, i, &top.m.b);
    obj_next(&top);
    put_message(&top, m);
    mc_buf_done(&id);
}

void gen_question_key(const struct plan *p, unsigned i, struct mc_buf *out)
{
    static const char *const keys[] = {"\"q\"", "\"a \\\"b\\\"\"", "\"\\u00e9\\/\"",
                                       "\"\xe6\xbc\xa2\""};
    struct rng r = rng_of(p, RNG_STATE);

    mc_buf_addz(out, keys[(rng_next(&r) + i) % MC_ARRAY_LEN(keys)]);
}

void gen_state(const struct plan *p, struct mc_buf *out)
{
    struct rng r = rng_of(p, RNG_STATE);

    mc_buf_addf(out, "\"s%llu", (unsigned long long)p->n);
    struct mc_buf odd = MC_BUF_INIT(GEN_MESSAGE_MAX);
    gen_string(&r, &odd);
    mc_buf_add(out, odd.data + 1, odd.len - 1);
    mc_buf_done(&odd);
}

static void wrap(struct obj *result, const char *name, struct mc_str id, struct rng *r,
                 struct msg *m)
{
    struct obj top;

    obj_begin(&top, r);
    obj_member(&top, "jsonrpc", "\"2.0\"");
    obj_holey(&top, "id", HOLE_ID, id);
    obj_key(&top, name);
    struct msg *text = &top.m;
    size_t at = text->b.len;
    unsigned inner = text->n_holes++; /* of the result, in front of those in it */
    obj_finish(result, false, text);
    text->holes[inner] = (struct hole){HOLE_RESULT, at, text->b.len - at};
    obj_next(&top);
    put_message(&top, m);
}

static void put_result_meta(struct obj *result, const struct plan *p)
{
    struct obj meta;

    if (p->server == LEGACY && rng_below(result->r, 2))
        return;
    obj_begin(&meta, result->r);
    obj_unknown(&meta, 2);
    if (p->server == MODERN)
        obj_member(&meta, GEN_IO "serverInfo", "{\"name\":\"mirror\",  \"version\":\"1\"}");
    obj_nest(&meta, "_meta", false, result);
}

void gen_interim(const struct plan *p, struct mc_str id, struct msg *m)
{
    struct rng r = rng_of(p, RNG_INTERIM);
    struct obj result;

    msg_clear(m);
    obj_begin(&result, &r);
    obj_member(&result, "resultType", "\"input_required\"");
    put_result_meta(&result, p);
    obj_key(&result, "inputRequests");
    mc_buf_addc(&result.m.b, '{');
    for (unsigned i = 0; i < p->asks; i++) {
        if (i)
            mc_buf_addc(&result.m.b, ',');
        gen_question_key(p, i, &result.m.b);
        mc_buf_addf(&result.m.b, ": {\"method\":\"%s\", \"params\":", gen_question_method(p, i));
        gen_question_params(p, i, &result.m.b);
        mc_buf_addc(&result.m.b, '}');
    }
    mc_buf_addc(&result.m.b, '}');
    obj_next(&result);
    obj_key(&result, "requestState");
    gen_state(p, &result.m.b);
    obj_next(&result);
    obj_unknown(&result, 2);
    wrap(&result, "result", id, &r, m);
}

static void put_error(struct obj *error)
{
    static const char *const codes[] = {"-32603", "-32000", "-31999", "5", "-1", "-32602"};

    obj_member(error, "code", codes[rng_below(error->r, MC_ARRAY_LEN(codes))]);
    obj_key(error, "message");
    gen_string(error->r, &error->m.b);
    obj_next(error);
    if (rng_below(error->r, 2)) {
        obj_key(error, "data");
        gen_value(error->r, 4, &error->m.b); /* no object: a URI in it would mean something */
        obj_next(error);
    }
    obj_unknown(error, 2);
}

static void put_body(struct obj *result, const struct plan *p)
{
    static const char *const names[] = {[TOOL] = "content",
                                        [PROMPT] = "messages",
                                        [READ] = "contents",
                                        [COMPLETE_PROMPT] = "completion",
                                        [COMPLETE_RESOURCE] = "completion"};
    bool list = p->kind == TOOL || p->kind == PROMPT || p->kind == READ;
    static const char *const open[] = {
        [TOOL] = "[{\"type\":\"text\",\"text\":",
        [PROMPT] = "[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":",
        [READ] = "[{\"uri\":\"x:\\/y\",\"text\":",
        [COMPLETE_PROMPT] = "{\"values\":[",
        [COMPLETE_RESOURCE] = "{\"values\":["};

    obj_key(result, names[p->kind]);
    mc_buf_addz(&result->m.b, open[p->kind]);
    gen_string(result->r, &result->m.b);
    mc_buf_addz(&result->m.b, !list ? "], \"total\":1.0e0}" : p->kind == PROMPT ? "}}]" : "}]");
    obj_next(result);
    if (p->kind == TOOL && rng_below(result->r, 2)) {
        struct mc_buf value = MC_BUF_INIT(GEN_MESSAGE_MAX);
        gen_value(result->r, 0, &value);
        obj_holey(result, "structuredContent", HOLE_STRUCTURED, mc_buf_str(&value));
        mc_buf_done(&value);
    }
    if (p->kind == TOOL && rng_below(result->r, 4) == 0)
        obj_member(result, "isError", "true");
}

void gen_answer(const struct plan *p, struct mc_str id, struct msg *m)
{
    struct rng r = rng_of(p, RNG_ANSWER);
    bool error = rng_below(&r, 5) == 0;
    struct obj result;

    msg_clear(m);
    obj_begin(&result, &r);
    if (error) {
        put_error(&result);
    } else {
        put_body(&result, p);
        put_result_meta(&result, p);
        if (p->server == MODERN)
            obj_member(&result, "resultType", "\"complete\"");
        if (p->server == MODERN && p->kind == READ) {
            obj_member(&result, "ttlMs", "1500");
            obj_member(&result, "cacheScope", "\"public\"");
        }
        obj_unknown(&result, 3);
    }
    wrap(&result, error ? "error" : "result", id, &r, m);
}
