// TAP for the Node clients: each prints its points and a plan of its own.
import { isDeepStrictEqual } from 'node:util';

let count = 0;
let failed = 0;

export function ok(condition, what, detail) {
    count++;
    console.log(`${condition ? 'ok' : 'not ok'} ${count} - ${what}`);
    if (!condition) {
        failed++;
        if (detail !== undefined) diag(detail);
    }
    return condition;
}

export function is(got, wanted, what) {
    return ok(isDeepStrictEqual(got, wanted), what, `got ${JSON.stringify(got)}\nwanted ${JSON.stringify(wanted)}`);
}

export function like(text, pattern, what) {
    return ok(pattern.test(text ?? ''), what, `no ${pattern} in ${JSON.stringify(text)}`);
}

export function diag(text) {
    for (const line of String(text).split('\n')) console.log(`# ${line}`);
}

// A group of points that ends at its first exception, so that what follows is still tried.
export async function part(what, body) {
    try {
        await body();
    } catch (error) {
        ok(false, what, error?.stack ?? error);
    }
}

// Rejects when nothing came in time: every wait has a deadline.
export function within(ms, promise, what) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what}: nothing for ${ms} ms`)), ms);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export function done() {
    console.log(`1..${count}`);
    process.exit(failed ? 1 : 0);
}
