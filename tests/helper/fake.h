/* The scriptable MCP stdio server that tests talk to: correct MCP of every revision, and every misbehaviour on request.
 * Its options are the table in fakeserver.c; `fakeserver --help` prints them. Base and json only. */
#ifndef MC_TESTS_FAKE_H
#define MC_TESTS_FAKE_H

#include "base/buf.h"
#include "base/fwd.h"
#include "base/str.h"
#include "json/scan.h"

#include <sys/types.h>

#define FAKE_FORKS_MAX 64
#define FAKE_LINE_MAX (256u << 20)

enum fake_era { FAKE_LEGACY, FAKE_MODERN, FAKE_DUAL };
enum fake_ask { ASK_NONE, ASK_SAMPLING, ASK_FORM, ASK_URL, ASK_ROOTS };

struct fake_options {
    enum fake_era era;
    enum fake_ask ask;
    const char *name, *version, *stderr_text, *gate;
    long tools, slow, big, pages, progress, log, forks, exit_at_once, exit_after;
    bool silent, no_initialize_answer, probe_exit, probe_mute;
    bool garbage, split, wrong_id, answer_twice, exit_mid_call;
    bool ignore_term, never_read, flood_stderr, trace;
    bool roots_at_start, list_changed, resources, subscribe, prompts, echo, input, hang_up;
};

/* What the client said that it can do: in initialize, or in each modern request. */
struct fake_caps {
    bool sampling, form, url, roots;
};

struct fake_request {
    struct mc_str line; /* the whole message */
    struct mc_str id;   /* exact bytes */
    struct mc_str method;
    struct mc_jval params, meta;
    bool modern;
    bool delayed; /* --slow or --gate was served */
    struct fake_caps caps;
};

/* A call that waits: for its time, or for the client's answer to our own request. */
struct fake_parked {
    struct fake_parked *next;
    char *line;
    size_t len;
    uint64_t due;   /* 0: waits for an answer */
    unsigned asked; /* number of our request, 0: none */
    bool at_gate;
};

/* An open subscriptions/listen. */
struct fake_listen {
    struct fake_listen *next;
    char *id;
    bool tools;
    struct mc_strv uris;
};

struct fake {
    struct fake_options opt;
    bool initialized, session,
        wedged; /* initialize answered; notifications/initialized came; --probe-mute struck */
    struct fake_caps caps;
    int level;             /* of logging/setLevel */
    bool extra_tool;       /* tool "change" toggles it */
    unsigned long counter; /* content of fake://counter */
    struct mc_strv subscribed;
    struct fake_listen *listens;
    struct fake_parked *parked;
    unsigned gate_open; /* calls that go through without waiting */
    unsigned asked; /* requests of ours so far */
    char *state;    /* the requestState that the next retry has to bring */
    char *roots;    /* the client's answer to --roots-at-start */
    unsigned roots_asked;
    unsigned long answers;
    pid_t forks[FAKE_FORKS_MAX];
    int n_forks;
};

extern struct fake fake;

/* fake-out.c: what goes out. Members are the inside of an object, without braces. */
void fake_line(const struct mc_buf *line);
void fake_result(const struct fake_request *r, const char *members);
void fake_result_cacheable(const struct fake_request *r, const char *members);
void fake_error(const struct fake_request *r, int code, const char *message, const char *data);
void fake_error_without_id(int code, const char *message);
void fake_notify(const char *method, const char *params_members);
void fake_ask(unsigned number, const char *method, const char *params_members);
void fake_big_result(const struct fake_request *r, long bytes);
void fake_flood_stderr(void);
/* "text" as a JSON string, caller frees. */
char *fake_quote(struct mc_str text);

/* fake-rpc.c: what comes in. */
void fake_message(struct mc_str line);
void fake_call_again(struct fake_parked *p); /* takes p */

/* fake-lists.c: tools/list and its like, resources, prompts, completion. */
void fake_list_tools(const struct fake_request *r);
void fake_list_resources(const struct fake_request *r);
void fake_list_templates(const struct fake_request *r);
void fake_read_resource(const struct fake_request *r);
void fake_list_prompts(const struct fake_request *r);
void fake_get_prompt(const struct fake_request *r);
void fake_complete(const struct fake_request *r);

/* fake-tools.c */
struct fake_tool {
    const char *name, *description, *schema;
    bool (*has)(void); /* NULL: always */
    void (*run)(const struct fake_request *r, struct mc_jval args);
};
extern const struct fake_tool fake_tools[];
void fake_call(const struct fake_request *r);
void fake_answer_text(const struct fake_request *r, struct mc_str text, bool is_error);

void fake_answered(struct fake_parked *p,
                   struct mc_jval answer); /* the client's result or error for "ask"; takes p */
void fake_ask_roots_at_start(void);

/* fake-input.c: tools of --input, which a modern server answers with input_required. */
bool fake_has_input(void);
void fake_ask_several(const struct fake_request *r, struct mc_jval args);
void fake_ask_without_state(const struct fake_request *r, struct mc_jval args);
void fake_ask_later(const struct fake_request *r, struct mc_jval args);
void fake_ask_endless(const struct fake_request *r, struct mc_jval args);

/* fake-subs.c: who is told about changes. */
void fake_listen(const struct fake_request *r);
void fake_subscribe(const struct fake_request *r);
void fake_unsubscribe(const struct fake_request *r);
bool fake_listen_cancel(struct mc_str id);
void fake_tools_changed(void);
void fake_counter_changed(void);
void fake_hang_up(void); /* ends every listen */

#endif
