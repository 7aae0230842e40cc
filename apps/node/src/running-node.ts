/** What a node is started with beside its configuration, and what it is once it runs. */
import type { DestinationStream } from 'pino';
import type { LanInfo } from './lan/lan.ts';
import type { LocalAddresses } from './lan/local-addresses.ts';

export interface StartOptions {
  /** Folder of the built web app; undefined serves none. */
  readonly webFolder?: string | undefined;
  /** Further `host:port` values that the node is reached at, such as a development server's. */
  readonly extraHosts?: readonly string[];
  /** Under which names and addresses the network reaches this machine. @default what the system says */
  readonly addresses?: () => LocalAddresses;
  /** Where log lines go. @default a file `node.log` below the data folder */
  readonly log?: DestinationStream;
}

export interface RunningNode {
  readonly id: string;
  /** The address of the web app. */
  readonly webUrl: string;
  readonly mqttUrl: string;
  /** How others in the network reach it; only with `lan`. */
  readonly lan?: LanInfo | undefined;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Of MQTT over TLS beside it; only with `tls`. */
  readonly mqttsPort: number | undefined;
  /** `host:port` where other nodes connect. */
  readonly clusterAddress: string;
  readonly dataFolder: string;
  /** Whether somebody operated it when it started. */
  readonly hadOperator: boolean;
  /** Ends everything; takes under two seconds. */
  stop(): Promise<void>;
}
