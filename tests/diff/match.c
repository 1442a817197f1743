#include "tests/diff/match.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "json/scan.h"

#include <stdio.h>

#define SHOWN_BEFORE 30
#define SHOWN_AFTER 50

static bool no(struct match *k, const char *what)
{
    if (!k->why[0])
        snprintf(k->why, sizeof(k->why), "%s", what);
    return false;
}

static char *around(struct mc_str text, size_t at)
{
    size_t from = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0,
           to = at + SHOWN_AFTER < text.n ? at + SHOWN_AFTER : text.n;

    if (from > text.n)
        from = text.n;
    return mc_str_printable((struct mc_str){text.p + from, to - from}, false);
}

static bool differs(struct match *k, struct mc_str want, size_t i, struct mc_str got, size_t j)
{
    MC_CLEANUP(mc_freep) char *a = around(want, i);
    MC_CLEANUP(mc_freep) char *b = around(got, j);

    if (!k->why[0])
        snprintf(k->why, sizeof(k->why),
                 "byte %zu of %zu, and %zu of %zu\n#   want …%s…\n#   got  …%s…", i, want.n, j,
                 got.n, a, b);
    return false;
}

static char blank(char c)
{
    return c == '\n' || c == '\r' ? ' ' : c;
}

bool match_bytes(struct match *k, struct mc_str want, struct mc_str got)
{
    size_t i = 0;

    while (i < want.n && i < got.n && blank(want.p[i]) == blank(got.p[i]))
        i++;
    return (i == want.n && i == got.n) || differs(k, want, i, got, i);
}

static bool digits(struct mc_str s)
{
    uint64_t n;

    return mc_str_u64(s, &n);
}

/* ---- objects that are composed anew ---- */

static bool one_of(struct mc_str key, const char *const *names)
{
    for (; *names; names++)
        if (mc_jstr_eq(key, mc_str_of(*names)))
            return true;
    return false;
}

static const char *const hop[] = {GEN_IO "protocolVersion", GEN_IO "clientInfo",
                                  GEN_IO "clientCapabilities", GEN_IO "logLevel", NULL};

/* Members of this hop: a modern server's are checked, a legacy server gets none. */
static bool hop_member(struct match *k, struct mc_str key, struct mc_jval val)
{
    if (k->to == LEGACY)
        return no(k, "_meta of 2026-07-28 at a legacy server");
    if (mc_jstr_eq(key, mc_str_of(hop[0])))
        return mc_jstr_eq(val.s, MC_STR("2026-07-28")) || no(k, "protocolVersion");
    if (mc_jstr_eq(key, mc_str_of(hop[1])))
        return match_bytes(k, mc_str_of(k->client_info), val.s);
    return mc_jstr_eq(key, mc_str_of(hop[2]))
               ? val.type == MC_JSON_OBJECT || no(k, "clientCapabilities")
               : mc_jstr_eq(val.s, MC_STR("debug")) || no(k, "logLevel");
}

/* The next member of the client's that is not this hop's. */
static bool next_foreign(struct mc_jiter *it, struct mc_str *key, struct mc_jval *val)
{
    while (mc_jiter_next(it, key, val))
        if (!one_of(*key, hop))
            return true;
    return false;
}

static bool match_meta(struct match *k, struct mc_str want, struct mc_str got)
{
    struct mc_jiter w, g;
    struct mc_str wkey, gkey;
    struct mc_jval wval, gval;
    unsigned own = 0;

    mc_jiter_init(&w, mc_jval_of(want.n ? want : MC_STR("{}")));
    if (!mc_jiter_init(&g, mc_jval_of(got)))
        return no(k, "_meta is no object");
    while (mc_jiter_next(&g, &gkey, &gval)) {
        if (one_of(gkey, hop)) {
            own++;
            if (!hop_member(k, gkey, gval))
                return false;
        } else if (!next_foreign(&w, &wkey, &wval)) {
            return no(k, "a member of _meta that nobody sent");
        } else if (!match_bytes(k, wkey, gkey) ||
                   !(mc_jstr_eq(gkey, MC_STR("progressToken")) ? digits(gval.s)
                                                               : match_bytes(k, wval.s, gval.s))) {
            return no(k, "progressToken");
        }
    }
    if (next_foreign(&w, &wkey, &wval))
        return no(k, "a member of _meta is lost");
    return k->to == LEGACY || own >= 3 || no(k, "a modern server needs three members of _meta");
}

/* A modern server's subscription id, or a _meta that has nothing else: no legacy client gets that. */
static bool is_subscription(struct mc_str key, struct mc_jval val)
{
    struct mc_jiter it;
    struct mc_str inner;
    struct mc_jval first;

    if (mc_jstr_eq(key, MC_STR("_meta")) && mc_jiter_init(&it, val) &&
        mc_jiter_next(&it, &inner, &first))
        return is_subscription(inner, first) && !mc_jiter_next(&it, &inner, &first);
    return mc_jstr_eq(key, MC_STR(GEN_IO "subscriptionId"));
}

/* The next member that is passed on. */
static bool next_kept(struct match *k, struct mc_jiter *it, struct mc_str *key, struct mc_jval *val)
{
    while (mc_jiter_next(it, key, val))
        if (k->to == MODERN || !is_subscription(*key, *val))
            return true;
    return false;
}

/* What the hub adds to a legacy server's result for a modern client; all else has to be there, in order, byte for byte. */
static bool match_members(struct match *k, struct mc_str want, struct mc_str got,
                          const char *const *extra, bool outer)
{
    struct mc_jiter w, g;
    struct mc_str wkey = MC_STR_NONE, gkey;
    struct mc_jval wval, gval;
    static const char *const in_meta[] = {GEN_IO "serverInfo", GEN_IO "subscriptionId", NULL};

    mc_jiter_init(&w, mc_jval_of(want));
    if (!mc_jiter_init(&g, mc_jval_of(got)))
        return no(k, "no object");
    bool more = next_kept(k, &w, &wkey, &wval),
         had_meta = outer && mc_jget(mc_jval_of(want), "_meta").type != MC_JSON_NONE;
    while (mc_jiter_next(&g, &gkey, &gval)) {
        if (outer && had_meta && mc_jstr_eq(gkey, MC_STR("_meta"))) {
            if (!more || !match_members(k, wval.s, gval.s, in_meta, false))
                return no(k, "_meta of the result");
        } else if (one_of(gkey, extra)) {
            continue;
        } else if (!more) {
            return no(k, "a member that nobody sent");
        } else if (!match_bytes(k, wkey, gkey) || !match_bytes(k, wval.s, gval.s)) {
            return false;
        }
        more = next_kept(k, &w, &wkey, &wval);
    }
    return !more || no(k, "a member of the result is lost");
}

static bool match_result(struct match *k, struct mc_str want, struct mc_str got)
{
    static const char *const cacheable[] = {"resultType", "_meta", "ttlMs", "cacheScope", NULL};
    static const char *const plain[] = {"resultType", "_meta", NULL};

    return match_members(k, want, got, k->cacheable ? cacheable : plain, true);
}

/* Old clients know objects alone: anything else is put into one. */
static bool match_structured(struct match *k, struct mc_str want, struct mc_str got)
{
    if (mc_jval_of(want).type != MC_JSON_OBJECT)
        got = mc_jget(mc_jval_of(got), "result").s;
    return match_bytes(k, want, got);
}

/* ---- the whole ---- */

/* What stands in got where the hole is: one value, or nothing but an added member. */
static bool take(struct mc_str got, size_t *at, struct mc_str *value)
{
    struct mc_scan s;

    mc_scan_init(&s, got.p + *at, got.n - *at);
    if (!mc_scan_value(&s, value))
        return false;
    *at = (size_t)(value->p + value->n - got.p);
    return true;
}

static bool added_meta(struct match *k, struct mc_str got, size_t *at)
{
    static const struct mc_str key = MC_STR("\"_meta\":");
    struct mc_str value;

    if (!mc_str_starts((struct mc_str){got.p + *at, got.n - *at}, key))
        return no(k, "a modern server's request without _meta");
    *at += key.n;
    if (!take(got, at, &value) || !match_meta(k, MC_STR_NONE, value))
        return no(k, "the added _meta");
    *at += *at < got.n && got.p[*at] == ',';
    return true;
}

static bool in_hole(struct match *k, enum what what, struct mc_str want, struct mc_str got,
                    size_t *at)
{
    struct mc_str value;

    if (what == HOLE_NO_META)
        return added_meta(k, got, at);
    if (!take(got, at, &value))
        return no(k, "not JSON");
    switch (what) {
    case HOLE_ID:
        return k->id.n ? match_bytes(k, k->id, value)
                       : digits(value) || no(k, "the hub's own id is a number");
    case HOLE_NAME:
        return mc_jstr_eq(value, mc_str_of(k->name)) || no(k, "the name");
    case HOLE_SUBSCRIPTION:
        return match_bytes(k, k->subscription, value);
    case HOLE_TOKEN:
        return digits(value) || no(k, "the hub's own token is a number");
    case HOLE_STRUCTURED:
        return match_structured(k, want, value);
    case HOLE_META:
        return match_meta(k, want, value);
    default:
        return match_result(k, want, value);
    }
}

bool match_message(struct match *k, const struct msg *want, struct mc_str got)
{
    size_t i = 0, j = 0;
    unsigned h = 0;

    k->why[0] = '\0';
    if (mc_json_check(got.p, got.n, NULL, NULL))
        return no(k, "not JSON");
    while (i < want->b.len || h < want->n_holes) {
        const struct hole *hole = h < want->n_holes ? &want->holes[h] : NULL;
        if (hole && !(k->open & 1u << hole->what)) {
            h++;
        } else if (hole && hole->at == i) {
            if (!in_hole(k, hole->what, (struct mc_str){want->b.data + i, hole->n}, got, &j))
                return differs(k, mc_buf_str(&want->b), i, got, j);
            i += hole->n;
            do
                h++;
            while (h < want->n_holes && want->holes[h].at < i); /* those inside of it */
        } else if (j < got.n && blank(want->b.data[i]) == blank(got.p[j])) {
            i++, j++;
        } else {
            return differs(k, mc_buf_str(&want->b), i, got, j);
        }
    }
    return j == got.n || differs(k, mc_buf_str(&want->b), i, got, j);
}
