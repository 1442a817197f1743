#include "mcp/tasks.h"

#define DECLARATION "\"" MC_TASKS_EXTENSION "\":{}"

static enum mc_task_status status_of(struct mc_jval v)
{
    static const char *const names[] = {
        [MC_TASK_WORKING] = "working",     [MC_TASK_INPUT_REQUIRED] = "input_required",
        [MC_TASK_COMPLETED] = "completed", [MC_TASK_FAILED] = "failed",
        [MC_TASK_CANCELLED] = "cancelled",
    };

    for (size_t i = MC_TASK_WORKING; v.type == MC_JSON_STRING && i < MC_ARRAY_LEN(names); i++)
        if (mc_jstr_eq(v.s, mc_str_of(names[i])))
            return (enum mc_task_status)i;
    return MC_TASK_NONE;
}

/* The first of two spellings that is a number and not negative. */
static int64_t milliseconds(struct mc_jval task, const char *name, const char *other,
                            int64_t otherwise)
{
    int64_t n;

    if (mc_jint(mc_jget(task, name), &n) || mc_jint(mc_jget(task, other), &n))
        return n >= 0 ? n : otherwise;
    return otherwise;
}

bool mc_tasks_read(struct mc_jval task, struct mc_task_info *ret)
{
    struct mc_jval id = mc_jget(task, "taskId"), message = mc_jget(task, "statusMessage");

    *ret = (struct mc_task_info){
        .id = id.type == MC_JSON_STRING ? id.s : MC_STR_NONE,
        .status = status_of(mc_jget(task, "status")),
        .message = message.type == MC_JSON_STRING ? message.s : MC_STR_NONE,
        .ttl_ms = milliseconds(task, "ttlMs", "ttl", -1),
        .poll_ms = milliseconds(task, "pollIntervalMs", "pollInterval", 0),
    };
    return ret->id.n > 2 && ret->status != MC_TASK_NONE;
}

static const struct mc_str support_names[] = {
    [MC_TASKS_FORBIDDEN] = MC_STR("\"forbidden\""),
    [MC_TASKS_OPTIONAL] = MC_STR("\"optional\""),
    [MC_TASKS_REQUIRED] = MC_STR("\"required\""),
};

enum mc_task_support mc_tasks_support(struct mc_str tool)
{
    struct mc_jval v = mc_jpath(mc_jval_of(tool), "execution", "taskSupport", NULL);

    if (v.type == MC_JSON_STRING && mc_jstr_eq(v.s, MC_STR("required")))
        return MC_TASKS_REQUIRED;
    return v.type == MC_JSON_STRING && mc_jstr_eq(v.s, MC_STR("optional")) ? MC_TASKS_OPTIONAL
                                                                           : MC_TASKS_FORBIDDEN;
}

struct mc_str mc_tasks_support_edit(struct mc_str tool, enum mc_task_support support,
                                    struct mc_str *ret_at)
{
    struct mc_jval v = mc_jpath(mc_jval_of(tool), "execution", "taskSupport", NULL);

    *ret_at = v.s;
    return v.type == MC_JSON_NONE || mc_tasks_support(tool) == support ? MC_STR_NONE
                                                                       : support_names[support];
}

struct mc_str mc_tasks_related(struct mc_str meta)
{
    struct mc_jval id = mc_jpath(mc_jval_of(meta), MC_TASKS_RELATED, "taskId", NULL);

    return id.type == MC_JSON_STRING ? id.s : MC_STR_NONE;
}

void mc_tasks_relate(struct mc_splice *sp, struct mc_str meta, struct mc_str id)
{
    struct mc_jval object = mc_jval_of(meta), val;
    struct mc_jiter it;
    struct mc_str key;

    if (object.type != MC_JSON_OBJECT || !mc_jiter_init(&it, object))
        return;
    while (mc_jiter_next(&it, &key, &val)) {
        if (!mc_jstr_eq(key, MC_STR(MC_TASKS_RELATED)))
            continue;
        struct mc_jval old = mc_jget(val, "taskId");
        if (id.n == 0)
            mc_splice_drop_member(sp, key, val.s);
        else if (old.type == MC_JSON_STRING)
            mc_splice_put(sp, old.s, id);
        return; /* a second one of that name is nobody's */
    }
}

bool mc_tasks_declared(struct mc_jval capabilities)
{
    return mc_jpath(capabilities, "extensions", MC_TASKS_EXTENSION, NULL).type == MC_JSON_OBJECT;
}

static bool is_empty(struct mc_jval object)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;

    return !mc_jiter_init(&it, object) || !mc_jiter_next(&it, &key, &val);
}

void mc_tasks_declare(struct mc_str capabilities, struct mc_buf *out)
{
    struct mc_jval caps = mc_jval_of(capabilities), extensions = mc_jget(caps, "extensions");
    bool inside = extensions.type == MC_JSON_OBJECT;
    struct mc_jval at = inside ? extensions : caps;

    if (mc_tasks_declared(caps) || at.type != MC_JSON_OBJECT) {
        mc_buf_adds(out, capabilities);
        return;
    }
    mc_buf_add(out, caps.s.p, (size_t)(at.s.p + 1 - caps.s.p));
    mc_buf_adds(out, inside ? MC_STR(DECLARATION) : MC_STR("\"extensions\":{" DECLARATION "}"));
    if (!is_empty(at))
        mc_buf_addc(out, ',');
    mc_buf_add(out, at.s.p + 1, (size_t)(caps.s.p + caps.s.n - at.s.p - 1));
}
