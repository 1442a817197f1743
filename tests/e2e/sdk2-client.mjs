// The official client 2.x, which speaks both eras.
//
//   node sdk2-client.mjs URL ROOT legacy|modern|auto
//   node sdk2-client.mjs stdio ROOT legacy
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { done, is, like, ok, part } from './tap.mjs';
import * as scenario from './scenario.mjs';
import { command } from './servers.mjs';

const [where, root, era] = process.argv.slice(2);
const direct = where === 'stdio';
const modes = { legacy: undefined, auto: { mode: 'auto' }, modern: { mode: { pin: '2026-07-28' } } };

async function connect(transport) {
    const client = new Client(
        { name: `sdk2-${era}`, version: '1' },
        {
            capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } },
            versionNegotiation: modes[era],
        },
    );
    client.setRequestHandler('roots/list', () => ({ roots: [{ uri: `file://${root}`, name: 'workspace' }] }));
    await client.connect(transport);
    return client;
}

const clients = {};
if (direct) {
    for (const server of scenario.SERVERS) clients[server] = await connect(new StdioClientTransport(command(server, root)));
} else {
    const client = await connect(new StreamableHTTPClientTransport(new URL(where)));
    for (const server of scenario.SERVERS) clients[server] = client;
    like(client.getServerVersion()?.name, /mcpctl/, 'serverInfo is the hub');
    is(client.getProtocolEra(), era === 'legacy' ? 'legacy' : 'modern', `the era is that of "${era}"`);
}
const modern = clients.everything.getProtocolEra() === 'modern';

const t = {
    label: `sdk2-${era}`,
    root,
    client: server => clients[server],
    name: (server, tool) => (direct ? tool : `${server}__${tool}`),
    call: (server, tool, args = {}, options) => clients[server].callTool({ name: t.name(server, tool), arguments: args }, options),
    onRequest: (method, handler) => {
        for (const client of new Set(Object.values(clients))) client.setRequestHandler(method, handler);
    },
    nextNotification: method => new Promise(resolve => clients.everything.setNotificationHandler(method, resolve)),
};

await scenario.lists(t);
await scenario.calls(t);
await scenario.progress(t);

if (modern) {
    // Changes are announced on a stream that the client opens for them.
    let stream;
    await part('subscriptions/listen', async () => {
        stream = await clients.everything.listen({ resourcesListChanged: true, toolsListChanged: true });
        ok(stream.honoredFilter.resourcesListChanged, 'subscriptions/listen is acknowledged');
    });
    await scenario.resources(t);
    await stream?.close();
    await scenario.subscription(t, async uri => {
        const updates = await clients.everything.listen({ resourceSubscriptions: [uri] });
        return () => updates.close();
    });
    await scenario.prompts(t);
    await scenario.userInput(t); // the server asks in its own era; the client is asked in the answer to its call
} else {
    await scenario.resources(t);
    await scenario.subscription(t, async uri => {
        await clients.everything.subscribeResource({ uri });
        return () => clients.everything.unsubscribeResource({ uri });
    });
    await scenario.prompts(t);
    await scenario.logging(t);
    await scenario.userInput(t);
    await part('ping', async () => ok(await clients.everything.ping(), 'ping'));
}
for (const client of new Set(Object.values(clients))) await client.close();
done();
