/** Writes until the disk takes no more, says so, and tries again once it is told that there is space. */
import { once } from 'node:events';
import type { BothyError } from '@bothy/wire';
import { SqliteEdgeStore } from '../sqlite-edge-store.ts';
import { sampleItem } from './sample-item.ts';

const store = new SqliteEdgeStore(process.argv[2] ?? '');
let durable = 0;

function add(): Promise<BothyError | undefined> {
  const item = sampleItem(durable + 1);
  return new Promise((resolve) =>
    store.commit([{ kind: 'addItem', item }], (error) => {
      if (error === undefined) durable += 1;
      resolve(error as BothyError | undefined);
    }),
  );
}

const kept = (): number => [...store.snapshot().outbox].length;
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

let error = await add();
while (error === undefined) error = await add();
say({ code: error.code, message: error.message, durable, kept: kept() });
await once(process.stdin, 'data');
const again = await add();
if (again !== undefined) throw again;
say({ durable, kept: kept() });
store.close();
process.exit(0);
