/* git_log. */
#include "serve/git.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"

#include <inttypes.h>
#include <time.h>

/* Clocks differ between committers: this many older commits in a row end a log with "since". */
#define SLOP 200

struct filter {
    struct mc_call *call;
    git_repository *repo;
    char *path;
    const char *author, *message;
    git_time_t since, until;
    bool has_since, has_until;
    struct mc_map
        *wanted; /* with a path: the commits that the simplified history leads to, by id */
};

void mc_git_header(struct mc_call *c, const git_commit *commit)
{
    char hex[GIT_OID_HEXSZ + 1], when[MC_GIT_WHEN_LEN];
    git_oid_tostr(hex, sizeof hex, git_commit_id(commit));
    mc_call_addf(c, "commit %s\n", hex);
    unsigned parents = git_commit_parentcount(commit);
    for (unsigned i = 0; parents > 1 && i < parents; i++)
        mc_call_addf(c, "%s%.7s%s", i ? " " : "Merge: ",
                     git_oid_tostr(hex, sizeof hex, git_commit_parent_id(commit, i)),
                     i + 1 == parents ? "\n" : "");
    const git_signature *by = git_commit_author(commit);
    mc_git_when(&by->when, when);
    mc_call_addf(c, "Author: %s <%s>\nDate:   %s\n\n", by->name, by->email, when);
    const char *p = git_commit_message(commit);
    while (p && *p) {
        size_t n = strcspn(p, "\n");
        mc_call_addf(c, "%s%.*s\n", n || p[n + 1] ? "    " : "", (int)n, p);
        p += n + (p[n] == '\n');
    }
}

static void add_oneline(struct mc_call *c, const git_commit *commit)
{
    char hex[GIT_OID_HEXSZ + 1], when[MC_GIT_WHEN_LEN];
    const git_signature *by = git_commit_author(commit);
    const char *subject = git_commit_summary((git_commit *)commit);
    git_oid_tostr(hex, sizeof hex, git_commit_id(commit));
    mc_git_when(&by->when, when);
    mc_call_addf(c, "%s %.10s %s: %s\n", hex, when, by->name, subject ? subject : "");
}

/* The id of the path in a commit's tree; false when it is not there. */
static bool entry_at(git_commit *commit, const char *path, git_oid *ret)
{
    MC_GIT(git_tree) *tree = NULL;
    MC_GIT(git_tree_entry) *entry = NULL;
    if (git_commit_tree(&tree, commit) < 0 || git_tree_entry_bypath(&entry, tree, path) < 0)
        return false;
    git_oid_cpy(ret, git_tree_entry_id(entry));
    return true;
}

static struct mc_str oid_key(const git_oid *oid)
{
    return (struct mc_str){(const char *)oid->id, GIT_OID_RAWSZ};
}

static void want(struct filter *f, const git_oid *oid)
{
    mc_map_put(f->wanted, oid_key(oid), f);
}

/* History simplification as of git log: a commit that has the path as one of its parents has it adds nothing, and only that parent is followed. */
static bool changes_path(struct filter *f, git_commit *commit)
{
    git_oid here, there;
    if (!mc_map_del(f->wanted, oid_key(git_commit_id(commit))))
        return false;
    bool exists = entry_at(commit, f->path, &here);
    unsigned parents = git_commit_parentcount(commit);
    for (unsigned i = 0; i < parents; i++) {
        MC_GIT(git_commit) *parent = NULL;
        if (git_commit_parent(&parent, commit, i) < 0)
            continue;
        bool existed = entry_at(parent, f->path, &there);
        if (exists == existed && (!exists || git_oid_equal(&here, &there))) {
            want(f, git_commit_id(parent));
            return false;
        }
    }
    for (unsigned i = 0; i < parents; i++)
        want(f, git_commit_parent_id(commit, i));
    return parents > 0 || exists;
}

static bool contains(const char *text, const char *part)
{
    return !part || (text && strcasestr(text, part));
}

static bool fits(struct filter *f, git_commit *commit)
{
    const git_signature *by = git_commit_author(commit);
    git_time_t when = git_commit_time(commit);
    if (f->path && !changes_path(f, commit))
        return false;
    if ((f->has_since && when < f->since) || (f->has_until && when > f->until))
        return false;
    if (!contains(git_commit_message(commit), f->message))
        return false;
    if (!f->author)
        return true;
    MC_CLEANUP(mc_freep) char *author = mc_asprintf("%s <%s>", by->name, by->email);
    return contains(author, f->author);
}

static bool date_argument(struct mc_call *c, const char *name, bool *has, git_time_t *ret)
{
    const char *text = mc_call_str(c, name);
    *has = text != NULL;
    if (!text || mc_git_date(text, (git_time_t)time(NULL), ret))
        return true;
    mc_call_fail(c,
                 "argument \"%s\": got %.80s, allowed is a date such as 2024-05-01, "
                 "2024-05-01T12:00, \"2 weeks ago\" or @1700000000",
                 name, text);
    return false;
}

static bool push_tip(struct filter *f, git_revwalk *walk, git_object *o)
{
    MC_GIT(git_object) *commit = NULL;
    if (git_object_peel(&commit, o, GIT_OBJECT_COMMIT) < 0 ||
        git_revwalk_push(walk, git_object_id(commit)) < 0) {
        mc_git_fail(f->call, "cannot walk from there");
        return false;
    }
    if (f->wanted)
        want(f, git_object_id(commit));
    return true;
}

/* "A..B" hides A; "A...B" shows both and hides where they met. */
static bool push_range(struct filter *f, git_revwalk *walk, const char *ref)
{
    git_revspec spec = {0};
    git_oidarray bases = {0};
    bool pushed = false;
    /* what is hidden makes libgit2 read ahead anyway, so the exact order costs nothing here */
    git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
    if (git_revparse(&spec, f->repo, ref) < 0 || !spec.from || !spec.to) {
        mc_call_fail(f->call, "range %s does not exist; both sides must be revisions", ref);
    } else if (spec.flags & GIT_REVSPEC_MERGE_BASE) {
        pushed = push_tip(f, walk, spec.to) && push_tip(f, walk, spec.from);
        if (pushed &&
            git_merge_bases(&bases, f->repo, git_object_id(spec.from), git_object_id(spec.to)) == 0)
            for (size_t i = 0; i < bases.count; i++)
                git_revwalk_hide(walk, &bases.ids[i]);
    } else {
        MC_GIT(git_object) *hidden = NULL;
        pushed = push_tip(f, walk, spec.to);
        if (pushed && git_object_peel(&hidden, spec.from, GIT_OBJECT_COMMIT) == 0)
            git_revwalk_hide(walk, git_object_id(hidden));
    }
    git_oidarray_dispose(&bases);
    git_object_free(spec.from);
    git_object_free(spec.to);
    return pushed;
}

static bool push_ref(struct filter *f, git_revwalk *walk, const char *ref)
{
    MC_GIT(git_object) *o = NULL;
    if (strstr(ref, ".."))
        return push_range(f, walk, ref);
    return mc_git_object(f->call, f->repo, ref, &o) && push_tip(f, walk, o);
}

static void walk_log(struct filter *f, git_revwalk *walk)
{
    struct mc_call *c = f->call;
    int64_t skip = mc_call_int(c, "skip"), left = mc_call_int(c, "max_count"), shown = 0;
    bool oneline = mc_call_bool(c, "oneline"), more = false;
    unsigned old = 0;
    git_oid oid;
    while (old < SLOP && !more && !c->truncated && !mc_call_expired(c) &&
           git_revwalk_next(&oid, walk) == 0) {
        MC_GIT(git_commit) *commit = NULL;
        if (git_commit_lookup(&commit, f->repo, &oid) < 0)
            continue;
        old = f->has_since && git_commit_time(commit) < f->since ? old + 1 : 0;
        if (!fits(f, commit) || skip-- > 0)
            continue;
        more = shown == left;
        if (more)
            break;
        if (oneline) {
            add_oneline(c, commit);
        } else {
            mc_call_add(c, shown ? MC_STR("\n") : MC_STR(""));
            mc_git_header(c, commit);
        }
        shown++;
    }
    if (more)
        mc_call_note(c, "there are more; continue with skip=%" PRId64,
                     mc_call_int(c, "skip") + shown);
    if (mc_call_expired(c))
        mc_call_note(c, "stopped after %d s; there may be more", MC_TOOL_BUDGET_MS / 1000);
    else if (shown == 0)
        mc_call_note(c, "no commit matches");
}

void mc_git_log(struct mc_call *c)
{
    MC_GIT(git_repository) *repo = NULL;
    MC_GIT(git_revwalk) *walk = NULL;
    struct filter f = {
        .call = c, .author = mc_call_str(c, "author"), .message = mc_call_str(c, "message")};
    if (!mc_git_open(c, &repo) || !mc_git_path(c, repo, &f.path) ||
        !date_argument(c, "since", &f.has_since, &f.since) ||
        !date_argument(c, "until", &f.has_until, &f.until))
        return;
    f.repo = repo;
    f.wanted = f.path ? mc_map_new() : NULL;
    if (git_revwalk_new(&walk, repo) < 0)
        mc_git_fail(c, "cannot walk the history");
    else if (push_ref(&f, walk, mc_call_str(c, "ref")))
        walk_log(&f, walk);
    if (f.wanted)
        mc_map_free(f.wanted, NULL);
    mc_free(f.path);
}
