import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLinearizable } from '../consistency/linearizability.ts';
import {
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  registerModel,
} from '../consistency/operation.ts';
import {
  compareVersions,
  QuorumClient,
  type QuorumMessage,
  type QuorumOptions,
  type QuorumOutput,
  QuorumReplica,
  type Versioned,
} from './quorum.ts';

const replicas = ['r1', 'r2', 'r3'];
const options: QuorumOptions = { node: 'c1', replicas, againMs: 100, maxOpen: 3 };

/** Replicas and clients over a network which a test empties by hand. */
class Table {
  readonly replicas = new Map<string, QuorumReplica>();
  readonly disks = new Map<string, Map<string, Versioned>>();
  readonly clients = new Map<string, QuorumClient>();
  network: { readonly from: string; readonly to: string; readonly message: QuorumMessage }[] = [];
  readonly answers: string[] = [];
  readonly transcript: string[] = [];
  answered: (client: string, id: string, value: string | null) => void = () => {};

  constructor(clients: readonly Partial<QuorumOptions>[] = [{}]) {
    for (const replica of replicas) {
      this.disks.set(replica, new Map());
      this.restart(replica);
    }
    for (const each of clients) {
      const client = new QuorumClient({ ...options, ...each });
      this.clients.set(each.node ?? 'c1', client);
    }
  }

  restart(replica: string): void {
    this.replicas.set(replica, new QuorumReplica(this.disks.get(replica)));
  }

  begin(client: string, id: string, write?: string): boolean {
    const outputs: QuorumOutput[] = [];
    const core = this.clients.get(client);
    const isTaken =
      (write === undefined ? core?.read(outputs, id, 'x') : core?.write(outputs, id, 'x', write)) === true;
    this.transcript.push(`${client} <- ${write === undefined ? 'read' : `write ${write}`} (${id})`);
    this.act(client, outputs);
    return isTaken;
  }

  act(client: string, outputs: readonly QuorumOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'send') {
        this.network.push({ from: client, to: output.to, message: output.message });
        this.transcript.push(`${client}    -> ${describeMessage(output.message)} to ${output.to}`);
      } else if (output.kind === 'answered') {
        this.answers.push(`${output.id} ${output.value}`);
        this.transcript.push(`${client}    -> answered ${output.id}: ${output.value}`);
        this.answered(client, output.id, output.value);
      }
    }
  }

  /** One packet, taken from anywhere. */
  deliver(at = 0): void {
    const [packet] = this.network.splice(at, 1);
    if (packet === undefined) return;
    const { from, to, message } = packet;
    this.transcript.push(`${to} <- ${describeMessage(message)} from ${from}`);
    const client = this.clients.get(to);
    if (client !== undefined) return this.act(to, client.received(from, message));
    for (const output of this.replicas.get(to)?.received(from, message) ?? []) {
      if (output.kind === 'persist') this.disks.get(to)?.set(output.key, output.held);
      else this.network.push({ from: to, to: output.to, message: output.message });
    }
  }

  deliverAll(isLost: (packet: { from: string; to: string }) => boolean = () => false): void {
    while (this.network.length > 0) {
      this.network = this.network.filter((packet) => !isLost(packet));
      this.deliver();
    }
  }
}

function describeMessage(message: QuorumMessage): string {
  const held =
    'held' in message
      ? ` ${message.held.value}@${message.held.version.counter}${message.held.version.node}`
      : '';
  return `${message.kind} (${message.id})${held}`;
}

const touches = (replica: string) => (packet: { from: string; to: string }) =>
  packet.from === replica || packet.to === replica;

describe('quorums', () => {
  test('[QR1, QR2] a write is at W replicas before it is answered, and a read meets it at any R', async () => {
    const table = new Table();
    table.begin('c1', 'w1', 'a');
    table.deliverAll(touches('r3'));
    table.begin('c1', 'read1');
    table.deliverAll(touches('r1'));
    expect(table.answers).toEqual(['w1 a', 'read1 a']);
    // The read has told r3, which had missed it.
    expect(table.replicas.get('r3')?.held('x').value).toBe('a');
    await expect(`${table.transcript.join('\n')}\n`).toMatchFileSnapshot('../testdata/quorum.txt');
  });

  test('[QR3] what a read answers is at a quorum first: no later read sees less', () => {
    const table = new Table([{}, { node: 'c2' }]);
    table.begin('c1', 'w1', 'new');
    // Of the write, only r1 has heard when it is read.
    table.deliverAll((packet) => packet.to === 'r2' && packet.from === 'c1');
    expect(table.answers).toEqual(['w1 new']);
    const half = new Table([{}, { node: 'c2' }]);
    half.replicas.get('r1')?.received('c1', {
      kind: 'store',
      id: 'w',
      key: 'x',
      held: { version: { counter: 1, node: 'c1' }, value: 'new' },
    });
    half.begin('c2', 'read1');
    half.deliverAll(touches('r3'));
    half.begin('c2', 'read2');
    half.deliverAll(touches('r1'));
    expect(half.answers).toEqual(['read1 new', 'read2 new']);
  });

  test('[QR4] where all that are asked hold the same, a read is one round', () => {
    const table = new Table();
    table.begin('c1', 'w1', 'a');
    table.deliverAll();
    const before = table.transcript.length;
    table.begin('c1', 'read1');
    table.deliverAll();
    expect(table.transcript.slice(before).some((line) => line.includes('-> store'))).toBe(false);
  });

  test('[QR5] who is told something older keeps what it has, over a restart too', () => {
    const table = new Table();
    const replica = table.replicas.get('r1');
    const store = (counter: number, node: string, value: string): QuorumMessage => ({
      ...{ kind: 'store', id: 'w', key: 'x' },
      held: { version: { counter, node }, value },
    });
    expect(replica?.received('c1', store(2, 'b', 'two'))).toHaveLength(2);
    expect(replica?.received('c1', store(2, 'a', 'older'))).toHaveLength(1);
    expect(replica?.received('c1', store(1, 'z', 'older'))).toHaveLength(1);
    expect(replica?.held('x').value).toBe('two');
    expect(new QuorumReplica([['x', replica?.held('x') as Versioned]]).held('x').value).toBe('two');
    expect(replica?.received('c1', { kind: 'stored', id: 'w' })).toEqual([]);
    const versions = [1, 2].flatMap((counter) => ['a', 'b'].map((node) => ({ counter, node })));
    for (const [at, one] of versions.entries()) {
      for (const [place, other] of versions.entries()) {
        expect(Math.sign(compareVersions(one, other))).toBe(Math.sign(at - place));
      }
    }
  });

  test('[QR6] two writes of one client at once never share a version', () => {
    const table = new Table();
    table.begin('c1', 'w1', 'a');
    table.begin('c1', 'w2', 'b');
    table.deliverAll();
    expect(table.replicas.get('r1')?.held('x').version.counter).toBe(2);
  });

  test('[QR7] who has not answered is asked again, and so many operations are open at once', () => {
    const table = new Table();
    expect(table.begin('c1', 'w1', 'a')).toBe(true);
    expect(table.begin('c1', 'w1', 'a')).toBe(false);
    table.begin('c1', 'w2', 'b');
    table.begin('c1', 'w3', 'c');
    expect(table.begin('c1', 'w4', 'd')).toBe(false);
    table.network = [];
    const client = table.clients.get('c1');
    for (const id of ['w1', 'w2', 'w3']) table.act('c1', client?.timerFired(`again ${id}`) ?? []);
    table.deliverAll();
    expect(table.answers).toHaveLength(3);
    expect(client?.openCount).toBe(0);
    expect(client?.timerFired('again w1')).toEqual([]);
    expect(client?.timerFired('other w1')).toEqual([]);
  });

  test('[QR8] answers of strangers, of another phase and of what has ended change nothing', () => {
    const table = new Table();
    const client = table.clients.get('c1');
    table.begin('c1', 'w1', 'a');
    expect(client?.received('r9', { kind: 'stored', id: 'w1' })).toEqual([]);
    expect(client?.received('r1', { kind: 'stored', id: 'w1' })).toEqual([]);
    expect(client?.received('r1', { kind: 'stored', id: 'w9' })).toEqual([]);
    table.deliverAll();
    expect(table.answers).toEqual(['w1 a']);
  });

  test('[QR9] quorums that need not meet are refused unless they are wanted, and so is what is out of range', () => {
    const wrong: readonly Partial<QuorumOptions>[] = [
      { reads: 0 },
      { writes: 4 },
      { reads: 1.5 },
      { reads: 1, writes: 2 },
      { againMs: 0 },
      { maxOpen: Infinity },
    ];
    for (const each of wrong) expect(() => new QuorumClient({ ...options, ...each })).toThrow(RangeError);
    expect(new QuorumClient({ ...options, reads: 1, writes: 3 }).openCount).toBe(0);
    expect(new QuorumClient({ ...options, reads: 1, writes: 1, isSloppy: true }).openCount).toBe(0);
  });
});

/** Plays operations of two clients over a network in any order, and judges what they saw. */
function verdictOf(events: readonly number[], quorums: Partial<QuorumOptions>): string {
  const table = new Table([
    { ...quorums, maxOpen: 1 },
    { ...quorums, node: 'c2', maxOpen: 1 },
  ]);
  const history: Operation<RegisterInput, RegisterOutput>[] = [];
  const begun = new Map<string, { input: RegisterInput; calledMs: number }>();
  let nowMs = 0;
  table.answered = (client, id, value) => {
    const operation = begun.get(id);
    if (operation === undefined) return;
    begun.delete(id);
    const output = operation.input.kind === 'read' ? value : 'done';
    history.push({ client, ...operation, output, answeredMs: nowMs });
  };
  for (const event of events) {
    nowMs += 1;
    const client = event % 2 === 0 ? 'c1' : 'c2';
    const id = `${client} ${nowMs}`;
    if (event % 7 === 0 && table.clients.get(client)?.openCount === 0) {
      const value = event % 3 === 0 ? undefined : id;
      const input: RegisterInput =
        value === undefined ? { kind: 'read', key: 'x' } : { kind: 'write', key: 'x', value };
      begun.set(id, { input, calledMs: nowMs });
      table.begin(client, id, value);
    } else table.deliver(event % Math.max(1, table.network.length));
  }
  for (const [id, operation] of begun) {
    history.push({ client: id, ...operation, output: undefined, answeredMs: 0 });
  }
  return checkLinearizable(history, registerModel).kind;
}

const schedule = fc.array(fc.nat(1_000), { minLength: 50, maxLength: 300, size: 'max' });

test('[QR1, QR3] in whatever order messages arrive, with R + W > N it is one register', () => {
  for (const quorums of [{}, { reads: 1, writes: 3 }, { reads: 3, writes: 1 }]) {
    fc.assert(
      fc.property(schedule, (events) => verdictOf(events, quorums) === 'holds'),
      { numRuns: 150, seed: 3 },
    );
  }
});

test('[QR9] sloppy ones are found out: a read misses what was written before it', () => {
  const sloppy = { reads: 1, writes: 1, isSloppy: true };
  const { failed } = fc.check(
    fc.property(schedule, (events) => verdictOf(events, sloppy) === 'holds'),
    { numRuns: 300, seed: 3, endOnFailure: true },
  );
  expect(failed).toBe(true);
});
