/* hub/view: what an endpoint shows. Names, order, what hides what, where a call and a URI go. */
#include "tests/unit/hub-fixture.h"

static struct workspace *ws;

static const char *list(struct view *v, enum mc_kind kind)
{
    static char text[4096];
    struct mc_str l = view_list(v, kind, MC_ERA_LEGACY);
    snprintf(text, sizeof(text), "%.*s", MC_STR_ARG(l));
    return text;
}

/* "server/original" */
static const char *goes(struct view *v, enum mc_kind kind, const char *name)
{
    static char text[256];
    const struct route *r = view_route(v, kind, mc_str_of(name));
    if (!r)
        return NULL;
    snprintf(text, sizeof(text), "%s/%.*s", r->server->spec->name, MC_STR_ARG(r->item->key));
    return text;
}

static const char *name_of(const struct server *srv)
{
    return srv ? srv->spec->name : NULL;
}

#define SCHEMA "\"inputSchema\":{\"type\":\"object\"}"
static const char *const a_lists[MC_KIND_MAX] = {
    [MC_KIND_TOOL] = "[ {\"title\":\"T\",  \"name\":\"z\\u00e9\",\"x\":1e400," SCHEMA
                     "},{\"name\":\"go\"," SCHEMA "}]",
    [MC_KIND_RESOURCE] =
        "[{\"uri\":\"file:///a\",\"name\":\"n\"},{\"uri\":\"x:both\",\"name\":\"n\"}]",
    [MC_KIND_TEMPLATE] = "[{\"uriTemplate\":\"db://{table}/{id}\",\"name\":\"n\"}]",
    [MC_KIND_PROMPT] = "[{\"name\":\"greet\"}]"};
static const char *const b_lists[MC_KIND_MAX] = {
    [MC_KIND_TOOL] = "[{\"name\":\"go\"," SCHEMA "},{\"name\":\"a__go\"," SCHEMA "}]",
    [MC_KIND_RESOURCE] = "[{\"uri\":\"x:both\",\"name\":\"other\"}]",
    [MC_KIND_TEMPLATE] = "[{\"uriTemplate\":\"db://users/{id}\",\"name\":\"n\"}]"};
static const char *const plain_lists[MC_KIND_MAX] = {
    [MC_KIND_TOOL] = "[{\"name\":\"a__go\"," SCHEMA "},{\"name\":\"own\"," SCHEMA "}]"};

static void test_names(void)
{
    struct view *v = view_get(ws, NULL);
    ok(view_get(ws, NULL) == v && view_get(ws, "a") != v, "a view is made once for each endpoint");
    is_str(list(v, MC_KIND_TOOL), "{\"tools\":[]",
           "of servers that are not known there is nothing");
    knows(server_of(ws, "a"), MC_REV_2025_11_25, "{\"tools\":{},\"resources\":{},\"prompts\":{}}",
          a_lists);
    knows(server_of(ws, "b"), MC_REV_2025_11_25, "{\"tools\":{},\"resources\":{}}", b_lists);
    knows(server_of(ws, "plain"), MC_REV_2025_11_25, "{\"tools\":{}}", plain_lists);
    is_str(list(v, MC_KIND_TOOL),
           "{\"tools\":[{\"title\":\"T\",  \"name\":\"a__z__429acc36\",\"x\":1e400," SCHEMA
           "},{\"name\":\"a__go\"," SCHEMA "},{\"name\":\"b__go\"," SCHEMA
           "},{\"name\":\"b__a__go\"," SCHEMA "},{\"name\":\"own\"," SCHEMA "}]",
           "servers in their order, tools in theirs, every other byte as it was");
    is_str(goes(v, MC_KIND_TOOL, "a__go"), "a/go",
           "a name goes to its server, under the server's own");
    is_str(goes(v, MC_KIND_TOOL, "b__a__go"), "b/a__go", "names are not split");
    is_str(goes(v, MC_KIND_TOOL, "own"), "plain/own", "prefix \"\" is none");
    ok(!goes(v, MC_KIND_TOOL, "go") && !goes(v, MC_KIND_TOOL, "plain__own") &&
           !goes(v, MC_KIND_TOOL, "") && !goes(v, MC_KIND_PROMPT, "a__go"),
       "what is not shown is nobody's");
    is_str(list(v, MC_KIND_PROMPT), "{\"prompts\":[{\"name\":\"a__greet\"}]", "prompts too");
    struct view *one = view_get(ws, "b");
    is_str(list(one, MC_KIND_TOOL),
           "{\"tools\":[{\"name\":\"go\"," SCHEMA "},{\"name\":\"a__go\"," SCHEMA "}]",
           "the endpoint of one server: its own names");
    is_str(goes(one, MC_KIND_TOOL, "go"), "b/go", "which go there");
    is_str(view_nearest(v, MC_KIND_TOOL, "b__goo"), "b__go", "a slip finds its neighbour");
    ok(!view_nearest(v, MC_KIND_TOOL, "something else"), "another word none");
}

static void test_collisions(void)
{
    struct view *v = view_get(ws, NULL);
    const struct mc_strv *c = view_collisions(v);
    is_int(c->n, 2, "what two servers have under one name is told");
    ok(strstr(c->v[0], "tools: a__go of server plain is hidden by that of server a; give one of "
                       "them another \"prefix\""),
       "for tools, with a way out");
    ok(strstr(c->v[1], "resources: x:both of server b is hidden by that of server a") &&
           !strstr(c->v[1], "prefix"),
       "for resources there is none");
    is_int(view_collisions(view_get(ws, "plain"))->n, 0,
           "the endpoint of one server hides nothing");
    is_str(goes(v, MC_KIND_TOOL, "a__go"), "a/go", "the first server counts");
}

static void test_resources(void)
{
    struct view *v = view_get(ws, NULL);
    is_str(list(v, MC_KIND_RESOURCE),
           "{\"resources\":[{\"uri\":\"file:///"
           "a\",\"name\":\"n\"},{\"uri\":\"x:both\",\"name\":\"n\"}]",
           "URIs stay as they are, each once");
    is_str(name_of(view_resource(v, MC_STR("file:///a"))), "a", "a URI goes to who lists it");
    is_str(name_of(view_resource(v, MC_STR("db://users/7"))), "b",
           "or whose template has most of it");
    is_str(name_of(view_resource(v, MC_STR("db://orders/1"))), "a", "or has it at all");
    ok(!view_resource(v, MC_STR("nobody://knows")), "else several might have it");
    view_found(v, MC_STR("nobody://knows"), workspace_server(ws, MC_STR("b"))->backend);
    is_str(name_of(view_resource(v, MC_STR("nobody://knows"))), "b", "until it was found");
    view_found(v, MC_STR("nobody://knows"), NULL);
    ok(!view_resource(v, MC_STR("nobody://knows")), "and is there no more");
    char uri[32];
    for (unsigned i = 0; i <= HUB_FOUND_MAX; i++) {
        snprintf(uri, sizeof(uri), "found://%u", i);
        view_found(v, mc_str_of(uri), workspace_server(ws, MC_STR("b"))->backend);
    }
    ok(mc_map_count(v->found) <= HUB_FOUND_MAX, "what is remembered is bounded");
    is_str(name_of(view_resource(v, mc_str_of(uri))), "b", "and holds the latest");
    is_str(name_of(view_resource(view_get(ws, "b"), MC_STR("nobody://knows"))), "b",
           "or there is only one");
    ok(!view_resource(view_get(ws, "plain"), MC_STR("nobody://knows")), "if it has resources");
    is_str(name_of(view_template(v, MC_STR("db://users/{id}"))), "b", "a template by its own text");
    is_str(name_of(view_template(v, MC_STR("file:///a"))), "a", "or a resource");
    ok(!view_template(v, MC_STR("db://users/7")), "not what it stands for");
}

static void test_modes(void)
{
    struct view *v = view_get(ws, NULL);
    struct server *a = server_of(ws, "a");
    ok(view_caps(v) & MC_CAP_PROMPTS && !(view_caps(v) & MC_CAP_LOGGING),
       "capabilities are those of all");
    a->mode = SERVER_BLOCKED;
    views_stale(ws);
    ok(!goes(v, MC_KIND_TOOL, "a__z__429acc36"), "a server that may not run shows nothing");
    is_str(goes(v, MC_KIND_TOOL, "a__go"), "plain/a__go", "nor does it hide anything");
    is_str(name_of(view_resource(v, MC_STR("x:both"))), "b", "resources either");
    ok(!(view_caps(v) & MC_CAP_PROMPTS), "its capabilities are none");
    is_int(view_collisions(v)->n, 0, "and there is no collision");
    a->mode = SERVER_ON;
    mc_catalog_unref(a->backend->catalog);
    a->backend->catalog = NULL;
    views_stale(ws);
    ok(view_caps(v) & MC_CAP_LOGGING, "one that is not known may have everything");
    is_str(list(view_get(ws, "a"), MC_KIND_TOOL), "{\"tools\":[]", "and shows nothing yet");
}

static void test_instructions(void)
{
    struct server *b = server_of(ws, "b"), *p = server_of(ws, "plain");
    struct mc_buf out = MC_BUF_INIT(4096);
    mc_catalog_unref(b->backend->catalog);
    b->backend->catalog =
        mc_catalog_new(MC_REV_2025_11_25, MC_STR("{}"), MC_STR_NONE, MC_STR("\"Say \\\"b\\\"\""));
    mc_catalog_unref(p->backend->catalog);
    p->backend->catalog =
        mc_catalog_new(MC_REV_2025_11_25, MC_STR("{}"), MC_STR_NONE, MC_STR("\"P\""));
    views_stale(ws);
    view_instructions(view_get(ws, NULL), &out);
    mc_buf_addc(&out, '\0');
    is_str(out.data, "\"# b\\nSay \\\"b\\\"\\n\\n# plain\\nP\"",
           "instructions of several, each under its name");
    mc_buf_clear(&out);
    view_instructions(view_get(ws, "b"), &out);
    mc_buf_addc(&out, '\0');
    is_str(out.data, "\"Say \\\"b\\\"\"", "of one as they are");
    mc_buf_clear(&out);
    view_instructions(view_get(ws, "a"), &out);
    is_int(out.len, 0, "of none nothing");
    mc_buf_done(&out);
}

int main(void)
{
    hub_begin();
    ws = workspace_of("/w/one", "\"a\":{\"command\":\"a\"},\"b\":{\"command\":\"b\"},\"plain\":{"
                                "\"command\":\"p\",\"prefix\":\"\"}");
    test_names();
    test_collisions();
    test_resources();
    test_modes();
    test_instructions();
    hub_over();
    return done_testing();
}
