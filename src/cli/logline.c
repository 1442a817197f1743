#include "cli/logline.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "cli/out.h"

#define WIDTH_MAX 30

void mc_logline_widen(struct mc_logline *l, const cJSON *servers)
{
    const cJSON *server;
    cJSON_ArrayForEach(server, servers)
    {
        const char *name = mc_doc_str(server, "name");
        size_t n = name ? strlen(name) : 0;
        if (n > l->width)
            l->width = n < WIDTH_MAX ? n : WIDTH_MAX;
    }
}

/* The same server has the same colour in every run. */
static enum mc_tint tint_of(const char *name)
{
    static const enum mc_tint tints[] = {MC_TINT_CYAN, MC_TINT_GREEN, MC_TINT_MAGENTA,
                                         MC_TINT_YELLOW, MC_TINT_BLUE};
    unsigned h = 5381;
    for (; *name; name++)
        h = h * 33 + (unsigned char)*name;
    return tints[h % MC_ARRAY_LEN(tints)];
}

void mc_logline_add(struct mc_logline *l, const char *server, const char *line, struct mc_buf *out)
{
    if (!server || !line)
        return;
    MC_CLEANUP(mc_freep) char *name = mc_str_printable(mc_str_of(server), false);
    MC_CLEANUP(mc_freep)
    char *text = l->raw ? mc_strdup(line) : mc_str_printable(mc_str_of(line), false);
    mc_buf_addf(out, "%s%-*s |%s %s\n", mc_out_tint(l->color, tint_of(name)), (int)l->width, name,
                mc_out_plain(l->color), text);
}
