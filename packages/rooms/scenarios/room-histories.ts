/** What clients were told of rooms, and what nodes hold of them in the end, for the checkers of consistency. */
import { checkEventual, checkLinearizable, type Operation, type ReplicaObservation } from '@bothy/protocols';
import type { Author, ErrorCode, RoomActor, RoomCommand, RoomEntry, RoomId } from '@bothy/wire';
import type { DiskLog } from './node-disk.ts';
import { type RoomAct, type RoomSaid, roomObject } from './room-object.ts';
import { keyOf } from './sim-person.ts';

/** What somebody asked for, under one key, however often. */
interface Asking {
  readonly actor: RoomActor;
  readonly calledMs: number;
  answered: { readonly atMs: number; readonly seq: number } | undefined;
}

type RoomOperation = Operation<RoomAct, RoomSaid>;

interface RoomHistory {
  /** By place, as they became durable. */
  readonly entries: Map<number, RoomEntry>;
  /** By author and key. */
  readonly askings: Map<string, Asking>;
  readonly told: RoomOperation[];
  /** When somebody first asked for its deletion. */
  deletionMs: number | undefined;
}

export class RoomHistories {
  readonly #nowMs: () => number;
  readonly #rooms = new Map<RoomId, RoomHistory>();
  /** When a node got what it was asked. */
  readonly #askedMs = new WeakMap<RoomCommand, number>();
  /** Histories that took too long to judge. */
  unjudged = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A node gets a command, maybe not for the first time. */
  asked(actor: RoomActor, command: RoomCommand): void {
    const calledMs = this.#nowMs();
    this.#askedMs.set(command, calledMs);
    if (!('room' in command)) return;
    const room = this.#room(command.room);
    if (command.kind === 'delete') room.deletionMs ??= calledMs;
    const key = `${actor.person} ${keyOf(command)}`;
    if (!room.askings.has(key)) room.askings.set(key, { actor, calledMs, answered: undefined });
  }

  /** A second answer to one message has the same number, which others check. */
  answered(actor: RoomActor, room: RoomId, key: string, seq: number): void {
    const asking = this.#room(room).askings.get(`${actor.person} ${key}`);
    if (asking !== undefined) asking.answered ??= { atMs: this.#nowMs(), seq };
  }

  refused(actor: RoomActor, command: RoomCommand, code: ErrorCode): void {
    // A node says by itself who may be shown as typing, from what it has.
    if (!('room' in command) || command.kind === 'typing') return;
    const anyOf = [actor.person, ...('person' in command ? [command.person] : [])];
    if (code === 'not_a_member') this.#tell(actor, command, { kind: 'standing', is: 'noMember', anyOf });
    if (code === 'banned') this.#tell(actor, command, { kind: 'standing', is: 'banned', anyOf });
    if (code === 'room_deleted') this.#tell(actor, command, { kind: 'gone' });
  }

  /** They are given the room, by who orders it or has just asked who does. */
  joined(actor: RoomActor, command: RoomCommand): void {
    this.#tell(actor, command, { kind: 'standing', is: 'member', anyOf: [actor.person] });
  }

  /** It was told that it is done. */
  deleted({ name }: RoomActor, id: RoomId): void {
    const room = this.#room(id);
    const calledMs = room.deletionMs ?? 0;
    room.told.push({
      client: name,
      input: { kind: 'delete' },
      output: true,
      calledMs,
      answeredMs: this.#nowMs(),
    });
  }

  /** They have become durable at some node. */
  written(room: RoomId, entries: readonly RoomEntry[]): void {
    const known = this.#room(room).entries;
    for (const entry of entries) if (!known.has(entry.seq)) known.set(entry.seq, entry);
  }

  /** Whatever nodes were asked, each room is as if one honest object had answered. `isBuried`: some node has deleted it. */
  problem(isBuried: (room: RoomId) => boolean): string | undefined {
    for (const [id, room] of this.#rooms) {
      const history = this.#historyOf(room, isBuried(id));
      // What was there before the simulation, nobody has seen.
      if (history.length === 0 || !room.entries.has(1)) continue;
      const verdict = checkLinearizable(history, roomObject, { maxSteps: 500_000 });
      if (verdict.kind === 'unknown') this.unjudged += 1;
      if (verdict.kind === 'violated')
        return `${id}: ${verdict.sentence}\n${verdict.witness.map(lineOf).join('\n')}`;
    }
    return undefined;
  }

  #room(id: RoomId): RoomHistory {
    const known = this.#rooms.get(id);
    if (known !== undefined) return known;
    const made = { entries: new Map(), askings: new Map(), told: [], deletionMs: undefined };
    this.#rooms.set(id, made);
    return made;
  }

  #tell(actor: RoomActor, command: RoomCommand, act: RoomAct): void {
    if (!('room' in command)) return;
    const calledMs = this.#askedMs.get(command) ?? 0;
    this.#room(command.room).told.push({
      client: actor.name,
      input: act,
      output: true,
      calledMs,
      answeredMs: this.#nowMs(),
    });
  }

  #historyOf({ entries, askings, told, deletionMs }: RoomHistory, isBuried: boolean): RoomOperation[] {
    const log = [...entries.values()].sort((one, other) => one.seq - other.seq);
    const inLog = log.map((entry): RoomOperation => {
      const asking = askings.get(`${entry.author} ${entry.key}`);
      const isOperator = asking?.actor.operator === true;
      return {
        client: asking?.actor.name ?? 'node',
        input: { kind: 'entry', entry, isOperator },
        output: entry.seq,
        calledMs: asking?.calledMs ?? 0,
        answeredMs: asking?.answered?.atMs ?? Number.POSITIVE_INFINITY,
      };
    });
    const deletion: RoomOperation = {
      client: 'node',
      input: { kind: 'delete' },
      output: undefined,
      calledMs: deletionMs ?? 0,
      answeredMs: 0,
    };
    const isTold = told.some(({ input }) => input.kind === 'delete');
    const open = !isTold && (isBuried || deletionMs !== undefined) ? [deletion] : [];
    return [...narrowed(inLog), ...misplaced(entries, askings), ...told, ...open];
  }
}

/** What was answered with a place where the log has something else. */
function misplaced(
  entries: ReadonlyMap<number, RoomEntry>,
  askings: ReadonlyMap<string, Asking>,
): RoomOperation[] {
  return [...askings].flatMap(([key, { actor, calledMs, answered }]) => {
    if (answered === undefined) return [];
    const { seq, atMs } = answered;
    const entry = entries.get(seq);
    if (`${entry?.author} ${entry?.key}` === key) return [];
    const content = { kind: 'unknown', original: 'lost', fields: {} } as const;
    const lost: RoomEntry = {
      epoch: 0,
      seq,
      author: actor.person,
      name: actor.name,
      sentAt: 0,
      key: key.slice(actor.person.length + 1),
      content,
    };
    const input = { kind: 'entry', entry: lost, isOperator: false } as const;
    return [{ client: actor.name, input, output: seq, calledMs, answeredMs: atMs }];
  });
}

/** An entry comes after every one before it was asked for, and before every later one was answered. */
function narrowed(log: readonly RoomOperation[]): RoomOperation[] {
  let from = 0;
  const called = log.map((operation): RoomOperation => {
    from = Math.max(from, operation.calledMs);
    return operation.client === 'node' ? { ...operation, calledMs: from } : operation;
  });
  let to = Number.POSITIVE_INFINITY;
  const answered = called.toReversed().map((operation): RoomOperation => {
    const { calledMs, answeredMs } = operation;
    to = Math.min(to, answeredMs);
    return answeredMs < Number.POSITIVE_INFINITY
      ? operation
      : { ...operation, answeredMs: Math.max(to, calledMs) };
  });
  return answered.toReversed();
}

function lineOf({ client, input, output, calledMs, answeredMs }: RoomOperation): string {
  const when = `  ${Math.round(calledMs)}–${output === undefined ? '' : Math.round(answeredMs)} ${client}`;
  switch (input.kind) {
    case 'entry': {
      const { content, key } = input.entry;
      if (content.kind === 'unknown') return `${when}: ${key}, which no log has, is entry ${String(output)}`;
      const whom = 'person' in content ? ` of ${short(content.person)}` : '';
      return `${when}: ${content.kind}${whom} ${key} is entry ${String(output)}`;
    }
    case 'standing':
      return `${when} is told ${input.is} of ${input.anyOf.map(short).join(' or ')}`;
    case 'gone':
      return `${when} is told that it was deleted`;
    case 'delete':
      return `${when} deletes it${output === undefined ? ', and nobody says when' : ''}`;
  }
}

/** Ids of simulated people are filled up with letters. */
function short(person: Author): string {
  return person.replace(/p+$/, '');
}

/** The log of a room and copies of it that have everything: they hold the same. A copy may begin later. */
export function copiesDiffer(
  held: readonly { readonly node: string; readonly log: DiskLog }[],
): string | undefined {
  const base = Math.max(...held.map(({ log }) => log.base));
  const observations = held.map(({ node, log }): ReplicaObservation => {
    const entries = [...log.entries.values()].filter(({ seq }) => seq > base).sort((a, b) => a.seq - b.seq);
    return {
      replica: node,
      atMs: 0,
      updates: entries.map(({ seq, author, key }) => `${seq} ${author} ${key}`),
      shown: entries.map(({ epoch, content }) => `${epoch} ${JSON.stringify(content)}`).join(),
    };
  });
  const verdict = checkEventual(observations);
  return verdict.kind === 'violated' ? verdict.sentence : undefined;
}
