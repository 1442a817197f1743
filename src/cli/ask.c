#include "cli/ask.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/out.h"
#include "config/config.h"
#include "config/redact.h"
#include "config/resolve.h"
#include "store/trust.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_MAX (4u << 20)
#define ANSWER_MAX 64

struct pending {
    const struct mc_server_spec **specs;
    enum mc_trust *trust;
    size_t n;
};

static void pending_done(struct pending *p)
{
    mc_free(p->specs);
    mc_free(p->trust);
}

static void collect(const struct mc_config *config, const struct mc_trust_book *book,
                    struct pending *ret)
{
    size_t n = mc_config_server_count(config);
    ret->specs = mc_calloc(n + 1, sizeof(*ret->specs));
    ret->trust = mc_calloc(n + 1, sizeof(*ret->trust));
    for (size_t i = 0; i < n; i++) {
        const struct mc_server_spec *spec = mc_config_server(config, i);
        enum mc_trust trust = mc_trust_check(book, mc_config_root(config), spec);
        if (spec->disabled || spec->mine || spec->transport != MC_TRANSPORT_STDIO ||
            trust == MC_TRUST_YES)
            continue;
        ret->specs[ret->n] = spec;
        ret->trust[ret->n++] = trust;
    }
}

/* A value as written, on one line. */
static void field(struct mc_buf *out, const char *label, const char *text)
{
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(text), false);
    mc_buf_addf(out, "     %-5s %s\n", label, shown);
}

static void pairs(struct mc_buf *out, const char *label, const struct mc_kv *kv, size_t n,
                  const char *sep)
{
    for (size_t i = 0; i < n; i++) {
        MC_CLEANUP(mc_freep)
        char *value = kv[i].value ? mc_redact(mc_str_of(kv[i].key), kv[i].value) : NULL;
        MC_CLEANUP(mc_freep)
        char *text = value ? mc_asprintf("%s%s%s", kv[i].key, sep, value)
                           : mc_asprintf("%s removed", kv[i].key);
        field(out, label, text);
    }
}

static const char *below(const char *file, const char *root)
{
    size_t n = strlen(root);
    return strncmp(file, root, n) == 0 && file[n] == '/' ? file + n + 1 : file;
}

void mc_ask_describe(const struct mc_server_spec *spec, const char *root, const char *mark,
                     unsigned number, struct mc_buf *out)
{
    MC_CLEANUP(mc_freep) char *name = mc_str_printable(mc_str_of(spec->name), false);
    MC_CLEANUP(mc_freep)
    char *file = mc_str_printable(mc_str_of(below(spec->origin.file, root)), false);
    MC_CLEANUP(mc_freep) char *line = mc_spec_command_line(spec);
    MC_CLEANUP(mc_strv_done) struct mc_strv refs = {0};
    if (number)
        mc_buf_addf(out, "%3u. ", number);
    else
        mc_buf_addz(out, "  ");
    mc_buf_addf(out, "%s  (%s:%u:%u)%s%s\n", name, file, spec->origin.line, spec->origin.col,
                *mark ? "  " : "", mark);
    field(out, spec->url ? "url" : "runs", line);
    if (spec->transport == MC_TRANSPORT_STDIO)
        field(out, "in", spec->cwd ? spec->cwd : root);
    pairs(out, "sets", spec->env, spec->n_env, "=");
    pairs(out, "sends", spec->headers, spec->n_headers, ": ");
    for (size_t i = 0; i < spec->inherit_env.n; i++)
        field(out, "gets",
              strcmp(spec->inherit_env.v[i], "*") ? spec->inherit_env.v[i]
                                                  : "all of your environment");
    for (size_t i = 0; spec->tools_limited && i < spec->tools_allow.n; i++)
        field(out, "shows", spec->tools_allow.v[i]);
    for (size_t i = 0; i < spec->tools_deny.n; i++)
        field(out, "hides", spec->tools_deny.v[i]);
    pairs(out, "names", spec->tools_rename, spec->n_tools_rename, " → ");
    pairs(out, "tells", spec->tools_describe, spec->n_tools_describe, ": ");
    mc_spec_references(spec, &refs);
    for (size_t i = 0; i < refs.n; i++)
        field(out, "uses", refs.v[i]);
}

/* One line from the terminal: its first letter in lower case, '\n' for an empty one, 0 at the end of input. */
static char answer(void)
{
    char line[ANSWER_MAX];
    size_t n = 0;
    for (char c = 0; c != '\n';) {
        ssize_t r = read(STDIN_FILENO, &c, 1);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return 0;
        if (n + 1 < sizeof(line))
            line[n++] = c;
    }
    line[n] = '\0';
    const char *p = line + strspn(line, " \t");
    return *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
}

static void show(const struct pending *p, const char *root)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(TEXT_MAX);
    mc_buf_addf(&out,
                "This repo wants to run %zu server%s. %s would run as you, with your files and "
                "your network:\n\n",
                p->n, p->n == 1 ? "" : "s", p->n == 1 ? "It" : "They");
    for (size_t i = 0; i < p->n; i++) {
        mc_ask_describe(p->specs[i], root,
                        p->trust[i] == MC_TRUST_CHANGED ? "CHANGED since you trusted it" : "",
                        (unsigned)i + 1, &out);
        mc_buf_addc(&out, '\n');
    }
    fwrite(out.data, 1, out.len, stderr);
}

/* Moves the allowed ones to the front and returns their number. */
static size_t ask(struct pending *p)
{
    if (p->n == 1)
        fprintf(stderr, "Run this server? [y/N] ");
    else
        fprintf(stderr, "Run these %zu servers? [y/N/some] ", p->n);
    char a = answer();
    if (a == 'y')
        return p->n;
    if (a != 's' || p->n == 1)
        return 0;
    size_t yes = 0;
    for (size_t i = 0; i < p->n; i++) {
        fprintf(stderr, "Run %s? [y/N] ", p->specs[i]->name);
        if (answer() != 'y')
            continue;
        const struct mc_server_spec *spec = p->specs[i];
        p->specs[i] = p->specs[yes];
        p->specs[yes++] = spec;
    }
    return yes;
}

/* What stays blocked, and the command that would allow it. */
static void say_blocked(const struct pending *p, size_t from)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf names = MC_BUF_INIT(TEXT_MAX);
    for (size_t i = from; i < p->n; i++) {
        MC_CLEANUP(mc_freep) char *name = mc_spec_name_word(p->specs[i]);
        mc_buf_addf(&names, " %s", name);
    }
    if (names.len)
        mc_out_note("%s blocked until you allow %s:\n  mcpctl trust%s",
                    p->n - from == 1 ? "It stays" : "They stay", p->n - from == 1 ? "it" : "them",
                    names.data);
}

int mc_ask_trust(const struct mc_config *config, enum mc_ask_how how, struct mc_err *err)
{
    struct mc_trust_book *book = NULL;
    struct pending p = {0};
    size_t yes = 0;
    int ret = mc_trust_load(&book, err);
    if (ret < 0)
        return ret;
    collect(config, book, &p);
    if (p.n && how != MC_ASK_QUIETLY)
        show(&p, mc_config_root(config));
    if (p.n && how == MC_ASK && mc_out_terminal(STDIN_FILENO) && mc_out_terminal(STDERR_FILENO))
        yes = ask(&p);
    if (yes)
        ret = mc_trust_grant(mc_config_root(config), p.specs, yes, err);
    if (ret == 0)
        say_blocked(&p, yes);
    pending_done(&p);
    mc_trust_free(book);
    return ret;
}
