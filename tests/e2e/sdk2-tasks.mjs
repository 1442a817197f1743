// The official SDK 2.x, which knows no tasks: the hub drives them.
//
//   node sdk2-tasks.mjs URL legacy|modern
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { done, is, part } from './tap.mjs';

const [url, era] = process.argv.slice(2);
const client = new Client(
    { name: 'sdk2', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: era === 'modern' ? { mode: { pin: '2026-07-28' } } : undefined },
);
client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { confirm: true, name: 'Ada' } }));
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
is(client.getProtocolEra(), era, 'the era');
const call = async (name, args = {}) => (await client.callTool({ name, arguments: args })).content[0].text;

await part('at a server of 2025-11-25', async () => {
    is(await call('old__failing_job'), 'it did not work', 'a tool that demands tasks');
    is(await call('old__confirm_delete', { filename: 'g' }), 'deleted g', 'and asks');
    is(await call('old__ask_later', { filename: 'g' }), 'working accept g', 'one that asks by a task of its own');
});
await part('at one of 2026-07-28', async () => {
    is(await call('new__slow_compute', { seconds: 0 }), 'computed ', 'a tool that can do without');
    if (era === 'modern') {
        is(await call('new__failing_job').catch(({ code }) => code), -32021, 'one that cannot says so');
        return;
    }
    is(await call('new__failing_job'), 'it did not work', 'one that cannot');
    is(await call('new__multi_input'), '[{"confirm":true,"name":"Ada"},{"confirm":true,"name":"Ada"}]', 'and asks twice');
});
await client.close();
done();
