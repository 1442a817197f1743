/* What of a server's own words must be said differently where it is shown: a tool's taskSupport, which is true between two parties of one design alone, and
 * the extensions that the hub carries. */
#include "base/buf.h"
#include "hub/tasks.h"
#include "json/scan.h"

/* Extensions whose every message reaches its server: those that are data in what passes anyway (members of _meta, schemes of URIs), and those whose methods
 * the hub knows. Another one may have methods of its own, and is not announced. */
static const char *const carried[] = {
    "io.modelcontextprotocol/ui", /* MCP Apps */
    MC_SKILLS_EXTENSION,
};

static bool has(struct mc_str members, struct mc_str key)
{
    struct mc_buf object = MC_BUF_INIT(1u << 20);
    struct mc_jiter it;
    struct mc_str other;
    struct mc_jval val;
    bool found = false;

    mc_buf_adds(&object, members);
    mc_buf_addc(&object, '}');
    mc_jiter_init(&it, mc_jval_of(mc_buf_str(&object)));
    while (!object.failed && mc_jiter_next(&it, &other, &val))
        found |= mc_str_eq(other, key);
    mc_buf_done(&object);
    return found;
}

/* The settings of all servers that have it, as members; of the same one, the first server's. */
static bool add_settings(struct view *v, const char *id, struct mc_buf *out)
{
    struct server *srv;
    bool any = false;

    mc_buf_addc(out, '{');
    for (size_t i = 0; (srv = view_server(v, i)); i++) {
        const struct mc_catalog *c =
            srv->mode == SERVER_ON && srv->backend ? mc_backend_catalog(srv->backend) : NULL;
        struct mc_jval settings, val;
        struct mc_jiter it;
        struct mc_str key;
        if (!c)
            continue;
        settings = mc_jpath(mc_jval_of(mc_str_of(c->capabilities)), "extensions", id, NULL);
        if (settings.type != MC_JSON_OBJECT)
            continue;
        any = true;
        mc_jiter_init(&it, settings);
        while (mc_jiter_next(&it, &key, &val)) {
            if (has(mc_buf_str(out), key))
                continue;
            mc_buf_addf(out, "%s%.*s:%.*s", out->len > 1 ? "," : "", MC_STR_ARG(key),
                        MC_STR_ARG(val.s));
        }
    }
    mc_buf_addc(out, '}');
    return any;
}

void view_extensions(struct view *v, enum mc_era era, struct mc_buf *out)
{
    mc_buf_addc(out, '{');
    if (era == MC_ERA_MODERN && view_caps(v) & MC_CAP_TASKS_EXT)
        mc_buf_adds(out, MC_STR("\"" MC_TASKS_EXTENSION "\":{}"));
    for (size_t i = 0; i < MC_ARRAY_LEN(carried); i++) {
        struct mc_buf settings = MC_BUF_INIT(1u << 20);
        if (add_settings(v, carried[i], &settings))
            mc_buf_addf(out, "%s\"%s\":%.*s", out->len > 1 ? "," : "", carried[i],
                        MC_STR_ARG(mc_buf_str(&settings)));
        mc_buf_done(&settings);
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
