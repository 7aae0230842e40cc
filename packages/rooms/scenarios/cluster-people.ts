/** What people do in rooms: they write, change their words, found rooms, invite, ban, read back, and leave. */
import type { Simulation } from '@bothy/simulator';
import type { OrderedCommand, RoomCommand, RoomId, RoomRole } from '@bothy/wire';
import type { SimClient } from './sim-client.ts';
import { pick, type SimCluster } from './sim-cluster.ts';
import { again, type SimNode } from './sim-node.ts';

type Act = (people: ClusterPeople, client: SimClient, room: RoomId, last: number) => void;

export class ClusterPeople {
  readonly #simulation: Simulation;
  readonly #clients: readonly SimClient[];
  readonly #nodes: readonly SimNode[];
  #count = 0;

  constructor({ simulation, clients, nodes }: SimCluster) {
    this.#nodes = nodes;
    this.#simulation = simulation;
    this.#clients = clients;
  }

  /** Messages and everything else, spread over this time. */
  talk(forMs: number, messages: number): void {
    const random = this.#simulation.random('talk');
    const at = (run: () => void): void => void this.#simulation.after(random.below(forMs), run);
    for (const client of this.#clients) {
      for (let count = 0; count < messages; count++) at(() => this.write(client));
      for (let count = 0; count < 2; count++) at(() => this.#amend(client));
      for (let count = 0; count < 3; count++) at(() => this.#act(client));
      if (random.next() < 0.2) at(() => this.#leave(client));
      if (random.next() < 0.3) at(() => this.#found(client));
    }
  }

  write(client: SimClient): void {
    const room = pick([...client.rooms.keys()], this.#below('write', 1_000));
    if (room === undefined) return;
    const messageId = this.name('m', client);
    client.order({ kind: 'send', room, messageId, body: `text ${this.#count}` });
  }

  #amend(client: SimClient): void {
    const random = this.#simulation.random('amend');
    const [room, view] = pick([...client.rooms], random.below(1_000)) ?? [];
    const messages = view?.entries.filter(({ content }) => content.kind === 'message') ?? [];
    const entry = pick(messages, random.below(1_000));
    if (room === undefined || entry === undefined) return;
    const base = { requestId: this.name('r', client), room, target: entry.seq };
    const choice = random.next();
    if (entry.author !== client.actor.person || choice < 0.2) {
      client.order({ kind: 'react', ...base, emoji: '👍', on: true });
    } else if (choice < 0.7) {
      client.order({ kind: 'edit', ...base, body: `changed ${this.#count}` });
      // Changed, and taken away later: both texts must go.
      if (choice < 0.5)
        this.#simulation.after(this.#below('later', 20_000), () => this.#redact(client, base));
    } else client.order({ kind: 'redact', ...base });
  }

  #redact(client: SimClient, { room, target }: { readonly room: RoomId; readonly target: number }): void {
    if (!client.rooms.has(room)) return;
    client.order({ kind: 'redact', requestId: this.name('r', client), room, target });
  }

  #leave(client: SimClient): void {
    const room = [...client.rooms.keys()][0];
    if (room === undefined) return;
    client.wanted.delete(room);
    client.order({ kind: 'leave', requestId: this.name('leave', client), room });
  }

  /** A room of one's own; into a private one others are asked. */
  #found(client: SimClient): void {
    const random = this.#simulation.random('found');
    const visibility = random.next() < 0.7 ? 'private' : 'public';
    const before = new Set(client.rooms.keys());
    const requestId = this.name('room', client);
    const command = {
      kind: 'create',
      requestId,
      name: `Room ${this.#count}`,
      description: '',
      visibility,
    } as const;
    client.ask(command);
    if (random.next() < 0.6) this.#foundAgain(client, command);
    this.#simulation.after(2_000, () => {
      const room = [...client.rooms.keys()].find((each) => !before.has(each));
      if (room === undefined) return;
      for (let count = 0; count < 2; count++) this.#invite(client, room);
    });
  }

  /** The same request at other nodes, as when an answer was lost: all of them are to be told of one room. */
  #foundAgain({ actor }: SimClient, command: Extract<RoomCommand, { kind: 'create' }>): void {
    const random = this.#simulation.random('again');
    for (let count = 0; count < 3; count++) {
      const node = pick(this.#nodes, random.below(1_000));
      const id = `${again}${command.requestId} ${count}`;
      this.#simulation.after(random.below(count === 0 ? 50 : 15_000), () =>
        node?.command(null, id, actor, command),
      );
    }
  }

  #invite(client: SimClient, room: RoomId): void {
    const other = pick(this.#clients, this.#below('invite', 1_000));
    if (other === undefined || other === client) return;
    const { person, name } = other.actor;
    client.order({ kind: 'invite', requestId: this.name('invite', client), room, person, personName: name });
    this.#simulation.after(3_000, () => other.join(room));
  }

  #act(client: SimClient): void {
    const random = this.#simulation.random('act');
    const rooms = [...client.rooms];
    // Mostly where one has a say: the rooms that are in the list last are one's own.
    const [room, view] =
      random.next() < 0.5 ? (rooms.at(-1) ?? []) : (pick(rooms, random.below(1_000)) ?? []);
    if (room === undefined || view === undefined) return;
    pick(acts, random.below(1_000))?.(this, client, room, view.last);
  }

  order(client: SimClient, command: OrderedCommand): void {
    client.order(command);
  }

  someoneElse(client: SimClient): SimClient['actor'] | undefined {
    const other = pick(this.#clients, this.#below('someone', 1_000));
    return other === client ? undefined : other?.actor;
  }

  later(run: () => void): void {
    this.#simulation.after(this.#below('later', 15_000), run);
  }

  #below(concern: string, bound: number): number {
    return this.#simulation.random(concern).below(bound);
  }

  below(bound: number): number {
    return this.#below('choice', bound);
  }

  /** Of one message or request, once for ever. */
  name(what: string, client: SimClient): string {
    this.#count += 1;
    return `${what}-${client.actor.name}-${this.#count}`;
  }

  get count(): number {
    return this.#count;
  }
}

const roles: readonly RoomRole[] = ['owner', 'moderator', 'member', 'member', 'reader'];

const acts: readonly Act[] = [
  (people, client, room, last) => {
    const target = 1 + people.below(Math.max(1, last));
    people.order(client, { kind: 'pin', requestId: people.name('pin', client), room, target, on: true });
  },
  (people, client, room) => {
    const requestId = people.name('update', client);
    people.order(client, { kind: 'update', requestId, room, name: `Name ${people.count}` });
  },
  (people, client, room) => {
    const other = people.someoneElse(client);
    const role = pick(roles, people.below(1_000)) ?? 'member';
    if (other === undefined) return;
    const requestId = people.name('role', client);
    people.order(client, { kind: 'setRole', requestId, room, person: other.person, role });
  },
  (people, client, room) => {
    const person = people.someoneElse(client)?.person;
    if (person === undefined) return;
    people.order(client, { kind: 'ban', requestId: people.name('ban', client), room, person, on: true });
    if (people.below(2) === 0) return;
    people.later(() => {
      if (!client.rooms.has(room)) return;
      people.order(client, { kind: 'ban', requestId: people.name('ban', client), room, person, on: false });
    });
  },
  (people, client, room, last) => {
    client.ask({ kind: 'history', room, before: 1 + people.below(last + 2), limit: 1 + people.below(20) });
  },
  (_, client, room, last) => client.ask({ kind: 'history', room, after: Math.max(0, last - 5), limit: 20 }),
  (_, client, room, last) => client.ask({ kind: 'markRead', room, seq: last }),
  (_, client, room) => client.ask({ kind: 'typing', room, active: true }),
  (_, client) => client.ask({ kind: 'list' }),
];
