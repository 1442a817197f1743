#include "mcp/methods.h"
#include "json/scan.h"

#define FIRST MC_REV_2024_11_05
#define LEGACY MC_REV_2025_11_25
#define LAST MC_REV_2026_07_28

static const struct mc_method_info methods[MC_METHOD_MAX] = {
    [MC_METHOD_UNKNOWN] = {"", MC_REV_MAX, MC_REV_NONE, false, false, MC_SUBJECT_NONE},
    [MC_METHOD_INITIALIZE] = {"initialize", FIRST, LEGACY, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_PING] = {"ping", FIRST, LEGACY, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_DISCOVER] = {"server/discover", LAST, LAST, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_TOOLS_LIST] = {"tools/list", FIRST, LAST, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_TOOLS_CALL] = {"tools/call", FIRST, LAST, false, true, MC_SUBJECT_NAME},
    [MC_METHOD_RESOURCES_LIST] = {"resources/list", FIRST, LAST, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_TEMPLATES_LIST] = {"resources/templates/list", FIRST, LAST, false, true,
                                  MC_SUBJECT_NONE},
    [MC_METHOD_RESOURCES_READ] = {"resources/read", FIRST, LAST, false, true, MC_SUBJECT_URI},
    [MC_METHOD_RESOURCES_SUBSCRIBE] = {"resources/subscribe", FIRST, LEGACY, false, true,
                                       MC_SUBJECT_NONE},
    [MC_METHOD_RESOURCES_UNSUBSCRIBE] = {"resources/unsubscribe", FIRST, LEGACY, false, true,
                                         MC_SUBJECT_NONE},
    [MC_METHOD_PROMPTS_LIST] = {"prompts/list", FIRST, LAST, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_PROMPTS_GET] = {"prompts/get", FIRST, LAST, false, true, MC_SUBJECT_NAME},
    [MC_METHOD_COMPLETE] = {"completion/complete", FIRST, LAST, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_SET_LEVEL] = {"logging/setLevel", FIRST, LEGACY, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_LISTEN] = {"subscriptions/listen", LAST, LAST, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_SKILLS_LIST] = {"skills/list", FIRST, LAST, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_SKILLS_GET] = {"skills/get", FIRST, LAST, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_DIRECTORY_READ] = {"resources/directory/read", FIRST, LAST, false, true,
                                  MC_SUBJECT_NONE},
    [MC_METHOD_TASKS_GET] = {"tasks/get", LEGACY, LAST, false, true, MC_SUBJECT_TASK},
    [MC_METHOD_TASKS_RESULT] = {"tasks/result", LEGACY, LEGACY, false, true, MC_SUBJECT_TASK},
    [MC_METHOD_TASKS_LIST] = {"tasks/list", LEGACY, LEGACY, false, true, MC_SUBJECT_NONE},
    [MC_METHOD_TASKS_CANCEL] = {"tasks/cancel", LEGACY, LAST, false, true, MC_SUBJECT_TASK},
    [MC_METHOD_TASKS_UPDATE] = {"tasks/update", LAST, LAST, false, true, MC_SUBJECT_TASK},
    [MC_METHOD_SAMPLING] = {"sampling/createMessage", FIRST, LEGACY, false, false, MC_SUBJECT_NONE},
    [MC_METHOD_ELICITATION] = {"elicitation/create", MC_REV_2025_06_18, LEGACY, false, false,
                               MC_SUBJECT_NONE},
    [MC_METHOD_ROOTS_LIST] = {"roots/list", FIRST, LEGACY, false, false, MC_SUBJECT_NONE},
    [MC_METHOD_INITIALIZED] = {"notifications/initialized", FIRST, LEGACY, true, true,
                               MC_SUBJECT_NONE},
    [MC_METHOD_CANCELLED] = {"notifications/cancelled", FIRST, LAST, true, true, MC_SUBJECT_NONE},
    [MC_METHOD_PROGRESS] = {"notifications/progress", FIRST, LAST, true, false, MC_SUBJECT_NONE},
    [MC_METHOD_MESSAGE] = {"notifications/message", FIRST, LAST, true, false, MC_SUBJECT_NONE},
    [MC_METHOD_ROOTS_CHANGED] = {"notifications/roots/list_changed", FIRST, LEGACY, true, true,
                                 MC_SUBJECT_NONE},
    [MC_METHOD_TOOLS_CHANGED] = {"notifications/tools/list_changed", FIRST, LAST, true, false,
                                 MC_SUBJECT_NONE},
    [MC_METHOD_RESOURCES_CHANGED] = {"notifications/resources/list_changed", FIRST, LAST, true,
                                     false, MC_SUBJECT_NONE},
    [MC_METHOD_PROMPTS_CHANGED] = {"notifications/prompts/list_changed", FIRST, LAST, true, false,
                                   MC_SUBJECT_NONE},
    [MC_METHOD_RESOURCE_UPDATED] = {"notifications/resources/updated", FIRST, LAST, true, false,
                                    MC_SUBJECT_NONE},
    [MC_METHOD_ELICITATION_COMPLETE] = {"notifications/elicitation/complete", LEGACY, LEGACY, true,
                                        false, MC_SUBJECT_NONE},
    [MC_METHOD_SUBSCRIPTIONS_ACK] = {"notifications/subscriptions/acknowledged", LAST, LAST, true,
                                     false, MC_SUBJECT_NONE},
    [MC_METHOD_TASK_STATUS] = {"notifications/tasks/status", LEGACY, LEGACY, true, false,
                               MC_SUBJECT_NONE},
    [MC_METHOD_TASK_CHANGED] = {"notifications/tasks", LAST, LAST, true, false, MC_SUBJECT_NONE},
};

enum mc_method mc_method_find(struct mc_str quoted)
{
    if (quoted.n < 3)
        return MC_METHOD_UNKNOWN;
    for (int m = MC_METHOD_UNKNOWN + 1; m < MC_METHOD_MAX; m++) {
        /* nearly all differ in the first byte; a name that begins with an escape is compared in full */
        if (quoted.p[1] != methods[m].name[0] && quoted.p[1] != '\\')
            continue;
        if (mc_jstr_eq(quoted, mc_str_of(methods[m].name)))
            return (enum mc_method)m;
    }
    return MC_METHOD_UNKNOWN;
}

const struct mc_method_info *mc_method_info(enum mc_method m)
{
    return &methods[m];
}

bool mc_method_serves(enum mc_method m, enum mc_rev rev)
{
    const struct mc_method_info *info = &methods[m];
    return info->from_client && !info->notification && rev >= info->since && rev <= info->until;
}
