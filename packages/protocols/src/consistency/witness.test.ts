/**
 * Witnesses are small: of every part of one that is fair to look at, all but the whole can be explained. Which parts are
 * fair is said here anew, and every order is tried: slow and obvious.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CausalOperation, checkCausal } from './causal.ts';
import { checkLinearizable } from './linearizability.ts';
import { type Operation, type RegisterInput, type RegisterOutput, registerModel } from './operation.ts';
import { checkSequential } from './sequential.ts';
import { inProgram, inTime, isExplained, partsOf } from './testing/every-order.ts';

type RegisterHistory = readonly Operation<RegisterInput, RegisterOutput>[];

function needs(operation: Operation<RegisterInput, RegisterOutput>): readonly (string | null)[] {
  const { input, output } = operation;
  if (input.kind === 'write') return [input.value];
  if (input.kind === 'compareAndSet') return output === false ? [] : [input.from, input.to];
  return output === undefined || typeof output === 'boolean' ? [] : [output];
}

function isLook({ input, output }: Operation<RegisterInput, RegisterOutput>): boolean {
  return input.kind === 'read' || output === false;
}

/** Who changed a value that is seen is there; where something failed because of what was there, all of that is there. */
function isFair(part: RegisterHistory, whole: RegisterHistory): boolean {
  const kept = new Set(part);
  const isSame = (one: Operation<RegisterInput, RegisterOutput>, key: string): boolean =>
    one.input.key === key;
  return whole
    .filter((each) => !kept.has(each) && !isLook(each))
    .every((gone) =>
      part
        .filter((each) => isSame(each, gone.input.key))
        .every(
          (each) => !(each.output === false) && !needs(each).some((value) => needs(gone).includes(value)),
        ),
    );
}

/** All of it was there, but answers that came later; and what is left out takes nothing from it. */
function expectPart(witness: RegisterHistory, history: RegisterHistory): void {
  const isSame = (one: RegisterHistory[number], other: RegisterHistory[number]): boolean =>
    one.input === other.input && one.client === other.client && one.calledMs === other.calledMs;
  const whole = history.map((each) => witness.find((one) => isSame(one, each)) ?? each);
  expect(witness.every((each) => whole.includes(each))).toBe(true);
  // Up to some moment: what was called later has no part in it, and what was not answered by then is open.
  const upTo = (endMs: number): RegisterHistory =>
    whole
      .filter(({ calledMs }) => calledMs <= endMs)
      .map((each) =>
        witness.includes(each) || each.answeredMs <= endMs ? each : { ...each, output: undefined },
      );
  const ends = whole.map(({ answeredMs }) => answeredMs);
  expect(ends.some((endMs) => isFair(witness, upTo(endMs)))).toBe(true);
}

const values = [null, '1', '2', '3'] as const;
const anyAct = (isSimple: boolean) =>
  fc.oneof(
    fc.record({ kind: fc.constant('read' as const), saw: fc.constantFrom(...values) }),
    fc.record({ kind: fc.constant('write' as const), value: fc.constantFrom(...values) }),
    ...(isSimple
      ? []
      : [
          fc.record({
            kind: fc.constant('compareAndSet' as const),
            from: fc.constantFrom(...values),
            to: fc.constantFrom(...values),
            isSet: fc.boolean(),
          }),
        ]),
  );

function anyRegisters(keys: readonly string[], isSimple = false): fc.Arbitrary<RegisterHistory> {
  const anyOperation = fc.record({
    client: fc.constantFrom('a', 'b', 'c'),
    key: fc.constantFrom(...keys),
    calledMs: fc.nat(8),
    lastsMs: fc.nat(4),
    isLost: fc.nat(5).map((die) => die === 0),
    act: anyAct(isSimple),
  });
  return fc.array(anyOperation, { maxLength: isSimple ? 10 : 7 }).map((drawn) =>
    drawn.map(({ client, key, calledMs, lastsMs, isLost, act }, at) => {
      const [input, output] = ((): [RegisterInput, RegisterOutput] => {
        switch (act.kind) {
          case 'read':
            return [{ kind: 'read', key }, act.saw];
          case 'write':
            return [{ kind: 'write', key, value: act.value }, 'done'];
          case 'compareAndSet':
            return [{ kind: 'compareAndSet', key, from: act.from, to: act.to }, act.isSet];
        }
      })();
      // No two calls at once: the order of a program is clear.
      const startMs = calledMs + at / 100;
      return {
        client,
        input,
        output: isLost ? undefined : output,
        calledMs: startMs,
        answeredMs: startMs + lastsMs,
      };
    }),
  );
}

test('[LI9] what a register may leave out never makes the rest harder to explain', () => {
  let explained = 0;
  fc.assert(
    fc.property(anyRegisters(['x']), (history) => {
      if (!isExplained(history, registerModel, inTime)) return;
      explained += 1;
      for (const part of partsOf(history)) {
        if (isFair(part, history)) expect(isExplained(part, registerModel, inTime)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
  expect(explained).toBeGreaterThan(50);
});

test('[LI4] nothing more can be left out of a witness of registers', () => {
  const sizes = new Map<number, number>();
  fc.assert(
    fc.property(anyRegisters(['x']), (history) => {
      const found = checkLinearizable(history, registerModel);
      if (found.kind !== 'violated') return;
      const { witness } = found;
      expectPart(witness, history);
      sizes.set(witness.length, (sizes.get(witness.length) ?? 0) + 1);
      const unexplained = [...partsOf(witness)].filter(
        (part) => isFair(part, witness) && !isExplained(part, registerModel, inTime),
      );
      expect(unexplained).toEqual([witness]);
    }),
    { numRuns: 1_500 },
  );
  expect([...sizes.keys()].length).toBeGreaterThan(3);
});

test('[SQ6] nothing more can be left out of a witness of registers that are judged together', () => {
  let violated = 0;
  fc.assert(
    fc.property(anyRegisters(['x', 'y']), (history) => {
      const found = checkSequential(history, registerModel);
      expect(found.kind).toBe(isExplained(history, registerModel, inProgram) ? 'holds' : 'violated');
      if (found.kind !== 'violated') return;
      violated += 1;
      const { witness } = found;
      expectPart(witness, history);
      const unexplained = [...partsOf(witness)].filter(
        (part) => isFair(part, witness) && !isExplained(part, registerModel, inProgram),
      );
      // What failed at one register keeps what was done at the other.
      if (witness.every(({ output }) => output !== false)) expect(unexplained).toEqual([witness]);
      else expect(unexplained).toContainEqual(witness);
    }),
    { numRuns: 700 },
  );
  expect(violated).toBeGreaterThan(100);
});

test('[CA9] a witness of broken causality is broken by itself, and nothing more can be left out of it', () => {
  const patterns = new Set<string>();
  fc.assert(
    fc.property(anyRegisters(['x', 'y'], true), (drawn) => {
      const written = new Set<string>();
      // Each value once.
      const history = drawn.filter(({ input }): boolean => {
        if (input.kind !== 'write') return true;
        const name = `${input.key} ${input.value}`;
        if (written.has(name) || input.value === null) return false;
        written.add(name);
        return true;
      });
      const found = checkCausal(history);
      if (found.kind !== 'violated') return;
      patterns.add(found.pattern);
      const { witness } = found;
      expectPart(witness, history);
      // It is of the kind that it is said to be.
      expect(checkCausal(witness)).toMatchObject({ pattern: found.pattern });
      const broken = [...partsOf(witness)].filter(
        (part): part is readonly CausalOperation[] =>
          isFair(part, witness) && checkCausal(part).kind === 'violated',
      );
      expect(broken).toEqual([witness]);
    }),
    { numRuns: 2_000 },
  );
  expect([...patterns].sort()).toEqual(['cyclicOrder', 'initialRead', 'overwrittenRead', 'thinAirRead']);
});

test('[LI4] what succeeded because of a value keeps who wrote it', () => {
  const at = (client: string, input: RegisterInput, output: RegisterOutput, atMs: number) => ({
    client,
    input,
    output,
    calledMs: atMs,
    answeredMs: atMs + 1,
  });
  const honest = [
    at('a', { kind: 'write', key: 'x', value: '1' }, 'done', 0),
    at('b', { kind: 'compareAndSet', key: 'x', from: '1', to: '2' }, true, 2),
  ];
  const wrong = at('c', { kind: 'read', key: 'x' }, '3', 4);
  const found = checkLinearizable([...honest, wrong], registerModel);
  expect(found.kind === 'violated' && found.witness).toEqual([wrong]);
});
