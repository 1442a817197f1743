// How the servers of this folder's tests are started: by the pinned Node, from tests/node_modules.
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/', import.meta.url));

export function command(server, root) {
    const args = [`${packages}server-${server}/dist/index.js`];
    if (server === 'everything') args.push('stdio');
    if (server === 'filesystem') args.push(root);
    return {
        command: process.execPath,
        args,
        env: server === 'memory' ? { MEMORY_FILE_PATH: `${root}/memory.jsonl` } : {},
        stderr: 'ignore',
    };
}

// node servers.mjs ROOT: the same as a repo's .mcp.json
if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const root = process.argv[2];
    const entries = ['everything', 'filesystem', 'memory'].map(server => {
        const { command: program, args, env } = command(server, root);
        return [server, { command: program, args, env }];
    });
    console.log(JSON.stringify({ mcpServers: Object.fromEntries(entries) }, null, 2));
}
