/* Edits of bytes by replacing spans; everything between them is copied through untouched. */
#ifndef MC_JSON_SPLICE_H
#define MC_JSON_SPLICE_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"

#define MC_SPLICE_MAX 16

struct mc_splice {
    struct mc_str src;
    unsigned n;
    struct {
        size_t off, len;     /* of src */
        struct mc_str with;  /* borrowed until mc_splice_apply */
    } edit[MC_SPLICE_MAX];
};

void mc_splice_init(struct mc_splice *sp, struct mc_str src);
/* at must point into src. Edits may come in any order but must not overlap (asserted). An empty `at` inserts; inserts at one place keep their order. */
void mc_splice_put(struct mc_splice *sp, struct mc_str at, struct mc_str with);
/* Removes one object member whose key and value spans are given, with the comma that separates it. */
void mc_splice_drop_member(struct mc_splice *sp, struct mc_str key, struct mc_str val);
/* Appends the result to out: 0 or -MC_E_TOO_BIG. If one_line, raw newlines between tokens become spaces (stdio framing, SSE data). */
int mc_splice_apply(const struct mc_splice *sp, bool one_line, struct mc_buf *out);

#endif
