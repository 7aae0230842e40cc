import { describe, expect, it } from 'vitest';
import { outboxStore } from './outbox-store.ts';

class FakeStorage {
  readonly kept = new Map<string, string>();
  full = false;
  get length() {
    return this.kept.size;
  }
  key = (at: number) => [...this.kept.keys()][at] ?? null;
  getItem = (key: string) => this.kept.get(key) ?? null;
  removeItem = (key: string) => void this.kept.delete(key);
  setItem(key: string, value: string): void {
    if (this.full) throw new Error('QuotaExceededError');
    this.kept.set(key, value);
  }
}

const room = 'a2b3c4d5e6f7g2h3i4j5';
const message = (messageId: string, writtenAt: number) => ({ room, messageId, body: messageId, writtenAt });

describe('what waits', () => {
  it('is there after a reload, in the order of writing, until it is told to go', async () => {
    const storage = new FakeStorage();
    const store = outboxStore('ann', () => storage);
    await store.write([
      { kind: 'put', message: message('m2', 2) },
      { kind: 'put', message: message('m1', 1) },
      { kind: 'put', message: message('m3', 3) },
    ]);
    await store.write([{ kind: 'remove', room, messageId: 'm3' }]);
    expect(outboxStore('ann', () => storage).kept.map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
    expect(outboxStore('ben', () => storage).kept).toEqual([]);
  });

  it('is left out where it is broken; a storage that is full or forbidden is no error', async () => {
    const storage = new FakeStorage();
    storage.kept.set(`bothy-outbox-ann-${room}-m1`, '{"room":');
    storage.kept.set(`bothy-outbox-ann-${room}-m2`, '{"room":"nowhere"}');
    expect(outboxStore('ann', () => storage).kept).toEqual([]);
    storage.full = true;
    await outboxStore('ann', () => storage).write([{ kind: 'put', message: message('m1', 1) }]);
    const forbidden = outboxStore('ann', () => {
      throw new Error('SecurityError');
    });
    expect(forbidden.kept).toEqual([]);
  });
});
