#include "hub/load.h"
#include <stdio.h>
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/path.h"
#include "base/rand.h"
#include "config/tree.h"
#include "loop/work.h"
#include "store/catalogs.h"
#include "store/secrets.h"

#define DIGEST_TEXT_MAX (64u << 20)

static void refuse(struct loaded *l, enum server_mode mode, char *reason)
{
    l->mode = mode;
    l->reason = reason;
}

static struct mc_catalog *cached_catalog(const char *digest)
{
    MC_CLEANUP(mc_freep) char *text = NULL;
    size_t len;

    if (mc_catalogs_get(digest, &text, &len, NULL))
        return NULL;
    return mc_catalog_parse((struct mc_str){text, len});
}

/* "<state>/logs/<server>-<key>.log": the name is for people, the key keeps apart. */
static char *log_path(const char *server, const char *key)
{
    char name[100];
    MC_CLEANUP(mc_freep) char *dir = NULL;
    size_t n = 0;

    for (const char *p = server; *p && n < 40; p++)
        name[n++] = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')
                        ? *p
                        : '-';
    snprintf(name + n, sizeof(name) - n, "-%.8s.log", key);
    if (mc_path_in(MC_DIR_STATE, "logs", &dir, NULL) || mc_io_mkdirs(dir, 0700, NULL))
        return NULL;
    return mc_path_join(dir, name);
}

/* Every read is logged with who it was for. */
static int secret_of(void *arg, const char *server, const char *name, char **ret,
                     struct mc_err *err)
{
    const struct load *job = arg;
    MC_CLEANUP(mc_freep) char *reader = mc_asprintf("server %s of %s", server, job->root);

    return mc_secrets_get(name, reader, ret, err);
}

static void load_server(struct load *job, const struct mc_trust_book *trust, struct loaded *l)
{
    const struct mc_server_spec *spec = l->spec;
    MC_CLEANUP(mc_freep) char *word = mc_spec_name_word(spec);
    /* Nothing is resolved that is not trusted; what has come so far may read files and run programs. */
    const struct mc_resolver resolver = {.secret = secret_of, .arg = job};
    struct mc_resolve with = {
        .root = job->root, .env = job->env.v, .resolver = &resolver, .trusted = true};
    struct mc_err err;

    l->trust = mc_trust_check(trust, job->root, spec);
    if (spec->disabled) {
        refuse(l, SERVER_DISABLED, mc_strdup("disabled in its config"));
    } else if (spec->transport != MC_TRANSPORT_STDIO) {
        refuse(l, SERVER_UNUSABLE, mc_strdup("remote servers (url) come in a later release"));
    } else if (l->trust != MC_TRUST_YES) {
        refuse(l, SERVER_BLOCKED,
               mc_asprintf("%s; allow it with: mcpctl trust %s",
                           l->trust == MC_TRUST_CHANGED
                               ? "its config has changed since you trusted it"
                               : "not trusted yet",
                           word));
        l->keep = l->trust == MC_TRUST_CHANGED;
    } else if (mc_launch_resolve(spec, &with, &l->backend.launch, &err)) {
        refuse(l, SERVER_UNUSABLE, mc_strdup(err.msg));
        l->keep = true;
    } else if (mc_config_permits(job->config, spec->name, &l->backend.launch.argv, NULL, &err)) {
        mc_launch_done(&l->backend.launch);
        refuse(l, SERVER_UNUSABLE, mc_strdup(err.msg));
    } else {
        l->mode = SERVER_ON;
        l->backend.name = spec->name;
        l->backend.protocol = spec->protocol;
        l->backend.start_ms = spec->start_timeout_ms;
        l->backend.call_ms = spec->call_timeout_ms;
        l->backend.isolation = spec->isolation;
        l->backend.idle_ms = spec->idle_timeout_ms;
        l->backend.max_calls = spec->max_concurrency;
        l->backend.restart = spec->restart;
        l->backend.lists_only = spec->isolation == MC_ISOLATION_SESSION;
        registry_key(&l->backend);
        l->log_path = log_path(spec->name, l->backend.key);
        l->backend.log_path = l->log_path;
        l->backend.cached = cached_catalog(l->backend.launch.digest);
    }
}

static void add_files(struct load *job, const struct mc_config_input *in)
{
    struct mc_places places = {0};

    mc_places_find(in, &places);
    for (size_t i = 0; i < places.n; i++)
        mc_strv_push(&job->files, places.v[i].path);
    mc_places_done(&places);
    for (size_t i = 0; i < job->n; i++) {
        const char *file = job->servers[i].spec->env_file;
        if (file && !strchr(file, '$'))
            mc_strv_take(&job->files,
                         *file == '/' ? mc_strdup(file) : mc_path_join(job->root, file));
    }
}

/* Two loads with the same one have nothing to tell apart. */
static void digest(struct load *job)
{
    struct mc_buf text = MC_BUF_INIT(DIGEST_TEXT_MAX);

    mc_node_json(mc_config_tree(job->config), 0, 0, &text);
    for (size_t i = 0; i < job->n; i++) {
        const struct loaded *l = &job->servers[i];
        mc_buf_addf(&text, "\n%s %d %d %s %s", l->spec->name, l->mode, l->trust,
                    l->reason ? l->reason : "", l->mode == SERVER_ON ? l->backend.key : "");
    }
    for (size_t i = 0; i < mc_config_diag_count(job->config); i++)
        mc_buf_addf(&text, "\n%s", mc_config_diag(job->config, i)->msg);
    mc_sha256_hex(mc_buf_str(&text), job->digest);
    mc_buf_done(&text);
}

static void run(void *arg)
{
    struct load *job = arg;
    struct mc_trust_book *trust = NULL;
    struct mc_err err;
    char *root;

    if (mc_path_real(job->root, &root, &job->err))
        return;
    mc_free(job->root);
    job->root = root;
    /* problems inside the files are part of the config; only an unusable root is an error */
    struct mc_config_input in = {.root = job->root, .env = job->env.v, .sets = job->sets.v};
    int rc = mc_config_load(&in, &job->config, &err);
    if (rc && rc != -MC_E_CONFIG) {
        job->err = err;
        return;
    }
    /* an unreadable book trusts nothing: the servers are blocked and say so */
    if (mc_trust_load(&trust, &err))
        job->warning = mc_asprintf("the trust file cannot be used: %s", err.msg);
    job->n = mc_config_server_count(job->config);
    job->servers = mc_calloc(job->n ? job->n : 1, sizeof(*job->servers));
    for (size_t i = 0; i < job->n; i++) {
        job->servers[i].spec = mc_config_server(job->config, i);
        load_server(job, trust, &job->servers[i]);
    }
    mc_trust_free(trust);
    add_files(job, &in);
    digest(job);
}

static void done(void *arg)
{
    struct load *job = arg;

    if (job->warning)
        mc_warn("hub", "%s", job->warning);
    job->done(job, job->arg);
}

void load_begin(struct mc_loop *l, const char *root, struct mc_strv *env, struct mc_strv *sets,
                void (*fn)(struct load *job, void *arg), void *arg)
{
    static uint64_t loads;
    struct load *job = MC_NEW(struct load);

    job->no = ++loads;
    job->root = mc_strdup(root);
    job->env = *env;
    job->sets = *sets;
    memset(env, 0, sizeof(*env));
    memset(sets, 0, sizeof(*sets));
    job->done = fn;
    job->arg = arg;
    mc_work(l, run, done, job);
}

void load_free(struct load *job)
{
    for (size_t i = 0; i < job->n; i++) {
        struct loaded *l = &job->servers[i];
        mc_free(l->reason);
        mc_free(l->log_path);
        if (l->mode == SERVER_ON) {
            mc_launch_done(&l->backend.launch);
            mc_catalog_unref(l->backend.cached);
        }
    }
    mc_free(job->servers);
    mc_config_unref(job->config);
    mc_strv_done(&job->env);
    mc_strv_done(&job->sets);
    mc_strv_done(&job->files);
    mc_free(job->warning);
    mc_free(job->root);
    mc_free(job);
}
