/**
 * Some Raft members, each with a disk, and a network whose order is the caller's choice. A member's outputs are held
 * behind what it writes, as the loop does it (LP5, LP9). Nothing happens by itself: time moves, packets arrive and
 * disks finish when told to.
 */

import { RaftMember } from '../src/consensus/raft/raft-member.ts';
import type {
  MemberId,
  RaftEntry,
  RaftInput,
  RaftMessage,
  RaftOptions,
  RaftOutput,
  RaftSnapshot,
  RaftStored,
  RaftWrite,
} from '../src/consensus/raft/raft-messages.ts';
import { seededRandom } from '../src/random.ts';

export type Member = RaftMember<string, string>;
export type Input = RaftInput<string, string>;
export type Output = RaftOutput<string, string>;
export type Message = RaftMessage<string, string>;

export interface Packet {
  readonly from: MemberId;
  readonly to: MemberId;
  readonly message: Message;
}

export interface Process {
  readonly id: MemberId;
  readonly founders: readonly MemberId[];
  /** Undefined while it is down. */
  member: Member | undefined;
  disk: { -readonly [Key in keyof RaftStored<string, string>]: RaftStored<string, string>[Key] };
  readonly timers: Map<string, number>;
  /** What waits for the disk, in order. */
  held: Output[];
  /** When false, what is written becomes durable by `flush` alone. */
  isDiskQuick: boolean;
  isFlushing: boolean;
  /** How fast its clock runs. */
  clockRate: number;
  /** What the state machine holds: the commands, one after the other. */
  state: string[];
  appliedIndex: number;
  starts: number;
}

/** A way to build it wrong: what goes into a member or comes out of it is changed. */
export interface Fault {
  readonly options?: Partial<RaftOptions>;
  readonly outputs?: (outputs: readonly Output[]) => readonly Output[];
  readonly message?: (message: Message) => Message;
  /** A member is told at once that what it writes is durable. */
  readonly isImpatient?: true;
  /** How much faster the clock of one member runs than that of another. */
  readonly clocks?: number;
}

export const raftOptions: Omit<RaftOptions, 'id' | 'founders'> = {
  electionTimeoutMs: 1_000,
  heartbeatMs: 100,
  clockDrift: 1.1,
  maxEntriesPerMessage: 4,
  maxInFlight: 3,
  maxWaiting: 20,
};

export class RaftWorld {
  nowMs = 0;
  readonly processes = new Map<MemberId, Process>();
  readonly network: Packet[] = [];
  /** Answers of every member, in order: `proposed`, `readable`, `transferred`. */
  readonly answers: Extract<Output, { kind: 'proposed' | 'readable' | 'transferred' }>[] = [];
  /** Told of everything that happens. */
  readonly observe: (id: MemberId, what: Input | Output) => void;
  /** What goes to it and comes from it gets lost. */
  cutOff: MemberId | undefined;
  /** Called after every single step. */
  stepped: () => void = () => undefined;
  readonly #options: Partial<RaftOptions>;
  readonly #fault: Fault;

  constructor(
    options: Partial<RaftOptions> = {},
    observe: RaftWorld['observe'] = () => undefined,
    fault: Fault = {},
  ) {
    this.#options = { ...options, ...fault.options };
    this.observe = observe;
    this.#fault = fault;
  }

  /** Founds a cluster of these. */
  found(...ids: MemberId[]): void {
    for (const id of ids) this.add(id, ids);
  }

  add(id: MemberId, founders: readonly MemberId[] = [], disk?: RaftStored<string, string>): Process {
    const process: Process = {
      id,
      founders,
      member: undefined,
      disk: { term: 0, votedFor: null, snapshot: null, entries: [], ...disk },
      timers: new Map(),
      held: [],
      isDiskQuick: true,
      isFlushing: false,
      clockRate: 1,
      state: [],
      appliedIndex: 0,
      starts: 0,
    };
    this.processes.set(id, process);
    this.restart(id);
    return process;
  }

  process(id: MemberId): Process {
    const process = this.processes.get(id);
    if (process === undefined) throw new Error(`no member ${id}`);
    return process;
  }

  member(id: MemberId): Member {
    const { member } = this.process(id);
    if (member === undefined) throw new Error(`${id} is down`);
    return member;
  }

  /** The one that leads in the latest term. */
  get leader(): Member | undefined {
    let best: Member | undefined;
    for (const { member } of this.processes.values()) {
      if (member?.role === 'leader' && member.term > (best?.term ?? -1)) best = member;
    }
    return best;
  }

  step(id: MemberId, input: Input): void {
    const process = this.process(id);
    if (process.member === undefined) return;
    this.observe(id, input);
    const given = process.member.step(input, { monoMs: this.nowMs * process.clockRate, wallMs: 0 });
    const outputs = this.#fault.outputs?.(given) ?? given;
    for (const output of outputs) this.#take(process, output);
    for (const output of this.#fault.isImpatient ? outputs : []) {
      if (output.kind === 'persist' && output.token !== undefined) {
        this.step(id, { kind: 'durable', token: output.token });
      }
    }
    this.stepped();
    if (process.isDiskQuick) this.flush(id);
  }

  /** All that was written becomes durable, and what waited for it leaves. */
  flush(id: MemberId): void {
    const process = this.process(id);
    if (process.isFlushing) return;
    process.isFlushing = true;
    do {
      const persists = process.held.filter((output) => output.kind === 'persist');
      process.held = process.held.filter((output) => output.kind !== 'persist');
      for (const { writes } of persists) for (const write of writes) putWrite(process, write);
      // These are told before what waited leaves, and what comes of it waits behind that.
      for (const { token } of persists) if (token !== undefined) this.step(id, { kind: 'durable', token });
      this.#releaseUnheld(process);
    } while (process.isDiskQuick && process.held.length > 0);
    process.isFlushing = false;
  }

  /** Delivers one packet, and leaves it on the network when it is to come again. False when there is none. */
  deliver(at = 0, again = false): boolean {
    const packet = again ? this.network[at] : this.network.splice(at, 1)[0];
    if (packet === undefined) return false;
    const isCut = packet.from === this.cutOff || packet.to === this.cutOff;
    if (this.processes.has(packet.to) && !isCut) {
      const message = this.#fault.message?.(packet.message) ?? packet.message;
      this.step(packet.to, { kind: 'message', from: packet.from, message });
    }
    return true;
  }

  /** Delivers until nothing is under way any more; packets that `isLost` names are lost. */
  settle(isLost: (packet: Packet) => boolean = () => false): void {
    for (let count = 0; this.network.length > 0; count++) {
      if (count > 100_000) throw new Error('it never comes to rest');
      const [packet] = this.network;
      if (packet !== undefined && isLost(packet)) this.network.shift();
      else this.deliver();
    }
  }

  /** Lets time pass, timers fire and packets arrive at once. */
  run(ms: number, isLost: (packet: Packet) => boolean = () => false): void {
    const untilMs = this.nowMs + ms;
    this.settle(isLost);
    for (;;) {
      const next = this.#nextTimer();
      if (next === undefined || next.dueMs > untilMs) break;
      this.nowMs = next.dueMs;
      this.fire(next.id, next.key);
      this.settle(isLost);
    }
    this.nowMs = untilMs;
  }

  /** Only time. */
  pass(ms: number): void {
    this.nowMs += ms;
  }

  fire(id: MemberId, key: string): void {
    if (this.process(id).timers.delete(key)) this.step(id, { kind: 'timer', key });
  }

  /** Silence lasts for so long that this one asks for votes. */
  elect(id: MemberId, isLost: (packet: Packet) => boolean = () => false): void {
    this.pass(2 * (this.#options.electionTimeoutMs ?? raftOptions.electionTimeoutMs));
    this.fire(id, 'election');
    this.settle(isLost);
  }

  crash(id: MemberId): void {
    const process = this.process(id);
    process.member = undefined;
    process.timers.clear();
    process.held = [];
  }

  restart(id: MemberId): void {
    const process = this.process(id);
    const options = { ...raftOptions, ...this.#options, id, founders: process.founders };
    const random = seededRandom(`${id} ${process.starts}`);
    process.starts += 1;
    process.state = [];
    process.appliedIndex = 0;
    process.member = new RaftMember<string, string>(options, process.disk, random);
    this.step(id, { kind: 'start' });
  }

  /** The state machine of this member stands for what it applied. */
  compact(id: MemberId): void {
    const { appliedIndex, state } = this.process(id);
    this.step(id, { kind: 'compact', index: appliedIndex, state: state.join(' ') });
  }

  #nextTimer(): { readonly id: MemberId; readonly key: string; readonly dueMs: number } | undefined {
    let next: { readonly id: MemberId; readonly key: string; readonly dueMs: number } | undefined;
    for (const { id, timers } of this.processes.values()) {
      for (const [key, dueMs] of timers) {
        if (next === undefined || dueMs < next.dueMs) next = { id, key, dueMs };
      }
    }
    return next;
  }

  #take(process: Process, output: Output): void {
    if (output.kind === 'setTimer')
      process.timers.set(output.key, this.nowMs + output.afterMs / process.clockRate);
    else if (output.kind === 'clearTimer') process.timers.delete(output.key);
    else if (output.kind === 'send' && output.early === true) this.#perform(process, output);
    else {
      if (output.kind === 'persist') this.observe(process.id, output);
      process.held.push(output);
      if (!process.isFlushing) this.#releaseUnheld(process);
      return;
    }
    if (output.kind !== 'send') this.observe(process.id, output);
  }

  #releaseUnheld(process: Process): void {
    while (process.held[0] !== undefined && process.held[0].kind !== 'persist') {
      const output = process.held.shift();
      if (output !== undefined) this.#perform(process, output);
    }
  }

  #perform(process: Process, output: Output): void {
    this.observe(process.id, output);
    if (output.kind === 'send')
      this.network.push({ from: process.id, to: output.to, message: output.message });
    else if (output.kind === 'apply') applyEntries(process, output.entries);
    else if (output.kind === 'install') installSnapshot(process, output.snapshot);
    else if (output.kind === 'proposed' || output.kind === 'readable' || output.kind === 'transferred') {
      this.answers.push(output);
    }
  }
}

function applyEntries(process: Process, entries: readonly RaftEntry<string>[]): void {
  for (const { index, content } of entries) {
    if (index <= process.appliedIndex) throw new Error(`${process.id} applies ${index} again`);
    process.appliedIndex = index;
    if (content.kind !== 'command') throw new Error(`${process.id} applies what is no command`);
    process.state.push(content.command);
  }
}

function installSnapshot(process: Process, { index, state }: RaftSnapshot<string>): void {
  process.appliedIndex = index;
  process.state = state === '' ? [] : state.split(' ');
}

function putWrite({ disk }: Process, write: RaftWrite<string, string>): void {
  switch (write.kind) {
    case 'putVote':
      disk.term = write.term;
      disk.votedFor = write.votedFor;
      return;
    case 'putEntries': {
      const from = write.entries[0]?.index ?? 0;
      const kept = disk.entries.filter(({ index }) => index < from);
      const last = kept.at(-1)?.index ?? disk.snapshot?.index ?? 0;
      if (from !== last + 1) throw new Error(`entries from ${from} are put after ${last}`);
      disk.entries = [...kept, ...write.entries];
      return;
    }
    case 'putSnapshot':
      disk.snapshot = write.snapshot;
      disk.entries = write.dropAll ? [] : disk.entries.filter(({ index }) => index > write.dropThrough);
  }
}
