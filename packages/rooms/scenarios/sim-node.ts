/** One simulated node: the production core on the simulator's loop, with model drivers around it. */
import {
  type RoomClusterMessage,
  RoomsCore,
  type RoomsInput,
  type RoomsOutput,
  type RoomWrite,
} from '@bothy/rooms/core';
import type { ProductOutput } from '@bothy/runtime';
import type { SimProcess, Simulation } from '@bothy/simulator';
import type {
  NodeHealth,
  NodeInfo,
  ResumeRequest,
  RoomActor,
  RoomCommand,
  RoomId,
  RoomResult,
} from '@bothy/wire';
import { NodeDisk } from './node-disk.ts';
import { stageCreation } from './room-store.ts';
import type { ServerMessage } from './sim-frames.ts';
import type { LinkEnd, SimLinks } from './sim-links.ts';

export function makeRoomsCore(...args: ConstructorParameters<typeof RoomsCore>): Pick<RoomsCore, 'step'> {
  return new RoomsCore(...args);
}

/** What begins the id of a command that is given again at another node. */
export const again = 'again ';

/** The directory of its cluster, as a node sees it. */
export interface NodeDirectory {
  started(node: SimNode): void;
  ended?(node: SimNode): void;
  ask(node: SimNode, question: Extract<RoomsOutput, { kind: 'askDirectory' }>): void;
}

export interface SimNodeOptions {
  readonly simulation: Simulation;
  readonly links: SimLinks;
  readonly id: string;
  readonly join: readonly string[];
  readonly makeCore: typeof makeRoomsCore;
  readonly directory: NodeDirectory;
  /** What leaves for a client. */
  readonly toClient: (node: SimNode, session: string, message: ServerMessage) => void;
  /** The node has ended: so have its clients' connections. */
  readonly ended: (node: SimNode) => void;
  /** Somebody without a connection was told of the room that their request made. */
  readonly created?: (author: string, requestId: string, room: RoomId) => void;
  /** Told of every write that became durable and of every output that was carried out, just after it. */
  readonly watch?: (node: SimNode, event: NodeEvent) => void;
}

export type NodeEvent =
  | { readonly kind: 'written'; readonly write: RoomWrite }
  | { readonly kind: 'performed'; readonly output: ProductOutput<RoomsOutput> };

export class SimNode implements LinkEnd {
  readonly info: NodeInfo;
  readonly process: SimProcess<RoomsInput, RoomsOutput, NodeDisk>;
  readonly store: NodeDisk;
  readonly #options: SimNodeOptions;
  /** Who asked without a connection, by the id of what they asked. */
  readonly #creators = new Map<string, string>();
  /** What people are shown of the other nodes. */
  readonly healths = new Map<string, NodeHealth>();
  /** By room, the sessions that are told of it. */
  #attached = new Map<RoomId, Set<string>>();

  constructor(options: SimNodeOptions) {
    this.#options = options;
    const { id, simulation, links } = options;
    this.info = {
      id,
      instance: `instance-of-${id}`,
      address: `${id}:7070`,
      webUrl: `ws://${id}/ws`,
      version: '1',
    };
    const config = { self: this.info, join: options.join, defaultRoom: `Lobby of ${id}` };
    this.process = simulation.addProcess<RoomsInput, RoomsOutput, NodeDisk>({
      id,
      createStore: () => new NodeDisk(() => simulation.nowMs),
      write: (store, write) => {
        store.write(write);
        options.watch?.(this, { kind: 'written', write });
      },
      boot: ({ bootCount, store, random }) =>
        options.makeCore(config, store.snapshot(), random(`rooms ${bootCount}`)),
      started: () => {
        this.process.submit({ kind: 'start' });
        options.directory.started(this);
      },
      ended: () => {
        this.#attached = new Map();
        this.healths.clear();
        links.crash(this);
        options.directory.ended?.(this);
        options.ended(this);
      },
      perform: (output) => {
        this.#perform(output);
        options.watch?.(this, { kind: 'performed', output });
      },
      ask: (question, answer) => {
        answer({ kind: 'found', id: question.id, answer: this.store.query(question.query) });
      },
    });
    this.store = this.process.store;
    links.add(this);
  }

  open(session: string, actor: RoomActor, resume: readonly ResumeRequest[]): void {
    this.process.submit({ kind: 'sessionOpened', session, actor, resume });
  }

  close(session: string): void {
    for (const sessions of this.#attached.values()) sessions.delete(session);
    this.process.submit({ kind: 'sessionClosed', session });
  }

  command(session: string | null, id: string, actor: RoomActor, command: RoomCommand): void {
    if (session === null) this.#creators.set(id, actor.person);
    this.process.submit({ kind: 'command', session, id, actor, command, ...stageCreation(actor, command) });
  }

  /** An operator's order. */
  forget(node: string): void {
    this.process.submit({ kind: 'forgetNode', id: `forget ${node}`, node });
  }

  // --- as a link sees it ------------------------------------------------------

  alive(): boolean {
    return this.process.alive;
  }

  up(node: NodeInfo, dialled: string | undefined): void {
    this.process.submit(dialled === undefined ? { kind: 'linkUp', node } : { kind: 'linkUp', node, dialled });
  }

  down(node: string): void {
    this.process.submit({ kind: 'linkDown', node });
  }

  dialFailed(address: string): void {
    this.process.submit({ kind: 'dialFailed', address, reason: 'unreachable' });
  }

  message(from: string, message: RoomClusterMessage): void {
    this.process.submit({ kind: 'message', from, message });
  }

  // --- outputs ------------------------------------------------------------------

  #perform(output: ProductOutput<RoomsOutput>): void {
    const { toClient, links } = this.#options;
    switch (output.kind) {
      case 'opened':
        return toClient(this, output.session, { kind: 'opened', resumed: output.resumed });
      case 'reply':
        if (output.session === null) return this.#answered(output.id, output.result);
        return toClient(this, output.session, { kind: 'reply', id: output.id, result: output.result });
      case 'attach': {
        const sessions = this.#attached.get(output.room) ?? new Set();
        this.#attached.set(output.room, sessions.add(output.session));
        return;
      }
      case 'detach':
        this.#attached.get(output.room)?.delete(output.session);
        return;
      case 'deliver':
        for (const session of this.#attached.get(output.room) ?? []) {
          toClient(this, session, { kind: 'entries', room: output.room, entries: output.entries });
        }
        return;
      case 'deliverTo':
        return toClient(this, output.session, {
          kind: 'entries',
          room: output.room,
          entries: output.entries,
        });
      case 'notice':
        return this.#notice(output);
      case 'send':
        return links.send(this, output.to, output.message);
      case 'dial':
        return links.dial(this, output.address);
      case 'hangUp':
        return links.hangUp(this, output.node);
      case 'askDirectory':
        return this.#options.directory.ask(this, output);
      case 'dropFiles':
      case 'forgotten':
      case 'refused':
        return;
    }
  }

  #answered(id: string, result: RoomResult): void {
    if (!id.startsWith(again) || !result.ok || !('room' in result.value)) return;
    const { room } = result.value;
    if (typeof room === 'object')
      this.#options.created?.(this.#creators.get(id) ?? '', id.split(' ')[1] ?? '', room.id);
  }

  #notice({ to, notice }: Extract<RoomsOutput, { kind: 'notice' }>): void {
    const { toClient } = this.#options;
    if (notice.kind === 'node') this.healths.set(notice.node, notice.health);
    if (to === 'all') return;
    if ('session' in to) return toClient(this, to.session, { kind: 'notice', notice });
    for (const session of this.#attached.get(to.room) ?? [])
      toClient(this, session, { kind: 'notice', notice });
  }
}
