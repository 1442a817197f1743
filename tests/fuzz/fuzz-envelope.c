/* The envelope of any bytes: what is accepted is JSON, every span lies inside and is itself the JSON of one value, and the fields agree with a walk
 * over the same bytes. What is refused says why. */
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"
#include "mcp/envelope.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool inside(struct mc_str whole, struct mc_str part)
{
    return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static void check_field(const struct mc_envelope *e, enum mc_field f)
{
    struct mc_str val = e->f[f].val, key = e->f[f].key;
    struct mc_err err;

    if (!val.p)
        return;
    MC_ASSERT(inside(e->text, val) && inside(e->text, key));
    MC_ASSERT(mc_json_check(val.p, val.n, NULL, &err) == 0);
    MC_ASSERT(key.n >= 2 && key.p[0] == '"' && !mc_jstr_has_escape(key));
    MC_ASSERT(key.p + key.n < val.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mc_str text = {(const char *)data, size};
    struct mc_envelope e;
    struct mc_err err = {0};
    int code = mc_envelope_scan(text, &e, &err);

    MC_ASSERT(code == 0 || code == -32700 || code == -32600);
    bool json = mc_json_check(text.p, text.n, NULL, NULL) == 0;
    MC_ASSERT(code != 0 || json);
    MC_ASSERT(code != -32700 || !json);
    if (code) {
        MC_ASSERT(err.msg[0] != '\0');
        struct mc_str id = mc_env(&e, MC_F_ID);
        MC_ASSERT(id.n <= MC_ID_MAX && (!id.p || mc_json_check(id.p, id.n, NULL, NULL) == 0));
        return 0;
    }
    MC_ASSERT(inside(text, e.text) && e.text.p[0] == '{' && e.text.p[e.text.n - 1] == '}');
    for (int f = MC_F_NONE + 1; f < MC_F_MAX; f++)
        check_field(&e, (enum mc_field)f);
    struct mc_jval doc = mc_jval_of(e.text);
    MC_ASSERT(mc_str_eq(mc_jget(doc, "method").s, mc_env(&e, MC_F_METHOD)));
    MC_ASSERT(mc_str_eq(mc_jpath(doc, "params", "name", NULL).s, mc_env(&e, MC_F_NAME)));
    MC_ASSERT(mc_str_eq(mc_jpath(doc, "params", "_meta", "progressToken", NULL).s, mc_env(&e, MC_F_M_TOKEN)));
    struct mc_buf out = MC_BUF_INIT(1u << 20);
    mc_env_string(&e, MC_F_NAME, &out);
    mc_buf_done(&out);
    return 0;
}
