#include "config/config.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/map.h"
#include "base/path.h"
#include "config/build.h"
#include "config/sources.h"
#include "mcp/names.h"

#include <errno.h>
#include <sys/stat.h>

#define BUILT_IN "built-in"

static struct mc_config *config_new(const char *root)
{
    struct mc_config *c = MC_NEW(struct mc_config);

    c->refs = 1;
    c->root = mc_strdup(root);
    c->name_max = MC_NAME_MAX_DEFAULT;
    c->by_name = mc_map_new();
    return c;
}

struct mc_config *mc_config_ref(struct mc_config *c)
{
    c->refs++;
    return c;
}

void mc_config_unref(struct mc_config *c)
{
    if (!c || --c->refs)
        return;
    for (size_t i = 0; i < c->n_servers; i++)
        mc_spec_free(c->servers[i]);
    mc_config_forget(c, 0, 0);
    mc_map_free(c->by_name, NULL);
    mc_strv_done(&c->allowed_hosts);
    mc_strv_done(&c->allowed_origins);
    mc_free(c->servers);
    mc_free(c->diags);
    mc_free(c->workspace);
    mc_free(c->root);
    mc_free(c);
}

/* ---- reports ---- */

static void push_report(struct mc_config *c, enum mc_severity severity, const struct mc_origin *at,
                        char *msg)
{
    if (c->n_diags == c->diags_cap) {
        c->diags_cap = c->diags_cap ? c->diags_cap * 2 : 8;
        c->diags = mc_realloc(c->diags, c->diags_cap * sizeof(*c->diags));
    }
    c->diags[c->n_diags++] =
        (struct mc_diag){severity, {mc_strdup(at->file), at->line, at->col}, msg};
}

void mc_config_report(struct mc_config *c, enum mc_severity severity, const struct mc_origin *at,
                      char *msg)
{
    c->n_errors += severity == MC_SEV_ERROR;
    if (c->n_diags < MC_CONFIG_DIAGS_MAX) {
        push_report(c, severity, at, msg);
        return;
    }
    mc_free(msg);
    if (c->n_diags == MC_CONFIG_DIAGS_MAX)
        push_report(c, MC_SEV_ERROR, at,
                    mc_strdup("too many problems; those after this are not shown"));
}

void mc_config_forget(struct mc_config *c, size_t n_diags, size_t n_errors)
{
    while (c->n_diags > n_diags) {
        struct mc_diag *d = &c->diags[--c->n_diags];
        mc_free(d->at.file);
        mc_free(d->msg);
    }
    c->n_errors = n_errors;
}

static bool stands_before(const struct mc_origin *a, const struct mc_origin *b)
{
    return a->line < b->line || (a->line == b->line && a->col < b->col);
}

void mc_config_sort_reports(struct mc_config *c, size_t first)
{
    /* By insertion: there are few, nearly all in order, and those of one place must keep theirs. */
    for (size_t i = first + 1; i < c->n_diags; i++) {
        struct mc_diag d = c->diags[i];
        size_t j = i;
        for (; j > first && stands_before(&d.at, &c->diags[j - 1].at); j--)
            c->diags[j] = c->diags[j - 1];
        c->diags[j] = d;
    }
}

static const char *below(const char *root, const char *file)
{
    size_t n = root ? strlen(root) : 0;

    return n && strncmp(file, root, n) == 0 && file[n] == '/' ? file + n + 1 : file;
}

char *mc_diag_text(const struct mc_diag *d, const char *root)
{
    const char *file = below(root, d->at.file);
    const char *severity = d->severity == MC_SEV_ERROR ? "error" : "warning";

    if (d->at.line == 0)
        return mc_asprintf("%s: %s: %s", file, severity, d->msg);
    return mc_asprintf("%s:%u:%u: %s: %s", file, d->at.line, d->at.col, severity, d->msg);
}

/* ---- servers ---- */

static size_t index_of(const struct mc_config *c, const char *name)
{
    return (size_t)(uintptr_t)mc_map_get(c->by_name, mc_str_of(name));
}

static void warn_replaced(struct mc_config *c, const struct mc_server_spec *old,
                          const struct mc_server_spec *spec)
{
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(spec->name), false);

    if (strcmp(old->digest, spec->digest) == 0)
        return;
    mc_config_report(c, MC_SEV_WARNING, &spec->origin,
                     mc_asprintf("server \"%s\" is given with different content in %s:%u:%u too; "
                                 "this one is used",
                                 shown, below(c->root, old->origin.file), old->origin.line,
                                 old->origin.col));
}

void mc_config_put(struct mc_config *c, struct mc_server_spec *spec)
{
    size_t at = index_of(c, spec->name);

    if (at) {
        if (c->servers[at - 1])
            warn_replaced(c, c->servers[at - 1], spec);
        mc_spec_free(c->servers[at - 1]);
        c->servers[at - 1] = spec;
        return;
    }
    if (c->n_servers == c->servers_cap) {
        c->servers_cap = c->servers_cap ? c->servers_cap * 2 : 16;
        c->servers = mc_realloc(c->servers, c->servers_cap * sizeof(*c->servers));
    }
    c->servers[c->n_servers++] = spec;
    mc_map_put(c->by_name, mc_str_of(spec->name), (void *)(uintptr_t)c->n_servers);
}

void mc_config_drop(struct mc_config *c, const char *name)
{
    size_t at = index_of(c, name);

    if (at) {
        mc_spec_free(c->servers[at - 1]);
        c->servers[at - 1] = NULL;
    }
}

static void add_builtins(struct mc_config *c)
{
    static const char *const names[] = {"git", "files"};

    for (size_t i = 0; i < MC_ARRAY_LEN(names); i++) {
        struct mc_server_spec *spec = mc_spec_new(names[i]);
        spec->builtin = true;
        spec->command = mc_strdup("mcpctl");
        mc_strv_push(&spec->args, "serve");
        mc_strv_push(&spec->args, names[i]);
        spec->origin.file = mc_strdup(BUILT_IN);
        (void)mc_spec_digest(spec);
        mc_config_put(c, spec);
    }
}

/* ---- the whole ---- */

static void close_gaps(struct mc_config *c)
{
    size_t n = 0;

    mc_map_free(c->by_name, NULL);
    c->by_name = mc_map_new();
    for (size_t i = 0; i < c->n_servers; i++) {
        if (!c->servers[i])
            continue;
        c->servers[n++] = c->servers[i];
        mc_map_put(c->by_name, mc_str_of(c->servers[n - 1]->name), (void *)(uintptr_t)n);
    }
    c->n_servers = n;
}

/* Names stay apart whatever the prefix, but people and models could not tell whose tool is whose. */
static void warn_same_prefixes(struct mc_config *c)
{
    struct mc_map *seen = mc_map_new();

    for (size_t i = 0; i < c->n_servers; i++) {
        const struct mc_server_spec *spec = c->servers[i], *other;
        const char *prefix = spec->prefix ? spec->prefix : spec->name;
        MC_CLEANUP(mc_freep) char *shown = mc_name_sanitise(mc_str_of(prefix));

        if (spec->disabled || !*prefix)
            continue;
        other = mc_map_put(seen, mc_str_of(shown), (void *)spec);
        if (!other)
            continue;
        MC_CLEANUP(mc_freep) char *a = mc_str_printable(mc_str_of(other->name), false);
        MC_CLEANUP(mc_freep) char *b = mc_str_printable(mc_str_of(spec->name), false);
        mc_config_report(
            c, MC_SEV_WARNING, &spec->origin,
            mc_asprintf("servers \"%s\" and \"%s\" both show their tools as %s__…; give "
                        "one of them another \"prefix\"",
                        a, b, shown));
    }
    mc_map_free(seen, NULL);
}

static int finish(struct mc_config *c, struct mc_config **ret, struct mc_err *err)
{
    close_gaps(c);
    if (c->n_servers == 0 && c->n_errors == 0)
        add_builtins(c);
    warn_same_prefixes(c);
    *ret = c;
    if (c->n_errors == 0)
        return 0;

    const struct mc_diag *first = c->diags;
    while (first->severity != MC_SEV_ERROR)
        first++;
    MC_CLEANUP(mc_freep) char *text = mc_diag_text(first, c->root);
    if (c->n_errors == 1)
        return mc_err_set(err, MC_E_CONFIG, "%s", text);
    return mc_err_set(err, MC_E_CONFIG, "%s (and %zu more)", text, c->n_errors - 1);
}

static void load_source(struct mc_config *c, const struct mc_source *source)
{
    MC_CLEANUP(mc_freep) char *path = mc_path_join(c->root, source->path);
    MC_CLEANUP(mc_freep) char *text = NULL;
    struct mc_err why = {0};
    size_t n;

    int ret = mc_io_read(path, MC_CONFIG_FILE_MAX, &text, &n, &why);
    if (ret == 0)
        mc_config_read(c, source, path, text, n);
    else if (ret != -MC_E_NOT_FOUND && why.sys_errno != ENOTDIR)
        mc_config_report(c, MC_SEV_ERROR, &(struct mc_origin){path, 0, 0}, mc_strdup(why.msg));
}

int mc_config_load(const char *root, struct mc_config **ret, struct mc_err *err)
{
    struct mc_config *c = config_new(root);
    struct stat st;

    *ret = c;
    if (stat(root, &st) < 0)
        return mc_err_sys(err, errno, "cannot use %s as a repo", root);
    if (!S_ISDIR(st.st_mode))
        return mc_err_sys(err, ENOTDIR, "cannot use %s as a repo", root);
    for (const struct mc_source *source = mc_sources; source->path; source++)
        load_source(c, source);
    return finish(c, ret, err);
}

int mc_config_load_user(struct mc_config **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *dir = NULL;
    int rc = mc_path_in(MC_DIR_CONFIG, NULL, &dir, err);

    if (rc < 0)
        return rc;
    *ret = config_new(dir);
    load_source(*ret, &mc_user_source);
    return 0;
}

int mc_config_parse(const char *root, const char *file, struct mc_str text, struct mc_config **ret,
                    struct mc_err *err)
{
    struct mc_config *c = config_new(root);
    MC_CLEANUP(mc_freep) char *path = mc_path_join(root, file);
    const struct mc_source *source = mc_sources;

    while (source->path && strcmp(source->path, file) != 0)
        source++;
    if (!source->path) {
        *ret = c;
        return mc_err_set(err, MC_E_USAGE, "%s is not one of the config files", file);
    }
    mc_config_read(c, source, path, text.p, text.n);
    return finish(c, ret, err);
}

/* ---- reading the snapshot ---- */

const char *mc_config_root(const struct mc_config *c)
{
    return c->root;
}

const char *mc_config_workspace(const struct mc_config *c)
{
    return c->workspace;
}

size_t mc_config_name_max(const struct mc_config *c)
{
    return c->name_max;
}

const struct mc_strv *mc_config_allowed_hosts(const struct mc_config *c)
{
    return &c->allowed_hosts;
}

const struct mc_strv *mc_config_allowed_origins(const struct mc_config *c)
{
    return &c->allowed_origins;
}

size_t mc_config_server_count(const struct mc_config *c)
{
    return c->n_servers;
}

const struct mc_server_spec *mc_config_server(const struct mc_config *c, size_t i)
{
    return i < c->n_servers ? c->servers[i] : NULL;
}

const struct mc_server_spec *mc_config_find(const struct mc_config *c, const char *name)
{
    size_t at = index_of(c, name);

    return at ? c->servers[at - 1] : NULL;
}

size_t mc_config_diag_count(const struct mc_config *c)
{
    return c->n_diags;
}

const struct mc_diag *mc_config_diag(const struct mc_config *c, size_t i)
{
    return i < c->n_diags ? &c->diags[i] : NULL;
}
