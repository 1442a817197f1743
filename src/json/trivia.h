/* What stands between the tokens of a JSONC text: white space and comments. Offsets are of bytes; those given must be
 * outside of strings, and not inside a comment. The text is one that mc_jsonc_parse has accepted. */
#ifndef MC_JSON_TRIVIA_H
#define MC_JSON_TRIVIA_H

#include "base/fwd.h"
#include "base/str.h"

/* The first byte of a token at or after i; the text's length when there is none. */
size_t mc_trivia_token(struct mc_str text, size_t i);
/* Behind the blanks and tabs at i. */
size_t mc_trivia_blanks(struct mc_str text, size_t i);
bool mc_trivia_comment_at(struct mc_str text, size_t i);
/* Behind the comments that begin on the same line after i; i itself when there are none. */
size_t mc_trivia_line_comments(struct mc_str text, size_t i);
/* Does a comment of // end at i? from: a place before it, with no token between. */
bool mc_trivia_ends_line_comment(struct mc_str text, size_t from, size_t i);
/* Where the white space before i begins, not before from, which is outside of any comment. */
size_t mc_trivia_space_before(struct mc_str text, size_t from, size_t i);
bool mc_trivia_has_break(struct mc_str text, size_t from, size_t to);
/* The blanks that the line of i begins with. */
struct mc_str mc_trivia_indent_at(struct mc_str text, size_t i);

#endif
