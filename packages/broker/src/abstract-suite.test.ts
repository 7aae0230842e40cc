/** Aedes' own suite for persistences, run over ours with a journal. */
import assert from 'node:assert';
import abstractSuite from 'aedes-persistence/abstract.js';
import { test } from 'vitest';
import { BoundedPersistence } from './bounded-persistence.ts';
import { defaultPersistenceLimits } from './persistence-options.ts';
import { SessionJournal } from './session-journal.ts';

const journal = await SessionJournal.open({ file: ':memory:' });

/** What the suite uses of the test context of `node:test`, for which it was written. */
function countingContext() {
  let planned: number | undefined;
  let asserted = 0;
  const counted = new Proxy(assert, {
    get: (target, name) => {
      asserted += 1;
      return Reflect.get(target, name);
    },
  });
  const plan = (count: number): void => {
    // As there: what was asserted before the plan was made does not count.
    [planned, asserted] = [count, 0];
  };
  // Its own preparation asserts as well.
  const check = (): void => assert.ok(asserted >= (planned ?? 0), 'no fewer assertions than planned');
  return { assert: counted, diagnostic: () => {}, plan, check };
}

abstractSuite({
  test: (name, run) =>
    test(`[BR16] ${name}`, async () => {
      const context = countingContext();
      await run(context);
      context.check();
    }),
  testAsync: true,
  persistence: () =>
    new BoundedPersistence({
      limits: defaultPersistenceLimits,
      sessionExpiryMs: 1_000,
      journal,
      monoMs: () => 0,
      maySubscribe: () => true,
      mayPublish: () => true,
      isConnected: () => false,
      dropped: () => {},
      expired: () => {},
    }),
});
