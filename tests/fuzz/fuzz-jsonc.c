/* JSON with comments: what is accepted, and what the errors say. */
#include "base/alloc.h"
#include "base/err.h"
#include "json/jsonc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool is_blank(const struct mc_jsonc *j)
{
    for (size_t i = 0; i < j->len; i++)
        if (!memchr(" \n\r\t", j->text[i], 4))
            return false;
    return true;
}

static void check(const char *p, size_t n, const struct mc_jsonc *j, int ret)
{
    MC_ASSERT((ret == 0) == (j->n_errors == 0));
    MC_ASSERT(j->len == n && j->n_errors <= MC_JSONC_ERRORS_MAX);
    for (size_t i = 0; i < n; i++)
        MC_ASSERT(j->text[i] == p[i] || j->text[i] == ' ');
    for (unsigned i = 0; i < j->n_errors; i++) {
        unsigned line = 0, col = 0;
        const char *msg = j->errors[i].msg;
        MC_ASSERT(j->errors[i].off <= n);
        MC_ASSERT(msg[0] && strlen(msg) < sizeof(j->errors[i].msg) - 1 && mc_utf8_valid(msg, strlen(msg)));
        mc_jsonc_place(p, n, j->errors[i].off, &line, &col);
        MC_ASSERT(line >= 1 && col >= 1);
    }
    if (ret == 0) {
        MC_ASSERT(j->root.type != MC_JSON_NONE);
        MC_ASSERT(mc_json_check(j->text, j->len, NULL, NULL) == 0 || is_blank(j));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *p = (const char *)data;
    struct mc_jsonc loose, strict;
    int ret = mc_jsonc_parse(p, n, false, &loose);
    int strict_ret = mc_jsonc_parse(p, n, true, &strict);
    check(p, n, &loose, ret);
    check(p, n, &strict, strict_ret);
    MC_ASSERT(ret == 0 || strict_ret < 0);
    /* JSON itself is refused for duplicate names only. */
    if (strict_ret < 0 && mc_json_check(p, n, NULL, NULL) == 0)
        for (unsigned i = 0; i < strict.n_errors; i++)
            MC_ASSERT(strstr(strict.errors[i].msg, "was already given"));
    mc_jsonc_done(&loose);
    mc_jsonc_done(&strict);
    return 0;
}
