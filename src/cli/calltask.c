#include "cli/calltask.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "mcp/rpc.h"
#include "mcp/tasks.h"

#include <poll.h>
#include <signal.h>

static volatile sig_atomic_t interrupted;

bool mc_calltask_demanded(const struct mc_mcp_answer *a)
{
    struct mc_jval v = mc_jval_of(mc_buf_str(&a->text));

    return a->error_code == MC_RPC_MISSING_CAPABILITY &&
           mc_tasks_declared(mc_jpath(v, "error", "data", "requiredCapabilities", NULL));
}

bool mc_calltask_is(const struct mc_mcp_answer *a)
{
    struct mc_jval kind = mc_jget(a->result, "resultType");

    return kind.type == MC_JSON_STRING && mc_jstr_eq(kind.s, MC_STR("task"));
}

static int about(struct mc_client *c, const char *path, const char *method, const char *id,
                 struct mc_mcp_answer *ret, struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf params = MC_BUF_INIT(64u << 10);
    struct mc_mcp_request req = {.path = path, .method = method, .name = id, .tasks = true};

    mc_buf_addz(&params, "\"taskId\":");
    mc_jstr_quote(mc_str_of(id), &params);
    req.params = mc_buf_str(&params);
    return mc_mcp_send(c, &req, ret, err);
}

/* Nobody waits for it any more. */
static void cancel(struct mc_client *c, const char *path, const char *id)
{
    struct mc_mcp_answer ignored;
    struct mc_err err;

    about(c, path, "tasks/cancel", id, &ignored, &err);
    mc_mcp_answer_done(&ignored);
}

static int failed(struct mc_jval task, struct mc_err *err)
{
    MC_CLEANUP(mc_freep)
    char *message = mc_jstr_dup(mc_jpath(task, "error", "message", NULL));

    return mc_err_set(err, MC_E_FAILED, "%s", message ? message : "the task failed");
}

/* 0: it goes on; 1: the answer is the tool's; else it has failed. */
static int look(struct mc_client *c, const char *path, const char *id, struct mc_mcp_answer *answer,
                const struct mc_task_info *info, struct mc_err *err)
{
    switch (info->status) {
    case MC_TASK_WORKING:
        return 0;
    case MC_TASK_COMPLETED:
        answer->result = mc_jget(answer->result, "result");
        return answer->result.type == MC_JSON_OBJECT
                   ? 1
                   : mc_err_set(err, MC_E_PROTOCOL, "the task is done, but has no result");
    case MC_TASK_FAILED:
        return failed(answer->result, err);
    case MC_TASK_CANCELLED:
        return mc_err_set(err, MC_E_FAILED, "the server has cancelled the task");
    default:
        cancel(c, path, id);
        return mc_err_set(err, MC_E_FAILED,
                          "the tool asks for input, which a command cannot give; its task was "
                          "cancelled");
    }
}

static int pace(const struct mc_task_info *info)
{
    int64_t ms = info->poll_ms ? info->poll_ms : MC_CALLTASK_POLL_MS;

    return (int)(ms < MC_CALLTASK_POLL_MIN_MS   ? MC_CALLTASK_POLL_MIN_MS
                 : ms > MC_CALLTASK_POLL_MAX_MS ? MC_CALLTASK_POLL_MAX_MS
                                                : ms);
}

static void on_signal(int sig)
{
    interrupted = sig;
}

static int follow(struct mc_client *c, const char *path, struct mc_mcp_answer *answer,
                  void (*told)(void *arg, struct mc_jval task), void *arg, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *id = mc_jstr_dup(mc_jget(answer->result, "taskId"));
    struct mc_task_info info;
    int ret = 0;

    while (id && ret == 0 && !answer->error_code && mc_tasks_read(answer->result, &info)) {
        if (!mc_calltask_is(answer)) { /* a handle has no result yet */
            told(arg, answer->result);
            ret = look(c, path, id, answer, &info, err);
        }
        if (ret != 0)
            return ret < 0 ? ret : 0;
        poll(NULL, 0, pace(&info));
        if (interrupted) {
            cancel(c, path, id);
            return mc_err_set(err, MC_E_FAILED, "interrupted; the task was cancelled");
        }
        mc_mcp_answer_done(answer);
        ret = about(c, path, "tasks/get", id, answer, err);
    }
    if (ret == 0 && !answer->error_code)
        return mc_err_set(err, MC_E_PROTOCOL, "the tool answered with something that is no task");
    return ret;
}

int mc_calltask_wait(struct mc_client *c, const char *path, struct mc_mcp_answer *answer,
                     void (*told)(void *arg, struct mc_jval task), void *arg, struct mc_err *err)
{
    struct sigaction act = {.sa_handler = on_signal}, old_int, old_term;
    int ret;

    sigaction(SIGINT, &act, &old_int);
    sigaction(SIGTERM, &act, &old_term);
    ret = follow(c, path, answer, told, arg, err);
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    if (interrupted)
        raise(interrupted);
    return ret;
}
