/* requestState: which parked call, and which of its rounds, a retry belongs to. Sealed, so that nobody makes one up; bound to the caller, the endpoint,
 * the method and the parameters, so that it is of no use elsewhere. */
#include "base/buf.h"
#include "base/rand.h"
#include "base/seal.h"
#include "hub/asking.h"
#include <inttypes.h>
#include <stdio.h>

#define BOUND_MAX (64u << 20)

/* The same value in the same bytes, whatever white space a client puts between its tokens. */
static void add_compact(struct mc_str json, struct mc_buf *out)
{
    bool in_string = false;

    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i];
        if (in_string && c == '\\') {
            mc_buf_addc(out, c);
            c = json.p[++i];
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
            continue;
        }
        mc_buf_addc(out, c);
    }
}

/* Who may come back with it, and with what. */
static void binding(const struct exchange *x, const struct mc_envelope *e, char out[MC_SHA256_HEX])
{
    static const enum mc_field salient[] = {MC_F_NAME, MC_F_URI, MC_F_ARGUMENTS};
    struct mc_buf text = MC_BUF_INIT(BOUND_MAX);

    mc_buf_addf(&text, "%s%c%s%c%s%c%s", x->who, '\0', x->view->ws->name, '\0',
                x->view->only ? x->view->only : "", '\0', mc_method_info(e->method)->name);
    for (size_t i = 0; i < MC_ARRAY_LEN(salient); i++) {
        mc_buf_addc(&text, '\0');
        add_compact(mc_env(e, salient[i]), &text);
    }
    mc_sha256_hex(mc_buf_str(&text), out);
    mc_buf_done(&text);
}

void state_seal(const struct exchange *x, const struct mc_envelope *e, uint64_t no, uint64_t round,
                struct mc_buf *out)
{
    char bound[MC_SHA256_HEX], plain[64];
    int n = snprintf(plain, sizeof(plain), "%" PRIu64 ".%" PRIu64, no, round);

    binding(x, e, bound);
    mc_seal_close(x->hub->seal, (struct mc_str){plain, (size_t)n}, mc_str_of(bound),
                  mc_loop_now(x->hub->loop) + HUB_PARKED_MS, out);
}

static bool parse(struct mc_str plain, uint64_t *no, uint64_t *round)
{
    const char *dot = memchr(plain.p, '.', plain.n);

    return dot && mc_str_u64((struct mc_str){plain.p, (size_t)(dot - plain.p)}, no) &&
           mc_str_u64((struct mc_str){dot + 1, plain.n - (size_t)(dot + 1 - plain.p)}, round);
}

int state_open(const struct exchange *x, const struct mc_envelope *e, uint64_t *no, uint64_t *round)
{
    struct mc_buf state = MC_BUF_INIT(MC_SEAL_TEXT_MAX), plain = MC_BUF_INIT(MC_SEAL_TEXT_MAX);
    char bound[MC_SHA256_HEX];
    struct mc_err err;
    int rc = -MC_E_DENIED;

    if (mc_env_string(e, MC_F_REQUEST_STATE, &state)) {
        binding(x, e, bound);
        rc = mc_seal_open(x->hub->seal, mc_buf_str(&state), mc_str_of(bound),
                          mc_loop_now(x->hub->loop), &plain, &err);
    }
    if (rc == 0 && !parse(mc_buf_str(&plain), no, round))
        rc = -MC_E_DENIED;
    mc_buf_done(&state);
    mc_buf_done(&plain);
    return rc;
}
