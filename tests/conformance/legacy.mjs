// A server of 2025-11-25 with the official SDK 1.x: it asks by requests, and knows neither keys nor states.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { capabilities, extraPrompt, extraTool, info, lists, prompts, read, tools, words } from './offers.mjs';

const server = new Server(info, { capabilities });
const shown = { tools: false, prompts: false };
const subscribed = new Set();

const optionally = ([key, asked]) => asked.then(result => [key, result]);

function turnOf(extra) {
    const ask = question => server.request(question, types.ResultSchema, { relatedRequestId: extra.requestId });
    return {
        progress: (progress, total) => {
            const progressToken = extra._meta?.progressToken;
            return progressToken !== undefined && extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total } });
        },
        log: (level, data) => server.sendLoggingMessage({ level, data }, extra.sessionId),
        ask: async (questions, { optional } = {}) => {
            const asked = Object.entries(questions).map(([key, question]) => optionally([key, ask(question)]));
            if (!optional) return Object.fromEntries(await Promise.all(asked));
            return Object.fromEntries((await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled').map(({ value }) => value));
        },
        changed: kind => {
            shown[kind] = !shown[kind];
            return kind === 'tools' ? server.sendToolListChanged() : server.sendPromptListChanged();
        },
        updated: async uri => subscribed.has(uri) && server.sendResourceUpdated({ uri }),
    };
}

server.setRequestHandler(types.ListToolsRequestSchema, () => ({ tools: lists.tools(shown) }));
server.setRequestHandler(types.ListPromptsRequestSchema, () => ({ prompts: lists.prompts(shown) }));
server.setRequestHandler(types.ListResourcesRequestSchema, () => ({ resources: lists.resources() }));
server.setRequestHandler(types.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: lists.resourceTemplates() }));

server.setRequestHandler(types.CallToolRequestSchema, async ({ params }, extra) => {
    const tool = params.name === 'test_extra_tool' ? extraTool : tools[params.name];
    if (!tool) throw new types.McpError(types.ErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    try {
        return await tool.run(turnOf(extra), params.arguments ?? {});
    } catch (error) {
        return { isError: true, content: [{ type: 'text', text: error.message }] };
    }
});
server.setRequestHandler(types.GetPromptRequestSchema, async ({ params }, extra) => {
    const prompt = params.name === 'test_extra_prompt' ? extraPrompt : prompts[params.name];
    if (!prompt) throw new types.McpError(types.ErrorCode.InvalidParams, `Unknown prompt: ${params.name}`);
    return prompt.run(turnOf(extra), params.arguments ?? {});
});
server.setRequestHandler(types.ReadResourceRequestSchema, ({ params: { uri } }) => {
    const contents = read(uri);
    // 2025-11-25 server/resources § Error Handling
    if (!contents) throw new types.McpError(-32002, 'Resource not found', { uri });
    return { contents: [contents] };
});
server.setRequestHandler(types.SubscribeRequestSchema, ({ params: { uri } }) => {
    subscribed.add(uri);
    return {};
});
server.setRequestHandler(types.UnsubscribeRequestSchema, ({ params: { uri } }) => {
    subscribed.delete(uri);
    return {};
});
server.setRequestHandler(types.CompleteRequestSchema, ({ params: { argument } }) => ({
    completion: { values: argument.name === 'arg1' ? words.filter(word => word.startsWith(argument.value)) : [] },
}));

await server.connect(new StdioServerTransport());
