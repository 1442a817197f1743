// The official conformance suite against the hub, with servers of this folder behind it; TAP on stdout.
//
//   node run.mjs URL EXCEPTIONS
//
// URL is the hub's; servers have the endpoints URL/s/NAME/mcp: legacy, modern, dual, and the legacy one as "private" with isolation: session and as "shared"
// with isolation: shared. EXCEPTIONS names what a server of the other era cannot have, each with its reason: a scenario
// that is listed and passes is an error, as is one that is listed and does not exist.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diag, done, ok } from '../e2e/tap.mjs';

const [base, exceptionsFile] = process.argv.slice(2);
const suite = join(dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')), 'dist', 'index.js');

// The revisions that have a set of requirements, and what is run with it but not scored. The hub has all of it.
const more = {
    '2025-11-25': ['server-session-lifecycle', 'server-sse-polling', 'json-schema-2020-12'],
    '2026-07-28': ['json-schema-2020-12', 'http-header-validation', 'http-custom-header-server-validation'],
};
// The server, the revision, and the endpoint where it is not that of the server.
//
// The suite's clients of 2026-07-28 leave questions unanswered and go on with other calls, and a legacy server does not say which call asks: in a process of
// its own each can be asked for certain. server-stateless gives some calls less time than such a process may take to start.
const pairs = [
    ['legacy', '2025-11-25'],
    ['modern', '2026-07-28'],
    ['modern', '2025-11-25'],
    ['legacy', '2026-07-28', { endpoint: 'private', elsewhere: ['server-stateless', 'shared'] }],
    ['dual', '2025-11-25'],
    ['dual', '2026-07-28'],
];
// Afterwards: of several legacy clients at one server nobody can be told whose call a log message is about.
const laterPairs = [
    ['legacy', '2025-06-18'],
    ['modern', '2025-06-18'],
];

// All server scenarios of a revision that has no set.
function listed(revision) {
    const text = execFileSync(process.execPath, [suite, 'list', '--server', '--spec-version', revision], { encoding: 'utf8' });
    return [...text.matchAll(/^ {2}- (\S+) \[/gm)].map(match => match[1]);
}

// Server scenarios that a set scores: its file is YAML of a simple kind.
function scored(revision) {
    const text = readFileSync(join(dirname(suite), '..', 'requirements', `${revision}.yaml`), 'utf8');
    return [.../^server:\n((?: {2}- .*\n|\s*#.*\n|\n)*)/m.exec(text)[1].matchAll(/^ {2}- (\S+)/gm)].map(match => match[1]);
}

// Lines "SERVER REVISION SCENARIO: reason".
function readExceptions() {
    const lines = readFileSync(exceptionsFile, 'utf8')
        .split('\n')
        .filter(line => line && !line.startsWith('#'));
    return new Map(lines.map(line => /^(\S+ \S+ \S+): (.+)$/.exec(line).slice(1, 3)));
}

// The checks of each scenario by its name, and the exit status.
function suiteAt(endpoint, ...options) {
    const out = mkdtempSync(join(tmpdir(), 'conformance-'));
    const args = [suite, 'server', '--url', `${base}/s/${endpoint}/mcp`, ...options, '-o', out];
    return new Promise(resolve => {
        execFile(process.execPath, args, { timeout: 120_000, maxBuffer: 1 << 26 }, error => {
            const results = new Map();
            for (const name of readdirSync(out)) {
                const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1];
                const file = join(out, name, 'checks.json');
                if (scenario && existsSync(file)) results.set(scenario, JSON.parse(readFileSync(file, 'utf8')));
            }
            rmSync(out, { recursive: true });
            resolve({ results, status: error ? error.code ?? error.signal : 0 });
        });
    });
}

async function run([server, revision, { endpoint = server, elsewhere } = {}]) {
    const whole = more[revision] ? suiteAt(endpoint, '--requirements', revision) : suiteAt(endpoint, '--suite', 'all', '--spec-version', revision);
    if (!elsewhere) return whole;
    const [scenario, other] = elsewhere;
    const [{ results, status }, single] = await Promise.all([whole, suiteAt(other, '--scenario', scenario, '--spec-version', revision)]);
    return { results: results.set(scenario, single.results.get(scenario)), status };
}

// Nothing went wrong, not even what is only recommended, and something was looked at besides the schema.
function passed(checks) {
    return (
        checks !== undefined &&
        !checks.some(({ status }) => status === 'FAILURE' || status === 'WARNING') &&
        checks.some(({ id, status }) => status === 'SUCCESS' && id !== 'wire-schema-valid')
    );
}

function report([server, revision], { results, status }, exceptions) {
    const wanted = more[revision] ? [...scored(revision), ...more[revision]] : listed(revision);
    let checked = 0;
    for (const scenario of wanted) {
        const name = `${server} ${revision} ${scenario}`;
        const checks = results.get(scenario);
        const reason = exceptions.get(name);
        exceptions.delete(name);
        if (reason) {
            ok(!passed(checks), `${name} cannot be had: ${reason}`, 'but it passes: take it out of the list');
            continue;
        }
        if (!ok(passed(checks), name, checks ? '' : 'it was not run')) {
            for (const check of checks ?? []) if (check.status !== 'SUCCESS' && check.status !== 'INFO') diag(`${check.id}: ${check.status}: ${check.errorMessage}`);
        }
        checked += checks?.filter(check => check.status === 'SUCCESS').length ?? 0;
    }
    const excused = [...readExceptions().keys()].some(name => name.startsWith(`${server} ${revision} `));
    if (!excused) ok(status === 0, `${server} ${revision}: the suite says so, too`, `exit status ${status}`);
    diag(`${server} ${revision}: ${wanted.length} scenarios, ${checked} checks passed`);
}

const exceptions = readExceptions();
for (const together of [pairs, laterPairs]) {
    const outcomes = await Promise.all(together.map(run));
    together.forEach((pair, i) => report(pair, outcomes[i], exceptions));
}
for (const name of exceptions.keys()) ok(false, `${name} is listed as an exception`, 'there is no such scenario');
done();
