/** A broker in a process of its own, for tests that kill it: `node broker-process.ts <file>`; prints its port. */
import { Broker } from '../src/index.ts';

const broker = await Broker.start({
  authenticate: async () => ({ ok: true, principal: { kind: 'guest', local: true } }),
  ...(process.argv[2] === undefined ? {} : { file: process.argv[2] }),
});
process.stdout.write(`${await broker.listen('127.0.0.1', 0)}\n`);
