#include "json/trivia.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

static char at(struct mc_str text, size_t i)
{
    return i < text.n ? text.p[i] : '\0';
}

bool mc_trivia_comment_at(struct mc_str text, size_t i)
{
    return at(text, i) == '/' && (at(text, i + 1) == '/' || at(text, i + 1) == '*');
}

/* Behind the comment at i; the line break that ends one of // is not part of it. */
static size_t comment_end(struct mc_str text, size_t i)
{
    bool block = at(text, i + 1) == '*';

    for (i += 2; i < text.n; i++) {
        if (!block && is_break(text.p[i]))
            return i;
        if (block && at(text, i) == '*' && at(text, i + 1) == '/')
            return i + 2;
    }
    return text.n;
}

size_t mc_trivia_token(struct mc_str text, size_t i)
{
    for (;;) {
        if (mc_trivia_comment_at(text, i))
            i = comment_end(text, i);
        else if (i < text.n && (is_blank(text.p[i]) || is_break(text.p[i])))
            i++;
        else
            return i;
    }
}

size_t mc_trivia_blanks(struct mc_str text, size_t i)
{
    while (is_blank(at(text, i)))
        i++;
    return i;
}

size_t mc_trivia_line_comments(struct mc_str text, size_t i)
{
    size_t next;

    while (next = mc_trivia_blanks(text, i), mc_trivia_comment_at(text, next))
        i = comment_end(text, next);
    return i;
}

bool mc_trivia_ends_line_comment(struct mc_str text, size_t from, size_t i)
{
    while (from < i) {
        size_t end = mc_trivia_comment_at(text, from) ? comment_end(text, from) : from + 1;
        if (end == i && mc_trivia_comment_at(text, from))
            return at(text, from + 1) == '/';
        from = end;
    }
    return false;
}

size_t mc_trivia_space_before(struct mc_str text, size_t from, size_t i)
{
    size_t begin = from;

    while (from < i) {
        bool comment = mc_trivia_comment_at(text, from); /* the blanks at its end are its own */
        bool space = !comment && (is_blank(at(text, from)) || is_break(at(text, from)));
        from = comment ? comment_end(text, from) : from + 1;
        if (!space)
            begin = from;
    }
    return begin;
}

bool mc_trivia_has_break(struct mc_str text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (is_break(text.p[i]))
            return true;
    return false;
}

struct mc_str mc_trivia_indent_at(struct mc_str text, size_t i)
{
    size_t from = i;

    while (from > 0 && !is_break(text.p[from - 1]))
        from--;
    size_t to = mc_trivia_blanks(text, from);
    return (struct mc_str){text.p + from, (to < i ? to : i) - from};
}
