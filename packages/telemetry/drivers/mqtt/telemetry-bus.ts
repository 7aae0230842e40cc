/**
 * The port over which readings, events and what edges and nodes say to each other travel. Two implementations: an MQTT
 * client (`MqttBus`: an edge, or a node at an outside broker) and the embedded broker itself (in the node).
 */
import type { EdgeId } from '@bothy/wire';

/** Who published a message, as far as the broker that took it says so. */
export interface BusOrigin {
  /** The MQTT client id. */
  readonly client: string;
  /** Signed in as this enrolled edge. */
  readonly edge?: EdgeId;
  /** A client of this broker, and not one that a bridge forwards for. */
  readonly local: boolean;
}

export interface BusMessage {
  readonly topic: string;
  /** Valid during the call only: copy what is kept. */
  readonly payload: Uint8Array;
  /** It is what the broker had kept, told because of our subscription. */
  readonly retained: boolean;
  /** Undefined where nobody says: an outside broker, or a bridge. */
  readonly from: BusOrigin | undefined;
}

export interface BusPublish {
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface TelemetryBus {
  /** Whether what is published now is sent at once. */
  readonly connected: boolean;
  /**
   * Calls `handler` for what arrives on topics that match, from now on and over all connections. At least once each:
   * MQTT repeats. Filters of one bus should not overlap. What a handler throws ends the process: it parses by itself.
   */
  subscribe(filter: string, handler: (message: BusMessage) => void): void;
  /**
   * Resolves once the broker has acknowledged it (QoS 1) or it is written (QoS 0). Rejects with `broker_unreachable`
   * when there is no connection or it ends before that, and with `limit_reached` when too much waits. Keeps the order
   * of calls.
   */
  publish(topic: string, payload: Uint8Array | string, options: BusPublish): Promise<void>;
  /** Called with every connection, once its subscriptions are granted; at once when there is one. */
  onConnect(listener: () => void): void;
  /** Called when a connection has ended. */
  onDisconnect(listener: () => void): void;
  /** Ends the connection without its last will. Everything that waits is rejected. */
  stop(): Promise<void>;
}
