// All that the hub says, in each revision, to clients and to servers, meets the specification's schemas.
//     spec-hub.mjs FOLDER URL LOGS SERVER=REVISION...
// LOGS has what the servers got (fakeserver --trace), in files SERVER-*.log.
import { readdirSync, readFileSync } from 'node:fs';
import { schema, MODERN, REVISIONS } from './schemas.mjs';
import { done, ok, part, within } from './tap.mjs';

const [folder, url, logs, ...pairs] = process.argv.slice(2);
const servers = pairs.map(pair => pair.split('='));
const IO = 'io.modelcontextprotocol/';
const WAIT_MS = 20000;

// ---- verdicts, counted by revision and definition

const seen = new Map();

function note(who, revision, message, method) {
    for (const [name, value] of schema(folder, revision).definitionsOf(message, method)) {
        const key = `${who} ${revision}: ${name}`;
        const row = seen.get(key) ?? { count: 0, wrong: '' };
        const wrong = schema(folder, revision).check(name, value);
        row.count++;
        row.wrong ||= wrong && `${wrong}\n${JSON.stringify(message)}`;
        seen.set(key, row);
    }
}

// ---- a client that answers what it is asked

const ANSWERS = {
    'elicitation/create': { action: 'accept', content: { name: 'Ada' } },
    'sampling/createMessage': { role: 'assistant', model: 'm', content: { type: 'text', text: '42' } },
    'roots/list': { roots: [{ uri: 'file:///r' }] },
};
const CAPABILITIES = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } };
const TASKS = '2025-11-25'; // the revision that has them

class Client {
    constructor(revision) {
        this.revision = revision;
        this.modern = revision === MODERN;
        this.headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': revision };
        this.next = 1;
        this.streams = [];
    }

    // Every message of a response, as it comes.
    async *messages(response) {
        if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
            const text = await response.text();
            if (text) yield JSON.parse(text);
            return;
        }
        let rest = '';
        const decoder = new TextDecoder();
        for await (const chunk of response.body) {
            rest += decoder.decode(chunk, { stream: true });
            const events = rest.split('\n\n');
            rest = events.pop();
            for (const event of events) {
                const data = event.split('\n').filter(line => line.startsWith('data:')).map(line => line.slice(5).trim()).join('\n');
                if (data) yield JSON.parse(data);
            }
        }
    }

    meta(more) {
        return { [`${IO}protocolVersion`]: MODERN, [`${IO}clientCapabilities`]: CAPABILITIES, [`${IO}clientInfo`]: { name: 'spec', version: '1' }, [`${IO}logLevel`]: 'debug', ...more };
    }

    post(message, headers = {}) {
        if (this.modern) {
            headers = { 'Mcp-Method': message.method, ...(message.params.name ?? message.params.uri ? { 'Mcp-Name': message.params.name ?? message.params.uri } : {}), ...headers };
        }
        return fetch(url, { method: 'POST', headers: { ...this.headers, ...headers }, body: JSON.stringify(message), signal: AbortSignal.timeout(WAIT_MS) });
    }

    // The final message; everything on the way is noted, questions are answered.
    async request(method, params = {}, { meta = {}, headers } = {}) {
        const message = { jsonrpc: '2.0', id: this.next++, method, params: { ...params } };
        if (this.modern) message.params._meta = this.meta(meta);
        else if (Object.keys(meta).length) message.params._meta = meta;
        const response = await this.post(message, headers);
        if (response.headers.get('mcp-session-id')) this.headers['Mcp-Session-Id'] = response.headers.get('mcp-session-id');
        let last;
        for await (const got of this.messages(response)) {
            note('to a client of', this.revision, got, method);
            if (got.method && 'id' in got) await this.post({ jsonrpc: '2.0', id: got.id, result: ANSWERS[got.method] });
            else last = got;
        }
        if (last?.result?.resultType === 'input_required') {
            const inputResponses = Object.fromEntries(Object.entries(last.result.inputRequests ?? {}).map(([key, ask]) => [key, ANSWERS[ask.method]]));
            const { requestState } = last.result;
            return this.request(method, { ...params, inputResponses, ...(requestState === undefined ? {} : { requestState }) }, { meta, headers });
        }
        return last;
    }

    // A stream that stays open; a promise of its first message of that method.
    watch(response, method) {
        const waiting = new Map();
        const come = new Set();
        (async () => {
            for await (const got of this.messages(response)) {
                note('to a client of', this.revision, got, method);
                come.add(got.method);
                waiting.get(got.method)?.();
            }
        })().catch(() => {});
        return wanted => within(WAIT_MS, come.has(wanted) ? Promise.resolve() : new Promise(resolve => waiting.set(wanted, resolve)), wanted);
    }

    // Notifications outside of calls: the GET of a session, or a listen.
    async listen(uris) {
        const abort = new AbortController();
        this.streams.push(abort);
        if (!this.modern) {
            for (const uri of uris) await this.request('resources/subscribe', { uri });
            const response = await fetch(url, { headers: { ...this.headers, Accept: 'text/event-stream' }, signal: abort.signal });
            return this.watch(response);
        }
        const message = {
            jsonrpc: '2.0', id: `listen ${this.next++}`, method: 'subscriptions/listen',
            params: { notifications: { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: uris }, _meta: this.meta({}) },
        };
        const response = await fetch(url, { method: 'POST', headers: { ...this.headers, 'Mcp-Method': message.method }, body: JSON.stringify(message), signal: abort.signal });
        return this.watch(response, message.method);
    }

    close() {
        for (const abort of this.streams) abort.abort();
    }
}

// ---- everything that a client can ask for

async function everything(client) {
    const capabilities = client.revision < '2025-06-18' ? { sampling: {}, roots: {} } : client.revision < '2025-11-25' ? { sampling: {}, elicitation: {}, roots: {} } : CAPABILITIES;
    if (client.modern) {
        await client.request('server/discover');
    } else {
        await client.request('initialize', { protocolVersion: client.revision, capabilities, clientInfo: { name: 'spec', version: '1' } });
        await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
        await client.request('ping');
        await client.request('logging/setLevel', { level: 'debug' });
        await client.request('logging/setLevel', { level: 'loud' });
    }
    for (const method of ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list']) await client.request(method);
    await client.request('tools/list', { cursor: 'nobody gave it' });
    await client.request('nobody/knows');
    await client.request('tools/call', { name: 'nobody', arguments: {} });
    await client.request('resources/read', { uri: 'nobody:/has' });
    const told = await client.listen(['fake://counter']);
    for (const [server] of servers.filter(([name]) => name !== 'tasks')) {
        await client.request('tools/call', { name: `${server}__tool1`, arguments: {} }, { meta: { progressToken: `p-${server}` } });
        await client.request('tools/call', { name: `${server}__ask`, arguments: {} });
        await client.request('tools/call', { name: `${server}__env`, arguments: {} });
        await client.request('prompts/get', { name: `${server}__greet`, arguments: { name: 'Ada' } });
        await client.request('completion/complete', { ref: { type: 'ref/prompt', name: `${server}__greet` }, argument: { name: 'name', value: 'A' } });
        await client.request('tools/call', { name: `${server}__change`, arguments: {} });
    }
    await client.request('tools/call', { name: 'now__several', arguments: {} });
    await client.request('tools/call', { name: 'now__stateless', arguments: {} });
    await told('notifications/tools/list_changed');
    for (const uri of ['fake://text', 'fake://blob', 'fake://item/7']) await client.request('resources/read', { uri });
    await client.request('tools/call', { name: `${servers[0][0]}__count`, arguments: {} });
    await told('notifications/resources/updated');
    if (client.revision === TASKS) await tasks(client);
    if (client.modern) {
        await client.request('tools/list', {}, { headers: { 'Mcp-Method': 'tools/call' } });
        await client.request('tools/call', { name: 'now__ask', arguments: {} }, { meta: { [`${IO}clientCapabilities`]: {} } });
        await client.request('tools/list', {}, { meta: { [`${IO}protocolVersion`]: '2999-01-01' }, headers: { 'MCP-Protocol-Version': '2999-01-01' } });
    }
}

// A task from its beginning to its end, one that is cancelled, one that asks.
async function tasks(client) {
    const begin = async (tool, args) => (await client.request('tools/call', { name: `tasks__${tool}`, arguments: args, task: { ttl: 60000 } }, { meta: { progressToken: tool } })).result.task.taskId;
    const taskId = await begin('slow_compute', { seconds: 0.1 });
    await client.request('tasks/get', { taskId });
    await client.request('tasks/list');
    await client.request('tasks/result', { taskId });
    const asks = await begin('confirm_delete', { filename: 'a' });
    await client.request('tasks/result', { taskId: asks });
    const failing = await begin('failing_job', {});
    await client.request('tasks/result', { taskId: failing });
    const endless = await begin('slow_compute', { seconds: 60 });
    await client.request('tasks/cancel', { taskId: endless });
    await client.request('tasks/get', { taskId: 'nobody has it' });
}

// What has to have come up, or the recording is not worth much.
const BOTH = ['CallToolResult', 'ListToolsResult', 'ListResourcesResult', 'ListResourceTemplatesResult', 'ListPromptsResult', 'GetPromptResult', 'ReadResourceResult', 'CompleteResult',
    'ProgressNotification', 'LoggingMessageNotification', 'ToolListChangedNotification', 'ResourceUpdatedNotification'];
const WANTED = {
    '2024-11-05': ['InitializeResult', 'EmptyResult', 'CreateMessageRequest', 'JSONRPCError'],
    '2025-03-26': ['InitializeResult', 'EmptyResult', 'CreateMessageRequest', 'JSONRPCError'],
    '2025-06-18': ['InitializeResult', 'EmptyResult', 'CreateMessageRequest', 'ListRootsRequest', 'ElicitRequest', 'JSONRPCError'],
    '2025-11-25': ['InitializeResult', 'EmptyResult', 'CreateMessageRequest', 'ListRootsRequest', 'ElicitRequest', 'JSONRPCErrorResponse',
        'CreateTaskResult', 'GetTaskResult', 'ListTasksResult', 'CancelTaskResult'],
    [MODERN]: ['DiscoverResult', 'InputRequiredResult', 'SubscriptionsAcknowledgedNotification', 'HeaderMismatchError', 'MissingRequiredClientCapabilityError',
        'UnsupportedProtocolVersionError', 'MethodNotFoundError', 'InvalidParamsError'],
};

for (const revision of REVISIONS) {
    const client = new Client(revision);
    await part(`${revision}: a client`, () => everything(client));
    client.close();
}

// The hub's own words as a client: with what each server said that it speaks.
for (const [server, revision] of servers) {
    for (const file of readdirSync(logs).filter(name => name.startsWith(`${server}-`))) {
        for (const line of readFileSync(`${logs}/${file}`, 'utf8').split('\n').filter(line => line.startsWith('{'))) {
            const message = JSON.parse(line);
            if (message.method) note('to a server of', message.method === 'server/discover' ? MODERN : revision, message);
        }
    }
}

for (const [what, { count, wrong }] of [...seen].sort()) ok(!wrong, `${what}, ${count} of them`, wrong);
for (const revision of REVISIONS) {
    const missing = [...BOTH, ...WANTED[revision]].filter(name => !seen.has(`to a client of ${revision}: ${name}`));
    ok(missing.length === 0, `to a client of ${revision}: every kind of message came up`, missing.join(' '));
    const requests = ['CallToolRequest', 'ListToolsRequest', 'ReadResourceRequest', 'GetPromptRequest', 'CompleteRequest'];
    const unsaid = requests.filter(name => !seen.has(`to a server of ${revision}: ${name}`) && !(name === 'ReadResourceRequest' && revision !== servers[0][1]));
    ok(unsaid.length === 0, `to a server of ${revision}: every kind of request came up`, unsaid.join(' '));
}
done();
