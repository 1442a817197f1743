/* mcpctl-keyring: one secret in the keyring of the desktop (org.freedesktop.secrets). A program of its own, so that mcpctl neither loads GLib nor waits
 * for D-Bus, and can end it when it takes too long.
 *
 *     mcpctl-keyring probe         does a keyring answer?
 *     mcpctl-keyring get NAME      the value on standard output
 *     mcpctl-keyring set NAME      the value from standard input
 *     mcpctl-keyring remove NAME
 *
 * Exit status: 0; 1 no such secret; 2 wrong usage; 4 no keyring, or it refuses (why is on standard error). */
#include <libsecret/secret.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define VALUE_MAX 65536
#define NOT_THERE 1
#define USAGE 2
#define NO_KEYRING 4

static const SecretSchema schema = {
    .name = "dev.mcpctl.Secret",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"name", SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

static int failed(GError *error)
{
    fprintf(stderr, "%s\n", error->message);
    g_error_free(error);
    return NO_KEYRING;
}

static int probe(const char *name)
{
    GError *error = NULL;
    SecretService *service = secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION, NULL, &error);

    (void)name;
    if (!service)
        return failed(error);
    g_object_unref(service);
    return 0;
}

static int get(const char *name)
{
    GError *error = NULL;
    char *value = secret_password_lookup_sync(&schema, NULL, &error, "name", name, NULL);

    if (error)
        return failed(error);
    if (!value)
        return NOT_THERE;
    size_t n = strlen(value);
    int ret = fwrite(value, 1, n, stdout) == n && fflush(stdout) == 0 ? 0 : NO_KEYRING;
    secret_password_free(value);
    return ret;
}

static int set(const char *name)
{
    char value[VALUE_MAX + 1], label[256];
    GError *error = NULL;
    size_t n = fread(value, 1, VALUE_MAX, stdin);

    value[n] = '\0';
    snprintf(label, sizeof(label), "mcpctl: %s", name);
    secret_password_store_sync(&schema, SECRET_COLLECTION_DEFAULT, label, value, NULL, &error,
                               "name", name, NULL);
    explicit_bzero(value, sizeof(value));
    return error ? failed(error) : 0;
}

static int remove_it(const char *name)
{
    GError *error = NULL;
    gboolean there = secret_password_clear_sync(&schema, NULL, &error, "name", name, NULL);

    if (error)
        return failed(error);
    return there ? 0 : NOT_THERE;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *verb;
        int argc;
        int (*run)(const char *name);
    } verbs[] = {{"probe", 2, probe}, {"get", 3, get}, {"set", 3, set}, {"remove", 3, remove_it}};

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (argc == verbs[i].argc && strcmp(argv[1], verbs[i].verb) == 0)
            return verbs[i].run(argv[2]);
    fprintf(stderr, "usage: mcpctl-keyring probe | get NAME | set NAME | remove NAME\n");
    return USAGE;
}
