#include "config/build.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/rand.h"
#include "json/scan.h"

#include <stdlib.h>

/* Bytes of one spec as canonical JSON: at most six times those of the file. */
#define CANONICAL_MAX (64u << 20)

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
    mc_strv_done(&spec->inherit_env);
    mc_free(spec->prefix);
    mc_strv_done(&spec->tools_allow);
    mc_strv_done(&spec->tools_deny);
    free_pairs(spec->tools_rename, spec->n_tools_rename);
    free_pairs(spec->tools_describe, spec->n_tools_describe);
    free_pairs(spec->tool_timeouts, spec->n_tool_timeouts);
    mc_free(spec->description);
    mc_free(spec->owner);
    free_pairs(spec->labels, spec->n_labels);
    mc_strv_done(&spec->dev_watch);
    mc_free(spec->dev_cwd);
    mc_free(spec);
}

/* What of a node can be used; the rest has been reported. */
struct mc_server_spec *mc_spec_of_node(const struct mc_node *n)
{
    struct mc_server_spec *spec = mc_spec_new(n->name);
    const struct mc_node *tools = mc_node_child(n, "tools");

    spec->dev_enabled = true;
    mc_values_store(n, spec);
    if (spec->url && !spec->command && !mc_node_child(n, "type"))
        spec->transport = MC_TRANSPORT_HTTP;
    spec->tools_limited = tools && mc_node_child(tools, "allow");
    spec->node = n;
    spec->mine = !(n->layers & MC_LAYERS_REPO);
    spec->origin = (struct mc_origin){n->source->file, n->line, n->col};
    (void)mc_spec_digest(spec);
    return spec;
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

static void add_strings(struct mc_buf *out, const char *key, const struct mc_strv *sv)
{
    mc_buf_addf(out, ",\"%s\":[", key);
    for (size_t i = 0; i < sv->n; i++) {
        if (i)
            mc_buf_addc(out, ',');
        add_string(out, NULL, sv->v[i]);
    }
    mc_buf_addc(out, ']');
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
    add_strings(&out, "args", &spec->args);
    add_pairs(&out, "env", spec->env, spec->n_env);
    add_pairs(&out, "headers", spec->headers, spec->n_headers);
    if (spec->inherit_env.n)
        add_strings(&out, "inheritEnv", &spec->inherit_env);
    if (spec->tools_limited)
        add_strings(&out, "tools.allow", &spec->tools_allow);
    if (spec->tools_deny.n)
        add_strings(&out, "tools.deny", &spec->tools_deny);
    add_pairs(&out, "tools.rename", spec->tools_rename, spec->n_tools_rename);
    add_pairs(&out, "tools.describe", spec->tools_describe, spec->n_tools_describe);
    mc_buf_addc(&out, '}');
    if (out.failed)
        return false;
    mc_sha256_hex(mc_buf_str(&out), spec->digest);
    return true;
}
