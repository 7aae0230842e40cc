/**
 * The rooms core of one node: the cluster it sees, the rooms it orders, the
 * copies it keeps, the clients that are connected to it. Pure; the drivers check
 * what arrives and carry out what it asks (design, sections 1 and 7).
 */
import type { Core, Now, Random } from '@bothy/protocols';
import type { Author, NodeId, Position, RoomActor, RoomEntry, RoomId, RoomInfo } from '@bothy/wire';
import { Attendance } from './attendance.ts';
import { came, went } from './comings.ts';
import { Commands } from './commands.ts';
import type { RoomsConfig } from './config.ts';
import { Copies } from './copies.ts';
import { Deletions } from './deletions.ts';
import { Directory } from './directory.ts';
import { Followers } from './followers.ts';
import { Forwards } from './forwards.ts';
import type { RoomClusterMessage, RoomsInput } from './inputs.ts';
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
  readonly #parts: Parts;
  readonly #making: RoomMaking;
  readonly #reading: RoomReading;
  readonly #resuming: Resuming;
  readonly #commands: Commands;
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
    };
    this.#making = new RoomMaking(this.#parts);
    this.#reading = new RoomReading(this.#parts);
    this.#resuming = new Resuming(this.#parts);
    this.#commands = new Commands(this.#parts, this.#making, this.#reading);
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
    this.#making.makeDefault(step);
  }

  #publish(step: Step, room: Room, entries: readonly RoomEntry[], trace: string | undefined): void {
    this.#delivered += entries.length;
    const leaves = entries.filter(({ content }) => content.kind === 'left' && !room.isMember(content.person));
    this.#sessions.deliver(step, room, entries, new Set(leaves.map(({ seq }) => seq)), trace);
    this.#followers.publish(step, room, entries, trace);
    if (entries.some(({ content }) => content.kind !== 'message')) this.#directory.changed(step, room.id);
  }

  #bury(step: Step, room: Room, told: readonly NodeId[], reason = 'This room was deleted.'): void {
    step.persist({ kind: 'deleteRoom', room: room.id, epoch: room.epoch });
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

  #listed(
    step: Step,
    from: NodeId,
    { rooms, removed, whole }: Extract<RoomClusterMessage, { kind: 'directory' }>,
  ): void {
    // It runs with a data folder from before it deleted them.
    for (const { id } of rooms) {
      if (this.#shelf.isBuried(id)) step.send(from, { kind: 'notFollowing', room: id, reason: 'deleted' });
    }
    const isWhole = this.#directory.told(from, rooms, removed, whole);
    this.#twins.listed(step, rooms);
    if (!isWhole) return;
    this.#copies.unlisted(step, from, (room) => this.#directory.isListed(from, room));
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
        return this.#commands.forward(step, from, message);
      case 'forwarded':
        return this.#forwards.forwarded(step, from, message.id, message.result);
      case 'presence':
        return this.#presence(step, from, message);
      case 'typing': {
        const room = this.#shelf.get(message.room);
        if (room === undefined || !room.isMember(message.person)) return;
        return this.#commands.typing(step, room, message.person, message.name, message.active, from);
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

  #presence(step: Step, from: NodeId, message: Extract<RoomClusterMessage, { kind: 'presence' }>): void {
    const room = this.#shelf.own(message.room);
    if (room === undefined) return this.#copies.presence(step, from, message);
    this.#attendance.told(step, room, message.persons, from);
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
