// The specification's own JSON schemas, one per revision, and which definition a message has to meet.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
export const MODERN = '2026-07-28';

const loaded = new Map();

class Schema {
    constructor(folder, revision) {
        const text = JSON.parse(readFileSync(`${folder}/${revision}/schema.json`, 'utf8'));
        const modern = text.$schema.includes('2020-12');
        this.revision = revision;
        this.at = modern ? '$defs' : 'definitions';
        this.definitions = text[this.at];
        this.ajv = addFormats(new (modern ? Ajv2020 : Ajv)({ strict: false, allErrors: true }));
        this.ajv.addFormat('byte', /^[A-Za-z0-9+/=\s]*$/); // of OpenAPI: base64
        this.ajv.addSchema(text, revision);
        this.byMethod = new Map();
        for (const [name, definition] of Object.entries(this.definitions)) {
            const method = definition.properties?.method?.const;
            if (method && name !== 'ClientNotification') this.byMethod.set(method, name);
        }
    }

    has(name) {
        return name in this.definitions;
    }

    // '' or what is wrong.
    check(name, value) {
        const validate = this.ajv.getSchema(`${this.revision}#/${this.at}/${name}`);
        if (!validate) return `${this.revision} has no ${name}`;
        return validate(value) ? '' : this.ajv.errorsText(validate.errors);
    }

    // The definition of the result of that method; resultType decides in the modern era.
    resultOf(method, result) {
        if (result?.resultType === 'input_required') return 'InputRequiredResult';
        if (result?.task && this.has('CreateTaskResult')) return 'CreateTaskResult';
        const name = this.byMethod.get(method)?.replace(/Request$/, 'Result');
        return name && this.has(name) ? name : 'EmptyResult';
    }

    get error() {
        return this.has('JSONRPCError') ? 'JSONRPCError' : 'JSONRPCErrorResponse';
    }

    // Definitions that one whole message has to meet; method: of the request that it answers.
    definitionsOf(message, method) {
        const names = [['JSONRPCMessage', message]];
        if (message.method) {
            names.push([this.byMethod.get(message.method) ?? `(nothing for ${message.method})`, message]);
        } else if (message.error) {
            names.push([this.error, message]);
            const named = this.errors.get(message.error.code);
            if (named) names.push([named.name, named.whole ? message : message.error]);
        } else {
            names.push([this.resultOf(method, message.result), message.result]);
        }
        return names;
    }

    // code -> the definition that has it, for the error object or the whole message
    get errors() {
        const found = new Map();
        for (const [name, definition] of Object.entries(this.definitions)) {
            const flat = JSON.stringify(definition).match(/"code":\{"const":(-\d+)/);
            if (flat && name.endsWith('Error')) found.set(Number(flat[1]), { name, whole: 'error' in (definition.properties ?? {}) });
        }
        return found;
    }
}

export function schema(folder, revision) {
    if (!loaded.has(revision)) loaded.set(revision, new Schema(folder, revision));
    return loaded.get(revision);
}
