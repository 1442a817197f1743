/* Results of servers, where the client's revision has them narrower than the server's: structured output of any type, and too many completions. */
#include "base/buf.h"
#include "hub/asking.h"
#include "json/scan.h"
#include "json/splice.h"

#define COMPLETIONS_MAX 100 /* server/utilities/completion § Response */

/* ---- structured output: an object in the legacy revisions, any JSON in 2026-07-28 ---- */

static bool has_text(struct mc_jval content)
{
    struct mc_jiter it;
    struct mc_jval v;

    if (content.type != MC_JSON_ARRAY || !mc_jiter_init(&it, content))
        return false;
    while (mc_jiter_next(&it, NULL, &v)) {
        struct mc_jval type = mc_jget(v, "type");
        if (type.type == MC_JSON_STRING && mc_jstr_eq(type.s, MC_STR("text")))
            return true;
    }
    return false;
}

/* What a client that knows no structured output reads instead. */
static void add_text(struct mc_str result, struct mc_str value, struct mc_splice *sp,
                     struct mc_buf *text)
{
    struct mc_jval content = mc_jget(mc_jval_of(result), "content"), first;
    struct mc_jiter it;
    bool array = content.type == MC_JSON_ARRAY;
    bool more = array && mc_jiter_init(&it, content) && mc_jiter_next(&it, NULL, &first);

    if (!array && content.type != MC_JSON_NONE)
        return;
    mc_buf_adds(text, array ? MC_STR("") : MC_STR("\"content\":["));
    mc_buf_adds(text, MC_STR("{\"type\":\"text\",\"text\":"));
    mc_jstr_quote(value, text);
    mc_buf_adds(text, array ? more ? MC_STR("},") : MC_STR("}") : MC_STR("}],"));
    if (!text->failed)
        mc_splice_put(sp, (struct mc_str){array ? content.s.p + 1 : result.p + 1, 0},
                      mc_buf_str(text));
}

static void fit_structured(const struct call *c, struct mc_str result, struct mc_splice *sp,
                           struct mc_buf *text)
{
    struct mc_jval value = mc_jget(mc_jval_of(result), "structuredContent");

    if (value.type == MC_JSON_NONE || (value.type == MC_JSON_OBJECT && !c->wrapped))
        return;
    if (value.type != MC_JSON_OBJECT && !has_text(mc_jget(mc_jval_of(result), "content")))
        add_text(result, value.s, sp, text);
    mc_splice_put(sp, (struct mc_str){value.s.p, 0}, MC_STR("{\"result\":"));
    mc_splice_put(sp, (struct mc_str){value.s.p + value.s.n, 0}, MC_STR("}"));
}

/* ---- completions ---- */

static void fit_completion(struct mc_str result, struct mc_splice *sp)
{
    struct mc_jval completion = mc_jget(mc_jval_of(result), "completion"), v;
    struct mc_jval values = mc_jget(completion, "values"), more = mc_jget(completion, "hasMore");
    struct mc_jiter it;
    const char *end = NULL;
    unsigned n = 0;

    if (values.type != MC_JSON_ARRAY)
        return;
    mc_jiter_init(&it, values);
    while (mc_jiter_next(&it, NULL, &v))
        if (++n == COMPLETIONS_MAX)
            end = v.s.p + v.s.n;
    if (n <= COMPLETIONS_MAX)
        return;
    mc_splice_put(sp, (struct mc_str){end, (size_t)(values.s.p + values.s.n - 1 - end)},
                  MC_STR_NONE);
    if (more.type != MC_JSON_NONE)
        mc_splice_put(sp, more.s, MC_STR("true"));
    else
        mc_splice_put(sp, (struct mc_str){completion.s.p + 1, 0}, MC_STR("\"hasMore\":true,"));
}

void fit_result(const struct call *c, const struct mc_envelope *e, struct mc_splice *sp,
                struct mc_buf *text)
{
    bool newer = mc_rev_era(mc_backend_rev(c->backend)) == MC_ERA_MODERN || c->wrapped;

    if (c->e.method == MC_METHOD_TOOLS_CALL && c->x->era == MC_ERA_LEGACY && newer)
        fit_structured(c, mc_env(e, MC_F_RESULT), sp, text);
    else if (c->e.method == MC_METHOD_COMPLETE)
        fit_completion(mc_env(e, MC_F_RESULT), sp);
}

/* ---- what a result says it is ---- */

/* A value of an extension belongs to those who have declared it (basic/index § ResultType). */
static bool declares_tasks(const struct call *c)
{
    return mc_jpath(mc_jval_of(mc_env(&c->e, MC_F_M_CAPABILITIES)), "extensions",
                    "io.modelcontextprotocol/tasks", NULL)
               .type == MC_JSON_OBJECT;
}

const char *fit_type(const struct call *c, const struct mc_envelope *e)
{
    struct mc_str type = mc_env(e, MC_F_RESULT_TYPE);

    if (!type.p || mc_rev_era(mc_backend_rev(c->backend)) != MC_ERA_MODERN ||
        (type.p[0] == '"' && mc_jstr_eq(type, MC_STR("complete"))))
        return NULL;
    if (type.p[0] != '"')
        return "the server's resultType is not a string";
    if (mc_jstr_eq(type, MC_STR("input_required")) && call_may_ask(c))
        return c->x->era == MC_ERA_MODERN
                   ? NULL
                   : "the server wants more input than a client of this revision can be asked for";
    if (mc_jstr_eq(type, MC_STR("task")) && declares_tasks(c))
        return NULL;
    return "the server's resultType is none that this request may have";
}
