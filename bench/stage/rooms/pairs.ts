/** Many rooms of two people: how many messages a second are durable, and how long each takes. */
import { io } from 'socket.io-client';
import type { LoadJob, LoadResult } from './load.ts';
import { RoomClient } from './room-client.ts';

type PairJob = Extract<LoadJob, { kind: 'pair' }>;
type SendJob = Extract<LoadJob, { kind: 'send' }>;

interface Writer {
  /** Resolves once the message is acknowledged: durable. */
  send(number: number): Promise<unknown>;
}

const body = 'x'.repeat(100);

export class Pairs {
  readonly #writers: readonly Writer[];

  private constructor(writers: readonly Writer[]) {
    this.#writers = writers;
  }

  static async connect(job: PairJob): Promise<Pairs> {
    return new Pairs(job.rival === 'bothy' ? await bothyPairs(job) : await socketIoPairs(job));
  }

  send(job: SendJob): Promise<LoadResult> {
    return sendFor(this.#writers, job);
  }
}

async function sendFor(writers: readonly Writer[], { seconds, perSecond }: SendJob): Promise<LoadResult> {
  const times: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  const one = async (writer: Writer, fromMs: number): Promise<void> => {
    counter += 1;
    await writer.send(counter);
    times.push(performance.now() - fromMs);
  };
  if (perSecond === 0) {
    const loop = async (writer: Writer): Promise<void> => {
      while (performance.now() < endMs) await one(writer, performance.now());
    };
    await Promise.all(writers.map(loop));
  } else await sendPaced(writers, { startMs, endMs, perSecond }, one);
  const took = (performance.now() - startMs) / 1000;
  return { times: times.sort((a, b) => a - b), seconds: took, deliveries: 2 * times.length, gaps: 0 };
}

let counter = 0;

/** Begun when its time has come, whether or not earlier ones were answered: waiting counts (open loop). */
async function sendPaced(
  writers: readonly Writer[],
  {
    startMs,
    endMs,
    perSecond,
  }: { readonly startMs: number; readonly endMs: number; readonly perSecond: number },
  one: (writer: Writer, fromMs: number) => Promise<void>,
): Promise<void> {
  const open = new Set<Promise<void>>();
  const stepMs = 1000 / perSecond;
  let sent = 0;
  while (performance.now() < endMs) {
    while (startMs + sent * stepMs <= performance.now()) {
      const writer = writers[sent % writers.length];
      if (writer === undefined) throw new Error('nobody writes');
      const promise = one(writer, startMs + sent * stepMs).finally(() => open.delete(promise));
      open.add(promise);
      sent += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
}

async function bothyPairs({ port, rooms }: PairJob): Promise<Writer[]> {
  const run = Date.now();
  const writers: Writer[] = [];
  for (let index = 0; index < rooms; index++) {
    const [one, other] = [await RoomClient.open(port), await RoomClient.open(port)];
    await one.call('session.open', { name: `one${index}` });
    await other.call('session.open', { name: `other${index}` });
    const created = await one.call('room.create', { requestId: `c${run}`, name: `Room ${index}` });
    const room = (created.room as { readonly id: string }).id;
    await other.call('room.join', { requestId: `j${run}`, room });
    writers.push({
      send: (number) => one.call('room.send', { room, messageId: `${run}-${number}`, body }),
    });
  }
  return writers;
}

async function socketIoPairs({ port, rooms }: PairJob): Promise<Writer[]> {
  const writers: Writer[] = [];
  for (let index = 0; index < rooms; index++) {
    const pair = [0, 1].map(() =>
      io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnection: false }),
    );
    const room = `room ${index}`;
    await Promise.all(pair.map((socket) => socket.emitWithAck('join', room)));
    writers.push({
      send: (number) => pair[0]?.emitWithAck('send', room, [`${number} ${body}`]) ?? Promise.resolve(),
    });
  }
  return writers;
}
