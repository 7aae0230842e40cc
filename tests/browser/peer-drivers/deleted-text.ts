/** What the browser's store still holds of a message that was edited and then deleted. */
import type { EntryRow, PeerWrite } from '@bothy/peer/core';
import { openPeerDatabase } from '@bothy/peer/drivers/browser';

const person = 'r'.repeat(32);
const device = 'd'.repeat(16);
const log = `${person}/${device}`;

function row(n: number, body: object): EntryRow {
  const record = { header: `h${n}`, body: JSON.stringify(body) };
  return { conversation: 'c', log, n, record, hash: `#${n}`, hlc: { ms: n, counter: 0 }, ahead: false };
}

/** The kinds of the bodies that are left, in order; null where only the header is. */
export async function deletedText(): Promise<(string | null)[]> {
  const store = await openPeerDatabase({
    person,
    lost: (error) => {
      throw error;
    },
  });
  const of = { device, n: 1 };
  const put = (n: number, body: object): PeerWrite => ({ kind: 'putEntry', row: row(n, body) });
  const commit = (...writes: PeerWrite[]): Promise<void> =>
    new Promise((resolve, reject) => {
      store.commit(writes, (error) => (error === undefined ? resolve() : reject(error)));
    });
  await commit(put(1, { kind: 'message', id: 'm1', text: 'first' }));
  await commit(put(2, { kind: 'edit', of, text: 'second' }));
  // An edit of another message stays, and so does a message that only speaks of one.
  await commit(put(3, { kind: 'edit', of: { device, n: 9 }, text: 'another' }));
  await commit(put(4, { kind: 'message', id: 'm4', text: '"of" nothing' }));
  const drop: PeerWrite = { kind: 'dropBody', conversation: 'c', log, n: 1 };
  // One that comes in the same write as the deletion, and one that comes later.
  await commit(put(5, { kind: 'edit', of, text: 'third' }), put(6, { kind: 'delete', of }), drop);
  await commit(put(7, { kind: 'edit', of, text: 'fourth' }));
  const rows = await store.entries({ kind: 'entries', conversation: 'c', log, from: 1, limit: 10 });
  store.close();
  return rows.map(({ record }) => (record.body === null ? null : JSON.parse(record.body).kind));
}
