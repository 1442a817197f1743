#include "config/config.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/map.h"
#include "base/path.h"
#include "config/build.h"
#include "config/keys.h"
#include "mcp/names.h"

#include <errno.h>
#include <sys/stat.h>

#define BUILT_IN "built-in"
#define PORT_DEFAULT 37373

static struct mc_config *config_new(const char *root)
{
    struct mc_config *c = MC_NEW(struct mc_config);

    c->refs = 1;
    c->root = mc_strdup(root ? root : "");
    c->name_max = MC_NAME_MAX_DEFAULT;
    c->port = PORT_DEFAULT;
    c->by_name = mc_map_new();
    c->tree = mc_node_new("", &mc_key_file);
    c->tree->value.type = MC_JSON_OBJECT;
    c->tree->source = &mc_source_add(c, MC_LAYER_BUILTIN, NULL, BUILT_IN)->pub;
    return c;
}

struct mc_config *mc_config_ref(struct mc_config *c)
{
    c->refs++;
    return c;
}

static void free_source(struct source *s)
{
    mc_node_free(s->pub.tree);
    mc_jsonc_done(&s->doc);
    mc_free(s->pub.name);
    mc_free(s->pub.file);
    mc_free(s);
}

void mc_config_unref(struct mc_config *c)
{
    if (!c || --c->refs)
        return;
    for (size_t i = 0; i < c->n_servers; i++)
        mc_spec_free(c->servers[i]);
    mc_config_forget(c, 0, 0);
    mc_rules_done(c);
    mc_map_free(c->by_name, NULL);
    mc_node_free(c->tree);
    for (size_t i = 0; i < c->n_sources; i++)
        free_source(c->sources[i]);
    mc_strv_done(&c->allowed_hosts);
    mc_strv_done(&c->allowed_origins);
    mc_free(c->sources);
    mc_free(c->servers);
    mc_free(c->diags);
    mc_free(c->workspace);
    mc_free(c->root);
    mc_free(c);
}

/* ---- servers ---- */

/* What is wrong with what it runs; NULL when it can be started. Caller frees. */
static char *wrong_transport(const struct mc_server_spec *spec)
{
    bool has_type = mc_node_child(spec->node, "type") != NULL;

    if (spec->command && spec->url)
        return mc_strdup("both \"command\" and \"url\" are given; expected one of them");
    if (!spec->command && !spec->url)
        return mc_strdup("neither \"command\" nor \"url\" is given; expected the program to start "
                         "or the address of a remote server");
    if (spec->command && mc_str_trim(mc_str_of(spec->command)).n == 0)
        return mc_strdup("\"command\" is empty; expected the program to start");
    if (spec->url && !*spec->url)
        return mc_strdup("\"url\" is empty; expected the address of a remote server");
    if (has_type && spec->command && spec->transport != MC_TRANSPORT_STDIO)
        return mc_strdup("this \"type\" needs a \"url\", found a \"command\" (that would be type "
                         "\"stdio\")");
    if (has_type && spec->url && spec->transport == MC_TRANSPORT_STDIO)
        return mc_strdup("type \"stdio\" needs a \"command\", found a \"url\" (that would be type "
                         "\"http\")");
    return NULL;
}

/* A report about a server as a whole, with its name as its file writes it. */
static void report_server(struct mc_config *c, enum mc_severity severity,
                          const struct mc_server_spec *spec, char *msg /* taken */)
{
    struct mc_buf path = MC_BUF_INIT(1024);

    mc_buf_addz(&path, spec->node->below ? spec->node->below : "servers");
    mc_keypath_add(&path, spec->name);
    mc_config_report(c, severity, &spec->origin,
                     mc_container_of(spec->node->source, struct source, pub)->rank,
                     mc_asprintf("%s: %s", path.data, msg));
    mc_buf_done(&path);
    mc_free(msg);
}

static bool is_command_line(const struct mc_server_spec *spec)
{
    return spec->command && spec->args.n == 0 && strchr(spec->command, ' ') &&
           !strchr("/.~", *spec->command);
}

static bool is_usable(struct mc_config *c, const struct mc_server_spec *spec)
{
    char *wrong = wrong_transport(spec);

    if (!wrong && !*spec->digest)
        wrong = mc_strdup("this server's entry is too long");
    if (wrong) {
        report_server(c, MC_SEV_ERROR, spec, wrong);
        return false;
    }
    if (is_command_line(spec))
        report_server(c, MC_SEV_WARNING, spec,
                      mc_strdup("\"command\" holds spaces, but it is one program name, not a "
                                "command line; put the rest into \"args\""));
    return mc_rules_allow(c, spec);
}

static void make_servers(struct mc_config *c)
{
    const struct mc_node *servers = mc_node_child(c->tree, "servers");
    size_t n = servers ? servers->n_children : 0;

    c->servers = mc_calloc(n ? n : 1, sizeof(*c->servers));
    for (size_t i = 0; i < n; i++) {
        const struct mc_node *node = servers->child[i];
        struct mc_server_spec *spec = node->broken ? NULL : mc_spec_of_node(node);
        /* with the port of the config, which is known only now, it leads back to the hub */
        bool is_hub = spec && spec->url && mc_config_is_hub_url(spec->url, c->port);
        if (!spec || is_hub || !is_usable(c, spec)) {
            mc_spec_free(spec);
            continue;
        }
        spec->builtin = node->layers == MC_LAYER_BIT(MC_LAYER_BUILTIN);
        c->servers[c->n_servers++] = spec;
        mc_map_put(c->by_name, mc_str_of(spec->name), spec);
    }
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
            mc_container_of(spec->node->source, struct source, pub)->rank,
            mc_asprintf("servers \"%s\" and \"%s\" both show their tools as %s__…; give "
                        "one of them another \"prefix\"",
                        a, b, shown));
    }
    mc_map_free(seen, NULL);
}

/* ---- the whole ---- */

static int result(struct mc_config *c, struct mc_err *err)
{
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

static bool has_servers(const struct mc_config *c)
{
    const struct mc_node *servers = mc_node_child(c->tree, "servers");

    return servers && servers->n_children > 0;
}

/* Every source has been read: they become one. */
static int finish(struct mc_config *c, struct mc_err *err)
{
    for (size_t i = 1; i < c->n_sources; i++)
        mc_config_merge(c, c->sources[i]);
    if (!has_servers(c) && c->n_errors == 0)
        mc_source_of_builtins(c);
    mc_rules_require(c);
    mc_values_store(c->tree, c);
    make_servers(c);
    warn_same_prefixes(c);
    mc_config_sort_reports(c);
    return result(c, err);
}

static void load_place(struct mc_config *c, const struct mc_place *place)
{
    struct source *s = mc_source_add(c, place->layer, place->name, place->path);
    MC_CLEANUP(mc_freep) char *text = NULL;
    struct mc_err why = {0};
    size_t n;

    int ret = mc_io_read(place->path, MC_CONFIG_FILE_MAX, &text, &n, &why);
    if (ret == 0)
        mc_source_read(c, s, text, n, true);
    else if (ret != -MC_E_NOT_FOUND && why.sys_errno != ENOTDIR)
        mc_config_report(c, MC_SEV_ERROR, &(struct mc_origin){s->pub.file, 0, 0}, s->rank,
                         mc_strdup(why.msg));
}

static int check_root(const char *root, struct mc_err *err)
{
    struct stat st;

    if (stat(root, &st) < 0)
        return mc_err_sys(err, errno, "cannot use %s as a repo", root);
    if (!S_ISDIR(st.st_mode))
        return mc_err_sys(err, ENOTDIR, "cannot use %s as a repo", root);
    return 0;
}

int mc_config_load(const struct mc_config_input *in, struct mc_config **ret, struct mc_err *err)
{
    struct mc_config *c = config_new(in->root);
    struct mc_places places;

    *ret = c;
    int failed = in->root ? check_root(in->root, err) : 0;
    if (failed < 0)
        return failed;
    mc_places_find(in, &places);
    for (size_t i = 0; i < places.n; i++)
        load_place(c, &places.v[i]);
    if (places.cut)
        mc_config_report(
            c, MC_SEV_WARNING, &(struct mc_origin){places.v[places.n - 1].path, 0, 0},
            c->sources[c->n_sources - 1]->rank,
            mc_asprintf("more than %d files of config; those after this one are not read",
                        MC_PLACES_MAX));
    mc_places_done(&places);
    mc_sources_of_env(c, in->env);
    mc_sources_of_sets(c, in->sets);
    return finish(c, err);
}

int mc_config_parse(const char *root, const char *file, struct mc_str text, struct mc_config **ret,
                    struct mc_err *err)
{
    struct mc_config *c = config_new(root);
    enum mc_layer layer;

    *ret = c;
    if (!mc_layer_of_file(file, &layer))
        return mc_err_set(err, MC_E_USAGE, "%s is not one of the config files", file);
    MC_CLEANUP(mc_freep) char *path = mc_path_join(c->root, file);
    mc_source_read(c, mc_source_add(c, layer, NULL, path), text.p, text.n, true);
    return finish(c, err);
}

int mc_config_parse_as(enum mc_layer layer, const char *file, struct mc_str text,
                       struct mc_config **ret, struct mc_err *err)
{
    struct mc_config *c = config_new(NULL);

    *ret = c;
    mc_source_read(c, mc_source_add(c, layer, NULL, file), text.p, text.n, true);
    return finish(c, err);
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

unsigned mc_config_port(const struct mc_config *c)
{
    return c->port;
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
    return mc_map_get(c->by_name, mc_str_of(name));
}

size_t mc_config_diag_count(const struct mc_config *c)
{
    return c->n_diags;
}

const struct mc_diag *mc_config_diag(const struct mc_config *c, size_t i)
{
    return i < c->n_diags ? &c->diags[i] : NULL;
}

size_t mc_config_error_count(const struct mc_config *c)
{
    return c->n_errors;
}

const struct mc_node *mc_config_tree(const struct mc_config *c)
{
    return c->tree;
}

size_t mc_config_source_count(const struct mc_config *c)
{
    return c->n_sources;
}

const struct mc_source *mc_config_source(const struct mc_config *c, size_t i)
{
    return i < c->n_sources ? &c->sources[i]->pub : NULL;
}
