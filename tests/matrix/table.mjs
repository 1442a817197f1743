// The matrix as Markdown: a row per feature, a column per pair of eras and endpoint.
import { CLIENTS, clientName } from './clients.mjs';
import { isModern, REVISIONS } from './offer.mjs';

const era = rev => (isModern(rev) ? 'modern' : 'legacy');
const COLUMNS = ['legacy', 'modern'].flatMap(client => ['legacy', 'modern'].flatMap(server => [true, false].map(merged => ({ client, server, merged }))));

function state(cells) {
    const tried = cells.filter(cell => !cell.why);
    if (tried.length === 0) return '–';
    const good = tried.filter(cell => !cell.error).length;
    return good === tried.length ? `ok ${good}` : `**not ok ${tried.length - good}** of ${tried.length}`;
}

export function markdown(features, cells) {
    const row = columns => `| ${columns.join(' | ')} |`;
    const head = ['feature', ...COLUMNS.map(({ client, server, merged }) => `${client} → ${server}, ${merged ? '`/mcp`' : '`/s/NAME/mcp`'}`)];
    const rows = features.map(feature => {
        const own = cells.filter(cell => cell.feature === feature);
        const states = COLUMNS.map(({ client, server, merged }) =>
            state(own.filter(cell => cell.merged === merged && era(cell.pair.rev) === client && era(cell.server.rev) === server)),
        );
        return row([feature.name, ...states]);
    });
    const reasons = features
        .map(feature => [feature.name, ['client', 'server'].filter(side => feature[side]).map(side => feature[side].why).concat(feature.oneStream ?? [])])
        .filter(([, why]) => why.length > 0)
        .map(([name, why]) => `- ${name} – ${[...new Set(why)].join('; ')}`);
    const tried = cells.filter(cell => !cell.why);
    return `# The matrix

Written by \`make matrix\`; \`tests/e2e/matrix.t\` fails when it is not what it finds.

Each feature between an official client and a server of our own on an official SDK, through the hub. "client → server"; *legacy* is before
2026-07-28, *modern* is 2026-07-28. A number counts the pairs of client and server revision that were tried; a "–" is one that the protocol does
not have for any of them.

- Clients: ${CLIENTS.map(clientName).join(', ')}; the one over HTTP+SSE at \`/sse\` in the place of \`/mcp\`.
- Servers: ${REVISIONS.join(', ')}.
- ${tried.length} cells were tried, ${tried.filter(cell => !cell.error).length} are ok; ${cells.length - tried.length} more have no such thing in the protocol.

${[row(head), row(head.map(() => '---')), ...rows].join('\n')}

## What not every revision has

${reasons.join('\n')}
`;
}
