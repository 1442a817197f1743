// A server with the official SDK 2.x. In the modern era it asks in its result; when its SDK serves the legacy era, the SDK asks by requests.
import {
    createRequestStateCodec,
    inputRequired,
    MissingRequiredClientCapabilityError,
    ProtocolError,
    ProtocolErrorCode,
    ResourceNotFoundError,
    Server,
} from '@modelcontextprotocol/server';
import { randomBytes } from 'node:crypto';
import { capabilities, extraPrompt, extraTool, info, lists, prompts, read, tools, words } from './offers.mjs';

const codec = createRequestStateCodec({ key: randomBytes(32) });
const shown = { tools: false, prompts: false };

// What is not an error: the tool's last word is still to come.
class Interim {
    constructor(result) {
        this.result = result;
    }
}

const needs = ({ method, params }) =>
    method === 'elicitation/create' ? { elicitation: { [params.mode]: {} } } : method === 'sampling/createMessage' ? { sampling: {} } : { roots: {} };

const isLegacy = server => server.getNegotiatedProtocolVersion() < '2026';

function turnOf(server, ctx) {
    const declared = isLegacy(server) ? server.getClientCapabilities() : ctx.mcpReq.envelope['io.modelcontextprotocol/clientCapabilities'];
    const answers = { ...ctx.mcpReq.requestState()?.answers, ...ctx.mcpReq.inputResponses };
    return {
        progress: (progress, total) => {
            const progressToken = ctx.mcpReq._meta?.progressToken;
            return progressToken !== undefined && ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total } });
        },
        log: (level, data) => ctx.mcpReq.log(level, data),
        ask: async (questions, { state, optional } = {}) => {
            const possible = Object.entries(questions).filter(([, question]) => Object.keys(needs(question)).every(name => declared?.[name]));
            const [impossible] = Object.values(questions).filter(question => !possible.some(([, each]) => each === question));
            if (impossible && !optional) throw new MissingRequiredClientCapabilityError({ requiredCapabilities: needs(impossible) });
            const open = possible.filter(([key]) => !(key in answers));
            if (open.length === 0) return Object.fromEntries(possible.map(([key]) => [key, answers[key]]));
            throw new Interim(
                inputRequired({ inputRequests: Object.fromEntries(open), ...(state && { requestState: await codec.mint({ answers }) }) }),
            );
        },
        changed: kind => {
            shown[kind] = !shown[kind];
            return kind === 'tools' ? server.sendToolListChanged() : server.sendPromptListChanged();
        },
        updated: uri => server.sendResourceUpdated({ uri }),
    };
}

async function run(server, ctx, offer, args) {
    try {
        return await offer.run(turnOf(server, ctx), args ?? {});
    } catch (error) {
        if (error instanceof Interim) return error.result;
        throw error;
    }
}

const find = (offers, name, what) => {
    if (!offers[name]) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown ${what}: ${name}`);
    return offers[name];
};

// One server per connection, as serveStdio wants it.
export function create() {
    const server = new Server(info, { capabilities, requestState: { verify: codec.verify } });

    server.setRequestHandler('tools/list', () => ({ tools: lists.tools(shown) }));
    server.setRequestHandler('prompts/list', () => ({ prompts: lists.prompts(shown) }));
    server.setRequestHandler('resources/list', () => ({ resources: lists.resources() }));
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: lists.resourceTemplates() }));
    server.setRequestHandler('tools/call', async ({ params }, ctx) => {
        const tool = find({ ...tools, test_extra_tool: extraTool }, params.name, 'tool');
        try {
            return await run(server, ctx, tool, params.arguments);
        } catch (error) {
            if (error instanceof ProtocolError) throw error;
            return { isError: true, content: [{ type: 'text', text: error.message }] };
        }
    });
    server.setRequestHandler('prompts/get', ({ params }, ctx) =>
        run(server, ctx, find({ ...prompts, test_extra_prompt: extraPrompt }, params.name, 'prompt'), params.arguments),
    );
    server.setRequestHandler('resources/read', ({ params: { uri } }) => {
        const contents = read(uri);
        if (!contents) throw new ResourceNotFoundError(uri);
        return { contents: [contents] };
    });
    server.setRequestHandler('resources/subscribe', () => ({}));
    server.setRequestHandler('resources/unsubscribe', () => ({}));
    server.setRequestHandler('completion/complete', ({ params: { argument } }) => ({
        completion: { values: argument.name === 'arg1' ? words.filter(word => word.startsWith(argument.value)) : [] },
    }));
    return server;
}
