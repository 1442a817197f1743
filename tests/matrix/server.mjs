// A server of one revision on stdio: the official SDK 1.x for those with initialize, 2.x for 2026-07-28.
//
//   node server.mjs REVISION
import * as offer from './offer.mjs';
import { behaviour, extra } from './tools.mjs';
import { tap, write } from './wire.mjs';

const rev = process.argv[2];
const modern = offer.isModern(rev);
const NOT_FOUND = modern ? -32602 : -32002;

// The SDK 1.x answers an initialize in the revision that it asks for; so that is what it asks for.
const input = tap(process.stdin, line =>
    !modern && line.includes('"method":"initialize"') ? line.replace(/"protocolVersion":"[^"]*"/, `"protocolVersion":"${rev}"`) : line,
);

const speaking = Base =>
    class extends Base {
        async send(message) {
            // 2024-11-05 has completion, but no capability that says so.
            if (rev === '2024-11-05') delete message.result?.capabilities?.completions;
            process.stdout.write(`${write(message)}\n`);
        }
    };

const failure = (code, message, data) => Object.assign(new Error(message), { code, data });

function listed(kind, all, params) {
    const added = kind === 'templates' ? undefined : extra[kind];
    const more = { tools: { name: added, inputSchema: { type: 'object' } }, resources: { uri: offer.uri(rev, added), name: added }, prompts: { name: added } };
    const found = offer.page(added ? [...all, more[kind]] : all, params?.cursor);
    if (!found) throw failure(-32602, 'no such cursor');
    const { part, ...rest } = found;
    return { [kind === 'templates' ? 'resourceTemplates' : kind]: part, ...rest };
}

function complete({ ref, argument, context }) {
    const known = context?.arguments?.known;
    const values = offer.completions.filter(value => value.startsWith(argument.value)).map(value => (known ? `${known}-${value}` : value));
    return { completion: { values: ref.type === 'ref/resource' ? values.map(value => `r-${value}`) : values, total: values.length, hasMore: false } };
}

// What requests do, by method; io is of tools.mjs.
const requests = {
    'tools/list': params => listed('tools', offer.tools(rev), params),
    'tools/call': ({ name, arguments: args = {} }, io) => {
        if (!offer.tools(rev).some(tool => tool.name === name)) throw failure(-32602, `Unknown tool: ${name}`);
        return behaviour[name](args, io);
    },
    'resources/list': params => listed('resources', offer.resources(rev), params),
    'resources/templates/list': params => listed('templates', offer.templates(rev), params),
    'resources/read': async ({ uri }, io) => {
        if (uri === offer.uri(rev, 'item/asks')) {
            const { form } = await io.ask({ form: { method: 'elicitation/create', params: { message: 'Which one?', requestedSchema: { type: 'object', properties: {} } } } });
            return { contents: [{ uri, text: form.action }] };
        }
        const found = offer.contents(rev, uri);
        if (!found) throw failure(NOT_FOUND, 'Resource not found', { uri });
        return { contents: [found] };
    },
    'prompts/list': params => listed('prompts', offer.prompts(rev), params),
    'prompts/get': async ({ name, arguments: args = {} }, io) => {
        if (name === 'greet' && args.who === undefined) throw failure(-32602, 'who is missing');
        if (name !== 'plain' && name !== 'greet') throw failure(-32602, `Unknown prompt: ${name}`);
        const asked = args.how === 'ask' ? (await io.ask({ form: { method: 'elicitation/create', params: { message: 'How?', requestedSchema: { type: 'object', properties: {} } } } })).form.action : 'no question';
        return {
            description: `${name}: ${asked}`,
            messages: [
                { role: 'user', content: { type: 'text', text: `${name} ${args.who ?? ''}` } },
                { role: 'assistant', content: { type: 'resource', resource: offer.contents(rev, offer.uri(rev, 'text')) } },
            ],
        };
    },
    'completion/complete': complete,
    'resources/subscribe': () => ({}),
    'resources/unsubscribe': () => ({}),
};

const identity = [{ name: 'matrix', version: '1' }, { capabilities: offer.capabilities(rev), instructions: offer.instructions(rev) }];

async function legacy() {
    const { Server } = await import('@modelcontextprotocol/sdk/server/index.js');
    const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
    const types = await import('@modelcontextprotocol/sdk/types.js');
    const { z } = await import('zod');
    const schemas = {
        'tools/list': types.ListToolsRequestSchema,
        'tools/call': types.CallToolRequestSchema,
        'resources/list': types.ListResourcesRequestSchema,
        'resources/templates/list': types.ListResourceTemplatesRequestSchema,
        'resources/read': types.ReadResourceRequestSchema,
        'resources/subscribe': types.SubscribeRequestSchema,
        'resources/unsubscribe': types.UnsubscribeRequestSchema,
        'prompts/list': types.ListPromptsRequestSchema,
        'prompts/get': types.GetPromptRequestSchema,
        'completion/complete': types.CompleteRequestSchema,
    };
    const server = new Server(...identity);
    const any = z.object({}).passthrough();
    for (const [method, schema] of Object.entries(schemas))
        server.setRequestHandler(schema, ({ params }, call) =>
            requests[method](params ?? {}, {
                rev,
                server,
                lines: input.lines,
                signal: call.signal,
                token: call._meta?.progressToken,
                line: () => input.ofRequest(call.requestId),
                notify: (name, body) => call.sendNotification({ method: name, params: body }),
                log: (level, data) => server.sendLoggingMessage({ level, data, logger: 'matrix' }),
                async ask(questions) {
                    const asked = Object.entries(questions).map(async ([key, request]) => [key, await call.sendRequest(request, any, { timeout: 20000 })]);
                    return Object.fromEntries(await Promise.all(asked));
                },
                urlFirst({ message, url, elicitationId }) {
                    const opened = urlFirst.opened;
                    urlFirst.opened = !opened;
                    if (opened) return { content: [{ type: 'text', text: 'signed in' }] };
                    throw new types.UrlElicitationRequiredError([{ mode: 'url', message, url, elicitationId }]);
                },
            }),
        );
    await server.connect(new (speaking(StdioServerTransport))(input.out));
}
const urlFirst = { opened: false };

async function current() {
    const { Server, inputRequired } = await import('@modelcontextprotocol/server');
    const { serveStdio, StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
    class Wanted {
        constructor(questions, answers) {
            Object.assign(this, { questions, answers });
        }
    }
    const io = (server, context) => {
        const request = context.mcpReq;
        const state = request.requestState();
        const answers = { ...(state ? JSON.parse(state) : {}), ...request.inputResponses };
        return {
            rev,
            server,
            lines: input.lines,
            signal: request.signal,
            token: request._meta?.progressToken,
            line: () => input.ofRequest(request.id),
            notify: (method, params) => request.notify({ method, params }),
            log: (level, data) => request.log(level, data, 'matrix'),
            async ask(questions) {
                const missing = Object.fromEntries(Object.entries(questions).filter(([key]) => !(key in answers)));
                if (Object.keys(missing).length > 0) throw new Wanted(missing, answers);
                return answers;
            },
        };
    };
    const factory = () => {
        const server = new Server(...identity);
        for (const [method, answer] of Object.entries(requests)) {
            if (method === 'resources/subscribe' || method === 'resources/unsubscribe') continue;
            server.setRequestHandler(method, async ({ params }, context) => {
                try {
                    return await answer(params ?? {}, io(server, context));
                } catch (error) {
                    if (!(error instanceof Wanted)) throw error;
                    return inputRequired({ inputRequests: error.questions, requestState: JSON.stringify(error.answers) });
                }
            });
        }
        return server;
    };
    serveStdio(factory, { legacy: 'reject', transport: new (speaking(StdioServerTransport))(input.out) });
}

await (modern ? current() : legacy());
