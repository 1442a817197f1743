#include "base/time.h"
#include "tests/tap.h"

#include <time.h>

int main(void)
{
    static const struct {
        uint64_t ms;
        const char *want;
    } ages[] = {{0, "0s"},           {999, "0s"},           {59999, "59s"},        {60000, "1m"},
                {3599999, "59m"},    {3600000, "1h00m"},    {7500000, "2h05m"},    {86399999, "23h59m"},
                {86400000, "1d"},    {259200000, "3d"},     {UINT64_MAX, "213503982334d"}};
    for (size_t i = 0; i < MC_ARRAY_LEN(ages); i++) {
        char out[MC_AGE_LEN];
        mc_age(ages[i].ms, out);
        is_str(out, ages[i].want, "age of %llu ms", (unsigned long long)ages[i].ms);
    }

    uint64_t us = mc_now_us(), ms = mc_now_ms(), later = mc_now_us();
    ok(us <= later && ms >= us / 1000 && ms <= later / 1000, "the clock goes forward, in both units");

    char iso[MC_ISO_LEN], day[16];
    time_t before = time(NULL);
    mc_iso_now(iso);
    is_int(strlen(iso), MC_ISO_LEN - 1, "%s", iso);
    struct tm tm = {0};
    const char *rest = strptime(iso, "%Y-%m-%dT%H:%M:%S", &tm);
    ok(rest && rest[0] == '.' && strlen(rest) == 5 && rest[4] == 'Z', "reads back");
    time_t then = timegm(&tm);
    ok(then >= before && then <= time(NULL), "is now, in UTC");
    strftime(day, sizeof(day), "%Y-%m-%d", &tm);
    ok(strncmp(iso, day, 10) == 0, "with the right day");
    return done_testing();
}
