/* What of a server's own words must be said differently where it is shown: a tool's taskSupport, which is true between two parties of one design alone, and
 * the extensions that the hub carries. */
#include "base/buf.h"
#include "hub/tasks.h"
#include "json/scan.h"

/* Extensions that are data in what passes anyway (a member of _meta, a scheme of URIs, a resource). One with methods of its own would need the hub to know
 * where they go; so it is not announced. */
static bool is_data(struct mc_str id)
{
    static const char *const known[] = {
        "io.modelcontextprotocol/ui",     /* MCP Apps */
        "io.modelcontextprotocol/skills", /* SEP-2640 */
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(known); i++)
        if (mc_jstr_eq(id, mc_str_of(known[i])))
            return true;
    return false;
}

static bool has(struct mc_str object, struct mc_str key)
{
    struct mc_jiter it;
    struct mc_str other;
    struct mc_jval val;

    mc_jiter_init(&it, mc_jval_of(object));
    while (mc_jiter_next(&it, &other, &val))
        if (mc_json_same(other, key))
            return true;
    return false;
}

/* Of several servers with different settings, the first one's. */
static void add_extensions(const struct mc_catalog *c, struct mc_buf *out)
{
    struct mc_jval extensions = mc_jget(mc_jval_of(mc_str_of(c->capabilities)), "extensions"), val;
    struct mc_jiter it;
    struct mc_str key;

    if (extensions.type != MC_JSON_OBJECT)
        return;
    mc_jiter_init(&it, extensions);
    while (mc_jiter_next(&it, &key, &val)) {
        if (!is_data(key))
            continue;
        mc_buf_addc(out, '}'); /* whole, to look into it */
        bool known = has(mc_buf_str(out), key);
        out->len--;
        if (known)
            continue;
        if (out->data[out->len - 1] != '{')
            mc_buf_addc(out, ',');
        mc_buf_addf(out, "%.*s:%.*s", MC_STR_ARG(key), MC_STR_ARG(val.s));
    }
}

void view_extensions(struct view *v, enum mc_era era, struct mc_buf *out)
{
    struct server *srv;

    mc_buf_addc(out, '{');
    if (era == MC_ERA_MODERN && view_caps(v) & MC_CAP_TASKS_EXT)
        mc_buf_adds(out, MC_STR("\"" MC_TASKS_EXTENSION "\":{}"));
    for (size_t i = 0; (srv = view_server(v, i)); i++) {
        const struct mc_catalog *c =
            srv->mode == SERVER_ON && srv->backend ? mc_backend_catalog(srv->backend) : NULL;
        if (c)
            add_extensions(c, out);
    }
    mc_buf_addc(out, '}');
    if (out->len == 2 || out->failed)
        mc_buf_clear(out);
}

/* Between legacy parties nobody must use a task: a plain call is driven by the hub. Across the designs nobody can. */
struct mc_str view_task_support(const struct mc_catalog *c, struct mc_str tool, enum mc_era era,
                                struct mc_str *at)
{
    enum mc_era server = mc_rev_era(c->rev);

    if (server == MC_ERA_MODERN && era == MC_ERA_MODERN)
        return MC_STR_NONE; /* no word of that revision: it passes */
    if (server != era || !(c->caps & MC_CAP_TASKS))
        return mc_tasks_support_edit(tool, MC_TASKS_FORBIDDEN, at);
    return mc_tasks_support(tool) == MC_TASKS_REQUIRED
               ? mc_tasks_support_edit(tool, MC_TASKS_OPTIONAL, at)
               : MC_STR_NONE;
}
