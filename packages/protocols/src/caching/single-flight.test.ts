import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Flight, SingleFlight, type SingleFlightOptions } from './single-flight.ts';

function mustBegin<Waiter>(flights: SingleFlight<string, Waiter>, key: string, waiter: Waiter) {
  const asked = flights.ask(key, waiter);
  if (asked.kind !== 'begin') throw new Error(`${asked.kind} instead of a new one`);
  return asked.flight;
}

test('[SF1, SF2] who asks while it is looked up waits, and all are answered in the order in which they asked', () => {
  const flights = new SingleFlight<string, number>({ maxFlights: 9 });
  const flight = mustBegin(flights, 'a', 1);
  expect([2, 3].map((waiter) => flights.ask('a', waiter).kind)).toEqual(['wait', 'wait']);
  expect(flights.end(flight)).toEqual([1, 2, 3]);
});

test('[SF3] nothing is kept of one that is over, well or badly', () => {
  const flights = new SingleFlight<string, number>({ maxFlights: 1 });
  flights.end(mustBegin(flights, 'a', 1));
  expect(flights.flights).toBe(0);
  expect(flights.ask('a', 2).kind).toBe('begin');
});

test('[SF3] to end one twice answers nobody, and ends no other', () => {
  const flights = new SingleFlight<string, number>({ maxFlights: 2 });
  const first = mustBegin(flights, 'a', 1);
  flights.end(first);
  const second = mustBegin(flights, 'a', 2);
  expect(flights.end(first)).toEqual([]);
  expect(flights.ask('a', 3).kind).toBe('wait');
  expect(flights.end(second)).toEqual([2, 3]);
});

test('[SF4] what was forgotten is not joined any more, and still answers who waits', () => {
  const flights = new SingleFlight<string, number>({ maxFlights: 2 });
  const old = mustBegin(flights, 'a', 1);
  flights.forget('a');
  const fresh = mustBegin(flights, 'a', 2);
  expect([old, fresh].map((flight) => flights.mayJoin(flight))).toEqual([false, true]);
  expect(flights.end(old)).toEqual([1]);
  expect(flights.ask('a', 3).kind).toBe('wait');
  expect(flights.end(fresh)).toEqual([2, 3]);
});

test('[SF5] more than fit are refused and not remembered, forgotten look-ups counted', () => {
  const flights = new SingleFlight<string, number>({ maxFlights: 2, maxWaiters: 2 });
  const a = mustBegin(flights, 'a', 1);
  flights.forget('a');
  const b = mustBegin(flights, 'b', 2);
  expect(flights.ask('c', 3).kind).toBe('refused');
  expect(['wait', 'refused']).toEqual([4, 5].map((waiter) => flights.ask('b', waiter).kind));
  expect(flights.end(b)).toEqual([2, 4]);
  expect(flights.ask('c', 3).kind).toBe('begin');
  expect(flights.end(a)).toEqual([1]);
});

test('[SF6] options out of their range throw a RangeError', () => {
  const wrong: Partial<SingleFlightOptions>[] = [
    ...[0, 1.5, Infinity, Number.NaN].map((maxFlights) => ({ maxFlights })),
    ...[0, 1.5, Number.NaN].map((maxWaiters) => ({ maxWaiters })),
  ];
  for (const options of wrong)
    expect(() => new SingleFlight({ maxFlights: 1, ...options })).toThrow(RangeError);
});

test('[SF1, SF2, SF3, SF4, SF5] agrees with a list of all that ever happened', () => {
  const step = fc.record({ what: fc.constantFrom('ask', 'ask', 'end', 'forget'), which: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const flights = new SingleFlight<string, number>({ maxFlights: 3, maxWaiters: 3 });
      const begun: Flight<string>[] = [];
      /** Every look-up that was ever begun. */
      const model: { readonly key: string; waiters: number[]; isOpen: boolean; isJoinable: boolean }[] = [];
      for (const [waiter, { what, which }] of steps.entries()) {
        const key = 'abcd'.charAt(which);
        const joinable = model.find((each) => each.key === key && each.isOpen && each.isJoinable);
        if (what === 'ask') {
          const asked = flights.ask(key, waiter);
          const hasRoom = model.filter(({ isOpen }) => isOpen).length < 3;
          const expected =
            joinable === undefined
              ? hasRoom
                ? 'begin'
                : 'refused'
              : joinable.waiters.length < 3
                ? 'wait'
                : 'refused';
          expect(asked.kind).toBe(expected);
          if (asked.kind === 'wait') joinable?.waiters.push(waiter);
          if (asked.kind !== 'begin') continue;
          begun.push(asked.flight);
          model.push({ key, waiters: [waiter], isOpen: true, isJoinable: true });
        } else if (what === 'forget') {
          flights.forget(key);
          if (joinable !== undefined) joinable.isJoinable = false;
        } else {
          // One of the last begun, open or over.
          const at = begun.length - 1 - which;
          const [flight, of] = [begun[at], model[at]];
          if (flight === undefined || of === undefined) continue;
          expect(flights.end(flight)).toEqual(of.isOpen ? of.waiters : []);
          of.isOpen = false;
        }
      }
      expect(flights.flights).toBe(model.filter(({ isOpen }) => isOpen).length);
    }),
    { seed: 7, numRuns: 500 },
  );
});
