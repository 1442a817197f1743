/* list_directory and file_info. */
#include "serve/files.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "serve/beneath.h"
#include "serve/text.h"
#include "serve/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct listing {
    struct mc_call *call;
    int64_t most, total;
    size_t skip; /* of each path: the directory that was asked for */
};

/* The target of a link, printable; NULL when it cannot be read. Caller frees. */
static char *link_target(int dir_fd, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dir_fd, name, target, sizeof target);
    return n < 0 ? NULL : mc_str_printable((struct mc_str){target, (size_t)n}, false);
}

static bool add_entry(struct mc_call *c, const struct mc_walk_entry *e, const char *shown)
{
    mode_t mode = e->st.st_mode;
    MC_CLEANUP(mc_freep) char *target = S_ISLNK(mode) ? link_target(e->dir_fd, e->name) : NULL;
    MC_CLEANUP(mc_freep) char *name = mc_str_printable(mc_str_of(shown), false);
    MC_CLEANUP(mc_buf_done) struct mc_buf row = MC_BUF_INIT(4 * PATH_MAX);
    mc_buf_addc(&row, '{');
    mc_data_str(&row, "path", shown);
    mc_data_str(&row, "type", mc_beneath_kind(mode));
    if (S_ISREG(mode))
        mc_data_int(&row, "size", e->st.st_size);
    if (target)
        mc_data_str(&row, "target", target);
    mc_buf_addc(&row, '}');
    if (!mc_data_row(c, &row))
        return false;
    if (S_ISDIR(mode))
        return mc_call_addf(c, "%s/\n", name);
    if (S_ISREG(mode))
        return mc_call_addf(c, "%s (%" PRId64 " bytes)\n", name, (int64_t)e->st.st_size);
    return mc_call_addf(c, "%s %s%s\n", name, target ? "-> " : "",
                        target ? target : mc_beneath_kind(mode));
}

static enum mc_walk_step list_entry(void *arg, const struct mc_walk_entry *e)
{
    struct listing *l = arg;
    if (mc_call_expired(l->call))
        return MC_WALK_STOP;
    l->total++;
    if (l->total <= l->most && !l->call->truncated)
        add_entry(l->call, e, e->path + l->skip);
    return MC_WALK_ON;
}

void mc_files_list(struct mc_call *c)
{
    const struct mc_beneath *b = c->ctx;
    struct mc_err err;
    int fd = -1;
    MC_CLEANUP(mc_freep) char *rel = NULL;
    if (mc_beneath_relative(b, mc_call_str(c, "path"), &rel, &err) < 0 ||
        mc_beneath_open(b, rel, O_RDONLY | O_DIRECTORY, &fd, &err) < 0) {
        bool file = err.sys_errno == ENOTDIR;
        mc_call_fail(c, "%s%s", err.msg, file ? "; read it with read_file" : "");
        return;
    }
    mc_buf_addc(&c->data, '{');
    mc_data_str(&c->data, "path", rel);
    mc_buf_addz(&c->data, ",\"entries\":[");
    struct listing l = {.call = c, .most = mc_call_int(c, "max_entries")};
    l.skip = strcmp(rel, ".") == 0 ? 0 : strlen(rel) + 1;
    struct mc_walk w = {.on_entry = list_entry, .arg = &l};
    w.depth = (unsigned)mc_call_int(c, "depth");
    mc_walk_run(&w, fd, rel);
    bool cut = l.total > l.most || c->truncated || mc_call_expired(c);
    mc_buf_addc(&c->data, ']');
    mc_data_int(&c->data, "total", l.total);
    mc_data_bool(&c->data, "truncated", cut);
    mc_buf_addc(&c->data, '}');
    if (l.total == 0)
        mc_call_note(c, "the directory is empty");
    if (l.total > l.most)
        mc_call_note(c,
                     "%" PRId64 " of %" PRId64 " entries are shown; raise max_entries or list a "
                     "directory below",
                     l.most, l.total);
    if (w.too_many > 0)
        mc_call_note(c, "%" PRId64 " entries of very large directories were left out", w.too_many);
    if (w.unreadable > 0)
        mc_call_note(c, "%" PRId64 " directories cannot be read", w.unreadable);
    if (mc_call_expired(c))
        mc_call_note(c, "stopped after %d s; the list is not complete", MC_TOOL_BUDGET_MS / 1000);
}

/* ---- file_info ---- */

static void add_link(struct mc_call *c, int fd, const char *path)
{
    const struct mc_beneath *b = c->ctx;
    struct mc_err err;
    struct stat st;
    MC_CLEANUP(mc_closep) int end = -1;
    MC_CLEANUP(mc_freep) char *target = link_target(fd, "");
    mc_data_str(&c->data, "target", target ? target : "");
    mc_call_addf(c, "target: %s\n", target ? target : "(unreadable)");
    if (mc_beneath_open(b, path, O_PATH, &end, &err) < 0)
        mc_call_addf(c, "leads to: nothing that can be reached (%s)\n", err.msg);
    else if (fstat(end, &st) == 0)
        mc_call_addf(c, "leads to: a %s\n", mc_beneath_kind(st.st_mode));
}

static void add_content(struct mc_call *c, const char *path)
{
    struct mc_err err;
    struct stat st;
    MC_CLEANUP(mc_closep) int fd = -1;
    MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(MC_TEXT_SEARCH_MAX);
    if (mc_beneath_open_file(c->ctx, path, &fd, &st, &err) < 0) {
        mc_call_addf(c, "content: %s\n", err.msg);
        return;
    }
    int r = mc_text_read(fd, &text, &err);
    bool binary = mc_text_is_binary(mc_buf_str(&text));
    mc_data_bool(&c->data, "text", !binary);
    if (binary || r < 0) {
        mc_call_addf(c, "content: %s\n", binary ? "binary" : "text, too long to count its lines");
        return;
    }
    int64_t lines = text.len > 0 && text.data[text.len - 1] != '\n';
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    mc_data_int(&c->data, "lines", lines);
    mc_call_addf(c, "content: text, %" PRId64 " lines\n", lines);
}

void mc_files_info(struct mc_call *c)
{
    const struct mc_beneath *b = c->ctx;
    struct mc_err err;
    struct stat st;
    MC_CLEANUP(mc_closep) int fd = -1;
    MC_CLEANUP(mc_freep) char *rel = NULL;
    if (mc_beneath_relative(b, mc_call_str(c, "path"), &rel, &err) < 0 ||
        mc_beneath_open(b, rel, O_PATH | O_NOFOLLOW, &fd, &err) < 0) {
        mc_call_fail(c, "%s", err.msg);
        return;
    }
    struct tm tm;
    char when[32], mode[8];
    if (fstat(fd, &st) < 0 || !gmtime_r(&st.st_mtime, &tm)) {
        mc_call_fail(c, "cannot look at %s", rel);
        return;
    }
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    snprintf(mode, sizeof mode, "%04o", (unsigned)st.st_mode & 07777u);
    mc_buf_addc(&c->data, '{');
    mc_data_str(&c->data, "path", rel);
    mc_data_str(&c->data, "type", mc_beneath_kind(st.st_mode));
    mc_data_int(&c->data, "size", st.st_size);
    mc_data_str(&c->data, "mode", mode);
    mc_data_str(&c->data, "modified", when);
    mc_call_add(c, MC_STR("path: "));
    mc_call_add_name(c, rel);
    mc_call_addf(c, "\ntype: %s\nsize: %" PRId64 " bytes\nmode: %s\nmodified: %s\n",
                 mc_beneath_kind(st.st_mode), (int64_t)st.st_size, mode, when);
    if (S_ISLNK(st.st_mode))
        add_link(c, fd, rel);
    else if (S_ISREG(st.st_mode))
        add_content(c, rel);
    mc_buf_addc(&c->data, '}');
}
