// What is told on the way: progress, log messages, cancellation, changes.
import * as check from './check.mjs';
import { ok, same, show, textOf } from './check.mjs';
import * as offer from './offer.mjs';
import { LEVELS } from './tools.mjs';

const ofStream = (t, method) => t.wire.last('tools/call').messages().filter(message => message.method === method);

async function progress(t) {
    const seen = [];
    // the SDK gives the token, a number; then one of ours, a string
    await t.call('steps', {}, { onprogress: step => seen.push(step.progress) });
    // SDK 1.x drops those that come in one read with the answer; the wire has them all
    ok(seen.every((step, i) => [1, 2.5, 4].includes(step) && !(step <= seen[i - 1])), `the SDK was told of ${show(seen)}`);
    for (const token of [undefined, 'a "token"']) {
        if (token !== undefined) await t.request('tools/call', { name: t.name('steps'), _meta: { progressToken: token } });
        const sent = t.wire.last('tools/call');
        const told = ofStream(t, 'notifications/progress').map(({ params }) => params);
        same(told.map(params => [params.progress, params.total]), [[1, 4], [2.5, 4], [4, 4]], 'the steps, on the stream of the call');
        for (const params of told) same(params.progressToken, sent.sent.params._meta.progressToken, 'the token is that of the client');
        if (t.server.rev >= '2025-06-18') same(told[0]._meta, { 'com.example/step': 1 }, '_meta of a notification');
    }
}

async function noProgress(t) {
    await t.request('tools/call', { name: t.name('content') });
    same(ofStream(t, 'notifications/progress'), [], 'nobody asked for progress');
}

async function progressMessage(t) {
    await t.call('steps', {}, { onprogress: () => {} });
    same(ofStream(t, 'notifications/progress').map(({ params }) => params.message), ['step 1', 'step 2.5', 'step 4'], 'the messages');
}

// The level is a session's until it is set anew, or, since 2026-07-28, a request's.
async function logged(t, level) {
    if (!t.modern) {
        await t.client.setLoggingLevel(level);
        await t.call('log');
    } else {
        await t.request('tools/call', { name: t.name('log'), _meta: { 'io.modelcontextprotocol/logLevel': level } });
    }
    return ofStream(t, 'notifications/message').map(({ params }) => params);
}

async function log(t) {
    for (const level of ['debug', 'warning', 'emergency', 'info']) {
        const told = await logged(t, level);
        same(told.map(params => params.level), LEVELS.slice(LEVELS.indexOf(level)), `the messages at ${level}, on the stream of the call`);
        same(told[0].data, { at: level, 'x-unknown': 1 }, 'the data');
        ok(told[0].logger?.includes('matrix'), `the logger: ${told[0].logger}`);
    }
    if (!t.modern) return;
    await t.call('log');
    same(ofStream(t, 'notifications/message'), [], 'nothing without a level of the request');
}

// The server has the call; then `end` is done; how it went on there.
async function during(t, end) {
    const abort = new AbortController();
    let started;
    const running = new Promise(resolve => {
        started = resolve;
    });
    const call = t.call('wait', {}, { signal: abort.signal, onprogress: started });
    const over = call.catch(error => error);
    await Promise.race([running, over]);
    await end({ abort, call });
    return over;
}

async function cancellation(t) {
    const before = t.wire.exchanges.length;
    const error = await during(t, ({ abort }) => abort.abort('enough'));
    ok(error instanceof Error, 'the call ends with an error at the client');
    same(textOf(await t.call('waited')), 'cancelled', 'and at the server');
    const told = t.wire.exchanges.slice(before).some(e => e.method === 'notifications/cancelled');
    same(told, !t.modern, 'a legacy client says so, a modern one closes the stream');
    const sent = t.wire.exchanges.slice(before).find(e => e.sent?.params?.name === t.name('wait'));
    same(sent.messages().filter(({ id }) => id === sent.sent.id), [], 'nothing answers a cancelled call');
}

// A connection that is lost is no cancellation before 2026-07-28, and is one since.
async function lost(t) {
    const controller = new AbortController();
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': t.rev };
    const params = { name: t.name('wait'), arguments: {}, _meta: { progressToken: 'lost' } };
    if (t.modern) {
        Object.assign(params._meta, { 'io.modelcontextprotocol/protocolVersion': t.rev, 'io.modelcontextprotocol/clientCapabilities': {} });
        Object.assign(headers, { 'Mcp-Method': 'tools/call', 'Mcp-Name': params.name });
    } else {
        headers['Mcp-Session-Id'] = t.session();
    }
    const response = await fetch(t.url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ jsonrpc: '2.0', id: 'lost', method: 'tools/call', params }),
        signal: controller.signal,
    });
    for await (const chunk of response.body) if (String(Buffer.from(chunk)).includes('notifications/progress')) break; // leaving the loop closes it
    controller.abort();
    if (t.modern) {
        same(textOf(await t.call('waited')), 'cancelled', 'the call at the server');
        return;
    }
    await t.call('content'); // what the server has read by now is all that it was told
    same(textOf(await t.call('waited', { end: true })), 'ended', 'the call at the server');
}

let names = 0;

// Other servers' changes are announced to a merged client as well: one change at a time.
async function changes(t) {
    const filter = { toolsListChanged: true, resourcesListChanged: true, promptsListChanged: true };
    const listening = t.modern ? await t.client.listen(filter) : await t.standing();
    const lists = { tools: ['listTools', 'name'], resources: ['listResources', 'name'], prompts: ['listPrompts', 'name'] };
    for (const [kind, [list, member]] of Object.entries(lists)) {
        await t.listsAlone(async () => {
            const name = `new-${++names}`;
            const wanted = kind === 'resources' ? name : t.name(name);
            for (const there of [true, false]) {
                let since = t.notices.length;
                let known;
                await t.call('change', { kind, name: there ? name : undefined });
                do {
                    await t.notice(notice => notice.method === `notifications/${kind}/list_changed`, since, `${kind}/list_changed`);
                    since = t.notices.length;
                    known = (await t.client[list](undefined, { cacheMode: 'refresh' }))[kind].map(entry => entry[member]);
                } while (t.prefix && known.includes(wanted) !== there); // it may have been the last one of another server
                same(known.includes(wanted), there, `${kind} has ${wanted}`);
            }
        });
    }
    if (t.modern) await listening.close();
}

const updates = (t, since) => t.notices.slice(since).filter(({ method }) => method === 'notifications/resources/updated').map(({ params }) => params.uri);

async function subscriptions(t) {
    const [a, b] = [offer.uri(t.server.rev, 'text'), offer.uri(t.server.rev, 'item/7')];
    const part = t.server.modern ? b : `${b}/part`; // SDK 2.x tells of exactly what was subscribed
    const unlisted = offer.uri(t.server.rev, 'blob');
    if (!t.modern) await t.standing();
    const since = t.notices.length;
    const end = await t.watch([a, b]);
    const told = uri => t.wire.until(() => updates(t, since).includes(uri), `the update of ${uri}`);
    await t.call('update', { uris: [unlisted, a, part] });
    await told(part);
    same(updates(t, since), [a, part], 'what was subscribed, and parts of it');
    await end([a]);
    const later = t.notices.length;
    await t.call('update', { uris: [a, b] });
    await t.wire.until(() => updates(t, later).includes(b), 'the update of the other');
    same(updates(t, later), [b], 'what is still subscribed');
    await end(t.modern ? undefined : [b]);
}

// The era's way of saying so reaches the server, once for all who are interested.
async function subscribed(t) {
    const uri = offer.uri(t.server.rev, 'item/777');
    const seen = async method => Number(textOf(await t.call('seen', { method, part: uri })));
    const method = t.server.modern ? 'subscriptions/listen' : 'resources/subscribe';
    const before = await seen(method);
    const end = await t.watch([uri]);
    same(await seen(method), before + 1, `${method} at the server`);
    await end();
    if (t.server.modern) return;
    for (let tries = 0; (await seen('resources/unsubscribe')) !== before + 1; tries++)
        ok(t.modern && tries < 1000, 'resources/unsubscribe at the server'); // the end of a modern client's stream is noticed when it is
}

export const notices = [
    { name: 'progress', run: progress },
    { name: 'progress: with a message', client: check.MESSAGES, server: check.MESSAGES, run: progressMessage },
    { name: 'progress: none that was not asked for', run: noProgress },
    { name: 'log messages at the level asked for', run: log },
    { name: 'list changes', run: changes },
    { name: 'resource subscriptions', run: subscriptions },
    { name: 'resource subscriptions: the server is told', run: subscribed },
];

// After these the hub holds others' calls back for a while: the server could still ask for the one that was given up.
export const endings = [
    { name: 'cancellation', run: cancellation },
    { name: 'a lost connection', oneStream: check.ONE_STREAM, run: lost },
];
