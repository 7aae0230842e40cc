/** A node refuses to delete one room; another room is deleted although its coordinator crashes once it has decided. */
import {
  type CommitMessage,
  type CommitRecord,
  type CoordinatorOutput,
  type ParticipantOutput,
  seededRandom,
  TwoPhaseCoordinator,
  TwoPhaseParticipant,
} from '@bothy/protocols';

type Output = CoordinatorOutput | ParticipantOutput;
const times = { voteTimeoutMs: 5_000, againMs: 1_000, againMaxMs: 15_000 };
const newCoordinator = (): TwoPhaseCoordinator =>
  new TwoPhaseCoordinator({ ...times, maxOpen: 10, maxRemembered: 100 }, seededRandom('hut'));
const newParticipant = (name: string): TwoPhaseParticipant =>
  new TwoPhaseParticipant(
    { inquireMs: 1_000, inquireMaxMs: 15_000, maxPrepared: 10 },
    (room) => (room === 'kitchen' && name === 'barn' ? { refused: 'has unfinished operations' } : 'ready'),
    seededRandom(name),
  );

let hut = newCoordinator();
const others = new Map(['barn', 'mill'].map((name) => [name, newParticipant(name)]));
const disk = new Map<string, CommitRecord>();
const network: { readonly from: string; readonly to: string; readonly message: CommitMessage }[] = [];
let isCrashing = false;

/** Does what a core put out, in order; a crash drops what follows the decision on disk. */
function act(name: string, outputs: readonly Output[]): void {
  for (const output of outputs) {
    if (output.kind === 'persist') {
      const { transaction, state } = output.record;
      console.log(`${name} writes ${transaction} ${state}${'finished' in output.record ? ', finished' : ''}`);
      if (name !== 'hut') continue;
      disk.set(transaction, output.record);
      if (isCrashing && state === 'committed') return;
    } else if (output.kind === 'apply') {
      console.log(`${name} ${output.outcome === 'committed' ? 'deletes' : 'keeps'} the ${output.subject}`);
    } else if (output.kind === 'decided') {
      console.log(`hut decides: ${output.state.outcome} ${output.state.reason ?? ''}`.trimEnd());
    } else if (output.kind === 'send') {
      network.push({ from: name, to: output.to, message: output.message });
    }
  }
}

function deliverAll(): void {
  for (let packet = network.shift(); packet !== undefined; packet = network.shift()) {
    const core = packet.to === 'hut' ? hut : others.get(packet.to);
    act(packet.to, core?.received(packet.from, packet.message) ?? []);
  }
}

function remove(transaction: string, room: string): void {
  console.log(`-- delete the ${room}`);
  const outputs: CoordinatorOutput[] = [];
  hut.begin(outputs, transaction, room, ['barn', 'mill']);
  act('hut', outputs);
  deliverAll();
}

remove('t1', 'kitchen');
isCrashing = true;
remove('t2', 'attic');
console.log(`-- hut is gone, and barn waits with ${others.get('barn')?.prepared.length} promise`);
isCrashing = false;
hut = newCoordinator();
act('hut', hut.recover([...disk.values()]));
deliverAll();
