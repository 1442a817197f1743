/* What a person is shown of a server before saying yes to it. */
#include "config/resolve.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "config/config.h"
#include "config/expand.h"

/* Quoted text is at most four times as long, of a file of at most 4 MiB. */
#define SHOWN_MAX (32u << 20)

static void pair_references(const struct mc_kv *kv, size_t n, struct mc_strv *ret)
{
    for (size_t i = 0; i < n; i++)
        if (kv[i].value)
            mc_expand_references(kv[i].value, ret);
}

void mc_spec_references(const struct mc_server_spec *spec, struct mc_strv *ret)
{
    const char *const texts[] = {spec->command, spec->cwd, spec->url, spec->env_file};

    for (size_t i = 0; i < MC_ARRAY_LEN(texts); i++)
        if (texts[i])
            mc_expand_references(texts[i], ret);
    for (size_t i = 0; i < spec->args.n; i++)
        mc_expand_references(spec->args.v[i], ret);
    pair_references(spec->env, spec->n_env, ret);
    pair_references(spec->headers, spec->n_headers, ret);
    if (spec->env_file) {
        MC_CLEANUP(mc_freep) char *file = mc_asprintf("file:%s", spec->env_file);
        mc_strv_push_once(ret, file);
    }
}

static bool needs_no_quotes(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_-./:=@%+,", c)) || (c & 0x80);
}

/* The character at p, whose length is *n, would show as something else or as nothing. mc_str_printable is the judge
 * of what acts on a terminal; soft hyphen, zero-width characters and the BOM are added to that. */
static bool is_hidden(const char *p, size_t *n)
{
    static const char *const invisible[] = {
        "\xC2\xAD", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x81\xA0", "\xEF\xBB\xBF",
    };

    for (*n = 1; ((unsigned char)p[*n] & 0xC0) == 0x80;)
        ++*n;
    for (size_t i = 0; i < MC_ARRAY_LEN(invisible); i++)
        if (mc_str_eq((struct mc_str){p, *n}, mc_str_of(invisible[i])))
            return true;
    if (*p == '?')
        return false;
    MC_CLEANUP(mc_freep) char *shown = mc_str_printable((struct mc_str){p, *n}, false);
    return strcmp(shown, "?") == 0;
}

static void add_escaped(struct mc_buf *out, const char *p, size_t n)
{
    static const char from[] = "\n\r\t", to[] = "nrt";

    for (size_t i = 0; i < n; i++) {
        const char *at = p[i] ? strchr(from, p[i]) : NULL;
        if (at)
            mc_buf_addf(out, "\\%c", to[at - from]);
        else
            mc_buf_addf(out, "\\x%02x", (unsigned char)p[i]);
    }
}

static void add_char(struct mc_buf *out, const char *p, size_t n, bool escapes)
{
    if (*p == '\'')
        mc_buf_addz(out, escapes ? "\\'" : "'\\''");
    else if (*p == '\\' && escapes)
        mc_buf_addz(out, "\\\\");
    else
        mc_buf_add(out, p, n);
}

/* Bare, in '…', or in $'…' when something in it cannot be shown. Each is what a shell would read as the same text. */
static void add_word(struct mc_buf *out, const char *word)
{
    bool bare = *word != '\0', escapes = false;
    size_t n;

    for (const char *p = word; *p; p += n) {
        bare &= needs_no_quotes(*p);
        escapes |= is_hidden(p, &n);
    }
    if (bare && !escapes) {
        mc_buf_addz(out, word);
        return;
    }
    mc_buf_addz(out, escapes ? "$'" : "'");
    for (const char *p = word; *p; p += n) {
        if (is_hidden(p, &n))
            add_escaped(out, p, n);
        else
            add_char(out, p, n, escapes);
    }
    mc_buf_addc(out, '\'');
}

char *mc_spec_command_line(const struct mc_server_spec *spec)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(SHOWN_MAX);

    add_word(&out, spec->url ? spec->url : spec->command);
    for (size_t i = 0; !spec->url && i < spec->args.n; i++) {
        mc_buf_addc(&out, ' ');
        add_word(&out, spec->args.v[i]);
    }
    return mc_buf_steal(&out);
}

char *mc_spec_name_word(const struct mc_server_spec *spec)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf out = MC_BUF_INIT(SHOWN_MAX);

    add_word(&out, spec->name);
    return mc_buf_steal(&out);
}
