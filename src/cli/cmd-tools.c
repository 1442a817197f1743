/* tools */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/api.h"
#include "cli/args.h"
#include "cli/client.h"
#include "cli/mcp.h"
#include "cli/out.h"

#include <stdio.h>
#include <unistd.h>

#define ABSENT_MAX (64u << 10)
#define COLUMN_GAP 2

/* A glob when it looks like one, else a part of the name. */
static bool wanted(const char *pattern, const char *name)
{
    if (!pattern)
        return true;
    if (strpbrk(pattern, "*?["))
        return mc_glob(pattern, mc_str_of(name));
    return strstr(name, pattern) != NULL;
}

static char *first_line(struct mc_jval description)
{
    char *text = mc_jstr_dup(description);
    if (!text)
        return mc_strdup("");
    char *p = text + strspn(text, " \t\r\n");
    memmove(text, p, strlen(p) + 1);
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static void print_long(const struct mc_strv *names, const struct mc_strv *lines)
{
    static const struct mc_column columns[] = {{"TOOL", false}, {"DESCRIPTION", false}};
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(MC_API_ANSWER_MAX);
    struct mc_table *t = mc_table_new(columns, MC_ARRAY_LEN(columns));
    for (size_t i = 0; i < names->n; i++) {
        mc_table_add(t, MC_TINT_BOLD, names->v[i]);
        mc_table_add(t, MC_TINT_NONE, lines->v[i]);
    }
    mc_table_print(t, &out, mc_out_color(STDOUT_FILENO), mc_out_width(STDOUT_FILENO), 0);
    mc_table_free(t);
    mc_out_bytes(mc_buf_str(&out));
}

/* Down, then right, as ls does; one per line where there is no terminal. */
static void print_columns(const struct mc_strv *names)
{
    size_t widest = 1, width = mc_out_width(STDOUT_FILENO);
    for (size_t i = 0; i < names->n; i++)
        widest = strlen(names->v[i]) > widest ? strlen(names->v[i]) : widest;
    size_t columns = width / (widest + COLUMN_GAP);
    columns = columns ? columns : 1;
    size_t rows = (names->n + columns - 1) / columns;
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = r; i < names->n; i += rows) {
            bool last = i + rows >= names->n;
            printf("%-*s", last ? 0 : (int)(widest + COLUMN_GAP), names->v[i]);
        }
        putchar('\n');
    }
}

static void select_tools(struct mc_str tools, const char *pattern, struct mc_strv *names,
                         struct mc_strv *lines, struct mc_buf *json)
{
    struct mc_jiter it;
    struct mc_jval tool;
    mc_buf_addz(json, "{\"tools\":[");
    for (bool more = mc_jiter_init(&it, mc_jval_of(tools));
         more && mc_jiter_next(&it, NULL, &tool);) {
        MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(mc_jget(tool, "name"));
        if (!name || !wanted(pattern, name))
            continue;
        mc_buf_addz(json, names->n ? "," : "");
        mc_buf_adds(json, tool.s);
        mc_strv_take(names, mc_str_printable(mc_str_of(name), false));
        mc_strv_take(lines, first_line(mc_jget(tool, "description")));
    }
    mc_buf_addz(json, "]}\n");
}

static int fetch(struct mc_buf *tools, struct mc_buf *absent, struct mc_err *err)
{
    MC_CLEANUP(mc_client_freep) struct mc_client *c = NULL;
    MC_CLEANUP(mc_doc_freep) cJSON *status = NULL;
    const cJSON *w = NULL;
    int ret = mc_client_open(&c, err);
    if (ret == 0)
        ret = mc_api_here(c, &status, &w, err);
    if (ret < 0)
        return ret;
    MC_CLEANUP(mc_freep) char *path = mc_mcp_path(w);
    mc_api_absent(w, NULL, absent, NULL);
    return mc_mcp_tools(c, path, tools, err);
}

int mc_cmd_tools(struct mc_cli *cli)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf tools = MC_BUF_INIT(MC_API_ANSWER_MAX);
    MC_CLEANUP(mc_buf_done) struct mc_buf json = MC_BUF_INIT(MC_API_ANSWER_MAX * 2);
    MC_CLEANUP(mc_strv_done) struct mc_strv names = {0};
    MC_CLEANUP(mc_strv_done) struct mc_strv lines = {0};
    MC_CLEANUP(mc_buf_done) struct mc_buf absent = MC_BUF_INIT(ABSENT_MAX);
    const char *pattern = mc_args_operand(cli->args, 0);
    struct mc_err err;
    if (fetch(&tools, &absent, &err) < 0)
        return mc_out_fail(cli, &err);
    select_tools(mc_buf_str(&tools), pattern, &names, &lines, &json);
    if (cli->json)
        mc_out_bytes(mc_buf_str(&json));
    else if (names.n && mc_args_has(cli->args, "long"))
        print_long(&names, &lines);
    else if (names.n)
        print_columns(&names);
    if (absent.len && !pattern)
        mc_out_note("Not listed: %s", absent.data);
    if (names.n || !pattern)
        return 0;
    mc_err_set(&err, MC_E_NOT_FOUND, "no tool matches '%s'; `mcpctl tools` lists all", pattern);
    return mc_out_fail(cli, &err);
}
