// What the servers of this folder offer: the tools, prompts and resources that the conformance suite's scenarios call by name (PROTOCOL of the suite:
// the descriptions of its scenarios). No SDK is used here, so that servers of each era offer the same.
//
// A tool is { description, inputSchema, run(turn, args) }, a prompt { description, arguments, run(turn, args) }. The turn is one request as the server's
// own era has it:
//
//     turn.progress(n, total)   when the request asked for it
//     turn.log(level, data)
//     turn.ask(questions)       {key: {method, params}} to the client → {key: result}; throws when it cannot be asked
//     turn.ask(questions, {state: true})       keeps what was answered in requestState, where the era has one
//     turn.ask(questions, {optional: true})    what the client cannot be asked is left out
//     turn.changed('tools' | 'prompts'), turn.updated(uri)

const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
// A RIFF header for 8 kHz, 8 bit, mono, and no samples.
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

const image = { type: 'image', data: png, mimeType: 'image/png' };
const text = string => ({ type: 'text', text: string });
const says = string => ({ content: [text(string)] });
const nothing = { type: 'object', properties: {} };
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

const form = (message, properties) => ({
    method: 'elicitation/create',
    params: { mode: 'form', message, requestedSchema: { type: 'object', properties, required: Object.keys(properties) } },
});
const sample = (string, maxTokens = 100) => ({
    method: 'sampling/createMessage',
    params: { messages: [{ role: 'user', content: text(string) }], maxTokens },
});
const roots = { method: 'roots/list', params: {} };
const string = { type: 'string' };

const tool = (description, run, inputSchema = nothing) => ({ description, inputSchema, run });
const required = properties => ({ type: 'object', properties, required: Object.keys(properties) });

const told = ({ action, content }) => says(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);

// Every kind of primitive with a default (SEP-1034).
const defaults = {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
};
// The five forms of an enumeration (SEP-1330).
const titled = (...pairs) => pairs.map(([value, title]) => ({ const: value, title }));
const enums = {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: titled(['value1', 'First'], ['value2', 'Second'], ['value3', 'Third']) },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: titled(['value1', 'First'], ['value2', 'Second'], ['value3', 'Third']) } },
};

// Keywords of JSON Schema 2020-12 that must reach the client as they are (SEP-1613, SEP-2106).
const schema2020 = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
        address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: { street: string, city: string },
        },
    },
    properties: {
        name: string,
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: string,
        email: string,
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
};

const askName = { user_name: form('What is your name?', { name: string }) };

// The first one is called with no arguments by scenarios that need any tool.
export const tools = {
    test_simple_text: tool('Answers a text', () => says('This is a simple text response for testing.')),
    test_image_content: tool('Answers an image', () => ({ content: [image] })),
    test_audio_content: tool('Answers a sound', () => ({ content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] })),
    test_embedded_resource: tool('Answers a resource', () => ({
        content: [{ type: 'resource', resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'An embedded resource.' } }],
    })),
    test_multiple_content_types: tool('Answers a text, an image and a resource', () => ({
        content: [
            text('Multiple content types test:'),
            image,
            { type: 'resource', resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' } },
        ],
    })),
    test_error_handling: tool('Fails', () => {
        throw new Error('This tool intentionally returns an error for testing');
    }),
    test_tool_with_logging: tool('Logs three messages', async turn => {
        for (const message of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
            await turn.log('info', message);
            await pause(50);
        }
        return says('logged');
    }),
    test_logging_tool: tool('Logs a message', async turn => {
        await turn.log('info', 'A message for those who asked for it');
        return says('logged');
    }),
    test_tool_with_progress: tool('Tells its progress', async turn => {
        for (const progress of [0, 50, 100]) {
            await turn.progress(progress, 100);
            await pause(50);
        }
        return says('done');
    }),
    test_reconnection: tool('Takes longer than its client keeps the connection', async turn => {
        await turn.log('info', 'It takes a moment');
        await pause(1500);
        return says('Still there');
    }),
    test_sampling: tool(
        'Asks for a sample',
        async (turn, { prompt }) => {
            const { answer } = await turn.ask({ answer: sample(prompt) });
            return says(`LLM response: ${answer.content.text}`);
        },
        required({ prompt: string }),
    ),
    test_elicitation: tool(
        'Asks the user',
        async (turn, { message }) => {
            const { user } = await turn.ask({ user: form(message, { username: string, email: string }) });
            return says(`User response: action=${user.action}, content=${JSON.stringify(user.content)}`);
        },
        required({ message: string }),
    ),
    test_elicitation_sep1034_defaults: tool('A form with defaults', async turn =>
        told((await turn.ask({ form: form('Please look at these', defaults) })).form),
    ),
    test_elicitation_sep1330_enums: tool('A form with enumerations', async turn =>
        told((await turn.ask({ form: form('Please choose', enums) })).form),
    ),
    json_schema_2020_12_tool: tool('Has a schema of 2020-12', (_, args) => says(JSON.stringify(args)), schema2020),
    test_custom_header: tool(
        'Has arguments that HTTP clients repeat in headers',
        (_, args) => says(JSON.stringify(args)),
        {
            type: 'object',
            properties: {
                region: { type: 'string', 'x-mcp-header': 'Region' },
                priority: { type: 'integer', 'x-mcp-header': 'Priority' },
                verbose: { type: 'boolean', 'x-mcp-header': 'Verbose' },
            },
            required: ['region'],
        },
    ),
    test_missing_capability: tool('Cannot do without sampling', async turn => {
        const { answer } = await turn.ask({ answer: sample('Anything') });
        return says(answer.content.text);
    }),
    test_streaming_elicitation: tool('Tells its progress, then asks the user', async turn => {
        await turn.progress(1, 2);
        return told((await turn.ask({ confirmation: form('Go on?', { ok: { type: 'boolean' } }) })).confirmation);
    }),
    test_trigger_tool_change: tool('Adds a tool, or takes it away', async turn => {
        await turn.changed('tools');
        return says('changed');
    }),
    test_trigger_prompt_change: tool('Adds a prompt, or takes it away', async turn => {
        await turn.changed('prompts');
        return says('changed');
    }),
    test_update_resource: tool('Tells that test://watched-resource has changed', async turn => {
        await turn.updated('test://watched-resource');
        return says('updated');
    }),

    // Answers that ask (SEP-2322).
    test_input_required_result_elicitation: tool('Asks for a name', async turn => {
        const { user_name } = await turn.ask(askName);
        return says(`Hello, ${user_name.content?.name}!`);
    }),
    test_input_required_result_sampling: tool('Asks for a sample', async turn => {
        const { capital_question } = await turn.ask({ capital_question: sample('What is the capital of France?') });
        return says(capital_question.content.text);
    }),
    test_input_required_result_list_roots: tool('Asks for the roots', async turn => {
        const { client_roots } = await turn.ask({ client_roots: roots });
        return says(client_roots.roots.map(({ uri }) => uri).join(' '));
    }),
    test_input_required_result_request_state: tool('Asks, and keeps a state', async turn => {
        const { confirm } = await turn.ask({ confirm: form('Please confirm', { ok: { type: 'boolean' } }) }, { state: true });
        return says(`state-ok ${confirm.action}`);
    }),
    test_input_required_result_multiple_inputs: tool('Asks three things at once', async turn => {
        const answers = await turn.ask({ ...askName, greeting: sample('Generate a greeting', 50), client_roots: roots }, { state: true });
        return says(`${answers.greeting.content.text} ${answers.user_name.content?.name} ${answers.client_roots.roots.length}`);
    }),
    test_input_required_result_multi_round: tool('Asks two things one after the other', async turn => {
        const { step1 } = await turn.ask({ step1: form('Step 1: What is your name?', { name: string }) }, { state: true });
        const { step2 } = await turn.ask({ step2: form('Step 2: What is your favorite color?', { color: string }) }, { state: true });
        return says(`${step1.content?.name} ${step2.content?.color}`);
    }),
    test_input_required_result_tampered_state: tool('Asks, and keeps a state that nobody may change', async turn => {
        const { confirm } = await turn.ask({ confirm: form('Please confirm', { ok: { type: 'boolean' } }) }, { state: true });
        return says(confirm.action);
    }),
    test_input_required_result_capabilities: tool('Asks what the client can be asked', async turn => {
        const answers = await turn.ask({ ...askName, greeting: sample('Generate a greeting') }, { optional: true });
        return says(Object.keys(answers).join(' '));
    }),
};
export const extraTool = tool('Comes and goes', () => says('here'));

const message = content => ({ role: 'user', content });
const prompt = (description, names, run) => ({
    description,
    arguments: names.map(name => ({ name, description: `The argument ${name}`, required: true })),
    run,
});
export const prompts = {
    test_simple_prompt: prompt('A prompt without arguments', [], () => ({
        messages: [message(text('This is a simple prompt for testing.'))],
    })),
    test_prompt_with_arguments: prompt('A prompt with two arguments', ['arg1', 'arg2'], (_, { arg1, arg2 }) => ({
        messages: [message(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
    })),
    test_prompt_with_embedded_resource: prompt('A prompt that contains a resource', ['resourceUri'], (_, { resourceUri }) => ({
        messages: [
            message({ type: 'resource', resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' } }),
            message(text('Please process the embedded resource above.')),
        ],
    })),
    test_prompt_with_image: prompt('A prompt that contains an image', [], () => ({
        messages: [message(image), message(text('Please analyze the image above.'))],
    })),
    test_input_required_result_prompt: prompt('A prompt that asks the user', [], async turn => {
        const { user_context } = await turn.ask({ user_context: form('What context should the prompt use?', { context: string }) });
        return { messages: [message(text(`Context: ${user_context.content?.context}`))] };
    }),
};
export const extraPrompt = prompt('Comes and goes', [], () => ({ messages: [message(text('here'))] }));

// Completions of arg1.
export const words = ['paris', 'park', 'party'];

const resource = (name, mimeType, contents) => ({ name, description: `The resource ${name}`, mimeType, contents });
export const resources = {
    'test://static-text': resource('static-text', 'text/plain', { text: 'This is the content of the static text resource.' }),
    'test://static-binary': resource('static-binary', 'image/png', { blob: png }),
    'test://watched-resource': resource('watched-resource', 'text/plain', { text: 'Watch me' }),
};
export const template = {
    uriTemplate: 'test://template/{id}/data',
    name: 'template',
    description: 'Data by their id',
    mimeType: 'application/json',
};

// The contents of a resource, or undefined.
export function read(uri) {
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id) return { uri, mimeType: template.mimeType, text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) };
    return resources[uri] && { uri, mimeType: resources[uri].mimeType, ...resources[uri].contents };
}

// The lists as their methods answer them; shown: the extra tool and prompt that are there at the moment.
export const lists = {
    tools: shown =>
        Object.entries({ ...tools, ...(shown.tools && { test_extra_tool: extraTool }) }).map(([name, { description, inputSchema }]) => ({
            name,
            description,
            inputSchema,
        })),
    prompts: shown =>
        Object.entries({ ...prompts, ...(shown.prompts && { test_extra_prompt: extraPrompt }) }).map(([name, entry]) => ({
            name,
            description: entry.description,
            arguments: entry.arguments,
        })),
    resources: () => Object.entries(resources).map(([uri, { name, description, mimeType }]) => ({ uri, name, description, mimeType })),
    resourceTemplates: () => [template],
};

export const info = { name: 'conformance', version: '1.0.0' };
export const capabilities = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    completions: {},
    logging: {},
};
