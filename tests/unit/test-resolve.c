/* From what is written to what is launched. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/path.h"
#include "config/config.h"
#include "config/resolve.h"
#include "tests/tap.h"
#include "tests/unit/scratch.h"

static char *const env[] = {
    (char *)"HOME=/home/me", (char *)"PATH=/bin",      (char *)"USER=me",   (char *)"SECRET=s3cret",
    (char *)"EMPTY=",        (char *)"WITH=${NESTED}", (char *)"SHELL=/sh", NULL,
};

static const struct mc_resolve in_r = {.root = "/r", .env = env};

static struct mc_config *config_of(const char *entry)
{
    char *text = mc_asprintf("{\"mcpServers\": {\"srv\": %s}}", entry);
    struct mc_config *c;
    struct mc_err err = {0};

    if (mc_config_parse("/srv/my repo", ".mcp.json", mc_str_of(text), &c, &err) < 0)
        ok(false, "%s: %s", entry, err.msg);
    mc_free(text);
    return c;
}

/* "argv[0]|argv[1]…", or the error. */
static char *argv_of(const char *entry)
{
    struct mc_config *c = config_of(entry);
    struct mc_buf out = MC_BUF_INIT(1 << 20);
    struct mc_launch l;
    struct mc_err err = {0};

    if (mc_launch_resolve(mc_config_server(c, 0), &(struct mc_resolve){.root = "/srv/my repo", .env = env}, &l, &err) < 0) {
        mc_buf_addz(&out, err.msg);
        ok(err.code == MC_E_CONFIG && !l.argv.v && !l.cwd, "nothing is left of what failed");
    } else {
        for (size_t i = 0; i < l.argv.n; i++)
            mc_buf_addf(&out, "%s%s", i ? "|" : "", l.argv.v[i]);
        mc_launch_done(&l);
    }
    mc_config_unref(c);
    return mc_buf_steal(&out);
}

static void test_expansion(void)
{
    static const struct {
        const char *arg, *want; /* one argument as written in JSON; what it becomes, or the error */
    } t[] = {
        {"plain", "plain"},
        {"${HOME}/x", "/home/me/x"},
        {"${env:HOME}${USER}", "/home/meme"},
        {"${EMPTY}", ""},
        {"${EMPTY:-default}", ""},
        {"${NONE:-default}", "default"},
        {"${NONE:-}", ""},
        {"${env:NONE:-a:-b}", "a:-b"},
        {"${NONE:-${USER}}", "me"},
        {"${NONE:-${ALSO_NONE:-${USER}}!}", "me!"},
        {"${HOME:-${ALSO_NONE}}", "/home/me"},
        {"${WITH}", "${NESTED}"},
        {"${workspaceFolder}/a", "/srv/my repo/a"},
        {"${workspaceFolderBasename}", "my repo"},
        {"${userHome}${/}${pathSeparator}", "/home/me//"},
        {"$HOME $$ $", "$HOME $$ $"},
        {"$${HOME}", "${HOME}"},
        {"$$${HOME}", "$${HOME}"},
        {"${unclosed", "${unclosed"},
        {"${}", "${}"},
        {"${1} ${x%.*} ${#a} ${a b} ${env:}", "${1} ${x%.*} ${#a} ${a b} ${env:}"},
        {"~/x", "~/x"},
        {"${NONE}", "server \"srv\": args[0] (.mcp.json:1:43): the variable NONE is not set; set it, or give it a default: ${NONE:-…}"},
        {"${env:NONE}", "server \"srv\": args[0] (.mcp.json:1:43): the variable NONE is not set; set it, or give it a default: ${NONE:-…}"},
        {"${NONE:-${OTHER}}", "server \"srv\": args[0] (.mcp.json:1:43): the variable OTHER is not set; set it, or give it a default: ${OTHER:-…}"},
        {"${input:key}", "server \"srv\": args[0] (.mcp.json:1:43): ${input:key}: nobody can be asked for it yet; use a variable of the environment, such as ${NAME}"},
        {"${secret:key}", "server \"srv\": args[0] (.mcp.json:1:43): ${secret:key}: a secret cannot stand in a command line, which every user of this machine can read; give it in \"env\""},
        {"${file:/etc/passwd}", "server \"srv\": args[0] (.mcp.json:1:43): ${file:/etc/passwd}: needs trust"},
        {"${cmd:true}", "server \"srv\": args[0] (.mcp.json:1:43): ${cmd:true}: needs trust"},
        {"${config:x.y}", "server \"srv\": args[0] (.mcp.json:1:43): ${config:x.y} is known to VS Code alone; use a variable of the environment, such as ${NAME}"},
        {"${cwd}/x", "/srv/my repo/x"},
        {"${file:${X:-a}:-b}", "server \"srv\": args[0] (.mcp.json:1:43): ${file:${X:-a}:-b}: needs trust"},
        {"${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-x}}}}}}}}", "x"},
        {"${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-x}}}}}}}}}", "server \"srv\": args[0] (.mcp.json:1:43): ${A:-x} nests defaults too deeply"},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        char *entry = mc_asprintf("{\"command\": \"run\", \"args\": [\"%s\"]}", t[i].arg);
        char *got = argv_of(entry);
        bool failed = strncmp(t[i].want, "server ", 7) == 0;
        char *want = failed ? mc_strdup(t[i].want) : mc_asprintf("run|%s", t[i].want);
        is_str(got, want, "%s", t[i].arg);
        mc_free(got);
        mc_free(want);
        mc_free(entry);
    }
}

static void is_argv(const char *what, const char *entry, const char *want)
{
    char *got = argv_of(entry);

    is_str(got, want, "%s", what);
    mc_free(got);
}

static void test_command(void)
{
    is_argv("variables in the command", "{\"command\": \"${HOME}/bin/x\"}", "/home/me/bin/x");
    is_argv("~/ at its start", "{\"command\": \"~/bin/x\"}", "/home/me/bin/x");
    is_argv("~user is not ours", "{\"command\": \"~me/x\"}", "~me/x");
    is_argv("a command that becomes empty", "{\"command\": \"${EMPTY}\"}", "server \"srv\": command: empty when expanded");
    is_argv("the key and the place in errors", "{\"command\": \"x\", \"args\": [\"a\", \"${NO}\"]}",
            "server \"srv\": args[1] (.mcp.json:1:41): the variable NO is not set; set it, or give it a default: ${NO:-…}");
    is_argv("a variable for a variable", "{\"command\": \"x\", \"env\": {\"TOKEN\": \"${NO}\"}}",
            "server \"srv\": env.TOKEN (.mcp.json:1:49): the variable NO is not set; set it, or give it a default: ${NO:-…}");
    is_argv("in cwd", "{\"command\": \"x\", \"cwd\": \"${NO}\"}",
            "server \"srv\": cwd (.mcp.json:1:41): the variable NO is not set; set it, or give it a default: ${NO:-…}");
    is_argv("a remote server", "{\"url\": \"http://x\"}",
            "server \"srv\" is remote (\"url\"): remote servers are not supported yet");
}

/* "cwd NAME=value …", or the error. */
static char *env_of(const char *entry, const char *root, char *const *environment)
{
    struct mc_config *c = config_of(entry);
    struct mc_buf out = MC_BUF_INIT(1 << 20);
    struct mc_launch l;
    struct mc_err err = {0};

    if (mc_launch_resolve(mc_config_server(c, 0), &(struct mc_resolve){.root = root, .env = environment, .trusted = true}, &l, &err) < 0) {
        mc_buf_addz(&out, err.msg);
    } else {
        mc_buf_addz(&out, l.cwd);
        for (size_t i = 0; i < l.env.n; i++)
            mc_buf_addf(&out, " %s", l.env.v[i]);
        mc_launch_done(&l);
    }
    mc_config_unref(c);
    return mc_buf_steal(&out);
}

static void test_env(void)
{
    char *got = env_of("{\"command\": \"x\", \"env\": {\"B\": \"${SECRET}\", \"A\": 1, \"SHELL\": null, \"NONE\": null, \"PATH\": \"/opt:${PATH}\"}}",
                       "/root", env);
    is_str(got, "/root A=1 B=s3cret HOME=/home/me PATH=/opt:/bin USER=me",
           "minimal, with what is configured, without what is unset, sorted");
    mc_free(got);

    got = env_of("{\"command\": \"x\", \"cwd\": \"a/b\"}", "/root", (char *const[]){NULL});
    is_str(got, "/root/a/b", "a relative cwd is below the root; an empty environment");
    mc_free(got);
    got = env_of("{\"command\": \"x\", \"cwd\": \"~/p\"}", "/root", env);
    ok(strncmp(got, "/home/me/p ", 11) == 0, "cwd with ~/: %s", got);
    mc_free(got);
    got = env_of("{\"command\": \"x\", \"cwd\": \"~\"}", "/root", (char *const[]){NULL});
    is_str(got, "server \"srv\": cwd: ~ is not known: HOME is not set", "without HOME");
    mc_free(got);
}

static void test_env_file(void)
{
    static const struct {
        const char *what, *text, *want; /* the variables, or the error behind the file's name */
    } t[] = {
        {"nothing", "", ""},
        {"pairs, comments, blanks", "# top\nA=1\n\n  B = two words  # why\r\nexport C=3\n", " A=1 B=two words C=3"},
        {"a # inside a value", "A=a#b\n", " A=a#b"},
        {"only a comment for a value", "A= # none\nB=#x", " A= B="},
        {"single quotes", "A='a \"b\" \\n #c' # d\n", " A=a \"b\" \\n #c"},
        {"double quotes", "A=\"a\\tb\\\\c\\\"d\\$e\\x\"\n", " A=a\tb\\c\"d$e\\x"},
        {"several lines", "A=\"one\ntwo\"\nB=3\n", " A=one\ntwo B=3"},
        {"nothing is expanded", "A=${B} $C\n", " A=${B} $C"},
        {"the last one wins", "A=1\nA=2", " A=2"},
        {"equals signs", "A=b=c=\n", " A=b=c="},
        {"a name like export", "exported=1\nexport=2\n", " export=2 exported=1"},
        {"a byte order mark", "\xEF\xBB\xBF" "A=1\n", " A=1"},
        {"no equals sign", "A=1\nnothing\n", ":2: expected NAME=value, a comment or nothing"},
        {"no name", "\n\n=1\n", ":3: expected NAME=value, a comment or nothing"},
        {"a name that starts with a digit", "1A=1\n", ":1: expected NAME=value, a comment or nothing"},
        {"an open quote", "A=1\nB=\"x\ny\n", ":2: this quote is never closed"},
        {"text after a quote", "A='x'y\n", ":1: expected the end of the line after the closing quote"},
        {"text after a quote of two lines", "A='x\n'y\n", ":2: expected the end of the line after the closing quote"},
    };
    char *dir = mc_strdup(scratch());
    char *file = mc_path_join(dir, "my.env");

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        scratch_write(file, t[i].text);
        char *got = env_of("{\"command\": \"x\", \"envFile\": \"my.env\"}", dir, (char *const[]){NULL});
        char *want = t[i].want[0] == ':' ? mc_asprintf("server \"srv\": envFile: %s%s", file, t[i].want)
                                         : mc_asprintf("%s%s", dir, t[i].want);
        is_str(got, want, "envFile: %s", t[i].what);
        mc_free(got);
        mc_free(want);
    }

    scratch_write(file, "A=file\nB=file\nPATH=/file\n");
    char *got = env_of("{\"command\": \"x\", \"envFile\": \"${workspaceFolder}/my.env\", \"env\": {\"B\": \"entry\"}}", dir,
                       (char *const[]){(char *)"PATH=/bin", NULL});
    char *want = mc_asprintf("%s A=file B=entry PATH=/file", dir);
    is_str(got, want, "inherited ◀ envFile ◀ env");
    mc_free(got);
    mc_free(want);

    got = env_of("{\"command\": \"x\", \"envFile\": \"none.env\"}", dir, env);
    ok(strncmp(got, "server \"srv\": envFile: ", 22) == 0 && strstr(got, "none.env"), "a missing file: %s", got);
    mc_free(got);
    mc_free(file);
    mc_free(dir);
}

static void test_digest(void)
{
    static const struct {
        const char *what, *a, *b;
        bool same;
    } t[] = {
        {"the same launch", "{\"command\": \"x\", \"args\": [\"${USER}\"]}", "{\"command\": \"x\", \"args\": [\"me\"], \"disabled\": true}", true},
        {"another argument", "{\"command\": \"x\"}", "{\"command\": \"x\", \"args\": [\"\"]}", false},
        {"arguments cut elsewhere", "{\"command\": \"x\", \"args\": [\"ab\", \"c\"]}", "{\"command\": \"x\", \"args\": [\"a\", \"bc\"]}", false},
        {"another value", "{\"command\": \"x\", \"env\": {\"A\": \"1\"}}", "{\"command\": \"x\", \"env\": {\"A\": \"2\"}}", false},
        {"another directory", "{\"command\": \"x\"}", "{\"command\": \"x\", \"cwd\": \"/\"}", false},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        struct mc_config *a = config_of(t[i].a), *b = config_of(t[i].b);
        struct mc_launch x, y;
        mc_launch_resolve(mc_config_server(a, 0), &in_r, &x, NULL);
        mc_launch_resolve(mc_config_server(b, 0), &in_r, &y, NULL);
        is_int(strlen(x.digest), 64, "a digest");
        is_int(strcmp(x.digest, y.digest) == 0, t[i].same, "digest: %s", t[i].what);
        mc_launch_done(&x);
        mc_launch_done(&y);
        mc_config_unref(a);
        mc_config_unref(b);
    }
}

static void test_builtin(void)
{
    struct mc_config *c;
    struct mc_launch l;

    mc_config_parse("/r", ".mcp.json", MC_STR("{}"), &c, NULL);
    is_int(mc_launch_resolve(mc_config_find(c, "git"), &in_r, &l, NULL), 0, "an embedded server");
    is_int(l.argv.n, 3, "three words");
    is_str(l.argv.v[0], mc_path_self(), "this program");
    is_str(l.argv.v[1], "serve", "serve");
    is_str(l.argv.v[2], "git", "git");
    is_str(l.cwd, "/r", "in the root");
    mc_launch_done(&l);
    char *line = mc_spec_command_line(mc_config_find(c, "files"));
    is_str(line, "mcpctl serve files", "how it is shown");
    mc_free(line);
    mc_config_unref(c);
}

static void test_references(void)
{
    struct mc_config *c = config_of(
        "{\"command\": \"${A}\", \"args\": [\"${env:B}\", \"${A}\", \"${workspaceFolder}\", \"$${NOT}\", \"${C:-${D}}\"],"
        "\"env\": {\"X\": \"${secret:E}\", \"Y\": null}, \"cwd\": \"${F}\", \"envFile\": \"${G}/.env\"}");
    struct mc_strv refs = {0};
    struct mc_buf out = MC_BUF_INIT(4096);

    mc_spec_references(mc_config_server(c, 0), &refs);
    for (size_t i = 0; i < refs.n; i++)
        mc_buf_addf(&out, "%s ", refs.v[i]);
    is_str(out.data, "A F G B C D secret:E file:${G}/.env ", "variables, secrets and files, each once");
    mc_buf_done(&out);
    mc_strv_done(&refs);
    mc_config_unref(c);
}

static void test_command_line(void)
{
    static const struct {
        const char *what, *entry, *want;
    } t[] = {
        {"plain words", "{\"command\": \"npx\", \"args\": [\"-y\", \"@scope/pkg@1.0\", \"--a=b,c\"]}", "npx -y @scope/pkg@1.0 --a=b,c"},
        {"blanks, nothing, variables", "{\"command\": \"my prog\", \"args\": [\"\", \"${X}\", \"a;b\"]}", "'my prog' '' '${X}' 'a;b'"},
        {"single quotes", "{\"command\": \"it's\"}", "'it'\\''s'"},
        {"letters of other scripts", "{\"command\": \"\xC3\xA9t\xC3\xA9\"}", "\xC3\xA9t\xC3\xA9"},
        {"escape sequences", "{\"command\": \"a\\u001b[2Kb\\n'c'\\\\\"}", "$'a\\x1b[2Kb\\n\\'c\\'\\\\'"},
        {"text that runs backwards", "{\"command\": \"a\\u202eb\"}", "$'a\\xe2\\x80\\xaeb'"},
        {"what cannot be seen", "{\"command\": \"a\\u200bb\\u00adc\"}", "$'a\\xe2\\x80\\x8bb\\xc2\\xadc'"},
        {"a question mark is one", "{\"command\": \"a?\\u009b\"}", "$'a?\\xc2\\x9b'"},
        {"a URL", "{\"url\": \"https://x.example/mcp?a=1&b=2\", \"args\": [\"ignored\"]}", "'https://x.example/mcp?a=1&b=2'"},
    };

    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        struct mc_config *c = config_of(t[i].entry);
        char *got = mc_spec_command_line(mc_config_server(c, 0));
        is_str(got, t[i].want, "shown: %s", t[i].what);
        mc_free(got);
        mc_config_unref(c);
    }
}

/* ---- forms that ask the world ---- */

static int give_secret(void *arg, const char *server, const char *name, char **ret, struct mc_err *err)
{
    if (strcmp(name, "there") != 0)
        return mc_err_set(err, MC_E_NOT_FOUND, "no secret of that name");
    *ret = mc_asprintf("%s/%s/%s", (const char *)arg, server, name);
    return 0;
}

static int give_input(void *arg, const char *server, const char *id, char **ret, struct mc_err *err)
{
    (void)arg, (void)server, (void)err;
    *ret = mc_asprintf("answer to %s", id);
    return 0;
}

/* X of the environment, or the error. */
static char *x_of(const char *entry, const struct mc_resolve *with)
{
    struct mc_config *c = config_of(entry);
    struct mc_launch l;
    struct mc_err err = {0};
    char *got = NULL;

    if (mc_launch_resolve(mc_config_server(c, 0), with, &l, &err) < 0) {
        got = mc_strdup(err.msg);
    } else {
        for (size_t i = 0; i < l.env.n; i++)
            if (strncmp(l.env.v[i], "X=", 2) == 0)
                got = mc_strdup(l.env.v[i] + 2);
        mc_launch_done(&l);
    }
    mc_config_unref(c);
    return got;
}

static void test_forms(void)
{
    static const struct {
        const char *what, *env, *want; /* the members of env; X, or the error behind the server's name */
    } t[] = {
        {"a secret", "\"X\": \"<${secret:there}>\"", "<vault/srv/there>"},
        {"a secret that is not there", "\"X\": \"${secret:none}\"", "env.X (.mcp.json:1:49): ${secret:none}: no secret of that name"},
        {"its default", "\"X\": \"${secret:none:-${USER}}\"", "me"},
        {"an input", "\"X\": \"${input:key}\"", "answer to key"},
        {"a file", "\"X\": \"${file:word.txt}!\"", "word!"},
        {"a file by its whole name, in a variable", "\"X\": \"${file:${DIR}/word.txt}\"", "word"},
        {"a file that is not there, with a default", "\"X\": \"${file:none.txt:-nothing}\"", "nothing"},
        {"a program", "\"X\": \"${cmd:echo one two}\"", "one two"},
        {"no shell", "\"X\": \"${cmd:echo $HOME ; * > x}\"", "$HOME ; * > x"},
        {"quotes", "\"X\": \"${cmd:printf '%s|' 'a  b' \\\"c d\\\" e\\\\ f}\"", "a  b|c d|e f|"},
        {"a variable is one word", "\"X\": \"${cmd:printf '%s|' ${WORDS} ${NONE:-x y}}\"", "one two|x y|"},
        {"a program that fails", "\"X\": \"${cmd:false}\"", "env.X (.mcp.json:1:49): ${cmd:false}: ended with status 1"},
        {"what a file holds is no reference", "\"X\": \"${file:reference.txt}\"", "${USER}"},
        {"no program", "\"X\": \"${cmd: }\"", "env.X (.mcp.json:1:49): ${cmd: }: names no program"},
        {"an open quote", "\"X\": \"${cmd:echo 'a}\"", "env.X (.mcp.json:1:49): ${cmd:echo 'a}: has a quote that is never closed"},
        {"another variable of the server", "\"X\": \"${A}-${B}\", \"A\": \"1${B}\", \"B\": \"2\"", "12-2"},
        {"itself alone", "\"X\": \"${X}\"", "env.X (.mcp.json:1:49): the variable X is not set; set it, or give it a default: ${X:-…}"},
        {"a circle of two", "\"X\": \"${A}\", \"A\": \"${X}\"", "env.A (.mcp.json:1:62): the variables refer to one another in a circle: X → A → X"},
        {"itself with a default", "\"X\": \"${X:-y}\"", "y"},
        {"the user's comes first", "\"X\": \"${USER}\", \"USER\": \"you\"", "me"},
        {"the directory", "\"X\": \"${cwd}\"", "<dir>/sub"},
    };
    static const struct mc_resolver resolver = {give_secret, give_input, (void *)"vault"};
    char *dir = mc_strdup(scratch());
    char *dir_variable = mc_asprintf("DIR=%s", dir), *path = mc_asprintf("PATH=%s", getenv("PATH"));
    char *const here[] = {(char *)"USER=me", (char *)"WORDS=one two", dir_variable, path, NULL};
    struct mc_resolve with = {.root = dir, .env = here, .resolver = &resolver, .trusted = true};

    scratch_write(scratch_path("word.txt"), "word\r\n\n");
    scratch_write(scratch_path("reference.txt"), "${USER}\n");
    for (size_t i = 0; i < MC_ARRAY_LEN(t); i++) {
        char *entry = mc_asprintf("{\"command\": \"x\", \"env\": {%s}, \"cwd\": \"sub\"}", t[i].env);
        char *got = x_of(entry, &with);
        char *want = strncmp(t[i].want, "env.", 4) == 0     ? mc_asprintf("server \"srv\": %s", t[i].want)
                     : strncmp(t[i].want, "<dir>", 5) == 0 ? mc_asprintf("%s%s", dir, t[i].want + 5)
                                                            : mc_strdup(t[i].want);
        /* the place is below another root than the one it is resolved for: it is shown whole */
        char *at = got ? strstr(got, "(/srv/my repo/") : NULL;
        if (at)
            memmove(at + 1, at + 14, strlen(at + 14) + 1);
        is_str(got, want, "%s", t[i].what);
        mc_free(got);
        mc_free(want);
        mc_free(entry);
    }
    char *got = x_of("{\"command\": \"x\", \"cwd\": \"${cwd}/x\"}", &with);
    ok(got && strstr(got, "cwd (") && strstr(got, "goes round in a circle"), "cwd by itself: %s", got);
    mc_free(got);
    mc_free(dir_variable);
    mc_free(path);
    mc_free(dir);
}

static void test_inherit(void)
{
    char *const user[] = {(char *)"HOME=/h", (char *)"GITHUB_TOKEN=t", (char *)"GITHUB_USER=u", (char *)"AWS_KEY=k", (char *)"PWD=/x", (char *)"_=/y", NULL};
    char *got = env_of("{\"command\": \"x\"}", "/r", user);
    is_str(got, "/r HOME=/h", "nothing is inherited unasked");
    mc_free(got);
    got = env_of("{\"command\": \"x\", \"inheritEnv\": [\"GITHUB_*\", \"NONE\"], \"env\": {\"GITHUB_USER\": null}}", "/r", user);
    is_str(got, "/r GITHUB_TOKEN=t HOME=/h", "what is named, below env in rank");
    mc_free(got);
    got = env_of("{\"command\": \"x\", \"inheritEnv\": true}", "/r", user);
    is_str(got, "/r AWS_KEY=k GITHUB_TOKEN=t GITHUB_USER=u HOME=/h", "all, but for what every shell has another value of");
    mc_free(got);
    got = env_of("{\"command\": \"x\", \"inheritEnv\": false}", "/r", user);
    is_str(got, "/r HOME=/h", "false is the default");
    mc_free(got);
}

int main(void)
{
    test_expansion();
    test_forms();
    test_inherit();
    test_command();
    test_env();
    test_env_file();
    test_digest();
    test_builtin();
    test_references();
    test_command_line();
    return done_testing();
}
