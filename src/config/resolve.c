#include "config/resolve.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/map.h"
#include "base/path.h"
#include "base/rand.h"
#include "config/config.h"
#include "config/dotenv.h"
#include "config/expand.h"

#include <stdlib.h>

#define ENV_FILE_MAX (1u << 20)
/* All of a launch as bytes, for its digest: more than any exec can take. */
#define LAUNCH_MAX (64u << 20)

/* What a server gets without being given it. No TERM: it has no terminal, and an `up` typed in another one would restart it. */
static const char *const inherited[] = {
    "HOME",  "LANG",   "LC_ALL", "LOGNAME",         "PATH",
    "SHELL", "TMPDIR", "USER",   "XDG_RUNTIME_DIR",
};

struct resolver {
    const struct mc_server_spec *spec;
    struct mc_expand x;
    struct mc_map *env; /* name → owned value */
    struct mc_err *err;
};

/* ---- texts and paths ---- */

static int expand(struct resolver *r, const char *key, const char *text, char **ret)
{
    r->x.key = key;
    return mc_expand(&r->x, text, ret, r->err);
}

/* A leading "~/" is the home directory: people write it, though no shell is there to read it. */
static int expand_path(struct resolver *r, const char *key, const char *text, char **ret)
{
    MC_CLEANUP(mc_freep) char *path = NULL;

    int failed = expand(r, key, text, &path);
    if (failed < 0)
        return failed;
    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
        const char *home = mc_expand_getenv(r->x.env, MC_STR("HOME"));
        if (!home)
            return mc_err_set(r->err, MC_E_CONFIG,
                              "server \"%s\": %s: ~ is not known: HOME is not set", r->spec->name,
                              key);
        *ret = mc_asprintf("%s%s", home, path + 1);
    } else {
        *ret = MC_TAKE(path);
    }
    return 0;
}

/* The same, and relative to the root. */
static int expand_file(struct resolver *r, const char *key, const char *text, char **ret)
{
    MC_CLEANUP(mc_freep) char *path = NULL;

    int failed = expand_path(r, key, text, &path);
    if (failed < 0)
        return failed;
    *ret = path[0] == '/' ? MC_TAKE(path) : mc_path_join(r->x.root, path);
    return 0;
}

/* ---- environment ---- */

static void set_variable(struct resolver *r, const char *name, char *value /* taken; NULL unsets */)
{
    struct mc_str key = mc_str_of(name);

    mc_free(value ? mc_map_put(r->env, key, value) : mc_map_del(r->env, key));
}

static void on_file_pair(void *arg, const char *name, const char *value)
{
    set_variable(arg, name, mc_strdup(value));
}

static int read_env_file(struct resolver *r)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_freep) char *text = NULL;
    size_t n;

    int ret = expand_file(r, "envFile", r->spec->env_file, &path);
    if (ret < 0)
        return ret;
    ret = mc_io_read(path, ENV_FILE_MAX, &text, &n, r->err);
    if (ret == 0)
        ret = mc_dotenv_parse(path, (struct mc_str){text, n}, on_file_pair, r, r->err);
    if (ret == 0)
        return 0;
    if (r->err)
        r->err->code = MC_E_CONFIG;
    return mc_err_wrap(r->err, -MC_E_CONFIG, "server \"%s\": envFile", r->spec->name);
}

static int build_env(struct resolver *r)
{
    int ret = 0;

    for (size_t i = 0; i < MC_ARRAY_LEN(inherited); i++) {
        const char *value = mc_expand_getenv(r->x.env, mc_str_of(inherited[i]));
        if (value)
            set_variable(r, inherited[i], mc_strdup(value));
    }
    if (r->spec->env_file)
        ret = read_env_file(r);
    for (size_t i = 0; i < r->spec->n_env && ret == 0; i++) {
        const struct mc_kv *kv = &r->spec->env[i];
        MC_CLEANUP(mc_freep) char *key = mc_asprintf("env.%s", kv->key);
        char *value = NULL;
        if (kv->value)
            ret = expand(r, key, kv->value, &value);
        if (ret == 0)
            set_variable(r, kv->key, value);
    }
    return ret;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_env(struct resolver *r, struct mc_strv *ret)
{
    struct mc_str name;
    void *value;

    for (size_t i = 0; mc_map_next(r->env, &i, &name, &value);)
        mc_strv_take(ret, mc_asprintf("%.*s=%s", MC_STR_ARG(name), (char *)value));
    if (ret->n)
        qsort(ret->v, ret->n, sizeof(*ret->v), by_text);
}

/* ---- command ---- */

static int build_argv(struct resolver *r, struct mc_strv *argv)
{
    const struct mc_server_spec *spec = r->spec;
    char *text = NULL;

    if (spec->builtin) {
        mc_strv_push(argv, mc_path_self());
    } else {
        int ret = expand_path(r, "command", spec->command, &text);
        if (ret < 0)
            return ret;
        mc_strv_take(argv, text);
        if (!*text)
            return mc_err_set(r->err, MC_E_CONFIG, "server \"%s\": command: empty when expanded",
                              spec->name);
    }
    for (size_t i = 0; i < spec->args.n; i++) {
        MC_CLEANUP(mc_freep) char *key = mc_asprintf("args[%zu]", i);
        int ret = expand(r, key, spec->args.v[i], &text);
        if (ret < 0)
            return ret;
        mc_strv_take(argv, text);
    }
    return 0;
}

/* ---- digest ---- */

static void add_all(struct mc_buf *out, const char *what, const struct mc_strv *sv)
{
    /* Counted and NUL-terminated, so that different launches are different bytes. */
    mc_buf_addf(out, "%s %zu", what, sv->n);
    mc_buf_addc(out, '\0');
    for (size_t i = 0; i < sv->n; i++)
        mc_buf_add(out, sv->v[i], strlen(sv->v[i]) + 1);
}

static int digest(struct resolver *r, struct mc_launch *l)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(LAUNCH_MAX);

    add_all(&out, "argv", &l->argv);
    add_all(&out, "env", &l->env);
    mc_buf_addz(&out, l->cwd);
    if (out.failed)
        return mc_err_set(r->err, MC_E_CONFIG,
                          "server \"%s\": command and environment are too long", r->spec->name);
    mc_sha256_hex(mc_buf_str(&out), l->digest);
    explicit_bzero(out.data, out.len);
    return 0;
}

static int resolve(struct resolver *r, struct mc_launch *l)
{
    int ret = build_argv(r, &l->argv);
    if (ret == 0)
        ret = build_env(r);
    if (ret == 0 && r->spec->cwd)
        ret = expand_file(r, "cwd", r->spec->cwd, &l->cwd);
    else if (ret == 0)
        l->cwd = mc_strdup(r->x.root);
    if (ret < 0)
        return ret;
    list_env(r, &l->env);
    return digest(r, l);
}

int mc_launch_resolve(const struct mc_server_spec *spec, const char *root, char *const *env,
                      struct mc_launch *ret, struct mc_err *err)
{
    struct resolver r = {.spec = spec, .x = {root, env, spec->name, NULL}, .err = err};

    *ret = (struct mc_launch){0};
    if (spec->transport != MC_TRANSPORT_STDIO)
        return mc_err_set(err, MC_E_CONFIG,
                          "server \"%s\" is remote (\"url\"): remote servers are not supported yet",
                          spec->name);
    r.env = mc_map_new();
    int failed = resolve(&r, ret);
    mc_map_free(r.env, mc_free);
    if (failed < 0)
        mc_launch_done(ret);
    return failed;
}

void mc_launch_done(struct mc_launch *l)
{
    mc_strv_done(&l->argv);
    mc_strv_done(&l->env);
    mc_free(l->cwd);
    *l = (struct mc_launch){0};
}
