/* Calls that the policy allows if a person does (MC_DECIDE_ASK). The call's own client is asked with an elicitation form, before
 * anything goes to the server: a modern one in the answer to its request (parked.c), a legacy one on the stream of its POST (ask.c).
 * An accept lets the call go on; everything else denies it, and so does a client that cannot be asked. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "hub/asking.h"
#include "json/scan.h"
#include <stdio.h>

#define QUESTION_MAX (64u << 10)
#define SHOWN_MAX 1000 /* bytes of the arguments */

struct consent {
    struct call *call;
    struct mc_timer timer; /* of a legacy client: a parked call has one of its own */
};

void consent_free(struct call *c)
{
    if (!c->consent)
        return;
    mc_timer_stop(c->x->hub->loop, &c->consent->timer);
    mc_free(MC_TAKE(c->consent));
}

static void on_too_late(struct mc_timer *t)
{
    struct call *c = mc_container_of(t, struct consent, timer)->call;

    consent_free(c);
    c->probing = false;
    call_denied(c, "nobody has answered in time whether this call may be made");
}

/* What the person has to see: a yes to something unseen is none. */
static void add_arguments(struct mc_str args, struct mc_buf *out)
{
    size_t n = args.n < SHOWN_MAX ? args.n : SHOWN_MAX;

    if (args.n == 0)
        return;
    while (n > 0 && n < args.n && ((unsigned char)args.p[n] & 0xC0) == 0x80)
        n--;
    mc_buf_addf(out, ", with %.*s", (int)n, args.p);
    if (n < args.n)
        mc_buf_addf(out, "… (%zu bytes)", args.n);
}

/* The params of elicitation/create. */
static void compose(const struct call *c, const char *reason, struct mc_buf *out)
{
    const struct mc_call_facts *f = &c->deciding.facts;
    struct mc_buf text = MC_BUF_INIT(QUESTION_MAX);

    mc_buf_addf(&text, "May this call be made? %s %.*s at server %s", f->method,
                MC_STR_ARG(f->subject), f->server);
    add_arguments(mc_env(&c->e, MC_F_ARGUMENTS), &text);
    mc_buf_addf(&text, ". The policy asks first: %s", reason);
    mc_buf_addz(out, "{\"message\":");
    mc_jstr_quote(mc_buf_str(&text), out);
    mc_buf_addz(out, ",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}");
    mc_buf_done(&text);
}

/* A modern client is told which capability would help (basic/index § Error Codes). */
static void unable(struct call *c, const char *reason)
{
    char why[MC_ERR_MSG_MAX];

    snprintf(why, sizeof(why),
             "the policy wants a person to allow this call (%s), and its client cannot ask one: it "
             "does not declare elicitation",
             reason);
    c->probing = false;
    if (c->x->session)
        call_denied(c, why);
    else
        call_lacking(c, CLIENT_ELICIT_FORM, why);
}

static void unasked(struct call *c, const char *reason, const char *trouble)
{
    char why[MC_ERR_MSG_MAX];

    snprintf(why, sizeof(why), "the policy wants a person to allow this call (%s), and %s", reason,
             trouble);
    c->probing = false;
    call_denied(c, why);
}

void consent_ask(struct call *c, const char *reason)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf params = MC_BUF_INIT(8 * QUESTION_MAX);
    struct session *s = c->x->session;
    const char *trouble;

    if (!((s ? s->caps : c->x->caps) & CLIENT_ELICIT_FORM)) {
        unable(c, reason);
        return;
    }
    compose(c, reason, &params);
    trouble = s ? ask_trouble(c) : parked_trouble(c);
    if (trouble) {
        unasked(c, reason, trouble);
        return;
    }
    c->consent = MC_NEW(struct consent);
    c->consent->call = c;
    if (s) {
        mc_timer_start(c->x->hub->loop, &c->consent->timer, HUB_CONSENT_MS, on_too_late);
        ask_consent(c, mc_buf_str(&params));
    } else {
        parked_consent(c, mc_buf_str(&params));
    }
}

void consent_answered(struct call *c, struct mc_jval result)
{
    struct mc_jval action = mc_jget(result, "action");
    bool said = action.type == MC_JSON_STRING;

    consent_free(c);
    if (said && mc_jstr_eq(action.s, MC_STR("accept"))) {
        turns_send(c);
        return;
    }
    c->probing = false; /* no is no, wherever else it could be had */
    call_denied(c, said && mc_jstr_eq(action.s, MC_STR("decline"))
                       ? "the user has declined this call"
                       : "the user was asked, and has not allowed this call");
}
