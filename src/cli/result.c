#include "cli/result.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/out.h"

static void end_line(struct mc_buf *out)
{
    if (out->len && out->data[out->len - 1] != '\n')
        mc_buf_addc(out, '\n');
}

static char *member(struct mc_jval v, const char *name)
{
    return mc_jstr_dup(mc_jget(v, name));
}

/* "[image image/png, 12 kB: use --json]" */
static void blob(const char *what, struct mc_jval v, struct mc_jval data, struct mc_buf *out)
{
    MC_CLEANUP(mc_freep) char *mime = member(v, "mimeType");
    char size[MC_SIZE_LEN];
    mc_out_size(data.type == MC_JSON_STRING ? (double)(data.s.n - 2) * 3 / 4 : 0, size);
    mc_buf_addf(out, "[%s %s, %s: use --json]\n", what, mime ? mime : "of unknown type", size);
}

static void resource(struct mc_jval block, struct mc_buf *out)
{
    struct mc_jval r = mc_jget(block, "resource");
    struct mc_jval text = mc_jget(r, "text");
    if (text.type == MC_JSON_STRING) {
        mc_jstr_decode(text.s, out);
        end_line(out);
        return;
    }
    MC_CLEANUP(mc_freep) char *uri = member(r, "uri");
    MC_CLEANUP(mc_freep) char *what = mc_asprintf("resource %s", uri ? uri : "");
    blob(what, r, mc_jget(r, "blob"), out);
}

static void block(struct mc_jval b, struct mc_buf *out)
{
    MC_CLEANUP(mc_freep) char *type = member(b, "type");
    MC_CLEANUP(mc_freep) char *uri = member(b, "uri");
    MC_CLEANUP(mc_freep) char *name = member(b, "name");
    struct mc_jval text = mc_jget(b, "text");
    if (text.type == MC_JSON_STRING) {
        mc_jstr_decode(text.s, out);
        end_line(out);
    } else if (type && strcmp(type, "resource") == 0) {
        resource(b, out);
    } else if (type && strcmp(type, "resource_link") == 0) {
        mc_buf_addf(out, "[resource_link %s%s%s]\n", name ? name : "", name ? " " : "",
                    uri ? uri : "");
    } else {
        blob(type ? type : "content", b, mc_jget(b, "data"), out);
    }
}

void mc_result_text(struct mc_jval result, struct mc_buf *out)
{
    struct mc_jval content = mc_jget(result, "content"),
                   structured = mc_jget(result, "structuredContent"), item;
    struct mc_jiter it;
    bool any = false;
    bool more = content.type == MC_JSON_ARRAY && mc_jiter_init(&it, content);
    for (; more && mc_jiter_next(&it, NULL, &item); any = true)
        block(item, out);
    if (!any && structured.type != MC_JSON_NONE) {
        mc_buf_adds(out, structured.s);
        end_line(out);
    }
}
