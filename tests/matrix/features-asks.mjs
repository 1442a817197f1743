// What servers ask clients: in requests of their own before 2026-07-28, in results since.
import * as check from './check.mjs';
import { failure, ok, same, said, show, textOf } from './check.mjs';
import { connect } from './clients.mjs';
import * as offer from './offer.mjs';

const TRACE = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'com.example/asked': 'x' };
const both = condition => ({ client: condition, server: condition });

// Answers the requests of one method, and keeps their params.
function answering(t, method, ...answers) {
    const asked = [];
    t.onRequest(method, ({ params }) => {
        asked.push(params);
        return answers.length > 1 ? answers.shift() : answers[0];
    });
    return asked;
}

const ask = (t, what, more) => t.call('ask', { what: [what].flat(), ...more });

async function form(t) {
    for (const answer of [{ action: 'accept', content: { name: 'Ada' } }, { action: 'decline' }, { action: 'cancel' }]) {
        const asked = answering(t, 'elicitation/create', answer);
        same(said(await ask(t, 'form')).form, answer, `the answer "${answer.action}"`);
        same(asked.length, 1, 'asked once');
        same(asked[0].message, 'Your name?', 'the message');
        same(asked[0].requestedSchema, { type: 'object', properties: { name: { type: 'string', title: 'Name' } }, required: ['name'] }, 'the form');
        const named = t.rev >= '2025-11-25' && t.server.rev >= '2025-11-25'; // before, there is but one mode
        if (named || t.server.modern) same(asked[0].mode, named ? 'form' : undefined, 'the mode');
    }
}

async function url(t) {
    for (const answer of [{ action: 'accept' }, { action: 'decline' }]) {
        const asked = answering(t, 'elicitation/create', answer);
        same(said(await ask(t, 'url')).url, answer, `the answer "${answer.action}"`);
        same([asked[0].mode, asked[0].url, asked[0].message], ['url', 'https://example.com/in?a=1&b=2', 'Sign in'], 'what was asked');
        same(typeof asked[0].elicitationId, t.modern ? 'undefined' : 'string', 'an elicitationId, where the revision has it');
    }
}

async function urlDone(t) {
    await t.standing();
    const asked = answering(t, 'elicitation/create', { action: 'accept' });
    const since = t.notices.length;
    await ask(t, 'url', { complete: true });
    const notice = await t.notice(({ method }) => method === 'notifications/elicitation/complete', since, 'its completion');
    same(notice.params.elicitationId, asked[0].elicitationId, 'under the same id');
}

async function urlFirst(t) {
    const asked = answering(t, 'elicitation/create', { action: 'accept' });
    if (t.modern) {
        same(textOf(await t.call('url-first')), 'signed in', 'the call goes on once the URL was opened');
        same([asked[0].mode, asked[0].url], ['url', 'https://example.com/in?a=1&b=2'], 'what was asked');
        return;
    }
    const error = await failure(t.call('url-first'), 'the call');
    same(error.code, -32042, 'the code');
    const { data } = t.answer('tools/call').error;
    same([data.elicitations.length, data.elicitations[0].url], [1, 'https://example.com/in?a=1&b=2'], 'the URL');
    same(textOf(await t.call('url-first')), 'signed in', 'and then again');
}

const SAMPLE = { model: 'm', role: 'assistant', stopReason: 'endTurn', content: { type: 'text', text: 'forty-two' } };

async function sampling(t) {
    const asked = answering(t, 'sampling/createMessage', SAMPLE);
    same(said(await ask(t, 'sample')).sample, SAMPLE, 'the answer');
    same([asked[0].messages[0].content.text, asked[0].maxTokens], ['Hello?', 10], 'what was asked');
}

async function samplingTools(t) {
    const answer = { ...SAMPLE, stopReason: 'toolUse', content: [{ type: 'tool_use', id: 'u1', name: 'weather', input: { at: 'home' } }] };
    const asked = answering(t, 'sampling/createMessage', answer);
    same(said(await ask(t, 'sampleTools')).sampleTools, answer, 'the answer');
    same([asked[0].tools[0].name, asked[0].toolChoice.mode], ['weather', 'required'], 'what was asked');
}

async function roots(t) {
    const list = { roots: [{ uri: 'file:///matrix/root', name: 'of the client' }] };
    const asked = answering(t, 'roots/list', list);
    same(said(await ask(t, 'roots')).roots, list, 'the roots');
    same(asked.length, 1, 'the client was asked');
}

async function rootsChanged(t) {
    const count = async () => Number(textOf(await t.call('seen', { method: 'notifications/roots/list_changed' })));
    await t.rootsAlone(async () => {
        const before = await count();
        await t.sendRootsListChanged();
        same(await count(), before + 1, 'the server is told, once');
    });
}

async function several(t) {
    answering(t, 'elicitation/create', { action: 'accept', content: { name: 'Ada' } });
    answering(t, 'sampling/createMessage', SAMPLE);
    answering(t, 'roots/list', { roots: [{ uri: 'file:///r' }] });
    const answers = said(await ask(t, ['form', 'sample', 'roots']));
    same([answers.form.content.name, answers.sample.content.text, answers.roots.roots[0].uri], ['Ada', 'forty-two', 'file:///r'], 'each gets its own answer');
}

async function rounds(t) {
    const [one, two] = [{ action: 'accept', content: { name: 'one' } }, { action: 'accept', content: { name: 'two' } }];
    const asked = answering(t, 'elicitation/create', one, two);
    same(said(await t.call('rounds')), { first: one, second: two }, 'the answers of both rounds');
    same(asked.length, 2, 'each was asked once');
}

async function elsewhere(t) {
    const asked = answering(t, 'elicitation/create', { action: 'accept', content: {} });
    const { contents } = await t.client.readResource({ uri: offer.uri(t.server.rev, 'item/asks') });
    same(contents[0].text, 'accept', 'during resources/read');
    const prompt = await t.client.getPrompt({ name: t.name('greet'), arguments: { who: 'Ada', how: 'ask' } });
    same(prompt.description, 'greet: accept', 'during prompts/get');
    same(asked.map(({ message }) => message), ['Which one?', 'How?'], 'what was asked');
}

async function askedMeta(t) {
    const own = { 'com.example/answer': [1], traceparent: TRACE.traceparent };
    const asked = answering(t, 'elicitation/create', { action: 'accept', content: { name: 'Ada' } });
    t.wire.rewrite = body => body.replace('"action":"accept"', `"_meta":${JSON.stringify(own)},"action":"accept"`); // SDK 2.x would leave it out
    const { form: answer } = said(await ask(t, 'form', { meta: TRACE }));
    t.wire.rewrite = body => body;
    same({ traceparent: asked[0]._meta?.traceparent, 'com.example/asked': asked[0]._meta?.['com.example/asked'] }, TRACE, "the question's _meta");
    same(answer._meta, own, "the answer's _meta");
}

// A client that can be asked nothing; the question differs with what its revision could have.
async function unable(t) {
    const bare = await connect(t.pair, t.url, {});
    try {
        const what = t.server.rev >= '2025-06-18' ? 'form' : 'sample';
        const call = bare.call({ name: t.name('ask'), arguments: { what: [what] } });
        if (t.modern) {
            const error = await failure(call, 'the call');
            same(error.code, -32021, `the code (${error.message})`);
            const sent = bare.wire.last('tools/call');
            same(sent.status, 400, 'the HTTP status');
            const [required] = [sent.messages().at(-1).error.data?.requiredCapabilities];
            ok(required && typeof required === 'object' && !Array.isArray(required), `requiredCapabilities: ${show(required)}`);
            ok((what === 'form' ? 'elicitation' : 'sampling') in required, `requiredCapabilities: ${show(required)}`);
        } else {
            const outcome = await call.catch(error => error);
            const message = outcome.message ?? textOf(outcome);
            ok(outcome.isError || outcome instanceof Error, `the call fails: ${show(outcome)}`);
            if (t.server.modern) ok(outcome.isError || outcome.code === -32603, `with a code of its own revision: ${outcome.code}`);
            ok(new RegExp(what === 'form' ? 'elicitation' : 'sampling').test(message), `and says why: ${message}`);
        }
        same((await bare.call({ name: t.name('content') })).isError ?? false, false, 'other calls are served');
    } finally {
        await bare.close();
    }
}

// What a modern server is told of the client is what the client has said, and no more.
async function capabilities(t) {
    const result = await t.call('wire');
    const { _meta } = JSON.parse(textOf(result)).params;
    const told = _meta['io.modelcontextprotocol/clientCapabilities'];
    const wanted = { roots: told.roots, sampling: t.rev >= '2025-11-25' ? { tools: {} } : {} };
    if (t.rev >= '2025-06-18') wanted.elicitation = t.rev >= '2025-11-25' ? { form: {}, url: {} } : { form: {} };
    ok(told.roots, 'roots');
    same(told, wanted, 'clientCapabilities');
    ok(/^matrix-[12]$/.test(_meta['io.modelcontextprotocol/clientInfo'].name), `clientInfo: ${show(_meta)}`);
}

export const asks = [
    { name: 'elicitation: form', ...both(check.ELICITATION), run: form },
    { name: 'elicitation: URL', ...both(check.URL_MODE), run: url },
    { name: 'elicitation: URL, its completion', ...both(check.URL_DONE), run: urlDone },
    { name: 'elicitation: URL, asked for by an error', client: check.URL_MODE, server: check.URL_ERROR, run: urlFirst },
    { name: 'sampling', run: sampling },
    { name: 'sampling with tools', ...both(check.SAMPLING_TOOLS), run: samplingTools },
    { name: 'roots', run: roots },
    { name: 'roots: their change', ...both(check.ROOTS_CHANGED), run: rootsChanged },
    { name: 'several questions at once', ...both(check.ELICITATION), run: several },
    { name: 'several rounds of questions', ...both(check.ELICITATION), run: rounds },
    { name: 'questions during reads and prompts', ...both(check.ELICITATION), run: elsewhere },
    { name: '_meta of questions and answers', ...both(check.ELICITATION), run: askedMeta },
    { name: 'a client that cannot be asked', run: unable },
    { name: "the client's capabilities at the server", server: check.MODERN_ONLY, run: capabilities },
];
