#include "hub/viewtools.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "config/config.h"
#include "json/scan.h"
#include "json/splice.h"

static bool matches(const struct mc_strv *globs, struct mc_str name)
{
    for (size_t i = 0; i < globs->n; i++)
        if (mc_glob(globs->v[i], name))
            return true;
    return false;
}

static const char *value_of(const struct mc_kv *kv, size_t n, struct mc_str name)
{
    for (size_t i = 0; i < n; i++)
        if (mc_str_eq(mc_str_of(kv[i].key), name))
            return kv[i].value;
    return NULL;
}

bool view_tool_shown(const struct mc_server_spec *spec, struct mc_str name)
{
    return (!spec->tools_limited || matches(&spec->tools_allow, name)) &&
           !matches(&spec->tools_deny, name);
}

struct mc_str view_tool_name(const struct mc_server_spec *spec, struct mc_str name)
{
    const char *other = value_of(spec->tools_rename, spec->n_tools_rename, name);

    return other ? mc_str_of(other) : name;
}

bool view_tool_describe(const struct mc_server_spec *spec, const struct mc_item *item,
                        struct mc_splice *sp, struct mc_buf *text)
{
    const char *other = value_of(spec->tools_describe, spec->n_tools_describe, item->key);

    if (!other)
        return false;
    struct mc_jval old = mc_jget(mc_jval_of(item->text), "description");
    if (old.type == MC_JSON_NONE)
        mc_buf_addz(text, "\"description\":");
    mc_jstr_quote(mc_str_of(other), text);
    if (old.type == MC_JSON_NONE)
        mc_buf_addc(text, ','); /* a tool has a name at least */
    mc_splice_put(sp, old.type == MC_JSON_NONE ? (struct mc_str){item->text.p + 1, 0} : old.s,
                  mc_buf_str(text));
    return true;
}

unsigned view_tool_timeout(const struct mc_server_spec *spec, struct mc_str name)
{
    uint64_t ms;
    const char *text = value_of(spec->tool_timeouts, spec->n_tool_timeouts, name);

    return text && mc_str_u64(mc_str_of(text), &ms) ? (unsigned)ms : 0;
}
