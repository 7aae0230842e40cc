/**
 * The rooms core of one node: the cluster it sees, the rooms it orders, the
 * copies it keeps, the clients that are connected to it. Pure; the drivers check
 * what arrives and carry out what it asks (design, sections 1 and 7).
 */
import type { Core, Now, Random } from '@bothy/protocols';
import type { NodeId, RoomActor, RoomEntry, RoomId, RoomInfo } from '@bothy/wire';
import { Attendance } from './attendance.ts';
import { buryRoom } from './burying.ts';
import { Claims } from './claims.ts';
import { came, went } from './comings.ts';
import { Commands } from './commands.ts';
import type { RoomsConfig } from './config.ts';
import { Copies } from './copies.ts';
import { Deletions } from './deletions.ts';
import { Directory } from './directory.ts';
import { Followers } from './followers.ts';
import { Forwards } from './forwards.ts';
import type { RoomsInput } from './inputs.ts';
import { Nodes, type NodeView } from './nodes.ts';
import { Ordering } from './ordering.ts';
import type { RoomsOutput } from './outputs.ts';
import { answer, type Parts } from './parts.ts';
import type { RoomsSnapshot } from './records.ts';
import { Resuming } from './resuming.ts';
import type { Room } from './room.ts';
import { RoomMaking } from './room-making.ts';
import { RoomReading } from './room-reading.ts';
import { Serving } from './serving.ts';
import { Sessions } from './sessions.ts';
import { Shelf } from './shelf.ts';
import { Step } from './step.ts';
import { Tails } from './tails.ts';
import { Talk } from './talk.ts';
import { Twins } from './twins.ts';

export class RoomsCore implements Core<RoomsInput, RoomsOutput> {
  readonly #config: RoomsConfig;
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
  readonly #twins: Twins;
  readonly #claims: Claims;
  readonly #parts: Parts;
  readonly #making: RoomMaking;
  readonly #reading: RoomReading;
  readonly #resuming: Resuming;
  readonly #commands: Commands;
  readonly #talk: Talk;
  /** Entries delivered since the last heartbeat, and per second at it. */
  #delivered = 0;
  #messagesPerSecond = 0;

  /** `random` names rooms, and spreads dials; it must differ from start to start and from node to node. */
  constructor(config: RoomsConfig, snapshot: RoomsSnapshot, random: Random) {
    this.#config = config;
    this.#fresh = snapshot.fresh;
    const self = config.self.id;
    this.#shelf = new Shelf(self, snapshot);
    this.#serving = new Serving(this.#tails);
    this.#attendance = new Attendance(self, {
      room: (id) => this.#shelf.own(id),
      followers: (room) => this.#followers.reached(room.id),
      leaves: (step, room, person, reason) => this.#ordering.leaves(step, room, person, reason),
    });
    this.#followers = new Followers(this.#serving, this.#attendance);
    this.#sessions = new Sessions({
      came: (step, room, person) => came(this.#parts, step, room, person),
      went: (step, room, person) => went(this.#parts, step, room, person),
      deserted: (step, room) => {
        if (!this.#shelf.isOwn(room)) this.#copies.deserted(step, room);
      },
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
      answer: (step, origin, result) => answer(step, origin, result),
      joined: (step, room, request) => this.#reading.joined(step, room, request),
      publish: (step, room, entries, trace) => this.#publish(step, room, entries, trace),
      delete: (step, room, request) => this.#deletions.begin(step, room, request),
    });
    this.#deletions = new Deletions(snapshot.commits, random, {
      self,
      room: (id) => this.#shelf.get(id),
      isOwn: (room) => this.#shelf.isOwn(room),
      isBuried: (id) => this.#shelf.isBuried(id),
      others: () => this.#nodes.others,
      isReachable: (node) => this.#nodes.isReachable(node),
      participants: (step, id) => this.#followers.withMembers(id, step.now.monoMs),
      isBusy: (room) => this.#forwards.has(room.id) || this.#copies.isAwaited(room.id),
      isCurrent: (room) => this.#copies.isCurrent(room),
      answer: (step, origin, result) => answer(step, origin, result),
      changed: (step, room) => {
        if (this.#shelf.isOwn(room)) this.#directory.changed(step, room.id);
      },
      bury: (step, room, told) => this.#bury(step, room, told),
    });
    const { drafts } = this.#shelf;
    this.#claims = new Claims(
      self,
      {
        own: (room) => this.#shelf.own(room),
        ownRooms: () => this.#shelf.all.filter((room) => this.#shelf.isOwn(room)),
        isBuried: (room) => this.#shelf.isBuried(room),
        claimed: (step, draft) => this.#making.claimed(step, draft),
        dropped: (_, room) => this.#tails.drop(room.id),
        gone: (step, room) => this.#saidGone(step, room),
        winner: (claim) => this.#making.winner(claim),
      },
      drafts,
      snapshot.intents,
    );
    this.#twins = new Twins(this.#shelf, (step, room, reason) => this.#bury(step, room, [], reason));
    this.#parts = {
      config,
      random,
      tails: this.#tails,
      shelf: this.#shelf,
      nodes: this.#nodes,
      sessions: this.#sessions,
      serving: this.#serving,
      attendance: this.#attendance,
      followers: this.#followers,
      copies: this.#copies,
      directory: this.#directory,
      forwards: this.#forwards,
      ordering: this.#ordering,
      deletions: this.#deletions,
      claims: this.#claims,
    };
    this.#making = new RoomMaking(this.#parts);
    this.#reading = new RoomReading(this.#parts);
    this.#resuming = new Resuming(this.#parts);
    this.#commands = new Commands(this.#parts, this.#making, this.#reading);
    this.#talk = new Talk(this.#parts, this.#twins, this.#commands);
  }

  step(input: RoomsInput, now: Now): readonly RoomsOutput[] {
    const step = new Step(now);
    switch (input.kind) {
      case 'start':
        this.#start(step);
        break;
      case 'command':
        this.#commands.command(step, input);
        break;
      case 'message':
        if (!this.#nodes.heard(step, input.from)) break;
        if (input.message.kind === 'deliver') this.#delivered += input.message.entries.length;
        this.#talk.heard(step, input.from, input.message);
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
        this.#resuming.sessionOpened(step, input.session, input.actor, input.resume);
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
      case 'directoryAnswered':
        this.#claims.answered(step, input);
        break;
      case 'directorySays':
        this.#claims.says(step, input);
        break;
      case 'stop':
        this.#commands.readMarks.flush(step);
        break;
      case 'durable':
        break;
    }
    return step.outputs;
  }

  /** Rooms that it orders or keeps a copy of: what the directory knows of them is to be said to it. */
  get heldRooms(): readonly RoomId[] {
    return this.#shelf.all.map(({ id }) => id);
  }

  /** The cluster as this node sees it: to be shown, so it changes nothing. */
  clusterView(now: Now): {
    readonly nodes: readonly NodeView[];
    readonly rooms: readonly RoomInfo[];
    readonly sessions: number;
    readonly messagesPerSecond: number;
    readonly deletions: ReturnType<Deletions['recent']>;
  } {
    const all: RoomActor = { person: '', name: '', verified: true, operator: true };
    return {
      nodes: this.#nodes.views(now),
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
    this.#claims.start(step);
    if (!this.#fresh || this.#config.defaultRoom === '') return;
    this.#making.makeDefault(step);
  }

  #publish(step: Step, room: Room, entries: readonly RoomEntry[], trace: string | undefined): void {
    this.#delivered += entries.length;
    const leaves = entries.filter(({ content }) => content.kind === 'left' && !room.isMember(content.person));
    this.#sessions.deliver(step, room, entries, new Set(leaves.map(({ seq }) => seq)), trace);
    this.#followers.publish(step, room, entries, trace);
    if (entries.some(({ content }) => content.kind !== 'message')) this.#directory.changed(step, room.id);
  }

  /** The directory has buried it: whatever this node's data folder holds of it is older. */
  #saidGone(step: Step, id: RoomId): void {
    const room = this.#shelf.get(id);
    if (room !== undefined) buryRoom(this.#parts, step, room, { isSaid: true });
  }

  #bury(step: Step, room: Room, told: readonly NodeId[], reason?: string): void {
    buryRoom(this.#parts, step, room, { told, reason });
  }

  #linked(step: Step, node: NodeId): void {
    this.#directory.tellAll(step, node);
    this.#copies.linked(step, node);
    this.#deletions.linked(step, node);
  }

  #lost(step: Step, node: NodeId): void {
    this.#followers.lost(node, step.now.monoMs);
    for (const room of this.#shelf.all)
      if (this.#shelf.isOwn(room)) this.#attendance.nodeFailed(step, room, node);
    this.#forwards.lost(step, node);
    this.#commands.infos.lost(node);
    this.#copies.lost(step, node);
  }

  #nodeForgotten(step: Step, node: NodeId): void {
    this.#directory.forgetNode(node);
    this.#deletions.forgetNode(step, node);
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
      case 'swim':
        return this.#nodes.swimTimerFired(step, rest);
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
      case 'readMarks':
        return this.#commands.readMarks.flush(step);
      case 'claims':
        return this.#claims.timerFired(step);
      case 'deletion':
        return this.#deletions.timerFired(step, rest);
    }
  }
}
