/* Calls one tool of an MCP server on stdio and prints its text:
 *     mcpcall [-s] TOOL ARGUMENTS-JSON COMMAND [ARGUMENT…]
 * -s prints structuredContent instead. Exit status 0: fine, 1: isError, 2: JSON-RPC error (printed), 3: no answer. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/io.h"
#include "json/scan.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX (8 * 1024 * 1024)

static pid_t spawn(char **argv, int *to, int *from)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    *to = in[1];
    *from = out[0];
    return pid;
}

static void ask(int fd, const char *tool, const char *arguments)
{
    struct mc_buf b = MC_BUF_INIT(ANSWER_MAX);
    mc_buf_addz(&b, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
                    "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":"
                    "{\"name\":\"mcpcall\",\"version\":\"1\"}}}\n"
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
    mc_buf_addf(&b,
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/"
                "call\",\"params\":{\"name\":\"%s\",\"arguments\":%s}}\n",
                tool, arguments);
    mc_io_write_all(fd, b.data, b.len);
    mc_buf_done(&b);
    close(fd);
}

static int show(struct mc_str line, bool structured)
{
    struct mc_jval message = mc_jval_of(line), result = mc_jget(message, "result");
    struct mc_jval text, item;
    struct mc_jiter it;
    if (result.type == MC_JSON_NONE) {
        printf("error %.*s\n", MC_STR_ARG(mc_jget(message, "error").s));
        return 2;
    }
    if (structured) {
        printf("%.*s\n", MC_STR_ARG(mc_jget(result, "structuredContent").s));
    } else if (mc_jiter_init(&it, mc_jget(result, "content")) && mc_jiter_next(&it, NULL, &item)) {
        text = mc_jget(item, "text");
        struct mc_buf out = MC_BUF_INIT(ANSWER_MAX);
        mc_jstr_decode(text.s, &out);
        fwrite(out.data, 1, out.len, stdout);
        mc_buf_done(&out);
    }
    return mc_jtrue(mc_jget(result, "isError")) ? 1 : 0;
}

int main(int argc, char **argv)
{
    bool structured = argc > 1 && strcmp(argv[1], "-s") == 0;
    argv += structured;
    if (argc - structured < 4) {
        fprintf(stderr, "usage: mcpcall [-s] TOOL ARGUMENTS COMMAND...\n");
        return 3;
    }
    int to = -1, from = -1, status = 3;
    pid_t pid = spawn(argv + 3, &to, &from);
    if (pid < 0)
        return 3;
    ask(to, argv[1], argv[2]);
    FILE *answers = fdopen(from, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, answers)) > 0) {
        struct mc_str s = {line, (size_t)n};
        int64_t id = 0;
        if (mc_json_check(line, (size_t)n, NULL, NULL) == 0 &&
            mc_jint(mc_jget(mc_jval_of(s), "id"), &id) && id == 2)
            status = show(s, structured);
    }
    free(line);
    fclose(answers);
    waitpid(pid, NULL, 0);
    return status;
}
