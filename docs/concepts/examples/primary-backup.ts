/** A primary that is cut off goes on writing for nobody; the next one fences it, and its last entry is replaced. */
import { PrimaryBackup, type PrimaryBackupMessage, type PrimaryBackupOutput } from '@bothy/protocols';

const options = { resendMs: 1_000, maxEntries: 100, maxUncommitted: 100 };
const nodes = new Map(
  ['hut', 'barn', 'mill'].map((node) => [
    node,
    new PrimaryBackup({ node, ...options }, { epoch: 0, entries: [] }),
  ]),
);
const network: { readonly from: string; readonly to: string; readonly message: PrimaryBackupMessage }[] = [];
let cutOff = '';

function act(node: string, outputs: readonly PrimaryBackupOutput[]): void {
  for (const output of outputs) {
    if (output.kind === 'send') network.push({ from: node, to: output.to, message: output.message });
    if (output.kind === 'committed' && nodes.get(node)?.role === 'primary') {
      console.log(`  ${node} answers: ${output.entry.value} is entry ${output.entry.seq}`);
    }
    if (output.kind === 'deposed') console.log(`  ${node} hears that it is primary no more`);
  }
  for (let packet = network.shift(); packet !== undefined; packet = network.shift()) {
    const { from, to, message } = packet;
    if (from !== cutOff && to !== cutOff) act(to, nodes.get(to)?.received(from, message) ?? []);
  }
}

function write(node: string, value: string): void {
  console.log(`${node} is asked to write ${value}`);
  const outputs: PrimaryBackupOutput[] = [];
  nodes.get(node)?.write(outputs, value, value);
  act(node, outputs);
}

act('hut', nodes.get('hut')?.promote(1, ['barn', 'mill']) ?? []);
write('hut', 'one');
cutOff = 'hut';
write('hut', 'lost');
console.log('the arbiter makes barn primary of epoch 2, with mill in sync');
act('barn', nodes.get('barn')?.promote(2, ['mill']) ?? []);
write('barn', 'two');
cutOff = '';
console.log('the hut is back, and sends again what it has');
act('hut', nodes.get('hut')?.timerFired('resend') ?? []);
act('barn', nodes.get('barn')?.catchUp('hut') ?? []);
for (const [node, { lastSeq, epoch, role }] of nodes)
  console.log(`${node}: ${lastSeq} entries, epoch ${epoch}, ${role}`);
