/**
 * Everything that travels on the link of two nodes, as plain data: what the rooms say to each other, what the
 * directory of names asks, and what the brokers pass on. `bothy.cluster.v1` in `proto/` is the same as bytes.
 */
import type { CommitMessage } from '@bothy/protocols';
import type { Name, PersonId } from '../ids.ts';
import type { ClusterMessage } from '../rooms/cluster-messages.ts';
import type { NodeId } from '../rooms/room-entry.ts';

/** A reading of a hybrid logical clock: whole milliseconds, and a counter within one. */
export interface ClockStamp {
  readonly ms: number;
  readonly counter: number;
}

export type NameQuestion =
  | { readonly kind: 'lookup'; readonly name: Name }
  /** `certificate` is the signed JSON of the claiming device's certificate; the receiver verifies it. */
  | { readonly kind: 'claim'; readonly name: Name; readonly person: PersonId; readonly certificate: string }
  | { readonly kind: 'release'; readonly name: Name };

export type NameOutcome =
  | { readonly kind: 'bound' | 'taken'; readonly person: PersonId }
  | { readonly kind: 'free' | 'closed' | 'provisional' };

/** What a node knows of one name. `person` null: it was released. */
export interface NameRecord {
  readonly name: Name;
  readonly person: PersonId | null;
  /** Signed JSON; empty when it was released. */
  readonly certificate: string;
  readonly stamp: ClockStamp;
}

export type NameMessage =
  | { readonly kind: 'nameQuery'; readonly id: string; readonly question: NameQuestion }
  | { readonly kind: 'nameAnswer'; readonly id: string; readonly outcome: NameOutcome }
  /** Everything when a link comes up, in as many messages as it takes; later what changed. */
  | { readonly kind: 'nameRecords'; readonly records: readonly NameRecord[] };

/** An MQTT message that was published at `origin`, for the subscribers at the receiver. */
export interface BridgeMessage {
  readonly kind: 'bridge';
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly origin: NodeId;
  /** Of two retained messages for one topic the one with the higher (stamp, origin) stays. */
  readonly stamp: ClockStamp;
}

export type LinkMessage = ClusterMessage<CommitMessage> | NameMessage | BridgeMessage;
