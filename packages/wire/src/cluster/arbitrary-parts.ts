/** What messages between nodes are made of, for properties. */
import fc from 'fast-check';
import type { Author } from '../rooms/room-entry.ts';

export const of = (pattern: RegExp) => fc.stringMatching(pattern);
export const number = fc.oneof(fc.nat(), fc.maxSafeNat());
export const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
export const position = fc.record({ epoch: number, seq: number });
export const room = of(/^[a-z2-7]{20}$/);
export const node = of(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/);
export const person = of(/^[a-z2-7]{32}$/);
export const author = fc.oneof(
  person,
  of(/^guest:[a-z0-9][a-z0-9._-]{1,31}$/),
  of(/^node:[A-Za-z0-9]{1,9}$/),
) as fc.Arbitrary<Author>;
export const name = fc.string({ maxLength: 32 });
/** Text as people write it: any script, line ends, quotes, nothing that is no character. */
export const text = fc
  .string({ unit: 'binary', maxLength: 200 })
  .map((each) => each.replace(/(?![\n\t])\p{Cc}/gu, '\n').toWellFormed());
export const line = text.map((each) =>
  each
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 60)
    .toWellFormed(),
);
export const roomName = line.map((each) => each.trim() || 'Room');
export const key = of(/^~?[A-Za-z0-9._:~-]{1,64}$/);
export const visibility = fc.constantFrom('public', 'private');
export const role = fc.constantFrom('owner', 'moderator', 'member', 'reader');
export const presence = fc.constantFrom('online', 'away', 'offline');
export const trace = of(/^00-[1-9a-f]{32}-[1-9a-f]{16}-0[01]$/);
export const emoji = fc.constantFrom('👍', '🏔️', 'ok');
export const few = <T>(each: fc.Arbitrary<T>) => fc.array(each, { maxLength: 4 });
export const kind = <K extends string>(value: K) => fc.constant(value);
/** Members that may be absent, and are then not there at all. */
export const some = <T extends object, K extends keyof T>(
  model: { [P in keyof T]: fc.Arbitrary<T[P]> },
  optional: K[],
) =>
  fc.record(model, {
    requiredKeys: (Object.keys(model) as (keyof T)[]).filter((each) => !optional.includes(each as K)),
  });
export const on = fc.boolean();
export const personName = of(/^[a-z0-9][a-z0-9._-]{1,31}$/);
export const stamp = fc.record({ ms: number, counter: number });
export const claim = fc.record({ person, claimed: fc.record({ at: stamp, node }), sure: on });
export const record = some({ name: personName, claims: few(claim), released: stamp }, ['released']);
export const id = of(/^[!-~]{1,40}$/);
