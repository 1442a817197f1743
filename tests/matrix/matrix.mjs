// Each feature between each official client and a server of each revision, through /mcp and through /s/NAME/mcp.
//
//   node matrix.mjs config                  the .mcp.json of a repo with a server of each revision
//   node matrix.mjs run URL FILE [FEATURE]  TAP, a point per cell; the table as Markdown to FILE
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { within } from '../e2e/tap.mjs';
import { CLIENTS, clientName, connect } from './clients.mjs';
import { absent, FEATURES } from './features.mjs';
import { isModern, REVISIONS, serverName } from './offer.mjs';
import { markdown } from './table.mjs';

const CELL_MS = 15000;
const ALL_MS = 180000; // what was not tried until then has failed
const [mode, base, file, only] = process.argv.slice(2);

if (mode === 'config') {
    const server = fileURLToPath(new URL('server.mjs', import.meta.url));
    const entries = REVISIONS.map(rev => [serverName(rev), { command: process.execPath, args: [server, rev] }]);
    console.log(JSON.stringify({ mcpServers: Object.fromEntries(entries) }));
    process.exit(0);
}

// One at a time of those that would disturb each other.
function turns() {
    let last = Promise.resolve();
    return body => {
        const turn = last.then(body);
        last = turn.catch(() => {});
        return turn;
    };
}
const rootsAlone = turns();
const listsAlone = turns();

// What a feature sees of a pair of client and server.
async function open(pair, server, merged) {
    const url = `${base}${merged ? '' : `/s/${server.name}`}/${pair.oneStream ? 'sse' : 'mcp'}`;
    const prefix = merged ? `${server.name}__` : '';
    const client = await connect(pair, url);
    const t = {
        ...client,
        pair,
        server,
        url,
        prefix,
        rootsAlone, // a merged client tells every server
        listsAlone: merged ? listsAlone : body => body(), // a merged client is told by every server
        name: name => `${prefix}${name}`,
        call: (name, args = {}, options) => client.call({ name: `${prefix}${name}`, arguments: args }, options),
        answer: method => client.wire.last(method).messages().at(-1),
    };
    return t;
}

const cells = [];

async function pairUp(pair, server, merged) {
    const where = { pair, server, merged };
    let t;
    let broken;
    try {
        t = await within(CELL_MS, open(pair, server, merged), 'connect');
    } catch (error) {
        broken = error;
    }
    for (const feature of FEATURES) {
        if (only && feature.name !== only) continue;
        const why = absent(feature, pair, server);
        const cell = { feature, ...where, why, error: undefined };
        cells.push(cell);
        if (why) continue;
        const began = performance.now();
        try {
            if (broken) throw broken;
            if (performance.now() > ALL_MS) throw new Error('there was no time for it');
            await within(CELL_MS, Promise.resolve(feature.run(t)), feature.name);
        } catch (error) {
            cell.error = error;
        }
        cell.ms = performance.now() - began;
    }
    await t?.close().catch(() => {});
}

// A server of before 2026-07-28 does not say whom its messages are for: one client at a time; the servers side by side.
const lanes = REVISIONS.map(async rev => {
    const server = { rev, name: serverName(rev), modern: isModern(rev) };
    for (const pair of CLIENTS) for (const merged of [true, false]) await pairUp(pair, server, merged);
});
await Promise.all(lanes);

let count = 0;
for (const feature of FEATURES)
    for (const { pair, server, merged, why, error, ms } of cells.filter(cell => cell.feature === feature)) {
        const what = `${feature.name}: ${clientName(pair)}, server at ${server.rev}, ${merged ? '/mcp' : '/s/NAME/mcp'}`;
        console.log(`${error ? 'not ok' : 'ok'} ${++count} - ${what}${why ? ` # SKIP ${why}` : ''}`);
        if (process.env.MATRIX_TIMES) console.log(`# ${Math.round(ms)} ms`);
        if (error) for (const line of String(error.stack ?? error).slice(0, 1500).split('\n').slice(0, 12)) console.log(`# ${line}`);
    }
console.log(`1..${count}`);
writeFileSync(file, markdown(FEATURES, cells));
process.exit(cells.some(cell => cell.error) ? 1 : 0);
