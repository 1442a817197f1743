/* Strict scanning, walking, strings and splices on any bytes. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/doc.h"
#include "json/scan.h"
#include "json/splice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The same document scanned member by member must be judged as in one call. */
static void scan_members(struct mc_scan *s)
{
    struct mc_str key;
    switch (mc_scan_peek(s)) {
    case MC_JSON_OBJECT:
        if (mc_scan_open(s, '{'))
            while (mc_scan_key(s, &key))
                scan_members(s);
        break;
    case MC_JSON_ARRAY:
        if (mc_scan_open(s, '['))
            while (mc_scan_item(s))
                scan_members(s);
        break;
    default:
        mc_scan_value(s, NULL);
    }
}

static void strings(struct mc_str quoted, size_t n)
{
    struct mc_buf plain = MC_BUF_INIT(n), again = MC_BUF_INIT(6 * n + 2);
    MC_ASSERT(quoted.n >= 2 && quoted.p[0] == '"' && quoted.p[quoted.n - 1] == '"');
    MC_ASSERT(mc_jstr_decode(quoted, &plain) == 0);
    MC_ASSERT(mc_jstr_eq(quoted, mc_buf_str(&plain)));
    MC_ASSERT(mc_utf8_valid(plain.data, plain.len));
    MC_ASSERT(mc_jstr_quote(mc_buf_str(&plain), &again) == 0);
    MC_ASSERT(mc_json_check(again.data, again.len, NULL, NULL) == 0);
    MC_ASSERT(mc_jstr_eq(mc_buf_str(&again), mc_buf_str(&plain)));
    mc_buf_done(&plain);
    mc_buf_done(&again);
}

static void walk(struct mc_jval v)
{
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval child;
    int64_t number;
    MC_ASSERT(v.type != MC_JSON_NONE);
    if (v.type == MC_JSON_STRING)
        strings(v.s, v.s.n);
    (void)mc_jint(v, &number);
    if (!mc_jiter_init(&it, v))
        return;
    while (mc_jiter_next(&it, &key, &child)) {
        MC_ASSERT(child.s.p > v.s.p && child.s.p + child.s.n < v.s.p + v.s.n);
        if (v.type == MC_JSON_OBJECT)
            strings(key, key.n);
        if (v.type == MC_JSON_OBJECT && child.type <= MC_JSON_ARRAY)
            MC_ASSERT(mc_json_check(child.s.p, child.s.n, NULL, NULL) == 0);
        walk(child);
    }
}

static void splices(struct mc_str text)
{
    struct mc_buf out = MC_BUF_INIT(text.n);
    struct mc_splice sp;
    mc_splice_init(&sp, text);
    MC_ASSERT(mc_splice_apply(&sp, false, &out) == 0 && mc_str_eq(mc_buf_str(&out), text));
    mc_buf_clear(&out);
    MC_ASSERT(mc_splice_apply(&sp, true, &out) == 0 && mc_json_same(mc_buf_str(&out), text));
    MC_ASSERT(!memchr(out.data, '\n', out.len) && !memchr(out.data, '\r', out.len));

    /* Which members go is chosen by the bytes of their names. */
    struct mc_jiter it;
    struct mc_str key;
    struct mc_jval root = mc_jval_of(text), child;
    size_t left = 0, found = 0;
    if (root.type == MC_JSON_OBJECT && mc_jiter_init(&it, root)) {
        while (mc_jiter_next(&it, &key, &child)) {
            if (key.n % 2 && sp.n < MC_SPLICE_MAX)
                mc_splice_drop_member(&sp, key, child.s);
            else
                left++;
        }
        mc_buf_clear(&out);
        MC_ASSERT(mc_splice_apply(&sp, false, &out) == 0);
        MC_ASSERT(mc_json_check(out.data, out.len, NULL, NULL) == 0);
        mc_jiter_init(&it, mc_jval_of(mc_buf_str(&out)));
        while (mc_jiter_next(&it, &key, &child))
            found++;
        MC_ASSERT(found == left);
    }
    mc_buf_done(&out);
}

/* What cJSON does not take though it is JSON: surrogates that are no pair, NUL (ours), numbers of over 63 characters. */
static bool beyond_cjson(struct mc_str text)
{
    size_t number = 0;
    for (size_t i = 0; i < text.n; i++) {
        number = memchr("0123456789+-.eE", text.p[i], 15) ? number + 1 : 0;
        if (number > 60)
            return true;
        if (i + 6 <= text.n && memcmp(text.p + i, "\\u", 2) == 0 &&
            (memcmp(text.p + i + 2, "0000", 4) == 0 || (text.p[i + 2] | 0x20) == 'd'))
            return true;
    }
    return false;
}

static void trees(struct mc_str text)
{
    cJSON *doc = mc_doc_parse(text, NULL);
    MC_ASSERT(doc || beyond_cjson(text));
    if (!doc)
        return;
    char *printed = mc_doc_print(doc, text.n % 2);
    MC_ASSERT(mc_json_check(printed, strlen(printed), NULL, NULL) == 0);
    mc_free(printed);
    mc_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct mc_str text = {(const char *)data, n};
    struct mc_err err = {0};
    struct mc_scan s;
    size_t off = 0;
    bool fine = mc_json_check(text.p, n, &off, &err) == 0;
    MC_ASSERT(fine || (off <= n && err.msg[0]));
    mc_scan_init(&s, text.p, n);
    scan_members(&s);
    MC_ASSERT(mc_scan_end(&s) == fine);
    MC_ASSERT(fine || (s.err_at >= s.begin && s.err_at <= s.end));
    if (fine) {
        walk(mc_jval_of(text));
        splices(text);
        trees(text);
    }
    return 0;
}
