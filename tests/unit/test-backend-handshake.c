/* backend/handshake: which era a server is spoken to in, after everything that it may say or not say. */
#include "tests/unit/backend-fixture.h"

#define LEGACY(version) "\"result\":{\"protocolVersion\":\"" version "\",\"capabilities\":{}}"
#define MODERN "\"result\":{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}"
#define BOTH                                                                                       \
    "\"result\":{\"supportedVersions\":[\"2026-07-28\",\"2025-11-25\"],\"capabilities\":{}}"
#define UNKNOWN "\"error\":{\"code\":-32601,\"message\":\"no such method\"}"
#define STEPS_MAX 12

/* Steps: ">x" the server gets a line with x in it, "." it has got nothing more; "dX" it answers the probe with X, "iX" initialize with X;
 * "~" silence until the timer of the state fires; "D" and "I": the deadline of the probe, of initialize is over; "!" it dies. */
static const struct row {
    const char *what;
    int protocol;
    enum mc_rev cached;
    const char *steps[STEPS_MAX];
    const char *state;
    enum mc_rev rev;
} rows[] = {
    {"a legacy server refuses the probe",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", ".", "d" UNKNOWN, ">\"initialize\"", ".", "i" LEGACY("2025-06-18"),
      ">notifications/initialized", "."},
     "READY",
     MC_REV_2025_06_18},
    {"a modern server answers it",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "d" MODERN, ">subscriptions/listen", "."},
     "READY",
     MC_REV_MODERN_LATEST},
    {"one that has both is spoken to in the modern one",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "d" BOTH, ">subscriptions/listen", "."},
     "READY",
     MC_REV_MODERN_LATEST},
    {"a result without the version is legacy",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover",
      "d\"result\":{\"supportedVersions\":[\"2099-01-01\"],\"capabilities\":{}}",
      ">\"initialize\""},
     "STARTING",
     MC_REV_NONE},
    {"so is one without capabilities",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "d\"result\":{\"supportedVersions\":[\"2026-07-28\"]}",
      ">\"initialize\""},
     "STARTING",
     MC_REV_NONE},
    {"and one whose versions are a string",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "d\"result\":{\"supportedVersions\":\"2026-07-28\",\"capabilities\":{}}",
      ">\"initialize\""},
     "STARTING",
     MC_REV_NONE},
    {"a modern error means modern: there is nothing to fall back to",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover",
      "d\"error\":{\"code\":-32022,\"message\":\"v\",\"data\":{\"supported\":[\"2026-07-28\"]}}",
      "."},
     "FAILED",
     MC_REV_NONE},
    {"so does a header error",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "d\"error\":{\"code\":-32020,\"message\":\"h\"}", "."},
     "FAILED",
     MC_REV_NONE},
    {"and a missing capability",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "d\"error\":{\"code\":-32021,\"message\":\"c\"}", "."},
     "FAILED",
     MC_REV_NONE},
    {"the same code with other versions does not",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover",
      "d\"error\":{\"code\":-32022,\"message\":\"v\",\"data\":{\"supported\":[\"2027-01-01\"]}}",
      ">\"initialize\""},
     "STARTING",
     MC_REV_NONE},
    {"silence: both are asked, the first answer counts",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "~", ">\"initialize\"", ".", "i" LEGACY("2025-11-25"),
      ">notifications/initialized", "."},
     "READY",
     MC_REV_2025_11_25},
    {"silence, then a late answer to the probe: initialize decides",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "~", ">\"initialize\"", "d" MODERN, "."},
     "STARTING",
     MC_REV_NONE},
    {"refused, it is modern: asked once more",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "~", ">\"initialize\"", "d" MODERN, "i" UNKNOWN, ">server/discover",
      "d" MODERN, ">subscriptions/listen"},
     "READY",
     MC_REV_MODERN_LATEST},
    {"accepted, it has both and may be bound: started again",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "~", ">\"initialize\"", "d" BOTH, "i" LEGACY("2025-11-25"), ".", "!",
      ">server/discover", ".", "d" BOTH, ">subscriptions/listen"},
     "READY",
     MC_REV_MODERN_LATEST},
    {"a refusal of initialize waits for the probe's answer",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "~", ">\"initialize\"", "i" UNKNOWN, ".", "d" MODERN,
      ">subscriptions/listen"},
     "READY",
     MC_REV_MODERN_LATEST},
    {"mute after the probe: started again without",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "~", ">\"initialize\"", "~", ".", "!", ">\"initialize\"", ".",
      "i" LEGACY("2024-11-05"), ">notifications/initialized"},
     "READY",
     MC_REV_2024_11_05},
    {"the probe's deadline is over: initialize is still tried",
     MC_PROTOCOL_AUTO,
     MC_REV_NONE,
     {">server/discover", "D", ">notifications/cancelled", ">\"initialize\""},
     "STARTING",
     MC_REV_NONE},
    {"that of initialize is over: it did not start, and initialize is never cancelled",
     MC_PROTOCOL_LEGACY,
     MC_REV_NONE,
     {">\"initialize\"", "I", "."},
     "BACKOFF",
     MC_REV_NONE},
    {"protocol: legacy is not probed",
     MC_PROTOCOL_LEGACY,
     MC_REV_NONE,
     {">\"initialize\"", ".", "i" LEGACY("2025-03-26"), ">notifications/initialized", "."},
     "READY",
     MC_REV_2025_03_26},
    {"a revision that nobody speaks",
     MC_PROTOCOL_LEGACY,
     MC_REV_NONE,
     {">\"initialize\"", "i" LEGACY("2031-01-01"), "."},
     "FAILED",
     MC_REV_NONE},
    {"the modern one is no answer to initialize",
     MC_PROTOCOL_LEGACY,
     MC_REV_NONE,
     {">\"initialize\"", "i" LEGACY("2026-07-28"), "."},
     "FAILED",
     MC_REV_NONE},
    {"no revision at all",
     MC_PROTOCOL_LEGACY,
     MC_REV_NONE,
     {">\"initialize\"", "i\"result\":{}", "."},
     "FAILED",
     MC_REV_NONE},
    {"initialize is refused",
     MC_PROTOCOL_LEGACY,
     MC_REV_NONE,
     {">\"initialize\"", "i" UNKNOWN, "."},
     "FAILED",
     MC_REV_NONE},
    {"a legacy one that is known is not probed",
     MC_PROTOCOL_AUTO,
     MC_REV_2025_06_18,
     {">\"initialize\"", ".", "i" LEGACY("2025-11-25"), ">notifications/initialized", "."},
     "READY",
     MC_REV_2025_11_25},
    {"which has become a modern one meanwhile",
     MC_PROTOCOL_AUTO,
     MC_REV_2025_06_18,
     {">\"initialize\"", "i\"error\":{\"code\":-32021,\"message\":\"h\"}", ">server/discover",
      "d" MODERN, ">subscriptions/listen"},
     "READY",
     MC_REV_MODERN_LATEST},
    {"a modern one that is known is only probed",
     MC_PROTOCOL_AUTO,
     MC_REV_MODERN_LATEST,
     {">server/discover", ".", "d" MODERN, ">subscriptions/listen"},
     "READY",
     MC_REV_MODERN_LATEST},
    {"and is a legacy one if it says so",
     MC_PROTOCOL_AUTO,
     MC_REV_MODERN_LATEST,
     {">server/discover", "d" UNKNOWN, ">\"initialize\"", "i" LEGACY("2025-11-25"),
      ">notifications/initialized"},
     "READY",
     MC_REV_2025_11_25},
};

/* Takes the first line from what was sent. */
static bool next_line(char *out, size_t n)
{
    const char *end = wire.sent.len ? memchr(wire.sent.data, '\n', wire.sent.len) : NULL;
    if (!end)
        return false;
    snprintf(out, n, "%.*s", (int)(end - wire.sent.data), wire.sent.data);
    mc_buf_drop(&wire.sent, (size_t)(end - wire.sent.data) + 1);
    return true;
}

static void overdue(struct mc_backend *b, struct mc_call *c)
{
    c->deadline = mc_loop_now(b->loop);
    wire_fire(b->loop, &b->sweep);
}

static void take(struct mc_backend *b, const struct row *row, const char *step)
{
    char line[4096] = "";
    switch (step[0]) {
    case '>':
        next_line(line, sizeof(line));
        if (!strstr(line, step + 1))
            ok(false, "%s: wanted %s, the server got %s", row->what, step + 1, line);
        break;
    case '.':
        if (next_line(line, sizeof(line)))
            ok(false, "%s: the server got %s", row->what, line);
        break;
    case 'd':
    case 'i':
        wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,%s}",
                  (unsigned long long)(step[0] == 'd' ? b->probe.id : b->init.id), step + 1);
        break;
    case '~':
        wire_fire(b->loop, &b->timer);
        break;
    case 'D':
        overdue(b, &b->probe);
        break;
    case 'I':
        overdue(b, &b->init);
        break;
    case '!':
        wire_exits(0);
        break;
    default:
        MC_ASSERT(!"a step");
    }
}

int main(void)
{
    mc_log_set_level(MC_LOG_ERROR);
    struct mc_loop *loop = mc_loop_new();
    for (size_t i = 0; i < MC_ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        struct mc_backend *b = make(loop, row->protocol, row->cached);
        mc_backend_start(b);
        for (size_t s = 0; s < STEPS_MAX && row->steps[s]; s++)
            take(b, row, row->steps[s]);
        is_str(mc_backend_state_name(b->state), row->state, "%s: %s", row->what, row->state);
        is_str(mc_rev_name(b->rev), mc_rev_name(row->rev), "%s: the revision", row->what);
        finish(b);
    }
    mc_loop_free(loop);
    mc_buf_done(&wire.sent);
    return done_testing();
}
