import type { RoomContent, RoomEntry } from '@bothy/wire';
import { describe, expect, it } from 'vitest';
import { type ItemsOptions, roomItems } from './room-items.ts';
import { RoomLog } from './room-log.ts';

const me = 'guest:ann';

function entry(seq: number, author: 'ann' | 'ben', content: RoomContent): RoomEntry {
  return {
    epoch: 1,
    seq,
    author: `guest:${author}`,
    name: author,
    sentAt: seq * 1_000,
    key: `k${seq}`,
    content,
  };
}
const say = (seq: number, author: 'ann' | 'ben', body: string, replyTo?: number) =>
  entry(seq, author, { kind: 'message', body, ...(replyTo === undefined ? {} : { replyTo }) });
const join = (seq: number, name: 'ann' | 'ben') =>
  entry(seq, name, { kind: 'joined', person: `guest:${name}`, personName: name, role: 'member' });

function items(entries: readonly RoomEntry[], options: Partial<ItemsOptions> = {}) {
  const log = new RoomLog();
  log.add(entries);
  const permissions = { edit: () => true, redact: () => false };
  const rows = log.rowsBefore(1_000, 1_000);
  return roomItems({ rows, log, me, pinned: [], outgoing: [], readUpTo: undefined, permissions, ...options });
}

describe('a timeline', () => {
  it('has joins and leaves in one quiet line', () => {
    const shown = items([say(1, 'ann', 'hi'), join(2, 'ben'), join(3, 'ann'), say(4, 'ben', 'hello')]);
    expect(shown.map((item) => (item.kind === 'quiet' ? item.text : item.kind))).toEqual([
      'message',
      'You and ben joined',
      'message',
    ]);
  });

  it('has a line where reading ended, above what others wrote since', () => {
    const entries = [say(1, 'ben', 'old'), say(2, 'ben', 'new'), say(3, 'ben', 'newer')];
    expect(items(entries, { readUpTo: 1 }).map(({ kind }) => kind)).toEqual([
      'message',
      'unread',
      'message',
      'message',
    ]);
    expect(items([say(1, 'ann', 'mine')], { readUpTo: 0 }).map(({ kind }) => kind)).toEqual(['message']);
  });

  it('shows own messages that wait at the end, and none of them twice', () => {
    const waiting = { room: 'r', messageId: 'k2', body: 'soon', writtenAt: 9_000 };
    const failed = { ...waiting, messageId: 'k3', failure: { code: 'banned', message: 'No.' } as const };
    const shown = items([say(1, 'ann', 'there')], {
      outgoing: [{ ...waiting, messageId: 'k1' }, waiting, failed],
    });
    expect(shown.flatMap((item) => (item.kind === 'message' ? [[item.messageId, item.status]] : []))).toEqual(
      [
        ['k1', 'sent'],
        ['k2', 'pending'],
        ['k3', 'failed'],
      ],
    );
  });

  it('quotes what is answered as it stands now, or says that it is not here', () => {
    const [first, second] = items([
      say(1, 'ben', 'Is there wood?'),
      say(2, 'ann', 'Yes.', 1),
      entry(3, 'ben', { kind: 'redact', target: 1 }),
    ]);
    expect(first).toMatchObject({ body: null });
    expect(second).toMatchObject({ reply: { seq: 1, name: 'ben', text: 'Taken away' } });
    expect(items([say(7, 'ann', 'Yes.', 1)])[0]).toMatchObject({ reply: { seq: 1 } });
  });
});
