#include "mcp/names.h"

#include "base/alloc.h"
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

/* The next character of s as it stands in a name; *i goes behind it. One '_' for each character outside the set, so
 * that "é" does not become two. */
static char next_sane(struct mc_str s, size_t *i, bool *changed)
{
    char c = s.p[(*i)++];

    if (is_alnum(c) || c == '_' || c == '-')
        return c;
    *changed = true;
    while ((c & 0x80) && *i < s.n && ((unsigned char)s.p[*i] & 0xC0) == 0x80)
        ++*i;
    return '_';
}

char *mc_name_sanitise(struct mc_str text)
{
    char *out = mc_malloc(text.n + 1);
    size_t n = 0;
    bool changed;

    for (size_t i = 0; i < text.n;)
        out[n++] = next_sane(text, &i, &changed);
    out[n] = '\0';
    return out;
}

/* Both ends of a text of any length: all that a name can show of it. */
struct ends {
    char head[MC_NAME_MAX_LIMIT];
    char tail[MC_NAME_MAX_LIMIT]; /* a ring */
    size_t n;
    bool changed;
};

static void add_char(struct ends *e, char c)
{
    if (e->n < sizeof(e->head))
        e->head[e->n] = c;
    e->tail[e->n++ % sizeof(e->tail)] = c;
}

static void add_sane(struct ends *e, struct mc_str s)
{
    for (size_t i = 0; i < s.n;)
        add_char(e, next_sane(s, &i, &e->changed));
}

/* Over the digests of both, so that no two originals are the same bytes. */
static void hash_of(struct mc_str prefix, struct mc_str name, char out[MC_SHA256_HEX])
{
    unsigned char both[2 * MC_SHA256_LEN];

    mc_sha256(prefix.p, prefix.n, both);
    mc_sha256(name.p, name.n, both + MC_SHA256_LEN);
    mc_sha256_hex((struct mc_str){(const char *)both, sizeof(both)}, out);
}

/* "head_hash_tail", a third and two thirds of the room: the tail is where tools of one server differ. All of the
 * text, then the hash, when that fits. */
static void put_hashed(const struct ends *e, const char *hash, size_t max, char *out)
{
    size_t room = max > HASH_LEN + 2 ? max - HASH_LEN - 2 : 0;
    bool fits = e->n + 1 + HASH_LEN <= max;
    size_t head = fits ? e->n : room / 3, tail = fits ? 0 : room - head;

    if (head) {
        out = mempcpy(out, e->head, head);
        *out++ = '_';
    }
    out = mempcpy(out, hash, max < HASH_LEN ? max : HASH_LEN);
    if (tail)
        *out++ = '_';
    for (size_t i = e->n - tail; i < e->n && tail; i++)
        *out++ = e->tail[i % sizeof(e->tail)];
    *out = '\0';
}

void mc_name_expose(const char *prefix, struct mc_str name, size_t max, char *out)
{
    struct mc_str pre = mc_str_of(prefix);
    struct ends e = {.changed = name.n == 0};

    if (max > MC_NAME_MAX_LIMIT)
        max = MC_NAME_MAX_LIMIT;
    add_sane(&e, pre);
    for (const char *p = pre.n ? SEPARATOR : ""; *p; p++)
        add_char(&e, *p);
    add_sane(&e, name);

    if (!e.changed && e.n <= max) {
        *(char *)mempcpy(out, e.head, e.n) = '\0';
        return;
    }
    char hash[MC_SHA256_HEX];
    hash_of(pre, name, hash);
    put_hashed(&e, hash, max, out);
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
