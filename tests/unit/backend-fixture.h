/* A backend on a wire: what it tells its owner is collected as words. */
#ifndef MC_TESTS_BACKEND_FIXTURE_H
#define MC_TESTS_BACKEND_FIXTURE_H

#include "backend/internal.h"
#include "base/log.h"
#include "config/config.h"
#include "tests/unit/wire.h"

static struct told {
    char states[1024]; /* "STARTING READY " */
    char other[4096];  /* notifications, requests, catalogs, stderr lines */
} told;

__attribute__((format(printf, 1, 2))) static void tell(const char *fmt, ...)
{
    size_t n = strlen(told.other);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(told.other + n, sizeof(told.other) - n, fmt, ap);
    va_end(ap);
}

static void told_state(void *arg, struct mc_backend *b)
{
    size_t n = strlen(told.states);
    (void)arg;
    snprintf(told.states + n, sizeof(told.states) - n, "%s ",
             mc_backend_state_name(mc_backend_state(b)));
}

static void told_catalog(void *arg, struct mc_backend *b, unsigned mask, bool by_server)
{
    (void)arg, (void)b;
    tell("catalog %x%s|", mask, by_server ? " told" : "");
}

static void told_notification(void *arg, struct mc_backend *b, const struct mc_envelope *e)
{
    (void)arg, (void)b;
    tell("notification %.*s|", MC_STR_ARG(mc_env(e, MC_F_METHOD)));
}

static void told_request(void *arg, struct mc_backend *b, const struct mc_envelope *e)
{
    (void)arg, (void)b;
    tell("request %.*s|", MC_STR_ARG(mc_env(e, MC_F_ID)));
}

static void told_stderr(void *arg, struct mc_backend *b, const char *line)
{
    (void)arg, (void)b;
    tell("stderr %s|", line);
}

static void told_watching(void *arg, struct mc_backend *b)
{
    (void)arg, (void)b;
    tell("watching|");
}

static const struct mc_backend_ops told_ops = {.on_state = told_state,
                                               .on_catalog = told_catalog,
                                               .on_notification = told_notification,
                                               .on_request = told_request,
                                               .on_stderr = told_stderr,
                                               .on_watching = told_watching};

static void forget_told(void)
{
    memset(&told, 0, sizeof(told));
    mc_buf_clear(&wire.sent);
}

/* cached_rev: of a catalog that is known from an earlier run, MC_REV_NONE: none. */
__attribute__((unused)) static struct mc_backend *make(struct mc_loop *l, int protocol,
                                                       enum mc_rev cached_rev)
{
    struct mc_backend_spec spec = {.name = "s", .protocol = protocol};
    if (cached_rev != MC_REV_NONE)
        spec.cached =
            mc_catalog_new(cached_rev, MC_STR("{\"tools\":{}}"), MC_STR_NONE, MC_STR_NONE);
    forget_told();
    wire.spawn_rc = wire.write_rc = 0;
    return mc_backend_new(l, &spec, &told_ops, NULL);
}

/* Starts it as a legacy server that has the capabilities, up to the first list request, or READY when there is none. */
__attribute__((unused)) static struct mc_backend *legacy(struct mc_loop *l, const char *caps)
{
    struct mc_backend *b = make(l, MC_PROTOCOL_LEGACY, MC_REV_NONE);
    mc_backend_start(b);
    wire_says("{\"jsonrpc\":\"2.0\",\"id\":%llu,\"result\":{\"protocolVersion\":\"2025-11-25\","
              "\"capabilities\":%s,\"serverInfo\":{\"name\":\"x\",\"version\":\"1\"}}}",
              (unsigned long long)b->init.id, caps);
    return b;
}

__attribute__((unused)) static void finish(struct mc_backend *b)
{
    mc_backend_kill(b);
    mc_backend_unref(b);
}

#endif
