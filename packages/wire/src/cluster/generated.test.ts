import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url));

test('the generated code belongs to the .proto: else run `npm run generate`', () => {
  const proto = read('../../proto/bothy/cluster/v1/cluster.proto');
  const hash = createHash('sha256').update(proto).digest('hex');
  expect(read('./gen/cluster.proto.sha256').toString().trim()).toBe(hash);
});
