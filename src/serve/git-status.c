/* git_status and git_branches. */
#include "serve/git.h"
#include "base/alloc.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How a branch stands to its upstream. */
struct tracking {
    char *upstream; /* short name; NULL: none */
    bool gone;      /* it has one, but that does not exist */
    bool counted;
    size_t ahead, behind;
};

static void tracking_of(struct mc_call *c, git_repository *repo, const git_reference *branch,
                        struct tracking *t)
{
    git_buf name = {0};
    MC_GIT(git_reference) *up = NULL;
    *t = (struct tracking){0};
    if (git_branch_upstream_name(&name, repo, git_reference_name(branch)) < 0)
        return;
    const char *full = name.ptr;
    if (strncmp(full, "refs/remotes/", 13) == 0)
        full += 13;
    else if (strncmp(full, "refs/heads/", 11) == 0)
        full += 11;
    t->upstream = mc_strdup(full);
    t->gone = git_reference_lookup(&up, repo, name.ptr) < 0;
    const git_oid *ours = git_reference_target(branch);
    const git_oid *theirs = up ? git_reference_target(up) : NULL;
    t->counted = ours && theirs && !mc_call_expired(c) &&
                 git_graph_ahead_behind(&t->ahead, &t->behind, repo, ours, theirs) == 0;
    git_buf_dispose(&name);
}

static void tracking_data(struct mc_buf *b, const struct tracking *t)
{
    mc_data_str(b, "upstream", t->upstream);
    if (t->counted) {
        mc_data_int(b, "ahead", (int64_t)t->ahead);
        mc_data_int(b, "behind", (int64_t)t->behind);
    }
}

/* "gone", "ahead 1, behind 2"; empty when there is nothing to say. */
static void tracking_text(const struct tracking *t, char out[80])
{
    out[0] = '\0';
    if (t->gone)
        snprintf(out, 80, "gone");
    else if (t->counted && t->ahead && t->behind)
        snprintf(out, 80, "ahead %zu, behind %zu", t->ahead, t->behind);
    else if (t->counted && (t->ahead || t->behind))
        snprintf(out, 80, "%s %zu", t->ahead ? "ahead" : "behind", t->ahead + t->behind);
}

/* ---- status ---- */

static const char *state_name(int state)
{
    switch (state) {
    case GIT_REPOSITORY_STATE_NONE:
        return "";
    case GIT_REPOSITORY_STATE_MERGE:
        return "merge";
    case GIT_REPOSITORY_STATE_REVERT:
    case GIT_REPOSITORY_STATE_REVERT_SEQUENCE:
        return "revert";
    case GIT_REPOSITORY_STATE_CHERRYPICK:
    case GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE:
        return "cherry-pick";
    case GIT_REPOSITORY_STATE_BISECT:
        return "bisect";
    case GIT_REPOSITORY_STATE_APPLY_MAILBOX:
    case GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE:
        return "am";
    default:
        return "rebase";
    }
}

/* "## main...origin/main [ahead 1]" */
static void add_branch_line(struct mc_call *c, git_repository *repo)
{
    char commit[GIT_OID_HEXSZ + 1] = "", counts[80];
    struct tracking t = {0};
    MC_GIT(git_reference) *head = NULL;
    MC_GIT(git_reference) *raw = NULL;
    const char *branch = NULL;
    git_oid oid;
    if (git_reference_name_to_id(&oid, repo, "HEAD") == 0)
        git_oid_tostr(commit, sizeof commit, &oid);
    if (git_repository_head_unborn(repo) == 1) {
        if (git_reference_lookup(&raw, repo, "HEAD") == 0 && git_reference_symbolic_target(raw))
            branch = git_reference_symbolic_target(raw);
        if (branch && strncmp(branch, "refs/heads/", 11) == 0)
            branch += 11;
        mc_call_addf(c, "## No commits yet on %s\n", branch ? branch : "HEAD");
    } else if (git_repository_head_detached(repo) == 1 || git_repository_head(&head, repo) < 0) {
        mc_call_add(c, MC_STR("## HEAD (no branch)\n"));
    } else {
        branch = git_reference_shorthand(head);
        tracking_of(c, repo, head, &t);
        tracking_text(&t, counts);
        mc_call_addf(c, "## %s%s%s%s%s%s\n", branch, t.upstream ? "..." : "",
                     t.upstream ? t.upstream : "", *counts ? " [" : "", counts, *counts ? "]" : "");
    }
    mc_data_str(&c->data, "branch", branch);
    mc_data_str(&c->data, "commit", *commit ? commit : NULL);
    tracking_data(&c->data, &t);
    mc_data_str(&c->data, "state", state_name(git_repository_state(repo)));
    mc_free(t.upstream);
}

static char index_letter(unsigned s)
{
    return s & GIT_STATUS_INDEX_NEW          ? 'A'
           : s & GIT_STATUS_INDEX_RENAMED    ? 'R'
           : s & GIT_STATUS_INDEX_DELETED    ? 'D'
           : s & GIT_STATUS_INDEX_TYPECHANGE ? 'T'
           : s & GIT_STATUS_INDEX_MODIFIED   ? 'M'
                                             : ' ';
}

static char worktree_letter(unsigned s)
{
    return s & GIT_STATUS_WT_DELETED      ? 'D'
           : s & GIT_STATUS_WT_TYPECHANGE ? 'T'
           : s & GIT_STATUS_WT_RENAMED    ? 'R'
           : s & GIT_STATUS_WT_MODIFIED   ? 'M'
                                          : ' ';
}

/* The two letters of a conflict, by which sides have the file (gitglossary, git-status § Short Format). */
static const char *conflict_letters(git_index *index, const char *path)
{
    static const char *const without_base[4] = {"UU", "UA", "AU", "AA"};
    static const char *const with_base[4] = {"DD", "DU", "UD", "UU"};
    const git_index_entry *base = NULL, *ours = NULL, *theirs = NULL;
    if (!index || git_index_conflict_get(&base, &ours, &theirs, index, path) < 0)
        return "UU";
    unsigned sides = (ours ? 2u : 0u) | (theirs ? 1u : 0u);
    return base ? with_base[sides] : without_base[sides];
}

static bool add_status(struct mc_call *c, git_index *index, const git_status_entry *e)
{
    char letters[3] = {index_letter(e->status), worktree_letter(e->status), '\0'};
    const git_diff_delta *d = e->index_to_workdir ? e->index_to_workdir : e->head_to_index;
    const char *path = d->new_file.path, *from = NULL;
    if (e->status & GIT_STATUS_INDEX_RENAMED)
        from = e->head_to_index->old_file.path;
    if (e->status & GIT_STATUS_CONFLICTED)
        memcpy(letters, conflict_letters(index, d->old_file.path), sizeof letters);
    if (e->status & GIT_STATUS_WT_NEW)
        letters[0] = letters[0] == ' ' ? '?' : letters[0], letters[1] = '?';
    MC_CLEANUP(mc_buf_done) struct mc_buf row = MC_BUF_INIT(64 * 1024);
    char one[2] = {letters[0], '\0'};
    mc_buf_addc(&row, '{');
    mc_data_str(&row, "index", one);
    mc_data_str(&row, "worktree", letters + 1);
    mc_data_str(&row, "path", path);
    if (from)
        mc_data_str(&row, "from", from);
    mc_buf_addc(&row, '}');
    mc_call_addf(c, "%s ", letters);
    if (from) {
        mc_call_add_name(c, from);
        mc_call_add(c, MC_STR(" -> "));
    }
    mc_call_add_name(c, path);
    return mc_call_add(c, MC_STR("\n")) && mc_data_row(c, &row);
}

void mc_git_status(struct mc_call *c)
{
    MC_GIT(git_repository) *repo = NULL;
    MC_GIT(git_status_list) *list = NULL;
    MC_GIT(git_index) *index = NULL;
    if (!mc_git_open_worktree(c, &repo))
        return;
    git_status_options opts;
    git_status_options_init(&opts, GIT_STATUS_OPTIONS_VERSION);
    opts.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RENAMES_HEAD_TO_INDEX;
    if (git_status_list_new(&list, repo, &opts) < 0) {
        mc_git_fail(c, "cannot compare the worktree");
        return;
    }
    if (git_repository_index(&index, repo) < 0)
        index = NULL;
    mc_buf_addc(&c->data, '{');
    add_branch_line(c, repo);
    mc_buf_addz(&c->data, ",\"entries\":[");
    size_t n = git_status_list_entrycount(list);
    /* as git does: what is tracked first */
    for (int untracked = 0; untracked < 2; untracked++)
        for (size_t i = 0; i < n && !c->truncated; i++) {
            const git_status_entry *e = git_status_byindex(list, i);
            if ((e->status == GIT_STATUS_WT_NEW) == untracked)
                add_status(c, index, e);
        }
    mc_buf_addc(&c->data, ']');
    mc_data_int(&c->data, "total", (int64_t)n);
    mc_buf_addc(&c->data, '}');
    const char *state = state_name(git_repository_state(repo));
    if (*state)
        mc_call_note(c, "a %s is in progress", state);
    if (n == 0)
        mc_call_note(c, "nothing is changed");
}

/* ---- branches ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool branch_names(struct mc_call *c, git_repository *repo, git_branch_t kind,
                         struct mc_strv *names)
{
    MC_GIT(git_branch_iterator) *it = NULL;
    git_reference *ref;
    git_branch_t type;
    if (git_branch_iterator_new(&it, repo, kind) < 0) {
        mc_git_fail(c, "cannot list the branches");
        return false;
    }
    while (git_branch_next(&ref, &type, it) == 0) {
        mc_strv_push(names, git_reference_name(ref));
        git_reference_free(ref);
    }
    if (names->n > 1)
        qsort(names->v, names->n, sizeof *names->v, by_name);
    return true;
}

static bool add_branch(struct mc_call *c, git_repository *repo, const char *full)
{
    char hex[GIT_OID_HEXSZ + 1], counts[80];
    struct tracking t = {0};
    MC_GIT(git_reference) *ref = NULL;
    MC_GIT(git_commit) *tip = NULL;
    bool remote = strncmp(full, "refs/remotes/", 13) == 0;
    /* a symbolic one (origin/HEAD) only names another */
    if (git_reference_lookup(&ref, repo, full) < 0 || !git_reference_target(ref) ||
        git_commit_lookup(&tip, repo, git_reference_target(ref)) < 0)
        return true;
    git_oid_tostr(hex, sizeof hex, git_reference_target(ref));
    bool current = git_branch_is_head(ref) == 1;
    if (!remote)
        tracking_of(c, repo, ref, &t);
    tracking_text(&t, counts);
    const char *name = git_reference_shorthand(ref), *subject = git_commit_summary(tip);
    MC_CLEANUP(mc_buf_done) struct mc_buf row = MC_BUF_INIT(64 * 1024);
    mc_buf_addc(&row, '{');
    mc_data_str(&row, "name", name);
    mc_data_bool(&row, "remote", remote);
    mc_data_bool(&row, "current", current);
    mc_data_str(&row, "commit", hex);
    mc_data_str(&row, "subject", subject ? subject : "");
    tracking_data(&row, &t);
    mc_buf_addc(&row, '}');
    mc_call_addf(c, "%c %s %.8s ", current ? '*' : ' ', name, hex);
    if (t.upstream)
        mc_call_addf(c, "[%s%s%s] ", t.upstream, *counts ? ": " : "", counts);
    mc_call_addf(c, "%s\n", subject ? subject : "");
    mc_free(t.upstream);
    return mc_data_row(c, &row);
}

void mc_git_branches(struct mc_call *c)
{
    MC_GIT(git_repository) *repo = NULL;
    MC_CLEANUP(mc_strv_done) struct mc_strv names = {0};
    git_branch_t kind = mc_call_bool(c, "remote") ? GIT_BRANCH_ALL : GIT_BRANCH_LOCAL;
    if (!mc_git_open(c, &repo) || !branch_names(c, repo, kind, &names))
        return;
    mc_buf_addz(&c->data, "{\"branches\":[");
    if (git_repository_head_detached(repo) == 1)
        mc_call_add(c, MC_STR("* (HEAD is detached)\n"));
    for (size_t i = 0; i < names.n && !c->truncated; i++)
        add_branch(c, repo, names.v[i]);
    mc_buf_addz(&c->data, "]}");
    if (names.n == 0)
        mc_call_note(c, git_repository_head_unborn(repo) == 1 ? "the repository has no commits yet"
                                                              : "there are no branches");
    if (mc_call_expired(c))
        mc_call_note(c, "ahead and behind were not counted for all branches: no time left");
}
