#include "config/change.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "config/build.h"
#include "json/edit.h"
#include "json/jsonc.h"

#include <stdlib.h>

#define LOCK_NAME "config.lock"

static int lock(int *ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *path = NULL;
    int failed = mc_path_ensure(MC_DIR_STATE, err);

    if (failed == 0)
        failed = mc_path_in(MC_DIR_STATE, LOCK_NAME, &path, err);
    return failed ? failed : mc_io_lock(path, true, ret, err);
}

/* A file that is not there is an empty one. */
static int read_file(const char *file, char **ret, size_t *ret_len, bool *ret_there,
                     struct mc_err *err)
{
    int failed = mc_io_read(file, MC_CONFIG_FILE_MAX, ret, ret_len, err);

    *ret_there = failed == 0;
    if (failed != -MC_E_NOT_FOUND)
        return failed;
    *ret = mc_strdup("");
    *ret_len = 0;
    return 0;
}

/* The value at the path; MC_JSON_NONE when there is none. doc stays the caller's. */
static struct mc_jval value_at(const struct mc_jsonc *doc, const struct mc_strv *path)
{
    struct mc_jval v = doc->root;

    for (size_t i = 0; i < path->n; i++)
        v = mc_jget(v, path->v[i]);
    return v;
}

static bool is_empty_object(struct mc_str text, const struct mc_strv *path)
{
    struct mc_jsonc doc;
    struct mc_jiter it;
    struct mc_jval member;
    struct mc_str key;
    bool empty = false;

    if (mc_jsonc_parse(text.p, text.n, false, &doc) == 0) {
        struct mc_jval v = value_at(&doc, path);
        empty =
            v.type == MC_JSON_OBJECT && mc_jiter_init(&it, v) && !mc_jiter_next(&it, &key, &member);
    }
    mc_jsonc_done(&doc);
    return empty;
}

/* What is only there for what was taken out goes with it, but for the first level: "servers" stays. */
static int unset(struct mc_str text, const struct mc_strv *path, struct mc_buf *out,
                 struct mc_err *err)
{
    struct mc_strv above = {.v = path->v, .n = path->n - 1};
    int failed = mc_edit_unset(text, path, out, err);

    for (; failed == 0 && above.n > 1 && is_empty_object(mc_buf_str(out), &above); above.n--) {
        struct mc_buf next = MC_BUF_INIT(MC_CONFIG_FILE_MAX);
        failed = mc_edit_unset(mc_buf_str(out), &above, &next, err);
        mc_buf_done(out);
        *out = next;
    }
    return failed;
}

static int apply(struct mc_str text, const struct mc_change *change, struct mc_buf *out,
                 struct mc_err *err)
{
    switch (change->what) {
    case MC_CHANGE_SET:
        return mc_edit_set(text, change->path, change->json, out, err);
    case MC_CHANGE_APPEND:
        return mc_edit_append(text, change->path, change->json, out, err);
    default:
        return unset(text, change->path, out, err);
    }
}

static int apply_all(const char *file, struct mc_str before, const struct mc_change *changes,
                     size_t n, struct mc_buf *out, struct mc_err *err)
{
    mc_buf_adds(out, before);
    for (size_t i = 0; i < n; i++) {
        struct mc_buf next = MC_BUF_INIT(MC_CONFIG_FILE_MAX);
        struct mc_err why;
        int failed = apply(mc_buf_str(out), &changes[i], &next, &why);
        mc_buf_done(out);
        *out = next;
        if (failed) /* what is wrong with the file begins with its line and column */
            return mc_err_set(err, why.code, "%s:%s%s", file, why.code == MC_E_CONFIG ? "" : " ",
                              why.msg);
    }
    return 0;
}

static int make_directory(enum mc_layer layer, const char *file, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *dir = mc_path_dir(file);

    return layer == MC_LAYER_GLOBAL ? mc_path_ensure(MC_DIR_CONFIG, err)
                                    : mc_io_mkdirs(dir, 0755, err);
}

/* Nobody has written to it since it was read. */
static int check_unchanged(const char *file, struct mc_str before, bool was_there,
                           struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *now = NULL;
    bool there;
    size_t n;
    int failed = read_file(file, &now, &n, &there, err);

    if (failed == 0 && (there != was_there || !mc_str_eq((struct mc_str){now, n}, before)))
        failed = mc_err_set(err, MC_E_CONFLICT,
                            "%s was changed by another program at the same time; nothing was "
                            "written, try again",
                            file);
    return failed;
}

int mc_change_file(enum mc_layer layer, const char *file, const struct mc_change *changes, size_t n,
                   enum mc_change_result *ret, struct mc_err *err)
{
    MC_CLEANUP(mc_closep) int held = -1;
    MC_CLEANUP(mc_freep) char *text = NULL;
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_CONFIG_FILE_MAX);
    size_t len = 0;
    bool there = false;
    int failed = lock(&held, err);

    *ret = MC_CHANGE_NONE;
    if (failed == 0)
        failed = read_file(file, &text, &len, &there, err);
    if (failed)
        return failed;
    struct mc_str before = {text, len};
    failed = apply_all(file, before, changes, n, &out, err);
    if (failed || mc_str_eq(mc_buf_str(&out), before))
        return failed;
    failed = make_directory(layer, file, err);
    if (failed == 0)
        failed = check_unchanged(file, before, there, err);
    if (failed == 0)
        failed =
            mc_io_replace(file, out.data, out.len, layer == MC_LAYER_PROJECT ? 0644 : 0600, err);
    if (failed == 0)
        *ret = there ? MC_CHANGE_WRITTEN : MC_CHANGE_MADE;
    return failed;
}

int mc_change_has(const char *file, const struct mc_strv *path, bool *ret, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *text = NULL;
    struct mc_jsonc doc;
    size_t len = 0;
    bool there;
    int failed = read_file(file, &text, &len, &there, err);

    *ret = false;
    if (failed)
        return failed;
    if (mc_jsonc_parse(text, len, false, &doc) < 0) {
        unsigned line, col;
        mc_jsonc_place(text, len, doc.errors[0].off, &line, &col);
        failed = mc_err_set(err, MC_E_CONFIG, "%s:%u:%u: %s", file, line, col, doc.errors[0].msg);
    } else {
        *ret = value_at(&doc, path).type != MC_JSON_NONE;
    }
    mc_jsonc_done(&doc);
    return failed;
}
