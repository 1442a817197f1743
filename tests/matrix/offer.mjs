// What every server of the matrix offers, by revision: the servers serve it, the test compares what comes through the hub with it.
export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
export const MODERN = '2026-07-28';

export const serverName = rev => `at-${rev}`;
export const isModern = rev => rev >= MODERN;

const anything = { type: 'object' };

// since: the revision that brought what the tool shows; until: the last one that had it.
const TOOLS = [
    { name: 'content' },
    { name: 'structured', since: '2025-06-18', outputSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
    { name: 'structured-list', since: MODERN, outputSchema: { type: 'array', items: { $ref: '#/$defs/n' }, $defs: { n: { type: 'integer' } } } },
    { name: 'fails' },
    { name: 'wire', inputSchema: { type: 'object', properties: { n: { type: 'number' } }, $defs: { deep: { anyOf: [{ type: 'null' }, { minimum: 1 }] } } } },
    { name: 'steps' },
    { name: 'log' },
    { name: 'wait' },
    { name: 'waited' },
    { name: 'change' },
    { name: 'update' },
    { name: 'seen' },
    { name: 'link', since: '2025-06-18' },
    { name: 'ask' },
    { name: 'rounds', since: '2025-06-18' },
    { name: 'url-first', since: '2025-11-25', until: '2025-11-25' },
];

function decorate(rev, tool) {
    const { name, inputSchema = anything, outputSchema } = tool;
    const definition = { name, description: `What "${name}" shows at ${rev}`, inputSchema };
    if (outputSchema) definition.outputSchema = outputSchema;
    if (rev >= '2025-03-26') definition.annotations = { title: `Annotated ${name}`, readOnlyHint: true };
    if (rev >= '2025-06-18') Object.assign(definition, { title: `The ${name}`, _meta: { 'com.example/of': name } });
    if (rev >= '2025-11-25') definition.icons = [{ src: 'data:image/png;base64,iVBORw0KGgo=', mimeType: 'image/png', sizes: ['16x16'] }];
    definition['x-unknown'] = { of: [name, null, 1.5] };
    return definition;
}

const exists = rev => entry => (!entry.since || rev >= entry.since) && (!entry.until || rev <= entry.until);

export const tools = rev => TOOLS.filter(exists(rev)).map(tool => decorate(rev, tool));

export const uri = (rev, rest) => `at-${rev}://${rest}`;

export const resources = rev => [
    { uri: uri(rev, 'text'), name: 'text', mimeType: 'text/plain', 'x-unknown': [rev] },
    { uri: uri(rev, 'blob'), name: 'blob', description: 'bytes', mimeType: 'application/octet-stream', annotations: { audience: ['user'], priority: 0.5 } },
    { uri: `ui://at-${rev}/app`, name: 'app', mimeType: 'text/html;profile=mcp-app' },
];

export const templates = rev => [
    { uriTemplate: uri(rev, 'item/{id}'), name: 'item', mimeType: 'text/plain' },
    { uriTemplate: uri(rev, 'other/{a}/{b}'), name: 'other', description: 'two variables' },
];

export const prompts = rev => [
    { name: 'plain', description: `A prompt of ${rev}` },
    { name: 'greet', arguments: [{ name: 'who', description: 'whom to greet', required: true }, { name: 'how' }], 'x-unknown': true },
];

// What resources/read gives for a URI, undefined when there is none.
export function contents(rev, wanted) {
    if (wanted === uri(rev, 'text')) return { uri: wanted, mimeType: 'text/plain', text: `the text of ${rev} – “ü”` };
    if (wanted === uri(rev, 'blob')) return { uri: wanted, mimeType: 'application/octet-stream', blob: 'AAH/' };
    if (wanted === uri(rev, 'unlisted')) return { uri: wanted, text: 'only linked to' };
    if (wanted === `ui://at-${rev}/app`) return { uri: wanted, mimeType: 'text/html;profile=mcp-app', text: '<!doctype html>', _meta: { ui: { prefersBorder: true } } };
    const item = wanted.startsWith(uri(rev, 'item/')) && wanted.slice(uri(rev, 'item/').length);
    return item ? { uri: wanted, mimeType: 'text/plain', text: `item ${item}` } : undefined;
}

// Each block of content that the revision has.
export function content(rev) {
    const blocks = [
        { type: 'text', text: 'line\none "quoted" \u{1F600}', annotations: { audience: ['user'] } },
        { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
        { type: 'resource', resource: { uri: uri(rev, 'embedded'), mimeType: 'text/plain', text: 'embedded' } },
    ];
    if (rev >= '2025-03-26') blocks.push({ type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' });
    if (rev >= '2025-06-18') blocks.push({ type: 'resource_link', uri: uri(rev, 'text'), name: 'text' });
    return blocks;
}

export const completions = ['alice', 'albert', 'bob'];

export function capabilities(rev) {
    const all = {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        logging: {},
        completions: {},
    };
    if (rev >= '2025-11-25') all.extensions = { 'io.modelcontextprotocol/ui': {} };
    return all;
}

export const instructions = rev => `Instructions of ${serverName(rev)}: ask nicely.`;

// Lists come in pages of two; the first cursor is the empty string, which is as good a cursor as any.
export function page(list, cursor) {
    const begin = cursor === undefined ? 0 : cursor === '' ? 2 : Number(cursor);
    if (!Number.isInteger(begin) || begin < 0 || begin > list.length) return undefined;
    const end = begin + 2;
    return { part: list.slice(begin, end), ...(end < list.length ? { nextCursor: begin === 0 ? '' : String(end) } : {}) };
}
