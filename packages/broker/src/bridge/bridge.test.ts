import type { BridgedPublish } from '@bothy/wire';
import { expect, test } from 'vitest';
import { BridgeNodes } from '../../testing/bridge-nodes.ts';
import { defaultOutboxLimits } from './bridge-outbox.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = ({ payload }: BridgedPublish): string => new TextDecoder().decode(payload);
const message = (topic: string, text: string, retain = false, qos: 0 | 1 | 2 = 1): BridgedPublish => {
  return { topic, payload: bytes(text), qos, retain };
};
const ids = ['a', 'b', 'c'] as const;
const stateTopics = ['edge/one/status', 'edge/two/status', 'user/ann/presence/aaaaaaaaaaaaaaaa'];

function presence(boot: number, connection: number, online: boolean): string {
  const from = { person: 'a'.repeat(32), device: 'a'.repeat(16), name: 'ann' };
  const text = {
    v: 1,
    from,
    boot: `0000000${boot}.aaaaaaaaaaaaa`,
    connection,
    online,
    sentAt: 1,
    certificate: 'c',
  };
  return JSON.stringify(text);
}

test.each(Array.from({ length: 200 }, (_, seed) => seed))(
  '[BG1, BG3, BG5, BG8] cuts, restarts and publishes: one state at all nodes, nothing passed on twice, seed %i',
  (seed) => {
    const cluster = new BridgeNodes(`storm ${seed}`, ids);
    const { random } = cluster;
    // Nothing waits for a node that was never seen.
    cluster.upAll();
    cluster.settle();
    const sent: string[][] = [[], [], []];
    const restarted = new Set<number>();
    for (let step = 0; step < 400; step += 1) {
      const index = random.below(3);
      const dice = random.below(100);
      if (dice < 10) {
        const text = `${index}-${step}`;
        sent[index]?.push(text);
        cluster.publish(index, message('env/light/raw', text));
      } else if (dice < 18) {
        const topic = stateTopics[random.below(2)] ?? '';
        cluster.publish(index, message(topic, random.below(4) === 0 ? '' : `state ${step}`, true));
      } else if (dice < 22) {
        const text = presence(random.below(3), 1 + random.below(3), random.below(2) === 0);
        cluster.publish(index, message(stateTopics[2] ?? '', text, true));
      } else if (dice < 26) cluster.down(index, random.below(3));
      else if (dice < 32) cluster.up(index, random.below(3));
      else if (dice < 34 && seed % 2 === 0) {
        restarted.add(index);
        cluster.restart(index, stateTopics);
      } else cluster.step();
    }
    cluster.upAll();
    cluster.settle();
    for (const topic of stateTopics) {
      const records = cluster.nodes.map(({ bridge }) => bridge.recordOf(topic));
      expect(records[1]).toEqual(records[0]);
      expect(records[2]).toEqual(records[0]);
    }
    if (restarted.size > 0) return;
    cluster.nodes.forEach(({ published }) => {
      const received = published.flatMap((each) => (each.topic === 'env/light/raw' ? [textOf(each)] : []));
      expect(new Set(received).size).toBe(received.length);
      sent.forEach((texts, from) => {
        expect(received.filter((text) => text.startsWith(`${from}-`))).toEqual(texts);
      });
    });
  },
);

test('[BG9] a window is all that is on its way, and a state that changes meanwhile is sent once', () => {
  const outbox = { ...defaultOutboxLimits, windowMessages: 4 };
  const cluster = new BridgeNodes('window', ['a', 'b'], outbox);
  cluster.up(0, 1);
  cluster.settle();
  for (let n = 0; n < 10; n += 1) {
    cluster.publish(0, message('env/light/raw', `${n}`));
    cluster.publish(0, message('edge/one/status', `state ${n}`, true));
  }
  cluster.settle();
  const received = cluster.node(1).published.map(textOf);
  expect(received.filter((text) => !text.startsWith('state'))).toEqual([...'0123456789']);
  // Two were sent before the window was full.
  expect(received.filter((text) => text.startsWith('state'))).toEqual(['state 0', 'state 1', 'state 9']);
});

test('[BG4] what waits for a node that is down is bounded by messages, bytes and age; the oldest go, and are counted', () => {
  const outbox = { ...defaultOutboxLimits, messages: 5, bytes: 1_000, ageMs: 60_000 };
  const cluster = new BridgeNodes('bounds', ['a', 'b'], outbox);
  cluster.up(0, 1);
  cluster.settle();
  cluster.down(0, 1);
  for (let n = 0; n < 8; n += 1) cluster.publish(0, message('env/light/raw', `${n}`));
  cluster.publish(0, message('env/light/raw', 'missed', false, 0));
  expect(cluster.node(0).bridge.counts.dropped).toBe(3);
  cluster.publish(0, message('env/light/raw', 'x'.repeat(999)));
  expect(cluster.node(0).bridge.counts.dropped).toBe(7);
  cluster.nowMs += 59_000;
  cluster.publish(0, message('env/light/raw', '9'));
  cluster.nowMs += 2_000;
  cluster.up(0, 1);
  cluster.settle();
  expect(cluster.node(1).published.map(textOf)).toEqual(['9']);
});

test('[BG6] a state that its origin left without a will stays, and a presence without one is cleared', () => {
  const cluster = new BridgeNodes('dead', ids);
  cluster.upAll();
  cluster.publish(0, message('edge/one/status', 'up', true));
  cluster.publish(0, message('edge/two/status', 'up', true));
  cluster.publish(0, message('user/ann/presence/aaaaaaaaaaaaaaaa', presence(1, 1, true), true));
  cluster.node(0).bridge.clientConnected('two', message('edge/two/status', 'down', true), cluster.nowMs);
  cluster.settle();
  for (const other of [1, 2]) {
    cluster.down(0, other);
    cluster.node(other).bridge.nodeDown('a');
    const left = cluster
      .node(other)
      .published.slice(3)
      .map((each) => [each.topic, textOf(each)]);
    expect(left).toEqual([
      ['edge/two/status', 'down'],
      ['user/ann/presence/aaaaaaaaaaaaaaaa', ''],
    ]);
  }
  cluster.up(0, 1);
  cluster.settle();
  const back = cluster
    .node(1)
    .published.slice(5)
    .map((each) => [each.topic, textOf(each)]);
  expect(back).toEqual([
    ['edge/two/status', 'up'],
    ['user/ann/presence/aaaaaaaaaaaaaaaa', presence(1, 1, true)],
  ]);
});

test('[BG3, BG6] a newcomer learns from any node what one left that is down, and the origin overrules it', () => {
  const cluster = new BridgeNodes('newcomer', ids);
  cluster.up(0, 1);
  cluster.node(0).bridge.clientConnected('one', message('edge/one/status', 'down', true), cluster.nowMs);
  cluster.publish(0, message('edge/one/status', 'up', true));
  cluster.settle();
  cluster.down(0, 1);
  cluster.node(1).bridge.nodeDown('a');
  cluster.up(1, 2);
  cluster.settle();
  expect(cluster.node(2).published.map(textOf)).toEqual(['down']);
  cluster.up(0, 2);
  cluster.settle();
  expect(cluster.node(2).published.map(textOf)).toEqual(['down', 'up']);
});

test('[BG3] what one node has published while another was away comes by a third, when the one is gone', () => {
  const cluster = new BridgeNodes('third', ids);
  cluster.upAll();
  cluster.settle();
  cluster.down(0, 2);
  cluster.down(1, 2);
  cluster.publish(0, message('edge/one/status', 'up', true));
  cluster.settle();
  cluster.down(0, 1);
  cluster.up(1, 2);
  cluster.settle();
  expect(cluster.node(2).published.map(textOf)).toEqual(['up']);
});

test('[BG8] an earlier boot or connection of a device never stands in for a later one, however late it is said', () => {
  const topic = stateTopics[2] ?? '';
  const cluster = new BridgeNodes('boots', ['a', 'b']);
  cluster.up(0, 1);
  cluster.publish(0, message(topic, presence(2, 1, true), true));
  cluster.settle();
  cluster.publish(1, message(topic, presence(1, 9, false), true));
  cluster.settle();
  for (const { bridge } of cluster.nodes) {
    expect(bridge.recordOf(topic)?.message.payload).toEqual(bytes(presence(2, 1, true)));
  }
  expect(cluster.node(1).bridge.counts.stale).toBe(1);
  cluster.publish(1, message(topic, presence(2, 2, true), true));
  cluster.publish(0, message(topic, presence(2, 1, false), true));
  cluster.settle();
  for (const { bridge } of cluster.nodes) {
    expect(bridge.recordOf(topic)?.message.payload).toEqual(bytes(presence(2, 2, true)));
  }
});

test('[BG2] what is no topic of ours is refused, and the link goes on', () => {
  const cluster = new BridgeNodes('refused', ['a', 'b']);
  cluster.up(0, 1);
  cluster.settle();
  const { bridge, published } = cluster.node(1);
  const version = { boot: '', connection: 0, stamp: { ms: 1, counter: 0 }, origin: 'a' } as const;
  for (const [n, topic] of [
    '$SYS/x',
    'other/x',
    'env/+',
    `env/${'x'.repeat(260)}`,
    `env${'/x'.repeat(16)}`,
  ].entries()) {
    bridge.receive('a', { kind: 'publish', number: n + 1, message: message(topic, 'x') }, cluster.nowMs);
    bridge.receive(
      'a',
      { kind: 'retained', version, retired: false, message: message(topic, 'x', true) },
      cluster.nowMs,
    );
  }
  cluster.settle();
  expect([published, bridge.counts.refused]).toEqual([[], 10]);
  bridge.receive('nobody', { kind: 'clientGone', clientId: 'x' }, cluster.nowMs);
  bridge.receive('a', { kind: 'taken', count: 99 }, cluster.nowMs);
  cluster.publish(0, message('env/light/raw', 'on'));
  cluster.settle();
  expect(published.map(textOf)).toEqual(['on']);
});

test('[BG12] a stamp from the far future is heard and not kept, and takes no client over', () => {
  const cluster = new BridgeNodes('future', ['a', 'b']);
  cluster.up(0, 1);
  cluster.settle();
  const { bridge, published, ended } = cluster.node(1);
  const stamp = { ms: cluster.nowMs + 3 * 3_600_000, counter: 0 };
  bridge.clientConnected('person/device', undefined, cluster.nowMs);
  bridge.receive('a', { kind: 'client', clientId: 'person/device', since: stamp }, cluster.nowMs);
  const version = { boot: '', connection: 0, stamp, origin: 'a' } as const;
  const state = message('edge/one/status', 'x', true);
  bridge.receive('a', { kind: 'retained', version, retired: false, message: state }, cluster.nowMs);
  expect([published.map(({ retain }) => retain), bridge.recordOf('edge/one/status'), ended]).toEqual([
    [false],
    undefined,
    [],
  ]);
});

test('[BG7] of two connections of one device the later one stays, also when both nodes hear of it late', () => {
  const cluster = new BridgeNodes('takeover', ['a', 'b']);
  cluster.node(0).bridge.clientConnected('person/device', undefined, cluster.nowMs);
  cluster.node(1).bridge.clientConnected('person/device', undefined, cluster.nowMs + 1);
  cluster.up(0, 1);
  cluster.settle();
  expect(cluster.nodes.map(({ ended }) => ended)).toEqual([['person/device'], []]);
});
