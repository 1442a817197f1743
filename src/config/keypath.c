/* Names of keys in the schema's spelling. */
#include "config/keys.h"
#include "config/tree.h"

/* path with `drop` names at `at` replaced by those of alias. */
static void replace(struct mc_strv *path, size_t at, const char *alias)
{
    struct mc_strv old = *path, names;

    if (mc_keypath_parse(alias, &names, NULL) < 0)
        return;
    *path = (struct mc_strv){0};
    for (size_t i = 0; i < at; i++)
        mc_strv_push(path, old.v[i]);
    for (size_t i = 0; i < names.n; i++)
        mc_strv_push(path, names.v[i]);
    for (size_t i = at + 1; i < old.n; i++)
        mc_strv_push(path, old.v[i]);
    mc_strv_done(&names);
    mc_strv_done(&old);
}

void mc_keypath_canonical(struct mc_strv *path)
{
    const struct mc_key *key = &mc_key_file;

    for (size_t i = 0; i < path->n; i++) {
        key = mc_key_member(key, path->v[i]);
        if (!key)
            return;
        if (key->alias)
            replace(path, i, key->alias);
    }
}
