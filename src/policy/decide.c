#include "policy/decide.h"
#include "base/err.h"

static enum mc_decision allow_all(struct mc_deciding *d, const char **reason)
{
    (void)d;
    *reason = "no policy forbids it";
    return MC_DECIDE_ALLOW;
}

static const struct mc_policy built_in[] = {{.judge = allow_all}};

static struct {
    const struct mc_policy *v;
    size_t n;
} policies = {built_in, MC_ARRAY_LEN(built_in)};

void mc_decide_install(const struct mc_policy *table, size_t n)
{
    policies.v = table;
    policies.n = n;
}

/* The callback may free d. */
static void go_on(struct mc_deciding *d, enum mc_decision decision, const char *reason)
{
    while (decision == MC_DECIDE_NONE && d->next < policies.n) {
        const struct mc_policy *p = &policies.v[d->next++];
        decision = p->judge(d, &reason);
        if (decision == MC_DECIDE_LATER) {
            d->waits_for = p;
            return;
        }
    }
    if (decision == MC_DECIDE_NONE)
        d->on_decision(d, MC_DECIDE_DENY, "no policy allows it");
    else
        d->on_decision(d, decision, reason);
}

void mc_decide(struct mc_deciding *d)
{
    d->waits_for = NULL;
    d->next = 0;
    go_on(d, MC_DECIDE_NONE, "");
}

void mc_decide_answer(struct mc_deciding *d, enum mc_decision decision, const char *reason)
{
    MC_ASSERT(d->waits_for && decision != MC_DECIDE_LATER);
    d->waits_for = NULL;
    go_on(d, decision, reason);
}

void mc_decide_forget(struct mc_deciding *d)
{
    const struct mc_policy *p = d->waits_for;

    d->waits_for = NULL;
    if (p && p->forget)
        p->forget(d);
}
