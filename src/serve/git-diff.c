/* git_diff and git_show. */
#include "serve/git.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"

#include <inttypes.h>

void mc_git_diff_options(git_diff_options *opts, const struct mc_call *c, char **path)
{
    git_diff_options_init(opts, GIT_DIFF_OPTIONS_VERSION);
    opts->flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_DISABLE_PATHSPEC_MATCH;
    opts->context_lines = (uint32_t)mc_call_int(c, "context_lines");
    opts->max_size = MC_GIT_BLOB_MAX;
    if (*path)
        opts->pathspec = (git_strarray){path, 1};
}

static int add_line(const git_diff_delta *delta MC_UNUSED, const git_diff_hunk *hunk MC_UNUSED,
                    const git_diff_line *line, void *arg)
{
    struct mc_call *c = arg;
    if (line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION ||
        line->origin == GIT_DIFF_LINE_DELETION)
        mc_call_add(c, (struct mc_str){&line->origin, 1});
    return mc_call_add(c, (struct mc_str){line->content, line->content_len}) ? 0 : GIT_EUSER;
}

/* "M path +3 -1" */
static void add_stat_line(struct mc_call *c, git_diff *diff, size_t i, size_t *added, size_t *gone)
{
    git_patch *patch = NULL;
    size_t plus = 0, minus = 0;
    const git_diff_delta *d = git_diff_get_delta(diff, i);
    bool known = git_patch_from_diff(&patch, diff, i) == 0 && patch &&
                 git_patch_line_stats(NULL, &plus, &minus, patch) == 0;
    bool binary = (d->flags & GIT_DIFF_FLAG_BINARY) != 0;
    git_patch_free(patch);
    mc_call_addf(c, "%c ", git_diff_status_char(d->status));
    if (d->status == GIT_DELTA_RENAMED || d->status == GIT_DELTA_COPIED) {
        mc_call_add_name(c, d->old_file.path);
        mc_call_add(c, MC_STR(" -> "));
    }
    mc_call_add_name(c, d->new_file.path);
    if (known && !binary)
        mc_call_addf(c, " +%zu -%zu\n", plus, minus);
    else
        mc_call_add(c, binary ? MC_STR(" binary\n") : MC_STR(" ?\n"));
    *added += plus;
    *gone += minus;
}

static void add_stat(struct mc_call *c, git_diff *diff)
{
    size_t n = git_diff_num_deltas(diff), added = 0, gone = 0, i;
    for (i = 0; i < n && !c->truncated && !mc_call_expired(c); i++)
        add_stat_line(c, diff, i, &added, &gone);
    if (i == n)
        mc_call_addf(c, "%zu file%s changed, %zu insertion%s(+), %zu deletion%s(-)\n", n,
                     n == 1 ? "" : "s", added, added == 1 ? "" : "s", gone, gone == 1 ? "" : "s");
    else
        mc_call_note(c, "%zu of %zu files were counted", i, n);
}

void mc_git_write_diff(struct mc_call *c, git_diff *diff, bool stat_only)
{
    git_diff_find_similar(diff, NULL);
    if (git_diff_num_deltas(diff) == 0)
        mc_call_note(c, "no difference");
    else if (stat_only)
        add_stat(c, diff);
    else if (git_diff_print(diff, GIT_DIFF_FORMAT_PATCH, add_line, c) < 0 && !c->truncated)
        mc_git_fail(c, "cannot write the patch");
    if (c->truncated)
        mc_call_note(c, "%zu files differ; see them with stat_only, then give \"path\"",
                     git_diff_num_deltas(diff));
}

/* ---- git_diff ---- */

/* Splits "A..B" and "A...B"; for the latter A becomes where they parted. */
static bool range_trees(struct mc_call *c, git_repository *repo, const char *range, git_tree **a,
                        git_tree **b)
{
    git_revspec spec = {0};
    git_oid base;
    bool found = false;
    MC_GIT(git_object) *from = NULL;
    if (git_revparse(&spec, repo, range) < 0 || !spec.from || !spec.to)
        mc_call_fail(c, "range %s does not exist; both sides must be revisions", range);
    else if (spec.flags & GIT_REVSPEC_MERGE_BASE &&
             (git_merge_base(&base, repo, git_object_id(spec.from), git_object_id(spec.to)) < 0 ||
              git_object_lookup(&from, repo, &base, GIT_OBJECT_COMMIT) < 0))
        mc_call_fail(c, "range %s: the two have no common ancestor", range);
    else if (git_object_peel((git_object **)a, from ? from : spec.from, GIT_OBJECT_TREE) < 0 ||
             git_object_peel((git_object **)b, spec.to, GIT_OBJECT_TREE) < 0)
        mc_git_fail(c, "the range has no trees to compare");
    else
        found = true;
    git_object_free(spec.from);
    git_object_free(spec.to);
    return found;
}

/* Fetches the two sides that were asked for. */
static bool diff_trees(struct mc_call *c, git_repository *repo, bool staged, git_tree **a,
                       git_tree **b)
{
    const char *from = mc_call_str(c, "from"), *to = mc_call_str(c, "to");
    if ((to && !from) || (to && staged)) {
        mc_call_fail(c, "argument \"to\": needs \"from\", and cannot be used with \"staged\"");
        return false;
    }
    if (from && strstr(from, "..")) {
        if (!to && !staged)
            return range_trees(c, repo, from, a, b);
        mc_call_fail(c, "argument \"from\": a range such as %s stands alone", from);
        return false;
    }
    if (from && !mc_git_tree(c, repo, from, a))
        return false;
    if (to && !mc_git_tree(c, repo, to, b))
        return false;
    /* before the first commit everything that is staged is new */
    bool head = staged && !from && git_repository_head_unborn(repo) != 1;
    return !head || mc_git_tree(c, repo, "HEAD", a);
}

void mc_git_diff(struct mc_call *c)
{
    MC_GIT(git_repository) *repo = NULL;
    MC_GIT(git_tree) *a = NULL;
    MC_GIT(git_tree) *b = NULL;
    MC_GIT(git_diff) *diff = NULL;
    MC_CLEANUP(mc_freep) char *path = NULL;
    bool staged = mc_call_bool(c, "staged");
    if (!mc_git_open(c, &repo) || !mc_git_path(c, repo, &path) ||
        !diff_trees(c, repo, staged, &a, &b))
        return;
    if (!b && git_repository_is_bare(repo)) {
        mc_call_fail(c, "a bare repository has no worktree; give \"from\" and \"to\"");
        return;
    }
    git_diff_options opts;
    mc_git_diff_options(&opts, c, &path);
    int r = b        ? git_diff_tree_to_tree(&diff, repo, a, b, &opts)
            : staged ? git_diff_tree_to_index(&diff, repo, a, NULL, &opts)
            : a      ? git_diff_tree_to_workdir_with_index(&diff, repo, a, &opts)
                     : git_diff_index_to_workdir(&diff, repo, NULL, &opts);
    if (r < 0)
        mc_git_fail(c, "cannot compare");
    else
        mc_git_write_diff(c, diff, mc_call_bool(c, "stat_only"));
}

/* ---- git_show ---- */

static void show_commit(struct mc_call *c, git_repository *repo, git_commit *commit)
{
    MC_GIT(git_commit) *parent = NULL;
    MC_GIT(git_tree) *before = NULL;
    MC_GIT(git_tree) *after = NULL;
    MC_GIT(git_diff) *diff = NULL;
    unsigned parents = git_commit_parentcount(commit);
    mc_git_header(c, commit);
    mc_call_add(c, MC_STR("\n"));
    bool shallow = parents > 0 && git_commit_parent(&parent, commit, 0) < 0;
    if (shallow)
        mc_call_note(c, "the history ends here (a shallow clone): the patch holds every file");
    git_diff_options opts;
    mc_git_diff_options(&opts, c, &(char *){NULL});
    if ((parent && git_commit_tree(&before, parent) < 0) || git_commit_tree(&after, commit) < 0 ||
        git_diff_tree_to_tree(&diff, repo, before, after, &opts) < 0) {
        mc_git_fail(c, "cannot compare the commit with its parent");
        return;
    }
    if (parents > 1)
        mc_call_note(c, "a merge of %u: the patch is against its first parent", parents);
    mc_git_write_diff(c, diff, mc_call_bool(c, "stat_only"));
}

static void show_blob(struct mc_call *c, const git_blob *blob)
{
    struct mc_str text = {git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)};
    if (git_blob_is_binary(blob)) {
        mc_call_fail(c, "%s is a binary file of %zu bytes", mc_call_str(c, "rev"), text.n);
        return;
    }
    /* line by line, so that what fits is there */
    while (text.n > 0 && !c->truncated) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) + 1 : text.n;
        mc_call_add(c, (struct mc_str){text.p, n});
        text.p += n;
        text.n -= n;
    }
    if (git_blob_rawsize(blob) == 0)
        mc_call_note(c, "the file is empty");
}

static void show_tree(struct mc_call *c, const git_tree *tree)
{
    size_t n = git_tree_entrycount(tree);
    for (size_t i = 0; i < n && !c->truncated; i++) {
        const git_tree_entry *e = git_tree_entry_byindex(tree, i);
        git_object_t type = git_tree_entry_type(e);
        mc_call_add_name(c, git_tree_entry_name(e));
        mc_call_add(c, type == GIT_OBJECT_TREE     ? MC_STR("/\n")
                       : type == GIT_OBJECT_COMMIT ? MC_STR(" (submodule)\n")
                                                   : MC_STR("\n"));
    }
    if (n == 0)
        mc_call_note(c, "the directory is empty");
}

static void show_tag(struct mc_call *c, const git_tag *tag)
{
    char when[MC_GIT_WHEN_LEN];
    const git_signature *by = git_tag_tagger(tag);
    const char *message = git_tag_message(tag);
    mc_call_addf(c, "tag %s\n", git_tag_name(tag));
    if (by) {
        mc_git_when(&by->when, when);
        mc_call_addf(c, "Tagger: %s <%s>\nDate:   %s\n", by->name, by->email, when);
    }
    mc_call_addf(c, "\n%s\n", message ? message : "");
}

void mc_git_show(struct mc_call *c)
{
    MC_GIT(git_repository) *repo = NULL;
    MC_GIT(git_object) *o = NULL;
    if (!mc_git_open(c, &repo) || !mc_git_object(c, repo, mc_call_str(c, "rev"), &o))
        return;
    while (git_object_type(o) == GIT_OBJECT_TAG) {
        git_object *target = NULL;
        show_tag(c, (git_tag *)o);
        if (git_tag_target(&target, (git_tag *)o) < 0) {
            mc_git_fail(c, "cannot read what the tag names");
            return;
        }
        git_object_free(o);
        o = target;
    }
    switch (git_object_type(o)) {
    case GIT_OBJECT_COMMIT:
        show_commit(c, repo, (git_commit *)o);
        break;
    case GIT_OBJECT_BLOB:
        show_blob(c, (git_blob *)o);
        break;
    case GIT_OBJECT_TREE:
        show_tree(c, (git_tree *)o);
        break;
    default:
        mc_call_fail(c, "%s is nothing that can be shown", mc_call_str(c, "rev"));
    }
}
