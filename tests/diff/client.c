/* What a client says. */
#include "tests/diff/object.h"

#include "base/alloc.h"

#include <stdio.h>

struct plan plan_of(uint64_t seed, uint64_t n, enum era server)
{
    struct plan p = {.seed = seed, .n = n, .server = server};
    struct rng r = rng_of(&p, RNG_PLAN);

    p.kind = rng_below(&r, 3) ? TOOL : (enum kind)rng_below(&r, KINDS);
    p.token = rng_below(&r, 2);
    p.notes = rng_below(&r, 3) ? 0 : 1 + rng_below(&r, GEN_NOTES_MAX);
    if (p.kind == TOOL && rng_below(&r, 6) == 0)
        p.asks = 1 + rng_below(&r, GEN_ASKS_MAX);
    p.news = rng_below(&r, 8) == 0;
    return p;
}

static void number_or_string(struct rng *r, const struct plan *p, const char *tag,
                             struct mc_buf *out)
{
    uint64_t big = rng_next(r) >> 8;

    switch (rng_below(r, 4)) {
    case 0:
        mc_buf_addf(out, "%llu", (unsigned long long)p->n);
        break;
    case 1:
        mc_buf_addf(out, "%s%llu%04llu", rng_below(r, 2) ? "-" : "", (unsigned long long)big,
                    (unsigned long long)p->n % 10000);
        break;
    case 2:
        mc_buf_addf(out, "\"%s%llu\"", tag, (unsigned long long)p->n);
        break;
    default:
        mc_buf_addf(out, "\"\\u00%02x \\/\xc3\xa9\\ud83d\\ude00%s%llu\"", 0x20 + rng_below(r, 0x5f),
                    tag, (unsigned long long)p->n);
    }
}

void gen_id(const struct plan *p, unsigned round, struct mc_buf *out)
{
    struct rng r = rng_of(p, RNG_ID);

    if (round)
        mc_buf_addf(out, "\"retry %u of %llu\"", round, (unsigned long long)p->n);
    else
        number_or_string(&r, p, "i", out);
}

void gen_token(const struct plan *p, struct mc_buf *out)
{
    struct rng r = rng_of(p, RNG_TOKEN);

    number_or_string(&r, p, "t", out);
}

const char *gen_method(enum kind kind)
{
    static const char *const methods[] = {[TOOL] = "tools/call",
                                          [PROMPT] = "prompts/get",
                                          [READ] = "resources/read",
                                          [COMPLETE_PROMPT] = "completion/complete",
                                          [COMPLETE_RESOURCE] = "completion/complete"};

    return methods[kind];
}

/* Each server has resources of a scheme of its own. */
static const char *scheme(const struct plan *p)
{
    return p->server == MODERN ? "new" : "old";
}

void gen_subject(const struct plan *p, const char *prefix, struct mc_buf *out)
{
    if (p->kind == TOOL)
        mc_buf_addf(out, "%ssay", prefix);
    else if (p->kind == PROMPT)
        mc_buf_addf(out, "%stell", prefix);
    else if (p->kind == READ)
        mc_buf_addf(out, "%s:///item/%llu", scheme(p), (unsigned long long)p->n);
}

/* A name as a JSON string, now and then with an escape that changes nothing. */
static void put_name(struct rng *r, const char *prefix, const char *name, struct msg *m)
{
    size_t at = m->b.len;

    if (rng_below(r, 4) == 0)
        mc_buf_addf(&m->b, "\"%s\\u%04x%s\"", prefix, (unsigned)name[0], name + 1);
    else
        mc_buf_addf(&m->b, "\"%s%s\"", prefix, name);
    obj_hole(m, HOLE_NAME, at);
}

static void put_ref(struct obj *params, const struct plan *p, const char *prefix)
{
    struct obj ref;

    obj_begin(&ref, params->r);
    if (p->kind == COMPLETE_PROMPT) {
        obj_member(&ref, "type", "\"ref/prompt\"");
        obj_key(&ref, "name");
        put_name(params->r, prefix, "tell", &ref.m);
    } else {
        obj_member(&ref, "type", "\"ref/resource\"");
        obj_key(&ref, "uri");
        mc_buf_addf(&ref.m.b, "\"%s:///item/{id}\"", scheme(p));
    }
    obj_next(&ref);
    obj_unknown(&ref, 1);
    obj_nest(&ref, "ref", false, params);
    obj_key(params, "argument");
    mc_buf_addz(&params->m.b, "{\"name\":\"id\",\"value\":");
    gen_string(params->r, &params->m.b);
    mc_buf_addc(&params->m.b, '}');
    obj_next(params);
}

static void put_subject(struct obj *params, const struct plan *p, const char *prefix)
{
    switch (p->kind) {
    case TOOL:
    case PROMPT:
        obj_key(params, "name");
        put_name(params->r, prefix, p->kind == TOOL ? "say" : "tell", &params->m);
        obj_next(params);
        break;
    case READ:
        obj_key(params, "uri");
        mc_buf_addf(&params->m.b,
                    rng_below(params->r, 3) ? "\"%s:///item/%llu\"" : "\"%s:\\/\\/\\/item/%llu\"",
                    scheme(p), (unsigned long long)p->n);
        obj_next(params);
        break;
    default:
        put_ref(params, p, prefix);
    }
}

static void put_arguments(struct obj *params, const struct plan *p)
{
    struct obj arguments;

    if (p->kind != TOOL && p->kind != PROMPT)
        return;
    obj_begin(&arguments, params->r);
    if (p->kind == TOOL) {
        obj_unknown(&arguments, 6);
    } else {
        obj_key(&arguments, "who");
        gen_string(params->r, &arguments.m.b);
        obj_next(&arguments);
    }
    obj_nest(&arguments, "arguments", true, params);
}

/* What both eras send, what this hop replaces, and what 2026-07-28 wants on each request. */
static void put_meta(struct obj *params, const struct plan *p, const struct request *r)
{
    struct mc_buf token = MC_BUF_INIT(1024);
    struct obj meta;

    obj_begin(&meta, params->r);
    obj_unknown(&meta, 3);
    gen_token(p, &token);
    if (p->token)
        obj_holey(&meta, "progressToken", HOLE_TOKEN, mc_buf_str(&token));
    if (r->era == MODERN) {
        obj_member(&meta, GEN_IO "protocolVersion", "\"2026-07-28\"");
        obj_member(&meta, GEN_IO "clientCapabilities",
                   "{\"sampling\":{}, \"elicitation\":{\"form\":{}},\"roots\":{},\"x\":[1e400]}");
        obj_member(&meta, GEN_IO "logLevel", "\"debug\"");
        if (rng_below(params->r, 4))
            obj_member(&meta, GEN_IO "clientInfo", r->client_info);
    }
    mc_buf_done(&token);
    bool crossing = r->era != p->server;
    if (!p->token && r->era == LEGACY && rng_below(params->r, 2)) {
        msg_done(&meta.m); /* a legacy request needs none */
        return;
    }
    obj_key(params, "_meta");
    size_t at = params->m.b.len;
    unsigned holes = params->m.n_holes;
    obj_finish(&meta, true, &params->m);
    if (crossing && !r->direct) {
        params->m.n_holes = holes; /* it is composed anew */
        obj_hole(&params->m, HOLE_META, at);
    }
    obj_next(params);
}

static bool has_hole(const struct msg *m, enum what what)
{
    for (unsigned i = 0; i < m->n_holes; i++)
        if (m->holes[i].what == what)
            return true;
    return false;
}

/* Behind the opening brace of params, a modern server gets what the client did not send. */
static void put_params(struct obj *params, const struct plan *p, const struct request *r,
                       struct obj *top)
{
    bool add = r->era == LEGACY && p->server == MODERN && !has_hole(&params->m, HOLE_META);
    struct msg text = {0};

    msg_clear(&text);
    obj_finish(params, true, &text);
    obj_key(top, "params");
    obj_copy(&text, 0, 1, &top->m);
    if (add)
        obj_hole(&top->m, HOLE_NO_META, top->m.b.len);
    obj_copy(&text, 1, text.b.len - 1, &top->m);
    obj_next(top);
    msg_done(&text);
}

static void one_line(struct mc_buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        if (b->data[i] == '\n' || b->data[i] == '\r')
            b->data[i] = ' ';
}

void gen_request(const struct plan *p, const struct request *q, struct msg *m)
{
    struct rng r = rng_of(p, RNG_REQUEST);
    struct mc_buf id = MC_BUF_INIT(1024);
    struct obj top, params;
    char number[32];

    msg_clear(m);
    obj_begin(&params, &r);
    put_subject(&params, p, q->prefix);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)p->n);
    obj_member(&params, "x-n", number);
    put_arguments(&params, p);
    obj_unknown(&params, 3);
    put_meta(&params, p, q);
    if (q->responses)
        obj_member(&params, "inputResponses", q->responses);
    if (q->state)
        obj_member(&params, "requestState", q->state);
    obj_begin(&top, &r);
    obj_member(&top, "jsonrpc", "\"2.0\"");
    gen_id(p, q->round, &id);
    obj_holey(&top, "id", HOLE_ID, mc_buf_str(&id));
    snprintf(number, sizeof(number), "\"%s\"", gen_method(p->kind));
    obj_member(&top, "method", number);
    put_params(&params, p, q, &top);
    obj_unknown(&top, 2);
    obj_finish(&top, true, m);
    if (q->direct)
        one_line(&m->b);
    mc_buf_done(&id);
}

void gen_response(const struct plan *p, unsigned i, struct mc_buf *out)
{
    struct rng r = rng_of(p, RNG_RESPONSE);
    struct obj result;
    struct msg m = {0};

    for (unsigned skip = 0; skip < i; skip++)
        rng_next(&r);
    msg_clear(&m);
    obj_begin(&result, &r);
    const char *method = gen_question_method(p, i);
    if (strcmp(method, "elicitation/create") == 0) {
        obj_member(&result, "action", "\"accept\"");
        obj_key(&result, "content");
        mc_buf_addz(&result.m.b, "{\"a\":");
        gen_string(&r, &result.m.b);
        mc_buf_addz(&result.m.b, ",\"n\":9007199254740993}");
        obj_next(&result);
    } else if (strcmp(method, "roots/list") == 0) {
        obj_member(&result, "roots", "[{\"uri\":\"file:\\/\\/\\/r\", \"x\":1e400}]");
    } else {
        obj_member(&result, "role", "\"assistant\"");
        obj_member(&result, "model", "\"m\"");
        obj_key(&result, "content");
        mc_buf_addz(&result.m.b, "{\"type\":\"text\",\"text\":");
        gen_string(&r, &result.m.b);
        mc_buf_addc(&result.m.b, '}');
        obj_next(&result);
    }
    obj_unknown(&result, 3);
    obj_finish(&result, false, &m);
    mc_buf_adds(out, mc_buf_str(&m.b));
    msg_done(&m);
}
