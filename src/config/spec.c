#include "config/build.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/rand.h"
#include "json/scan.h"

#include <stdlib.h>

/* Bytes of one spec as canonical JSON: at most six times those of the file. */
#define CANONICAL_MAX (64u << 20)
#define PORT_DEFAULT "37373"

struct mc_server_spec *mc_spec_new(const char *name)
{
    struct mc_server_spec *spec = MC_NEW(struct mc_server_spec);

    spec->name = mc_strdup(name);
    return spec;
}

static void free_pairs(struct mc_kv *kv, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mc_free(kv[i].key);
        mc_free(kv[i].value);
    }
    mc_free(kv);
}

void mc_spec_free(struct mc_server_spec *spec)
{
    if (!spec)
        return;
    mc_free(spec->name);
    mc_free(spec->command);
    mc_strv_done(&spec->args);
    free_pairs(spec->env, spec->n_env);
    mc_free(spec->env_file);
    mc_free(spec->cwd);
    mc_free(spec->url);
    free_pairs(spec->headers, spec->n_headers);
    mc_free(spec->prefix);
    mc_free(spec->origin.file);
    mc_free(spec);
}

/* ---- digest ---- */

static void add_string(struct mc_buf *out, const char *key, const char *value)
{
    if (key) {
        mc_buf_addc(out, ',');
        mc_jstr_quote(mc_str_of(key), out);
        mc_buf_addc(out, ':');
    }
    if (value)
        mc_jstr_quote(mc_str_of(value), out);
    else
        mc_buf_addz(out, "null");
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const struct mc_kv *const *)a)->key, (*(const struct mc_kv *const *)b)->key);
}

static void add_pairs(struct mc_buf *out, const char *key, const struct mc_kv *kv, size_t n)
{
    if (n == 0)
        return;
    const struct mc_kv **sorted = mc_calloc(n, sizeof(struct mc_kv *));
    for (size_t i = 0; i < n; i++)
        sorted[i] = &kv[i];
    qsort(sorted, n, sizeof(struct mc_kv *), by_key);

    mc_buf_addf(out, ",\"%s\":{", key);
    for (size_t i = 0; i < n; i++) {
        if (i)
            mc_buf_addc(out, ',');
        mc_jstr_quote(mc_str_of(sorted[i]->key), out);
        mc_buf_addc(out, ':');
        add_string(out, NULL, sorted[i]->value);
    }
    mc_buf_addc(out, '}');
    mc_free(sorted);
}

/* What runs, or whom it talks to, and under which names it shows itself. Not in it: when it starts, how long it may
 * take, and whether it is switched off; a change of these needs no new yes. */
bool mc_spec_digest(struct mc_server_spec *spec)
{
    static const char *const transports[] = {"stdio", "http", "sse"};
    const struct {
        const char *key, *value;
    } strings[] = {
        {"command", spec->command}, {"envFile", spec->env_file}, {"cwd", spec->cwd},
        {"url", spec->url},         {"prefix", spec->prefix},
    };
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(CANONICAL_MAX);

    mc_buf_addf(&out, "{\"type\":\"%s\"", transports[spec->transport]);
    for (size_t i = 0; i < MC_ARRAY_LEN(strings); i++)
        if (strings[i].value)
            add_string(&out, strings[i].key, strings[i].value);
    mc_buf_addz(&out, ",\"args\":[");
    for (size_t i = 0; i < spec->args.n; i++) {
        if (i)
            mc_buf_addc(&out, ',');
        add_string(&out, NULL, spec->args.v[i]);
    }
    mc_buf_addc(&out, ']');
    add_pairs(&out, "env", spec->env, spec->n_env);
    add_pairs(&out, "headers", spec->headers, spec->n_headers);
    mc_buf_addc(&out, '}');
    if (out.failed)
        return false;
    mc_sha256_hex(mc_buf_str(&out), spec->digest);
    return true;
}

/* ---- entries that lead back to the hub ---- */

static bool take(struct mc_str *s, struct mc_str prefix)
{
    if (s->n < prefix.n || !mc_str_eq_nocase((struct mc_str){s->p, prefix.n}, prefix))
        return false;
    *s = (struct mc_str){s->p + prefix.n, s->n - prefix.n};
    return true;
}

static bool take_loopback(struct mc_str *s)
{
    if (take(s, MC_STR("localhost")) || take(s, MC_STR("[::1]")))
        return true;
    if (!take(s, MC_STR("127.")))
        return false;
    while (s->n && ((*s->p >= '0' && *s->p <= '9') || *s->p == '.'))
        *s = (struct mc_str){s->p + 1, s->n - 1};
    return true;
}

static bool take_port(struct mc_str *s)
{
    const char *port = getenv("MCPCTL_PORT");
    const char *end = s->n ? memchr(s->p, '/', s->n) : NULL;
    struct mc_str written = {s->p, end ? (size_t)(end - s->p) : 0};

    *s = (struct mc_str){s->p + written.n, s->n - written.n};
    return mc_str_eq(written, MC_STR(PORT_DEFAULT)) ||
           (port && *port && mc_str_eq(written, mc_str_of(port))) ||
           mc_str_starts(written, MC_STR("${MCPCTL_PORT")) ||
           mc_str_starts(written, MC_STR("${env:MCPCTL_PORT"));
}

static bool is_hub_url(const char *url)
{
    struct mc_str s = mc_str_of(url);

    if (!take(&s, MC_STR("http://")) || !take_loopback(&s) || !take(&s, MC_STR(":")) ||
        !take_port(&s))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '?' || s.p[i] == '#')
            s.n = i;
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return mc_str_eq(s, MC_STR("/mcp")) ||
           (mc_str_ends(s, MC_STR("/mcp")) &&
            (mc_str_starts(s, MC_STR("/w/")) || mc_str_starts(s, MC_STR("/s/"))));
}

bool mc_spec_is_hub(const struct mc_server_spec *spec)
{
    if (spec->url && is_hub_url(spec->url))
        return true;
    return spec->command && spec->args.n && strcmp(mc_path_base(spec->command), "mcpctl") == 0 &&
           strcmp(spec->args.v[0], "connect") == 0;
}
