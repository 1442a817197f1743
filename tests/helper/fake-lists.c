#include "fake.h"

#include "base/alloc.h"
#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

/* ---- lists in pages ---- */

/* Answers with the items of the page that params.cursor ("at:N") names. */
static void answer_list(const struct fake_request *r, const char *member, char *const *items,
                        size_t n)
{
    struct mc_jval cursor = mc_jget(r->params, "cursor");
    MC_CLEANUP(mc_freep) char *at = mc_jstr_dup(cursor);
    size_t from = at && strncmp(at, "at:", 3) == 0 ? strtoul(at + 3, NULL, 10) : 0;
    size_t page = fake.opt.pages > 0 ? (size_t)fake.opt.pages : n;
    if (cursor.type != MC_JSON_NONE && (!from || from >= n)) {
        fake_error(r, -32602, "params.cursor is none of ours", NULL);
        return;
    }
    size_t to = n - from > page ? from + page : n;
    struct mc_buf b = MC_BUF_INIT(FAKE_LINE_MAX);
    mc_buf_addf(&b, "\"%s\":[", member);
    for (size_t i = from; i < to; i++) {
        mc_buf_addz(&b, i > from ? "," : "");
        mc_buf_addz(&b, items[i]);
    }
    mc_buf_addc(&b, ']');
    if (to < n)
        mc_buf_addf(&b, ",\"nextCursor\":\"at:%zu\"", to);
    fake_result_cacheable(r, b.data);
    mc_buf_done(&b);
}

static void answer_strv(const struct fake_request *r, const char *member, struct mc_strv *items)
{
    answer_list(r, member, items->v, items->n);
    mc_strv_done(items);
}

void fake_list_tools(const struct fake_request *r)
{
    struct mc_strv items = {0};
    for (long i = 1; i <= fake.opt.tools; i++)
        mc_strv_take(
            &items,
            mc_asprintf(
                "{\"name\":\"tool%ld\",\"description\":\"Plain tool %ld: naïve ✓ 漢字 😀\","
                "\"inputSchema\":{\"type\":\"object\"},\"annotations\":{\"readOnlyHint\":true}}",
                i, i));
    for (const struct fake_tool *t = fake_tools; t->name; t++)
        if (!t->has || t->has())
            mc_strv_take(&items,
                         mc_asprintf("{\"name\":\"%s\",\"description\":\"%s\",\"inputSchema\":%s}",
                                     t->name, t->description, t->schema));
    answer_strv(r, "tools", &items);
}

/* ---- resources ---- */

static const struct {
    const char *uri, *name, *mime;
} resources[] = {
    {"fake://text", "text", "text/plain"},
    {"fake://blob", "blob", "application/octet-stream"},
    {"fake://counter", "counter", "text/plain"},
};

static bool has_resource(size_t i)
{
    bool counter = strcmp(resources[i].name, "counter") == 0;
    return counter ? fake.opt.subscribe : fake.opt.resources;
}

void fake_list_resources(const struct fake_request *r)
{
    struct mc_strv items = {0};
    for (size_t i = 0; i < MC_ARRAY_LEN(resources); i++)
        if (has_resource(i))
            mc_strv_take(&items,
                         mc_asprintf("{\"uri\":\"%s\",\"name\":\"%s\",\"mimeType\":\"%s\"}",
                                     resources[i].uri, resources[i].name, resources[i].mime));
    answer_strv(r, "resources", &items);
}

void fake_list_templates(const struct fake_request *r)
{
    struct mc_strv items = {0};
    if (fake.opt.resources)
        mc_strv_push(
            &items,
            "{\"uriTemplate\":\"fake://item/{id}\",\"name\":\"item\",\"mimeType\":\"text/plain\"}");
    answer_strv(r, "resourceTemplates", &items);
}

/* The "text" or "blob" member of a resource, NULL when there is none of that URI. */
static char *content_of(const char *uri)
{
    if (fake.opt.subscribe && strcmp(uri, "fake://counter") == 0)
        return mc_asprintf("\"mimeType\":\"text/plain\",\"text\":\"%lu\"", fake.counter);
    if (!fake.opt.resources)
        return NULL;
    if (strcmp(uri, "fake://text") == 0)
        return mc_strdup("\"mimeType\":\"text/plain\",\"text\":\"naïve ✓ 漢字 😀\\n\"");
    if (strcmp(uri, "fake://blob") == 0)
        return mc_strdup("\"mimeType\":\"application/octet-stream\",\"blob\":\"AAEC/w==\"");
    if (strncmp(uri, "fake://item/", 12) != 0 || !uri[12])
        return NULL;
    MC_CLEANUP(mc_freep) char *text = fake_quote(mc_str_of(uri + 12));
    return mc_asprintf("\"mimeType\":\"text/plain\",\"text\":%s", text);
}

void fake_read_resource(const struct fake_request *r)
{
    struct mc_jval uri = mc_jget(r->params, "uri");
    MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(uri);
    if (!name) {
        fake_error(r, -32602, "params.uri is missing", NULL);
        return;
    }
    MC_CLEANUP(mc_freep) char *content = content_of(name);
    if (!content) {
        MC_CLEANUP(mc_freep) char *data = mc_asprintf("{\"uri\":%.*s}", MC_STR_ARG(uri.s));
        fake_error(r, r->modern ? -32602 : -32002, "Resource not found", data);
        return;
    }
    MC_CLEANUP(mc_freep)
    char *members = mc_asprintf("\"contents\":[{\"uri\":%.*s,%s}]", MC_STR_ARG(uri.s), content);
    fake_result_cacheable(r, members);
}

/* ---- prompts ---- */

void fake_list_prompts(const struct fake_request *r)
{
    struct mc_strv items = {0};
    mc_strv_push(&items,
                 "{\"name\":\"greet\",\"description\":\"Greets somebody\",\"arguments\":["
                 "{\"name\":\"name\",\"required\":true},{\"name\":\"style\",\"required\":false}]}");
    mc_strv_push(&items, "{\"name\":\"plain\",\"description\":\"Without arguments\"}");
    answer_strv(r, "prompts", &items);
}

static void answer_prompt(const struct fake_request *r, const char *text)
{
    MC_CLEANUP(mc_freep) char *quoted = fake_quote(mc_str_of(text));
    MC_CLEANUP(mc_freep)
    char *members = mc_asprintf(
        "\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":%s}}]", quoted);
    fake_result(r, members);
}

void fake_get_prompt(const struct fake_request *r)
{
    MC_CLEANUP(mc_freep) char *name = mc_jstr_dup(mc_jget(r->params, "name"));
    if (name && strcmp(name, "plain") == 0) {
        answer_prompt(r, "A plain prompt.");
        return;
    }
    if (!name || strcmp(name, "greet") != 0) {
        fake_error(r, -32602, "Unknown prompt", NULL);
        return;
    }
    MC_CLEANUP(mc_freep) char *whom = mc_jstr_dup(mc_jpath(r->params, "arguments", "name", NULL));
    MC_CLEANUP(mc_freep) char *style = mc_jstr_dup(mc_jpath(r->params, "arguments", "style", NULL));
    if (!whom) {
        fake_error(r, -32602, "The argument \"name\" is missing", NULL);
        return;
    }
    MC_CLEANUP(mc_freep)
    char *text = mc_asprintf("Greet %s%s%s.", whom, style ? " in style " : "", style ? style : "");
    answer_prompt(r, text);
}

void fake_complete(const struct fake_request *r)
{
    static const char *const names[] = {"alice", "alfred", "bob", NULL}, *const ids[] = {
                                                                             "1", "2", "10", NULL};
    MC_CLEANUP(mc_freep) char *type = mc_jstr_dup(mc_jpath(r->params, "ref", "type", NULL));
    MC_CLEANUP(mc_freep) char *prompt = mc_jstr_dup(mc_jpath(r->params, "ref", "name", NULL));
    MC_CLEANUP(mc_freep) char *uri = mc_jstr_dup(mc_jpath(r->params, "ref", "uri", NULL));
    MC_CLEANUP(mc_freep) char *value = mc_jstr_dup(mc_jpath(r->params, "argument", "value", NULL));
    const char *const *from = NULL;
    if (type && prompt && strcmp(type, "ref/prompt") == 0 && strcmp(prompt, "greet") == 0)
        from = names;
    else if (type && uri && strcmp(type, "ref/resource") == 0 &&
             strcmp(uri, "fake://item/{id}") == 0)
        from = ids;
    if (!from || !value) {
        fake_error(r, -32602, "params.ref or params.argument is none that can be completed", NULL);
        return;
    }
    struct mc_buf b = MC_BUF_INIT(4096);
    const char *comma = "";
    mc_buf_addz(&b, "\"completion\":{\"values\":[");
    for (; *from; from++) {
        if (strncmp(*from, value, strlen(value)) == 0) {
            mc_buf_addf(&b, "%s\"%s\"", comma, *from);
            comma = ",";
        }
    }
    mc_buf_addz(&b, "],\"hasMore\":false}");
    fake_result(r, b.data);
    mc_buf_done(&b);
}
