/* Finding the repository and what is in it, with errors that say what to do. */
#include "serve/git.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void mc_git_fail(struct mc_call *c, const char *what)
{
    const git_error *e = git_error_last();
    mc_call_fail(c, "%s: %s", what, e && e->message ? e->message : "no reason given");
}

static bool is_below(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    while (n > 0 && dir[n - 1] == '/')
        n--;
    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* A repository's config can put its worktree anywhere (core.worktree); we serve what ROOT is in, and nothing else. */
static bool check_worktree(struct mc_call *c, git_repository *repo, const char *root)
{
    const char *dir = git_repository_workdir(repo);
    MC_CLEANUP(mc_freep) char *real = NULL;
    if (!dir || (mc_path_real(dir, &real, NULL) == 0 && is_below(root, real)))
        return true;
    mc_call_fail(c,
                 "the worktree of this repository is %s, which does not hold %s (core.worktree); "
                 "start mcpctl there instead",
                 dir, root);
    return false;
}

/* Says what is wrong when there is a repository that libgit2 does not want to open because of its owner. */
static bool refused_owner(struct mc_call *c, const char *root)
{
    git_buf found = {0};
    struct stat st;
    if (git_repository_discover(&found, root, 0, NULL) < 0)
        return false;
    if (stat(found.ptr, &st) < 0 || st.st_uid == geteuid()) {
        git_buf_dispose(&found);
        return false;
    }
    struct mc_str dir = {found.ptr, found.size};
    if (mc_str_ends(dir, MC_STR("/.git/")))
        dir.n -= strlen(".git/");
    if (dir.n > 1)
        dir.n--;
    mc_call_fail(c,
                 "the git repository %.*s belongs to another user, so it is not read. If you trust "
                 "it, run: git config --global --add safe.directory '%.*s'",
                 MC_STR_ARG(dir), MC_STR_ARG(dir));
    git_buf_dispose(&found);
    return true;
}

bool mc_git_open(struct mc_call *c, git_repository **ret)
{
    const char *root = c->ctx;
    int r = git_repository_open_ext(ret, root, 0, NULL);
    if (r == 0)
        return check_worktree(c, *ret, root);
    /* without any safe.directory in the config libgit2 1.5 reports a foreign owner as "not found" */
    if ((r == GIT_ENOTFOUND || r == GIT_EOWNER) && refused_owner(c, root))
        return false;
    if (r == GIT_ENOTFOUND)
        mc_call_fail(c, "%s is not inside a git repository", root);
    else
        mc_git_fail(c, "cannot open the git repository");
    return false;
}

bool mc_git_open_worktree(struct mc_call *c, git_repository **ret)
{
    if (!mc_git_open(c, ret))
        return false;
    if (!git_repository_is_bare(*ret))
        return true;
    mc_call_fail(c, "%s is a bare repository: it has no worktree; give revisions instead",
                 (const char *)c->ctx);
    return false;
}

bool mc_git_object(struct mc_call *c, git_repository *repo, const char *rev, git_object **ret)
{
    int r = git_revparse_single(ret, repo, rev);
    if (r == 0)
        return true;
    if (git_repository_head_unborn(repo) == 1 && strncmp(rev, "HEAD", 4) == 0)
        mc_call_fail(c, "the repository has no commits yet");
    else if (r == GIT_EAMBIGUOUS)
        mc_call_fail(c, "revision %s: more than one object begins like that; give more digits",
                     rev);
    else if (r == GIT_ENOTFOUND)
        mc_call_fail(c, "revision %s does not exist; branches and log show what there is",
                     rev);
    else
        mc_call_fail(c, "revision %s cannot be understood: %s", rev,
                     git_error_last() ? git_error_last()->message : "bad expression");
    return false;
}

static bool peel(struct mc_call *c, git_repository *repo, const char *rev, git_object_t type,
                 git_object **ret)
{
    MC_GIT(git_object) *o = NULL;
    if (!mc_git_object(c, repo, rev, &o))
        return false;
    if (git_object_peel(ret, o, type) == 0)
        return true;
    mc_call_fail(c, "revision %s is a %s, not a %s", rev,
                 git_object_type2string(git_object_type(o)), git_object_type2string(type));
    return false;
}

bool mc_git_commit(struct mc_call *c, git_repository *repo, const char *rev, git_commit **ret)
{
    return peel(c, repo, rev, GIT_OBJECT_COMMIT, (git_object **)ret);
}

bool mc_git_tree(struct mc_call *c, git_repository *repo, const char *rev, git_tree **ret)
{
    return peel(c, repo, rev, GIT_OBJECT_TREE, (git_object **)ret);
}

bool mc_git_path(struct mc_call *c, git_repository *repo, char **ret)
{
    const char *path = mc_call_str(c, "path"), *top = git_repository_workdir(repo);
    *ret = NULL;
    if (!path)
        return true;
    if (path[0] == '/') {
        if (!top || !is_below(path, top)) {
            mc_call_fail(c, "argument \"path\": %s is outside of the worktree %s", path,
                         top ? top : "(there is none)");
            return false;
        }
        path += strlen(top) - 1; /* libgit2 ends it with a slash */
        path += strspn(path, "/");
    }
    struct mc_buf clean = MC_BUF_INIT(MC_TOOL_STRING_MAX);
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n == 2 && strncmp(path, "..", 2) == 0) {
            mc_buf_done(&clean);
            mc_call_fail(c,
                         "argument \"path\": \"..\" is not allowed; paths are relative to the top "
                         "of the worktree");
            return false;
        }
        if (n > 1 || (n == 1 && *path != '.'))
            mc_buf_addf(&clean, "%s%.*s", clean.len ? "/" : "", (int)n, path);
        path += n + (path[n] == '/');
    }
    if (clean.len > 0)
        *ret = mc_buf_steal(&clean);
    mc_buf_done(&clean);
    return true;
}

/* ---- time ---- */

void mc_git_when(const git_time *t, char out[MC_GIT_WHEN_LEN])
{
    time_t local = (time_t)t->time + t->offset * 60;
    struct tm tm;
    int minutes = abs(t->offset);
    if (!gmtime_r(&local, &tm)) {
        snprintf(out, MC_GIT_WHEN_LEN, "@%" PRId64, (int64_t)t->time);
        return;
    }
    size_t n = strftime(out, MC_GIT_WHEN_LEN, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(out + n, MC_GIT_WHEN_LEN - n, " %c%02d%02d", t->offset < 0 ? '-' : '+',
             minutes / 60 % 100, minutes % 60);
}

static bool relative_date(const char *text, git_time_t now, git_time_t *ret)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"second", 1},    {"minute", 60},     {"hour", 3600},    {"day", 86400},
                 {"week", 604800}, {"month", 2629746}, {"year", 31556952}};
    char unit[16], tail[8] = "";
    int count, end = 0;
    if (sscanf(text, "%7d %15[a-z]%n %7[a-z]", &count, unit, &end, tail) < 2 || count < 0 ||
        (*tail && strcmp(tail, "ago") != 0))
        return false;
    size_t n = strlen(unit);
    if (n > 0 && unit[n - 1] == 's')
        unit[n - 1] = '\0';
    for (size_t i = 0; i < MC_ARRAY_LEN(units); i++)
        if (strcmp(unit, units[i].unit) == 0) {
            *ret = now - count * units[i].seconds;
            return true;
        }
    return false;
}

/* "", "Z", "+0200", "+02:00"; *local is true for the first. */
static bool parse_zone(const char *text, bool *local, int *seconds)
{
    char sign;
    int h, m, end = 0;
    *local = *text == '\0';
    *seconds = 0;
    if (*local || strcmp(text, "Z") == 0)
        return true;
    bool colon = strchr(text, ':') != NULL;
    if (sscanf(text, colon ? "%c%2d:%2d%n" : "%c%2d%2d%n", &sign, &h, &m, &end) != 3 || text[end] ||
        (sign != '+' && sign != '-'))
        return false;
    *seconds = (h * 3600 + m * 60) * (sign == '-' ? -1 : 1);
    return true;
}

bool mc_git_date(const char *text, git_time_t now, git_time_t *ret)
{
    struct tm tm = {.tm_isdst = -1};
    int end = 0, more = 0, offset;
    bool local;
    uint64_t seconds;
    if (text[0] == '@' && mc_str_u64(mc_str_of(text + 1), &seconds)) {
        *ret = (git_time_t)seconds;
        return true;
    }
    if (relative_date(text, now, ret))
        return true;
    if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &end) != 3)
        return false;
    text += end;
    if ((*text == 'T' || *text == ' ') && isdigit((unsigned char)text[1])) {
        if (sscanf(text + 1, "%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &more) != 2)
            return false;
        text += 1 + more;
        if (*text == ':' && sscanf(text + 1, "%2d%n", &tm.tm_sec, &more) == 1)
            text += 1 + more;
    }
    text += strspn(text, " ");
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    if (tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 24 ||
        tm.tm_min > 59 || tm.tm_sec > 60 || !parse_zone(text, &local, &offset))
        return false;
    *ret = local ? mktime(&tm) : timegm(&tm) - offset;
    return true;
}
