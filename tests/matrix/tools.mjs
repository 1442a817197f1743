// What the tools of the matrix's servers do, whichever SDK serves them. `io` is what server.mjs gives them of the one call:
//   rev, signal, line()         the revision, whether the call is cancelled, the request as its bytes came
//   notify(method, params)      a notification that belongs to this call
//   token                       its progress token
//   log(level, data)
//   ask({key: {method, params}})        the client's answers by key; an error of the client's is thrown
//   server                      sendToolListChanged() and so on
//   lines                       what the server has read so far
import * as offer from './offer.mjs';
import { raw } from './wire.mjs';

export const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
const TRACE = ['traceparent', 'tracestate', 'baggage'];
const text = value => ({ content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }] });

// What list_changed is about: a name that comes and goes.
export const extra = { tools: undefined, resources: undefined, prompts: undefined };

// How the last "wait" ended, for those who ask.
let waiting = { over: Promise.resolve('nothing waited') };

const QUESTIONS = {
    form: { method: 'elicitation/create', params: { message: 'Your name?', requestedSchema: { type: 'object', properties: { name: { type: 'string', title: 'Name' } }, required: ['name'] } } },
    url: { method: 'elicitation/create', params: { mode: 'url', message: 'Sign in', url: 'https://example.com/in?a=1&b=2' } },
    sample: { method: 'sampling/createMessage', params: { messages: [{ role: 'user', content: { type: 'text', text: 'Hello?' } }], maxTokens: 10 } },
    sampleTools: {
        method: 'sampling/createMessage',
        params: {
            messages: [{ role: 'user', content: { type: 'text', text: 'The weather?' } }],
            maxTokens: 10,
            tools: [{ name: 'weather', inputSchema: { type: 'object' } }],
            toolChoice: { mode: 'required' },
        },
    },
    roots: { method: 'roots/list' },
};

let elicitations = 0;

export function question(rev, what, meta) {
    const { method, params } = QUESTIONS[what];
    const own = { ...params };
    if (what === 'form' && rev >= '2025-11-25') own.mode = 'form';
    if (what === 'url' && !offer.isModern(rev)) own.elicitationId = `elicitation-${++elicitations}`;
    if (meta) own._meta = meta;
    return { method, ...(params || meta ? { params: own } : {}) };
}

const pick = (object, keys) => Object.fromEntries(keys.filter(key => key in object).map(key => [key, object[key]]));

export const behaviour = {
    content: (_, io) => ({ content: offer.content(io.rev) }),
    structured: () => ({ ...text({ n: 42 }), structuredContent: { n: 42 } }),
    'structured-list': () => ({ ...text([1, 2]), structuredContent: [1, 2] }),
    fails: () => ({ ...text('it did not work'), isError: true }),
    // Members, metadata and numbers in both directions.
    wire: (args, io) => ({
        ...text(io.line()),
        'x-unknown': { deep: [{ a: null }], n: raw('9007199254740993'), e: raw('1e400'), f: raw('1.0'), z: raw('-0') },
        _meta: { 'com.example/back': raw('12345678901234567890'), ...pick(JSON.parse(io.line()).params._meta ?? {}, TRACE) },
    }),
    async steps(_, io) {
        for (const progress of [1, 2.5, 4])
            await io.notify('notifications/progress', {
                progressToken: io.token,
                progress,
                total: 4,
                ...(io.rev >= '2025-03-26' ? { message: `step ${progress}` } : {}),
                ...(io.rev >= '2025-06-18' ? { _meta: { 'com.example/step': progress } } : {}),
            });
        return text('done');
    },
    async log(_, io) {
        for (const level of LEVELS) await io.log(level, { at: level, 'x-unknown': 1 });
        return text('logged');
    },
    async wait(_, io) {
        waiting = {};
        waiting.over = new Promise(resolve => {
            io.signal.addEventListener('abort', () => resolve('cancelled'));
            waiting.end = () => resolve('ended');
        });
        if (io.token !== undefined) await io.notify('notifications/progress', { progressToken: io.token, progress: 1 });
        return text(await waiting.over);
    },
    // {end: true} lets a wait end by itself.
    async waited({ end }) {
        if (end) waiting.end?.();
        return text(await waiting.over);
    },
    async change({ kind, name }, io) {
        extra[kind] = name;
        await { tools: () => io.server.sendToolListChanged(), resources: () => io.server.sendResourceListChanged(), prompts: () => io.server.sendPromptListChanged() }[kind]();
        return text('changed');
    },
    async update({ uris }, io) {
        for (const uri of uris) await io.server.sendResourceUpdated({ uri });
        return text('updated');
    },
    // How many messages of a method the server has read, those with a text in them.
    seen: ({ method, part = '' }, io) => text(String(io.lines.filter(line => line.includes(part) && JSON.parse(line).method === method).length)),
    link: (_, io) => ({ content: [{ type: 'resource_link', uri: offer.uri(io.rev, 'unlisted'), name: 'unlisted' }] }),
    // {what: [names of QUESTIONS], meta}: all at once; gives the answers.
    async ask({ what, meta, complete }, io) {
        const questions = Object.fromEntries(what.map(name => [`the ${name}`, question(io.rev, name, meta)]));
        const answers = await io.ask(questions);
        if (complete) await io.notify('notifications/elicitation/complete', { elicitationId: questions['the url'].params.elicitationId });
        return text(Object.fromEntries(what.map(name => [name, answers[`the ${name}`]])));
    },
    async rounds(_, io) {
        const first = (await io.ask({ first: question(io.rev, 'form') })).first;
        const second = (await io.ask({ second: question(io.rev, 'form') })).second;
        return text({ first, second });
    },
    'url-first': (_, io) => io.urlFirst(question(io.rev, 'url').params),
};
