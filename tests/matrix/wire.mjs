// The bytes below the SDKs. JSON.parse loses 2^53+1 and the order of nothing else, so what must arrive untouched is looked at, and written, here.
import { Transform } from 'node:stream';
import { within } from '../e2e/tap.mjs';

// A string "@raw:TEXT@" in a message is written as TEXT itself: a number that JavaScript does not have, for instance.
export const raw = text => `@raw:${text}@`;
export const write = message => (typeof message === 'string' ? message : JSON.stringify(message)).replace(/"@raw:([^"@]*)@"/g, '$1');

const KEPT = 10000;

// What a server reads, by line: `change` may replace a line, the last ones are kept.
export function tap(stream, change) {
    const lines = [];
    let rest = '';
    const out = new Transform({
        transform(chunk, _, done) {
            const parts = (rest + chunk).split('\n');
            rest = parts.pop();
            for (const part of parts) {
                const line = change(part);
                lines.push(line);
                if (lines.length > KEPT) lines.shift();
                this.push(`${line}\n`);
            }
            done();
        },
    });
    stream.setEncoding('utf8');
    stream.pipe(out);
    const ofRequest = id => lines.findLast(line => {
        try {
            const message = JSON.parse(line);
            return message.id === id && message.method;
        } catch {
            return false;
        }
    });
    return { out, lines, ofRequest };
}

// The messages in the body of an HTTP response, which may be an event stream that still goes on.
export function messages(type, text) {
    if (!type?.includes('text/event-stream')) return text ? [JSON.parse(text)] : [];
    return text
        .split(/\r?\n\r?\n/)
        .slice(0, -1)
        .map(event => event.split(/\r?\n/).filter(line => line.startsWith('data:')).map(line => line.slice(5).trim()).join('\n'))
        .filter(Boolean)
        .map(data => JSON.parse(data));
}

// The bytes that came for one POST, and the messages in them. In HTTP+SSE (oneStream) they are on the stream of the session: from when it was sent to its
// answer.
function answersOf(exchange, stream) {
    if (!stream) return { bytes: () => exchange.text, messages: () => messages(exchange.type, exchange.text) };
    const from = stream.text.length;
    const bytes = () => stream.text.slice(from);
    return {
        bytes,
        messages() {
            const all = messages(stream.type, bytes());
            const end = all.findIndex(({ id, method }) => id === exchange.sent.id && !method);
            return end < 0 ? all : all.slice(0, end + 1);
        },
    };
}

// A fetch for a client's transport that keeps what goes over the wire: {http, method, request, status, bytes(), messages()}.
export function wiretap(oneStream) {
    const exchanges = [];
    let wake = [];
    const woken = () => {
        for (const resolve of wake.splice(0)) resolve();
    };
    async function tapped(url, init = {}) {
        const body = init.body === undefined ? undefined : tap.rewrite(write(init.body));
        const exchange = { http: init.method ?? 'GET', request: body, headers: new Headers(init.headers), status: 0, text: '' };
        exchange.sent = body && JSON.parse(body);
        exchange.method = exchange.sent?.method;
        Object.assign(exchange, answersOf(exchange, oneStream && exchange.sent && exchanges.find(({ http }) => http === 'GET')));
        exchanges.push(exchange);
        const response = await fetch(url, { ...init, body });
        exchange.status = response.status;
        exchange.type = response.headers.get('content-type');
        woken();
        if (!response.body) return response;
        const decoder = new TextDecoder();
        const copy = new TransformStream({
            transform(chunk, controller) {
                exchange.text += decoder.decode(chunk, { stream: true });
                controller.enqueue(chunk);
                woken();
            },
        });
        return new Response(response.body.pipeThrough(copy), { status: response.status, statusText: response.statusText, headers: response.headers });
    }
    const tap = {
        fetch: tapped,
        rewrite: body => body, // what an SDK does not let through can be put in here
        exchanges,
        woken, // something else came that until() may look at
        last: method => exchanges.findLast(exchange => exchange.method === method),
        // Resolves with the first truthy value of look().
        until(look, what, ms = 5000) {
            const found = async () => {
                for (;;) {
                    const seen = look();
                    if (seen) return seen;
                    await new Promise(resolve => wake.push(resolve));
                }
            };
            return within(ms, found(), what);
        },
    };
    return tap;
}
