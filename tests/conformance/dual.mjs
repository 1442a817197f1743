// A server of both eras, as the official SDK 2.x makes it by default: the opening exchange decides which one its process speaks.
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { create } from './sdk2.mjs';

serveStdio(create);
