/**
 * A store in a process of its own, to be killed: `node store-process.ts FILE`. It appends an entry a commit, with a snapshot
 * now and then, and prints `done INDEX` after each; when one is refused it prints the refusal as JSON, and ends.
 */
import { BothyError } from '@bothy/wire';
import { SqliteDirectoryStore } from '../index.ts';
import { entry, putSnapshot } from './samples.ts';

const [file = ''] = process.argv.slice(2);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

function run(store: SqliteDirectoryStore, index: number): void {
  const vote = { kind: 'putVote', term: index, votedFor: 'a' } as const;
  const snapshot = index % 50 === 0 ? [putSnapshot(index - 10, index - 20)] : [];
  store.commit([vote, { kind: 'putEntries', entries: [entry(index)] }, ...snapshot], (error) => {
    if (error === undefined) {
      print(`done ${index}`);
      // The event loop has its turn, so that what is printed leaves.
      setImmediate(() => run(store, index + 1));
    } else {
      const { code, message } = BothyError.from(error);
      print(JSON.stringify({ code, message }));
    }
  });
}

try {
  const store = SqliteDirectoryStore.open({ file });
  const { entries, snapshot } = store.load().raft;
  print('open');
  run(store, (entries.at(-1)?.index ?? snapshot?.index ?? 0) + 1);
} catch (thrown) {
  const { code, message } = BothyError.from(thrown);
  print(JSON.stringify({ code, message }));
}
