/* Forward declarations and the attributes used in every header.
 *
 * A struct's body stays in its .c unless it is embedded by value; everybody else
 * names it through this file, so that headers do not have to include one another. */
#ifndef MC_BASE_FWD_H
#define MC_BASE_FWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MC_CHECK __attribute__((warn_unused_result))
#define MC_UNUSED __attribute__((unused))
#define MC_NORETURN __attribute__((noreturn))

#define MC_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define mc_container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

struct mc_err;
struct mc_buf;
struct mc_bytes;
struct mc_map;
struct mc_strv;

#endif
