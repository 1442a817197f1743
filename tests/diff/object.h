/* Objects whose members come in any order, with the places marked where a hop may write. */
#ifndef MC_TESTS_DIFF_OBJECT_H
#define MC_TESTS_DIFF_OBJECT_H

#include "tests/diff/gen.h"

#define OBJ_MEMBERS_MAX 16

/* Streams of random numbers, so that no side's draws depend on the other's. */
enum {
    RNG_PLAN,
    RNG_ID,
    RNG_TOKEN,
    RNG_REQUEST,
    RNG_RESPONSE,
    RNG_NOTE,
    RNG_QUESTION = RNG_NOTE + GEN_NOTES_MAX,
    RNG_STATE = RNG_QUESTION + GEN_ASKS_MAX,
    RNG_INTERIM,
    RNG_ANSWER,
    RNG_NEWS
};

/* Members are written one after the other; their ends say where they are. */
struct obj {
    struct rng *r;
    struct msg m; /* the text of all, without commas */
    size_t end[OBJ_MEMBERS_MAX];
    unsigned n;
};

void obj_begin(struct obj *o, struct rng *r);
/* "name": – and the value is what is appended until obj_next(). */
void obj_key(struct obj *o, const char *name);
void obj_next(struct obj *o);
void obj_member(struct obj *o, const char *name, const char *raw);
void obj_holey(struct obj *o, const char *name, enum what what, struct mc_str raw);
void obj_unknown(struct obj *o, unsigned max);
/* The object, its members in random order; o is empty afterwards. lines: raw line ends may stand between them. */
void obj_finish(struct obj *o, bool lines, struct msg *out);
/* The same, as a member of parent. */
void obj_nest(struct obj *o, const char *name, bool lines, struct obj *parent);
/* From at to the end of m a hop may write. */
void obj_hole(struct msg *m, enum what what, size_t at);
/* Bytes of from, with the holes in them. */
void obj_copy(const struct msg *from, size_t at, size_t n, struct msg *to);

#endif
