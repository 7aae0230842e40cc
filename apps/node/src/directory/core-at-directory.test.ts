import type { DirectoryCommand, DirectoryResult } from '@bothy/wire';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CoreAtDirectory, type DirectoryAnswered } from './core-at-directory.ts';
import type { DirectoryChange } from './directory-desk.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const forgets = (edge: string): DirectoryChange => ({
  kind: 'changed',
  command: { kind: 'forgetHome', edge },
  result: { kind: 'done' },
});

/** A core that takes nothing while it is busy, and how often it was asked to. */
function stage() {
  const taken: (string | DirectoryAnswered)[] = [];
  const seen = { isBusy: false, offers: 0 };
  let listener: ((change: DirectoryChange) => void) | undefined;
  const core = new CoreAtDirectory<string>({
    desk: {
      view: undefined,
      command: async (_: DirectoryCommand): Promise<DirectoryResult> => ({ kind: 'done' }),
      onChanged: (given) => {
        listener = given;
        return () => {
          listener = undefined;
        };
      },
    },
    input: (input) => {
      seen.offers += 1;
      if (!seen.isBusy) taken.push(input);
      return !seen.isBusy;
    },
    whole: () => 'all',
    told: ({ command }) => (command.kind === 'forgetHome' ? command.edge : undefined),
  });
  return { core, seen, taken, change: (change: DirectoryChange) => listener?.(change) };
}

test('a change is told, what concerns nobody is not, and all is when all is new', () => {
  const { taken, change } = stage();
  change(forgets('shed'));
  change({ kind: 'changed', command: { kind: 'buryRoom', room: 'r', epoch: 1 }, result: { kind: 'done' } });
  change({ kind: 'standing' });
  change({ kind: 'replaced' });
  expect(taken).toEqual(['shed', 'all']);
});

test('a core that is busy hears all at once when it is not, however much has changed, and then each change again', () => {
  const { seen, taken, change } = stage();
  seen.isBusy = true;
  for (let at = 0; at < 1_000; at++) change(forgets(`edge-${at}`));
  expect(seen.offers).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(seen.offers).toBe(11);
  seen.isBusy = false;
  vi.advanceTimersByTime(100);
  expect(taken).toEqual(['all']);
  change(forgets('shed'));
  expect(taken).toEqual(['all', 'shed']);
});

test('an answer is given until it is taken, and to nobody when the core has ended', async () => {
  const { core, seen, taken } = stage();
  seen.isBusy = true;
  core.ask('1', { kind: 'forgetHome', edge: 'shed' });
  await vi.advanceTimersByTimeAsync(250);
  seen.isBusy = false;
  await vi.advanceTimersByTimeAsync(100);
  const answer = { kind: 'directoryAnswered', id: '1', result: { ok: true, result: { kind: 'done' } } };
  expect(taken).toEqual([answer]);
  core.ask('2', { kind: 'forgetHome', edge: 'shed' });
  core.end();
  await vi.advanceTimersByTimeAsync(250);
  expect(taken).toEqual([answer]);
});
