/** What the broker's memory is made with, and how much it may hold. */
import type { ClientId, StoredPacket } from 'aedes-persistence/asyncPersistence.js';
import type { toRetained } from './kept-records.ts';
import type { SessionJournal } from './session-journal.ts';
import type { WaitingLimits } from './waiting-messages.ts';

export interface PersistenceLimits extends WaitingLimits {
  /** Topics with a retained message; a new one beyond is delivered and not retained. */
  readonly retainedTopics: number;
  /** Sessions that outlive their connection; the one away longest is forgotten. */
  readonly sessions: number;
}

/** Enough for thousands of people on one node, and a few hundred megabytes at the very worst. */
export const defaultPersistenceLimits: PersistenceLimits = {
  retainedTopics: 10_000,
  sessions: 10_000,
  messagesPerSession: 1_000,
  bytesPerSession: 2 * 1024 * 1024,
  bytesInAll: 128 * 1024 * 1024,
};

export interface BoundedPersistenceOptions {
  readonly limits: PersistenceLimits;
  /** Whether a subscription of this client may be kept. */
  readonly maySubscribe: (client: ClientId, filter: string) => boolean;
  /** Whether a last will of this client may outlive the node. */
  readonly mayPublish: (client: ClientId, packet: StoredPacket) => boolean;
  readonly isConnected: (clientId: string) => boolean;
  /** Called with how many messages a limit made be dropped. */
  readonly dropped: (messages: number) => void;
  /** Called with how many sessions were away too long. */
  readonly expired: (sessions: number) => void;
  /** Which version of its topic is retained now, where nodes are bridged: it is written down beside the message. */
  readonly version?: ((topic: string) => object | undefined) | undefined;
  /** Hears each message that an earlier run retained; an empty one is of a topic that was cleared. */
  readonly restored?: ((retained: ReturnType<typeof toRetained>) => void) | undefined;
  /** How long a session lives without its client, counted while the node runs. */
  readonly sessionExpiryMs: number;
  readonly monoMs: () => number;
  /** Where it is all written down. @default nowhere: what is kept ends with the process */
  readonly journal?: SessionJournal | undefined;
}
