import { describe, expect, it } from 'vitest';
import { type DraftStorage, Drafts } from './drafts.ts';

class FakeStorage implements DraftStorage {
  readonly kept = new Map<string, string>();
  full = false;
  getItem = (key: string) => this.kept.get(key) ?? null;
  removeItem = (key: string) => void this.kept.delete(key);
  setItem(key: string, value: string): void {
    if (this.full) throw new Error('QuotaExceededError');
    this.kept.set(key, value);
  }
}

describe('drafts', () => {
  it('are kept per contact, over reloads, and go when they are sent', () => {
    const storage = new FakeStorage();
    const drafts = new Drafts(() => storage);
    drafts.write('ann', 'Dear Ann');
    drafts.write('ben', 'Ben,');
    const reloaded = new Drafts(() => storage);
    expect([reloaded.read('ann'), reloaded.read('ben'), reloaded.read('cy')]).toEqual([
      'Dear Ann',
      'Ben,',
      '',
    ]);
    reloaded.write('ann', '');
    expect([...storage.kept.values()]).toEqual(['Ben,']);
  });

  it('live as long as the page where nothing can be stored', () => {
    const storage = new FakeStorage();
    storage.full = true;
    const refusing = () => {
      throw new Error('SecurityError');
    };
    for (const each of [() => storage, refusing]) {
      const drafts = new Drafts(each);
      drafts.write('ann', 'Dear Ann');
      expect(drafts.read('ann')).toBe('Dear Ann');
      drafts.write('ann', '');
      expect(drafts.read('ann')).toBe('');
    }
  });

  it('take no more room than a message', () => {
    const storage = new FakeStorage();
    const drafts = new Drafts(() => storage);
    const long = 'x'.repeat(100_000);
    drafts.write('ann', long);
    expect(storage.kept.size).toBe(0);
    expect(drafts.read('ann')).toBe(long);
  });
});
