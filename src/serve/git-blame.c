/* git_blame. */
#include "serve/git.h"
#include "base/err.h"
#include "base/str.h"

#include <inttypes.h>

/* The committed file at hand. */
static bool find_blob(struct mc_call *c, git_commit *commit, const char *path, git_blob **ret)
{
    MC_GIT(git_tree) *tree = NULL;
    MC_GIT(git_tree_entry) *entry = NULL;
    const char *rev = mc_call_str(c, "rev");
    if (!path || git_commit_tree(&tree, commit) < 0 ||
        git_tree_entry_bypath(&entry, tree, path) < 0)
        mc_call_fail(c, "%s is not in %s; only committed files have a history", path ? path : ".",
                     rev);
    else if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB)
        mc_call_fail(c, "%s is a %s in %s, not a file", path,
                     git_tree_entry_type(entry) == GIT_OBJECT_TREE ? "directory" : "submodule",
                     rev);
    else if (git_tree_entry_to_object((git_object **)ret, git_commit_owner(commit), entry) < 0)
        mc_git_fail(c, "cannot read the file");
    else if (git_blob_is_binary(*ret))
        mc_call_fail(c, "%s is a binary file", path);
    else
        return true;
    return false;
}

static void add_line(struct mc_call *c, const git_blame_hunk *h, int64_t number, struct mc_str line)
{
    char hex[GIT_OID_HEXSZ + 1], when[MC_GIT_WHEN_LEN] = "";
    git_oid_tostr(hex, sizeof hex, &h->final_commit_id);
    if (h->final_signature)
        mc_git_when(&h->final_signature->when, when);
    mc_call_addf(c, "%.8s (%s %s %" PRId64 ") %.*s\n", hex,
                 h->final_signature ? h->final_signature->name : "?", when, number,
                 MC_STR_ARG(line));
}

static void write_blame(struct mc_call *c, git_blame *blame, const git_blob *blob, int64_t first,
                        int64_t last)
{
    struct mc_str text = {git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)};
    for (int64_t number = 1; text.n > 0 && number <= last && !c->truncated; number++) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        const git_blame_hunk *h =
            number < first ? NULL : git_blame_get_hunk_byline(blame, (size_t)number);
        if (h)
            add_line(c, h, number, (struct mc_str){text.p, n});
        n += end != NULL;
        text.p += n;
        text.n -= n;
    }
}

static int64_t count_lines(const git_blob *blob)
{
    const char *p = git_blob_rawcontent(blob);
    size_t size = (size_t)git_blob_rawsize(blob);
    int64_t lines = size > 0 && p[size - 1] != '\n';
    for (size_t i = 0; i < size; i++)
        lines += p[i] == '\n';
    return lines;
}

void mc_git_blame(struct mc_call *c)
{
    MC_GIT(git_repository) *repo = NULL;
    MC_GIT(git_commit) *commit = NULL;
    MC_GIT(git_blob) *blob = NULL;
    MC_GIT(git_blame) *blame = NULL;
    MC_CLEANUP(mc_freep) char *path = NULL;
    if (!mc_git_open(c, &repo) || !mc_git_path(c, repo, &path) ||
        !mc_git_commit(c, repo, mc_call_str(c, "rev"), &commit) ||
        !find_blob(c, commit, path, &blob))
        return;
    int64_t lines = count_lines(blob), first = mc_call_int(c, "start_line");
    int64_t last = mc_call_given(c, "end_line") ? mc_call_int(c, "end_line") : lines;
    if (lines == 0) {
        mc_call_note(c, "the file is empty");
        return;
    }
    if (first > lines || last < first) {
        mc_call_fail(
            c, "lines %" PRId64 " to %" PRId64 " are not in the file: it has %" PRId64 " lines",
            first, last, lines);
        return;
    }
    last = last > lines ? lines : last;
    git_blame_options opts;
    git_blame_options_init(&opts, GIT_BLAME_OPTIONS_VERSION);
    git_oid_cpy(&opts.newest_commit, git_commit_id(commit));
    opts.min_line = (size_t)first;
    opts.max_line = (size_t)last;
    if (git_blame_file(&blame, repo, path, &opts) < 0)
        mc_git_fail(c, "cannot blame");
    else
        write_blame(c, blame, blob, first, last);
}
