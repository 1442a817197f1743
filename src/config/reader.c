#include "config/reader.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "config/keys.h"
#include "config/sources.h"
#include "mcp/names.h"

/* Of a path in a message; deeper ones are cut. */
#define PATH_MAX_SHOWN 1024

/* ---- where we are ---- */

void mc_reader_place(struct mc_reader *r, struct mc_str at, struct mc_origin *ret)
{
    size_t off = (size_t)(at.p - r->doc.text);
    unsigned line, col;

    /* Counting on from the last place keeps a file of thousands of servers linear. */
    if (off < r->place_off || r->place_line == 0) {
        r->place_off = 0;
        r->place_line = r->place_col = 1;
    }
    mc_jsonc_place(r->text.p + r->place_off, r->text.n - r->place_off, off - r->place_off, &line,
                   &col);
    r->place_col = line == 1 ? r->place_col + col - 1 : col;
    r->place_line += line - 1;
    r->place_off = off;
    *ret = (struct mc_origin){(char *)r->file, r->place_line, r->place_col};
}

void mc_reader_report(struct mc_reader *r, enum mc_severity severity, struct mc_str at, char *msg)
{
    struct mc_origin place;

    mc_reader_place(r, at, &place);
    r->errors += severity == MC_SEV_ERROR;
    if (r->path.len) {
        char *with_path = mc_asprintf("%s: %s", r->path.data, msg);
        mc_free(msg);
        msg = with_path;
    }
    mc_config_report(r->config, severity, &place, msg);
}

size_t mc_reader_enter(struct mc_reader *r, const char *name)
{
    size_t where = r->path.len;
    bool plain = *name != '\0';

    for (const char *p = name; *p; p++)
        plain &= (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                 *p == '_' || *p == '-';
    if (plain) {
        mc_buf_addf(&r->path, "%s%s", where ? "." : "", name);
    } else {
        MC_CLEANUP(mc_freep) char *shown = mc_str_printable(mc_str_of(name), false);
        mc_buf_addf(&r->path, "[\"%s\"]", shown);
    }
    return where;
}

size_t mc_reader_enter_item(struct mc_reader *r, size_t index)
{
    size_t where = r->path.len;

    mc_buf_addf(&r->path, "[%zu]", index);
    return where;
}

void mc_reader_leave(struct mc_reader *r, size_t where)
{
    r->path.failed = false;
    r->path.len = where;
    if (r->path.data)
        r->path.data[where] = '\0';
}

/* ---- one server ---- */

static void check_transport(struct mc_reader *r, const struct mc_server_spec *spec, bool has_type,
                            struct mc_str at)
{
    char *msg = NULL;

    if (spec->command && spec->url)
        msg = mc_strdup("both \"command\" and \"url\" are given; expected one of them");
    else if (!spec->command && !spec->url)
        msg = mc_strdup("neither \"command\" nor \"url\" is given; expected the program to start "
                        "or the address of a remote server");
    else if (spec->command && mc_str_trim(mc_str_of(spec->command)).n == 0)
        msg = mc_strdup("\"command\" is empty; expected the program to start");
    else if (spec->url && !*spec->url)
        msg = mc_strdup("\"url\" is empty; expected the address of a remote server");
    else if (has_type && spec->command && spec->transport != MC_TRANSPORT_STDIO)
        msg = mc_strdup(
            "this \"type\" needs a \"url\", found a \"command\" (that would be type \"stdio\")");
    else if (has_type && spec->url && spec->transport == MC_TRANSPORT_STDIO)
        msg = mc_strdup(
            "type \"stdio\" needs a \"command\", found a \"url\" (that would be type \"http\")");
    if (msg)
        mc_reader_report(r, MC_SEV_ERROR, at, msg);
    else if (spec->command && spec->args.n == 0 && strchr(spec->command, ' ') &&
             !strchr("/.~", *spec->command))
        mc_reader_report(r, MC_SEV_WARNING, at,
                         mc_strdup("\"command\" holds spaces, but it is one program name, not a "
                                   "command line; put the rest into \"args\""));
}

/* NULL when the name is fine. */
static const char *wrong_name(struct mc_str name)
{
    if (name.n == 0)
        return "a server's name cannot be empty";
    if (name.n > MC_SERVER_NAME_MAX)
        return "a server's name cannot be longer than 128 bytes";
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
            return "a server's name cannot hold control characters";
    return NULL;
}

static void read_server(struct mc_reader *r, struct mc_str key, const char *name, struct mc_jval v)
{
    struct mc_server_spec *spec = mc_spec_new(name);
    struct mc_config *c = r->config;
    struct mc_origin at;
    size_t diags = c->n_diags, all_errors = c->n_errors, errors = r->errors;

    mc_reader_place(r, key, &at);
    spec->origin = (struct mc_origin){mc_strdup(r->file), at.line, at.col};
    mc_reader_members(r, mc_keys_server, v, spec);
    if (mc_spec_is_hub(spec)) {
        mc_config_forget(c, diags, all_errors);
        r->errors = errors;
        mc_spec_free(spec);
        return;
    }

    bool has_type = mc_jget(v, "type").type != MC_JSON_NONE;
    if (r->errors == errors)
        check_transport(r, spec, has_type, key);
    if (spec->url && !has_type)
        spec->transport = MC_TRANSPORT_HTTP;
    if (r->errors == errors && !mc_spec_digest(spec))
        mc_reader_report(r, MC_SEV_ERROR, key, mc_strdup("this server's entry is too long"));
    if (r->errors == errors) {
        mc_config_put(c, spec);
        return;
    }
    mc_config_drop(c, name);
    mc_spec_free(spec);
}

static void read_servers(struct mc_reader *r, struct mc_jval servers)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval v;

    mc_jiter_init(&it, servers);
    while (mc_jiter_next(&it, &key, &v)) {
        struct mc_buf name = MC_BUF_INIT(MC_CONFIG_FILE_MAX);

        mc_jstr_decode(key, &name);
        const char *wrong = wrong_name(mc_buf_str(&name));
        if (wrong) {
            mc_reader_report(r, MC_SEV_ERROR, key, mc_strdup(wrong));
        } else if (v.type == MC_JSON_OBJECT) {
            size_t where = mc_reader_enter(r, name.data);
            read_server(r, key, name.data, v);
            mc_reader_leave(r, where);
        } else if (!mc_key_is_comment(name.data)) {
            size_t where = mc_reader_enter(r, name.data);
            mc_reader_report(r, MC_SEV_ERROR, v.s,
                             mc_asprintf("expected an object, found %s", mc_reader_kind(v)));
            mc_config_drop(r->config, name.data);
            mc_reader_leave(r, where);
        }
        mc_buf_done(&name);
    }
}

/* ---- one file ---- */

static void check_workspace(struct mc_reader *r, struct mc_str at)
{
    struct mc_config *c = r->config;
    char name[48];

    mc_name_workspace(c->workspace, "", false, name);
    if (strcmp(name, c->workspace) == 0)
        return;
    mc_reader_report(r, MC_SEV_ERROR, at,
                     mc_asprintf("expected 1 to 40 of a-z, 0-9 and '-', because it stands in URLs "
                                 "(\"%s\" would do)",
                                 name));
    mc_free(c->workspace);
    c->workspace = NULL;
}

/* A member that no table knows: perhaps a server that was not put inside. */
static void report_stray(struct mc_reader *r, struct mc_str key, const char *name, struct mc_jval v)
{
    const char *nearest = mc_key_nearest(mc_keys_root, name);
    const char *servers = r->source->own ? "servers" : "mcpServers";

    if (mc_jget(v, "command").type != MC_JSON_NONE || mc_jget(v, "url").type != MC_JSON_NONE)
        mc_reader_report(
            r, MC_SEV_ERROR, key,
            mc_asprintf("this server stands outside of \"%s\"; move it in there", servers));
    else if (nearest)
        mc_reader_report(r, MC_SEV_WARNING, key,
                         mc_asprintf("unknown key; did you mean \"%s\"?", nearest));
    else
        mc_reader_report(r, MC_SEV_WARNING, key, mc_strdup("unknown key"));
}

static void read_root_member(struct mc_reader *r, struct mc_str key_span, const char *name,
                             struct mc_jval v)
{
    const struct mc_key *key = mc_key_find(mc_keys_root, name);

    if (!key) {
        if (!mc_key_is_comment(name))
            report_stray(r, key_span, name, v);
    } else if (key->user && !r->source->user) {
        mc_reader_report(r, MC_SEV_WARNING, key_span,
                         mc_strdup("not read from a repo; this key belongs into config.json in ~/.config/mcpctl"));
    } else if (key->own && !r->source->own) {
        mc_reader_report(r, MC_SEV_WARNING, key_span,
                         mc_strdup("not read here; this key belongs into .mcpctl/config.json"));
    } else if (!key->user && r->source->user && key->type != MC_KEY_FOREIGN) {
        mc_reader_report(r, MC_SEV_WARNING, key_span,
                         mc_strdup("not read here; this key belongs into a repo's .mcpctl/config.json"));
    } else if (key->type == MC_KEY_SERVERS && v.type == MC_JSON_OBJECT) {
        read_servers(r, v);
    } else if (key->type != MC_KEY_FOREIGN) {
        size_t errors = r->errors;
        mc_reader_value(r, key, v, r->config);
        if (r->errors == errors && key->offset == offsetof(struct mc_config, workspace))
            check_workspace(r, v.s);
    }
}

static void read_root(struct mc_reader *r)
{
    struct mc_jval root = r->doc.root;
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval v;

    if (root.type != MC_JSON_OBJECT) {
        mc_reader_report(r, MC_SEV_ERROR, root.s,
                         mc_asprintf("expected an object such as {\"mcpServers\": {…}}, found %s",
                                     mc_reader_kind(root)));
        return;
    }
    mc_jiter_init(&it, root);
    while (mc_jiter_next(&it, &key, &v)) {
        MC_CLEANUP(mc_freep) char *name = mc_reader_name(r, key);
        if (!name)
            continue;
        size_t where = mc_reader_enter(r, name);

        read_root_member(r, key, name, v);
        mc_reader_leave(r, where);
    }
}

void mc_config_read(struct mc_config *c, const struct mc_source *source, const char *file,
                    const char *p, size_t n)
{
    struct mc_reader *r = MC_NEW(struct mc_reader);
    size_t first = c->n_diags;

    r->config = c;
    r->source = source;
    r->file = file;
    r->text = (struct mc_str){p, n};
    mc_buf_init(&r->path, PATH_MAX_SHOWN);
    if (mc_jsonc_parse(p, n, false, &r->doc) == 0) {
        read_root(r);
    } else {
        for (unsigned i = 0; i < r->doc.n_errors; i++) {
            struct mc_origin at = {(char *)file, 0, 0};
            mc_jsonc_place(p, n, r->doc.errors[i].off, &at.line, &at.col);
            mc_config_report(c, MC_SEV_ERROR, &at, mc_strdup(r->doc.errors[i].msg));
        }
    }
    mc_config_sort_reports(c, first);
    mc_jsonc_done(&r->doc);
    mc_buf_done(&r->path);
    mc_free(r);
}
