// A server of 2026-07-28 with the extension io.modelcontextprotocol/tasks, by the official SDK 2.x; the fixtures that the conformance suite's tasks-*
// scenarios describe. Its listen is its own, because the SDK's knows no taskIds.
//
// greet {name}                     an ordinary answer
// slow_compute {seconds, label}    a task, where its client knows any
// failing_job                      a task that ends as a tool's error; demands the extension
// must_wait                        a task without an end; demands the extension
// protocol_error_job               a task that ends as an error of the protocol
// confirm_delete {filename}        a task that asks once
// multi_input                      a task that asks two things at a time
// test_tool_with_task              asks in its result, then becomes a task
// rogue {filename}                 confirm_delete also for those who know no tasks, against the specification
import { MissingRequiredClientCapabilityError, ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Listens } from './tasks-listen.mjs';

const TASKS = 'io.modelcontextprotocol/tasks';
const REQUIRED = { extensions: { [TASKS]: {} } };
const KEEP_MS = 60_000;
const POLL_MS = 100;
const OVER = ['completed', 'failed', 'cancelled'];

const listens = new Listens();
const tasks = new Map();
const any = { '~standard': { version: 1, vendor: 'tests', validate: value => ({ value }) } };
const text = (words, isError) => ({ content: [{ type: 'text', text: words }], ...(isError && { isError }) });
const form = (message, name, type) => ({
    method: 'elicitation/create',
    params: { mode: 'form', message, requestedSchema: { type: 'object', properties: { [name]: { type } }, required: [name] } },
});

class Task {
    #asked = {};
    #keys = 0;

    constructor(work) {
        this.seed = { taskId: randomUUID(), createdAt: new Date().toISOString(), ttlMs: KEEP_MS, pollIntervalMs: POLL_MS };
        this.state = { status: 'working' };
        tasks.set(this.seed.taskId, this);
        work(this).then(
            result => this.become({ status: 'completed', result }),
            ({ code, message }) => this.become({ status: 'failed', error: { code: code ?? ProtocolErrorCode.InternalError, message } }),
        );
    }
    become(state) {
        if (OVER.includes(this.state.status)) return;
        this.state = { ...state, lastUpdatedAt: new Date().toISOString() };
        listens.tell(this.seed.taskId, this.whole());
    }
    whole() {
        return { lastUpdatedAt: this.seed.createdAt, ...this.seed, ...this.state };
    }
    #open() {
        const open = Object.entries(this.#asked);
        this.become(open.length ? { status: 'input_required', inputRequests: Object.fromEntries(open.map(([key, [request]]) => [key, request])) } : { status: 'working' });
    }
    ask(request) {
        return new Promise(resolve => {
            this.#asked[`question-${++this.#keys}`] = [request, resolve];
            this.#open();
        });
    }
    answer(responses) {
        for (const [key, response] of Object.entries(responses)) {
            if (!this.#asked[key]) continue;
            const [, resolve] = this.#asked[key];
            delete this.#asked[key];
            resolve(response);
        }
        this.#open();
    }
}

// A handle has no payload: that comes with tasks/get.
function begin(work) {
    const { inputRequests, result, error, ...handle } = new Task(work).whole();
    return { resultType: 'task', ...handle };
}
const confirm = filename => async task => {
    const { action, content } = await task.ask(form(`Delete ${filename}?`, 'confirm', 'boolean'));
    return text(action === 'accept' && content?.confirm ? `deleted ${filename}` : `kept ${filename}`);
};

// Each: may it become a task, what must its client know, what it does.
const tools = {
    greet: { run: ({ name }) => text(`Hello, ${name}!`) },
    slow_compute: {
        optional: true,
        work: ({ seconds, label }) => async task => {
            task.become({ status: 'working', statusMessage: `computing ${label ?? ''}` });
            await pause(seconds * 1000);
            return text(`computed ${label ?? ''}`);
        },
    },
    failing_job: {
        work: () => async task => {
            task.become({ status: 'working', statusMessage: 'trying' });
            await pause(POLL_MS);
            return text('it did not work', true);
        },
    },
    protocol_error_job: {
        work: () => async () => {
            await pause(POLL_MS);
            throw new ProtocolError(ProtocolErrorCode.InternalError, 'it broke');
        },
    },
    must_wait: { work: () => () => new Promise(() => {}) },
    confirm_delete: { work: ({ filename }) => confirm(filename) },
    multi_input: {
        work: () => async task => {
            const answers = await Promise.all([task.ask(form('Who?', 'name', 'string')), task.ask(form('Sure?', 'confirm', 'boolean'))]);
            return text(JSON.stringify(answers.map(({ content }) => content)));
        },
    },
    test_tool_with_task: {
        question: form('What is your name?', 'name', 'string'),
        work: (_args, answer) => async () => {
            await pause(POLL_MS);
            return text(`Hello, ${answer.content.name}!`);
        },
    },
    rogue: { rogue: true, work: ({ filename }) => confirm(filename) },
};

function find(params) {
    const task = tasks.get(params.taskId);
    if (!task) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Task not found');
    return task;
}

const knowsTasks = ctx => Boolean(ctx.mcpReq.envelope['io.modelcontextprotocol/clientCapabilities'].extensions?.[TASKS]);

async function call({ name, arguments: args }, ctx) {
    const tool = tools[name];
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`);
    if (tool.run) return tool.run(args ?? {});
    const answer = ctx.mcpReq.inputResponses?.user_name;
    if (tool.question && !answer) return { resultType: 'input_required', inputRequests: { user_name: tool.question } };
    const work = tool.work(args ?? {}, answer);
    if (knowsTasks(ctx) || tool.rogue) return begin(work);
    if (!tool.optional) throw new MissingRequiredClientCapabilityError({ requiredCapabilities: REQUIRED });
    return work({ become: () => {} });
}

function create() {
    const server = new Server({ name: 'tasks-2026', version: '1' }, { capabilities: { tools: {}, extensions: { [TASKS]: {} } } });
    const onTask = (method, handler) =>
        server.setRequestHandler(method, { params: any }, (params, ctx) => {
            if (!knowsTasks(ctx)) throw new MissingRequiredClientCapabilityError({ requiredCapabilities: REQUIRED });
            return handler(find(params), ctx.mcpReq.inputResponses);
        });

    server.setRequestHandler('tools/list', () => ({
        tools: Object.keys(tools).map(name => ({ name, description: name, inputSchema: { type: 'object' } })),
    }));
    server.setRequestHandler('tools/call', ({ params }, ctx) => call(params, ctx));
    onTask('tasks/get', task => task.whole());
    onTask('tasks/update', (task, answers) => (task.answer(answers ?? {}), {}));
    onTask('tasks/cancel', task => (task.become({ status: 'cancelled' }), {}));
    return server;
}

serveStdio(create, { legacy: 'reject', transport: listens.transport(new StdioServerTransport()) });
