/** The directory of a simulated cluster as it is: `DirectoryCore` beside the rooms of each node, with links of its own. */
import {
  DirectoryCore,
  type DirectoryInput,
  type DirectoryOutput,
  type DirectoryRefusal,
  type DirectoryWrite,
} from '@bothy/directory/core';
import { DirectoryHistory, DirectoryStoreModel, type Settle } from '@bothy/directory/core/testing';
import type { ProductOutput } from '@bothy/runtime';
import type { SimProcess, Simulation } from '@bothy/simulator';
import type { RoomId } from '@bothy/wire';
import type { ClusterDirectory, DirectoryQuestion } from './sim-directory.ts';
import type { SimNode } from './sim-node.ts';

interface Seat {
  readonly node: SimNode;
  readonly process: SimProcess<DirectoryInput, DirectoryOutput, DirectoryStoreModel>;
  core: DirectoryCore | undefined;
  /** Who of this start's rooms waits for which answer. */
  readonly asked: Map<string, { readonly id: string; readonly boot: number; readonly told: Settle }>;
}

const lookMs = 200;
const maxDelayMs = 30;
const startsAnew: DirectoryRefusal = {
  ok: false,
  code: 'directory_unavailable',
  message: 'The directory of this node starts anew.',
  mayHappen: true,
};

export class ReplicatedDirectory implements ClusterDirectory {
  readonly #simulation: Simulation;
  readonly #seats = new Map<string, Seat>();
  /** By pair, the number of the link that stands. */
  readonly #links = new Map<string, number>();
  #count = 0;
  readonly counts: Record<string, number> = { claims: 0, takenIn: 0, starts: 0, directoryRefused: 0 };
  readonly #history: DirectoryHistory;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#history = new DirectoryHistory(() => simulation.nowMs);
    this.#look();
  }

  administrator(room: RoomId): string | undefined {
    for (const { core } of this.#seats.values()) {
      const claim = core?.room(room);
      if (claim !== undefined) return claim.administrator;
    }
    return undefined;
  }

  isBuried(room: RoomId): boolean {
    return [...this.#seats.values()].some(({ core }) => core?.isBuried(room) === true);
  }

  roomsOf(node: string): readonly RoomId[] {
    const rooms = this.#seats.get(node)?.core?.content().rooms ?? [];
    return rooms.flatMap(({ room, administrator }) => (administrator === node ? [room] : []));
  }

  /** All nodes are in one directory, and have the same of it; what they were answered is as if one machine had answered. */
  problem(): string | undefined {
    const views = [...this.#seats.values()].map(({ core }) => core?.view());
    const names = new Set(views.map((view) => view?.directory));
    if (names.size > 1) return `${names.size} directories are left`;
    const states = views.map((view) => view?.state).filter((state) => state !== 'ready');
    if (states.length > 0) return `a directory is ${states.join()}`;
    const problem = this.#history.problem();
    this.counts['unjudged'] = this.#history.unjudged;
    return problem;
  }

  started(node: SimNode): void {
    const seat = this.#seats.get(node.info.id) ?? this.#add(node);
    if (!seat.process.alive) seat.process.start();
  }

  ended(node: SimNode): void {
    this.#seats.get(node.info.id)?.process.crash();
  }

  ask(node: SimNode, { id, command }: DirectoryQuestion): void {
    const seat = this.#seats.get(node.info.id);
    if (seat === undefined || !seat.process.alive) return this.#answer(node, id, startsAnew);
    this.#count += 1;
    const own = `${node.info.id} ${this.#count}`;
    const told = this.#history.asked(node.info.id, command);
    seat.asked.set(own, { id, boot: node.process.bootCount, told });
    seat.process.submit({ kind: 'command', id: own, command });
  }

  #add(node: SimNode): Seat {
    const { id } = node.info;
    const process = this.#simulation.addProcess<DirectoryInput, DirectoryOutput, DirectoryStoreModel>({
      id: `${id}-directory`,
      createStore: () => new DirectoryStoreModel(),
      write: (store, write) => this.#write(store, write),
      boot: ({ bootCount, store, random }) => {
        const config = { node: id, electionTimeoutMs: 400, heartbeatMs: 100, compactEvery: 50 };
        const core = new DirectoryCore(config, store.snapshot(), random(`directory ${bootCount}`));
        seat.core = core;
        this.counts['starts'] = (this.counts['starts'] ?? 0) + 1;
        return core;
      },
      started: () => void process.submit({ kind: 'start' }),
      ended: () => this.#seatEnded(seat),
      perform: (output) => this.#perform(seat, output),
      ask: () => undefined,
    });
    const seat: Seat = { node, process, core: undefined, asked: new Map() };
    this.#seats.set(id, seat);
    return seat;
  }

  #write(store: DirectoryStoreModel, write: DirectoryWrite): void {
    store.write(write);
    if (write.kind !== 'putEntries') return;
    const directory = store.snapshot().directory?.id;
    for (const { index, term, content } of write.entries) {
      if (content.kind === 'command') this.#history.logged(`${directory} ${index} ${term}`, content.command);
    }
  }

  #seatEnded(seat: Seat): void {
    for (const key of [...this.#links.keys()]) {
      const [one = '', other = ''] = key.split(' ');
      if (one !== seat.node.info.id && other !== seat.node.info.id) continue;
      this.#links.delete(key);
      const peer = this.#seats.get(one === seat.node.info.id ? other : one);
      if (peer?.process.alive === true) peer.process.submit({ kind: 'linkDown', node: seat.node.info.id });
    }
    const waiting = [...seat.asked.values()];
    seat.asked.clear();
    for (const { id, boot } of waiting) {
      if (seat.node.process.bootCount === boot) this.#answer(seat.node, id, startsAnew);
    }
  }

  #answer(node: SimNode, id: string, refusal: DirectoryRefusal): void {
    this.counts['directoryRefused'] = (this.counts['directoryRefused'] ?? 0) + 1;
    const { bootCount } = node.process;
    this.#simulation.after(1, () => {
      const isSame = node.alive() && node.process.bootCount === bootCount;
      if (isSame) node.process.submit({ kind: 'directoryAnswered', id, result: refusal });
    });
  }

  #perform(seat: Seat, output: ProductOutput<DirectoryOutput>): void {
    const { node, core } = seat;
    switch (output.kind) {
      case 'send':
        return this.#send(node.info.id, output.to, output.message);
      case 'answered': {
        const asked = seat.asked.get(output.id);
        seat.asked.delete(output.id);
        if (output.result.ok) asked?.told(output.result.result);
        else if (!output.result.mayHappen) asked?.told('never');
        if (asked === undefined || !node.alive() || node.process.bootCount !== asked.boot) return;
        if (!output.result.ok) this.counts['directoryRefused'] = (this.counts['directoryRefused'] ?? 0) + 1;
        node.process.submit({ kind: 'directoryAnswered', id: asked.id, result: output.result });
        return;
      }
      case 'changed': {
        const { command, result } = output;
        if (command.kind === 'takeIn') {
          this.counts['takenIn'] = (this.counts['takenIn'] ?? 0) + 1;
          return this.#sayWhole(seat, core);
        }
        if (!node.alive()) return;
        if (command.kind === 'claimRoom' && result.kind === 'claimed') {
          this.counts['claims'] = (this.counts['claims'] ?? 0) + 1;
          node.process.submit({ kind: 'directorySays', whole: false, rooms: [command.claim], buried: [] });
        }
        if (command.kind === 'buryRoom' && result.kind === 'done') {
          node.process.submit({ kind: 'directorySays', whole: false, rooms: [], buried: [command.room] });
        }
        return;
      }
      case 'replaced':
        return this.#sayWhole(seat, core);
      default:
        return;
    }
  }

  #sayWhole({ node }: Seat, core: DirectoryCore | undefined): void {
    if (core === undefined || !node.alive()) return;
    const held = [...node.store.logs().keys()].filter((room) => !node.store.isDraft(room));
    const rooms = held.flatMap((room) => core.room(room) ?? []);
    const buried = held.filter((room) => core.isBuried(room));
    node.process.submit({ kind: 'directorySays', whole: true, rooms, buried });
  }

  #send(from: string, to: string, message: Extract<DirectoryOutput, { kind: 'send' }>['message']): void {
    const key = keyOf(from, to);
    const link = this.#links.get(key);
    if (link === undefined) return;
    // In order within one link: each takes as long as the slowest before it.
    const delayMs = maxDelayMs * (0.5 + (link % 7) / 14);
    this.#simulation.after(delayMs, () => {
      const peer = this.#seats.get(to);
      if (this.#links.get(key) === link && peer?.process.alive === true)
        peer.process.submit({ kind: 'message', from, message });
    });
  }

  #look(): void {
    this.#simulation.after(lookMs, () => {
      const seats = [...this.#seats.values()];
      for (const one of seats)
        for (const other of seats) if (one.node.info.id < other.node.info.id) this.#lookAt(one, other);
      this.#look();
    });
  }

  #lookAt(one: Seat, other: Seat): void {
    const { network } = this.#simulation;
    const [first, second] = [one.node.info.id, other.node.info.id];
    const isUp =
      one.process.alive &&
      other.process.alive &&
      network.reachable(first, second) &&
      network.reachable(second, first);
    const key = keyOf(first, second);
    if (isUp === this.#links.has(key)) return;
    this.#count += 1;
    if (isUp) this.#links.set(key, this.#count);
    else this.#links.delete(key);
    const kind = isUp ? 'linkUp' : 'linkDown';
    if (one.process.alive) one.process.submit({ kind, node: second });
    if (other.process.alive) other.process.submit({ kind, node: first });
  }
}

function keyOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
