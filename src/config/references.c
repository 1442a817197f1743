/* References that this environment cannot resolve, told before anything is started. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "config/build.h"
#include "config/expand.h"
#include "config/keys.h"

struct check {
    struct mc_config *config;
    char *const *env;
    const struct mc_server_spec *spec;
    const struct mc_node *node;
    struct mc_buf path;
};

static bool is_known(const struct check *k, struct mc_str name)
{
    if (mc_expand_getenv(k->env, name))
        return true;
    for (size_t i = 0; i < k->spec->n_env; i++)
        if (k->spec->env[i].value && mc_str_eq(name, mc_str_of(k->spec->env[i].key)))
            return !mc_str_eq(name, mc_str_of(k->node->name)); /* not by itself */
    return k->spec->env_file != NULL;                          /* which may have it */
}

static void on_reference(void *arg, enum mc_reference kind, struct mc_str name, bool has_fallback)
{
    struct check *k = arg;
    struct mc_origin at = {k->node->source->file, k->node->line, k->node->col};

    if (kind != MC_REFERENCE_VARIABLE || has_fallback || is_known(k, name))
        return;
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(name, false);
    mc_config_report(k->config, MC_SEV_WARNING, &at,
                     mc_container_of(k->node->source, struct source, pub)->rank,
                     mc_asprintf("%s: the variable %s is not set here; without it the server "
                                 "cannot start (a default: ${%s:-…})",
                                 k->path.data, shown, shown));
}

static void check_value(struct check *k, struct mc_jval v)
{
    MC_CLEANUP(mc_freep) char *text = mc_jstr_dup(v);
    struct mc_jiter it;
    struct mc_jval item;

    if (text)
        mc_expand_each(text, on_reference, k);
    else if (mc_jiter_init(&it, v))
        while (mc_jiter_next(&it, NULL, &item))
            check_value(k, item);
}

static void check_node(struct check *k, const struct mc_node *n)
{
    size_t where = k->path.len;

    mc_keypath_add(&k->path, n->name);
    if (mc_node_is_container(n)) {
        for (size_t i = 0; i < n->n_children; i++)
            check_node(k, n->child[i]);
    } else if (n->key) {
        k->node = n;
        check_value(k, n->value);
    }
    k->path.len = where;
    k->path.data[where] = '\0';
}

void mc_config_check_references(struct mc_config *c, char *const *env)
{
    for (size_t i = 0; i < c->n_servers; i++) {
        const struct mc_node *n = c->servers[i]->node;
        struct check k = {.config = c,
                          .env = env,
                          .spec = c->servers[i],
                          .path = MC_BUF_INIT(MC_CONFIG_FILE_MAX)};
        mc_buf_addz(&k.path, n->below ? n->below : "servers");
        mc_keypath_add(&k.path, n->name);
        for (size_t j = 0; j < n->n_children && !c->servers[i]->disabled; j++)
            if (n->child[j]->key && n->child[j]->key->launch)
                check_node(&k, n->child[j]);
        mc_buf_done(&k.path);
    }
    mc_config_sort_reports(c);
}
