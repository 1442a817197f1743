#include "tests/diff/object.h"

#include "base/err.h"

void msg_clear(struct msg *m)
{
    m->b.max = GEN_MESSAGE_MAX;
    mc_buf_clear(&m->b);
    m->n_holes = 0;
}

void msg_done(struct msg *m)
{
    mc_buf_done(&m->b);
}

void obj_begin(struct obj *o, struct rng *r)
{
    *o = (struct obj){.r = r};
    msg_clear(&o->m);
}

void obj_key(struct obj *o, const char *name)
{
    mc_buf_addf(&o->m.b, "\"%s\"", name);
    gen_space(o->r, false, &o->m.b);
    mc_buf_addc(&o->m.b, ':');
    gen_space(o->r, false, &o->m.b);
}

void obj_next(struct obj *o)
{
    MC_ASSERT(o->n < OBJ_MEMBERS_MAX);
    o->end[o->n++] = o->m.b.len;
}

void obj_member(struct obj *o, const char *name, const char *raw)
{
    obj_key(o, name);
    mc_buf_addz(&o->m.b, raw);
    obj_next(o);
}

void obj_unknown(struct obj *o, unsigned max)
{
    for (unsigned n = rng_below(o->r, max + 1); n > 0; n--) {
        gen_unknown(o->r, &o->m.b);
        obj_next(o);
    }
}

void obj_hole(struct msg *m, enum what what, size_t at)
{
    MC_ASSERT(m->n_holes < GEN_HOLES_MAX);
    m->holes[m->n_holes++] = (struct hole){what, at, m->b.len - at};
}

void obj_holey(struct obj *o, const char *name, enum what what, struct mc_str raw)
{
    obj_key(o, name);
    size_t at = o->m.b.len;
    mc_buf_adds(&o->m.b, raw);
    obj_hole(&o->m, what, at);
    obj_next(o);
}

void obj_copy(const struct msg *from, size_t at, size_t n, struct msg *to)
{
    for (unsigned i = 0; i < from->n_holes; i++) {
        struct hole h = from->holes[i];
        if (h.at < at || h.at + h.n > at + n)
            continue;
        MC_ASSERT(to->n_holes < GEN_HOLES_MAX);
        h.at += to->b.len - at;
        to->holes[to->n_holes++] = h;
    }
    mc_buf_add(&to->b, from->b.data + at, n);
}

void obj_finish(struct obj *o, bool lines, struct msg *out)
{
    unsigned order[OBJ_MEMBERS_MAX];

    for (unsigned i = 0; i < o->n; i++) {
        unsigned j = rng_below(o->r, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    mc_buf_addc(&out->b, '{');
    for (unsigned i = 0; i < o->n; i++) {
        size_t at = order[i] ? o->end[order[i] - 1] : 0;
        if (i)
            mc_buf_addc(&out->b, ',');
        gen_space(o->r, lines, &out->b);
        obj_copy(&o->m, at, o->end[order[i]] - at, out);
        gen_space(o->r, lines, &out->b);
    }
    mc_buf_addc(&out->b, '}');
    msg_done(&o->m);
}

void obj_nest(struct obj *o, const char *name, bool lines, struct obj *parent)
{
    obj_key(parent, name);
    obj_finish(o, lines, &parent->m);
    obj_next(parent);
}
