#include "base/base64.h"
#include "base/buf.h"
#include "tests/tap.h"

static struct mc_buf out;

static void there_and_back(void)
{
    static const char *const rows[][3] = {
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"\xfb\xff\xfe", "+//+", "-__-"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int kind = MC_BASE64; kind <= MC_BASE64URL; kind++) {
            mc_buf_clear(&out);
            mc_base64_add((enum mc_base64)kind, mc_str_of(rows[i][0]), &out);
            is_str(out.data ? out.data : "", rows[i][1 + kind], "encoded");
            mc_buf_clear(&out);
            ok(mc_base64_decode((enum mc_base64)kind, mc_str_of(rows[i][1 + kind]), &out),
               "it decodes");
            is_str(out.data ? out.data : "", rows[i][0], "to what it was");
        }
}

static void refused(void)
{
    static const struct {
        enum mc_base64 kind;
        const char *text;
    } bad[] = {{MC_BASE64, "Zg"},      {MC_BASE64, "Zg="},     {MC_BASE64, "Z==="},
               {MC_BASE64, "===="},    {MC_BASE64, "Zh=="},    {MC_BASE64, "Zg==Zg=="},
               {MC_BASE64, "-__-"},    {MC_BASE64URL, "Z"},    {MC_BASE64URL, "Zh"},
               {MC_BASE64URL, "Zg=="}, {MC_BASE64URL, "+//+"}, {MC_BASE64URL, "Zm 9v"},
               {MC_BASE64, "Zm9v\n"},  {MC_BASE64URL, "Zm9v."}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        mc_buf_clear(&out);
        ok(!mc_base64_decode(bad[i].kind, mc_str_of(bad[i].text), &out), "refused: %s",
           bad[i].text);
    }
    ok(!mc_base64_decode(MC_BASE64URL, (struct mc_str){"Zm\0v", 4}, &out), "refused: a NUL");
}

int main(void)
{
    mc_buf_init(&out, 100);
    there_and_back();
    refused();
    mc_buf_done(&out);
    return done_testing();
}
