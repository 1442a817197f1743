/* Entries of client files that lead back to the hub: what `mcpctl sync` wrote there. Reading them would make the hub its own client. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "config/build.h"
#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>

#define PORT_DEFAULT "37373"

static bool take(struct mc_str *s, struct mc_str prefix)
{
    if (s->n < prefix.n || !mc_str_eq_nocase((struct mc_str){s->p, prefix.n}, prefix))
        return false;
    *s = (struct mc_str){s->p + prefix.n, s->n - prefix.n};
    return true;
}

static bool take_loopback(struct mc_str *s)
{
    if (take(s, MC_STR("localhost")) || take(s, MC_STR("[::1]")))
        return true;
    if (!take(s, MC_STR("127.")))
        return false;
    while (s->n && ((*s->p >= '0' && *s->p <= '9') || *s->p == '.'))
        *s = (struct mc_str){s->p + 1, s->n - 1};
    return true;
}

/* port: besides the usual one. */
static bool take_port(struct mc_str *s, const char *port)
{
    const char *end = s->n ? memchr(s->p, '/', s->n) : NULL;
    struct mc_str written = {s->p, end ? (size_t)(end - s->p) : 0};

    *s = (struct mc_str){s->p + written.n, s->n - written.n};
    return mc_str_eq(written, MC_STR(PORT_DEFAULT)) ||
           (port && *port && mc_str_eq(written, mc_str_of(port))) ||
           mc_str_starts(written, MC_STR("${MCPCTL_PORT")) ||
           mc_str_starts(written, MC_STR("${env:MCPCTL_PORT"));
}

static bool is_hub_url(const char *url, const char *port)
{
    struct mc_str s = mc_str_of(url);

    if (!take(&s, MC_STR("http://")) || !take_loopback(&s) || !take(&s, MC_STR(":")) ||
        !take_port(&s, port))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '?' || s.p[i] == '#')
            s.n = i;
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return mc_str_eq(s, MC_STR("/mcp")) ||
           (mc_str_ends(s, MC_STR("/mcp")) &&
            (mc_str_starts(s, MC_STR("/w/")) || mc_str_starts(s, MC_STR("/s/"))));
}

bool mc_config_is_hub_url(const char *url, unsigned port)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", port);
    return is_hub_url(url, text);
}

static char *text_of(const struct mc_node *entry, const char *name)
{
    const struct mc_node *n = mc_node_child(entry, name);

    return n ? mc_jstr_dup(n->value) : NULL;
}

bool mc_entry_is_hub(const struct mc_node *entry)
{
    MC_CLEANUP(mc_freep) char *url = text_of(entry, "url");
    MC_CLEANUP(mc_freep) char *command = text_of(entry, "command");
    const struct mc_node *args = mc_node_child(entry, "args");
    struct mc_jiter it;
    struct mc_jval first;

    if (url && is_hub_url(url, getenv("MCPCTL_PORT")))
        return true;
    return command && strcmp(mc_path_base(command), "mcpctl") == 0 && args &&
           mc_jiter_init(&it, args->value) && mc_jiter_next(&it, NULL, &first) &&
           mc_jstr_eq(first.s, MC_STR("connect"));
}
