/* The keys of config files: one table for each kind of object, from which reading, validation, "did you mean" and later the schema
 * and the man page come. A key that only other programs use is in the table too, as MC_KEY_FOREIGN, so that nobody is told that it
 * is wrong. */
#ifndef MC_CONFIG_KEYS_H
#define MC_CONFIG_KEYS_H

#include "base/fwd.h"
#include "base/str.h"
#include "json/scan.h"

enum mc_key_type {
    MC_KEY_FOREIGN,  /* known, not used by the hub */
    MC_KEY_STRING,   /* char * */
    MC_KEY_STRINGS,  /* struct mc_strv */
    MC_KEY_ENV,      /* struct mc_kv *, size_t: names to strings, numbers, booleans or null */
    MC_KEY_HEADERS,  /* struct mc_kv *, size_t: names to strings */
    MC_KEY_BOOL,     /* bool: set by true */
    MC_KEY_NOT_BOOL, /* bool: set by false */
    MC_KEY_CHOICE,   /* unsigned or an enum: one of `choices` */
    MC_KEY_NUMBER,   /* unsigned: from `min` to `max` */
    MC_KEY_DURATION, /* unsigned, milliseconds: a number, or text such as "30s" */
    MC_KEY_OBJECT,   /* another table, `keys`, into the same struct */
    MC_KEY_SERVERS,  /* the map of servers */
    MC_KEY_TYPE_MAX
};

struct mc_choice {
    const char *name;
    unsigned value;
    bool alias; /* accepted, not named in messages */
};

struct mc_key {
    const char *name;
    enum mc_key_type type;
    size_t offset; /* where the value goes in struct mc_server_spec or struct mc_config */
    size_t count_offset; /* MC_KEY_ENV, MC_KEY_HEADERS: where the number of pairs goes */
    const struct mc_choice *choices; /* ends with a NULL name */
    const struct mc_key *keys;       /* ends with a NULL name */
    unsigned min, max;
    enum mc_json_type elsewhere; /* in other programs' files a value of this type means something else: passed over */
    bool own;  /* only in mcpctl's own files */
    bool user; /* only in the user's own file: it opens the hub to others, which is not for a repo to say */
    const char *otherwise; /* the default, as JSON */
    const char *help;
};

/* Each ends with a NULL name. */
extern const struct mc_key mc_keys_root[];
extern const struct mc_key mc_keys_server[];

const struct mc_key *mc_key_find(const struct mc_key *table, const char *name);
/* The name that was probably meant, or NULL. */
const char *mc_key_nearest(const struct mc_key *table, const char *name);
const struct mc_choice *mc_choice_find(const struct mc_choice *choices, const char *name);
const char *mc_choice_nearest(const struct mc_choice *choices, const char *name);
/* Names that people use for comments in JSON ("_note", "$schema", "//"): never warned about. */
bool mc_key_is_comment(const char *name);

#endif
