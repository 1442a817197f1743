/* search_files and search_content. */
#include "serve/files.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "serve/beneath.h"
#include "serve/text.h"
#include "serve/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

/* Opens where a search begins; false when the call has failed. */
static bool open_start(struct mc_call *c, int flags, int *fd, char **rel)
{
    struct mc_err err;
    if (mc_beneath_relative(c->ctx, mc_call_str(c, "path"), rel, &err) < 0 ||
        mc_beneath_open(c->ctx, *rel, flags, fd, &err) < 0) {
        mc_call_fail(c, "%s", err.msg);
        return false;
    }
    return true;
}

static void note_left_out(struct mc_call *c, const struct mc_walk *w)
{
    if (w->unreadable > 0)
        mc_call_note(c, "%" PRId64 " directories cannot be read", w->unreadable);
    if (w->too_deep > 0)
        mc_call_note(c, "%" PRId64 " directories are nested deeper than %d and were left out",
                     w->too_deep, MC_WALK_DEPTH_MAX);
    if (w->too_many > 0)
        mc_call_note(c, "%" PRId64 " entries of very large directories were left out", w->too_many);
}

/* ---- by name ---- */

struct name_search {
    struct mc_call *call;
    const char *glob;
    int64_t most, found;
};

static enum mc_walk_step look_at_name(void *arg, const struct mc_walk_entry *e)
{
    struct name_search *s = arg;
    if (mc_call_expired(s->call))
        return MC_WALK_STOP;
    if (!mc_text_glob(s->glob, e->path))
        return MC_WALK_ON;
    if (s->found == s->most) {
        mc_call_note(s->call, "stopped at max_results=%" PRId64 "; there are more", s->most);
        return MC_WALK_STOP;
    }
    s->found++;
    mc_call_add_name(s->call, e->path);
    mc_call_addf(s->call, "%s\n", S_ISDIR(e->st.st_mode) ? "/" : "");
    return s->call->truncated ? MC_WALK_STOP : MC_WALK_ON;
}

void mc_files_search_names(struct mc_call *c)
{
    int fd = -1;
    MC_CLEANUP(mc_freep) char *rel = NULL;
    if (!open_start(c, O_RDONLY | O_DIRECTORY, &fd, &rel))
        return;
    struct name_search s = {.call = c, .glob = mc_call_str(c, "glob")};
    s.most = mc_call_int(c, "max_results");
    struct mc_walk w = {.on_entry = look_at_name, .arg = &s, .depth = MC_WALK_DEPTH_MAX};
    mc_walk_run(&w, fd, rel);
    if (s.found == 0)
        mc_call_note(c, "nothing below %s matches %s", rel, s.glob);
    note_left_out(c, &w);
    if (mc_call_expired(c))
        mc_call_note(c, "stopped after %d s; narrow the search with \"path\"",
                     MC_TOOL_BUDGET_MS / 1000);
}

/* ---- by content ---- */

struct content_search {
    struct mc_grep grep;
    const char *glob;
    struct mc_buf text; /* of the file at hand */
};

static bool search_fd(struct content_search *s, int fd, const char *path)
{
    struct mc_err err;
    mc_buf_clear(&s->text);
    int r = mc_text_read(fd, &s->text, &err);
    if (r == -MC_E_TOO_BIG)
        s->grep.too_big++;
    return r < 0 || mc_grep_text(&s->grep, path, mc_buf_str(&s->text));
}

static enum mc_walk_step look_into(void *arg, const struct mc_walk_entry *e)
{
    struct content_search *s = arg;
    if (mc_call_expired(s->grep.call))
        return MC_WALK_STOP;
    if (!S_ISREG(e->st.st_mode) || !mc_text_glob(s->glob, e->path))
        return MC_WALK_ON;
    if (e->st.st_size > MC_TEXT_SEARCH_MAX) {
        s->grep.too_big++;
        return MC_WALK_ON;
    }
    MC_CLEANUP(mc_closep)
    int fd = openat(e->dir_fd, e->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return fd < 0 || search_fd(s, fd, e->path) ? MC_WALK_ON : MC_WALK_STOP;
}

static void search_below(struct mc_call *c, struct content_search *s)
{
    int fd = -1;
    struct stat st;
    struct mc_err err;
    MC_CLEANUP(mc_freep) char *rel = NULL;
    if (!open_start(c, O_PATH, &fd, &rel))
        return;
    bool directory = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
    mc_closep(&fd);
    if (directory) {
        if (mc_beneath_open(c->ctx, rel, O_RDONLY | O_DIRECTORY, &fd, &err) < 0) {
            mc_call_fail(c, "%s", err.msg);
            return;
        }
        struct mc_walk w = {.on_entry = look_into, .arg = s, .depth = MC_WALK_DEPTH_MAX};
        mc_walk_run(&w, fd, rel);
        note_left_out(c, &w);
    } else if (mc_beneath_open_file(c->ctx, rel, &fd, &st, &err) == 0) {
        search_fd(s, fd, rel);
        mc_closep(&fd);
    } else {
        mc_call_fail(c, "%s", err.msg);
        return;
    }
    mc_grep_close(&s->grep);
}

void mc_files_search_content(struct mc_call *c)
{
    struct mc_err err;
    MC_CLEANUP(mc_match_freep) struct mc_match *m = NULL;
    if (mc_match_new(mc_call_str(c, "pattern"), mc_call_bool(c, "regex"),
                     mc_call_bool(c, "ignore_case"), &m, &err) < 0) {
        mc_call_fail(c, "%s", err.msg);
        return;
    }
    struct content_search s = {.grep = {.call = c, .match = m}, .glob = mc_call_str(c, "glob")};
    s.grep.context = mc_call_int(c, "context");
    s.grep.most = mc_call_int(c, "max_results");
    mc_buf_init(&s.text, MC_TEXT_SEARCH_MAX);
    search_below(c, &s);
    mc_buf_done(&s.text);
}
