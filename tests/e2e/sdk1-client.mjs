// The official SDK 1.x (the package that most hosts are built on) against a hub, or, to prove the scenario, against the servers themselves.
//
//   node sdk1-client.mjs URL ROOT
//   node sdk1-client.mjs URL ROOT sse      over HTTP+SSE, the transport of 2024-11-05
//   node sdk1-client.mjs stdio ROOT
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { done, is, like, ok, part } from './tap.mjs';
import * as scenario from './scenario.mjs';
import { command } from './servers.mjs';

const [where, root, kind] = process.argv.slice(2);
const direct = where === 'stdio';
const old = kind === 'sse';

const requestSchemas = {
    'sampling/createMessage': types.CreateMessageRequestSchema,
    'elicitation/create': types.ElicitRequestSchema,
    'roots/list': types.ListRootsRequestSchema,
};
const notificationSchemas = {
    'notifications/resources/list_changed': types.ResourceListChangedNotificationSchema,
    'notifications/resources/updated': types.ResourceUpdatedNotificationSchema,
    'notifications/message': types.LoggingMessageNotificationSchema,
};

async function connect(transport) {
    const client = new Client(
        { name: 'sdk1', version: '1' },
        { capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } } },
    );
    client.setRequestHandler(types.ListRootsRequestSchema, () => ({ roots: [{ uri: `file://${root}`, name: 'workspace' }] }));
    await client.connect(transport);
    return client;
}

const clients = {};
let transport;
if (direct) {
    for (const server of scenario.SERVERS) clients[server] = await connect(new StdioClientTransport(command(server, root)));
} else {
    transport = old ? new SSEClientTransport(new URL(where)) : new StreamableHTTPClientTransport(new URL(where));
    const client = await connect(transport);
    for (const server of scenario.SERVERS) clients[server] = client;
    ok(old || transport.sessionId, 'the hub gave a session');
    like(client.getServerVersion().name, /mcpctl/, 'serverInfo is the hub');
    const { tools, resources, prompts, logging, completions } = client.getServerCapabilities();
    ok(tools && resources?.subscribe && prompts && logging && completions, 'capabilities are those of the servers');
}

const t = {
    label: old ? 'sdk1 over SSE' : 'sdk1',
    root,
    client: server => clients[server],
    name: (server, tool) => (direct ? tool : `${server}__${tool}`),
    call: (server, tool, args = {}, options) => clients[server].callTool({ name: t.name(server, tool), arguments: args }, undefined, options),
    onRequest: (method, handler) => {
        for (const client of new Set(Object.values(clients))) client.setRequestHandler(requestSchemas[method], handler);
    },
    nextNotification: method => new Promise(resolve => clients.everything.setNotificationHandler(notificationSchemas[method], resolve)),
};

await scenario.lists(t);
await scenario.calls(t);
await scenario.progress(t);
await scenario.resources(t);
await scenario.subscription(t, async uri => {
    await clients.everything.subscribeResource({ uri });
    return () => clients.everything.unsubscribeResource({ uri });
});
await scenario.prompts(t);
await scenario.logging(t);
await scenario.userInput(t);
await part('ping', async () => is(await clients.everything.ping(), {}, 'ping'));

if (!direct && !old) {
    await part('the end of a session', async () => {
        const id = transport.sessionId;
        await transport.terminateSession();
        const answer = await fetch(where, {
            method: 'POST',
            headers: {
                'Content-Type': 'application/json',
                Accept: 'application/json, text/event-stream',
                'Mcp-Session-Id': id,
                'MCP-Protocol-Version': '2025-06-18',
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
        });
        is(answer.status, 404, 'after DELETE the session is unknown');
    });
}
for (const client of new Set(Object.values(clients))) await client.close();
done();
