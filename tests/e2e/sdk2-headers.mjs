// The official client 2.x at a tool that wants arguments repeated in headers, and at one whose annotations were not allowed.
//
//   node sdk2-headers.mjs URL
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { done, is, part } from './tap.mjs';

const client = new Client({ name: 'sdk2', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));

const call = async (name, args) => (await client.callTool({ name, arguments: args })).content[0].text;

await part('headers', async () => {
    const { tools } = await client.listTools();
    is(tools.map(({ name }) => name).sort(), ['s__bad', 's__good'], 'no tool is dropped');
    is(await call('s__good', { region: 'eu', n: 42, on: false, in: { deep: 'ä' } }), 'ok', 'its headers are what the hub wants');
    is(await call('s__bad', { a: 1.5, c: ['x'] }), 'ok', 'the other tool can be called');
});
await client.close();
done();
