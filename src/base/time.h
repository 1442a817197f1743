/* Clocks. */
#ifndef MC_BASE_TIME_H
#define MC_BASE_TIME_H

#include "base/fwd.h"

uint64_t mc_now_ms(void); /* monotonic */
uint64_t mc_now_us(void); /* monotonic */
uint64_t mc_wall_ms(void); /* since 1970 */
#define MC_ISO_LEN 25     /* "2026-11-21T06:45:00.123Z" and NUL */
void mc_iso_at(uint64_t wall_ms, char out[MC_ISO_LEN]);
void mc_iso_now(char out[MC_ISO_LEN]);
/* "3s", "4m", "2h05m", "3d" into out. */
#define MC_AGE_LEN 16
void mc_age(uint64_t ms, char out[MC_AGE_LEN]);

#endif
