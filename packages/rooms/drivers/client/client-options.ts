/** What a client of rooms is made with. */

import type { OutboxWrite, OutgoingMessage } from '@bothy/rooms/client-core';
import type { Clock, Timers } from '@bothy/runtime';
import type { Name } from '@bothy/wire';

export interface RoomsClientOptions {
  /** Nodes to choose from, the preferred one first: `http:`, `https:`, `ws:` or `wss:`; without a path `/ws` is meant. */
  readonly urls: readonly string[];
  /**
   * Proves who one is. A function is asked on every connection, for tokens are short-lived; `again` when the last one
   * was refused. It throws when there is none to be had: `node_unreachable` is tried again, all else ends the client.
   */
  readonly token?: string | ((node: { readonly url: string; readonly again: boolean }) => Promise<string>);
  /** Without a token: the name to be a guest by. */
  readonly name?: Name;
  /** Keeps messages that are not acknowledged over a restart. @default they are lost with the program */
  readonly outbox?: {
    /** What `write` was given and not told to remove, in the order of writing. */
    readonly kept: readonly OutgoingMessage[];
    /** Resolves when all of it is on the disk. */
    readonly write: (writes: readonly OutboxWrite[]) => Promise<void>;
  };
  /** Whether nodes are asked for the other nodes of their cluster, to go on there. @default true */
  readonly discovers?: boolean;
  /** In a browser: those of a worker, or a hidden tab is thought dead. @default the platform's own */
  readonly timers?: Timers;
  readonly clock?: Clock;
  /** @default the platform's own, in browsers and from Node 22 on */
  readonly webSocket?: typeof WebSocket;
}
