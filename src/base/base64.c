#include "base/base64.h"
#include "base/buf.h"

static const char digits[][65] = {
    [MC_BASE64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    [MC_BASE64URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

void mc_base64_add(enum mc_base64 kind, struct mc_str raw, struct mc_buf *out)
{
    const unsigned char *p = (const unsigned char *)raw.p;

    for (size_t i = 0; i < raw.n; i += 3) {
        uint32_t bits = (uint32_t)p[i] << 16 | (i + 1 < raw.n ? (uint32_t)p[i + 1] << 8 : 0) |
                        (i + 2 < raw.n ? p[i + 2] : 0);
        size_t chars = raw.n - i >= 3 ? 4 : raw.n - i + 1;
        for (size_t c = 0; c < chars; c++)
            mc_buf_addc(out, digits[kind][bits >> (18 - 6 * c) & 63]);
        for (size_t c = chars; kind == MC_BASE64 && c < 4; c++)
            mc_buf_addc(out, '=');
    }
}

bool mc_base64_decode(enum mc_base64 kind, struct mc_str text, struct mc_buf *out)
{
    uint32_t bits = 0;
    unsigned have = 0;

    if (kind == MC_BASE64 && text.n % 4 != 0)
        return false;
    for (unsigned pad = 0; kind == MC_BASE64 && pad < 2 && mc_str_ends(text, MC_STR("=")); pad++)
        text.n--;
    if (text.n % 4 == 1)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const char *at = text.p[i] ? strchr(digits[kind], text.p[i]) : NULL;
        if (!at)
            return false;
        bits = bits << 6 | (uint32_t)(at - digits[kind]);
        have += 6;
        if (have >= 8) {
            have -= 8;
            mc_buf_addc(out, (char)(bits >> have));
        }
    }
    return !(bits & ((1u << have) - 1)) && !out->failed;
}
