/**
 * One coordinator and some participants of two-phase commit, each with a disk, and a network that loses, repeats and
 * overtakes. Who goes next is the caller's choice; a process may crash before any of its outputs took effect.
 */
import type { CommitMessage, CommitOutcome, CommitRecord } from '../src/commit/commit-messages.ts';
import { type CoordinatorOutput, TwoPhaseCoordinator } from '../src/commit/two-phase-coordinator.ts';
import {
  type MayPrepare,
  type ParticipantOutput,
  TwoPhaseParticipant,
} from '../src/commit/two-phase-participant.ts';
import { seededRandom } from '../src/random.ts';

export type Output = CoordinatorOutput | ParticipantOutput;
export type Role = TwoPhaseCoordinator | TwoPhaseParticipant;

export interface Packet {
  readonly from: string;
  readonly to: string;
  readonly message: CommitMessage;
}

/** A way to build it wrong: what goes into a role or comes out of it is changed. */
export interface Fault {
  readonly outputs?: (outputs: readonly Output[]) => readonly Output[];
  readonly records?: (records: readonly CommitRecord[]) => readonly CommitRecord[];
  readonly message?: (message: CommitMessage) => CommitMessage;
  /** Instead of the timer. Undefined: the timer fires as it should. */
  readonly timer?: (role: Role, key: string, world: CommitWorld) => readonly Output[] | undefined;
}

export interface WorldOptions {
  readonly participants: readonly string[];
  /** What the host of a participant says to a PREPARE; `ready` unless given. */
  readonly answer?: (participant: string, transaction: string) => ReturnType<MayPrepare>;
  readonly fault?: Fault;
}

interface Process {
  readonly disk: Map<string, CommitRecord>;
  readonly timers: Set<string>;
  /** Undefined while it is down. */
  role: Role | undefined;
}

export const coordinatorName = 'C';

export class CommitWorld {
  readonly processes = new Map<string, Process>();
  readonly network: Packet[] = [];
  /** Everything that went in, came out and went wrong, one line each. */
  readonly transcript: string[] = [];
  /** What hosts were told to carry out, by transaction and process; more than one entry after a crash. */
  readonly carriedOut = new Map<string, Map<string, CommitOutcome[]>>();
  /** Promises that became durable: `participant transaction`. */
  readonly promised = new Set<string>();
  /** Outputs that took effect. */
  effects = 0;
  /** The process whose output has this number dies before that takes effect. */
  crashAt: number | undefined;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    this.#options = options;
    for (const name of [coordinatorName, ...options.participants]) {
      const role = this.#make(name);
      this.processes.set(name, { disk: new Map(), timers: new Set(), role });
    }
  }

  get coordinator(): TwoPhaseCoordinator | undefined {
    const role = this.processes.get(coordinatorName)?.role;
    return role instanceof TwoPhaseCoordinator ? role : undefined;
  }

  participant(name: string): TwoPhaseParticipant | undefined {
    const role = this.processes.get(name)?.role;
    return role instanceof TwoPhaseParticipant ? role : undefined;
  }

  begin(transaction: string, subject: string): void {
    const outputs: CoordinatorOutput[] = [];
    this.#log(`${coordinatorName} <- begin ${transaction} of ${subject}`);
    this.coordinator?.begin(outputs, transaction, subject, this.#options.participants);
    this.#act(coordinatorName, outputs);
  }

  forget(participant: string): void {
    this.#log(`${coordinatorName} <- forget ${participant}`);
    this.#act(coordinatorName, this.coordinator?.forget(participant) ?? []);
  }

  /** Delivers a packet to where it goes, and leaves it on the network when it is to come again. */
  deliver(index: number, again = false): void {
    const packet = again ? this.network[index] : this.network.splice(index, 1)[0];
    if (packet === undefined) return;
    const role = this.processes.get(packet.to)?.role;
    this.#log(
      `${packet.to} <- ${describeMessage(packet.message)} from ${packet.from}${role ? '' : ' (down)'}`,
    );
    const message = this.#options.fault?.message?.(packet.message) ?? packet.message;
    this.#act(packet.to, role?.received(packet.from, message) ?? []);
  }

  lose(index: number): void {
    const [packet] = this.network.splice(index, 1);
    if (packet !== undefined) this.#log(`lost: ${describeMessage(packet.message)} to ${packet.to}`);
  }

  fire(name: string, key: string): void {
    const process = this.processes.get(name);
    if (process?.role === undefined || !process.timers.delete(key)) return;
    this.#log(`${name} <- timer ${key}`);
    const planted = this.#options.fault?.timer?.(process.role, key, this);
    this.#act(name, planted ?? process.role.timerFired(key));
  }

  crash(name: string): void {
    const process = this.processes.get(name);
    if (process?.role === undefined) return;
    this.#log(`${name} crashes`);
    process.role = undefined;
    process.timers.clear();
  }

  restart(name: string): void {
    const process = this.processes.get(name);
    if (process === undefined || process.role !== undefined) return;
    this.#log(`${name} starts again`);
    process.role = this.#make(name);
    const records = [...process.disk.values()];
    this.#act(name, process.role.recover(this.#options.fault?.records?.(records) ?? records));
  }

  /** Everything works from now on: all processes run, nothing is lost, timers fire. Throws when it never comes to rest. */
  heal(): void {
    this.crashAt = undefined;
    for (const name of this.processes.keys()) this.restart(name);
    for (let round = 0; round < 50; round++) {
      while (this.network.length > 0) this.deliver(0);
      const due = [...this.processes].flatMap(([name, { timers }]) =>
        [...timers].map((key) => [name, key] as const),
      );
      if (due.length === 0) return;
      for (const [name, key] of due) this.fire(name, key);
    }
    throw new Error('it never comes to rest');
  }

  #make(name: string): Role {
    const random = seededRandom(name);
    if (name === coordinatorName) {
      const times = { voteTimeoutMs: 5_000, againMs: 1_000, againMaxMs: 8_000 };
      return new TwoPhaseCoordinator({ ...times, maxOpen: 10, maxRemembered: 100 }, random);
    }
    const answer: MayPrepare = (_, transaction) => this.#options.answer?.(name, transaction) ?? 'ready';
    const options = { inquireMs: 1_000, inquireMaxMs: 8_000, maxPrepared: 10 };
    return new TwoPhaseParticipant(options, answer, random);
  }

  /** In order: what follows a `persist` takes effect only after it, which is the host's duty. */
  #act(name: string, outputs: readonly Output[]): void {
    for (const output of this.#options.fault?.outputs?.(outputs) ?? outputs) {
      if (this.effects === this.crashAt) {
        this.crashAt = undefined;
        this.crash(name);
        return;
      }
      this.effects += 1;
      this.#log(`${name}    -> ${describe(output)}`);
      this.#take(name, output);
    }
  }

  #take(name: string, output: Output): void {
    const process = this.processes.get(name);
    switch (output.kind) {
      case 'persist':
        process?.disk.set(output.record.transaction, output.record);
        if (output.record.state === 'prepared') this.promised.add(`${name} ${output.record.transaction}`);
        return;
      case 'forget':
        process?.disk.delete(output.transaction);
        return;
      case 'send':
        this.network.push({ from: name, to: output.to, message: output.message });
        return;
      case 'setTimer':
        process?.timers.add(output.key);
        return;
      case 'clearTimer':
        process?.timers.delete(output.key);
        return;
      case 'decided':
        if (output.state.outcome !== 'undecided')
          this.#carry(name, output.state.transaction, output.state.outcome);
        return;
      case 'apply':
        this.#carry(name, output.transaction, output.outcome);
    }
  }

  #carry(name: string, transaction: string, outcome: CommitOutcome): void {
    const byName = this.carriedOut.get(transaction) ?? new Map<string, CommitOutcome[]>();
    this.carriedOut.set(transaction, byName);
    byName.set(name, [...(byName.get(name) ?? []), outcome]);
  }

  #log(line: string): void {
    this.transcript.push(line);
  }
}

function describeMessage(message: CommitMessage): string {
  const words: string[] = [message.kind, message.transaction];
  if ('vote' in message) words.push(message.vote);
  if ('reason' in message) words.push(`(${message.reason})`);
  return words.join(' ');
}

function describe(output: Output): string {
  switch (output.kind) {
    case 'persist': {
      const { state, transaction } = output.record;
      return `persist ${transaction} ${state}${'finished' in output.record ? ' finished' : ''}`;
    }
    case 'send':
      return `send ${describeMessage(output.message)} to ${output.to}`;
    case 'setTimer':
      return `setTimer ${output.key}`;
    case 'clearTimer':
      return `clearTimer ${output.key}`;
    case 'decided': {
      const { transaction, outcome, reason } = output.state;
      return `decided ${transaction} ${outcome}${reason === undefined ? '' : ` (${reason})`}`;
    }
    case 'apply':
      return `apply ${output.transaction} ${output.outcome}`;
    default:
      return `${output.kind} ${output.transaction}`;
  }
}
