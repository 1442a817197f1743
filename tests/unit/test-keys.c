/* The tables of keys: complete, and free of contradictions. */
#include "base/err.h"
#include "config/keys.h"
#include "json/scan.h"
#include "tests/tap.h"

static void check_table(const char *what, const struct mc_key *table)
{
    for (const struct mc_key *k = table; k->name; k++) {
        bool foreign = k->type == MC_KEY_FOREIGN;

        ok(mc_key_find(table, k->name) == k, "%s.%s is there once", what, k->name);
        is_str(mc_key_nearest(table, k->name), k->name, "and is the nearest to itself");
        ok(!mc_key_is_comment(k->name) || k->name[0] == '$', "and is no comment");
        ok(foreign == (k->help == NULL), "has help if it is ours");
        ok((k->type == MC_KEY_CHOICE) == (k->choices != NULL), "has choices if it is one");
        ok(mc_key_is_container(k) == (k->keys != NULL), "has keys if it is a container");
        ok((k->type == MC_KEY_NUMBER) == (k->min < k->max), "has bounds if it is a number");
        if (k->help)
            ok(strlen(k->help) <= 90 && k->help[strlen(k->help) - 1] != '.', "one line of help: %s", k->help);
        if (k->otherwise)
            is_int(mc_json_check(k->otherwise, strlen(k->otherwise), NULL, NULL), 0, "the default is JSON: %s", k->otherwise);
        if (k->keys)
            check_table(k->name, k->keys);
        for (const struct mc_choice *c = k->choices; c && c->name; c++)
            ok(mc_choice_find(k->choices, c->name) == c, "choice %s", c->name);
    }
}

static void test_nearest(void)
{
    static const struct {
        const char *name, *want;
    } t[] = {
        {"comand", "command"}, {"Command", "command"}, {"arg", "args"}, {"enviroment", NULL}, {"env_file", "envFile"},
        {"URL", "url"},        {"uri", "url"},         {"x", NULL},     {"", NULL},           {"something else", NULL},
        {"diasbled", "disabled"},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++)
        is_str(mc_key_nearest(mc_keys_server, t[i].name), t[i].want, "the nearest to \"%s\"", t[i].name);
}

int main(void)
{
    check_table("root", mc_keys_root);
    check_table("server", mc_keys_server);
    test_nearest();
    return done_testing();
}
