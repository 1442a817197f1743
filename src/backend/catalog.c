#include "backend/catalog.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"
#include "mcp/methods.h"
#include "mcp/params.h"
#include "mcp/tasks.h"

#define FORMAT 2
#define PRINT_MAX (MC_KIND_MAX * (size_t)MC_CATALOG_BYTES_MAX + (1u << 20))

static const struct kind_info {
    const char *member, *method, *naming;
} kinds[MC_KIND_MAX] = {
    [MC_KIND_TOOL] = {"tools", "tools/list", "name"},
    [MC_KIND_RESOURCE] = {"resources", "resources/list", "uri"},
    [MC_KIND_TEMPLATE] = {"resourceTemplates", "resources/templates/list", "uriTemplate"},
    [MC_KIND_PROMPT] = {"prompts", "prompts/list", "name"},
    [MC_KIND_SKILL] = {"skills", "skills/list", "uri"},
};

const char *mc_kind_member(enum mc_kind kind)
{
    return kinds[kind].member;
}

const char *mc_kind_method(enum mc_kind kind)
{
    return kinds[kind].method;
}

static struct mc_list *list_ref(struct mc_list *l)
{
    l->refs++;
    return l;
}

static void list_unref(struct mc_list *l)
{
    if (!l || --l->refs > 0)
        return;
    for (size_t i = 0; i < l->n; i++)
        mc_params_free(l->v[i].params);
    mc_bytes_unref(l->bytes);
    mc_free(l->v);
    mc_free(l);
}

static unsigned read_caps(struct mc_jval caps)
{
    static const struct {
        const char *name, *member;
        unsigned flag;
    } rows[] = {
        {"tools", NULL, MC_CAP_TOOLS},     {"resources", NULL, MC_CAP_RESOURCES},
        {"prompts", NULL, MC_CAP_PROMPTS}, {"resources", "subscribe", MC_CAP_SUBSCRIBE},
        {"logging", NULL, MC_CAP_LOGGING}, {"completions", NULL, MC_CAP_COMPLETIONS},
    };
    unsigned flags = 0;

    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        struct mc_jval v = mc_jget(caps, rows[i].name);
        if (v.type == MC_JSON_OBJECT && (!rows[i].member || mc_jtrue(mc_jget(v, rows[i].member))))
            flags |= rows[i].flag;
    }
    return flags;
}

/* Two designs under one word: each belongs to its revision alone. */
static unsigned read_task_caps(enum mc_rev rev, struct mc_jval caps)
{
    struct mc_jval tasks = mc_jget(caps, "tasks");
    unsigned flags = 0;

    if (mc_rev_era(rev) == MC_ERA_MODERN)
        return mc_tasks_declared(caps) ? MC_CAP_TASKS_EXT : 0;
    if (rev < MC_REV_2025_11_25)
        return 0;
    if (mc_jpath(tasks, "requests", "tools", "call", NULL).type == MC_JSON_OBJECT)
        flags |= MC_CAP_TASKS;
    if (mc_jget(tasks, "cancel").type == MC_JSON_OBJECT)
        flags |= MC_CAP_TASKS_CANCEL;
    return flags;
}

struct mc_catalog *mc_catalog_new(enum mc_rev rev, struct mc_str capabilities,
                                  struct mc_str server_info, struct mc_str instructions)
{
    struct mc_catalog *c = MC_NEW(struct mc_catalog);

    c->refs = 1;
    c->rev = rev;
    c->capabilities = mc_str_dup(capabilities.n ? capabilities : MC_STR("{}"));
    c->server_info = server_info.n ? mc_str_dup(server_info) : NULL;
    c->instructions = instructions.n ? mc_str_dup(instructions) : NULL;
    c->caps = read_caps(mc_jval_of(mc_str_of(c->capabilities)));
    if (mc_jpath(mc_jval_of(mc_str_of(c->capabilities)), "extensions", MC_SKILLS_EXTENSION, NULL)
            .type == MC_JSON_OBJECT)
        c->caps |= MC_CAP_SKILLS;
    c->caps |= read_task_caps(rev, mc_jval_of(mc_str_of(c->capabilities)));
    /* before 2025-03-26 there was no flag: the method may simply exist */
    if (rev == MC_REV_2024_11_05)
        c->caps |= MC_CAP_COMPLETIONS;
    for (int k = 0; k < MC_KIND_MAX; k++) {
        c->list[k] = MC_NEW(struct mc_list);
        c->list[k]->refs = 1;
    }
    return c;
}

struct mc_catalog *mc_catalog_ref(struct mc_catalog *c)
{
    if (c)
        c->refs++;
    return c;
}

void mc_catalog_unref(struct mc_catalog *c)
{
    if (!c || --c->refs > 0)
        return;
    for (int k = 0; k < MC_KIND_MAX; k++)
        list_unref(c->list[k]);
    mc_free(c->capabilities);
    mc_free(c->server_info);
    mc_free(c->instructions);
    mc_free(c);
}

struct mc_catalog *mc_catalog_copy(const struct mc_catalog *c)
{
    struct mc_catalog *copy = mc_memdup(c, sizeof(*c));

    copy->refs = 1;
    copy->capabilities = mc_strdup(c->capabilities);
    copy->server_info = mc_strdup(c->server_info);
    copy->instructions = mc_strdup(c->instructions);
    for (int k = 0; k < MC_KIND_MAX; k++)
        list_ref(copy->list[k]);
    return copy;
}

static void list_push(struct mc_list *l, struct mc_item item)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 8;
        l->v = mc_realloc(l->v, l->cap * sizeof(*l->v));
    }
    l->v[l->n++] = item;
}

/* Plain names are used in place; escaped ones are decoded into `decoded`, which keeps offsets until all are known. */
static void list_fill(struct mc_list *l, enum mc_kind kind, struct mc_jval array,
                      struct mc_buf *decoded, size_t *bad)
{
    struct mc_jiter it;
    struct mc_jval v;

    mc_jiter_init(&it, array);
    while (mc_jiter_next(&it, NULL, &v)) {
        struct mc_jval name = mc_jget(v, kinds[kind].naming);
        if (name.type != MC_JSON_STRING || name.s.n <= 2) {
            (*bad)++;
            continue;
        }
        struct mc_item item = {v.s, name.s, {name.s.p + 1, name.s.n - 2}, NULL};
        if (mc_jstr_has_escape(name.s)) {
            item.key.p = NULL; /* an offset for now */
            size_t at = decoded->len;
            mc_jstr_decode(name.s, decoded);
            item.key.n = decoded->len - at;
        }
        list_push(l, item);
    }
}

static void read_params(struct mc_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct mc_item *m = &l->v[i];
        m->params =
            mc_params_read(l->bytes->data + (m->text.p - l->bytes->data), m->text.n, &l->blanked);
    }
}

struct mc_list *mc_list_new(enum mc_kind kind, struct mc_str elements, size_t *ret_bad,
                            struct mc_err *err)
{
    struct mc_buf decoded = MC_BUF_INIT(MC_CATALOG_BYTES_MAX);
    struct mc_list *l = MC_NEW(struct mc_list);

    l->refs = 1;
    *ret_bad = 0;
    if (elements.n > MC_CATALOG_BYTES_MAX) {
        mc_err_set(err, MC_E_TOO_BIG, "%s has %zu bytes, at most %u are kept", kinds[kind].member,
                   elements.n, MC_CATALOG_BYTES_MAX);
        goto fail;
    }
    /* one block: the array as it came, then the decoded names */
    struct mc_bytes *copy = mc_bytes_new(elements.p, elements.n);
    list_fill(l, kind, mc_jval_of((struct mc_str){copy->data, copy->len}), &decoded, ret_bad);
    l->bytes = copy;
    if (l->n > MC_CATALOG_ITEMS_MAX) {
        mc_err_set(err, MC_E_TOO_BIG, "%s has %zu items, at most %d are kept", kinds[kind].member,
                   l->n, MC_CATALOG_ITEMS_MAX);
        goto fail;
    }
    if (decoded.len > 0) {
        struct mc_bytes *both = mc_bytes_new(NULL, copy->len + decoded.len);
        const char *next = both->data + copy->len;
        memcpy(both->data, copy->data, copy->len);
        memcpy(both->data + copy->len, decoded.data, decoded.len);
        for (size_t i = 0; i < l->n; i++) {
            struct mc_item *m = &l->v[i];
            m->text.p = both->data + (m->text.p - copy->data);
            m->naming.p = both->data + (m->naming.p - copy->data);
            if (m->key.p)
                m->key.p = both->data + (m->key.p - copy->data);
            else
                m->key.p = next, next += m->key.n;
        }
        mc_bytes_unref(copy);
        l->bytes = both;
    }
    mc_buf_done(&decoded);
    if (kind == MC_KIND_TOOL)
        read_params(l);
    return l;
fail:
    mc_buf_done(&decoded);
    list_unref(l);
    return NULL;
}

void mc_catalog_set(struct mc_catalog *c, enum mc_kind kind, struct mc_list *list)
{
    list_unref(c->list[kind]);
    c->list[kind] = list;
}

bool mc_list_same(const struct mc_list *a, const struct mc_list *b)
{
    if (a == b)
        return true;
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!mc_str_eq(a->v[i].text, b->v[i].text))
            return false;
    return true;
}

char *mc_catalog_print(const struct mc_catalog *c, size_t *ret_len)
{
    struct mc_buf b = MC_BUF_INIT(PRINT_MAX);

    mc_buf_addf(&b, "{\"format\":%d,\"protocolVersion\":\"%s\",\"capabilities\":%s", FORMAT,
                mc_rev_name(c->rev), c->capabilities);
    if (c->server_info)
        mc_buf_addf(&b, ",\"serverInfo\":%s", c->server_info);
    if (c->instructions)
        mc_buf_addf(&b, ",\"instructions\":%s", c->instructions);
    if (c->asks)
        mc_buf_adds(&b, MC_STR(",\"asks\":true"));
    for (int k = 0; k < MC_KIND_MAX; k++) {
        mc_buf_addf(&b, ",\"%s\":[", kinds[k].member);
        for (size_t i = 0; i < c->list[k]->n; i++) {
            if (i)
                mc_buf_addc(&b, ',');
            mc_buf_adds(&b, c->list[k]->v[i].text);
        }
        mc_buf_addc(&b, ']');
    }
    mc_buf_addc(&b, '}');
    if (b.failed) {
        mc_buf_done(&b);
        return NULL;
    }
    *ret_len = b.len;
    return mc_buf_steal(&b);
}

struct mc_catalog *mc_catalog_parse(struct mc_str text)
{
    struct mc_jval doc = mc_jval_of(text), v;
    int64_t format = 0;

    if (!mc_jint(mc_jget(doc, "format"), &format) || format != FORMAT)
        return NULL;
    v = mc_jget(doc, "protocolVersion");
    enum mc_rev rev = v.s.n > 2 ? mc_rev_find((struct mc_str){v.s.p + 1, v.s.n - 2}) : MC_REV_NONE;
    if (rev == MC_REV_NONE || mc_jget(doc, "capabilities").type != MC_JSON_OBJECT)
        return NULL;
    struct mc_catalog *c =
        mc_catalog_new(rev, mc_jget(doc, "capabilities").s, mc_jget(doc, "serverInfo").s,
                       mc_jget(doc, "instructions").s);
    c->asks = mc_jtrue(mc_jget(doc, "asks"));
    for (int k = 0; k < MC_KIND_MAX; k++) {
        struct mc_list *l;
        size_t bad;
        v = mc_jget(doc, kinds[k].member);
        if (v.type != MC_JSON_ARRAY || !(l = mc_list_new((enum mc_kind)k, v.s, &bad, NULL))) {
            mc_catalog_unref(c);
            return NULL;
        }
        mc_catalog_set(c, (enum mc_kind)k, l);
    }
    return c;
}
