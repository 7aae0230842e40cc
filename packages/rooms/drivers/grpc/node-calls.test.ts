import { BothyError } from '@bothy/wire';
import { afterEach, expect, test } from 'vitest';
import { askTelemetry, readFile } from './node-calls.ts';
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

test('[GRPC13] a node reads the files that another one keeps', async () => {
  async function* pieces(): AsyncIterable<Uint8Array> {
    yield new Uint8Array(100_000).fill(7);
  }
  const kept = 'a'.repeat(26);
  const reads = async (file: string) => (file === kept ? pieces() : undefined);
  const [a, b] = [await start('a'), await start('b', { services: { readFile: reads } })];
  const read = async (node: string, file: string): Promise<number> => {
    let size = 0;
    for await (const piece of readFile(a.links, node, file)) size += piece.length;
    return size;
  };
  await expect(read('b', kept)).rejects.toMatchObject({ code: 'node_unreachable' });
  await link(a, b);
  expect(await read('b', kept)).toBe(100_000);
  await expect(read('b', 'b'.repeat(26))).rejects.toMatchObject({ code: 'not_found' });
});

test('[GRPC27] a question about edges is answered by the node that is asked, or refused as it refuses', async () => {
  const answerTelemetry = async (question: string): Promise<string> => {
    if (question === '{"ask":"nothing"}') throw new BothyError('not_found', 'No edge of that id.');
    return `answer to ${question}`;
  };
  const [a, b] = [await start('a'), await start('b', { services: { answerTelemetry } })];
  await expect(askTelemetry(a.links, 'b', '{}')).rejects.toMatchObject({ code: 'node_unreachable' });
  await link(a, b);
  expect(await askTelemetry(a.links, 'b', '{"ask":"edge"}')).toBe('answer to {"ask":"edge"}');
  await expect(askTelemetry(a.links, 'b', '{"ask":"nothing"}')).rejects.toMatchObject({
    code: 'not_found',
    message: 'No edge of that id.',
  });
  await expect(askTelemetry(a.links, 'b', 'x'.repeat(20_000))).rejects.toMatchObject({
    code: 'payload_too_large',
  });
  await expect(askTelemetry(b.links, 'a', '{}')).rejects.toMatchObject({ code: 'not_found' });
});
