/** Three nodes elect a leader and agree on who owns a name; the leader is cut off, goes on alone, and has to give way. */
import {
  type MemberId,
  RaftMember,
  type RaftMessage,
  type RaftOutput,
  type RaftStored,
  seededRandom,
} from '@bothy/protocols';

const ids = ['hut', 'barn', 'mill'];
const times = { electionTimeoutMs: 1_000, heartbeatMs: 100, clockDrift: 1.1 };
const limits = { maxEntriesPerMessage: 64, maxInFlight: 16, maxWaiting: 100 };
const empty: RaftStored<string, string> = { term: 0, votedFor: null, snapshot: null, entries: [] };
const members = new Map(
  ids.map((id) => {
    const options = { id, founders: ids, ...times, ...limits };
    return [id, new RaftMember<string, string>(options, empty, seededRandom(id))] as const;
  }),
);

let nowMs = 0;
let cutOff: MemberId | undefined;
const network: { from: MemberId; to: MemberId; message: RaftMessage<string, string> }[] = [];

/** Does what a member put out; its disk is done at once, and tells it so when it wants to know. */
function act(id: MemberId, outputs: readonly RaftOutput<string, string>[]): void {
  for (const output of outputs) {
    if (output.kind === 'send') network.push({ from: id, to: output.to, message: output.message });
    else if (output.kind === 'apply') {
      for (const { content } of output.entries) {
        if (content.kind === 'command') console.log(`${id} applies: ${content.command}`);
      }
    } else if (output.kind === 'proposed') {
      console.log(`${id} answers ${output.id}: ${output.result.ok ? 'committed' : output.result.refusal}`);
    } else if (output.kind === 'standing' && output.role === 'leader') {
      console.log(`${id} leads in term ${output.term}`);
    } else if (output.kind === 'persist' && output.token !== undefined) {
      step(id, { kind: 'durable', token: output.token });
    }
  }
}

function step(id: MemberId, input: Parameters<RaftMember<string, string>['step']>[0]): void {
  act(id, members.get(id)?.step(input, { monoMs: nowMs, wallMs: 0 }) ?? []);
}

function deliverAll(): void {
  for (let packet = network.shift(); packet !== undefined; packet = network.shift()) {
    const { from, to, message } = packet;
    if (from !== cutOff && to !== cutOff) step(to, { kind: 'message', from, message });
  }
}

/** So much silence that this one asks for votes. */
function elect(id: MemberId): void {
  nowMs += 2 * times.electionTimeoutMs;
  step(id, { kind: 'timer', key: 'election' });
  deliverAll();
}

function claim(id: MemberId, name: string): void {
  step(id, { kind: 'propose', id: `${name}'s claim`, command: `${name} is at ${id}` });
  deliverAll();
}

for (const id of ids) step(id, { kind: 'start' });
elect('hut');
claim('hut', 'ada');
claim('barn', 'ben');

console.log('-- the hut is cut off');
cutOff = 'hut';
claim('hut', 'ben');
elect('barn');
claim('barn', 'ben');

console.log('-- and is back');
cutOff = undefined;
step('barn', { kind: 'timer', key: 'heartbeat' });
deliverAll();
