/* A client's side of the wire, blocking: MCP messages over a kept-alive HTTP connection, and over the pipes of a stdio server. A fault ends the program. */
#ifndef MC_TESTS_DIFF_WIRE_H
#define MC_TESTS_DIFF_WIRE_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);

struct wire {
    int fd;
    struct mc_buf in;    /* as it came */
    struct mc_buf body;  /* without chunks */
    struct mc_buf event; /* the data of the last one */
    size_t left;         /* of a Content-Length */
    int status;
    bool chunked, sse, over;
    char session[128]; /* Mcp-Session-Id of the last answer, or "" */
};
struct wire *wire_open(unsigned port);
void wire_close(struct wire *w);
/* Sends, and reads the head of the answer. headers: whole lines. */
void wire_post(struct wire *w, const char *path, const char *headers, struct mc_str body);
/* Opens the event stream of a session. */
void wire_get(struct wire *w, const char *path, const char *headers);
/* Next message of the answer: its body, or an event's data. Valid until the next call. */
bool wire_next(struct wire *w, struct mc_str *message);

struct pipes {
    int to, from, pid;
    struct mc_buf in;
    size_t used; /* of in */
};
struct pipes *pipes_open(char *const argv[]);
void pipes_close(struct pipes *p);
void pipes_send(struct pipes *p, struct mc_str line);
struct mc_str pipes_next(struct pipes *p); /* valid until the next call */

#endif
