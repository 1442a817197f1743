/* What the machine's and the orgs' configs lock, require and forbid. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/path.h"
#include "config/build.h"
#include "config/keys.h"
#include "json/scan.h"

static const struct {
    const char *key;  /* in $forbid */
    const char *what; /* in messages */
} bans[MC_FORBID_MAX] = {
    [MC_FORBID_NAME] = {"names", "this name"},
    [MC_FORBID_COMMAND] = {"commands", "this command"},
    [MC_FORBID_HOST] = {"hosts", "this host"},
    [MC_FORBID_PACKAGE] = {"packages", "this package"},
};

/* ---- collecting ---- */

static void add_rule(struct mc_config *c, const struct source *s, const struct mc_node *n,
                     enum rule_kind kind, enum mc_forbid_what what, char *text /* taken */)
{
    struct rule r = {.kind = kind,
                     .text = text,
                     .what = what,
                     .at = {s->pub.file, n->line, n->col},
                     .rank = s->rank};
    struct mc_err err;
    const char *wrong = NULL;

    if (c->n_rules == MC_LOCKS_MAX)
        wrong = "more locks, requirements and bans than can be kept (1000)";
    else if (kind == RULE_LOCK && mc_keypath_parse(text, &r.path, &err) < 0)
        wrong = err.msg;
    if (wrong) {
        mc_config_report(c, MC_SEV_ERROR, &r.at, s->rank, mc_asprintf("%s: %s", n->name, wrong));
        mc_strv_done(&r.path);
        mc_free(text);
        return;
    }
    mc_keypath_canonical(&r.path);
    if (c->n_rules == c->rules_cap) {
        c->rules_cap = c->rules_cap ? c->rules_cap * 2 : 16;
        c->rules = mc_realloc(c->rules, c->rules_cap * sizeof(*c->rules));
    }
    c->rules[c->n_rules++] = r;
}

static void add_rules(struct mc_config *c, const struct source *s, const struct mc_node *n,
                      enum rule_kind kind, enum mc_forbid_what what)
{
    struct mc_jiter it;
    struct mc_jval item;

    if (!n || !mc_jiter_init(&it, n->value))
        return;
    while (mc_jiter_next(&it, NULL, &item))
        add_rule(c, s, n, kind, what, mc_jstr_dup(item));
}

void mc_rules_add(struct mc_config *c, const struct source *s)
{
    const struct mc_node *root = s->pub.tree;
    const struct mc_node *forbid = root ? mc_node_child(root, "$forbid") : NULL;

    if (!root)
        return;
    add_rules(c, s, mc_node_child(root, "$lock"), RULE_LOCK, MC_FORBID_MAX);
    add_rules(c, s, mc_node_child(root, "$require"), RULE_REQUIRE, MC_FORBID_MAX);
    for (int i = 0; forbid && i < MC_FORBID_MAX; i++)
        add_rules(c, s, mc_node_child(forbid, bans[i].key), RULE_FORBID, (enum mc_forbid_what)i);
}

void mc_rules_done(struct mc_config *c)
{
    for (size_t i = 0; i < c->n_rules; i++) {
        mc_free(c->rules[i].text);
        mc_strv_done(&c->rules[i].path);
    }
    mc_free(c->rules);
}

char *mc_rule_place(const struct mc_config *c, const struct rule *r)
{
    const struct mc_source *s = &c->sources[r->rank]->pub;

    return mc_asprintf("%s%s%s, %s:%u:%u", mc_layer_name(s->layer), s->name ? " " : "",
                       s->name ? s->name : "", r->at.file, r->at.line, r->at.col);
}

/* ---- locks ---- */

/* What a server is has two spellings: who locks its url also means that it is no command. */
static bool is_transport(const struct mc_strv *path)
{
    return path->n == 3 && strcmp(path->v[0], "servers") == 0 &&
           (strcmp(path->v[2], "url") == 0 || strcmp(path->v[2], "command") == 0);
}

/* Is there anything in n that the rest of a lock's names, from the at-th on, speak of? */
static bool holds(const struct mc_node *n, const struct mc_strv *lock, size_t at)
{
    if (at == lock->n)
        return true;
    for (size_t i = 0; i < n->n_children; i++)
        if (mc_glob(lock->v[at], mc_str_of(n->child[i]->name)) && holds(n->child[i], lock, at + 1))
            return true;
    return false;
}

static bool covers(const struct mc_strv *lock, const struct mc_strv *path,
                   const struct mc_node *old)
{
    size_t n = lock->n < path->n ? lock->n : path->n;

    for (size_t i = 0; i < n; i++) {
        if (i == 2 && is_transport(lock) && is_transport(path))
            continue;
        if (!mc_glob(lock->v[i], mc_str_of(path->v[i])))
            return false;
    }
    return lock->n <= path->n || (old && holds(old, lock, path->n));
}

const struct rule *mc_rules_lock(const struct mc_config *c, const struct mc_strv *path,
                                 const struct mc_node *old)
{
    for (size_t i = 0; i < c->n_rules; i++)
        if (c->rules[i].kind == RULE_LOCK && covers(&c->rules[i].path, path, old))
            return &c->rules[i];
    return NULL;
}

char *mc_config_lock(const struct mc_config *c, const struct mc_strv *path)
{
    const struct rule *lock = mc_rules_lock(c, path, NULL);

    return lock ? mc_rule_place(c, lock) : NULL;
}

/* ---- requirements ---- */

const struct rule *mc_rules_required(const struct mc_config *c, const char *server)
{
    for (size_t i = 0; i < c->n_rules; i++)
        if (c->rules[i].kind == RULE_REQUIRE && strcmp(c->rules[i].text, server) == 0)
            return &c->rules[i];
    return NULL;
}

static bool is_off(const struct mc_node *disabled)
{
    struct mc_buf text = MC_BUF_INIT(64);

    mc_node_json(disabled, 0, 0, &text);
    bool off = mc_str_eq(mc_buf_str(&text), MC_STR("true"));
    mc_buf_done(&text);
    return off;
}

static void require(struct mc_config *c, const struct rule *r)
{
    struct mc_node *servers = mc_node_get(c->tree, "servers");
    struct mc_node *server = servers ? mc_node_get(servers, r->text) : NULL;
    struct mc_node *disabled = server ? mc_node_get(server, "disabled") : NULL;

    if (!server) {
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(r->text), false);
        mc_config_report(
            c, MC_SEV_ERROR, &r->at, r->rank,
            mc_asprintf("$require: the server \"%s\" is required, but no layer has it", shown));
    } else if (disabled && is_off(disabled)) {
        MC_CLEANUP(mc_freep) char *where = mc_rule_place(c, r);
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(r->text), false);
        struct mc_origin at = {disabled->source->file, disabled->line, disabled->col};
        mc_config_report(c, MC_SEV_ERROR, &at,
                         mc_container_of(disabled->source, struct source, pub)->rank,
                         mc_asprintf("servers.%s.disabled: this server is required by %s and "
                                     "cannot be switched off",
                                     shown, where));
        mc_node_remove(server, disabled);
    }
}

void mc_rules_require(struct mc_config *c)
{
    for (size_t i = 0; i < c->n_rules; i++)
        if (c->rules[i].kind == RULE_REQUIRE)
            require(c, &c->rules[i]);
}

/* ---- bans ---- */

static struct mc_str host_of(const char *url)
{
    const char *p = url ? strstr(url, "://") : NULL;

    if (!p)
        return MC_STR_NONE;
    p += 3;
    struct mc_str s = {p, strcspn(p, "/?#\\")};
    for (size_t i = s.n; i-- > 0;)
        if (s.p[i] == '@') { /* who asks, not who is asked */
            s = (struct mc_str){s.p + i + 1, s.n - i - 1};
            break;
        }
    if (s.n && *s.p == '[') {
        const char *end = memchr(s.p, ']', s.n);
        return end ? (struct mc_str){s.p + 1, (size_t)(end - s.p) - 1} : s;
    }
    const char *colon = memchr(s.p, ':', s.n);
    if (colon)
        s.n = (size_t)(colon - s.p);
    while (s.n && s.p[s.n - 1] == '.')
        s.n--;
    return s;
}

static bool host_matches(const char *pattern, const char *url)
{
    struct mc_str host = host_of(url);
    MC_CLEANUP(mc_freep) char *lower = mc_str_dup(host);

    for (char *p = lower; p && *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    return host.n && mc_glob(pattern, mc_str_of(lower));
}

/* "@scope/name@1.2", "name==1.2", "image:tag": the name alone. */
static struct mc_str package_of(const char *word)
{
    struct mc_str s = mc_str_of(word);

    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] == '@' || s.p[i] == ':' || s.p[i] == '=' || s.p[i] == '[' || s.p[i] == '<' ||
            s.p[i] == '>' || s.p[i] == '~')
            s.n = i;
    return s;
}

static bool command_matches(const char *pattern, const char *command)
{
    return command && (mc_glob(pattern, mc_str_of(command)) ||
                       mc_glob(pattern, mc_str_of(mc_path_base(command))));
}

/* Runners take the package in many places (npx -y X, uvx --from X y, docker run … X): any word of the line is looked at. */
static bool package_matches(const char *pattern, char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (words[i][0] != '-' && mc_glob(pattern, package_of(words[i])))
            return true;
        else if (words[i][0] == '-' && strchr(words[i], '=') &&
                 mc_glob(pattern, package_of(strchr(words[i], '=') + 1)))
            return true;
    return false;
}

static const struct rule *banned(const struct mc_config *c, const char *name, const char *command,
                                 char *const *words, size_t n, const char *url)
{
    for (size_t i = 0; i < c->n_rules; i++) {
        const struct rule *r = &c->rules[i];
        if (r->kind != RULE_FORBID)
            continue;
        bool hit = r->what == MC_FORBID_NAME      ? mc_glob(r->text, mc_str_of(name))
                   : r->what == MC_FORBID_COMMAND ? command_matches(r->text, command)
                   : r->what == MC_FORBID_HOST    ? host_matches(r->text, url)
                                                  : package_matches(r->text, words, n);
        if (hit)
            return r;
    }
    return NULL;
}

bool mc_rules_allow(struct mc_config *c, const struct mc_server_spec *spec)
{
    const struct rule *r =
        banned(c, spec->name, spec->command, spec->args.v, spec->args.n, spec->url);

    if (!r)
        return true;
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(spec->name), false);
    MC_CLEANUP(mc_freep) char *where = mc_rule_place(c, r);
    mc_config_report(c, MC_SEV_ERROR, &spec->origin,
                     mc_container_of(spec->node->source, struct source, pub)->rank,
                     mc_asprintf("servers.%s: %s is forbidden by %s (\"%s\")", shown,
                                 bans[r->what].what, where, r->text));
    return false;
}

int mc_config_permits(const struct mc_config *c, const char *server, const struct mc_strv *argv,
                      const char *url, struct mc_err *err)
{
    bool any = argv && argv->n;
    const struct rule *r = banned(c, server, any ? argv->v[0] : NULL, any ? argv->v + 1 : NULL,
                                  any ? argv->n - 1 : 0, url);

    if (!r)
        return 0;
    MC_CLEANUP(mc_freep) char *where = mc_rule_place(c, r);
    return mc_err_set(err, MC_E_DENIED, "%s is forbidden by %s (\"%s\")", bans[r->what].what, where,
                      r->text);
}
