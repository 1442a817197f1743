// The official SDK 1.x and its experimental tasks, through the hub.
//
//   node sdk1-tasks.mjs URL
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { done, is, ok, part } from './tap.mjs';

const client = new Client({ name: 'sdk1', version: '1' }, { capabilities: { elicitation: { form: {} } } });
client.setRequestHandler(types.ElicitRequestSchema, () => ({ action: 'accept', content: { confirm: true, name: 'Ada' } }));
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
await client.listTools();

async function through(name, args) {
    const seen = { states: [] };
    for await (const message of client.experimental.tasks.callToolStream({ name, arguments: args }, undefined, { task: { ttl: 60_000 } })) {
        if (message.type === 'taskCreated') seen.taskId = message.task.taskId;
        if (message.type === 'taskStatus') seen.states.push(message.task.status);
        if (message.type === 'result') seen.text = message.result.content[0].text;
        if (message.type === 'error') throw message.error;
    }
    return seen;
}

await part('a task', async () => {
    const seen = await through('old__slow_compute', { seconds: 0.3, label: 'x' });
    is(seen.text, 'computed x', 'its result');
    ok(seen.states.includes('working'), 'its states');
    const { tasks } = await client.experimental.tasks.listTasks();
    is(tasks.map(({ taskId, status }) => [taskId, status]), [[seen.taskId, 'completed']], 'the list');
});
await part('a task that asks', async () => is((await through('old__confirm_delete', { filename: 'f' })).text, 'deleted f', 'is answered'));
await part('plain calls', async () => {
    const call = async (name, args = {}) => (await client.callTool({ name, arguments: args })).content[0].text;
    is(await call('old__failing_job'), 'it did not work', 'at a tool of 2025-11-25 that demands tasks');
    is(await call('old__confirm_delete', { filename: 'g' }), 'deleted g', 'that asks');
    is(await call('old__ask_later', { filename: 'g' }), 'working accept g', 'that asks by a task of its own');
    is(await call('new__failing_job'), 'it did not work', 'at one of 2026-07-28');
    is(await call('new__confirm_delete', { filename: 'g' }), 'deleted g', 'that asks');
    is(await call('new__test_tool_with_task'), 'Hello, Ada!', 'that asks before');
});
await client.close();
done();
