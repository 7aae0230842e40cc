/** What must hold of rooms whatever happens (design, section 7): watched at every client, at everything it is told. */
import { bounds, type RoomsOutput, type RoomWrite, timing } from '@bothy/rooms/core';
import type {
  ErrorCode,
  Position,
  RoomAnswer,
  RoomAnswers,
  RoomCommand,
  RoomEntry,
  RoomId,
  RoomResult,
} from '@bothy/wire';
import type { ClientObserver } from './client-observer.ts';
import { RoomHistories } from './room-histories.ts';
import { mayBeShown, wasAsked } from './room-ledger.ts';
import { SentChecker } from './sent-checker.ts';
import type { SimClient } from './sim-client.ts';
import type { ClusterDirectory } from './sim-directory.ts';
import type { SimNode } from './sim-node.ts';

export interface Acknowledged extends Position {
  readonly room: RoomId;
  readonly key: string;
  /** Of a message; null for everything else. */
  readonly body: string | null;
  readonly author: string;
}

interface Mark {
  readonly room: RoomId;
  readonly person: RoomEntry['author'];
  readonly seq: number;
  readonly node: SimNode;
  readonly boot: number;
  readonly atMs: number;
}

type Deletion = Extract<RoomCommand, { kind: 'delete' }>;

/** A slow disk has written by then. */
const storedWithinMs = 5_000;

/** A body that was read from the store just before it was forgotten may still be on its way. */
const onItsWayMs = 1_000;

export class ClusterChecker implements ClientObserver {
  readonly acknowledged: Acknowledged[] = [];
  readonly committed = new Set<RoomId>();
  readonly aborted = new Set<string>();
  readonly counts: Record<string, number> = {};
  /** Who was told of gaps. */
  readonly gapped = new Set<SimClient>();
  readonly #nodes: readonly SimNode[];
  readonly directory: Omit<ClusterDirectory, 'started' | 'ended' | 'ask'>;
  readonly histories: RoomHistories;
  readonly #sent = new SentChecker((sentence) => this.fail(sentence));
  /** By who asked and under which request: the room that they were told of. */
  readonly creations = new Map<string, RoomId>();
  /** What anybody has seen at a place of a log. */
  readonly #seen = new Map<string, string>();
  readonly #positions = new Map<string, Position>();
  readonly #nowMs: () => number;
  /** Of what was read, as acknowledged, and not yet judged. */
  readonly #marks: Mark[] = [];
  #violation: string | undefined;

  constructor(nodes: readonly SimNode[], directory: ClusterChecker['directory'], nowMs: () => number) {
    this.#nodes = nodes;
    this.directory = directory;
    this.#nowMs = nowMs;
    this.histories = new RoomHistories(nowMs);
  }

  safety(): string | undefined {
    return this.#violation;
  }

  administrator(room: RoomId): SimNode | undefined {
    return this.#nodes.find((node) => node.store.log(room)?.administrator === node.info.id);
  }

  isDeletedSomewhere(room: RoomId): boolean {
    return this.#nodes.some((node) => node.store.isBuried(room));
  }

  began(client: SimClient, room: RoomId, { epoch, seq }: Position, entries: readonly RoomEntry[]): void {
    this.#contiguous(client, room, entries, seq - entries.length + 1);
    for (const entry of entries) this.#see(client, room, entry);
    this.#positions.set(`${client.actor.name} ${room}`, { epoch, seq });
  }

  entries(client: SimClient, room: RoomId, entries: readonly RoomEntry[]): void {
    const key = `${client.actor.name} ${room}`;
    for (const { epoch, seq, ...rest } of entries) {
      const last = this.#positions.get(key);
      if (last === undefined) {
        this.fail(`${client.actor.name} got an entry of ${room} before it was in it`);
      } else if (seq !== last.seq + 1) {
        this.fail(`${client.actor.name} got entry ${seq} of ${room} after ${last.seq}`);
      } else if (epoch < last.epoch) {
        this.fail(`${client.actor.name} got epoch ${epoch} of ${room} after ${last.epoch}`);
      }
      this.#positions.set(key, { epoch, seq });
      this.#see(client, room, { epoch, seq, ...rest });
    }
  }

  gap(client: SimClient, room: RoomId, from: number, to: number): void {
    const key = `${client.actor.name} ${room}`;
    const last = this.#positions.get(key);
    if (last !== undefined && from !== last.seq + 1) {
      this.fail(`${client.actor.name} was told of a gap from ${from} in ${room} after ${last.seq}`);
    }
    if (to < from) this.fail(`${client.actor.name} was told of a gap that is none in ${room}`);
    const log = this.administrator(room)?.store.log(room);
    if (log !== undefined && log.lastSeq <= bounds.newCopyEntries) {
      this.fail(`${client.actor.name} was told of a gap in ${room}, which every node holds whole`);
    }
    this.#count('gaps');
    this.gapped.add(client);
    this.#positions.set(key, { epoch: last?.epoch ?? 0, seq: to });
  }

  /** It stands where the client remembers to have been. */
  remembered(client: SimClient, room: RoomId, position: Position): void {
    this.#positions.set(`${client.actor.name} ${room}`, position);
  }

  asked({ actor }: SimClient, command: RoomCommand): void {
    this.histories.asked(actor, command);
  }

  joined({ actor }: SimClient, command: RoomCommand): void {
    this.histories.joined(actor, command);
  }

  sent(client: SimClient, room: RoomId, key: string, body: string, position: Position): void {
    this.#count('acknowledged');
    this.#keep(client, { ...position, room, key, body });
  }

  done(client: SimClient, command: RoomCommand, value: RoomAnswer): void {
    this.#count(command.kind);
    const author = client.actor.person;
    switch (command.kind) {
      case 'list':
        return this.#listed(client, value as RoomAnswers['list']);
      case 'history':
        return this.#history(client, command, value as RoomAnswers['history']);
      case 'markRead':
        return this.#marked(command.room, author, command.seq);
      case 'create':
        return this.created(author, command.requestId, (value as RoomAnswers['create']).room.id);
      default:
        if (!('requestId' in command && 'seq' in value && 'epoch' in value)) return;
        this.#keep(client, {
          ...(value as Position),
          room: command.room,
          key: command.requestId,
          body: null,
        });
    }
  }

  /** Somebody is told of the room that a request made: it is there for good, and the only one. */
  created(author: string, requestId: string, room: RoomId): void {
    const before = this.creations.get(`${author} ${requestId}`);
    this.creations.set(`${author} ${requestId}`, room);
    if (this.isDeletedSomewhere(room)) return;
    const node = this.administrator(room);
    if (node === undefined) return this.fail(`${author} was told of the room ${room} before it was durable`);
    if (this.directory.administrator(room) !== node.info.id || node.store.isDraft(room)) {
      this.fail(`${author} was told of the room ${room} before the directory had it`);
    }
    if (before !== undefined && before !== room && !this.isDeletedSomewhere(before)) {
      this.fail(`${author} was told that ${requestId} made ${room}, and before that it made ${before}`);
    }
  }

  refused(client: SimClient, command: RoomCommand, code: ErrorCode): void {
    this.#count('refused');
    this.#count(code);
    this.histories.refused(client.actor, command, code);
    if (!('room' in command) || (code !== 'not_a_member' && code !== 'banned')) return;
    const log = this.administrator(command.room)?.store.log(command.room);
    const first = log?.entries.get(1)?.content;
    const isPrivate = first?.kind === 'created' && first.visibility === 'private';
    if (log === undefined || !isPrivate || wasAsked(log.entries, client.actor.person)) return;
    this.fail(`${client.actor.name} learned by ${code} that the private room ${command.room} exists`);
  }

  deleted(client: SimClient, room: RoomId, node: SimNode): void {
    if (this.isDeletedSomewhere(room)) return;
    this.fail(
      `${client.actor.name} was told by ${node.info.id} that ${room} is deleted, and nobody has decided so`,
    );
  }

  deletion(client: SimClient, { room, requestId }: Deletion, result: RoomResult): void {
    if (!result.ok || !('outcome' in result.value)) return;
    const { outcome } = result.value;
    // Of one room several may be tried; each is named by its request.
    const decided = this.#nodes.some((node) =>
      node.store.snapshot().commits.some(({ role, transaction, state }) => {
        return role === 'coordinator' && transaction.endsWith(`:${requestId}`) && state === outcome;
      }),
    );
    if (outcome === 'committed') this.histories.deleted(client.actor, room);
    if (outcome === 'committed') this.committed.add(room);
    if (outcome === 'aborted') this.aborted.add(`${room} ${requestId}`);
    if (outcome === 'pending' || decided) return;
    this.fail(
      `${client.actor.name} was told that the deletion of ${room} is ${outcome} before it was durable`,
    );
  }

  performed(node: SimNode, output: RoomsOutput): void {
    this.#sent.performed(node, output);
  }

  written(write: RoomWrite): void {
    if (write.kind === 'append') this.histories.written(write.room, write.entries);
  }

  unreadable(client: SimClient, reason: string): void {
    this.fail(`between ${client.actor.name} and a node went what no schema takes: ${reason}`);
  }

  misshown(client: SimClient, sentence: string): void {
    this.fail(`${client.actor.name} ${sentence}`);
  }

  fail(sentence: string): void {
    this.#violation ??= sentence;
  }

  /** What was acknowledged is where it was said to be. */
  missing({ room, epoch, seq, key, body, author }: Acknowledged): string | undefined {
    if (this.isDeletedSomewhere(room)) return undefined;
    const stored = this.administrator(room)?.store.log(room)?.entries.get(seq);
    if (stored?.key !== key || stored.author !== author || stored.epoch !== epoch) {
      return `${key} is not at ${seq} of ${room}`;
    }
    if (body === null) return undefined;
    const kept = stored.content.kind === 'message' ? stored.content.body : undefined;
    return kept === body || kept === null ? undefined : `${key} holds another text`;
  }

  /** It is stored some time later, unless the administrator crashes before. */
  #marked(room: RoomId, person: RoomEntry['author'], seq: number): void {
    this.#judgeMarks();
    const node = this.administrator(room);
    if (node === undefined) return;
    this.#marks.push({ room, person, seq, node, boot: node.process.bootCount, atMs: this.#nowMs() });
  }

  #judgeMarks(): void {
    const untilMs = this.#nowMs() - timing.readMarksMs - storedWithinMs;
    while (this.#marks[0] !== undefined && this.#marks[0].atMs <= untilMs) {
      const { room, person, seq, node, boot } = this.#marks[0];
      this.#marks.shift();
      if (!node.process.alive || node.process.bootCount !== boot) continue;
      this.#count('marksKept');
      const problem = this.readMark(room, person, seq);
      if (problem !== undefined) this.fail(problem);
    }
  }

  /** Undefined too when they have left since: then the mark went with them. */
  readMark(room: RoomId, person: RoomEntry['author'], seq: number): string | undefined {
    const log = this.administrator(room)?.store.log(room);
    const member = log?.members.get(person);
    if (log === undefined || member?.standing !== 'member' || member.read >= seq) return undefined;
    for (let later = seq + 1; later <= log.lastSeq; later++) {
      const content = log.entries.get(later)?.content;
      if (content?.kind === 'left' && content.person === person) return undefined;
    }
    return `${person} has read ${room} up to ${seq}, and ${member.read} is kept`;
  }

  #keep({ actor }: SimClient, told: Omit<Acknowledged, 'author'>): void {
    const acknowledged = { ...told, author: actor.person };
    this.histories.answered(actor, told.room, told.key, told.seq);
    this.acknowledged.push(acknowledged);
    const problem = this.missing(acknowledged);
    if (problem !== undefined) this.fail(`acknowledged before it was durable: ${problem}`);
  }

  #contiguous(client: SimClient, room: RoomId, entries: readonly RoomEntry[], from: number): void {
    for (const [index, { seq }] of entries.entries()) {
      if (seq !== from + index) this.fail(`${client.actor.name} got a list of ${room} with gaps`);
    }
  }

  #listed({ actor }: SimClient, { rooms }: RoomAnswers['list']): void {
    for (const { id, visibility } of rooms) {
      const log = this.administrator(id)?.store.log(id);
      if (visibility === 'public' || actor.operator || log === undefined) continue;
      if (!wasAsked(log.entries, actor.person)) this.fail(`${actor.name} sees the private room ${id}`);
    }
  }

  #history(
    client: SimClient,
    command: Extract<RoomCommand, { kind: 'history' }>,
    { entries, complete }: RoomAnswers['history'],
  ): void {
    const { room, before = Number.POSITIVE_INFINITY, after, limit } = command;
    const first = entries[0]?.seq ?? 0;
    this.#contiguous(client, room, entries, first);
    if (entries.length > limit || (entries.at(-1)?.seq ?? 0) >= before) {
      this.fail(`${client.actor.name} asked for ${limit} entries before ${before} and got others`);
    }
    const due = (after ?? 0) + 1;
    if (complete && first > due) this.fail(`${client.actor.name} was told that nothing is before ${first}`);
    for (const entry of entries) this.#see(client, room, entry);
  }

  /** One value per place everywhere; what is shown is durable at the administrator, and meant for who sees it. */
  #see(client: SimClient, room: RoomId, entry: RoomEntry): void {
    this.#count('shown');
    const { name, person } = client.actor;
    const key = `${room} ${entry.seq}`;
    const value = `${entry.epoch} ${entry.author} ${entry.key} ${entry.content.kind}`;
    const seen = this.#seen.get(key);
    if (seen !== undefined && seen !== value) this.fail(`${name} saw ${value} at ${key}, where ${seen} was`);
    this.#seen.set(key, value);
    const forgottenMs = client.node?.store.forgottenMs(room, entry.seq);
    const hasBody = 'body' in entry.content && entry.content.body !== null;
    if (hasBody && forgottenMs !== undefined && forgottenMs < this.#nowMs() - onItsWayMs) {
      this.fail(`${name} was shown the text at ${key}, which was taken away`);
    }
    const log = this.administrator(room)?.store.log(room);
    if (log === undefined || this.isDeletedSomewhere(room)) return;
    const stored = log.entries.get(entry.seq);
    if (stored === undefined) {
      this.fail(`${name} was shown ${key} before it was durable`);
    } else if (`${stored.epoch} ${stored.author} ${stored.key} ${stored.content.kind}` !== value) {
      this.fail(`${name} was shown ${value} at ${key}, which its administrator does not hold`);
    }
    if (!mayBeShown(log.entries, log.lastSeq, person, entry.seq)) {
      this.fail(`${name} was shown ${key}, and is not in that room`);
    }
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}
