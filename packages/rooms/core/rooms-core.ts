/**
 * The rooms core of one node: the cluster it sees, the rooms it orders, the
 * copies it keeps, the clients that are connected to it. Pure; the drivers check
 * what arrives and carry out what it asks (design, sections 1 and 7).
 */
import type { Core, Now, Random } from '@bothy/protocols';
import type {
  Author,
  LocalCommand,
  NodeId,
  OrderedCommand,
  Position,
  Resumed,
  ResumeRequest,
  RoomActor,
  RoomEntry,
  RoomId,
  RoomInfo,
  RoomMember,
  RoomResult,
} from '@bothy/wire';
import { roomLimits } from '@bothy/wire';
import { Attendance } from './attendance.ts';
import { bounds, type RoomsConfig } from './config.ts';
import { Copies, unavailableSentence } from './copies.ts';
import { Deletions } from './deletions.ts';
import { Directory } from './directory.ts';
import { Followers } from './followers.ts';
import { Forwards, unreachable } from './forwards.ts';
import type { RoomClusterMessage, RoomsInput } from './inputs.ts';
import { Nodes, type NodeView } from './nodes.ts';
import { Ordering, type OrderRequest, type Origin } from './ordering.ts';
import type { RoomsOutput } from './outputs.ts';
import { notAMember, refuses } from './permissions.ts';
import type { RoomsSnapshot } from './records.ts';
import { Room } from './room.ts';
import { Serving, withinAnswer } from './serving.ts';
import { type Session, Sessions } from './sessions.ts';
import { Shelf } from './shelf.ts';
import { refusal, Step } from './step.ts';
import { sizeOf, Tails } from './tails.ts';

type Command = Extract<RoomsInput, { kind: 'command' }>;

export class RoomsCore implements Core<RoomsInput, RoomsOutput> {
  readonly #config: RoomsConfig;
  readonly #random: Random;
  readonly #fresh: boolean;
  readonly #tails = new Tails();
  readonly #shelf: Shelf;
  readonly #nodes: Nodes;
  readonly #sessions: Sessions;
  readonly #serving: Serving;
  readonly #attendance: Attendance;
  readonly #followers: Followers;
  readonly #copies: Copies;
  readonly #directory: Directory;
  readonly #forwards: Forwards;
  readonly #ordering: Ordering;
  readonly #deletions: Deletions;
  /** Entries delivered since the last heartbeat, and per second at it. */
  #delivered = 0;
  #messagesPerSecond = 0;

  /** `random` names rooms, and spreads dials; it must differ from start to start and from node to node. */
  constructor(config: RoomsConfig, snapshot: RoomsSnapshot, random: Random) {
    this.#config = config;
    this.#random = random;
    this.#fresh = snapshot.fresh;
    const self = config.self.id;
    this.#shelf = new Shelf(self, snapshot);
    this.#serving = new Serving(this.#tails);
    this.#attendance = new Attendance(self, {
      room: (id) => this.#shelf.own(id),
      followers: (room) => this.#followers.reached(room.id),
      leaves: (step, room, person, reason) => this.#leaves(step, room, person, reason),
    });
    this.#followers = new Followers(this.#serving, this.#attendance);
    this.#sessions = new Sessions({
      came: (step, room, person) => this.#came(step, room, person),
      went: (step, room, person) => this.#went(step, room, person),
      deserted: (step, room) => this.#deserted(step, room),
    });
    this.#nodes = new Nodes(config, snapshot.nodes, random, {
      linked: (step, node) => this.#linked(step, node),
      lost: (step, node) => this.#lost(step, node),
      forgotten: (step, node) => this.#nodeForgotten(step, node),
      load: () => ({
        sessions: this.#sessions.count,
        rooms: this.#shelf.ownCount,
        messagesPerSecond: this.#messagesPerSecond,
      }),
    });
    this.#copies = new Copies(this.#shelf, this.#tails, this.#sessions, {
      isReachable: (node) => this.#nodes.isReachable(node),
      deleted: (step, room) => this.#bury(step, room, []),
    });
    this.#directory = new Directory(this.#shelf, this.#nodes);
    this.#forwards = new Forwards(random);
    this.#ordering = new Ordering(this.#tails, {
      answer: (step, origin, result) => this.#answer(step, origin, result),
      joined: (step, room, request) => this.#joined(step, room, request),
      publish: (step, room, entries, trace) => this.#publish(step, room, entries, trace),
      delete: (step, room, request) => this.#deletions.begin(step, room, request),
    });
    this.#deletions = new Deletions(snapshot.commits, random, {
      room: (id) => this.#shelf.get(id),
      isOwn: (room) => this.#shelf.isOwn(room),
      participants: (step, id) => this.#followers.withMembers(id, step.now.monoMs),
      isBusy: (room) => this.#forwards.has(room.id) || this.#copies.isAwaited(room.id),
      isCurrent: (room) => this.#copies.isCurrent(room),
      answer: (step, origin, result) => this.#answer(step, origin, result),
      changed: (step, room) => {
        if (this.#shelf.isOwn(room)) this.#directory.changed(step, room.id);
      },
      bury: (step, room, told) => this.#bury(step, room, told),
    });
  }

  step(input: RoomsInput, now: Now): readonly RoomsOutput[] {
    const step = new Step(now);
    switch (input.kind) {
      case 'start':
        this.#start(step);
        break;
      case 'command':
        this.#command(step, input);
        break;
      case 'message':
        if (this.#nodes.heard(step, input.from)) this.#message(step, input.from, input.message);
        break;
      case 'found':
        this.#serving.found(step, input.id, input.answer);
        this.#ordering.found(step, input.id, input.answer);
        this.#copies.found(step, input.id, input.answer);
        break;
      case 'timer':
        this.#timer(step, input.key);
        break;
      case 'sessionOpened':
        this.#sessionOpened(step, input.session, input.actor, input.resume);
        break;
      case 'sessionClosed':
        this.#sessions.closed(step, input.session);
        break;
      case 'linkUp':
        this.#nodes.linkUp(step, input.node, input.dialled);
        break;
      case 'linkDown':
        this.#nodes.linkDown(step, input.node);
        break;
      case 'dialFailed':
        this.#nodes.dialFailed(step, input.address);
        break;
      case 'forgetNode':
        step.emit({ kind: 'forgotten', id: input.id, known: this.#nodes.forget(step, input.node) });
        break;
      case 'durable':
        break;
    }
    return step.outputs;
  }

  /** The cluster as this node sees it: to be shown, so it changes nothing. */
  get clusterView(): {
    readonly nodes: readonly NodeView[];
    readonly rooms: readonly RoomInfo[];
    readonly sessions: number;
    readonly messagesPerSecond: number;
    readonly deletions: ReturnType<Deletions['recent']>;
  } {
    const all: RoomActor = { person: '', name: '', verified: true, operator: true };
    return {
      nodes: this.#nodes.views(),
      rooms: this.#directory.list(all),
      sessions: this.#sessions.count,
      messagesPerSecond: this.#messagesPerSecond,
      deletions: this.#deletions.recent(),
    };
  }

  #start(step: Step): void {
    this.#nodes.start(step);
    this.#deletions.recover(step);
    for (const room of this.#shelf.all) if (this.#shelf.isOwn(room)) this.#attendance.started(step, room);
    if (!this.#fresh || this.#config.defaultRoom === '') return;
    const actor: RoomActor = {
      person: `node:${this.#config.self.id}`,
      name: this.#config.self.id,
      verified: true,
      operator: true,
    };
    const command: Extract<LocalCommand, { kind: 'create' }> = {
      kind: 'create',
      requestId: '~default',
      name: this.#config.defaultRoom,
      description: 'Open to everybody at this node.',
      visibility: 'public',
    };
    this.#makeRoom(step, actor, command, false);
  }

  // --- clients ------------------------------------------------------------

  #command(step: Step, { id, session, actor, command, trace }: Command): void {
    const origin: Origin = { id, session, node: null };
    if (command.kind === 'list') {
      const rooms = this.#directory.list(actor);
      return step.reply(id, session, { ok: true, value: { rooms, unreachable: this.#nodes.unreachable } });
    }
    if (command.kind === 'create') return this.#create(step, origin, actor, command);
    if (this.#shelf.isBuried(command.room)) {
      return step.reply(id, session, refusal('room_deleted', 'This room was deleted.'));
    }
    const request: OrderRequest = { origin, actor, command, trace };
    const room = this.#shelf.get(command.room);
    if (room !== undefined && this.#shelf.isOwn(room)) return this.#ordered(step, room, request);
    this.#elsewhere(step, room, request);
  }

  /** A command for a room that another node orders. */
  #elsewhere(step: Step, copy: Room | undefined, request: OrderRequest): void {
    const { origin, actor, command, trace } = request;
    const administrator = this.#directory.administratorOf(command.room);
    if (administrator === undefined) return this.#answer(step, origin, this.#unknownRoom());
    if (copy !== undefined && this.#answersFromCopy(copy, actor, command)) {
      return this.#ordered(step, copy, request);
    }
    if (!this.#nodes.isReachable(administrator)) {
      return this.#answer(step, origin, unreachable(administrator));
    }
    if (command.kind === 'typing') {
      if (copy === undefined) return this.#answer(step, origin, this.#unknownRoom());
      if (!copy.isMember(actor.person)) return this.#answer(step, origin, notAMember(copy, actor));
      const { room, active } = command;
      step.sendEarly(administrator, { kind: 'typing', room, person: actor.person, name: actor.name, active });
      return this.#answer(step, origin, { ok: true, value: {} });
    }
    if (copy !== undefined && copy.deleting !== null && command.kind !== 'delete') {
      return this.#answer(
        step,
        origin,
        refusal('room_busy', 'This room is being deleted and takes nothing new.'),
      );
    }
    const forwarded = command.kind === 'join' ? { ...command, limit: 0 } : command;
    this.#forwards.forward(step, administrator, actor, forwarded, trace, (next, result) => {
      this.#forwarded(next, request, administrator, result);
    });
  }

  /** Reading needs no administrator where the copy is up to date, or all there is. */
  #answersFromCopy(copy: Room, actor: RoomActor, command: OrderedCommand): boolean {
    const isCurrent = this.#copies.isLive(copy.id) || !this.#nodes.isReachable(copy.administrator);
    if (!isCurrent || !copy.isMember(actor.person)) return false;
    if (command.kind === 'info') return true;
    if (command.kind === 'join') {
      // Who has seen more than this copy holds would be told all of it anew.
      const isBehind = command.after !== undefined && isAheadOf(copy, command.after);
      return !isBehind && !this.#nodes.isReachable(copy.administrator);
    }
    // What this copy does not hold yet may be there at the administrator.
    if (command.kind === 'history' && (command.after ?? 0) > copy.lastSeq) {
      return !this.#nodes.isReachable(copy.administrator);
    }
    return (
      command.kind === 'history' &&
      (historyRange(copy, command).from > copy.base || !this.#nodes.isReachable(copy.administrator))
    );
  }

  #forwarded(step: Step, request: OrderRequest, administrator: NodeId, result: RoomResult): void {
    const { origin, actor, command } = request;
    if (!result.ok || command.kind !== 'join' || origin.session === null || !('members' in result.value)) {
      return this.#answer(step, origin, result);
    }
    const seq =
      'room' in result.value && typeof result.value.room === 'object' ? result.value.room.lastSeq : 0;
    const read = 'read' in result.value ? result.value.read : 0;
    this.#copies.whenLive(step, command.room, administrator, seq, (next, outcome) => {
      const room = this.#shelf.get(command.room);
      if (outcome !== 'live' || room === undefined) {
        return this.#answer(next, origin, unreachable(administrator));
      }
      if (!room.isMember(actor.person)) {
        return this.#answer(next, origin, refusal('not_a_member', 'You have left this room meanwhile.'));
      }
      this.#giveRoom(next, room, request, read);
    });
  }

  #unknownRoom(): Extract<RoomResult, { ok: false }> {
    const [node] = this.#nodes.unreachable;
    if (node === undefined)
      return refusal('room_not_found', 'There is no such room, or it needs an invitation.');
    const sentence = `This room is not known here, and the node ${node} cannot be asked. Try again when it is back.`;
    return refusal('administrator_unreachable', sentence);
  }

  // --- rooms of this node, and copies that can answer ----------------------

  #ordered(step: Step, room: Room, request: OrderRequest): void {
    const { origin, actor, command } = request;
    switch (command.kind) {
      case 'info':
      case 'history':
      case 'typing':
      case 'markRead': {
        const refused = refuses(room, actor, command);
        if (refused !== undefined) return this.#answer(step, origin, refused);
        if (command.kind === 'info') {
          const info = room.info(this.#stateOf(room));
          return this.#answer(step, origin, { ok: true, value: { room: info, members: room.memberList() } });
        }
        if (command.kind === 'history') return this.#history(step, room, origin, command);
        if (command.kind === 'typing')
          this.#typing(step, room, actor.person, actor.name, command.active, null);
        else if (command.seq > room.lastSeq) {
          const sentence = `This log ends at ${room.lastSeq}: it has no position ${command.seq}.`;
          return this.#answer(step, origin, refusal('bad_request', sentence));
        } else this.#markRead(step, room, actor.person, command.seq);
        return this.#answer(step, origin, { ok: true, value: {} });
      }
      case 'join':
        if (this.#shelf.isOwn(room)) return this.#ordering.order(step, room, request);
        return this.#giveRoom(step, room, request, 0);
      default:
        return this.#ordering.order(step, room, request);
    }
  }

  #stateOf(room: Room): RoomInfo['state'] {
    if (this.#shelf.isOwn(room)) return 'available';
    if (!this.#nodes.isReachable(room.administrator)) return 'unavailable';
    return this.#copies.isLive(room.id) ? 'available' : 'catchingUp';
  }

  #history(
    step: Step,
    room: Room,
    origin: Origin,
    command: Extract<OrderedCommand, { kind: 'history' }>,
  ): void {
    const { from, to, wanted } = historyRange(room, command);
    if (command.after !== undefined && command.after > room.lastSeq) {
      const sentence = `This log ends at ${room.lastSeq}: it has no position ${command.after}.`;
      return this.#answer(step, origin, refusal('bad_request', sentence));
    }
    const keep = command.after === undefined ? 'last' : 'first';
    const collected: RoomEntry[] = [];
    const done = (next: Step): void => {
      const entries = withinAnswer(collected, keep);
      const complete = from === wanted && entries.length === collected.length;
      this.#answer(next, origin, { ok: true, value: { entries, complete } });
    };
    const isRead = this.#serving.read(step, {
      room,
      from,
      to,
      page: (next, entries, isLast) => {
        collected.push(...entries);
        if (isLast) done(next);
        return true;
      },
      lost: (next) => this.#answer(next, origin, tooBusy),
    });
    if (!isRead) this.#answer(step, origin, tooBusy);
  }

  #typing(step: Step, room: Room, person: Author, name: string, active: boolean, from: NodeId | null): void {
    step.notice({ room: room.id }, { kind: 'typing', room: room.id, person, name, active });
    if (!this.#shelf.isOwn(room)) return;
    for (const node of this.#followers.reached(room.id)) {
      if (node !== from) step.sendEarly(node, { kind: 'typing', room: room.id, person, name, active });
    }
  }

  #markRead(step: Step, room: Room, person: Author, seq: number): void {
    const member = room.members.get(person);
    if (member === undefined || seq <= member.read || seq > room.lastSeq) return;
    const read = { ...member, read: seq };
    room.members.set(person, read);
    step.persist({ kind: 'putMember', member: read });
  }

  #create(
    step: Step,
    { id, session }: Origin,
    actor: RoomActor,
    command: Extract<LocalCommand, { kind: 'create' }>,
  ): void {
    const createdBy = `${actor.person} ${command.requestId}`;
    const known = this.#shelf.all.find((room) => room.createdBy === createdBy);
    if (known !== undefined)
      return step.reply(id, session, { ok: true, value: { room: known.info('available') } });
    if (this.#shelf.ownCount >= bounds.roomsPerNode) {
      const sentence = `This node keeps ${bounds.roomsPerNode} rooms, which is as many as fit. Delete some, or use another node.`;
      return step.reply(id, session, refusal('limit_reached', sentence));
    }
    const { room, entries } = this.#makeRoom(step, actor, command, true);
    step.reply(id, session, { ok: true, value: { room: room.info('available') } });
    const opened = session === null ? undefined : this.#sessions.get(session);
    if (opened === undefined) return;
    this.#sessions.attach(step, opened, room);
    step.deliver(room.id, entries, undefined);
  }

  #makeRoom(
    step: Step,
    actor: RoomActor,
    command: Extract<LocalCommand, { kind: 'create' }>,
    joins: boolean,
  ): { readonly room: Room; readonly entries: readonly RoomEntry[] } {
    const { name, description, visibility, requestId } = command;
    const administrator = this.#config.self.id;
    const room = new Room({
      id: roomId(this.#random),
      name,
      description,
      visibility,
      administrator,
      epoch: 1,
      base: 0,
      lastSeq: 0,
      memberCount: 0,
      createdBy: `${actor.person} ${requestId}`,
      pinned: [],
    });
    this.#shelf.add(room);
    step.persist(
      { kind: 'putRoom', room: room.record() },
      { kind: 'putEpoch', room: room.id, epoch: 1, firstSeq: 1, administrator },
    );
    const author = { author: actor.person, name: actor.name };
    const created = { kind: 'created', roomName: name, description, visibility } as const;
    const joined = { kind: 'joined', person: actor.person, personName: actor.name, role: 'owner' } as const;
    const drafts = [
      { ...author, key: requestId, content: created },
      ...(joins ? [{ ...author, key: '~joined', content: joined }] : []),
    ];
    const entries = this.#ordering.begin(step, room, drafts);
    this.#directory.changed(step, room.id);
    return { room, entries };
  }

  /** The actor is a member: their session gets what it asked for, and all that follows. */
  #joined(step: Step, room: Room, request: OrderRequest): void {
    const { origin, actor } = request;
    const read = room.members.get(actor.person)?.read ?? 0;
    if (origin.node === null) return this.#giveRoom(step, room, request, read);
    this.#answer(step, origin, {
      ok: true,
      value: { room: room.info('available'), members: [], entries: [], complete: false, read },
    });
  }

  /** The room is still here, and this person in it. */
  #isIn(room: Room, person: Author): boolean {
    return this.#shelf.get(room.id) === room && room.isMember(person);
  }

  #giveRoom(step: Step, room: Room, { origin, actor, command }: OrderRequest, read: number): void {
    if (command.kind !== 'join') return;
    const session = origin.session === null ? undefined : this.#sessions.get(origin.session);
    // Already attached: what it has not seen is on its way, so it is served up to here and nothing else changes.
    const after = positionIn(room, command.after);
    const from = Math.max(after + 1, room.lastSeq - command.limit + 1, room.base + 1);
    const collected: RoomEntry[] = [];
    const isRead = this.#serving.read(step, {
      room,
      from,
      to: null,
      page: (next, entries, isLast) => {
        collected.push(...entries);
        if (!isLast) return true;
        // Banned, gone, or the room deleted while it was read: then they get nothing of what follows.
        if (!this.#isIn(room, actor.person)) {
          this.#answer(next, origin, notAMember(room, actor));
          return false;
        }
        const shown = withinAnswer(collected, 'last');
        const value = {
          room: room.info(this.#stateOf(room)),
          members: membersFor(room, session?.actor.person),
          entries: shown,
          complete: from === after + 1 && shown.length === collected.length,
          read,
        };
        this.#answer(next, origin, { ok: true, value });
        if (session !== undefined) this.#sessions.attach(next, session, room);
        return true;
      },
      lost: (next) => this.#answer(next, origin, tooBusy),
    });
    if (!isRead) this.#answer(step, origin, tooBusy);
  }

  #publish(step: Step, room: Room, entries: readonly RoomEntry[], trace: string | undefined): void {
    this.#delivered += entries.length;
    const leaves = entries.filter(({ content }) => content.kind === 'left' && !room.isMember(content.person));
    this.#sessions.deliver(step, room, entries, new Set(leaves.map(({ seq }) => seq)), trace);
    this.#followers.publish(step, room, entries, trace);
    if (entries.some(({ content }) => content.kind !== 'message')) this.#directory.changed(step, room.id);
  }

  #leaves(
    step: Step,
    room: Room,
    person: Author,
    reason: 'nodeFailed' | 'disconnected' | 'left' | 'banned',
  ): void {
    if (reason === 'nodeFailed' || reason === 'disconnected')
      this.#ordering.leaves(step, room, person, reason);
  }

  #bury(step: Step, room: Room, told: readonly NodeId[]): void {
    step.persist({ kind: 'deleteRoom', room: room.id, epoch: room.epoch });
    const reason = 'This room was deleted.';
    step.notice({ room: room.id }, { kind: 'state', room: room.id, state: 'deleted', reason });
    this.#shelf.bury(room);
    this.#sessions.detachAll(step, room);
    this.#ordering.forget(step, room);
    this.#copies.forget(step, room.id);
    // Who began to follow it after the votes were asked for took no part.
    for (const node of this.#followers.reached(room.id)) {
      if (!told.includes(node)) step.send(node, { kind: 'notFollowing', room: room.id, reason: 'deleted' });
    }
    this.#followers.forget(room.id);
    this.#attendance.forget(step, room.id);
    this.#tails.drop(room.id);
    this.#directory.forgetRoom(room.id);
    if (this.#shelf.isOwn(room)) this.#directory.removed(step, room.id);
  }

  #answer(step: Step, { id, session, node }: Origin, result: RoomResult): void {
    if (node === null) step.reply(id, session, result);
    else step.send(node, { kind: 'forwarded', id, result });
  }

  // --- sessions -------------------------------------------------------------

  #sessionOpened(step: Step, id: string, actor: RoomActor, resume: readonly ResumeRequest[]): void {
    const session = this.#sessions.opened(id, actor);
    const requests = resume.slice(0, roomLimits.resumeRooms);
    const refused = new Map<RoomId, Resumed>();
    let open = requests.length;
    const settle = (next: Step): void => {
      if (open > 0 || this.#sessions.get(id) !== session) return;
      // Looked at now, all at once: what held for the first may have changed while the last was waited for.
      const list = requests.map((each) => refused.get(each.room) ?? this.#resumedAt(session, each));
      next.emit({ kind: 'opened', session: id, resumed: list });
      for (const each of list) if ('from' in each) this.#goOn(next, session, each.room, each.from, requests);
    };
    for (const request of requests) {
      this.#resume(step, request, (next, result) => {
        if (result !== undefined) refused.set(request.room, result);
        open -= 1;
        settle(next);
      });
    }
    if (requests.length === 0) settle(step);
  }

  /** Gets hold of a room for a session; with a result when that cannot be. */
  #resume(
    step: Step,
    { room: id }: ResumeRequest,
    done: (step: Step, refused: Resumed | undefined) => void,
  ): void {
    if (this.#shelf.isBuried(id) || this.#shelf.own(id) !== undefined) return done(step, undefined);
    const administrator = this.#directory.administratorOf(id);
    if (administrator === undefined) return done(step, refusedRoom(id, this.#unknownRoom()));
    this.#copies.whenLive(step, id, administrator, 0, (next, outcome) => {
      if (outcome === 'live') return done(next, undefined);
      if (outcome !== 'administrator_unreachable') {
        return done(next, refusedRoom(id, refusal(outcome, 'There is no such room any more.')));
      }
      const isHere = this.#shelf.get(id) !== undefined;
      done(next, isHere ? undefined : refusedRoom(id, unreachable(administrator)));
    });
  }

  /** How a room goes on for a session; what it missed is read afterwards. */
  #resumedAt(session: Session, { room: id, epoch, seq }: ResumeRequest): Resumed {
    if (this.#shelf.isBuried(id)) return refusedRoom(id, refusal('room_deleted', 'This room was deleted.'));
    const room = this.#shelf.get(id);
    if (room === undefined) return refusedRoom(id, this.#unknownRoom());
    const { actor } = session;
    if (!room.isMember(actor.person)) return refusedRoom(id, notAMember(room, actor));
    const isAhead = isAheadOf(room, { epoch, seq });
    // A copy that has fallen behind cannot say that what came later does not exist.
    if (isAhead && !this.#shelf.isOwn(room) && !this.#copies.isLive(id)) {
      return refusedRoom(id, unreachable(room.administrator));
    }
    if (epoch !== room.epoch || seq > room.lastSeq) {
      return { room: id, reset: { commonSeq: epoch === room.epoch ? room.lastSeq : 0 } };
    }
    const from = Math.max(seq + 1, room.base + 1, room.lastSeq - roomLimits.resumeEntries + 1);
    return { room: id, from, complete: from === seq + 1 };
  }

  #goOn(step: Step, session: Session, id: RoomId, from: number, requests: readonly ResumeRequest[]): void {
    const seq = requests.find(({ room }) => room === id)?.seq ?? 0;
    if (from > seq + 1) {
      step.notice({ session: session.id }, { kind: 'gap', room: id, from: seq + 1, to: from - 1 });
    }
    this.#replay(step, session, id, from);
  }

  /** In it, or out of it by an entry that is still to come: the administrator's answer has told of it already. */
  #goesOn(room: Room, person: Author): boolean {
    return this.#isIn(room, person) || (this.#shelf.get(room.id) === room && this.#copies.isBehind(room));
  }

  #replay(step: Step, session: Session, id: RoomId, from: number): void {
    const room = this.#shelf.get(id);
    if (room === undefined) return;
    let due = from;
    let bytes = 0;
    const isOver = (): boolean => this.#sessions.get(session.id) !== session || session.rooms.has(room);
    /** What is not sent is a gap that is told; history has it. */
    const rest = (now: Step): false => {
      if (isOver() || !this.#goesOn(room, session.actor.person)) return false;
      if (due <= room.lastSeq) {
        now.notice({ session: session.id }, { kind: 'gap', room: id, from: due, to: room.lastSeq });
      }
      this.#sessions.attach(now, session, room);
      return false;
    };
    const isRead = this.#serving.read(step, {
      room,
      from,
      to: null,
      page: (now, entries, isLast) => {
        if (isOver()) return false;
        const fitting = entries.filter((entry) => {
          bytes += sizeOf(entry);
          return bytes <= bounds.replayBytes;
        });
        if (fitting.length > 0) {
          now.emit({ kind: 'deliverTo', session: session.id, room: id, entries: fitting });
        }
        due = (fitting.at(-1)?.seq ?? due - 1) + 1;
        if (bytes > bounds.replayBytes) return rest(now);
        if (!isLast) return true;
        if (!this.#goesOn(room, session.actor.person)) return false;
        this.#sessions.attach(now, session, room);
        if (this.#stateOf(room) !== 'unavailable') return false;
        const reason = unavailableSentence(room.administrator);
        now.notice({ session: session.id }, { kind: 'state', room: id, state: 'unavailable', reason });
        return false;
      },
      lost: rest,
    });
    if (!isRead) rest(step);
  }

  #came(step: Step, room: Room, person: Author): void {
    if (this.#shelf.isOwn(room)) return this.#attendance.came(step, room, person, this.#config.self.id);
    this.#copies.wanted(step, room);
    this.#report(step, room, person, 'online');
  }

  #went(step: Step, room: Room, person: Author): void {
    if (this.#shelf.isOwn(room)) this.#attendance.went(step, room, person, this.#config.self.id, false);
    else this.#report(step, room, person, 'away');
  }

  #deserted(step: Step, room: Room): void {
    if (!this.#shelf.isOwn(room)) this.#copies.deserted(step, room);
  }

  #report(step: Step, room: Room, person: Author, presence: 'online' | 'away'): void {
    if (!this.#nodes.isReachable(room.administrator)) return;
    step.send(room.administrator, { kind: 'presence', room: room.id, persons: [{ person, presence }] });
  }

  // --- other nodes -----------------------------------------------------------

  #listed(
    step: Step,
    from: NodeId,
    { rooms, removed, whole }: Extract<RoomClusterMessage, { kind: 'directory' }>,
  ): void {
    if (!this.#directory.told(from, rooms, removed, whole)) return;
    this.#copies.unlisted(step, from, (room) => this.#directory.isListed(from, room));
  }

  #linked(step: Step, node: NodeId): void {
    this.#directory.tellAll(step, node);
    this.#copies.linked(step, node);
    this.#deletions.linked(step, node);
  }

  #lost(step: Step, node: NodeId): void {
    this.#followers.lost(node, step.now.monoMs);
    for (const room of this.#shelf.all) {
      if (this.#shelf.isOwn(room)) this.#attendance.nodeFailed(step, room, node);
    }
    this.#forwards.lost(step, node);
    this.#copies.lost(step, node);
  }

  #nodeForgotten(step: Step, node: NodeId): void {
    this.#directory.forgetNode(node);
    this.#deletions.forgetNode(step, node);
  }

  #message(step: Step, from: NodeId, message: RoomClusterMessage): void {
    switch (message.kind) {
      case 'heartbeat':
        return this.#nodes.heartbeat(step, from, message.nodes, message.load);
      case 'directory':
        return this.#listed(step, from, message);
      case 'follow':
        return this.#follow(step, from, message.room, message.after, message.online);
      case 'unfollow': {
        const room = this.#shelf.own(message.room);
        return room === undefined ? undefined : this.#followers.unfollow(step, room, from);
      }
      case 'following':
        return this.#copies.following(step, from, message);
      case 'notFollowing':
        return this.#copies.notFollowing(step, from, message);
      case 'deliver':
        this.#delivered += message.entries.length;
        return this.#copies.deliver(step, from, message);
      case 'forward':
        return this.#forward(step, from, message);
      case 'forwarded':
        return this.#forwards.forwarded(step, from, message.id, message.result);
      case 'presence':
        return this.#presence(step, from, message);
      case 'typing': {
        const room = this.#shelf.get(message.room);
        if (room === undefined || !room.isMember(message.person)) return;
        return this.#typing(step, room, message.person, message.name, message.active, from);
      }
      case 'forget':
        this.#nodes.forget(step, message.node);
        return;
      case 'commit':
        return this.#deletions.message(step, from, message.message);
    }
  }

  #follow(step: Step, from: NodeId, id: RoomId, after: Position, online: readonly Author[]): void {
    const room = this.#shelf.own(id);
    if (room !== undefined) return this.#followers.follow(step, room, from, after, online);
    const reason = this.#shelf.isBuried(id) ? 'deleted' : 'unknown';
    step.send(from, { kind: 'notFollowing', room: id, reason });
  }

  #forward(step: Step, from: NodeId, message: Extract<RoomClusterMessage, { kind: 'forward' }>): void {
    const { id, actor, command, trace } = message;
    const origin: Origin = { id, session: null, node: from };
    const room = this.#shelf.own(command.room);
    if (room !== undefined) return this.#ordered(step, room, { origin, actor, command, trace });
    const code = this.#shelf.isBuried(command.room) ? 'room_deleted' : 'room_not_found';
    this.#answer(step, origin, refusal(code, 'There is no such room any more.'));
  }

  #presence(step: Step, from: NodeId, message: Extract<RoomClusterMessage, { kind: 'presence' }>): void {
    const room = this.#shelf.own(message.room);
    if (room === undefined) return this.#copies.presence(step, from, message);
    for (const { person, presence } of message.persons) {
      if (!room.isMember(person)) continue;
      if (presence === 'online') this.#attendance.came(step, room, person, from);
      else this.#attendance.went(step, room, person, from, false);
    }
  }

  #timer(step: Step, key: string): void {
    const space = key.indexOf(' ');
    const kind = space < 0 ? key : key.slice(0, space);
    const rest = space < 0 ? '' : key.slice(space + 1);
    switch (kind) {
      case 'heartbeat':
        this.#messagesPerSecond = this.#delivered;
        this.#delivered = 0;
        return this.#nodes.heartbeatTimerFired(step);
      case 'dial':
        return this.#nodes.dialTimerFired(step, rest);
      case 'directory':
        return this.#directory.timerFired(step);
      case 'forwards':
        return this.#forwards.timerFired(step);
      case 'absent':
        return this.#attendance.absenceTimerFired(step, rest);
      case 'guest':
        return this.#attendance.guestTimerFired(step, rest);
      case 'live':
        return this.#copies.liveTimerFired(step, rest);
      case 'follow':
        return this.#copies.followTimerFired(step, rest);
      case 'unfollow':
        return this.#copies.unfollowTimerFired(step, rest);
      case 'deletion':
        return this.#deletions.timerFired(step, rest);
    }
  }
}

const tooBusy = refusal('rate_limited', 'Too much is being read here. Try again in a moment.');

/** Who asks is there, though the room may hear of it only now. */
function membersFor(room: Room, person: Author | undefined): RoomMember[] {
  return room.memberList().map((member) => {
    return member.person === person ? { ...member, presence: 'online' } : member;
  });
}

function refusedRoom(room: RoomId, { code, message }: Extract<RoomResult, { ok: false }>): Resumed {
  return { room, code, message };
}

function isAheadOf(room: Room, { epoch, seq }: Position): boolean {
  return epoch > room.epoch || (epoch === room.epoch && seq > room.lastSeq);
}

/** The last `seq` that a client says it has, where the log knows that position; 0 otherwise. */
function positionIn(room: Room, after: Position | undefined): number {
  if (after === undefined || after.epoch !== room.epoch || after.seq > room.lastSeq) return 0;
  return after.seq;
}

/** What `room.history` asks for, and how much of it one answer holds. */
function historyRange(
  room: Room,
  { before, after, limit }: Extract<OrderedCommand, { kind: 'history' }>,
): { readonly from: number; readonly to: number; readonly wanted: number } {
  const start = room.base + 1;
  if (after !== undefined) {
    const wanted = after + 1;
    const from = Math.max(wanted, start);
    const to = Math.min(room.lastSeq, from + limit - 1, (before ?? Number.POSITIVE_INFINITY) - 1);
    return { from, to, wanted: to < room.lastSeq && before === undefined ? 0 : wanted };
  }
  const to = Math.min(room.lastSeq, (before ?? Number.POSITIVE_INFINITY) - 1);
  return { from: Math.max(start, to - limit + 1, 1), to, wanted: 1 };
}

/** 100 bits: nobody guesses the id of a private room, and no two nodes make the same. */
function roomId(random: Random): RoomId {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from({ length: 20 }, () => letters[random.below(32)]).join('');
}
