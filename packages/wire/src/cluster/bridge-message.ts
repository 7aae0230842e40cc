/**
 * What the brokers of two nodes say to each other, so that all nodes are one logical broker (design, section 4). Every
 * node is linked with every other; what came from another node is never passed on, so one hop is all, and the
 * sender of a `publish` is its origin. Messages arrive in order within one link session, and not at all once it has ended.
 */
import type { Hlc } from '@bothy/protocols';
import type { Boot } from '../ids.ts';
import type { NodeId } from '../rooms/room-entry.ts';

/** A message as MQTT has it; an empty retained payload clears its topic. */
export interface BridgedPublish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/**
 * Which of two states of a topic is the newer one: the later boot of a device, then its later connection, then the later
 * stamp, then the origin with the greater id. So all nodes end with the same one, in whatever order they hear of them.
 */
export interface RetainedVersion {
  /** Of presence; empty for other topics. A state that says none has that of the state which it replaced. */
  readonly boot: Boot | '';
  readonly connection: number;
  readonly stamp: Hlc;
  /** The node at which it was published. */
  readonly origin: NodeId;
}

export type BridgeMessage =
  /**
   * The first on each link session, from both sides; nothing else is sent before the other's has come. `run` is random per
   * start of the sender's broker. `holds` is the run of the other node whose whole state the sender still has, so that
   * only what changed since is sent; empty when it has none.
   */
  | { readonly kind: 'hello'; readonly run: string; readonly holds: string }
  /** Not retained. `number` rises over all link sessions of a run, and may leave out some: it tells doubles. */
  | { readonly kind: 'publish'; readonly number: number; readonly message: BridgedPublish }
  /** The state of a topic. */
  | {
      readonly kind: 'retained';
      readonly version: RetainedVersion;
      /** Its origin is down, and this is what it left as last will. */
      readonly retired: boolean;
      readonly message: BridgedPublish;
    }
  /** This client is connected at the sender since then; its last will is published when the sender is down. */
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly since: Hlc;
      readonly will?: BridgedPublish | undefined;
    }
  /** It is not any more, and its will has been published, or is void. */
  | { readonly kind: 'clientGone'; readonly clientId: string }
  /** How many messages of this link session the sender has taken in, the hello not counted. */
  | { readonly kind: 'taken'; readonly count: number };
