/** Three people change one setting while the disk is slow, and the power goes. What was anybody told? */
import { WriteThrough, type WriteThroughOutput } from '@bothy/protocols';

const disk = new Map<string, string>([['title', 'Hut']]);
const options = { maxEntries: 100, maxWaiting: 100 };
let cache = new WriteThrough<string, string, string>(options, disk);
let onItsWay: { readonly key: string; readonly value: string | null } | undefined;

function carryOut(outputs: readonly WriteThroughOutput<string, string, string>[]): void {
  for (const output of outputs) {
    if (output.kind === 'store') onItsWay = output;
    else console.log(`  ${output.writers.join(' and ')}: ${output.kind}`);
  }
}

function diskDone(): void {
  if (onItsWay === undefined) return;
  const { key, value } = onItsWay;
  onItsWay = undefined;
  if (value === null) disk.delete(key);
  else disk.set(key, value);
  console.log(`the disk has "${value}"`);
  carryOut(cache.stored(key));
}

carryOut(cache.write('title', 'Hut by the lake', 'ann'));
carryOut(cache.write('title', 'Hut by the sea', 'ben'));
carryOut(cache.write('title', 'Hut by the river', 'cat'));
console.log(`three have written, everybody reads "${cache.read('title')}"`);
diskDone();
console.log(
  `everybody reads "${cache.read('title')}"; ben's title is never written, for cat's is in its place`,
);

onItsWay = undefined;
cache = new WriteThrough(options, disk);
console.log(`the power goes; after the start everybody reads "${cache.read('title')}"`);
