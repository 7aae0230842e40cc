/**
 * The connections of one simulated client, one at a time: frames in order, each way with delays of its own, broken by
 * partitions, by nodes that end, and by whoever cuts them. A node notices an end some time later.
 */
import type { ClientInput, ClientOutput } from '@bothy/rooms/client-core';
import type { Simulation } from '@bothy/simulator';
import type { Author } from '@bothy/wire';
import { type FrameObserver, FrameWatch } from './frame-watch.ts';
import type { SimClient } from './sim-client.ts';
import { askedBy, FramePath, pongFrame, type ServerMessage } from './sim-frames.ts';
import type { SimNode } from './sim-node.ts';

export interface SimConnectionsOptions {
  readonly client: SimClient;
  readonly simulation: Simulation;
  readonly nodes: readonly SimNode[];
  readonly observer: FrameObserver;
  readonly input: (input: ClientInput) => void;
}

interface Connection {
  /** The number that the client core gave it. */
  readonly number: number;
  readonly session: string;
  readonly node: SimNode;
  openId: string;
  /** The node has answered `session.open`. */
  isOpen: boolean;
  upMs: number;
  downMs: number;
}

type Output = Extract<ClientOutput, { kind: 'connect' | 'signIn' | 'frame' | 'close' }>;

/** WebSocket's code where the other side gave none. */
const abnormal = 1006;

export class SimConnections {
  names: ReadonlyMap<Author, string> = new Map();
  /** Nothing is connected any more. */
  sleeps = false;
  readonly #options: SimConnectionsOptions;
  readonly #watch: FrameWatch;
  readonly #path = new FramePath();
  #connection: Connection | null = null;
  /** The next try goes wrong at this node, so that the client moves. */
  #avoided: SimNode | undefined;
  #count = 0;

  constructor(options: SimConnectionsOptions) {
    this.#options = options;
    this.#watch = new FrameWatch(options.client, options.observer);
  }

  /** The one that a session is open at. */
  get node(): SimNode | undefined {
    return this.#connection?.isOpen === true ? this.#connection.node : undefined;
  }

  perform(output: Output): void {
    switch (output.kind) {
      case 'connect':
        return this.#connect(output.connection, output.url);
      case 'signIn': {
        const { connection } = output;
        const { name } = this.#options.client.actor;
        return void this.#options.simulation.after(1, () => {
          this.#options.input({ kind: 'credentials', connection, name });
        });
      }
      case 'frame': {
        const connection = this.#connection;
        if (connection?.number !== output.connection) return;
        const text = JSON.stringify(output.json);
        return this.#up(connection, () => this.#asked(connection, text));
      }
      case 'close':
        if (this.#connection?.number === output.connection) this.#end();
    }
  }

  cut(moves: boolean): void {
    const connection = this.#connection;
    if (connection === null) return;
    if (moves) this.#avoided = connection.node;
    this.#lose(connection);
  }

  nodeEnded(node: SimNode): void {
    if (this.#connection?.node === node) this.#lose(this.#connection);
  }

  arrived(node: SimNode, session: string, message: ServerMessage): void {
    const connection = this.#connection;
    if (connection?.session !== session || connection.node !== node) return;
    const { simulation, client } = this.#options;
    const about = { openId: connection.openId, node: node.info.id, actor: client.actor };
    const frames = this.#path.framesOf(message, about);
    const now = simulation.nowMs;
    connection.downMs = Math.max(connection.downMs, now + this.#random('down').next() * 20);
    simulation.after(connection.downMs - now, () => {
      if (!this.#holds(connection)) return;
      if (message.kind === 'opened') connection.isOpen = true;
      for (const frame of frames) {
        // What it heard before may have ended it.
        if (this.#connection !== connection) return;
        this.#watch.told(node, frame);
        this.#options.input({ kind: 'frame', connection: connection.number, frame });
      }
    });
  }

  #connect(number: number, url: string): void {
    const { simulation, nodes, client, input } = this.#options;
    const node = nodes.find(({ info }) => info.webUrl === url);
    simulation.after(5 + this.#random('dial').next() * 100, () => {
      const isAvoided = node !== undefined && this.#avoided === node;
      if (isAvoided) this.#avoided = undefined;
      if (node === undefined || isAvoided || this.sleeps || !node.alive()) {
        return input({ kind: 'closed', connection: number, code: abnormal, reason: '' });
      }
      // Nothing comes back from there: the client gives it up by itself.
      if (!this.#reaches(node)) return;
      this.#count += 1;
      const session = `${client.actor.name}-${this.#count}`;
      this.#connection = { number, session, node, openId: '', isOpen: false, upMs: 0, downMs: 0 };
      this.#watch.connected();
      input({ kind: 'connected', connection: number });
    });
  }

  #asked(connection: Connection, text: string): void {
    const { simulation, client, input } = this.#options;
    const { node, session } = connection;
    const asked = askedBy(text, this.names);
    this.#watch.asked(asked);
    switch (asked.kind) {
      case 'open':
        connection.openId = asked.id;
        return node.open(session, client.actor, asked.resume);
      case 'ping': {
        const frame = pongFrame(asked.id, simulation.wallMs);
        return void simulation.after(20, () => {
          if (this.#holds(connection)) input({ kind: 'frame', connection: connection.number, frame });
        });
      }
      case 'command':
        return node.command(session, asked.id, client.actor, asked.command);
      case 'wrong':
    }
  }

  #up(connection: Connection, run: () => void): void {
    const { simulation } = this.#options;
    const now = simulation.nowMs;
    connection.upMs = Math.max(connection.upMs, now + this.#random('up').next() * 20);
    simulation.after(connection.upMs - now, () => {
      if (!this.#holds(connection)) return;
      if (connection.node.alive()) run();
      else this.#lose(connection);
    });
  }

  /** It stands still; a partition ends it at the first frame that does not come through. */
  #holds(connection: Connection): boolean {
    if (this.#connection !== connection) return false;
    if (this.#reaches(connection.node)) return true;
    this.#lose(connection);
    return false;
  }

  #lose(connection: Connection): void {
    this.#end();
    this.#options.input({ kind: 'closed', connection: connection.number, code: abnormal, reason: '' });
  }

  #end(): void {
    const connection = this.#connection;
    if (connection === null) return;
    this.#connection = null;
    const { node, session } = connection;
    // The node notices some time later, while the client is back already.
    this.#options.simulation.after(this.#random('closed').next() * 3_000, () => node.close(session));
  }

  #reaches(node: SimNode): boolean {
    const { simulation, client } = this.#options;
    const { name } = client.actor;
    return (
      simulation.network.reachable(name, node.info.id) && simulation.network.reachable(node.info.id, name)
    );
  }

  #random(concern: string) {
    return this.#options.simulation.random(`client/${this.#options.client.actor.name}/${concern}`);
  }
}
