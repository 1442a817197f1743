// A server with the extension io.modelcontextprotocol/skills (SEP-2640), by the official SDK 2.x: two skills with a folder each.
import { McpServer } from '@modelcontextprotocol/server';
import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const manifest = (name, description) => `---\nname: ${name}\ndescription: ${description}\n---\n\n# ${name}\n`;
const skills = await SkillsExtension.load(
    memorySkillFiles({
        'greeting/SKILL.md': manifest('greeting', 'How to greet'),
        'greeting/references/words.md': '# Words of greeting\n',
        'letters/SKILL.md': manifest('letters', 'How to write letters'),
        'letters/references/forms.md': '# Forms of address\n',
    }),
);

serveStdio(() => {
    const server = new McpServer({ name: 'skills', version: '1' }, { capabilities: { resources: {} } });
    skills.attach(server);
    return server;
});
