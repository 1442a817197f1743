#include "cli/view.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/time.h"

#include <stdio.h>

static const struct {
    const char *state; /* of the hub */
    const char *shown;
    enum mc_view_phase phase;
    enum mc_tint tint;
} states[] = {
    {"STOPPED", "stopped", MC_VIEW_OFF, MC_TINT_DIM},
    {"STARTING", "starting", MC_VIEW_PENDING, MC_TINT_YELLOW},
    {"HANDSHAKE", "handshake", MC_VIEW_PENDING, MC_TINT_YELLOW},
    {"READY", "ready", MC_VIEW_UP, MC_TINT_GREEN},
    {"DRAINING", "draining", MC_VIEW_UP, MC_TINT_YELLOW},
    {"STOPPING", "stopping", MC_VIEW_OFF, MC_TINT_YELLOW},
    {"BACKOFF", "retrying", MC_VIEW_PENDING, MC_TINT_RED},
    {"BLOCKED", "blocked", MC_VIEW_BLOCKED, MC_TINT_MAGENTA},
    {"FAILED", "failed", MC_VIEW_FAILED, MC_TINT_RED},
    {"DISABLED", "disabled", MC_VIEW_OFF, MC_TINT_DIM},
};

static size_t state_of(const cJSON *server)
{
    const char *s = mc_doc_str(server, "state");
    for (size_t i = 0; s && i < MC_ARRAY_LEN(states); i++) {
        if (strcmp(states[i].state, s) == 0)
            return i;
    }
    return 0;
}

/* STOPPED with a catalog: nothing runs, but its tools are served and the first call starts it. */
static bool asleep(const cJSON *server)
{
    return state_of(server) == 0 && cJSON_IsNumber(mc_doc_get(server, "tools"));
}

bool mc_view_unseen(const cJSON *server)
{
    return state_of(server) == 0 && !asleep(server);
}

enum mc_view_phase mc_view_phase(const cJSON *server)
{
    return asleep(server) ? MC_VIEW_UP : states[state_of(server)].phase;
}

bool mc_view_retrying(const cJSON *server)
{
    const char *s = mc_doc_str(server, "state");
    return s && strcmp(s, "BACKOFF") == 0;
}

bool mc_view_remote(const cJSON *server)
{
    const char *t = mc_doc_str(server, "transport");
    return t && strcmp(t, "stdio") != 0;
}

enum mc_tint mc_view_tint(const cJSON *server)
{
    return asleep(server) ? MC_TINT_CYAN : states[state_of(server)].tint;
}

const char *mc_view_state(const cJSON *server)
{
    return asleep(server) ? "asleep" : states[state_of(server)].shown;
}

const char *mc_view_why(const cJSON *server)
{
    const char *last = mc_doc_str(server, "lastError");
    const char *reason = mc_doc_str(server, "reason");
    return last && *last ? last : reason && *reason ? reason : NULL;
}

static void count(struct mc_table *t, const cJSON *server, const char *name)
{
    const cJSON *n = mc_doc_get(server, name);
    if (cJSON_IsNumber(n))
        mc_table_addf(t, MC_TINT_NONE, "%.0f", n->valuedouble);
    else
        mc_table_add(t, MC_TINT_DIM, "-");
}

void mc_view_name(struct mc_table *t, const cJSON *server)
{
    const char *name = mc_doc_str(server, "name"), *client = mc_doc_str(server, "client");
    if (client) /* a private instance */
        mc_table_addf(t, MC_TINT_DIM, "%s @%s", name, client);
    else
        mc_table_add(t, MC_TINT_NONE, name);
}

static void server_row(struct mc_table *t, const cJSON *server, const char *spinner)
{
    char size[MC_SIZE_LEN];
    double pid = mc_doc_num(server, "pid", 0), rss = mc_doc_num(server, "rssKb", 0);
    double restarts = mc_doc_num(server, "restarts", 0);
    bool up = mc_view_phase(server) == MC_VIEW_UP;
    const char *why = mc_view_why(server);
    mc_view_name(t, server);
    if (spinner && mc_view_phase(server) == MC_VIEW_PENDING)
        mc_table_addf(t, mc_view_tint(server), "%s %s", spinner, mc_view_state(server));
    else
        mc_table_add(t, mc_view_tint(server), mc_view_state(server));
    count(t, server, "tools");
    if (pid > 0)
        mc_table_addf(t, MC_TINT_NONE, "%.0f", pid);
    else
        mc_table_add(t, MC_TINT_DIM, "-");
    mc_out_size(rss * 1024, size);
    mc_table_add(t, rss > 0 ? MC_TINT_NONE : MC_TINT_DIM, rss > 0 ? size : "-");
    mc_table_addf(t, restarts > 0 ? MC_TINT_YELLOW : MC_TINT_DIM, "%.0f", restarts);
    mc_table_add(t, up ? MC_TINT_DIM : mc_view_tint(server), why ? why : "");
}

void mc_view_servers(const cJSON *workspace, struct mc_buf *out, bool color, unsigned width,
                     const char *spinner)
{
    static const struct mc_column columns[] = {
        {"SERVER", false}, {"STATE", false},   {"TOOLS", true},      {"PID", true},
        {"MEMORY", true},  {"RESTARTS", true}, {"LAST ERROR", false}};
    struct mc_table *t = mc_table_new(columns, MC_ARRAY_LEN(columns));
    const cJSON *server;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
    {
        const cJSON *instance;
        server_row(t, server, spinner);
        cJSON_ArrayForEach(instance, mc_doc_get(server, "instances"))
            server_row(t, instance, spinner);
    }
    mc_table_print(t, out, color, width, 2);
    mc_table_free(t);
}

void mc_view_hub(const cJSON *status, struct mc_buf *out, bool color)
{
    const cJSON *hub = mc_doc_get(status, "hub");
    char age[MC_AGE_LEN];
    mc_age((uint64_t)mc_doc_num(hub, "uptimeMs", 0), age);
    const char *version = mc_doc_str(hub, "version");
    const char *endpoint = mc_doc_str(hub, "endpoint");
    mc_buf_addf(out, "%shub%s %s  pid %.0f  up %s  %s%s%s  sessions %.0f\n",
                mc_out_tint(color, MC_TINT_BOLD), mc_out_plain(color), version ? version : "?",
                mc_doc_num(hub, "pid", 0), age, mc_out_tint(color, MC_TINT_CYAN),
                endpoint ? endpoint : "?", mc_out_plain(color), mc_doc_num(hub, "sessions", 0));
}

void mc_view_stderr(const cJSON *server, struct mc_buf *out, const char *indent)
{
    const cJSON *line;
    cJSON_ArrayForEach(line, mc_doc_get(server, "stderr"))
    {
        MC_CLEANUP(mc_freep)
        char *text =
            mc_str_printable(mc_str_of(cJSON_IsString(line) ? line->valuestring : ""), false);
        mc_buf_addf(out, "%s| %s\n", indent, text);
    }
}

void mc_view_failure(const cJSON *server, struct mc_buf *out, bool color)
{
    const char *why = mc_view_why(server), *name = mc_doc_str(server, "name"),
               *command = mc_doc_str(server, "commandLine");
    if (mc_view_remote(server) ||
        (mc_view_phase(server) != MC_VIEW_FAILED && !mc_view_retrying(server)))
        return;
    MC_CLEANUP(mc_freep)
    char *text = mc_str_printable(mc_str_of(why ? why : "no reason is known"), false);
    mc_buf_addf(out, "%s%s%s: %s: %s\n", mc_out_tint(color, mc_view_tint(server)),
                name ? name : "?", mc_out_plain(color), mc_view_state(server), text);
    if (command)
        mc_buf_addf(out, "  command: %s\n", command);
    mc_view_stderr(server, out, "  ");
}

void mc_view_failures(const cJSON *workspace, struct mc_buf *out, bool color)
{
    const cJSON *server;
    cJSON_ArrayForEach(server, mc_doc_get(workspace, "servers"))
        mc_view_failure(server, out, color);
}
