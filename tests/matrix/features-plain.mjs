// What a client asks a server: lists, calls, reads; and what must come through untouched.
import * as check from './check.mjs';
import { failure, ok, same, said, show, textOf } from './check.mjs';
import * as offer from './offer.mjs';
import { raw } from './wire.mjs';

// All entries of a list over its pages, as they came over the wire.
async function whole(t, method, member) {
    const all = [];
    let cursor;
    do {
        await t.request(method, cursor === undefined ? {} : { cursor });
        const { result } = t.answer(method);
        all.push(...result[member]);
        cursor = result.nextCursor;
    } while (cursor !== undefined);
    return all;
}

// The server's own entries of a merged list; names as they are at the server.
const own = (t, list) =>
    list.filter(entry => (t.prefix ? entry.name.startsWith(t.prefix) : true)).map(entry => ({ ...entry, name: entry.name.slice(t.prefix.length) }));

const ofServer = (t, list) => list.filter(entry => (entry.uri ?? entry.uriTemplate).includes(`at-${t.server.rev}`));

const TRACE = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
    baggage: 'userId=alice,serverNode=DF%2028',
};

// The line with which the server was asked, by its own account.
async function asSeen(t, params) {
    const result = await t.request('tools/call', { name: t.name('wire'), arguments: {}, ...params });
    return textOf(result);
}

function lifecycle(t) {
    same(t.client.getServerVersion()?.name, 'mcpctl', 'the server is the hub');
    const capabilities = t.client.getServerCapabilities();
    for (const [name, member] of [['tools', 'listChanged'], ['prompts', 'listChanged'], ['resources', 'listChanged'], ['resources', 'subscribe']])
        ok(capabilities[name]?.[member] === true, `capability ${name}.${member}: ${show(capabilities)}`);
    ok(capabilities.logging, 'capability logging');
    const sent = t.wire.exchanges.find(e => e.method === (t.modern ? 'server/discover' : 'initialize'));
    const { result } = sent.messages().at(-1);
    if (t.modern) ok(result.supportedVersions.includes(t.rev), `supportedVersions: ${show(result)}`);
    else same(result.protocolVersion, t.rev, 'the revision that was asked for');
}

async function toolsList(t) {
    const expected = offer.tools(t.server.rev).filter(tool => tool.outputSchema?.type !== 'array' || t.modern);
    const got = own(t, await whole(t, 'tools/list', 'tools')).filter(tool => t.modern || tool.name !== 'structured-list');
    same(got, expected, 'tools/list');
    await t.client.listTools(); // the SDK takes the list as well
}

async function structured(t) {
    await t.client.listTools(); // from here the SDK knows the schema, and checks the result with it
    const result = await t.call('structured');
    same(result.structuredContent, { n: 42 }, 'structuredContent');
    same(said(result), { n: 42 }, 'and the same as text');
}

// A client of an older revision can neither take such a schema nor such a result.
async function structuredList(t) {
    const { tools } = await t.client.listTools();
    const tool = tools.find(({ name }) => name === t.name('structured-list'));
    ok(tool, 'the tool is listed');
    const result = await t.call('structured-list');
    same(said(result), [1, 2], 'the text');
    if (t.modern) {
        same(result.structuredContent, [1, 2], 'structuredContent');
        return;
    }
    ok(tool.outputSchema === undefined || tool.outputSchema.type === 'object', `outputSchema: ${show(tool.outputSchema)}`);
    ok(result.structuredContent === undefined || !Array.isArray(result.structuredContent), `structuredContent: ${show(result.structuredContent)}`);
}

async function resourcesList(t) {
    same(ofServer(t, await whole(t, 'resources/list', 'resources')), offer.resources(t.server.rev), 'resources/list');
    for (const { uri } of offer.resources(t.server.rev))
        same((await t.client.readResource({ uri })).contents, [offer.contents(t.server.rev, uri)], `resources/read of ${uri}`);
}

async function templates(t) {
    same(ofServer(t, await whole(t, 'resources/templates/list', 'resourceTemplates')), offer.templates(t.server.rev), 'resources/templates/list');
    const uri = offer.uri(t.server.rev, 'item/7');
    same((await t.client.readResource({ uri })).contents[0].text, 'item 7', 'a resource of a template');
}

async function notFound(t) {
    for (const uri of [offer.uri(t.server.rev, 'nowhere'), 'nobody://has/this']) {
        await failure(t.client.readResource({ uri }), 'resources/read');
        const { error } = t.answer('resources/read'); // SDK 2.x has one code for both eras
        same(error.code, t.modern ? -32602 : -32002, `the code for ${uri}`);
        same(error.data?.uri, uri, 'data.uri');
    }
}

async function link(t) {
    const [block] = (await t.call('link')).content;
    same((await t.client.readResource({ uri: block.uri })).contents[0].text, 'only linked to', 'the resource behind the link');
}

async function prompts(t) {
    same(own(t, await whole(t, 'prompts/list', 'prompts')), offer.prompts(t.server.rev), 'prompts/list');
    const { messages } = await t.client.getPrompt({ name: t.name('greet'), arguments: { who: 'Ada' } });
    same(messages[0].content.text, 'greet Ada', 'prompts/get');
    same(messages[1].content.resource.uri, offer.uri(t.server.rev, 'text'), 'an embedded resource keeps its URI');
    same((await failure(t.client.getPrompt({ name: t.name('nothing') }), 'an unknown prompt')).code, -32602, 'an unknown prompt');
    same((await failure(t.client.getPrompt({ name: t.name('greet') }), 'a missing argument')).code, -32602, 'a missing argument');
}

async function completion(t) {
    const argument = { name: 'who', value: 'al' };
    const prompt = await t.client.complete({ ref: { type: 'ref/prompt', name: t.name('greet') }, argument });
    same(prompt.completion.values, ['alice', 'albert'], "of a prompt's argument");
    const template = await t.client.complete({ ref: { type: 'ref/resource', uri: offer.uri(t.server.rev, 'item/{id}') }, argument: { name: 'id', value: 'b' } });
    same(template.completion.values, ['r-bob'], "of a template's variable");
}

async function completionContext(t) {
    const { completion: found } = await t.client.complete({
        ref: { type: 'ref/prompt', name: t.name('greet') },
        argument: { name: 'who', value: 'bo' },
        context: { arguments: { known: 'x' } },
    });
    same(found.values, ['x-bob'], 'with what is known already');
}

async function unknownTool(t) {
    const error = await failure(t.call('no-such'), 'an unknown tool');
    same(error.code, -32602, 'the code');
    ok(/no-such/.test(error.message), `the message names it: ${error.message}`);
}

async function unknownMethod(t) {
    const error = await failure(t.request('no/such', {}), 'an unknown method');
    const sent = t.wire.last('no/such');
    same(sent.messages().at(-1).error.code, -32601, `the code (${error.message})`);
    if (!t.pair.oneStream) same(sent.status, t.modern ? 404 : 200, 'the HTTP status');
}

async function cursors(t) {
    for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'])
        same((await failure(t.request(method, { cursor: 'nobody gave this' }), method)).code, -32602, `${method} with a cursor of nobody`);
}

async function unknownMembers(t) {
    const line = JSON.parse(await asSeen(t, { 'x-unknown': [1, { a: null }], arguments: { 'x-deep': { y: [] } } }));
    same(line.params['x-unknown'], [1, { a: null }], 'a member of params');
    same(line.params.arguments, { 'x-deep': { y: [] } }, 'the arguments');
    same(line.params.name, 'wire', 'the name is that at the server');
    same(t.answer('tools/call').result['x-unknown'].deep, [{ a: null }], 'a member of the result');
}

async function meta(t) {
    const line = JSON.parse(await asSeen(t, { _meta: { ...TRACE, 'com.example/there': { a: 1 } } }));
    const { 'com.example/there': there, ...others } = line.params._meta;
    same(there, { a: 1 }, 'a key of _meta reaches the server');
    same(Object.fromEntries(Object.keys(TRACE).map(key => [key, others[key]])), TRACE, 'so does the trace context');
    const hop = Object.keys(others).filter(key => key.startsWith('io.modelcontextprotocol/') && key !== 'io.modelcontextprotocol/logLevel').sort();
    const wanted = ['clientCapabilities', 'clientInfo', 'protocolVersion'].map(key => `io.modelcontextprotocol/${key}`);
    same(hop, t.server.modern ? wanted : [], "the server's era has its own keys, and no others");
    const back = t.answer('tools/call').result._meta;
    same(Object.fromEntries(Object.keys(TRACE).map(key => [key, back[key]])), TRACE, 'the trace context comes back');
    ok('com.example/back' in back, 'so does a key of the server');
}

async function numbers(t) {
    const line = await asSeen(t, { arguments: { n: raw('9007199254740993'), e: raw('1e400'), f: raw('1.0'), z: raw('-0'), i: raw('-12345678901234567890123') } });
    for (const text of ['"n":9007199254740993', '"e":1e400', '"f":1.0', '"z":-0', '"i":-12345678901234567890123'])
        ok(line.includes(text), `to the server: no ${text} in ${line}`);
    const text = t.wire.last('tools/call').bytes();
    for (const part of ['"n":9007199254740993', '"e":1e400', '"f":1.0', '"z":-0', '"com.example/back":12345678901234567890'])
        ok(text.includes(part), `back: no ${part} in ${text}`);
}

// Every result says what it is; those of lists and reads for how long (2026-07-28/basic/index § ResultType, server/utilities/caching).
function stamps(t) {
    const cacheable = ['server/discover', 'tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read'];
    let seen = 0;
    for (const exchange of t.wire.exchanges) {
        const result = exchange.method !== 'subscriptions/listen' && exchange.messages().at(-1)?.result;
        if (!result) continue;
        seen++;
        const what = `${exchange.method}: ${show(result)}`;
        ok(['complete', 'input_required'].includes(result.resultType), `resultType of ${what}`);
        ok(result._meta?.['io.modelcontextprotocol/serverInfo'], `serverInfo of ${what}`);
        const kept = result.resultType === 'complete' && cacheable.includes(exchange.method);
        same([Number.isInteger(result.ttlMs), /^(public|private)$/.test(result.cacheScope)], [kept, kept], `ttlMs and cacheScope of ${what}`);
    }
    ok(seen > 10, `only ${seen} results were looked at`);
}

export const plain = [
    { name: 'lifecycle and capabilities', run: lifecycle },
    { name: 'instructions', run: t => ok(t.client.getInstructions()?.includes(offer.instructions(t.server.rev)), `instructions: ${t.client.getInstructions()}`) },
    { name: 'ping', client: check.HANDSHAKE, run: async t => ok(await t.client.ping(), 'ping') },
    { name: 'tools: list, over its pages', run: toolsList },
    { name: 'tools: every block of content', run: async t => same((await t.call('content')).content, offer.content(t.server.rev), 'content') },
    { name: 'tools: an error of the tool', run: async t => ok((await t.call('fails')).isError, 'isError') },
    { name: 'tools: an unknown tool', run: unknownTool },
    { name: 'structured output', client: check.STRUCTURED, server: check.STRUCTURED, run: structured },
    { name: 'structured output that is no object', server: check.ANY_OUTPUT, run: structuredList },
    { name: 'resources: list and read', run: resourcesList },
    { name: 'resources: not found', run: notFound },
    { name: 'resources: a link to an unlisted one', client: check.LINKS, server: check.LINKS, run: link },
    { name: 'resource templates', run: templates },
    { name: 'prompts', run: prompts },
    { name: 'completion', run: completion },
    { name: 'completion with context', client: check.CONTEXT, server: check.CONTEXT, run: completionContext },
    { name: 'a cursor that nobody gave', run: cursors },
    { name: 'an unknown method', run: unknownMethod },
    { name: 'unknown members, both ways', run: unknownMembers },
    { name: '_meta and trace context, both ways', run: meta },
    { name: 'numbers beyond doubles, both ways', run: numbers },
];
// The last one: it looks at what all others got.
export const last = [{ name: 'what a result says of itself', client: check.MODERN_ONLY, run: stamps }];
