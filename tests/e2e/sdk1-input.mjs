// The official SDK 1.x, asked by a server of 2026-07-28 through the hub: questions in a result reach it as ordinary requests.
//
//   node sdk1-input.mjs URL
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { done, is, ok, part } from './tap.mjs';

const client = new Client(
    { name: 'sdk1', version: '1' },
    { capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} } },
);
const asked = [];
client.setRequestHandler(types.ElicitRequestSchema, ({ params }) => {
    asked.push(params);
    return params.mode === 'url' ? { action: 'accept' } : { action: 'accept', content: { name: 'Ada' } };
});
client.setRequestHandler(types.CreateMessageRequestSchema, ({ params }) => {
    asked.push(params);
    return { model: 'm', role: 'assistant', content: { type: 'text', text: 'forty-two' } };
});
client.setRequestHandler(types.ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///sdk', name: 'sdk' }] }));
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));

const call = async name => JSON.parse((await client.callTool({ name, arguments: {} })).content[0].text);

await part('three questions at once', async () => {
    const answers = await call('now__several');
    is(answers['a "form"'], { action: 'accept', content: { name: 'Ada' } }, 'a form');
    is(answers.s.content.text, 'forty-two', 'a sample');
    is(answers.r.roots[0].uri, 'file:///sdk', 'the roots');
});
await part('sampling', async () => is((await call('sample__ask')).content.text, 'forty-two', 'one sample'));
await part('url mode', async () => {
    is(await call('link__ask'), { action: 'accept' }, 'a URL');
    ok(asked.at(-1).elicitationId, 'under an id of its own');
});
await client.close();
done();
