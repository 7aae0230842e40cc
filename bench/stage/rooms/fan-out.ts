/** Processor time of servers for one delivery: to one room at one node, and to one that is spread over three. */
import {
  type Contestant,
  gather,
  speak,
  startBare,
  startBothy,
  startDurableBare,
  startRedis,
  startSocketIo,
} from './contests.ts';
import { interleaved, type RoundLimit } from './interleaved.ts';

export const audienceSizes = [100, 1_000, 5_000] as const;
export type AudienceSize = (typeof audienceSizes)[number];

/** Microseconds of processor time for one delivery, by round. */
export interface DeliveryCosts {
  readonly singly: number[];
  readonly bursts: number[];
}

const fanOutNames = ['bothy', 'bare', 'durableBare', 'socketIo'] as const;
export type FanOutSamples = Readonly<Record<(typeof fanOutNames)[number], DeliveryCosts>>;

const perBurst = 10;
/** Deliveries of a sample: a third of a second's work. */
const deliveriesPerSample = 30_000;

export async function fanOutSamples(size: AudienceSize, limit: RoundLimit): Promise<FanOutSamples> {
  const samples = { bothy: noCosts(), bare: noCosts(), durableBare: noCosts(), socketIo: noCosts() };
  const started = await Promise.all([startBothy(), startBare(), startDurableBare(), startSocketIo()]);
  await measureAll(named(fanOutNames, started), size, limit, samples);
  return samples;
}

const clusterNames = ['one', 'three', 'socketIo'] as const;

export interface ClusterSamples {
  readonly clients: number;
  /** The same clients at one node of Bothy, and over three; and over three servers of Socket.IO with Redis. */
  readonly costs: Readonly<Record<(typeof clusterNames)[number], DeliveryCosts>>;
}

const clusterClients = 900;

/** The processor time of all nodes together; of Redis too. */
export async function clusterSamples(limit: RoundLimit): Promise<ClusterSamples> {
  const costs = { one: noCosts(), three: noCosts(), socketIo: noCosts() };
  const redis = await startRedis();
  const started = [
    await startBothy(1),
    await startBothy(3),
    await startSocketIo({ redisPort: redis.port, servers: 3, beside: [redis.server] }),
  ];
  try {
    await measureAll(named(clusterNames, started), clusterClients, limit, costs);
  } finally {
    await redis.stop();
  }
  return { clients: clusterClients, costs };
}

interface Named<Name> {
  readonly name: Name;
  readonly contestant: Contestant;
}

function named<Name>(names: readonly Name[], contestants: readonly Contestant[]): Named<Name>[] {
  return contestants.flatMap((contestant, index) => {
    const name = names[index];
    return name === undefined ? [] : [{ name, contestant }];
  });
}

/** Connects everybody's audience, measures, and ends the servers. */
async function measureAll<Name extends string>(
  contestants: readonly Named<Name>[],
  clients: number,
  limit: RoundLimit,
  samples: Readonly<Record<Name, DeliveryCosts>>,
): Promise<void> {
  try {
    for (const { contestant } of contestants) await gather(contestant, clients);
    await interleaved(contestants, limit, ({ name, contestant }, counts) =>
      measure(contestant, clients, counts ? samples[name] : noCosts()),
    );
  } finally {
    for (const { contestant } of contestants) await contestant.stop();
  }
}

async function measure(contestant: Contestant, size: number, into: DeliveryCosts): Promise<void> {
  const messages = Math.max(5, Math.round(deliveriesPerSample / size));
  into.singly.push(await speak(contestant, messages, 1));
  into.bursts.push(await speak(contestant, Math.max(3, Math.round(messages / perBurst)), perBurst));
}

function noCosts(): DeliveryCosts {
  return { singly: [], bursts: [] };
}
