// The official SDK 1.x with tools that have no place in its revisions: it refuses a whole list for one of them, and validates structured output.
//
//   node sdk1-fit.mjs URL
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { done, is, part } from './tap.mjs';

const client = new Client({ name: 'sdk1', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
await part('the list', async () => is((await client.listTools()).tools.length, 10, 'all tools'));
const structured = async name => (await client.callTool({ name, arguments: {} })).structuredContent;
await part('an array', async () => is(await structured('now__list'), { result: [1, 2, 12345678901234567890] }, 'an array'));
await part('an object or a string', async () => is(await structured('now__either'), { result: { a: 1 } }, 'an object or a string'));
await part('an object', async () => is(await structured('now__plain'), { a: 1 }, 'an object'));
await part('a number without schema', async () => is(await structured('now__number'), { result: 7 }, 'a number without schema'));
await client.close();
done();
