/* How a value is laid out when it is put into somebody's file: in the file's own line ends and indentation. */
#ifndef MC_JSON_LAYOUT_H
#define MC_JSON_LAYOUT_H

#include "base/fwd.h"
#include "json/scan.h"

struct mc_layout {
    struct mc_str newline; /* "\n", "\r\n" or "\r" */
    struct mc_str unit;    /* of indentation: blanks or a tab */
    bool dense;            /* all on one line, without blanks after ':' and ',' */
    bool inline_;          /* all on one line, with them */
};
/* As the text is written; defaults (line feeds, two blanks) where it does not say. */
struct mc_layout mc_layout_of(struct mc_str text);
/* Appends the value; indent is that of the line it begins on. Objects go over several lines; arrays of plain values do only when they are long. Tokens
 * are copied as they are. */
void mc_layout_print(const struct mc_layout *l, struct mc_jval value, struct mc_str indent,
                     struct mc_buf *out);

#endif
