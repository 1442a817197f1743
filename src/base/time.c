#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

uint64_t mc_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t mc_now_ms(void)
{
    return mc_now_us() / 1000;
}

uint64_t mc_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void mc_iso_at(uint64_t wall_ms, char out[MC_ISO_LEN])
{
    time_t s = (time_t)(wall_ms / 1000);
    struct tm tm;
    gmtime_r(&s, &tm);
    size_t n = strftime(out, MC_ISO_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, MC_ISO_LEN - n, ".%03uZ", (unsigned)(wall_ms % 1000));
}

void mc_iso_now(char out[MC_ISO_LEN])
{
    mc_iso_at(mc_wall_ms(), out);
}

void mc_age(uint64_t ms, char out[MC_AGE_LEN])
{
    uint64_t s = ms / 1000;
    if (s < 60)
        snprintf(out, MC_AGE_LEN, "%" PRIu64 "s", s);
    else if (s < 60 * 60)
        snprintf(out, MC_AGE_LEN, "%" PRIu64 "m", s / 60);
    else if (s < 24 * 60 * 60)
        snprintf(out, MC_AGE_LEN, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s / 60 % 60);
    else
        snprintf(out, MC_AGE_LEN, "%" PRIu64 "d", s / (24 * 60 * 60));
}
