#include "config/layers.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"

#include <dirent.h>
#include <stdlib.h>

#define SYSTEM_DIR "/etc/mcpctl"

static const char *const names[MC_LAYER_MAX] = {
    [MC_LAYER_BUILTIN] = "built-in",
    [MC_LAYER_SYSTEM] = "system",
    [MC_LAYER_HUB_CLIENTS] = "mcphub",
    [MC_LAYER_GLOBAL] = "global",
    [MC_LAYER_ORG] = "org",
    [MC_LAYER_CLIENTS] = "clients",
    [MC_LAYER_PROJECT] = "project",
    [MC_LAYER_LOCAL] = "local",
    [MC_LAYER_ENV] = "environment",
    [MC_LAYER_FLAGS] = "command-line",
};

/* Below the repo root, lowest first. A directory stands for its *.json files. */
static const struct {
    enum mc_layer layer;
    const char *path;
    bool directory;
} repo_files[] = {
    {MC_LAYER_CLIENTS, ".mcp.json", false},           {MC_LAYER_CLIENTS, ".cursor/mcp.json", false},
    {MC_LAYER_CLIENTS, ".vscode/mcp.json", false},    {MC_LAYER_CLIENTS, ".mcphub", true},
    {MC_LAYER_PROJECT, ".mcpctl/config.json", false}, {MC_LAYER_LOCAL, ".mcpctl/local.json", false},
};

const char *mc_layer_name(enum mc_layer layer)
{
    return names[layer];
}

bool mc_layer_find(const char *name, enum mc_layer *ret)
{
    for (int i = 0; i < MC_LAYER_MAX; i++)
        if (strcmp(names[i], name) == 0) {
            *ret = (enum mc_layer)i;
            return true;
        }
    return false;
}

static void add(struct mc_places *p, enum mc_layer layer, const char *name, char *path /* taken */)
{
    if (p->n == MC_PLACES_MAX) {
        p->cut = true;
        mc_free(path);
        return;
    }
    p->v = mc_realloc(p->v, (p->n + 1) * sizeof(*p->v));
    p->v[p->n++] = (struct mc_place){layer, name, path};
}

static int is_json(const struct dirent *e)
{
    struct mc_str name = mc_str_of(e->d_name);

    return name.p[0] != '.' && mc_str_ends(name, MC_STR(".json"));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_directory(struct mc_places *p, enum mc_layer layer, const char *dir)
{
    struct dirent **list;
    int n = scandir(dir, &list, is_json, by_bytes);

    for (int i = 0; i < n; i++) {
        add(p, layer, NULL, mc_path_join(dir, list[i]->d_name));
        free(list[i]);
    }
    if (n >= 0)
        free(list);
}

static void add_repo(struct mc_places *p, const char *root)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(repo_files); i++) {
        char *path = mc_path_join(root, repo_files[i].path);
        if (!repo_files[i].directory) {
            add(p, repo_files[i].layer, NULL, path);
            continue;
        }
        add_directory(p, repo_files[i].layer, path);
        mc_free(path);
    }
}

void mc_places_find(const struct mc_config_input *in, struct mc_places *ret)
{
    MC_CLEANUP(mc_freep) char *global = NULL;

    *ret = (struct mc_places){0};
    add(ret, MC_LAYER_SYSTEM, NULL,
        mc_path_join(in->system_dir ? in->system_dir : SYSTEM_DIR, "config.json"));
    /* Without a home there is no file of the user's, which is no reason to do without the others. */
    if (mc_layer_file(MC_LAYER_GLOBAL, NULL, &global, NULL) == 0) {
        MC_CLEANUP(mc_freep) char *own = mc_path_dir(global);
        MC_CLEANUP(mc_freep) char *config_home = mc_path_dir(own);
        MC_CLEANUP(mc_freep) char *hub = mc_path_join(config_home, "mcphub");
        add_directory(ret, MC_LAYER_HUB_CLIENTS, hub);
        add(ret, MC_LAYER_GLOBAL, NULL, MC_TAKE(global));
    }
    for (size_t i = 0; i < in->n_orgs; i++)
        add(ret, MC_LAYER_ORG, in->orgs[i].name, mc_path_join(in->orgs[i].dir, "config.json"));
    if (in->root)
        add_repo(ret, in->root);
}

void mc_places_done(struct mc_places *p)
{
    for (size_t i = 0; i < p->n; i++)
        mc_free(p->v[i].path);
    mc_free(p->v);
    *p = (struct mc_places){0};
}

bool mc_layer_of_file(const char *path, enum mc_layer *ret)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(repo_files); i++) {
        size_t n = strlen(repo_files[i].path);
        bool same = strncmp(path, repo_files[i].path, n) == 0;
        if (!same || path[n] != (repo_files[i].directory ? '/' : '\0'))
            continue;
        *ret = repo_files[i].layer;
        return true;
    }
    return false;
}

int mc_layer_file(enum mc_layer layer, const char *root, char **ret, struct mc_err *err)
{
    if (layer == MC_LAYER_GLOBAL)
        return mc_path_in(MC_DIR_CONFIG, "config.json", ret, err);
    for (size_t i = 0; root && i < MC_ARRAY_LEN(repo_files); i++)
        if (repo_files[i].layer == layer && layer != MC_LAYER_CLIENTS) {
            *ret = mc_path_join(root, repo_files[i].path);
            return 0;
        }
    return mc_err_set(err, MC_E_USAGE, "the layer \"%s\" has no file that mcpctl writes",
                      names[layer]);
}
