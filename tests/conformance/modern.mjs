// A server of 2026-07-28 alone.
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { create } from './sdk2.mjs';

serveStdio(create, { legacy: 'reject' });
