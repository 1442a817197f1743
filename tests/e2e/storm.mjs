// A storm of edits: clients call without a pause while the config changes under them, valid and broken, written in place, renamed over, taken away.
//     node storm.mjs URL CONFIG-FILE FAKESERVER EDITS CLIENTS SEED
import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [url, file, fake, edits, clients, seed] = process.argv.slice(2);
const version = '2025-06-18';
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
let state = Number(seed);
let stop = false;
const tally = { calls: 0, failed: 0, lost: 0, first: undefined };

const random = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % n;
};

function post(message, session) {
    const body = JSON.stringify(message);
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'Content-Length': Buffer.byteLength(body) };
    if (session) Object.assign(headers, { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': version });
    return new Promise((resolve, reject) => {
        const req = request(url, { method: 'POST', agent, headers }, (res) => {
            let text = '';
            res.on('data', (piece) => (text += piece));
            res.on('end', () => resolve({ status: res.statusCode, session: res.headers['mcp-session-id'], text }));
        });
        req.on('error', reject);
        req.end(body);
    });
}

async function client(no) {
    const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: `c${no}`, version: '1' } };
    const { session } = await post({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, session);
    for (let id = 1; !stop; id++) {
        const name = (id + no) % 2 ? 'one__tool1' : 'steady__tool1';
        const { status, text } = await post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } }, session);
        const message = status === 200 ? JSON.parse(text.startsWith('{') ? text : text.match(/^data: (\{.*)$/m)[1]) : {};
        tally.calls++;
        if (status === 404) tally.lost++;
        else if (!message.result?.content?.length) tally.failed++;
        else continue;
        tally.first ??= `${name}: ${status} ${text}`;
    }
}

function config() {
    const servers = { steady: { command: fake } };
    servers.one = { command: fake, args: ['--tools', String(1 + random(5))] };
    if (random(2)) servers.two = { command: fake, args: ['--name', `n${random(3)}`] };
    if (random(8) === 0) servers.dead = { command: '/nonexistent/server' };
    return `${random(2) ? '// a comment\n' : ''}${JSON.stringify({ servers }, null, random(3))}\n`;
}

function edit() {
    const good = config();
    const how = random(8);
    if (how === 0) writeFileSync(file, good.slice(0, 1 + random(good.length - 2))); // half of it
    else if (how === 1) writeFileSync(file, 'not JSON at all');
    else if (how === 2) writeFileSync(file, ''); // as if about to be written
    else if (how === 3) writeFileSync(file, good); // in place
    else if (how === 4) {
        unlinkSync(file); // away and back
        writeFileSync(file, good);
    } else {
        writeFileSync(`${file}.new`, good);
        renameSync(`${file}.new`, file);
    }
}

const original = readFileSync(file);
const running = Array.from({ length: Number(clients) }, (_, no) => client(no));
// An edit follows the last one after some more calls, not after some time.
for (let n = 0; n < Number(edits); n++) {
    edit();
    for (const until = tally.calls + 1 + random(200); tally.calls < until; ) await new Promise(setImmediate);
}
writeFileSync(file, original);
stop = true;
await Promise.all(running);
agent.destroy();
console.log(JSON.stringify(tally));
