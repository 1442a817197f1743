/* What is wrong with a config, and where. */
#include "base/alloc.h"
#include "base/err.h"
#include "config/build.h"

#include <stdlib.h>

static void push(struct mc_config *c, const struct mc_diag *d)
{
    if (c->n_diags == c->diags_cap) {
        c->diags_cap = c->diags_cap ? c->diags_cap * 2 : 8;
        c->diags = mc_realloc(c->diags, c->diags_cap * sizeof(*c->diags));
    }
    c->diags[c->n_diags] = *d;
    c->diags[c->n_diags++].at.file = mc_strdup(d->at.file);
}

void mc_config_report(struct mc_config *c, enum mc_severity severity, const struct mc_origin *at,
                      unsigned rank, char *msg)
{
    struct mc_diag d = {severity, *at, rank, msg};

    c->n_errors += severity == MC_SEV_ERROR;
    if (c->n_diags > MC_CONFIG_DIAGS_MAX) {
        mc_free(msg);
        return;
    }
    if (c->n_diags == MC_CONFIG_DIAGS_MAX) {
        mc_free(msg);
        d.severity = MC_SEV_ERROR;
        d.msg = mc_strdup("too many problems; those after this are not shown");
    }
    push(c, &d);
}

void mc_config_forget(struct mc_config *c, size_t n_diags, size_t n_errors)
{
    while (c->n_diags > n_diags) {
        struct mc_diag *d = &c->diags[--c->n_diags];
        mc_free(d->at.file);
        mc_free(d->msg);
    }
    c->n_errors = n_errors;
}

static bool stands_before(const struct mc_diag *a, const struct mc_diag *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    return a->at.line < b->at.line || (a->at.line == b->at.line && a->at.col < b->at.col);
}

void mc_config_sort_reports(struct mc_config *c)
{
    /* By insertion: there are few, nearly all in order, and those of one place must keep theirs. */
    size_t n = c->n_diags > MC_CONFIG_DIAGS_MAX ? MC_CONFIG_DIAGS_MAX : c->n_diags;

    for (size_t i = 1; i < n; i++) {
        struct mc_diag d = c->diags[i];
        size_t j = i;
        for (; j > 0 && stands_before(&d, &c->diags[j - 1]); j--)
            c->diags[j] = c->diags[j - 1];
        c->diags[j] = d;
    }
}

const char *mc_config_below(const char *root, const char *file)
{
    size_t n = root ? strlen(root) : 0;

    return n && strncmp(file, root, n) == 0 && file[n] == '/' ? file + n + 1 : file;
}

char *mc_diag_text(const struct mc_diag *d, const char *root)
{
    const char *file = mc_config_below(root, d->at.file);
    const char *severity = d->severity == MC_SEV_ERROR ? "error" : "warning";

    if (d->at.line == 0)
        return mc_asprintf("%s: %s: %s", file, severity, d->msg);
    return mc_asprintf("%s:%u:%u: %s: %s", file, d->at.line, d->at.col, severity, d->msg);
}
