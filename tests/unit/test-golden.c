/* Golden directories: layers in; what is in force, where from, and what is wrong, out.
 *
 * tests/golden/NAME/ has system/config.json, home/mcpctl/config.json, home/mcphub/, org-NAME/config.json and repo/ as they are looked for, `env` and `sets` with
 * one NAME=value or KEY=VALUE a line, and `expected`. MC_GOLDEN_UPDATE=1 writes that anew: read the difference before you commit it. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "config/config.h"
#include "config/tree.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

#include <dirent.h>

#define TEXT_MAX (1u << 20)

/* The lines of a file, if it is there. */
static void lines_of(const char *dir, const char *name, struct mc_strv *ret)
{
    MC_CLEANUP(mc_freep) char *path = mc_path_join(dir, name);
    char *text = slurp(path, NULL);

    for (char *line = text, *end; line && (end = strchr(line, '\n')); line = end + 1)
        mc_strv_take(ret, mc_strndup(line, (size_t)(end - line)));
    free(text);
}

/* Appends text with the directory's own name taken out of it. */
static void add_shown(struct mc_buf *out, const char *dir, const char *text)
{
    size_t n = strlen(dir);

    for (const char *p; (p = strstr(text, dir)); text = p + n + 1)
        mc_buf_add(out, text, (size_t)(p - text));
    mc_buf_addz(out, text);
}

static void add_origins(const struct mc_node *n, const char *dir, struct mc_buf *path, struct mc_buf *out)
{
    for (size_t i = 0; i < n->n_children; i++) {
        const struct mc_node *c = n->child[i];
        size_t where = path->len;
        mc_keypath_add(path, c->name);
        if (mc_node_is_container(c)) {
            add_origins(c, dir, path, out);
        } else {
            mc_buf_addf(out, "%s ", mc_layer_name(c->source->layer));
            add_shown(out, dir, c->source->file);
            if (c->line)
                mc_buf_addf(out, ":%u:%u", c->line, c->col);
            mc_buf_addf(out, " %s = ", path->data);
            mc_node_json(c, 0, 0, out);
            mc_buf_addc(out, '\n');
        }
        path->len = where;
        path->data[where] = '\0';
    }
}

/* Whose servers are the user's alone, and which run. */
static void add_servers(const struct mc_config *c, struct mc_buf *out)
{
    for (size_t i = 0; i < mc_config_server_count(c); i++) {
        const struct mc_server_spec *s = mc_config_server(c, i);
        mc_buf_addf(out, "%s%s%s\n", s->name, s->mine ? " mine" : "", s->disabled ? " disabled" : "");
    }
}

static char *describe(const struct mc_config *c, const char *dir)
{
    struct mc_buf out = MC_BUF_INIT(TEXT_MAX), path = MC_BUF_INIT(TEXT_MAX);

    mc_buf_addz(&out, "== effective\n");
    mc_node_json(mc_config_tree(c), MC_NODE_PRETTY, 0, &out);
    mc_buf_addz(&out, "\n== origins\n");
    add_origins(mc_config_tree(c), dir, &path, &out);
    mc_buf_addz(&out, "== servers\n");
    add_servers(c, &out);
    mc_buf_addz(&out, "== problems\n");
    for (size_t i = 0; i < mc_config_diag_count(c); i++) {
        MC_CLEANUP(mc_freep) char *text = mc_diag_text(mc_config_diag(c, i), NULL);
        add_shown(&out, dir, text);
        mc_buf_addc(&out, '\n');
    }
    mc_buf_done(&path);
    return mc_buf_steal(&out);
}

/* The org-* directories, in the order of their names. */
static size_t orgs_of(const char *dir, struct mc_config_org orgs[8])
{
    struct dirent **list;
    size_t n = 0;
    int found = scandir(dir, &list, NULL, alphasort);

    for (int i = 0; i < found; i++) {
        if (strncmp(list[i]->d_name, "org-", 4) == 0 && n < 8) {
            char *org = mc_path_join(dir, list[i]->d_name);
            orgs[n++] = (struct mc_config_org){mc_path_base(org) + 4, org};
        }
        free(list[i]);
    }
    free(list);
    return n;
}

static void check(const char *golden, const char *name)
{
    MC_CLEANUP(mc_freep) char *dir = mc_path_join(golden, name);
    MC_CLEANUP(mc_freep) char *root = mc_path_join(dir, "repo");
    MC_CLEANUP(mc_freep) char *home = mc_path_join(dir, "home");
    MC_CLEANUP(mc_freep) char *system = mc_path_join(dir, "system");
    MC_CLEANUP(mc_freep) char *file = mc_path_join(dir, "expected");
    MC_CLEANUP(mc_strv_done) struct mc_strv env = {0};
    MC_CLEANUP(mc_strv_done) struct mc_strv sets = {0};
    struct mc_config_org orgs[8];
    struct mc_config *c;
    struct mc_err err = {0};

    lines_of(dir, "env", &env);
    lines_of(dir, "sets", &sets);
    setenv("XDG_CONFIG_HOME", home, 1);
    size_t n = orgs_of(dir, orgs);
    int ret = mc_config_load(&(struct mc_config_input){.root = root, .env = env.v, .sets = sets.v, .orgs = orgs, .n_orgs = n, .system_dir = system},
                             &c, &err);
    char *got = describe(c, dir), *want = slurp(file, NULL);
    if (getenv("MC_GOLDEN_UPDATE"))
        scratch_write(file, got);
    else
        is_str(got, want, "%s", name);
    is_int(ret, strstr(got, ": error: ") ? -MC_E_CONFIG : 0, "%s: the result", name);
    mc_config_unref(c);
    for (size_t i = 0; i < n; i++)
        mc_free((char *)orgs[i].dir);
    free(want);
    mc_free(got);
}

int main(void)
{
    const char *top = getenv("top_srcdir");
    MC_CLEANUP(mc_freep) char *relative = mc_path_join(top ? top : ".", "tests/golden");
    MC_CLEANUP(mc_freep) char *golden = NULL;
    struct dirent **list;

    scratch();
    if (mc_path_real(relative, &golden, NULL) < 0)
        return 99;
    int n = scandir(golden, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (list[i]->d_name[0] != '.')
            check(golden, list[i]->d_name);
        free(list[i]);
    }
    free(list);
    ok(n > 2, "there are golden directories");
    return done_testing();
}
