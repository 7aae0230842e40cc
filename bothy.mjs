#!/usr/bin/env node
// `bothy`, as `npx bothy …` and `npm start` run it from a clone: installs what is missing, then runs the CLI.
import { launch } from './tools/launcher/launch.mjs';
import { edgeModules, serverFlags, serverModules, serverVariables } from './tools/launcher/server-start.mjs';

const [command = '', part] = process.argv.slice(2);
const isNode = ['up', 'node'].includes(command) || (command === 'cluster' && part === 'run');
const modules = command === 'edge' ? edgeModules : isNode ? serverModules : [];
await launch('apps/cli/src/main.ts', process.argv.slice(2), {
  nodeFlags: serverFlags,
  variables: serverVariables,
  prepared: modules,
});
