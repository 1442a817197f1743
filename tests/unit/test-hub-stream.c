/* hub/stream: what is kept for a client that lost its connection, how much, for how long, and what it gets when it comes back. */
#include "tests/unit/hub-fixture.h"

static struct view *v;
static struct session *s;

static void write_n(struct stream *st, unsigned from, unsigned n)
{
    char text[32];
    for (unsigned i = from; i < from + n; i++) {
        int len = snprintf(text, sizeof(text), "{\"n\":%u}", i);
        stream_write(st, (struct mc_str){text, (size_t)len});
    }
}

/* The events that w got: their number; *first the data of the first. */
static unsigned events(struct web *w, unsigned *first)
{
    unsigned n = 0;
    for (const char *p = web_got(w); (p = strstr(p, "data: {\"n\":")); p++)
        if (n++ == 0 && first)
            *first = (unsigned)strtoul(p + 11, NULL, 10);
    return n;
}

static struct web *resume(const char *id)
{
    struct web *w = web_new();
    return stream_resume(s, mc_str_of(id), req_of(w)) ? w : NULL;
}

static void test_resume(void)
{
    struct web *w = web_new();
    struct stream *st = stream_open(s, req_of(w), true);
    char id[32];

    is_str(web_got(w), "id: 0-0\nretry: 1000\ndata:\n\n",
           "a stream of 2025-11-25 begins with an id");
    mc_buf_clear(&w->got);
    write_n(st, 1, 2);
    is_str(web_got(w), "id: 0-1\ndata: {\"n\":1}\n\nid: 0-2\ndata: {\"n\":2}\n\n",
           "and has one per event");
    web_gone(w);
    write_n(st, 3, 2);
    is_int(events(w, NULL), 2, "who is away gets nothing");
    w = resume("0-1");
    is_str(web_got(w),
           "id: 0-2\ndata: {\"n\":2}\n\nid: 0-3\ndata: {\"n\":3}\n\nid: 0-4\ndata: {\"n\":4}\n\n",
           "who comes back gets what was missed, under the same ids");
    write_n(st, 5, 1);
    is_int(events(w, NULL), 4, "and goes on there");
    struct web *again = resume("0-5");
    ok(w->ended && events(again, NULL) == 0, "a connection that is dead and not noticed gives way");
    for (const char *const *bad =
             (const char *const[]){"", "-", "0", "0-", "-0", "1-0", "0-x", "4294967296-0",
                                   "0-4294967296", "0-1-1", NULL};
         *bad; bad++)
        ok(!resume(*bad), "\"%s\" is no id of this session", *bad);
    write_n(st, 6, 1);
    stream_finish(st);
    ok(again->ended, "a stream that is finished ends");
    w = resume("0-5");
    ok(events(w, NULL) == 1 && w->ended, "the rest of it can still be had");
    snprintf(id, sizeof(id), "%u-0", st->no + 1);
    ok(!resume(id), "one that never was cannot");
    is_int(s->n_streams, 1, "it is kept");
    wire.now += HUB_REPLAY_MS;
    stream_sweep(s, wire.now, false);
    is_int(s->n_streams, 1, "for so long");
    stream_sweep(s, wire.now + 1, false);
    is_int(s->n_streams, 0, "and no longer");
}

static void test_bounds(void)
{
    struct stream *st = stream_open(s, req_of(web_new()), true);
    char id[32];
    unsigned first = 0;

    snprintf(id, sizeof(id), "%u-0", st->no);
    write_n(st, 1, HUB_REPLAY_EVENTS_MAX + 10);
    struct web *w = resume(id);
    is_int(events(w, &first), HUB_REPLAY_EVENTS_MAX, "so many events are kept");
    is_int(first, 11, "the newest");

    char *big = mc_malloc(HUB_REPLAY_BYTES_MAX + 1);
    memset(big, 'x', HUB_REPLAY_BYTES_MAX + 1);
    stream_write(st, (struct mc_str){big, HUB_REPLAY_BYTES_MAX / 2 + 1});
    is_int(st->n_kept, HUB_REPLAY_EVENTS_MAX, "a large one beside small ones");
    stream_write(st, (struct mc_str){big, HUB_REPLAY_BYTES_MAX / 2});
    is_int(st->n_kept, 1, "two that are too much together: the older goes, with all before it");
    is_int(st->kept_bytes, HUB_REPLAY_BYTES_MAX / 2, "what is kept is counted");
    mc_buf_clear(&w->got);
    stream_write(st, (struct mc_str){big, HUB_REPLAY_BYTES_MAX + 1});
    ok(w->got.len > HUB_REPLAY_BYTES_MAX && st->n_kept == 1,
       "one that is larger than all is sent, not kept");
    mc_free(big);
    stream_free(st);
    ok(w->ended, "a stream that is dropped ends its response");
}

static void test_room(void)
{
    struct web *w[HUB_STREAMS_MAX];
    for (unsigned i = 0; i < HUB_STREAMS_MAX; i++)
        stream_open(s, req_of(w[i] = web_new()), true);
    ok(!stream_room(s), "so many streams are open");
    web_gone(w[5]);
    ok(stream_room(s), "one whose client is away gives way");
    is_int(s->n_streams, HUB_STREAMS_MAX - 1, "and only that");
    ok(!w[4]->ended && !w[6]->ended, "not those that are listened to");
    link_each(l, &s->streams) stream_free(link_entry(l, struct stream, link));
    is_int(s->n_streams, 0, "all are gone");
}

/* One message goes to one stream. */
static void test_push(void)
{
    struct web *one = web_new(), *two = web_new();
    session_push(s, MC_STR("{\"n\":0}"));
    stream_open(s, req_of(one), true);
    stream_open(s, req_of(two), true);
    session_push(s, MC_STR("{\"n\":1}"));
    is_int(events(one, NULL) + events(two, NULL), 1, "a message goes to one of two streams");
    is_int(events(two, NULL), 1, "the newer");
    web_gone(two);
    session_push(s, MC_STR("{\"n\":2}"));
    is_int(events(one, NULL), 1, "when its client is away, to the other");
    web_gone(one);
    session_push(s, MC_STR("{\"n\":3}"));
    unsigned kept = 0;
    link_each(l, &s->streams) kept += link_entry(l, struct stream, link)->n_kept;
    is_int(kept, 3, "with nobody there it waits for who comes back");
}

static void test_older(void)
{
    struct session *old = session_as(v, &me, "2025-06-18", "{}");
    struct web *w = web_new();
    struct stream *st = stream_open(old, req_of(w), true);
    is_str(web_got(w), "", "an older client gets no event without data: it would parse it");
    write_n(st, 1, 1);
    stream_sweep(old, wire.now, true);
    ok(web_has(w, "id: 0-1\n") && web_has(w, ": keep-alive\n\n"), "but ids, and signs of life");
    session_free(old);
    ok(w->ended, "streams end with their session");
}

int main(void)
{
    hub_begin();
    v = view_get(workspace_of("/w/one", "\"s\":{\"command\":\"s\"}"), NULL);
    s = session_as(v, &me, "2025-11-25", "{}");
    test_resume();
    test_bounds();
    test_room();
    test_push();
    test_older();
    hub_over();
    return done_testing();
}
