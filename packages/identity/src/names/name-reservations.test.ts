import { expect, test } from 'vitest';
import { NameReservations } from './name-reservations.ts';

const claim = (person: string, ms: number) => ({
  person,
  claimed: { at: { ms, counter: 0 }, node: person },
  sure: false,
});
const [early, late] = [claim('ann', 1), claim('ben', 2)];

test('[NM3] an own claim yields to an earlier one until it is decided', () => {
  const yielding = new NameReservations();
  yielding.begin('it', late, 0);
  expect(yielding.grant('it', early, 0)).toBeUndefined();
  expect(yielding.decide('it', late, 0)).toBe(false);
  const decided = new NameReservations();
  decided.begin('it', late, 0);
  expect(decided.decide('it', late, 0)).toBe(true);
  expect(decided.grant('it', early, 0)).toBe(late);
});

test('[NM3] a claim that is written down is held on to, for who looked before it was asks only now', () => {
  const reservations = new NameReservations();
  reservations.begin('it', late, 0);
  reservations.decide('it', late, 0);
  reservations.done('it', late, 0);
  reservations.abandon('it', late);
  expect(reservations.grant('it', early, 9_999)).toBe(late);
  expect(reservations.grant('it', early, 10_000)).toBeUndefined();
});

test('[NM3] a grant keeps claims of this node away for ten seconds, and gives way to an earlier one', () => {
  const reservations = new NameReservations();
  expect(reservations.grant('it', late, 0)).toBeUndefined();
  expect(reservations.begin('it', early, 9_999)).toBe(late);
  expect(reservations.grant('it', early, 9_999)).toBeUndefined();
  expect(reservations.grant('it', late, 9_999)).toBe(early);
  expect(reservations.begin('it', late, 19_999)).toBeUndefined();
});

test('[NM9] a release ends what was granted and what is done, and not a claim that is on its way', () => {
  const reservations = new NameReservations();
  reservations.grant('it', early, 0);
  reservations.released('it');
  expect(reservations.begin('it', late, 0)).toBeUndefined();
  reservations.released('it');
  expect(reservations.holder('it', 0)).toBe(late);
});

test('[NM3] what is held is bounded', () => {
  const reservations = new NameReservations();
  for (let n = 0; n <= 10_000; n += 1) reservations.grant(`name-${n}`, early, 0);
  expect(reservations.holder('name-0', 0)).toBeUndefined();
  expect(reservations.holder('name-1', 0)).toBe(early);
});
