/** Two copies of a log of 5,000 entries, one of which a disk has damaged in one place and cut in another. */
import { createHash } from 'node:crypto';
import { MerkleComparison, MerkleTree } from '@bothy/protocols';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
const newTree = (): MerkleTree =>
  new MerkleTree({ join: (level, parts) => sha256(JSON.stringify([level, ...parts])) });

const hut = newTree();
const barn = newTree();
for (let seq = 1; seq <= 5_000; seq++) {
  hut.set('kitchen', seq, sha256(`message ${seq}`));
  barn.set('kitchen', seq, sha256(seq === 1_234 ? 'massage 1234' : `message ${seq}`));
}
for (const seq of [4_000, 4_001, 4_002]) barn.set('kitchen', seq, '');

const comparison = new MerkleComparison([{ key: 'kitchen', to: 5_000 }]);
let round = 0;
while (comparison.wanted.length > 0) {
  const wanted = comparison.wanted.map(({ level, index }) => {
    const size = 16 ** level;
    return `${index * size + 1}…${(index + 1) * size}`;
  });
  round += 1;
  console.log(`round ${round}: both are asked for the parts of ${wanted.join(', ')}`);
  const ours = comparison.wanted.map((range) => hut.parts(range));
  const theirs = comparison.wanted.map((range) => barn.parts(range));
  comparison.take(ours, theirs);
}
for (const { from, to, kind } of comparison.differences) console.log(`${from} to ${to}: ${kind}`);
