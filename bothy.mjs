#!/usr/bin/env node
// `bothy`, as `npx bothy …` and `npm start` run it from a clone: installs what is missing, then runs the CLI.
import { launch } from './tools/launcher/launch.mjs';
import { serverFlags, serverVariables } from './tools/launcher/server-start.mjs';

const [command = '', part] = process.argv.slice(2);
const isServer = ['up', 'node', 'edge'].includes(command) || (command === 'cluster' && part === 'run');
const server = { nodeFlags: serverFlags, variables: serverVariables, prepared: true };
await launch('apps/cli/src/main.ts', process.argv.slice(2), isServer ? server : {});
