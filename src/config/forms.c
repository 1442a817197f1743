/* ${secret:…}, ${input:…}, ${file:…} and ${cmd:…}. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/run.h"
#include "config/expand.h"

#define FILE_MAX (1u << 20)
#define COMMAND_OUTPUT_MAX (64u << 10)
#define COMMAND_TIMEOUT_MS 10000
#define COMMAND_WORDS_MAX 256

/* ---- who is asked ---- */

static int add_answer(int ret, char *value, struct mc_buf *out)
{
    if (ret == 0 && value) {
        mc_buf_addz(out, value);
        explicit_bzero(value, strlen(value));
        mc_free(value);
    }
    return ret;
}

static int secret(const struct mc_expand *x, struct mc_str body, unsigned depth MC_UNUSED,
                  struct mc_buf *out, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *name = mc_str_dup(body);
    const struct mc_resolver *r = x->with->resolver;
    char *value = NULL;

    if (x->shown)
        return mc_err_set(err, MC_E_CONFIG,
                          "a secret cannot stand in a command line, which every user of this "
                          "machine can read; give it in \"env\"");
    if (!r || !r->secret)
        return mc_err_set(err, MC_E_NOT_FOUND,
                          "secrets cannot be read here");
    int ret = r->secret(r->arg, x->server, name, &value, err);
    return add_answer(ret, value, out);
}

static int input(const struct mc_expand *x, struct mc_str body, unsigned depth MC_UNUSED,
                 struct mc_buf *out, struct mc_err *err)
{
    MC_CLEANUP(mc_freep) char *id = mc_str_dup(body);
    const struct mc_resolver *r = x->with->resolver;
    char *value = NULL;

    if (!r || !r->input)
        return mc_err_set(err, MC_E_NOT_FOUND,
                          "nobody can be asked for it yet; use a variable of the environment, "
                          "such as ${NAME}");
    int ret = r->input(r->arg, x->server, id, &value, err);
    return add_answer(ret, value, out);
}

/* ---- files and programs ---- */

static int add_text(const char *text, size_t n, struct mc_buf *out, struct mc_err *err)
{
    while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    if (n && memchr(text, '\0', n))
        return mc_err_set(err, MC_E_CONFIG, "is no text: it holds a NUL byte");
    mc_buf_add(out, text, n);
    return 0;
}

static int file(const struct mc_expand *x, struct mc_str body, unsigned depth, struct mc_buf *out,
                struct mc_err *err)
{
    MC_CLEANUP(mc_buf_done) struct mc_buf name = MC_BUF_INIT(MC_EXPANDED_MAX);
    MC_CLEANUP(mc_freep) char *path = NULL;
    MC_CLEANUP(mc_freep) char *text = NULL;
    size_t n;

    if (!x->with->trusted)
        return mc_err_set(err, MC_E_DENIED, "needs trust");
    int ret = mc_expand_nested(x, body, depth, &name, err);
    if (ret < 0)
        return ret;
    const char *home = mc_expand_getenv(x->with->env, MC_STR("HOME"));
    if (name.len && name.data[0] == '~' && name.data[1] == '/' && home)
        path = mc_asprintf("%s%s", home, name.data + 1);
    else
        path = name.len && name.data[0] == '/'
                   ? mc_strdup(name.data)
                   : mc_path_join(x->with->root, name.len ? name.data : "");
    ret = mc_io_read(path, FILE_MAX, &text, &n, err);
    return ret < 0 ? ret : add_text(text, n, out, err);
}

/* One word of a command, quotes and backslashes as a shell has them; *p goes behind it. False: an open quote. */
static bool next_word(struct mc_str *rest, struct mc_buf *word)
{
    char quote = '\0';
    size_t i = 0, depth = 0;

    for (; i < rest->n; i++) {
        char c = rest->p[i];
        depth += c == '{' && i && rest->p[i - 1] == '$';
        depth -= c == '}' && depth;
        if (depth) /* a reference stays in one word */
            mc_buf_addc(word, c);
        else if (c == quote)
            quote = '\0';
        else if (!quote && (c == '"' || c == '\''))
            quote = c;
        else if (c == '\\' && quote != '\'' && i + 1 < rest->n)
            mc_buf_addc(word, rest->p[++i]);
        else if (!quote && (c == ' ' || c == '\t'))
            break;
        else
            mc_buf_addc(word, c);
    }
    *rest = (struct mc_str){rest->p + i, rest->n - i};
    return !quote;
}

static int split(const struct mc_expand *x, struct mc_str body, unsigned depth,
                 struct mc_strv *argv, struct mc_err *err)
{
    while ((body = mc_str_trim(body)).n) {
        MC_CLEANUP(mc_buf_done) struct mc_buf word = MC_BUF_INIT(MC_EXPANDED_MAX);
        MC_CLEANUP(mc_buf_done) struct mc_buf text = MC_BUF_INIT(MC_EXPANDED_MAX);
        if (!next_word(&body, &word))
            return mc_err_set(err, MC_E_CONFIG, "has a quote that is never closed");
        if (argv->n == COMMAND_WORDS_MAX)
            return mc_err_set(err, MC_E_CONFIG, "has more than %d words", COMMAND_WORDS_MAX);
        int ret = mc_expand_nested(x, mc_buf_str(&word), depth, &text, err);
        if (ret < 0)
            return ret;
        mc_strv_push(argv, text.len ? text.data : "");
    }
    return argv->n ? 0 : mc_err_set(err, MC_E_CONFIG, "names no program");
}

static int command(const struct mc_expand *x, struct mc_str body, unsigned depth,
                   struct mc_buf *out, struct mc_err *err)
{
    MC_CLEANUP(mc_strv_done) struct mc_strv argv = {0};
    static const char *const no_env[] = {NULL};
    struct mc_run_result result = {0};

    if (!x->with->trusted)
        return mc_err_set(err, MC_E_DENIED, "needs trust");
    int ret = split(x, body, depth, &argv, err);
    if (ret < 0)
        return ret;
    struct mc_run run = {
        .argv = (const char *const *)argv.v,
        .env = x->with->env ? (const char *const *)x->with->env : no_env,
        .cwd = *x->with->root ? x->with->root : NULL,
        .out_max = COMMAND_OUTPUT_MAX,
        .timeout_ms = COMMAND_TIMEOUT_MS,
    };
    ret = mc_run(&run, &result, err);
    if (ret == -MC_E_NOT_FOUND) /* no reason for a default */
        ret = mc_err_wrap(err, -MC_E_CONFIG, "cannot be run");
    else if (ret == 0 && result.status != 0)
        ret = mc_err_set(err, MC_E_CONFIG, "ended with status %d", result.status);
    else if (ret == 0)
        ret = add_text(result.out, result.out_len, out, err);
    mc_run_done(&result);
    return ret;
}

static const struct mc_form forms[] = {
    {"secret:", secret, false},
    {"input:", input, false},
    {"file:", file, false},
    {"cmd:", command, true},
};

const struct mc_form *mc_form_find(struct mc_str text)
{
    for (size_t i = 0; i < MC_ARRAY_LEN(forms); i++)
        if (mc_str_starts(text, mc_str_of(forms[i].name)))
            return &forms[i];
    return NULL;
}
