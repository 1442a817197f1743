/* Tasks as data, of both designs: the experimental ones of 2025-11-25 (basic/utilities/tasks) and the extension io.modelcontextprotocol/tasks of
 * 2026-07-28 (SEP-2663). They share words and little else; what differs in spelling only is read by the same functions. */
#ifndef MC_MCP_TASKS_H
#define MC_MCP_TASKS_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"
#include "json/scan.h"
#include "json/splice.h"

#define MC_TASKS_EXTENSION "io.modelcontextprotocol/tasks"
#define MC_TASKS_RELATED "io.modelcontextprotocol/related-task"

enum mc_task_status {
    MC_TASK_NONE, /* unknown: not of these */
    MC_TASK_WORKING,
    MC_TASK_INPUT_REQUIRED,
    MC_TASK_COMPLETED,
    MC_TASK_FAILED,
    MC_TASK_CANCELLED,
};
static inline bool mc_task_over(enum mc_task_status s)
{
    return s >= MC_TASK_COMPLETED;
}

struct mc_task_info {
    struct mc_str id; /* raw JSON string */
    enum mc_task_status status;
    struct mc_str message; /* raw statusMessage; empty: none */
    int64_t ttl_ms;        /* -1: unlimited, or none given */
    int64_t poll_ms;       /* 0: none given */
};
/* Of a Task object of either design (ttl, pollInterval; ttlMs, pollIntervalMs); false when it has no id or no known status. */
bool mc_tasks_read(struct mc_jval task, struct mc_task_info *ret);

/* A tool's execution.taskSupport (2025-11-25). */
enum mc_task_support { MC_TASKS_FORBIDDEN, MC_TASKS_OPTIONAL, MC_TASKS_REQUIRED };
enum mc_task_support mc_tasks_support(struct mc_str tool);
/* What must be put in place of its value so that it says `support`; empty when it does already, or has none. */
struct mc_str mc_tasks_support_edit(struct mc_str tool, enum mc_task_support support,
                                    struct mc_str *ret_at);

/* The raw id in the related-task member of a _meta object; empty: none. */
struct mc_str mc_tasks_related(struct mc_str meta);
/* Puts another raw id there; an empty one drops the member. */
void mc_tasks_relate(struct mc_splice *sp, struct mc_str meta, struct mc_str id);

/* Does a ClientCapabilities or ServerCapabilities object declare the extension? */
bool mc_tasks_declared(struct mc_jval capabilities);
/* Appends a capabilities object with the extension added to it. */
void mc_tasks_declare(struct mc_str capabilities, struct mc_buf *out);

#endif
