import { beforeEach, expect, test } from 'vitest';
import { type PreparedConnection, SpareConnections } from './spare-connections.ts';

/** Stands for an RTCPeerConnection: what the class uses of it. */
class FakeConnection {
  signalingState = 'stable';
  offers = 0;

  async setLocalDescription(): Promise<void> {
    this.offers += 1;
    if (failing === 'offers') throw new Error('no offer');
    this.signalingState = 'have-local-offer';
  }

  close(): void {
    this.signalingState = 'closed';
  }
}

let made: FakeConnection[];
let failing: 'nothing' | 'offers' | 'connections';
let nowMs: number;
let due: (() => void)[];
beforeEach(() => {
  made = [];
  failing = 'nothing';
  nowMs = 0;
  due = [];
});

function spares(describe = true): SpareConnections {
  return new SpareConnections({
    clock: { monoMs: () => nowMs, wallMs: () => nowMs },
    timers: {
      set: (_afterMs, fire) => due.push(fire),
      clear: () => {
        due = [];
      },
    },
    describe,
    make: () => {
      if (failing === 'connections') throw new Error('too many connections');
      const connection = new FakeConnection();
      made.push(connection);
      return { connection, channel: {} } as unknown as Omit<PreparedConnection, 'described'>;
    },
  });
}

/** Of those made, in order, with whether their offer stood already. */
function taken({ connection, described }: PreparedConnection): readonly [number, boolean] {
  return [made.indexOf(connection as unknown as FakeConnection), described];
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('each spare is used once; what is asked for meanwhile is made anew, and the spares a while later', async () => {
  const kept = spares();
  kept.fill();
  await settle();
  expect(taken(kept.take('offer'))).toEqual([1, true]);
  expect(taken(kept.take('offer'))).toEqual([2, false]);
  expect(taken(kept.take('answer'))).toEqual([0, false]);
  expect(taken(kept.take('answer'))).toEqual([3, false]);
  expect(due).toHaveLength(1);
  due.shift()?.();
  await settle();
  expect(made.map(({ offers }) => offers)).toEqual([0, 1, 0, 0, 0, 1]);
  expect(taken(kept.take('answer'))).toEqual([4, false]);
  expect(taken(kept.take('offer'))).toEqual([5, true]);
});

test('an offer that is still being made is left for the next', async () => {
  const kept = spares();
  kept.fill();
  expect(taken(kept.take('offer'))).toEqual([2, false]);
  await settle();
  expect(taken(kept.take('offer'))).toEqual([1, true]);
});

test('with servers for addresses no offer is made ahead', async () => {
  const kept = spares(false);
  kept.fill();
  await settle();
  expect(taken(kept.take('offer'))).toEqual([1, false]);
  expect(made.every(({ offers }) => offers === 0)).toBe(true);
});

test('on another network, after ten minutes, and when the browser has closed it, a spare is not used', async () => {
  const kept = spares();
  kept.fill();
  await settle();
  kept.renew();
  expect(made.map(({ signalingState }) => signalingState)).toEqual(['closed', 'closed']);
  expect(taken(kept.take('offer'))).toEqual([2, false]);
  kept.fill();
  await settle();
  nowMs = 600_000;
  expect(taken(kept.take('offer'))).toEqual([5, false]);
  expect(made[4]?.signalingState).toBe('closed');
  nowMs = 0;
  made[3]?.close();
  expect(taken(kept.take('answer'))).toEqual([6, false]);
});

test('what cannot be made ahead is no failure; what is needed and cannot be made is', async () => {
  const kept = spares();
  failing = 'offers';
  kept.fill();
  await settle();
  expect(taken(kept.take('offer'))).toEqual([2, false]);
  failing = 'connections';
  kept.fill();
  expect(() => kept.take('offer')).toThrow('too many connections');
});

test('a stop closes what was not used, and nothing is made ahead afterwards', async () => {
  const kept = spares();
  kept.fill();
  await settle();
  kept.stop();
  kept.fill();
  kept.renew();
  expect(made.map(({ signalingState }) => signalingState)).toEqual(['closed', 'closed']);
  expect(due).toEqual([]);
});
