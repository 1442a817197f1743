/* git_grep. */
#include "serve/git.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "serve/beneath.h"
#include "serve/text.h"

#include <errno.h>

struct search {
    struct mc_grep grep;
    git_repository *repo;
    const char *glob;
    char *path; /* NULL: everything */
    struct mc_buf text;
};

static bool is_wanted(const struct search *s, const char *path)
{
    size_t n = s->path ? strlen(s->path) : 0;
    bool below =
        !s->path || (strncmp(path, s->path, n) == 0 && (path[n] == '/' || path[n] == '\0'));
    return below && mc_text_glob(s->glob, path);
}

static int look_into_blob(const char *dir, const git_tree_entry *e, void *arg)
{
    struct search *s = arg;
    MC_GIT(git_blob) *blob = NULL;
    if (mc_call_expired(s->grep.call))
        return GIT_EUSER;
    git_filemode_t mode = git_tree_entry_filemode(e);
    if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE)
        return 0;
    MC_CLEANUP(mc_freep) char *path = mc_asprintf("%s%s", dir, git_tree_entry_name(e));
    if (!is_wanted(s, path) || git_blob_lookup(&blob, s->repo, git_tree_entry_id(e)) < 0)
        return 0;
    struct mc_str text = {git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)};
    if (text.n > MC_TEXT_SEARCH_MAX) {
        s->grep.too_big++;
        return 0;
    }
    return mc_grep_text(&s->grep, path, text) ? 0 : GIT_EUSER;
}

static void search_rev(struct mc_call *c, struct search *s, const char *rev)
{
    MC_GIT(git_tree) *tree = NULL;
    if (!mc_git_tree(c, s->repo, rev, &tree))
        return;
    int r = git_tree_walk(tree, GIT_TREEWALK_PRE, look_into_blob, s);
    if (r < 0 && r != GIT_EUSER)
        mc_git_fail(c, "cannot walk the tree");
    else
        mc_grep_close(&s->grep);
}

/* False when the search should end. */
static bool look_into_file(struct search *s, const struct mc_beneath *top, const char *path)
{
    struct stat st;
    struct mc_err err;
    MC_CLEANUP(mc_closep) int fd = -1;
    /* deleted, or replaced by something else: it is not what is tracked */
    if (mc_beneath_open_file(top, path, &fd, &st, &err) < 0)
        return true;
    mc_buf_clear(&s->text);
    int r = mc_text_read(fd, &s->text, &err);
    if (r == -MC_E_TOO_BIG)
        s->grep.too_big++;
    return r < 0 || mc_grep_text(&s->grep, path, mc_buf_str(&s->text));
}

static void search_worktree(struct mc_call *c, struct search *s)
{
    struct mc_err err;
    MC_GIT(git_index) *index = NULL;
    MC_CLEANUP(mc_beneath_freep) struct mc_beneath *top = NULL;
    if (mc_beneath_new(git_repository_workdir(s->repo), &top, &err) < 0) {
        mc_call_fail(c, "%s", err.msg);
        return;
    }
    if (git_repository_index(&index, s->repo) < 0) {
        mc_git_fail(c, "cannot read the index");
        return;
    }
    bool on = true;
    size_t n = git_index_entrycount(index);
    for (size_t i = 0; on && i < n; i++) {
        const git_index_entry *e = git_index_get_byindex(index, i);
        bool again = i > 0 && strcmp(git_index_get_byindex(index, i - 1)->path, e->path) == 0;
        if (S_ISREG(e->mode) && !again && is_wanted(s, e->path))
            on = !mc_call_expired(c) && look_into_file(s, top, e->path);
    }
    mc_grep_close(&s->grep);
}

void mc_git_grep(struct mc_call *c)
{
    struct mc_err err;
    MC_GIT(git_repository) *repo = NULL;
    MC_CLEANUP(mc_match_freep) struct mc_match *m = NULL;
    struct search s = {.grep = {.call = c}, .glob = mc_call_str(c, "glob")};
    if (mc_match_new(mc_call_str(c, "pattern"), mc_call_bool(c, "regex"),
                     mc_call_bool(c, "ignore_case"), &m, &err) < 0) {
        mc_call_fail(c, "%s", err.msg);
        return;
    }
    if (!mc_git_open(c, &repo) || !mc_git_path(c, repo, &s.path))
        return;
    s.repo = repo;
    s.grep.match = m;
    s.grep.context = mc_call_int(c, "context");
    s.grep.most = mc_call_int(c, "max_results");
    mc_buf_init(&s.text, MC_TEXT_SEARCH_MAX);
    const char *rev = mc_call_str(c, "rev");
    if (rev || git_repository_is_bare(repo))
        search_rev(c, &s, rev ? rev : "HEAD");
    else
        search_worktree(c, &s);
    mc_buf_done(&s.text);
    mc_free(s.path);
}
