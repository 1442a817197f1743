#include "json/doc.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/scan.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A tree's text; trees are ours, so this only stops a mistake. */
#define PRINT_MAX ((size_t)1 << 30)
/* Above, a double does not hold every integer. */
#define EXACT_MAX 9007199254740992.0

static void install(void)
{
    static bool installed;
    if (installed)
        return;
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = mc_malloc, .free_fn = mc_free});
    installed = true;
}

/* cJSON ends a string at an escaped NUL without a word. Returns its place, or NULL. */
static const char *escaped_nul(struct mc_str text)
{
    const char *end = text.p + text.n;
    for (const char *p = text.p; (p = memmem(p, (size_t)(end - p), "\\u0000", 6)); p++) {
        const char *first = p;
        while (first > text.p && first[-1] == '\\')
            first--;
        if ((p - first) % 2 == 0)
            return p;
    }
    return NULL;
}

cJSON *mc_doc_parse(struct mc_str text, struct mc_err *err)
{
    if (mc_json_check(text.p, text.n, NULL, err) < 0)
        return NULL;
    const char *nul = escaped_nul(text);
    if (nul) {
        mc_err_set(err, MC_E_PROTOCOL, "\\u0000 at byte %zu is not supported here", (size_t)(nul - text.p));
        return NULL;
    }
    install();
    const char *stop = text.p;
    cJSON *doc = cJSON_ParseWithLengthOpts(text.p, text.n, &stop, false);
    if (!doc)
        mc_err_set(err, MC_E_PROTOCOL,
                   "unsupported JSON at byte %zu: half a surrogate pair, or a number of over 60 characters",
                   (size_t)(stop - text.p));
    return doc;
}

cJSON *mc_doc_object(void)
{
    install();
    return cJSON_CreateObject();
}

cJSON *mc_doc_array(void)
{
    install();
    return cJSON_CreateArray();
}

void mc_doc_free(cJSON *doc)
{
    cJSON_Delete(doc);
}

void mc_doc_freep(cJSON **doc)
{
    cJSON_Delete(*doc);
}

/* ---- reading ---- */

const cJSON *mc_doc_get(const cJSON *obj, const char *name)
{
    return cJSON_IsObject(obj) ? cJSON_GetObjectItemCaseSensitive(obj, name) : NULL;
}

const char *mc_doc_str(const cJSON *obj, const char *name)
{
    return cJSON_GetStringValue(mc_doc_get(obj, name));
}

double mc_doc_num(const cJSON *obj, const char *name, double otherwise)
{
    const cJSON *item = mc_doc_get(obj, name);
    return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble : otherwise;
}

bool mc_doc_bool(const cJSON *obj, const char *name, bool otherwise)
{
    const cJSON *item = mc_doc_get(obj, name);
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : otherwise;
}

/* ---- building ---- */

cJSON *mc_doc_add(cJSON *parent, const char *name, cJSON *child)
{
    cJSON_bool added = name ? cJSON_AddItemToObject(parent, name, child) : cJSON_AddItemToArray(parent, child);
    MC_ASSERT(added);
    return child;
}

cJSON *mc_doc_add_str(cJSON *parent, const char *name, const char *value)
{
    install();
    return mc_doc_add(parent, name, value ? cJSON_CreateString(value) : cJSON_CreateNull());
}

cJSON *mc_doc_add_num(cJSON *parent, const char *name, double value)
{
    install();
    return mc_doc_add(parent, name, cJSON_CreateNumber(value));
}

cJSON *mc_doc_add_bool(cJSON *parent, const char *name, bool value)
{
    install();
    return mc_doc_add(parent, name, cJSON_CreateBool(value));
}

cJSON *mc_doc_add_raw(cJSON *parent, const char *name, struct mc_str json)
{
    install();
    char *copy = mc_str_dup(json);
    cJSON *raw = cJSON_CreateRaw(copy);
    mc_free(copy);
    return mc_doc_add(parent, name, raw);
}

/* ---- printing: cJSON's own printer rounds integers above 2^53 - 2 and indents with tabs ---- */

static void print_number(double d, struct mc_buf *out)
{
    char text[40];
    if (!isfinite(d)) {
        mc_buf_addz(out, "null");
        return;
    }
    if (d >= -EXACT_MAX && d <= EXACT_MAX && d == (double)(int64_t)d) {
        mc_buf_addf(out, "%" PRId64, (int64_t)d);
        return;
    }
    /* The shortest text that reads back as the same number. */
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*g", precision, d);
        if (strtod(text, NULL) == d)
            break;
    }
    mc_buf_addz(out, text);
}

static void new_line(unsigned level, bool pretty, struct mc_buf *out)
{
    if (pretty)
        mc_buf_addf(out, "\n%*s", (int)level * 2, "");
}

/* Recursion is as deep as the tree, which mc_doc_parse bounds to MC_JSON_DEPTH_MAX. */
static void print(const cJSON *item, unsigned level, bool pretty, struct mc_buf *out)
{
    bool object = cJSON_IsObject(item);
    if (cJSON_IsNumber(item)) {
        print_number(item->valuedouble, out);
    } else if (cJSON_IsString(item)) {
        mc_jstr_quote(mc_str_of(item->valuestring), out);
    } else if (cJSON_IsRaw(item)) {
        mc_buf_addz(out, item->valuestring);
    } else if (!object && !cJSON_IsArray(item)) {
        mc_buf_addz(out, cJSON_IsTrue(item) ? "true" : cJSON_IsFalse(item) ? "false" : "null");
    } else {
        mc_buf_addc(out, object ? '{' : '[');
        for (const cJSON *child = item->child; child; child = child->next) {
            new_line(level + 1, pretty, out);
            if (object) {
                mc_jstr_quote(mc_str_of(child->string), out);
                mc_buf_addz(out, pretty ? ": " : ":");
            }
            print(child, level + 1, pretty, out);
            if (child->next)
                mc_buf_addc(out, ',');
        }
        if (item->child)
            new_line(level, pretty, out);
        mc_buf_addc(out, object ? '}' : ']');
    }
}

char *mc_doc_print(const cJSON *doc, bool pretty)
{
    struct mc_buf out = MC_BUF_INIT(PRINT_MAX);
    print(doc, 0, pretty, &out);
    MC_ASSERT(!out.failed);
    return mc_buf_steal(&out);
}
