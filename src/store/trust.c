#include "store/trust.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/str.h"
#include "config/config.h"
#include "json/doc.h"

#include <sys/stat.h>
#include <unistd.h>

/* {"version": 1, "roots": {"/home/me/repo": {"github": "<digest>"}}} */
#define FILE_NAME "trust.json"
#define LOCK_NAME "trust.lock"
#define FILE_MAX (8u << 20)
#define VERSION 1

struct mc_trust_book {
    cJSON *doc;
};

/* Whoever else can write this file can run programs as us. */
static int check_owner(const char *path, struct mc_err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return 0; /* reading it says why */
    if (st.st_uid != geteuid())
        return mc_err_set(err, MC_E_DENIED, "%s belongs to another user: remove it", path);
    if (st.st_mode & 022)
        return mc_err_set(err, MC_E_DENIED, "%s can be changed by other users: chmod 600 %s", path,
                          path);
    return 0;
}

static int check_doc(const char *path, const cJSON *doc, struct mc_err *err)
{
    const cJSON *roots = mc_doc_get(doc, "roots"), *root, *server;
    bool fine = cJSON_IsObject(roots);

    if (cJSON_IsObject(doc) && mc_doc_num(doc, "version", VERSION) > VERSION)
        return mc_err_set(err, MC_E_CONFIG, "%s was written by a newer mcpctl: update this one",
                          path);
    cJSON_ArrayForEach(root, roots)
    {
        fine &= cJSON_IsObject(root);
        cJSON_ArrayForEach(server, root) fine &= cJSON_IsString(server);
    }
    return fine ? 0
                : mc_err_set(err, MC_E_CONFIG,
                             "%s is damaged, nothing is trusted: remove it, then run mcpctl trust "
                             "in each repo",
                             path);
}

static cJSON *new_doc(void)
{
    cJSON *doc = mc_doc_object();

    mc_doc_add_num(doc, "version", VERSION);
    mc_doc_add(doc, "roots", mc_doc_object());
    return doc;
}

static int read_doc(const char *path, cJSON **ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *text = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *doc = NULL;
    size_t n;

    int failed = check_owner(path, err);
    if (failed == 0)
        failed = mc_io_read(path, FILE_MAX, &text, &n, err);
    if (failed == -MC_E_NOT_FOUND) {
        *ret = new_doc();
        return 0;
    }
    if (failed < 0)
        return failed;
    doc = mc_doc_parse((struct mc_str){text, n}, NULL);
    failed = check_doc(path, doc, err);
    if (failed == 0)
        *ret = MC_TAKE(doc);
    return failed;
}

int mc_trust_load(struct mc_trust_book **ret, struct mc_err *err)
{
    struct mc_trust_book *b = MC_NEW(struct mc_trust_book);
    MC_CLEANUP(mc_freep) char *path = NULL;

    *ret = b;
    int failed = mc_path_in(MC_DIR_STATE, FILE_NAME, &path, err);
    if (failed == 0)
        failed = read_doc(path, &b->doc, err);
    if (failed < 0)
        b->doc = new_doc();
    return failed;
}

void mc_trust_free(struct mc_trust_book *b)
{
    if (!b)
        return;
    mc_doc_free(b->doc);
    mc_free(b);
}

enum mc_trust mc_trust_check(const struct mc_trust_book *b, const char *root,
                             const struct mc_server_spec *spec)
{
    if (spec->mine)
        return MC_TRUST_YES;
    const char *digest = mc_doc_str(mc_doc_get(mc_doc_get(b->doc, "roots"), root), spec->name);
    if (!digest)
        return MC_TRUST_NO;
    return strcmp(digest, spec->digest) == 0 ? MC_TRUST_YES : MC_TRUST_CHANGED;
}

bool mc_trust_knows(const struct mc_trust_book *b, const char *root, const char *server)
{
    return mc_doc_str(mc_doc_get(mc_doc_get(b->doc, "roots"), root), server) != NULL;
}

/* ---- changes ---- */

struct change {
    const char *root;
    const struct mc_server_spec *const *specs; /* to grant; NULL to revoke */
    size_t n_specs;
    const char *server;
};

static void apply(cJSON *roots, const struct change *c)
{
    cJSON *root = cJSON_GetObjectItemCaseSensitive(roots, c->root);

    if (!root && c->n_specs)
        root = mc_doc_add(roots, c->root, mc_doc_object());
    for (size_t i = 0; i < c->n_specs; i++) {
        if (c->specs[i]->mine)
            continue;
        cJSON_DeleteItemFromObjectCaseSensitive(root, c->specs[i]->name);
        mc_doc_add_str(root, c->specs[i]->name, c->specs[i]->digest);
    }
    if (!c->specs && c->server)
        cJSON_DeleteItemFromObjectCaseSensitive(root, c->server);
    if (!c->specs && (!c->server || cJSON_GetArraySize(root) == 0))
        cJSON_DeleteItemFromObjectCaseSensitive(roots, c->root);
}

static int change(const struct change *c, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_freep) char *lock_path = NULL;
    MC_CLEANUP(mc_freep) char *text = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *doc = NULL;
    MC_CLEANUP(mc_closep) int lock = -1;

    int ret = mc_path_ensure(MC_DIR_STATE, err);
    if (ret == 0)
        ret = mc_path_in(MC_DIR_STATE, FILE_NAME, &path, err);
    if (ret == 0)
        ret = mc_path_in(MC_DIR_STATE, LOCK_NAME, &lock_path, err);
    if (ret == 0)
        ret = mc_io_lock(lock_path, true, &lock, err);
    if (ret == 0)
        ret = read_doc(path, &doc, err);
    if (ret < 0)
        return ret;
    apply(cJSON_GetObjectItemCaseSensitive(doc, "roots"), c);
    text = mc_doc_print(doc, true);
    return mc_io_replace(path, text, strlen(text), 0600, err);
}

int mc_trust_grant(const char *root, const struct mc_server_spec *const *specs, size_t n,
                   struct mc_err *err)
{
    if (n == 0)
        return 0;
    return change(&(struct change){.root = root, .specs = specs, .n_specs = n}, err);
}

int mc_trust_revoke(const char *root, const char *server, struct mc_err *err)
{
    return change(&(struct change){.root = root, .server = server}, err);
}
