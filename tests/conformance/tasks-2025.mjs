// A server with the experimental tasks of 2025-11-25, by the official SDK 1.x.
//
// slow_compute {seconds, label}    optional: tells its state and its progress, ends after so many seconds
// failing_job                      required: ends as a tool's error
// confirm_delete {filename}        required: asks for confirmation on its way
// greet {name}                     knows no tasks
// ask_later {filename}             knows none either, but asks for confirmation by a task of its client's
import { InMemoryTaskMessageQueue, InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const TICK_MS = 50;
const KEEP_MS = 60_000;
const POLL_MS = 100;

const server = new McpServer(
    { name: 'tasks-2025', version: '1' },
    {
        capabilities: { tools: {}, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } },
        taskStore: new InMemoryTaskStore(),
        taskMessageQueue: new InMemoryTaskMessageQueue(),
    },
);
const text = (words, isError) => ({ content: [{ type: 'text', text: words }], ...(isError && { isError }) });

// What it does goes on after the task was handed out.
async function begin(extra, work) {
    const task = await extra.taskStore.createTask({ ttl: extra.taskRequestedTtl ?? KEEP_MS, pollInterval: POLL_MS });
    const over = async () => ['completed', 'failed', 'cancelled'].includes((await extra.taskStore.getTask(task.taskId)).status);
    work(task.taskId, over)
        .catch(error => text(error.message, true))
        .then(async result => (await over()) || extra.taskStore.storeTaskResult(task.taskId, result.isError ? 'failed' : 'completed', result))
        .catch(error => console.error(error));
    return { task };
}

function register(name, taskSupport, inputSchema, work) {
    server.experimental.tasks.registerToolTask(
        name,
        { description: `${name}, as a task`, inputSchema, execution: { taskSupport } },
        {
            createTask: (args, extra) => begin(extra, (taskId, over) => work(args, taskId, over, extra)),
            getTask: (_args, { taskId, taskStore }) => taskStore.getTask(taskId),
            getTaskResult: (_args, { taskId, taskStore }) => taskStore.getTaskResult(taskId),
        },
    );
}

server.registerTool('greet', { description: 'Greets', inputSchema: { name: z.string() } }, ({ name }) => text(`Hello, ${name}!`));

server.registerTool('ask_later', { description: 'Asks by a task', inputSchema: { filename: z.string() } }, async ({ filename }) => {
    const states = [];
    const params = { mode: 'form', message: `Delete ${filename}?`, requestedSchema: { type: 'object', properties: { confirm: { type: 'boolean' } } } };
    for await (const message of server.server.experimental.tasks.elicitInputStream(params, { task: { ttl: KEEP_MS } })) {
        if (message.type === 'taskCreated') states.push(message.task.status);
        if (message.type === 'error') return text(message.error.message, true);
        if (message.type === 'result') return text(`${states} ${message.result.action} ${filename}`);
    }
});

register('slow_compute', 'optional', { seconds: z.number(), label: z.string().optional() }, async ({ seconds, label }, taskId, over, extra) => {
    const progressToken = extra._meta?.progressToken;
    const end = Date.now() + seconds * 1000;
    for (let progress = 1; Date.now() < end; progress++) {
        if (await over()) return text('too late');
        if (progress === 1) await extra.taskStore.updateTaskStatus(taskId, 'working', `computing ${label ?? ''}`);
        if (progressToken !== undefined) {
            const params = { progressToken, progress, _meta: { [types.RELATED_TASK_META_KEY]: { taskId } } };
            await server.server.notification({ method: 'notifications/progress', params });
        }
        await pause(TICK_MS);
    }
    return text(`computed ${label ?? ''}`);
});
register('failing_job', 'required', {}, async () => text('it did not work', true));
register('confirm_delete', 'required', { filename: z.string() }, async ({ filename }, taskId, _over, extra) => {
    const asked = server.server.elicitInput(
        { message: `Delete ${filename}?`, requestedSchema: { type: 'object', properties: { confirm: { type: 'boolean' } } } },
        { relatedTask: { taskId } },
    );
    await extra.taskStore.updateTaskStatus(taskId, 'input_required', 'needs a yes');
    const { action, content } = await asked;
    return text(action === 'accept' && content?.confirm ? `deleted ${filename}` : `kept ${filename}`);
});

await server.connect(new StdioServerTransport());
