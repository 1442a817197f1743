/* differ: random but valid messages of every kind, through the hub and directly to the server. Where the protocol lets nothing change, the bytes are the same.
 *
 *     differ PORT SEED FIRST COUNT MIRROR FOLDER
 *
 * FOLDER has what the hub's two mirrors got: old.record, new.record. Exchange n is a function of SEED and n alone: FIRST repeats one of them. */
#include "tests/diff/talk.h"
#include "tests/diff/wire.h"

#include "base/alloc.h"
#include "json/scan.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>

#define CLIENT_INFO "{\"name\":\"differ\", \"version\":\"1\",\"x\":[1e400,\"\\ud800\"]}"
#define DIRECT_LISTEN "\"d\""
#define CAPABILITIES "{\"sampling\":{},\"elicitation\":{\"form\":{}},\"roots\":{}}"

/* A client at an endpoint, with one of the two servers behind it. */
static struct place {
    struct score score;
    enum era client, server;
    const char *path, *prefix;
    struct wire *calls, *replies, *news;
    char listen[32];   /* id of a modern client's subscriptions/listen, raw */
    char session[256]; /* headers of a legacy client */
} places[GEN_PLACES] = {
    {{.label = "legacy client, legacy server, merged"},
     LEGACY,
     LEGACY,
     "/mcp",
     "old__",
     .calls = NULL},
    {{.label = "legacy client, legacy server, single"},
     LEGACY,
     LEGACY,
     "/s/old/mcp",
     "",
     .calls = NULL},
    {{.label = "modern client, modern server, merged"},
     MODERN,
     MODERN,
     "/mcp",
     "new__",
     .calls = NULL},
    {{.label = "modern client, modern server, single"},
     MODERN,
     MODERN,
     "/s/new/mcp",
     "",
     .calls = NULL},
    {{.label = "modern client, legacy server, merged"},
     MODERN,
     LEGACY,
     "/mcp",
     "old__",
     .calls = NULL},
    {{.label = "modern client, legacy server, single"},
     MODERN,
     LEGACY,
     "/s/old/mcp",
     "",
     .calls = NULL},
    {{.label = "legacy client, modern server, merged"},
     LEGACY,
     MODERN,
     "/mcp",
     "new__",
     .calls = NULL},
    {{.label = "legacy client, modern server, single"},
     LEGACY,
     MODERN,
     "/s/new/mcp",
     "",
     .calls = NULL},
};

static struct record records[2], direct_records[2]; /* by era of the server */
static struct pipes *direct[2];
static struct place *now;

/* ---- directly ---- */

/* What the server says to itself alone is what gen.h says; what it got is what was sent. */
static void run_direct(const struct plan *p)
{
    struct pipes *io = direct[p->server];
    struct record *got = &direct_records[p->server];
    struct request q = {.era = p->server, .prefix = "", .client_info = CLIENT_INFO, .direct = true};
    struct msg want = {0};
    struct talk t;
    struct mc_str line;

    talk_begin(&t, p, q);
    pipes_send(io, mc_buf_str(&t.request.b));
    for (unsigned i = 0; i < p->notes; i++) {
        gen_note(p, i, mc_buf_str(&t.token), &want);
        check_bytes(mc_buf_str(&want.b), pipes_next(io), "directly, a notification");
    }
    for (unsigned i = 0; i < p->asks && p->server == LEGACY; i++) {
        struct mc_buf id = MC_BUF_INIT(4096);
        gen_question(p, i, &want);
        check_bytes(mc_buf_str(&want.b), pipes_next(io), "directly, a question");
        gen_question_id(p, i, &id);
        talk_respond(&t, i, mc_buf_str(&id));
        pipes_send(io, mc_buf_str(&t.responses[i].b));
        mc_buf_done(&id);
    }
    if (p->asks && p->server == MODERN) {
        gen_interim(p, mc_buf_str(&t.id), &want);
        line = pipes_next(io);
        check_bytes(mc_buf_str(&want.b), line, "directly, an interim result");
        talk_retry(&t, mc_jget(mc_jval_of(line), "result"));
        pipes_send(io, mc_buf_str(&t.retry.b));
    }
    if (p->news) {
        gen_news(p, p->server == MODERN ? MC_STR(DIRECT_LISTEN) : MC_STR_NONE, &want);
        check_bytes(mc_buf_str(&want.b), pipes_next(io), "directly, an update");
    }
    gen_answer(p, mc_buf_str(&t.id), &want);
    check_bytes(mc_buf_str(&want.b), pipes_next(io), "directly, the answer");
    check_bytes(mc_buf_str(&t.request.b), record_next(got), "directly, the request");
    for (unsigned i = 0; i < p->asks && p->server == LEGACY; i++)
        check_bytes(mc_buf_str(&t.responses[i].b), record_next(got),
                    "directly, an answer to the server");
    if (t.retried)
        check_bytes(mc_buf_str(&t.retry.b), record_next(got), "directly, a retry");
    msg_done(&want);
    talk_end(&t);
}

/* ---- through the hub: what the client gets ---- */

static void post(struct wire *w, struct talk *t, const struct msg *m)
{
    struct mc_buf headers = MC_BUF_INIT(8192), subject = MC_BUF_INIT(4096);

    gen_subject(&t->p, now->prefix, &subject);
    if (now->client == LEGACY)
        mc_buf_addz(&headers, now->session);
    else
        mc_buf_addf(&headers, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: %s\r\n%s%s%s",
                    gen_method(t->p.kind), subject.len ? "Mcp-Name: " : "",
                    subject.len ? subject.data : "", subject.len ? "\r\n" : "");
    wire_post(w, now->path, headers.data, mc_buf_str(&m->b));
    mc_buf_done(&headers);
    mc_buf_done(&subject);
    score->messages++;
}

static void on_note(struct talk *t, struct mc_str got)
{
    struct match k = {0};
    struct msg want = {0};

    gen_note(&t->p, t->notes++, mc_buf_str(&t->token), &want);
    check(&k, &want, got, "a notification");
    msg_done(&want);
}

/* Method and parameters, where they are passed on in another message. */
static void check_question(const struct talk *t, unsigned i, struct mc_jval got)
{
    struct mc_buf params = MC_BUF_INIT(GEN_MESSAGE_MAX);

    gen_question_params(&t->p, i, &params);
    verdict(mc_jstr_eq(mc_jget(got, "method").s, mc_str_of(gen_question_method(&t->p, i))),
            "a question", "its method");
    check_bytes(mc_buf_str(&params), mc_jget(got, "params").s, "a question");
    mc_buf_done(&params);
}

static void on_question(struct talk *t, struct mc_str got)
{
    struct match k = {.open = 1u << HOLE_ID};
    struct msg want = {0};
    unsigned i = t->asks++;
    struct mc_jval v = mc_jval_of(got);

    if (i >= t->p.asks) {
        verdict(false, "a question", "that nobody asked");
        return;
    }
    if (now->server == LEGACY) {
        gen_question(&t->p, i, &want);
        check(&k, &want, got, "a question");
    } else {
        check_question(t, i, v);
    }
    talk_respond(t, i, mc_jget(v, "id").s);
    post(now->replies, t, &t->responses[i]);
    verdict(now->replies->status == 202, "an answer to the server", "is not taken with 202");
    msg_done(&want);
}

static void on_interim(struct talk *t, struct mc_str got)
{
    struct mc_jval result = mc_jget(mc_jval_of(got), "result");
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval val;
    struct match k = {0};
    struct msg want = {0};
    unsigned i = 0;

    if (now->server == MODERN) {
        gen_interim(&t->p, mc_buf_str(&t->id), &want);
        check(&k, &want, got, "an interim result");
    } else if (mc_jiter_init(&it, mc_jget(result, "inputRequests"))) {
        for (; mc_jiter_next(&it, &key, &val) && i < t->p.asks; i++)
            check_question(t, i, val);
        verdict(i == t->p.asks, "an interim result", "a question is lost");
    } else {
        verdict(false, "an interim result", "asks nothing");
    }
    talk_retry(t, result);
    if (wire_next(now->calls, &key))
        verdict(false, "an interim result", "is not the last of its answer");
    post(now->calls, t, &t->retry);
    msg_done(&want);
}

static void on_answer(struct talk *t, struct mc_str got)
{
    struct match k = {.to = now->client, .cacheable = t->p.kind == READ};
    struct msg want = {0};

    if (now->client != now->server && now->client == MODERN &&
        mc_jget(mc_jval_of(got), "result").type != MC_JSON_NONE)
        k.open = 1u << HOLE_RESULT;
    else if (now->client != now->server)
        k.open = 1u << HOLE_STRUCTURED;
    gen_answer(&t->p, mc_buf_str(&t->id), &want);
    check(&k, &want, got, "the answer");
    msg_done(&want);
    t->answered = true;
}

/* What a subscriber is told of its resource: with its own listen's id, or with none. */
static void check_news(struct talk *t)
{
    struct mc_str got, id = now->client == MODERN ? mc_str_of(now->listen) : MC_STR_NONE;
    bool crossing = now->client != now->server;
    struct match k = {.to = now->client, .open = crossing ? 1u << HOLE_RESULT : 0};
    struct msg want = {0};

    if (!wire_next(now->news, &got)) {
        verdict(false, "an update", "does not come");
        return;
    }
    score->messages++;
    gen_news(&t->p,
             crossing && now->server == MODERN ? MC_STR("1")
             : crossing                        ? MC_STR_NONE
                                               : id,
             &want);
    check(&k, &want, got, "an update");
    check_bytes(id, mc_jpath(mc_jval_of(got), "params", "_meta", GEN_IO "subscriptionId", NULL).s,
                "the subscription of an update");
    msg_done(&want);
}

static void on_message(struct talk *t, struct mc_str got)
{
    struct mc_jval v = mc_jval_of(got);
    bool method = mc_jget(v, "method").type != MC_JSON_NONE;

    score->messages++;
    if (method && mc_jget(v, "id").type == MC_JSON_NONE)
        on_note(t, got);
    else if (method)
        on_question(t, got);
    else if (t->p.asks > 0 && now->client == MODERN && !t->retried)
        on_interim(t, got);
    else
        on_answer(t, got);
}

/* ---- through the hub: what the server got ---- */

static struct match to_server(const struct talk *t)
{
    return (struct match){.open = 1u << HOLE_ID | 1u << HOLE_NAME | 1u << HOLE_TOKEN |
                                  1u << HOLE_META | 1u << HOLE_NO_META,
                          .name = t->p.kind == TOOL ? "say" : "tell",
                          .client_info = CLIENT_INFO,
                          .to = now->server};
}

/* The client's answer to question i, as the legacy server's request gets it. */
static void check_response(struct talk *t, unsigned i, struct mc_str got)
{
    struct mc_buf id = MC_BUF_INIT(4096), whole = MC_BUF_INIT(GEN_MESSAGE_MAX);
    struct match k = {.open = 1u << HOLE_ID};

    gen_question_id(&t->p, i, &id);
    if (now->client == LEGACY) {
        k.id = mc_buf_str(&id);
        check(&k, &t->responses[i], got, "an answer to the server");
    } else {
        mc_buf_addf(&whole, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":", id.data);
        gen_response(&t->p, i, &whole);
        mc_buf_addc(&whole, '}');
        check_bytes(mc_buf_str(&whole), got, "an answer to the server");
    }
    mc_buf_done(&id);
    mc_buf_done(&whole);
}

/* The hub's own retry for a legacy client: the answers and the state as they were given. */
static void check_retry(struct talk *t, struct mc_str got)
{
    struct mc_jval params = mc_jget(mc_jval_of(got), "params"),
                   given = mc_jget(params, "inputResponses"), val;
    struct mc_jval sent = mc_jget(mc_jval_of(mc_buf_str(&t->request.b)), "params");
    struct mc_buf state = MC_BUF_INIT(GEN_MESSAGE_MAX);
    struct mc_jiter it;
    struct mc_str key;
    unsigned i = 0;

    gen_state(&t->p, &state);
    check_bytes(mc_buf_str(&state), mc_jget(params, "requestState").s, "the state of a retry");
    check_bytes(mc_jget(sent, "arguments").s, mc_jget(params, "arguments").s,
                "the arguments of a retry");
    for (bool any = mc_jiter_init(&it, given);
         any && mc_jiter_next(&it, &key, &val) && i < t->p.asks; i++) {
        struct mc_buf want_key = MC_BUF_INIT(4096), want = MC_BUF_INIT(GEN_MESSAGE_MAX);
        gen_question_key(&t->p, i, &want_key);
        gen_response(&t->p, i, &want);
        check_bytes(mc_buf_str(&want_key), key, "the key of an answer");
        check_bytes(mc_buf_str(&want), val.s, "an answer to the server");
        mc_buf_done(&want_key);
        mc_buf_done(&want);
    }
    verdict(i == t->p.asks, "a retry", "an answer is lost");
    mc_buf_done(&state);
}

static void check_server(struct talk *t)
{
    struct record *got = &records[now->server];
    struct match k = to_server(t);

    check(&k, &t->request, record_next(got), "the request");
    for (unsigned i = 0; i < t->p.asks && now->server == LEGACY; i++)
        check_response(t, i, record_next(got));
    if (t->p.asks && now->server == MODERN && now->client == MODERN)
        check(&k, &t->retry, record_next(got), "a retry");
    else if (t->p.asks && now->server == MODERN)
        check_retry(t, record_next(got));
    struct mc_str more = record_next(got);
    if (more.n > 0)
        verdict(false, "the server", "got more than was sent");
    while (more.n > 0)
        more = record_next(got);
}

static void run_exchange(struct place *place, uint64_t seed, uint64_t n)
{
    struct plan p = plan_of(seed, n, place->server);
    struct request q = {.era = place->client, .prefix = place->prefix, .client_info = CLIENT_INFO};
    struct mc_str message;
    struct talk t;

    now = place;
    score = &place->score;
    exchange_no = n;
    place->score.exchanges++;
    run_direct(&p);
    talk_begin(&t, &p, q);
    post(place->calls, &t, &t.request);
    while (wire_next(place->calls, &message))
        on_message(&t, message);
    verdict(t.answered && t.notes == p.notes, "the client",
            t.answered ? "a notification is lost" : "got no answer");
    check_server(&t);
    if (p.news)
        check_news(&t);
    talk_end(&t);
}

/* ---- the run ---- */

static void post_own(struct wire *w, const struct place *at, const char *headers,
                     const char *format, const char *uri)
{
    struct mc_buf body = MC_BUF_INIT(4096);

    mc_buf_addf(&body, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s\"%s\"", at->listen, format, uri);
    mc_buf_addz(&body, at->client == MODERN ? "]},\"_meta\":{\"" GEN_IO
                                              "protocolVersion\":\"2026-07-28\",\"" GEN_IO
                                              "clientCapabilities\":{}}}}"
                                            : "}}");
    wire_post(w, at->path, headers, mc_buf_str(&body));
    mc_buf_done(&body);
}

/* Each place has a resource of its own, and is told when it changes. */
static void open_news(struct place *at, unsigned index, unsigned port)
{
    struct plan p = {.n = index, .server = at->server};
    struct mc_buf uri = MC_BUF_INIT(4096);
    struct mc_str first;

    gen_news_uri(&p, &uri);
    snprintf(at->listen, sizeof(at->listen), index % 4 < 2 ? "%u" : "\"\\u006c %u\"", index + 100);
    at->news = wire_open(port);
    if (at->client == MODERN) {
        post_own(at->news, at,
                 "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\n",
                 "\"method\":\"subscriptions/"
                 "listen\",\"params\":{\"notifications\":{\"resourceSubscriptions\":[",
                 uri.data);
        wire_next(at->news, &first); /* the acknowledgement */
    } else {
        post_own(at->calls, at, at->session,
                 "\"method\":\"resources/subscribe\",\"params\":{\"uri\":", uri.data);
        while (wire_next(at->calls, &first))
            continue;
        wire_get(at->news, at->path, at->session);
    }
    mc_buf_done(&uri);
}

static void open_place(struct place *at, unsigned port)
{
    static const char *const messages[] = {
        ("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
         "\"2025-11-25\",\"capabilities\":" CAPABILITIES ",\"clientInfo\":" CLIENT_INFO "}}"),
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"logging/"
         "setLevel\",\"params\":{\"level\":\"debug\"}}")};
    struct mc_str ignored;

    at->calls = wire_open(port);
    at->replies = wire_open(port);
    for (size_t i = 0; i < MC_ARRAY_LEN(messages) && at->client == LEGACY; i++) {
        wire_post(at->calls, at->path, at->session, mc_str_of(messages[i]));
        if (i == 0)
            snprintf(at->session, sizeof(at->session),
                     "Mcp-Session-Id: %s\r\nMCP-Protocol-Version: 2025-11-25\r\n",
                     at->calls->session);
        while (wire_next(at->calls, &ignored))
            continue;
    }
}

static void open_direct(enum era era, const char *seed, char *mirror, const char *folder)
{
    static const char *const names[] = {"direct-old.record", "direct-new.record"};
    struct mc_buf path = MC_BUF_INIT(4096);

    record_open(&direct_records[era], folder, names[era]);
    mc_buf_addf(&path, "%s/%s", folder, names[era]);
    char *argv[] = {mirror, (char *)(era == MODERN ? "modern" : "legacy"), (char *)seed, path.data,
                    NULL};
    direct[era] = pipes_open(argv);
    if (era == MODERN) {
        pipes_send(direct[era], MC_STR("{\"jsonrpc\":\"2.0\",\"id\":" DIRECT_LISTEN
                                       ",\"method\":\"subscriptions/listen\","
                                       "\"params\":{\"notifications\":{}}}"));
        pipes_next(direct[era]);
    }
    mc_buf_done(&path);
}

static void close_all(void)
{
    for (size_t i = 0; i < GEN_PLACES; i++) {
        wire_close(places[i].calls);
        wire_close(places[i].replies);
        wire_close(places[i].news);
    }
    for (int era = LEGACY; era <= MODERN; era++) {
        pipes_close(direct[era]);
        mc_buf_done(&records[era].in);
        mc_buf_done(&direct_records[era].in);
    }
}

int main(int argc, char **argv)
{
    if (argc != 7)
        die("usage: differ PORT SEED FIRST COUNT MIRROR FOLDER");
    uint64_t seed = strtoull(argv[2], NULL, 10), first = strtoull(argv[3], NULL, 10),
             count = strtoull(argv[4], NULL, 10);
    printf("# seed %s\n", argv[2]);
    record_open(&records[LEGACY], argv[6], "old.record");
    record_open(&records[MODERN], argv[6], "new.record");
    open_direct(LEGACY, argv[2], argv[5], argv[6]);
    open_direct(MODERN, argv[2], argv[5], argv[6]);
    for (size_t i = 0; i < GEN_PLACES; i++)
        open_place(&places[i], (unsigned)strtoul(argv[1], NULL, 10));
    for (unsigned i = 0; i < GEN_PLACES; i++)
        open_news(&places[i], i, (unsigned)strtoul(argv[1], NULL, 10));
    for (uint64_t n = first; n < first + count; n++)
        run_exchange(&places[n % GEN_PLACES], seed, n);
    for (size_t i = 0; i < GEN_PLACES; i++)
        if (places[i].score.exchanges > 0)
            ok(places[i].score.bad == 0, "%s: %lu exchanges, %lu messages, %lu differences",
               places[i].score.label, places[i].score.exchanges, places[i].score.messages,
               places[i].score.bad);
    close_all();
    done_testing();
}
