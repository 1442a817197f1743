#include "cli/confview.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "config/keys.h"
#include "config/tree.h"

#include <stdlib.h>

#define VALUE_MAX (64u << 20)

int mc_confview_key(const char *text, struct mc_strv *ret, struct mc_err *err)
{
    if (mc_keypath_parse(text, ret, err) < 0)
        return -MC_E_USAGE;
    mc_keypath_canonical(ret);
    return 0;
}

int mc_confview_unknown(const struct mc_strv *path, const char *text, struct mc_err *err)
{
    struct mc_strv above = {.v = path->v, .n = path->n ? path->n - 1 : 0};
    const struct mc_key *container = mc_key_at(&above);
    const char *nearest = path->n && container && container->type == MC_KEY_OBJECT
                              ? mc_key_nearest(container->keys, path->v[path->n - 1])
                              : NULL;

    if (nearest)
        return mc_err_set(err, MC_E_USAGE, "there is no key '%s'; did you mean '%s'?", text,
                          nearest);
    return mc_err_set(err, MC_E_USAGE, "there is no key '%s'; `man mcpctl.json` lists them", text);
}

static const char *below(const char *dir, const char *file)
{
    size_t n = dir ? strlen(dir) : 0;

    return n && strncmp(file, dir, n) == 0 && file[n] == '/' ? file + n + 1 : NULL;
}

char *mc_confview_file(const char *file, const char *root)
{
    const char *in_repo = below(root, file), *in_home = below(getenv("HOME"), file);
    MC_CLEANUP(mc_freep)
    char *name = in_repo   ? mc_strdup(in_repo)
                 : in_home ? mc_asprintf("~/%s", in_home)
                           : mc_strdup(file);

    return mc_str_printable(mc_str_of(name), false);
}

char *mc_confview_place(const struct mc_node *n, const char *root)
{
    MC_CLEANUP(mc_freep) char *file = mc_confview_file(n->source->file, root);

    return n->line ? mc_asprintf("%s:%u:%u", file, n->line, n->col) : MC_TAKE(file);
}

void mc_confview_origin(const struct mc_node *n, cJSON *to)
{
    mc_doc_add_str(to, "layer", mc_layer_name(n->source->layer));
    if (n->source->name)
        mc_doc_add_str(to, "org", n->source->name);
    mc_doc_add_str(to, "file", n->source->file);
    if (n->line) {
        mc_doc_add_num(to, "line", n->line);
        mc_doc_add_num(to, "column", n->col);
    }
}

char *mc_confview_value(const struct mc_node *n)
{
    struct mc_buf out = MC_BUF_INIT(VALUE_MAX);

    mc_node_json(n, MC_NODE_REDACTED, 0, &out);
    return mc_buf_steal(&out);
}
