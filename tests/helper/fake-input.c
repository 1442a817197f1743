#include "fake.h"

#include "base/alloc.h"
#include "base/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Escapes, blanks and more: it has to come back byte for byte. */
#define ODD_STATE "\"st\\u0061te \\/ é \\ud83d\\ude00 1e400\""

bool fake_has_input(void)
{
    return fake.opt.input;
}

/* Raw, as it was sent; n == 0 when there is none. */
static struct mc_str state_of(const struct fake_request *r)
{
    return mc_jget(r->params, "requestState").s;
}

static struct mc_jval responses_of(const struct fake_request *r)
{
    return mc_jget(r->params, "inputResponses");
}

static void ask(const struct fake_request *r, const char *requests, const char *state)
{
    MC_CLEANUP(mc_freep)
    char *members = mc_asprintf("\"resultType\":\"input_required\"%s%s%s%s",
                                requests ? ",\"inputRequests\":" : "", requests ? requests : "",
                                state ? ",\"requestState\":" : "", state ? state : "");
    fake_result(r, members);
}

#define FORM \
    "{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"form\",\"message\":\"Name?\"," \
    "\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}}}"
#define SAMPLE \
    "{\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[{\"role\":\"user\"," \
    "\"content\":{\"type\":\"text\",\"text\":\"6 times 7?\"}}],\"maxTokens\":100}}"

void fake_ask_several(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    struct mc_jval given = responses_of(r);
    if (given.type == MC_JSON_NONE && state_of(r).n == 0)
        ask(r, "{\"a \\\"form\\\"\":" FORM ",\"s\":" SAMPLE ",\"r\":{\"method\":\"roots/list\"}}",
            ODD_STATE);
    else if (!mc_str_eq(state_of(r), MC_STR(ODD_STATE)))
        fake_error(r, -32602, "params.requestState is not byte for byte the one that was given",
                   NULL);
    else
        fake_answer_text(r, given.s, false);
}

void fake_ask_without_state(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    struct mc_jval given = responses_of(r);
    if (state_of(r).n > 0)
        fake_error(r, -32602, "a params.requestState that nobody gave", NULL);
    else if (given.type == MC_JSON_NONE)
        ask(r, "{\"form\":" FORM "}", NULL);
    else
        fake_answer_text(r, given.s, false);
}

void fake_ask_later(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    struct mc_str state = state_of(r);
    if (responses_of(r).type != MC_JSON_NONE)
        fake_error(r, -32602, "params.inputResponses to no question", NULL);
    else if (state.n == 0)
        ask(r, NULL, "\"1\"");
    else if (mc_str_eq(state, MC_STR("\"1\"")))
        ask(r, NULL, "\"2\"");
    else
        fake_answer_text(r, MC_STR("now"), false);
}

void fake_ask_endless(const struct fake_request *r, struct mc_jval args)
{
    (void)args;
    ask(r, "{\"form\":" FORM "}", NULL);
}
