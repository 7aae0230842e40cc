/** Witnesses of numbers, logs and claims: what can be left out of them closes up. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkLinearizable } from './linearizability.ts';
import {
  type ClaimInput,
  claimModel,
  type LogInput,
  type LogOutput,
  logModel,
  type NumberInput,
  nextNumberModel,
  type ObjectModel,
  type Operation,
} from './operation.ts';
import { checkSequential } from './sequential.ts';
import { inTime, isExplained, partsOf } from './testing/every-order.ts';

type History<Input, Output> = readonly Operation<Input, Output>[];

/** Of a model whose operations close up: every part that has those without an answer is fair. */
function expectLeast<State, Input, Output>(
  drawn: fc.Arbitrary<History<Input, Output>>,
  model: ObjectModel<State, Input, Output>,
): void {
  let [explained, violated] = [0, 0];
  const { leaveOut, asPart } = model;
  fc.assert(
    fc.property(drawn, (history) => {
      const isFixed = ({ input, output }: Operation<Input, Output>): boolean =>
        leaveOut?.(input, output) === undefined;
      const judge = (part: History<Input, Output>, whole: History<Input, Output>): boolean =>
        whole.filter(isFixed).every((each) => part.includes(each)) &&
        !isExplained(asPart?.(part, whole) ?? part, model, inTime);
      const found = checkLinearizable(history, model);
      const parts = [...partsOf(history)].filter((part) => judge(part, history));
      if (found.kind !== 'violated') {
        explained += 1;
        expect(parts).toEqual([]);
        return;
      }
      violated += 1;
      // By one of them at a time: of its parts that are one smaller none is left.
      const at = parts.find(
        (part) => part.length === found.witness.length && part.every((each) => found.witness.includes(each)),
      );
      expect(at).toBeDefined();
      for (const gone of found.witness)
        expect(judge(at?.filter((each) => each !== gone) ?? [], history)).toBe(false);
    }),
    { numRuns: 700 },
  );
  expect(Math.min(explained, violated)).toBeGreaterThan(50);
}

const anyTimes = fc.record({
  client: fc.constantFrom('a', 'b', 'c'),
  calledMs: fc.nat(8),
  lastsMs: fc.nat(4),
  isLost: fc.nat(6).map((die) => die === 0),
});
function timed<Input, Output>(
  {
    client,
    calledMs,
    lastsMs,
    isLost,
  }: { client: string; calledMs: number; lastsMs: number; isLost: boolean },
  input: Input,
  output: Output,
): Operation<Input, Output> {
  return { client, input, output: isLost ? undefined : output, calledMs, answeredMs: calledMs + lastsMs };
}

test('[LI4] nothing more can be left out of a witness of numbers', () => {
  const anyNumber = fc.record({ times: anyTimes, number: fc.integer({ min: 1, max: 4 }) });
  const drawn = fc
    .array(anyNumber, { minLength: 1, maxLength: 6 })
    .map((all) =>
      all.map(({ times, number }): Operation<NumberInput, number> => timed(times, { key: 'x' }, number)),
    );
  const honest = fc.array(anyTimes, { maxLength: 6 }).map((all) => {
    const ordered = [...all].sort((a, b) => a.calledMs - b.calledMs);
    return ordered.map((times, at): Operation<NumberInput, number> => timed(times, { key: 'x' }, at + 1));
  });
  expectLeast(fc.oneof(drawn, honest), nextNumberModel);
});

test('[LI4] nothing more can be left out of a witness of a log', () => {
  const anyStep = fc.record({ times: anyTimes, isRead: fc.boolean(), wrong: fc.nat(6) });
  const drawn = fc.array(anyStep, { maxLength: 6 }).map((all) => {
    const log: string[] = [];
    const ordered = [...all].sort((a, b) => a.times.calledMs - b.times.calledMs);
    return ordered.map(({ times, isRead, wrong }, at): Operation<LogInput, LogOutput> => {
      if (isRead) {
        const read = wrong === 0 ? log.slice(1) : wrong === 1 ? [...log].reverse() : [...log];
        return timed(times, { kind: 'read', key: 'x' }, read);
      }
      log.push(`v${at}`);
      const place = wrong === 0 ? 1 : log.length;
      return timed(times, { kind: 'append', key: 'x', value: `v${at}` }, place);
    });
  });
  expectLeast(drawn, logModel);
});

test('[LI4] of thousands of numbers, claims and entries those are left that cannot be together', () => {
  const take = (client: string, output: number, atMs: number) => ({
    client,
    input: { key: 'x' },
    output,
    calledMs: atMs,
    answeredMs: atMs + 5,
  });
  const numbers = Array.from({ length: 3_000 }, (_, at) => take(`c${at % 7}`, at + 1, at * 2));
  const [early, late] = [take('early', 2_001, 10), take('late', 2_001, 3_999)];
  const shifted = numbers.map((each) => (each.output > 2_000 ? { ...each, output: each.output + 1 } : each));
  const found = checkLinearizable([...shifted, early], nextNumberModel);
  expect(found).toMatchObject({ kind: 'violated', witness: [early, { output: expect.any(Number) }] });
  expect(checkLinearizable([...shifted, late], nextNumberModel).kind).toBe('holds');

  const claim = (by: string, output: string | undefined, atMs: number): Operation<ClaimInput, string> => ({
    client: by,
    input: { name: 'hut', by },
    output,
    calledMs: atMs,
    answeredMs: atMs + 1,
  });
  const rivals = Array.from({ length: 500 }, (_, at) =>
    claim(`r${at}`, at % 3 === 0 ? undefined : 'ann', 10 + at),
  );
  const twice = [claim('ann', 'ann', 0), ...rivals, claim('ben', 'ben', 900)];
  const owned = checkLinearizable(twice, claimModel);
  expect(owned.kind === 'violated' && owned.witness.map(({ client }) => client)).toEqual(['ann', 'ben']);

  const append = (value: string, output: number, atMs: number): Operation<LogInput, LogOutput> => ({
    client: 'a',
    input: { kind: 'append', key: 'x', value },
    output,
    calledMs: atMs,
    answeredMs: atMs + 1,
  });
  const entries = Array.from({ length: 200 }, (_, at) => append(`e${at}`, at + 1, at * 2));
  const all = entries.map((_, at) => `e${at}`);
  const read = (output: readonly string[]): Operation<LogInput, LogOutput> => ({
    client: 'r',
    input: { kind: 'read', key: 'x' },
    output,
    calledMs: 900,
    answeredMs: 901,
  });
  expect(checkLinearizable([...entries, read(all)], logModel).kind).toBe('holds');
  const lacking = checkLinearizable([...entries, read(all.filter((each) => each !== 'e70'))], logModel);
  expect(lacking.kind === 'violated' && lacking.witness.map(({ client }) => client)).toEqual(['a', 'r']);
});

test('[SQ6] numbers of one part close up without those of others', () => {
  const take = (
    client: string,
    key: string,
    output: number,
    atMs: number,
  ): Operation<NumberInput, number> => ({
    client,
    input: { key },
    output,
    calledMs: atMs,
    answeredMs: atMs + 1,
  });
  const honest = [take('a', 'x', 1, 0), take('b', 'x', 2, 2), take('a', 'x', 3, 4), take('b', 'y', 1, 6)];
  expect(checkSequential(honest, nextNumberModel).kind).toBe('holds');
  const back = [take('a', 'y', 3, 8), take('a', 'y', 2, 10)];
  const found = checkSequential([...honest, ...back], nextNumberModel);
  expect(found).toMatchObject({ kind: 'violated', witness: back });
});
