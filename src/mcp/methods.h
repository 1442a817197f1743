/* The methods of MCP as data: who sends them, in which revisions, and which member names what they are about. */
#ifndef MC_MCP_METHODS_H
#define MC_MCP_METHODS_H

#include "base/fwd.h"
#include "base/str.h"
#include "mcp/revision.h"

#define MC_SKILLS_EXTENSION "io.modelcontextprotocol/skills"

enum mc_method {
    MC_METHOD_UNKNOWN,
    /* client → server requests */
    MC_METHOD_INITIALIZE,
    MC_METHOD_PING,
    MC_METHOD_DISCOVER,
    MC_METHOD_TOOLS_LIST,
    MC_METHOD_TOOLS_CALL,
    MC_METHOD_RESOURCES_LIST,
    MC_METHOD_TEMPLATES_LIST,
    MC_METHOD_RESOURCES_READ,
    MC_METHOD_RESOURCES_SUBSCRIBE,
    MC_METHOD_RESOURCES_UNSUBSCRIBE,
    MC_METHOD_PROMPTS_LIST,
    MC_METHOD_PROMPTS_GET,
    MC_METHOD_COMPLETE,
    MC_METHOD_SET_LEVEL,
    MC_METHOD_LISTEN,
    MC_METHOD_SKILLS_LIST, /* the extension io.modelcontextprotocol/skills */
    MC_METHOD_SKILLS_GET,
    MC_METHOD_DIRECTORY_READ,
    MC_METHOD_TASKS_GET,
    MC_METHOD_TASKS_RESULT, /* 2025-11-25 alone, as list is */
    MC_METHOD_TASKS_LIST,
    MC_METHOD_TASKS_CANCEL,
    MC_METHOD_TASKS_UPDATE, /* 2026-07-28 alone */
    /* server → client requests (legacy) */
    MC_METHOD_SAMPLING,
    MC_METHOD_ELICITATION,
    MC_METHOD_ROOTS_LIST,
    /* notifications */
    MC_METHOD_INITIALIZED,
    MC_METHOD_CANCELLED,
    MC_METHOD_PROGRESS,
    MC_METHOD_MESSAGE,
    MC_METHOD_ROOTS_CHANGED,
    MC_METHOD_TOOLS_CHANGED,
    MC_METHOD_RESOURCES_CHANGED,
    MC_METHOD_PROMPTS_CHANGED,
    MC_METHOD_RESOURCE_UPDATED,
    MC_METHOD_ELICITATION_COMPLETE,
    MC_METHOD_SUBSCRIPTIONS_ACK,
    MC_METHOD_TASK_STATUS,  /* of 2025-11-25 */
    MC_METHOD_TASK_CHANGED, /* of 2026-07-28 */
    MC_METHOD_MAX
};

/* The member of params that the header Mcp-Name mirrors (2026-07-28, streamable-http § Standard Request Headers). */
enum mc_subject { MC_SUBJECT_NONE, MC_SUBJECT_NAME, MC_SUBJECT_URI, MC_SUBJECT_TASK };

struct mc_method_info {
    const char *name;
    enum mc_rev since, until; /* first and last revision that has it */
    bool notification;
    bool from_client; /* clients may send it (else: servers) */
    enum mc_subject subject;
};

/* The raw string span with quotes, as the envelope has it. */
enum mc_method mc_method_find(struct mc_str quoted);
const struct mc_method_info *mc_method_info(enum mc_method m);
/* May a client of this revision send it as a request? */
bool mc_method_serves(enum mc_method m, enum mc_rev rev);

#endif
