/** What a broker is started with, and what it counts. */
import type { AccessContext } from '@bothy/identity';
import type { Authenticate } from './authentication.ts';
import type { BridgeOptions } from './bridge/broker-bridge.ts';
import type { PersistenceLimits } from './persistence-options.ts';
import type { PublishRate } from './publish-allowance.ts';

export interface BrokerOptions {
  readonly authenticate: Authenticate;
  /** Which edges are enrolled, for the access rules. @default none */
  readonly access?: AccessContext;
  /** What is kept for clients that are away. @default enough for thousands of people */
  readonly limits?: PersistenceLimits;
  /** What one client may publish. @default far more than people and sensors do */
  readonly rate?: PublishRate;
  /**
   * The database file of sessions, what waits for them, and what is retained.
   * @default none: all that ends with the process
   */
  readonly file?: string | undefined;
  /** How long a session lives without its client, while the node runs. @default seven days */
  readonly sessionExpiryMs?: number;
  /**
   * How long a client may leave what it is sent unread. Until it is let go, it holds up who publishes to it.
   * @default 5000
   */
  readonly slowClientMs?: number;
  /** Said below `$SYS/broker/`, with statistics. @default none are said */
  readonly version?: string;
  /** How it is one broker with those of other nodes. @default it is alone */
  readonly bridge?: BridgeOptions | undefined;
  /** @default the process's monotonic clock */
  readonly monoMs?: () => number;
  readonly log?: BrokerLog;
}

export const defaultSessionExpiryMs = 7 * 24 * 3_600_000;

export interface BrokerLog {
  info(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  warn(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

/** What happened since the start: each only rises. */
export interface BrokerCounts {
  connects: number;
  published: number;
  /** Messages on their way to single clients. */
  forwarded: number;
  /** Packets of MQTT that came, and their bytes. */
  receivedPackets: number;
  receivedBytes: number;
  refusedConnects: number;
  refusedPublishes: number;
  refusedSubscribes: number;
  /** Payloads above the limit: acknowledged and dropped. */
  oversizedPublishes: number;
  /** Publishes faster than a client may: acknowledged and dropped. */
  hastyPublishes: number;
  /** Packets that announced far too much: their connections were ended. */
  oversizedPackets: number;
  /** Clients that were let go because too much waited for them to read. */
  slowClients: number;
  /** Messages that were to wait or to be retained, and had no room. */
  droppedMessages: number;
  /** Sessions that ended because their clients were away too long. */
  expiredSessions: number;
}

export function noCounts(): BrokerCounts {
  return {
    connects: 0,
    published: 0,
    forwarded: 0,
    receivedPackets: 0,
    receivedBytes: 0,
    refusedConnects: 0,
    refusedPublishes: 0,
    refusedSubscribes: 0,
    oversizedPublishes: 0,
    hastyPublishes: 0,
    oversizedPackets: 0,
    slowClients: 0,
    droppedMessages: 0,
    expiredSessions: 0,
  };
}
