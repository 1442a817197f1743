// The official clients behind one interface: SDK 1.x in each revision that has initialize, SDK 2.x in both of its modes.
import * as v1 from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import * as v2 from '@modelcontextprotocol/client';
import { z } from 'zod';
import { isModern } from './offer.mjs';
import { wiretap } from './wire.mjs';

export const CLIENTS = [
    { sdk: 1, rev: '2024-11-05', oneStream: true },
    { sdk: 1, rev: '2024-11-05' },
    { sdk: 1, rev: '2025-03-26' },
    { sdk: 1, rev: '2025-06-18' },
    { sdk: 1, rev: '2025-11-25' },
    { sdk: 2, rev: '2025-11-25' },
    { sdk: 2, rev: '2026-07-28' },
];
export const clientName = ({ sdk, rev, oneStream }) => `SDK ${sdk} at ${rev}${oneStream ? ' over HTTP+SSE' : ''}`;

const NOTICES = [
    'notifications/tools/list_changed',
    'notifications/resources/list_changed',
    'notifications/prompts/list_changed',
    'notifications/resources/updated',
    'notifications/elicitation/complete',
];
const any = z.object({}).passthrough();

// What a client of a revision can be asked.
export function fullCapabilities(rev) {
    const all = { roots: { listChanged: true }, sampling: rev >= '2025-11-25' ? { tools: {} } : {} };
    if (rev >= '2025-06-18') all.elicitation = rev >= '2025-11-25' ? { form: {}, url: {} } : {};
    return all;
}

// SDK 1.x asks for its newest revision; it understands the answer in each.
function asking(transport, rev) {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => {
        if (message.method === 'initialize') message.params.protocolVersion = rev;
        return send(message, options);
    };
    return transport;
}

const schemaOf = name => Object.values(types).find(schema => schema?.shape?.method?.value === name || schema?.shape?.method?._def?.value === name || schema?.shape?.method?._zod?.def?.values?.[0] === name);

function first(url, rev, capabilities, wire, oneStream) {
    const client = new v1.Client({ name: 'matrix-1', version: '1' }, { capabilities });
    const transport = asking(new (oneStream ? SSEClientTransport : Transport1)(url, { fetch: wire.fetch }), rev);
    return {
        client,
        transport,
        onRequest: (method, handler) => client.setRequestHandler(schemaOf(method), handler),
        onNotice: (method, handler) => client.setNotificationHandler(schemaOf(method), handler),
        call: (params, options) => client.callTool(params, undefined, options),
        request: (method, params, options) => client.request({ method, params }, any, options),
    };
}

function second(url, rev, capabilities, wire) {
    const versionNegotiation = isModern(rev) ? { mode: { pin: rev } } : undefined;
    const client = new v2.Client({ name: 'matrix-2', version: '1' }, { capabilities, versionNegotiation });
    return {
        client,
        transport: new v2.StreamableHTTPClientTransport(url, { fetch: wire.fetch }),
        onRequest: (method, handler) => client.setRequestHandler(method, handler),
        onNotice: (method, handler) => client.setNotificationHandler(method, handler),
        call: (params, options) => client.callTool(params, options),
        request: (method, params, options) => client.request({ method, params }, any, options),
    };
}

// A connected client: everything that a feature needs of it.
export async function connect({ sdk, rev, oneStream }, url, capabilities = fullCapabilities(rev)) {
    const wire = wiretap(oneStream);
    const modern = isModern(rev);
    const { client, transport, onRequest, onNotice, call, request } = (sdk === 1 ? first : second)(new URL(url), rev, capabilities, wire, oneStream);
    const notices = [];
    for (const method of NOTICES)
        onNotice(method, notice => {
            notices.push(notice);
            wire.woken();
        });
    await client.connect(transport);
    return {
        client,
        wire,
        modern,
        rev,
        sdk,
        notices,
        onRequest,
        request,
        call,
        session: () => transport.sessionId,
        sendRootsListChanged: () => client.sendRootsListChanged(),
        // The stream on which a legacy client hears of what belongs to no request.
        standing: () => wire.until(() => wire.exchanges.some(e => e.http === 'GET' && e.status === 200), 'the GET stream'),
        // Resolves with the first notice that came after `since` and is wanted.
        async notice(wanted, since, what) {
            return wire.until(() => notices.slice(since).find(wanted), what);
        },
        // Resource updates of these URIs from now on; the result ends it, or goes on with fewer.
        async watch(uris) {
            if (!modern) {
                for (const uri of uris) await client.subscribeResource({ uri });
                return async dropped => {
                    for (const uri of dropped ?? uris) await client.unsubscribeResource({ uri });
                };
            }
            let listening = await client.listen({ resourceSubscriptions: uris });
            return async dropped => {
                const next = dropped && (await client.listen({ resourceSubscriptions: uris.filter(uri => !dropped.includes(uri)) }));
                await listening.close();
                listening = next;
            };
        },
        async close() {
            if (!modern && !oneStream) await transport.terminateSession();
            await client.close();
        },
    };
}
