/* The keys of config files: one table for each kind of object. Reading, validation, "did you mean", the JSON schema and the list
 * in mcpctl.json(5) come from it. A key that only other programs use is in it too, as MC_KEY_FOREIGN, so that nobody is told that
 * it is wrong. */
#ifndef MC_CONFIG_KEYS_H
#define MC_CONFIG_KEYS_H

#include "base/fwd.h"
#include "base/str.h"
#include "config/layers.h"
#include "json/scan.h"

enum mc_key_type {
    MC_KEY_FOREIGN,  /* known, not used by the hub */
    MC_KEY_ANY,      /* kept as it is written */
    MC_KEY_STRING,   /* char * */
    MC_KEY_SCALAR,   /* char *: a string, or a number or boolean as it is written */
    MC_KEY_STRINGS,  /* struct mc_strv */
    MC_KEY_WORDS,    /* struct mc_strv: one string, or several */
    MC_KEY_SOME,     /* struct mc_strv: several, or true for all of them, which is "*" */
    MC_KEY_BOOL,     /* bool */
    MC_KEY_NOT_BOOL, /* bool, the other way round */
    MC_KEY_CHOICE,   /* unsigned or an enum: one of `choices` */
    MC_KEY_NUMBER,   /* unsigned: from `min` to `max` */
    MC_KEY_DURATION, /* unsigned, milliseconds: a number, or text such as "30s" */
    MC_KEY_OBJECT,   /* another table, `keys`, into the same struct */
    MC_KEY_MAP,      /* names to values like `keys[0]`; struct mc_kv * and size_t, a duration as its milliseconds in digits */
    MC_KEY_TYPE_MAX
};

/* What it takes to bring a changed value into force. */
enum mc_reload {
    MC_RELOAD_LIVE,    /* nothing but the new value */
    MC_RELOAD_VIEW,    /* lists are made anew, and clients told */
    MC_RELOAD_PROCESS, /* a new process takes the place of the old one */
    MC_RELOAD_HUB,     /* the hub starts anew */
};

struct mc_choice {
    const char *name;
    unsigned value;
    bool alias; /* accepted, not named in messages */
};

struct mc_key {
    const char *name;
    enum mc_key_type type;
    size_t offset;       /* where the value goes in struct mc_server_spec or struct mc_config */
    size_t count_offset; /* MC_KEY_MAP: where the number of pairs goes */
    const struct mc_choice *choices; /* ends with a NULL name */
    const struct mc_key *keys;       /* ends with a NULL name */
    unsigned min, max;
    unsigned layers;           /* that may set it, as bits; 0: all */
    enum mc_reload reload;
    bool launch;     /* what runs, or whom it talks to: an entry of another program's file gives all of these, or leaves them out */
    bool nullable;   /* null is a value, and does not remove */
    const char *alias; /* the key it is another name of, "tools.deny" */
    enum mc_json_type elsewhere;  /* in other programs' files a value of this type means something else: */
    const char *elsewhere_alias;  /* this key; NULL: it is passed over */
    const char *(*name_complaint)(const char *name);  /* MC_KEY_MAP: what is wrong with a member's name, NULL: nothing */
    char *(*complaint)(const char *text);             /* of a string; caller frees */
    const char *otherwise; /* the default, as JSON */
    const char *later;     /* what it waits for before it has an effect; NULL: it has one */
    const char *help;
};

/* Each ends with a NULL name. */
extern const struct mc_key mc_keys_root[];
extern const struct mc_key mc_keys_server[];
/* The whole of a file: an object of mc_keys_root. */
extern const struct mc_key mc_key_file;

const struct mc_key *mc_key_find(const struct mc_key *table, const char *name);
/* The key of a member of an object or map; NULL when there is none. */
const struct mc_key *mc_key_member(const struct mc_key *container, const char *name);
/* The key at a path ("servers", "github", "timeout", "call"), NULL when the schema has none there. */
const struct mc_key *mc_key_at(const struct mc_strv *path);
bool mc_key_is_container(const struct mc_key *key);
/* The name that was probably meant, or NULL. */
const char *mc_key_nearest(const struct mc_key *table, const char *name);
const struct mc_choice *mc_choice_find(const struct mc_choice *choices, const char *name);
const char *mc_choice_nearest(const struct mc_choice *choices, const char *name);
/* Names that people use for comments in JSON ("_note", "$schema", "//"): never warned about. */
bool mc_key_is_comment(const char *name);
/* "a string", "true or false": what a value of it is, in words. Caller frees. */
char *mc_key_expected(const struct mc_key *key);

/* What a person typed for a value, as JSON: JSON that fits is taken as it is, other text becomes a string where the key takes one. */
int mc_key_json(const struct mc_key *key, const char *text, struct mc_buf *out, struct mc_err *err);

#endif
