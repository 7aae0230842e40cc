/**
 * A store in a process of its own, to be killed: `node store-process.ts FILE ENTRIES [PAGES]`. It appends so many entries a
 * commit, one commit after the other, and prints `done SEQ` after each; when one is refused it prints the refusal
 * as JSON with what is held then, and ends.
 */
import { BothyError } from '@bothy/wire';
import { put, room, says } from '../../../core/testing/store-samples.ts';
import { OpenStore } from './open-store.ts';

const [file = '', entries = '1', pages] = process.argv.slice(2);
// Of the log of writes, at which it is copied into the database.
const limits = pages === undefined ? {} : { copyAfterPages: Number(pages) };
const perCommit = Number(entries);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const store = await OpenStore.open({ file, ...limits });
  const known = (await store.snapshot()).rooms[0];
  let seq = known?.lastSeq ?? 0;
  if (known === undefined) await store.commit([put()]);
  print('open');
  for (;;) {
    const added = Array.from({ length: perCommit }, (_, index) => says(seq + 1 + index, 'x'.repeat(1_000)));
    try {
      await store.commit([{ kind: 'append', room, epoch: 1, expectedLastSeq: seq, entries: added }]);
    } catch (thrown) {
      const { code, message } = BothyError.from(thrown);
      const held = (await store.snapshot()).rooms[0]?.lastSeq;
      const query = {
        kind: 'entries',
        room,
        from: 1,
        to: seq + perCommit,
        limit: 1_000_000,
        last: false,
      } as const;
      const finding = await store.query(query);
      print(
        JSON.stringify({ code, message, held, found: finding.kind === 'entries' && finding.entries.length }),
      );
      break;
    }
    seq += perCommit;
    print(`done ${seq}`);
  }
  await store.close();
} catch (thrown) {
  const { code, message } = BothyError.from(thrown);
  print(JSON.stringify({ code, message }));
}
