// The specification's own examples: each meets the schema of its revision, and the envelope scanner reads the message that it is, or is part of.
//     spec-examples.mjs FOLDER SCANNER
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { schema, REVISIONS } from './schemas.mjs';
import { done, is, ok } from './tap.mjs';

const [folder, scanner] = process.argv.slice(2);

// A whole message around what is none by itself, and what the scanner has to say of it.
function inMessage(name, value) {
    if (value.jsonrpc && value.method) return [value, `${'id' in value ? 'request' : 'notification'} ${value.method}`];
    if (value.jsonrpc) return [value, value.error ? `error ${value.error.code}` : 'result'];
    if (value.method) return [{ jsonrpc: '2.0', id: 1, ...value }, `request ${value.method}`]; // of inputRequests
    if (name.endsWith('Error')) return [{ jsonrpc: '2.0', id: 1, error: value }, `error ${value.code}`];
    if (name.endsWith('Params')) return [{ jsonrpc: '2.0', id: 'é', method: 'tools/call', params: value }, 'request tools/call'];
    return [{ jsonrpc: '2.0', id: -7, result: name.endsWith('Result') ? value : { value } }, 'result'];
}

for (const revision of REVISIONS) {
    const root = `${folder}/${revision}/examples`;
    if (!existsSync(root)) continue;
    const files = readdirSync(root).flatMap(name => readdirSync(`${root}/${name}`).map(file => ({ name, file })));
    const lines = [];
    const wanted = [];
    ok(files.length > 0, `${revision}: there are examples`);
    for (const { name, file } of files) {
        const text = readFileSync(`${root}/${name}/${file}`, 'utf8');
        const value = JSON.parse(text);
        is(schema(folder, revision).check(name, value), '', `${revision}: ${name}/${file} meets its schema`);
        const [message, verdict] = inMessage(name, value);
        // as it is written there, but on one line
        lines.push(message === value ? text.replace(/[\r\n]+/g, ' ') : JSON.stringify(message));
        wanted.push(verdict);
    }
    const answers = spawnSync(scanner, { input: `${lines.join('\n')}\n`, encoding: 'utf8', timeout: 20000 }).stdout.trimEnd().split('\n');
    files.forEach(({ name, file }, i) => is(answers[i], wanted[i], `${revision}: the scanner reads ${name}/${file}`));
}
done();
