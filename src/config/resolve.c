#include "config/resolve.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/map.h"
#include "base/path.h"
#include "base/rand.h"
#include "config/build.h"
#include "config/dotenv.h"
#include "config/expand.h"

#include <stdlib.h>

#define ENV_FILE_MAX (1u << 20)
/* All of a launch as bytes, for its digest: more than any exec can take. */
#define LAUNCH_MAX (64u << 20)
/* Variables that are needed for one another. */
#define CHAIN_MAX 32

/* What a server gets without being given it. No TERM: it has no terminal, and an `up` typed in another one would restart it. */
static const char *const inherited[] = {
    "HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TMPDIR", "USER", "XDG_RUNTIME_DIR",
};

/* What a variable that is inherited with all others never is: the shell's own state, different in each. */
static const char *const fleeting[] = {
    "COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL", "TERM", "WINDOWID", "_",
};

struct resolver {
    const struct mc_server_spec *spec;
    const struct mc_resolve *with;
    struct mc_expand x;
    struct mc_map *env;                  /* name → owned value */
    enum { OPEN, ACTIVE, DONE } * state; /* of each entry of spec->env */
    const char *active[CHAIN_MAX];       /* those that are being expanded, outermost first */
    size_t n_active;
    char *cwd;
    struct mc_err *err;
};

/* ---- texts and paths ---- */

/* Where a text of the server stands: "file:line:col"; caller frees. "" when that is no file. */
static char *place_of(const struct resolver *r, const char *key, const char *sub)
{
    const struct mc_node *n = r->spec->node ? mc_node_child(r->spec->node, key) : NULL;

    if (n && sub && mc_node_child(n, sub))
        n = mc_node_child(n, sub);
    if (!n || !n->line)
        return mc_strdup(n && n->source->layer != MC_LAYER_BUILTIN ? n->source->file : "");
    return mc_asprintf("%s:%u:%u", mc_config_below(r->with->root, n->source->file), n->line,
                       n->col);
}

/* label: the key in messages; NULL: key itself. sub: a member of it, or NULL. */
static int expand(struct resolver *r, const char *key, const char *sub, const char *label,
                  const char *text, char **ret)
{
    MC_CLEANUP(mc_freep) char *place = strstr(text, "${") ? place_of(r, key, sub) : NULL;
    struct mc_expand x = r->x;

    x.key = label ? label : key;
    x.place = place;
    x.cwd = r->cwd;
    x.shown = strcmp(key, "command") == 0 || strcmp(key, "args") == 0;
    return mc_expand(&x, text, ret, r->err);
}

/* A leading "~/" is the home directory: people write it, though no shell is there to read it. */
static int expand_path(struct resolver *r, const char *key, const char *text, char **ret)
{
    MC_CLEANUP(mc_freep) char *path = NULL;

    int failed = expand(r, key, NULL, NULL, text, &path);
    if (failed < 0)
        return failed;
    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
        const char *home = mc_expand_getenv(r->with->env, MC_STR("HOME"));
        if (!home)
            return mc_expand_fail(&(struct mc_expand){.server = r->spec->name, .key = key}, r->err,
                                  "~ is not known: HOME is not set");
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
    if (failed < 0 || !path)
        return failed;
    *ret = path[0] == '/' ? MC_TAKE(path) : mc_path_join(r->with->root, path);
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

static bool is_fleeting(const char *name, size_t n)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(fleeting); i++)
        if (mc_str_eq((struct mc_str){name, n}, mc_str_of(fleeting[i])))
            return true;
    return false;
}

/* The user's variables that inheritEnv asks for. */
static void inherit(struct resolver *r)
{
    for (char *const *e = r->with->env; e && *e; e++) {
        size_t n = strcspn(*e, "=");
        for (size_t i = 0; i < r->spec->inherit_env.n; i++) {
            const char *glob = r->spec->inherit_env.v[i];
            bool all = strcmp(glob, "*") == 0;
            if ((*e)[n] != '=' || (all && is_fleeting(*e, n)) ||
                !mc_glob(glob, (struct mc_str){*e, n}))
                continue;
            MC_CLEANUP(mc_freep) char *name = mc_strndup(*e, n);
            set_variable(r, name, mc_strdup(*e + n + 1));
            break;
        }
    }
}

/* a → b → a */
static int fail_circle(struct resolver *r, const struct mc_kv *kv)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf chain = MC_BUF_INIT(512);
    struct mc_expand x = r->x;
    size_t first = 0;

    while (first < r->n_active && strcmp(r->active[first], kv->key) != 0)
        first++;
    for (size_t i = first; i < r->n_active; i++)
        mc_buf_addf(&chain, "%s → ", r->active[i]);
    mc_buf_addz(&chain, kv->key);
    MC_CLEANUP(mc_freep) char *key = mc_asprintf("env.%s", r->active[r->n_active - 1]);
    MC_CLEANUP(mc_freep) char *place = place_of(r, "env", r->active[r->n_active - 1]);
    x.key = key;
    x.place = place;
    return mc_expand_fail(&x, r->err, "the variables refer to one another in a circle: %s",
                          chain.data);
}

static int resolve_variable(struct resolver *r, size_t i)
{
    const struct mc_kv *kv = &r->spec->env[i];
    MC_CLEANUP(mc_freep) char *label = mc_asprintf("env.%s", kv->key);
    char *value = NULL;
    int ret = 0;

    if (r->state[i] == DONE)
        return 0;
    if (r->state[i] == ACTIVE)
        return fail_circle(r, kv);
    if (r->n_active == CHAIN_MAX)
        return mc_expand_fail(&r->x, r->err, "variables refer to one another more than %d deep",
                              CHAIN_MAX);
    r->state[i] = ACTIVE;
    r->active[r->n_active++] = kv->key;
    if (kv->value)
        ret = expand(r, "env", kv->key, label, kv->value, &value);
    r->n_active--;
    r->state[i] = DONE;
    if (ret == 0)
        set_variable(r, kv->key, value);
    return ret;
}

/* What ${NAME} is: the user's variable, else the server's own. */
static int lookup(void *arg, struct mc_str name, const char **ret, struct mc_err *err MC_UNUSED)
{
    struct resolver *r = arg;

    *ret = mc_expand_getenv(r->with->env, name);
    for (size_t i = 0; !*ret && i < r->spec->n_env; i++) {
        if (!r->spec->env[i].value || !mc_str_eq(name, mc_str_of(r->spec->env[i].key)))
            continue;
        /* Its own entry means the user's, which is not there: NAME=${NAME:-default}. */
        if (r->n_active && r->active[r->n_active - 1] == r->spec->env[i].key)
            continue;
        int failed = resolve_variable(r, i);
        if (failed < 0)
            return failed;
    }
    if (!*ret)
        *ret = mc_map_get(r->env, name);
    return *ret ? 0 : -MC_E_NOT_FOUND;
}

static int build_env(struct resolver *r)
{
    int ret = 0;

    for (size_t i = 0; i < MC_ARRAY_LEN(inherited); i++) {
        const char *value = mc_expand_getenv(r->with->env, mc_str_of(inherited[i]));
        if (value)
            set_variable(r, inherited[i], mc_strdup(value));
    }
    inherit(r);
    if (r->spec->env_file)
        ret = read_env_file(r);
    for (size_t i = 0; i < r->spec->n_env && ret == 0; i++)
        ret = resolve_variable(r, i);
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
        if (ret < 0 || !text)
            return ret;
        mc_strv_take(argv, text);
        if (!*text)
            return mc_err_set(r->err, MC_E_CONFIG, "server \"%s\": command: empty when expanded",
                              spec->name);
    }
    for (size_t i = 0; i < spec->args.n; i++) {
        MC_CLEANUP(mc_freep) char *label = mc_asprintf("args[%zu]", i);
        int ret = expand(r, "args", NULL, label, spec->args.v[i], &text);
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
    int ret = 0;

    if (r->spec->cwd)
        ret = expand_file(r, "cwd", r->spec->cwd, &l->cwd);
    else
        l->cwd = mc_strdup(r->with->root);
    r->cwd = l->cwd;
    if (ret == 0)
        ret = build_env(r);
    if (ret == 0)
        ret = build_argv(r, &l->argv);
    if (ret < 0)
        return ret;
    list_env(r, &l->env);
    return digest(r, l);
}

int mc_launch_resolve(const struct mc_server_spec *spec, const struct mc_resolve *with,
                      struct mc_launch *ret, struct mc_err *err)
{
    struct resolver r = {.spec = spec, .with = with, .err = err};

    *ret = (struct mc_launch){0};
    if (spec->transport != MC_TRANSPORT_STDIO)
        return mc_err_set(err, MC_E_CONFIG,
                          "server \"%s\" is remote (\"url\"): remote servers are not supported yet",
                          spec->name);
    r.x = (struct mc_expand){.with = with, .variable = lookup, .arg = &r, .server = spec->name};
    r.env = mc_map_new();
    r.state = mc_calloc(spec->n_env ? spec->n_env : 1, sizeof(*r.state));
    int failed = resolve(&r, ret);
    mc_map_free(r.env, mc_free);
    mc_free(r.state);
    if (failed < 0)
        mc_launch_done(ret);
    return failed;
}

void mc_launch_copy(const struct mc_launch *l, struct mc_launch *ret)
{
    *ret = (struct mc_launch){.cwd = mc_strdup(l->cwd)};
    for (size_t i = 0; i < l->argv.n; i++)
        mc_strv_push(&ret->argv, l->argv.v[i]);
    for (size_t i = 0; i < l->env.n; i++)
        mc_strv_push(&ret->env, l->env.v[i]);
    memcpy(ret->digest, l->digest, sizeof(ret->digest));
}

void mc_launch_done(struct mc_launch *l)
{
    mc_strv_done(&l->argv);
    mc_strv_done(&l->env);
    mc_free(l->cwd);
    *l = (struct mc_launch){0};
}
