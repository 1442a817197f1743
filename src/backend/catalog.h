/* What a server offers: an immutable, counted value. Items keep the server's own bytes (but see mcp/params.h); only the place of the naming member is known.
 * A catalog is built from answers, kept on disk between runs (store/catalogs.h) and shared by every view of the server. */
#ifndef MC_BACKEND_CATALOG_H
#define MC_BACKEND_CATALOG_H

#include "base/fwd.h"
#include "base/str.h"
#include "mcp/revision.h"

struct mc_params;

enum mc_kind {
    MC_KIND_TOOL,
    MC_KIND_RESOURCE,
    MC_KIND_TEMPLATE,
    MC_KIND_PROMPT,
    MC_KIND_SKILL,
    MC_KIND_MAX
};
#define MC_KINDS_ALL ((1u << MC_KIND_MAX) - 1)

/* Bounds of one server's catalog. */
#define MC_CATALOG_ITEMS_MAX 20000
#define MC_CATALOG_BYTES_MAX (16u << 20) /* of one kind */

enum mc_cap {
    MC_CAP_TOOLS = 1 << 0,
    MC_CAP_RESOURCES = 1 << 1,
    MC_CAP_PROMPTS = 1 << 2,
    MC_CAP_SUBSCRIBE = 1 << 3,
    MC_CAP_LOGGING = 1 << 4,
    MC_CAP_COMPLETIONS = 1 << 5,
    MC_CAP_TASKS = 1 << 6,        /* 2025-11-25: of tools/call */
    MC_CAP_TASKS_CANCEL = 1 << 7, /* and tasks/cancel */
    MC_CAP_TASKS_EXT = 1 << 8,    /* 2026-07-28: the extension */
    MC_CAP_SKILLS = 1 << 9,       /* the extension (SEP-2640) */
};

struct mc_item {
    struct mc_str text;   /* the whole object as the server wrote it */
    struct mc_str naming; /* inside text: the value of name, uri or uriTemplate, with quotes */
    struct mc_str key;    /* that value decoded */
    struct mc_params
        *params; /* of a tool: arguments that are repeated in headers; NULL, nearly always */
};
struct mc_list {
    unsigned refs;
    size_t n, cap;
    struct mc_item *v;
    struct mc_bytes *bytes; /* what the items point into */
    unsigned blanked;       /* annotations of tools that are not allowed, and were taken out */
};
struct mc_catalog {
    unsigned refs;
    enum mc_rev rev;
    unsigned caps;                     /* enum mc_cap */
    bool asks;                         /* the server was seen to ask clients for input */
    char *capabilities;                /* raw JSON object */
    char *server_info;                 /* raw JSON object, or NULL */
    char *instructions;                /* raw JSON string, or NULL */
    struct mc_list *list[MC_KIND_MAX]; /* never NULL */
};

const char *mc_kind_member(
    enum mc_kind kind); /* "tools", "resources", "resourceTemplates", "prompts", "skills" */
const char *mc_kind_method(enum mc_kind kind); /* "tools/list" … */

/* Takes nothing; copies the raw spans. Lists are empty. capabilities must be an object (an absent one is the empty object). */
struct mc_catalog *mc_catalog_new(enum mc_rev rev, struct mc_str capabilities,
                                  struct mc_str server_info, struct mc_str instructions);
struct mc_catalog *mc_catalog_ref(struct mc_catalog *c);
void mc_catalog_unref(struct mc_catalog *c);
/* A copy that shares all lists; for replacing some of them before it is published. */
struct mc_catalog *mc_catalog_copy(const struct mc_catalog *c);

/* From the elements of a JSON array that the scanner accepted; elements without a proper naming member are left out and counted in *ret_bad. NULL above
 * the bounds, err says which. */
struct mc_list *mc_list_new(enum mc_kind kind, struct mc_str elements, size_t *ret_bad,
                            struct mc_err *err);
void mc_catalog_set(struct mc_catalog *c, enum mc_kind kind, struct mc_list *list); /* takes list */
bool mc_list_same(const struct mc_list *a, const struct mc_list *b);

/* The form on disk: strict JSON. parse: NULL when it is not ours or of another format version. */
char *mc_catalog_print(const struct mc_catalog *c, size_t *ret_len);
struct mc_catalog *mc_catalog_parse(struct mc_str text);

#endif
