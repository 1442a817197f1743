// Assertions that throw, and the reasons for what a revision does not have.
import { isDeepStrictEqual } from 'node:util';

export const EMPTY = {};
export const show = value => (value === undefined ? 'nothing' : JSON.stringify(value)?.slice(0, 600));

export function ok(condition, what) {
    if (!condition) throw new Error(what);
}

// Where two values differ first, so that a long list need not be read whole.
function difference(got, wanted, path) {
    const plain = value => typeof value === 'object' && value !== null;
    if (plain(got) && plain(wanted) && Array.isArray(got) === Array.isArray(wanted))
        for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)]))
            if (!isDeepStrictEqual(got[key], wanted[key])) return difference(got[key], wanted[key], `${path}[${show(key)}]`);
    return `${path}: got ${show(got)}, wanted ${show(wanted)}`;
}

export function same(got, wanted, what) {
    if (!isDeepStrictEqual(got, wanted)) throw new Error(difference(got, wanted, what));
}

// The error that a promise ends with.
export async function failure(promise, what) {
    let result;
    try {
        result = await promise;
    } catch (error) {
        return error;
    }
    throw new Error(`${what} did not fail: ${show(result)}`);
}

export const textOf = result => result.content?.[0]?.text;
export const said = result => {
    ok(!result.isError, `the tool failed: ${show(result)}`);
    return JSON.parse(textOf(result));
};

// Since or until when, and where the specification says so (REVISION/page).
export const MODERN_ONLY = { since: '2026-07-28', why: 'stateless requests and their metadata are of 2026-07-28 (basic/index § _meta)' };
export const HANDSHAKE = { until: '2025-11-25', why: '2026-07-28 has no initialize and no ping (2026-07-28/changelog)' };
export const STRUCTURED = { since: '2025-06-18', why: 'structured output came with 2025-06-18 (2025-06-18/changelog)' };
export const ELICITATION = { since: '2025-06-18', why: 'elicitation came with 2025-06-18 (2025-06-18/changelog)' };
export const URL_MODE = { since: '2025-11-25', why: 'URL mode came with 2025-11-25 (2025-11-25/changelog)' };
export const URL_DONE = { since: '2025-11-25', until: '2025-11-25', why: 'notifications/elicitation/complete is of 2025-11-25 alone (2025-11-25/client/elicitation; removed by 2026-07-28/changelog)' };
export const URL_ERROR = { since: '2025-11-25', until: '2025-11-25', why: 'error −32042 is of 2025-11-25 alone (2025-11-25/client/elicitation; retired by 2026-07-28/basic/index § Error Codes)' };
export const SAMPLING_TOOLS = { since: '2025-11-25', why: 'tools in sampling came with 2025-11-25 (2025-11-25/changelog)' };
export const ROOTS_CHANGED = { until: '2025-11-25', why: 'notifications/roots/list_changed went with 2026-07-28 (2026-07-28/changelog)' };
export const CONTEXT = { since: '2025-06-18', why: 'context.arguments came with 2025-06-18 (2025-06-18/changelog)' };
export const LINKS = { since: '2025-06-18', why: 'resource_link came with 2025-06-18 (2025-06-18/changelog)' };
export const ANY_OUTPUT = { since: '2026-07-28', why: 'structured output that is no object came with 2026-07-28 (server/tools § Structured Content)' };
export const ONE_STREAM = 'HTTP+SSE has one stream for everything, and its end is the end of the session (2024-11-05/basic/transports)';
export const MESSAGES = { since: '2025-03-26', why: 'the message of a progress notification came with 2025-03-26 (2025-03-26/changelog)' };
