// The rows of the matrix. Each feature says which revisions of either side have it, and why not the others; `run` throws what is wrong.
import { EMPTY } from './check.mjs';
import { asks } from './features-asks.mjs';
import { endings, notices } from './features-notices.mjs';
import { last, plain } from './features-plain.mjs';

export const FEATURES = [...plain, ...notices, ...asks, ...endings, ...last];

// Why this pair has no such thing; undefined where it has.
export function absent(feature, client, server) {
    if (client.oneStream && feature.oneStream) return `client: ${feature.oneStream}`;
    for (const [side, { rev }] of [['client', client], ['server', server]]) {
        const { since = '', until = '9', why } = feature[side] ?? EMPTY;
        if (rev < since || rev > until) return `${side}: ${why}`;
    }
    return undefined;
}
