#include "config/schema.h"

#include "base/buf.h"
#include "config/keys.h"

static void add_schema(const struct mc_key *key, unsigned indent, struct mc_buf *out);

static void line(struct mc_buf *out, unsigned indent)
{
    mc_buf_addf(out, "\n%*s", (int)indent, "");
}

static void add_text(const char *name, const char *text, unsigned indent, struct mc_buf *out)
{
    line(out, indent);
    mc_buf_addf(out, "\"%s\": ", name);
    mc_jstr_quote(mc_str_of(text), out);
    mc_buf_addc(out, ',');
}

static void add_choices(const struct mc_choice *choices, struct mc_buf *out)
{
    mc_buf_addz(out, "\"enum\": [");
    for (const struct mc_choice *c = choices; c->name; c++)
        mc_buf_addf(out, "%s\"%s\"", c == choices ? "" : ", ", c->name);
    mc_buf_addz(out, ", null]");
}

static void add_properties(const struct mc_key *table, unsigned indent, struct mc_buf *out)
{
    bool first = true;

    line(out, indent);
    mc_buf_addz(out, "\"properties\": {");
    for (const struct mc_key *k = table; k->name; k++) {
        if (k->type == MC_KEY_FOREIGN || k->alias)
            continue;
        if (!first)
            mc_buf_addc(out, ',');
        first = false;
        line(out, indent + 2);
        mc_jstr_quote(mc_str_of(k->name), out);
        mc_buf_addz(out, ": ");
        add_schema(k, indent + 2, out);
    }
    line(out, indent);
    mc_buf_addc(out, '}');
}

static void add_type(const struct mc_key *key, unsigned indent, struct mc_buf *out)
{
#define STRINGS "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}"
    static const char *const types[MC_KEY_TYPE_MAX] = {
        [MC_KEY_STRING] = "\"type\": [\"string\", \"null\"]",
        [MC_KEY_SCALAR] = "\"type\": [\"string\", \"number\", \"boolean\", \"null\"]",
        [MC_KEY_STRINGS] = "\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"string\"}",
        [MC_KEY_WORDS] = "\"anyOf\": [{\"type\": [\"string\", \"null\"]}, " STRINGS "]",
        [MC_KEY_SOME] = "\"anyOf\": [{\"type\": [\"boolean\", \"null\"]}, " STRINGS "]",
        [MC_KEY_BOOL] = "\"type\": [\"boolean\", \"null\"]",
        [MC_KEY_DURATION] =
            "\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 86400000}, "
            "{\"type\": \"string\", \"pattern\": \"^[0-9]+(ms|s|m|h)$\"}, "
            "{\"type\": \"null\"}]",
        [MC_KEY_OBJECT] = "\"type\": [\"object\", \"null\"],",
        [MC_KEY_MAP] = "\"type\": [\"object\", \"null\"],",
    };
#undef STRINGS

    line(out, indent);
    if (types[key->type])
        mc_buf_addz(out, types[key->type]);
    else if (key->type == MC_KEY_NUMBER)
        mc_buf_addf(out, "\"type\": [\"integer\", \"null\"], \"minimum\": %u, \"maximum\": %u",
                    key->min, key->max);
    else if (key->type != MC_KEY_CHOICE)
        mc_buf_addz(out, "\"$comment\": \"any value\"");
    if (key->type == MC_KEY_CHOICE)
        add_choices(key->choices, out);
    if (key->type == MC_KEY_OBJECT)
        add_properties(key->keys, indent, out);
    if (key->type == MC_KEY_MAP) {
        line(out, indent);
        mc_buf_addz(out, "\"additionalProperties\": ");
        add_schema(key->keys, indent, out);
    }
}

static void add_schema(const struct mc_key *key, unsigned indent, struct mc_buf *out)
{
    mc_buf_addc(out, '{');
    add_text("description", key->help, indent + 2, out);
    if (key->otherwise) {
        line(out, indent + 2);
        mc_buf_addf(out, "\"default\": %s,", key->otherwise);
    }
    add_type(key, indent + 2, out);
    line(out, indent);
    mc_buf_addc(out, '}');
}

void mc_schema_json(struct mc_buf *out)
{
    mc_buf_addz(out, "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                     "  \"title\": \"mcpctl.json\",");
    add_text("description", mc_key_file.help, 2, out);
    add_type(&mc_key_file, 2, out);
    mc_buf_addz(out, "\n}\n");
}
