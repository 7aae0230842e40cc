import { nodeTimers } from '@bothy/runtime/node';
import type { BridgeMessage, NameAnswer, NameQuestion, NodeId } from '@bothy/wire';
import { afterEach, expect, test } from 'vitest';
import { NameQuestions } from './name-questions.ts';
import { link, RecordedNode } from './testing/recorded-node.ts';

const nodes: RecordedNode[] = [];
const start = async (...args: Parameters<typeof RecordedNode.listening>): Promise<RecordedNode> => {
  const node = await RecordedNode.listening(...args);
  nodes.push(node);
  return node;
};
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.links.stop()));
});
const question: NameQuestion = { kind: 'bucket', bucket: 3, after: 'ben' };

test('[GRPC14] a question about names is answered by the node that was asked', async () => {
  const asked: unknown[] = [];
  const answerName = async (from: NodeId, what: NameQuestion): Promise<NameAnswer> => {
    asked.push([from, what]);
    return { kind: 'page', records: [], complete: true };
  };
  const [a, b] = [await start('a'), await start('b', { services: { answerName } })];
  expect(await a.links.askName('b', question)).toBeUndefined();
  await link(a, b);
  expect(await a.links.askName('b', question)).toEqual({ kind: 'page', records: [], complete: true });
  expect(asked).toEqual([['a', question]]);
});

test('[GRPC14] a question that is not answered in time, or whose link ends, has no answer', async () => {
  const never = { answerName: () => new Promise<NameAnswer>(() => {}) };
  const [a, b] = [await start('a', { answerTimeoutMs: 50 }), await start('b', { services: never })];
  await link(a, b);
  expect(await a.links.askName('b', question)).toBeUndefined();
  const patient = await start('c', { answerTimeoutMs: 60_000 });
  await link(patient, b);
  const answer = patient.links.askName('b', question);
  b.links.hangUp('c', 'enough');
  expect(await answer).toBeUndefined();
});

test('[GRPC14] an answer of somebody else, or a second one, is none', async () => {
  const sent: string[] = [];
  const questions = new NameQuestions({
    timers: nodeTimers,
    timeoutMs: 60_000,
    prefix: 'boot',
    send: (_, { id }) => void sent.push(id),
  });
  const answer = questions.ask('b', question);
  const [id = ''] = sent;
  questions.answered('c', id, { kind: 'granted' });
  questions.answered('b', id, { kind: 'done' });
  questions.answered('b', id, { kind: 'granted' });
  expect(await answer).toEqual({ kind: 'done' });
});

test('[GRPC14] one that fails to answer says nothing, and counts it', async () => {
  const answerName = () => Promise.reject(new Error('the disk is full'));
  const [a, b] = [await start('a', { answerTimeoutMs: 50 }), await start('b', { services: { answerName } })];
  await link(a, b);
  expect(await a.links.askName('b', question)).toBeUndefined();
  expect((await b.next('refused')).code).toBe('internal');
});

test('[GRPC1] what brokers say to each other arrives in order, bytes as they were', async () => {
  const [a, b] = [await start('a'), await start('b')];
  await link(a, b);
  const payload = Uint8Array.of(0, 255);
  const messages: BridgeMessage[] = [
    { kind: 'hello', run: 'r1', holds: '' },
    { kind: 'publish', number: 1, message: { topic: 'env/a', payload, qos: 1, retain: false } },
    { kind: 'clientGone', clientId: 'person/device' },
  ];
  for (const message of messages) a.links.sendBridge('b', message);
  await b.next('bridge', 3);
  const heard = b
    .all('bridge')
    .map(({ message }) =>
      message.kind === 'publish'
        ? { ...message, message: { ...message.message, payload: Uint8Array.from(message.message.payload) } }
        : message,
    );
  expect(heard).toEqual(messages);
});
