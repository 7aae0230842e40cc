import { describe, expect, it } from 'vitest';
import { UnsentStore } from './unsent-store.ts';

function fakeStorage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => void kept.delete(key),
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

const message = (id: string) => ({ id, text: `text ${id}`, atMs: 1, reason: 'You cancelled it.' });

describe('what failed', () => {
  it('is kept per contact, over reloads, until it is taken out', () => {
    const storage = fakeStorage();
    const store = new UnsentStore(() => storage);
    store.add('ann', message('1'));
    store.add('ann', message('2'));
    store.add('ben', message('3'));
    const reloaded = new UnsentStore(() => storage);
    expect(reloaded.of('ann').map(({ id }) => id)).toEqual(['1', '2']);
    reloaded.remove('ann', '1');
    reloaded.remove('ann', '2');
    expect([...storage.kept.keys()]).toEqual(['bothy-unsent-ben']);
  });

  it('is told to who listens, and is the same list until then', () => {
    const store = new UnsentStore(fakeStorage);
    let told = 0;
    const stop = store.subscribe(() => {
      told += 1;
    });
    expect(store.of('ann')).toBe(store.of('ann'));
    store.add('ann', message('1'));
    stop();
    store.remove('ann', '1');
    expect(told).toBe(1);
  });

  it('that failed once more is there once, with the new reason', () => {
    const store = new UnsentStore(fakeStorage);
    store.add('ann', message('1'));
    store.add('ann', { ...message('1'), reason: 'Refused.' });
    expect(store.of('ann')).toEqual([{ ...message('1'), reason: 'Refused.' }]);
  });

  it('is bounded: the oldest goes', () => {
    const store = new UnsentStore(fakeStorage);
    for (let n = 0; n < 60; n += 1) store.add('ann', message(String(n)));
    expect(store.of('ann')).toHaveLength(50);
    expect(store.of('ann')[0]?.id).toBe('10');
  });

  it('is seen in another tab once that hears of it', () => {
    const storage = fakeStorage();
    const [one, other] = [new UnsentStore(() => storage), new UnsentStore(() => storage)];
    expect(other.of('ann')).toEqual([]);
    one.add('ann', message('1'));
    other.readAgain();
    expect(other.of('ann')).toHaveLength(1);
  });

  it('lives as long as the page where nothing can be stored', () => {
    const store = new UnsentStore(() => {
      throw new Error('SecurityError');
    });
    store.add('ann', message('1'));
    expect(store.of('ann')).toHaveLength(1);
  });

  it.each(['not json', '{}', '[{"id":1}]'])('that is not well formed is none: %s', (text) => {
    const storage = fakeStorage();
    storage.setItem('bothy-unsent-ann', text);
    expect(new UnsentStore(() => storage).of('ann')).toEqual([]);
  });
});
