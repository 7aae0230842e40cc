/** Writes readings until it is killed, and prints the number of each once it is durable. */
import { SqliteEdgeStore } from '../sqlite-edge-store.ts';
import { sampleItem } from './sample-item.ts';

const store = new SqliteEdgeStore(process.argv[2] ?? '');

function next(number: number): void {
  store.commit([{ kind: 'addItem', item: sampleItem(number) }], (error) => {
    if (error !== undefined) throw error;
    process.stdout.write(`${number}\n`);
    next(number + 1);
  });
}
next(1);
