#include "mcp/names.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/rand.h"

#define SEPARATOR "__"
/* Hex digits of the hash: 32 bits beside a readable head and tail. */
#define HASH_LEN 8
#define WORKSPACE_MAX 40
#define WORKSPACE_HASH_LEN 4

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* One '_' for each character outside the set, so that "é" does not become two. Returns true if anything changed. */
static bool add_sane(struct mc_buf *out, struct mc_str s)
{
    bool changed = false;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fine = is_alnum(c) || c == '_' || c == '-';
        if (!fine && ((unsigned char)c & 0xC0) == 0x80 && i > 0 &&
            (unsigned char)s.p[i - 1] >= 0x80)
            continue;
        mc_buf_addc(out, fine ? c : '_');
        changed |= !fine;
    }
    return changed;
}

char *mc_name_sanitise(struct mc_str text)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(text.n);

    add_sane(&out, text);
    return mc_buf_steal(&out);
}

/* The hash is over prefix, NUL and name, so that no two originals are the same bytes. */
static void hash_of(struct mc_str prefix, struct mc_str name, char out[MC_SHA256_HEX])
{
    struct mc_buf b = MC_BUF_INIT(SIZE_MAX / 2);

    mc_buf_adds(&b, prefix);
    mc_buf_addc(&b, '\0');
    mc_buf_adds(&b, name);
    mc_sha256_hex(mc_buf_str(&b), out);
    mc_buf_done(&b);
}

/* "head_hash_tail", a third and two thirds of the room: the tail is where tools of one server differ. All of the
 * text, then the hash, when that fits. */
static void put_hashed(struct mc_str text, const char *hash, size_t max, char *out)
{
    struct mc_str head = text, tail = MC_STR_NONE;
    size_t hash_len = max < HASH_LEN ? max : HASH_LEN;
    char *p = out;

    if (text.n + 1 + HASH_LEN > max) {
        size_t room = max > HASH_LEN + 2 ? max - HASH_LEN - 2 : 0;
        head.n = room / 3;
        tail.n = room - head.n;
        tail.p = text.p + text.n - tail.n;
    }
    if (head.n) {
        p = mempcpy(p, head.p, head.n);
        *p++ = '_';
    }
    p = mempcpy(p, hash, hash_len);
    if (tail.n) {
        *p++ = '_';
        p = mempcpy(p, tail.p, tail.n);
    }
    *p = '\0';
}

void mc_name_expose(const char *prefix, struct mc_str name, size_t max, char *out)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(SIZE_MAX / 2);
    struct mc_str pre = mc_str_of(prefix);
    bool changed = name.n == 0;

    if (max > MC_NAME_MAX_LIMIT)
        max = MC_NAME_MAX_LIMIT;
    if (pre.n) {
        changed |= add_sane(&text, pre);
        mc_buf_addz(&text, SEPARATOR);
    }
    changed |= add_sane(&text, name);

    if (!changed && text.len <= max) {
        memcpy(out, text.data, text.len + 1);
        return;
    }
    char hash[MC_SHA256_HEX];
    hash_of(pre, name, hash);
    put_hashed(mc_buf_str(&text), hash, max, out);
}

void mc_name_workspace(const char *dirname, const char *root, bool taken, char out[48])
{
    size_t n = 0;

    /* Runs of anything else are one '-', and none at either end. */
    for (const char *p = dirname; *p && n < WORKSPACE_MAX; p++) {
        if (is_alnum(*p))
            out[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
        else if (n && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n && out[n - 1] == '-')
        n--;
    if (n == 0)
        n = (size_t)((char *)mempcpy(out, "workspace", 9) - out);
    if (taken) {
        char hash[MC_SHA256_HEX];
        mc_sha256_hex(mc_str_of(root), hash);
        out[n++] = '-';
        memcpy(out + n, hash, WORKSPACE_HASH_LEN);
        n += WORKSPACE_HASH_LEN;
    }
    out[n] = '\0';
}
