/* The tools of mcpctl-git, and what they share. Each handler opens the repository anew, in the process of its call: nothing is ever stale.
 * libgit2 is only asked to read; it runs no hooks, no filters from the config and no other program, and nothing here touches the network. */
#ifndef MC_SERVE_GIT_H
#define MC_SERVE_GIT_H

#include "base/cleanup.h"
#include "base/fwd.h"
#include "serve/tool.h"
#include <git2.h>

#define MC_GIT_BLOB_MAX (16 * 1024 * 1024) /* bigger ones are shown as binary in diffs */

/* The context of a call: the real path of ROOT. */
extern const struct mc_tool mc_git_tools[];

void mc_git_status(struct mc_call *c);
void mc_git_branches(struct mc_call *c);
void mc_git_log(struct mc_call *c);
void mc_git_show(struct mc_call *c);
void mc_git_diff(struct mc_call *c);
void mc_git_blame(struct mc_call *c);
void mc_git_grep(struct mc_call *c);

/* Each returns false when the call has failed, with a text that says why. */
bool mc_git_open(struct mc_call *c, git_repository **ret);
bool mc_git_open_worktree(struct mc_call *c, git_repository **ret); /* a bare repository fails */
bool mc_git_object(struct mc_call *c, git_repository *repo, const char *rev, git_object **ret);
bool mc_git_commit(struct mc_call *c, git_repository *repo, const char *rev, git_commit **ret);
bool mc_git_tree(struct mc_call *c, git_repository *repo, const char *rev, git_tree **ret);
/* The argument "path", relative to the worktree; *ret is NULL when there is none or it is the worktree itself. Caller frees. */
bool mc_git_path(struct mc_call *c, git_repository *repo, char **ret);
/* The call fails with this and what libgit2 says. */
void mc_git_fail(struct mc_call *c, const char *what);

#define MC_GIT_WHEN_LEN 32
void mc_git_when(const git_time *t, char out[MC_GIT_WHEN_LEN]); /* "2024-05-01 12:00:00 +0200" */
/* "2024-05-01", "2024-05-01T12:00[:00][Z|+0200]", "3 days ago", "@1700000000"; local time unless it says otherwise. */
bool mc_git_date(const char *text, git_time_t now, git_time_t *ret);
/* The header of a commit as in git log, its message indented. */
void mc_git_header(struct mc_call *c, const git_commit *commit);
/* Writes a diff as a patch, or as one line for each file. Renames are found first. */
void mc_git_write_diff(struct mc_call *c, git_diff *diff, bool stat_only);
void mc_git_diff_options(git_diff_options *opts, const struct mc_call *c, char **path);

/* ---- cleanup functions ---- */
#define MC_GIT_FREEP(type)                                                                         \
    static inline void type##_freep(type **p)                                                      \
    {                                                                                              \
        type##_free(*p);                                                                           \
    }
MC_GIT_FREEP(git_repository)
MC_GIT_FREEP(git_object)
MC_GIT_FREEP(git_commit)
MC_GIT_FREEP(git_tree)
MC_GIT_FREEP(git_tree_entry)
MC_GIT_FREEP(git_blob)
MC_GIT_FREEP(git_diff)
MC_GIT_FREEP(git_index)
MC_GIT_FREEP(git_reference)
MC_GIT_FREEP(git_revwalk)
MC_GIT_FREEP(git_blame)
MC_GIT_FREEP(git_status_list)
MC_GIT_FREEP(git_branch_iterator)
#define MC_GIT(type) MC_CLEANUP(type##_freep) type

#endif
