import { SqliteEdges } from '@bothy/store';
import type { BusMessage, TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import { edgeSecretPattern } from '@bothy/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EdgeEnrolments } from './edge-enrolments.ts';

/** What two nodes have in common: retained messages, told to both at once. */
class SharedTopics {
  readonly retained = new Map<string, string>();
  readonly #ears: ((message: BusMessage) => void)[] = [];

  bus(): TelemetryBus {
    return {
      connected: true,
      subscribe: (_filter, handler) => {
        this.#ears.push(handler);
        for (const topic of this.retained.keys()) this.#tell(topic, handler, true);
      },
      publish: async (topic, payload) => {
        this.retained.set(topic, String(payload));
        for (const ear of this.#ears) this.#tell(topic, ear, false);
      },
      onConnect: (listener) => listener(),
      onDisconnect: () => {},
      stop: async () => {},
    };
  }

  say(topic: string, payload: string): void {
    this.retained.set(topic, payload);
    for (const ear of this.#ears) this.#tell(topic, ear, false);
  }

  #tell(topic: string, ear: (message: BusMessage) => void, retained: boolean): void {
    ear({ topic, payload: Buffer.from(this.retained.get(topic) ?? ''), retained, from: undefined });
  }
}

interface Node {
  readonly edges: SqliteEdges;
  readonly enrolments: EdgeEnrolments;
  readonly ended: string[];
}

let topics: SharedTopics;
let first: Node;
let second: Node;
let nowMs = 1_000;

async function open(node: string): Promise<Node> {
  const edges = await SqliteEdges.open({ file: ':memory:', node, wallMs: () => nowMs });
  const ended: string[] = [];
  const log = { info: () => {}, warn: () => {} };
  const endEdge = (edge: string): void => void ended.push(edge);
  const enrolments = new EdgeEnrolments({ edges, node, bus: topics.bus(), endEdge, log });
  enrolments.start();
  return { edges, enrolments, ended };
}

beforeEach(async () => {
  nowMs = 1_000;
  topics = new SharedTopics();
  [first, second] = [await open('n1'), await open('n2')];
});
afterEach(async () => {
  for (const { edges } of [first, second]) await edges.close();
});

const code = (edge?: string): Promise<string> => first.edges.invite({ edge, expiresMs: 10_000 });

test('an edge that was enrolled at one node signs in at the other, and is shut out at both', async () => {
  const secret = await first.enrolments.enrol('edge-1', (await code()).toUpperCase());
  expect(secret).toMatch(edgeSecretPattern);
  await second.enrolments.idle();
  expect(second.edges.verify('edge-1', secret)).toBe(true);
  nowMs += 1;
  expect(await second.enrolments.revoke('edge-1', 'ann')).toBe(true);
  await first.enrolments.idle();
  expect([first.edges.verify('edge-1', secret), first.ended.at(-1)]).toEqual([false, 'edge-1']);
  expect(await first.enrolments.revoke('edge-1', 'ann')).toBe(false);
});

test('a node that comes later, or lost what it knew, is told', async () => {
  const secret = await first.enrolments.enrol('edge-1', await code());
  const late = await open('n3');
  await late.enrolments.idle();
  expect(late.edges.verify('edge-1', secret)).toBe(true);
  await late.edges.close();
});

test('what nobody could have said is passed over', async () => {
  topics.say('edge/edge-1/enrolment', 'not JSON');
  const other = { v: 1, edge: 'edge-2', hash: 'a'.repeat(43), atMs: 1, by: 'n9' };
  topics.say('edge/edge-1/enrolment', JSON.stringify(other));
  topics.say('edge/edge-2/enrolment', JSON.stringify({ ...other, hash: 'short' }));
  await first.enrolments.idle();
  expect(first.edges.enrolments).toEqual([]);
});

test('refusals say what to do', async () => {
  await expect(first.enrolments.enrol('edge-1', 'abcd')).rejects.toMatchObject({
    code: 'invitation_invalid',
  });
  await first.enrolments.enrol('edge-1', await code());
  await expect(first.enrolments.enrol('edge-1', await code())).rejects.toMatchObject({ code: 'name_taken' });
  expect(await first.enrolments.enrol('edge-1', await code('edge-1'))).toMatch(edgeSecretPattern);
});
