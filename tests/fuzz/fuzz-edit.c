/* Edits in place: the first byte says at which object; a member is set there and removed again. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/edit.h"
#include "json/jsonc.h"
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define OUT_MAX (16u << 20)
#define NAMES_MAX 32 /* names; deeper ones are left out */

/* The way to the n-th object from here on; false when there are fewer. */
static bool nth_object(struct mc_jval v, unsigned *n, struct mc_strv *path)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval member;

    if (v.type == MC_JSON_OBJECT && (*n)-- == 0)
        return true;
    if (path->n + 2 > NAMES_MAX || !mc_jiter_init(&it, v))
        return false;
    for (size_t i = 0; mc_jiter_next(&it, &key, &member); i++) {
        mc_strv_take(path, v.type == MC_JSON_OBJECT ? mc_jstr_dup(mc_jval_of(key))
                                                    : mc_asprintf("%zu", i));
        if (nth_object(member, n, path))
            return true;
        mc_free(path->v[--path->n]);
        path->v[path->n] = NULL;
    }
    return false;
}

static void there_and_back(struct mc_str text, const struct mc_strv *path)
{
    const struct mc_str value = MC_STR("{\"command\":\"x\",\"args\":[1]}");
    struct mc_buf with = MC_BUF_INIT(OUT_MAX), again = MC_BUF_INIT(OUT_MAX),
                  back = MC_BUF_INIT(OUT_MAX);

    MC_ASSERT(mc_edit_set(text, path, value, &with, NULL) == 0);
    MC_ASSERT(mc_edit_set(mc_buf_str(&with), path, value, &again, NULL) == 0);
    MC_ASSERT(mc_str_eq(mc_buf_str(&with), mc_buf_str(&again)));
    MC_ASSERT(mc_edit_unset(mc_buf_str(&with), path, &back, NULL) == 0);
    MC_ASSERT(mc_str_eq(mc_buf_str(&back), text));
    mc_buf_done(&with);
    mc_buf_done(&again);
    mc_buf_done(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const name = "a name that is not there";
    struct mc_str text = {(const char *)data + 1, n ? n - 1 : 0};
    unsigned which = n ? data[0] : 0;
    struct mc_strv path = {0};
    struct mc_jsonc doc;

    if (n == 0)
        return 0;
    /* A name with a NUL or half a surrogate pair is another one as a path. */
    if (mc_jsonc_parse(text.p, text.n, false, &doc) == 0 && !strstr(doc.text, "\\u") &&
        doc.root.s.p >= doc.text && doc.root.s.p < doc.text + doc.len &&
        nth_object(doc.root, &which, &path)) {
        mc_strv_push(&path, name);
        if (mc_jpath(doc.root, name, NULL).type == MC_JSON_NONE)
            there_and_back(text, &path);
    }
    mc_strv_done(&path);
    mc_jsonc_done(&doc);
    return 0;
}
