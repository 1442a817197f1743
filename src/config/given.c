/* The layers that are no files: what is built in, MCPCTL_* of the environment, KEY=VALUE of the command line. Each value becomes the
 * file that would say the same. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "config/build.h"
#include "config/keys.h"

#define VARIABLE_PREFIX "MCPCTL_"
#define VARIABLE_NAME_MAX 64

static void complain(struct mc_config *c, const struct source *s, const char *path,
                     const struct mc_err *err)
{
    mc_config_report(c, MC_SEV_ERROR, &(struct mc_origin){s->pub.file, 0, 0}, s->rank,
                     mc_asprintf("%s: %s", path, err->msg));
}

/* {"servers": {"github": {"url": VALUE}}} */
static void read_value(struct mc_config *c, struct source *s, const struct mc_strv *path,
                       struct mc_str value)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_CONFIG_FILE_MAX);

    for (size_t i = 0; i < path->n; i++) {
        mc_buf_addc(&out, '{');
        mc_jstr_quote(mc_str_of(path->v[i]), &out);
        mc_buf_addc(&out, ':');
    }
    mc_buf_adds(&out, value);
    for (size_t i = 0; i < path->n; i++)
        mc_buf_addc(&out, '}');
    mc_source_read(c, s, out.data, out.len, false);
}

static void give(struct mc_config *c, struct source *s, const struct mc_strv *path,
                 const char *value)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf json = MC_BUF_INIT(MC_CONFIG_FILE_MAX);
    MC_CLEANUP(mc_freep) char *shown = mc_keypath_text(path);
    struct mc_err err;

    s->pub.found = true;
    if (mc_key_json(mc_key_at(path), value, &json, &err) < 0)
        complain(c, s, shown, &err);
    else
        read_value(c, s, path, mc_buf_str(&json));
}

/* ---- environment ---- */

/* nameMax → MCPCTL_NAME_MAX */
static void variable_of(const char *key, char out[VARIABLE_NAME_MAX])
{
    size_t n = sizeof(VARIABLE_PREFIX) - 1;

    memcpy(out, VARIABLE_PREFIX, n);
    for (; *key && n < VARIABLE_NAME_MAX - 2; key++) {
        bool upper = *key >= 'A' && *key <= 'Z';
        if (upper)
            out[n++] = '_';
        out[n++] = *key >= 'a' && *key <= 'z' ? (char)(*key - 32) : *key;
    }
    out[n] = '\0';
}

static const char *value_of(char *const *env, const char *name)
{
    size_t n = strlen(name);

    for (; env && *env; env++)
        if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
            return *env + n + 1;
    return NULL;
}

void mc_sources_of_env(struct mc_config *c, char *const *env)
{
    for (const struct mc_key *key = mc_keys_root; key->name; key++) {
        char name[VARIABLE_NAME_MAX];
        struct mc_strv path = {0};

        if (key->alias || key->type == MC_KEY_FOREIGN ||
            (key->layers && !(key->layers & MC_LAYER_BIT(MC_LAYER_ENV))))
            continue;
        variable_of(key->name, name);
        const char *value = value_of(env, name);
        if (!value || !*value)
            continue;
        MC_CLEANUP(mc_freep) char *file = mc_asprintf("$%s", name);
        mc_strv_push(&path, key->name);
        give(c, mc_source_add(c, MC_LAYER_ENV, NULL, file), &path, value);
        mc_strv_done(&path);
    }
}

/* ---- command line ---- */

static void set(struct mc_config *c, const char *text)
{
    const char *equals = strchr(text, '=');
    MC_CLEANUP(mc_freep) char *key = equals ? mc_strndup(text, (size_t)(equals - text)) : NULL;
    MC_CLEANUP(mc_freep) char *file = mc_asprintf("--set %s", key ? key : text);
    MC_CLEANUP(mc_strv_done) struct mc_strv path = {0};
    struct source *s = mc_source_add(c, MC_LAYER_FLAGS, NULL, file);
    struct mc_err err = {0};

    if (!key || !*key)
        mc_err_set(&err, MC_E_USAGE, "expected KEY=VALUE");
    else if (mc_keypath_parse(key, &path, &err) == 0)
        mc_keypath_canonical(&path);
    if (err.code)
        complain(c, s, key ? key : text, &err);
    else
        give(c, s, &path, equals + 1);
}

void mc_sources_of_sets(struct mc_config *c, char *const *sets)
{
    for (size_t i = 0; sets && sets[i] && i < MC_SETS_MAX; i++)
        set(c, sets[i]);
}

/* ---- built in ---- */

void mc_source_of_builtins(struct mc_config *c)
{
    static const char text[] =
        "{\"servers\":{\"git\":{\"command\":\"mcpctl\",\"args\":[\"serve\",\"git\"]},"
        "\"files\":{\"command\":\"mcpctl\",\"args\":[\"serve\",\"files\"]}}}";

    mc_source_read(c, c->sources[0], text, sizeof(text) - 1, false);
    mc_config_merge(c, c->sources[0]);
}
