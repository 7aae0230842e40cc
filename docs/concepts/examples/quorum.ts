/** Two of three replicas take a write, another two answer a read: they meet at one. */
import { QuorumClient, type QuorumMessage, type QuorumOutput, QuorumReplica } from '@bothy/protocols';

const replicas = new Map(['hut', 'barn', 'mill'].map((node) => [node, new QuorumReplica()]));
const client = new QuorumClient({ node: 'ana', replicas: [...replicas.keys()], againMs: 1_000, maxOpen: 10 });
const network: { readonly from: string; readonly to: string; readonly message: QuorumMessage }[] = [];
let down = '';

function act(outputs: readonly QuorumOutput[]): void {
  for (const output of outputs) {
    if (output.kind === 'send') network.push({ from: 'ana', to: output.to, message: output.message });
    if (output.kind === 'answered') console.log(`  ${output.id}: ${output.value}`);
  }
  for (let packet = network.shift(); packet !== undefined; packet = network.shift()) {
    const { from, to, message } = packet;
    if (to === down || from === down) continue;
    if (to === 'ana') act(client.received(from, message));
    for (const output of replicas.get(to)?.received(from, message) ?? []) {
      if (output.kind === 'send') network.push({ from: to, to: output.to, message: output.message });
      else console.log(`  ${to} holds ${output.held.value}, version ${output.held.version.counter}`);
    }
  }
}

function run(begin: (outputs: QuorumOutput[]) => void): void {
  const outputs: QuorumOutput[] = [];
  begin(outputs);
  act(outputs);
}

console.log('mill is down, and "tea" is written');
down = 'mill';
run((outputs) => client.write(outputs, 'write 1', 'drink', 'tea'));
console.log('mill is back, hut is down, and it is read');
down = 'hut';
run((outputs) => client.read(outputs, 'read 1', 'drink'));
console.log('now barn is down: mill was told by the read');
down = 'barn';
run((outputs) => client.read(outputs, 'read 2', 'drink'));
