/* What a server offers: lists from its own bytes, names decoded, bounds, and the form on disk. */
#include "backend/catalog.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "tests/tap.h"

static bool is_span(struct mc_str span, const char *want)
{
    return mc_str_eq(span, mc_str_of(want));
}

static void test_list(void)
{
    static const char text[] =
        "[ {\"name\":\"plain\",\"x\":1e400} ,{\"a\":{\"name\":\"inner\"},\"name\":\"n\\u00e4\\u0000b\"},{\"title\":\"nameless\"},7,"
        "{\"name\":\"\"},{\"name\":5},{\"name\":\"\\\"\"},{\"name\":\"last\",\"name\":\"other\"}]";
    struct mc_err err;
    size_t bad = 99;
    struct mc_list *l = mc_list_new(MC_KIND_TOOL, mc_str_of(text), &bad, &err);

    ok(l && l->n == 4, "items with a name are taken");
    is_int(bad, 4, "the others are counted");
    ok(is_span(l->v[0].text, "{\"name\":\"plain\",\"x\":1e400}"), "an item keeps its bytes");
    ok(is_span(l->v[0].naming, "\"plain\"") && is_span(l->v[0].key, "plain"), "and its name is found in them");
    ok(l->v[0].text.p < l->v[0].naming.p && l->v[0].naming.p < l->v[0].text.p + l->v[0].text.n, "inside its own text");
    ok(mc_str_eq(l->v[1].key, (struct mc_str){"n\xc3\xa4\0b", 5}), "an escaped name is decoded, NUL included");
    ok(is_span(l->v[1].naming, "\"n\\u00e4\\u0000b\""), "and found as it was written, not the inner one");
    ok(is_span(l->v[2].key, "\""), "several escaped names do not mix");
    ok(is_span(l->v[3].key, "last"), "of two names the first counts");

    struct mc_catalog *c = mc_catalog_new(MC_REV_2025_06_18, MC_STR_NONE, MC_STR_NONE, MC_STR_NONE);
    mc_catalog_set(c, MC_KIND_TOOL, l);
    struct mc_catalog *copy = mc_catalog_copy(c);
    ok(copy->list[MC_KIND_TOOL] == l && mc_list_same(copy->list[MC_KIND_TOOL], l), "a copy shares its lists");
    mc_catalog_unref(c);
    ok(is_span(copy->list[MC_KIND_TOOL]->v[0].key, "plain"), "which live as long as either does");
    struct mc_list *same = mc_list_new(MC_KIND_TOOL, mc_str_of("[{\"name\":\"plain\",\"x\":1e400}]"), &bad, &err);
    ok(!mc_list_same(same, l), "a shorter list is another one");
    mc_catalog_set(copy, MC_KIND_TOOL, same);
    struct mc_list *other = mc_list_new(MC_KIND_TOOL, mc_str_of("[{\"name\":\"plain\",\"x\":1e401}]"), &bad, &err);
    ok(!mc_list_same(same, other), "so is one whose items differ");
    mc_catalog_set(copy, MC_KIND_TOOL, other);
    mc_catalog_unref(copy);
}

static void test_bounds(void)
{
    struct mc_buf b = MC_BUF_INIT(32u << 20);
    struct mc_err err = {0};
    size_t bad;

    for (int n = MC_CATALOG_ITEMS_MAX; n <= MC_CATALOG_ITEMS_MAX + 1; n++) {
        mc_buf_clear(&b);
        for (int i = 0; i < n; i++)
            mc_buf_addf(&b, "%c{\"uri\":\"u%d\"}", i ? ',' : '[', i);
        mc_buf_addc(&b, ']');
        struct mc_list *l = mc_list_new(MC_KIND_RESOURCE, mc_buf_str(&b), &bad, &err);
        ok(!l == (n > MC_CATALOG_ITEMS_MAX), "%d items are %s", n, l ? "kept" : "too many");
        if (!l) {
            is_int(err.code, MC_E_TOO_BIG, "which is told");
            continue;
        }
        struct mc_catalog *c = mc_catalog_new(MC_REV_2025_06_18, MC_STR_NONE, MC_STR_NONE, MC_STR_NONE);
        mc_catalog_set(c, MC_KIND_RESOURCE, l);
        mc_catalog_unref(c);
    }
    mc_buf_clear(&b);
    mc_buf_addz(&b, "[\"");
    while (b.len <= MC_CATALOG_BYTES_MAX)
        mc_buf_addz(&b, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    mc_buf_addz(&b, "\"]");
    ok(!mc_list_new(MC_KIND_PROMPT, mc_buf_str(&b), &bad, &err), "so are too many bytes");
    mc_buf_done(&b);
}

static const struct {
    enum mc_rev rev;
    const char *caps;
    unsigned want;
} caps[] = {
    {MC_REV_2025_06_18, "{}", 0},
    {MC_REV_2024_11_05, "{}", MC_CAP_COMPLETIONS},
    {MC_REV_2025_06_18, "{\"tools\":{},\"prompts\":{\"listChanged\":true}}", MC_CAP_TOOLS | MC_CAP_PROMPTS},
    {MC_REV_2025_06_18, "{\"resources\":{\"subscribe\":true}}", MC_CAP_RESOURCES | MC_CAP_SUBSCRIBE},
    {MC_REV_2025_06_18, "{\"resources\":{\"subscribe\":false}}", MC_CAP_RESOURCES},
    {MC_REV_2025_06_18, "{\"resources\":{\"subscribe\":\"true\"}}", MC_CAP_RESOURCES},
    {MC_REV_2025_06_18, "{\"logging\":{},\"completions\":{}}", MC_CAP_LOGGING | MC_CAP_COMPLETIONS},
    {MC_REV_2026_07_28, "{\"tools\":true,\"prompts\":null,\"logging\":[]}", 0},
};

static void test_disk(void)
{
    struct mc_err err;
    size_t bad, len;
    struct mc_catalog *c = mc_catalog_new(MC_REV_2025_11_25, MC_STR("{\"tools\":{},\"experimental\":{\"x\":1e999}}"),
                                          MC_STR("{\"name\":\"s\"}"), MC_STR("\"do \\u00e4 this\""));
    mc_catalog_set(c, MC_KIND_TOOL, mc_list_new(MC_KIND_TOOL, MC_STR("[{\"name\":\"a\\n\"},{\"name\":\"b\"}]"), &bad, &err));
    mc_catalog_set(c, MC_KIND_TEMPLATE, mc_list_new(MC_KIND_TEMPLATE, MC_STR("[{\"uriTemplate\":\"f://{x}\"}]"), &bad, &err));
    char *text = mc_catalog_print(c, &len);
    struct mc_catalog *back = mc_catalog_parse((struct mc_str){text, len});

    ok(back, "a printed catalog is read again");
    is_int(back->rev, c->rev, "with its revision");
    is_int(back->caps, c->caps, "and its capabilities");
    is_str(back->capabilities, c->capabilities, "byte for byte");
    is_str(back->server_info, c->server_info, "and who it was");
    is_str(back->instructions, c->instructions, "and its instructions");
    for (int k = 0; k < MC_KIND_MAX; k++)
        ok(mc_list_same(back->list[k], c->list[k]), "and its %s", mc_kind_member((enum mc_kind)k));
    mc_catalog_unref(back);
    mc_free(text);
    mc_catalog_unref(c);

    static const char *const foreign[] = {
        "{}", "[]", "7", "{\"format\":2}", "{\"format\":0,\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}}",
        "{\"format\":2,\"protocolVersion\":\"1999-01-01\",\"capabilities\":{},\"tools\":[],\"resources\":[],\"resourceTemplates\":[],\"prompts\":[],\"skills\":[]}",
        "{\"format\":2,\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"tools\":[],\"resources\":[],\"resourceTemplates\":[]}",
        "{\"format\":2,\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"tools\":{},\"resources\":[],\"resourceTemplates\":[],\"prompts\":[],\"skills\":[]}",
        "{\"format\":2,\"protocolVersion\":5,\"capabilities\":{},\"tools\":[],\"resources\":[],\"resourceTemplates\":[],\"prompts\":[],\"skills\":[]}",
    };
    for (size_t i = 0; i < MC_ARRAY_LEN(foreign); i++)
        ok(!mc_catalog_parse(mc_str_of(foreign[i])), "not ours: %s", foreign[i]);
}

int main(void)
{
    test_list();
    test_bounds();
    for (size_t i = 0; i < MC_ARRAY_LEN(caps); i++) {
        struct mc_catalog *c = mc_catalog_new(caps[i].rev, mc_str_of(caps[i].caps), MC_STR_NONE, MC_STR_NONE);
        is_int(c->caps, caps[i].want, "capabilities %s at %s", caps[i].caps, mc_rev_name(caps[i].rev));
        mc_catalog_unref(c);
    }
    test_disk();
    return done_testing();
}
