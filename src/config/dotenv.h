/* envFile: lines of NAME=value, `export` in front allowed, # comments, values bare or in single or double quotes (which may span lines;
 * \n \r \t \\ \" \$ inside double ones). Nothing is expanded. */
#ifndef MC_CONFIG_DOTENV_H
#define MC_CONFIG_DOTENV_H

#include "base/fwd.h"
#include "base/str.h"

/* file: for messages ("FILE:LINE: …"). on_pair is called in order; what it is given is borrowed. 0, or -MC_E_CONFIG at the first wrong line. */
int mc_dotenv_parse(const char *file, struct mc_str text,
                    void (*on_pair)(void *arg, const char *name, const char *value), void *arg,
                    struct mc_err *err);

#endif
