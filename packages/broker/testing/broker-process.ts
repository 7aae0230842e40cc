/**
 * A broker in a process of its own, for tests that kill it: `node broker-process.ts <file>`; prints its port, and
 * its log to stderr.
 */
import { Broker } from '../src/index.ts';

const write = (_fields: unknown, sentence: string): void => void process.stderr.write(`${sentence}\n`);
const broker = await Broker.start({
  authenticate: async () => ({ ok: true, principal: { kind: 'guest', local: true } }),
  log: { info: write, warn: write },
  ...(process.argv[2] === undefined ? {} : { file: process.argv[2] }),
});
process.stdout.write(`${await broker.listen('127.0.0.1', 0)}\n`);
