/** The node's broker: its own, with who may connect and what they may do, or one elsewhere, which has rules of its own. */
import { join } from 'node:path';
import {
  authenticator,
  type BridgeOptions,
  Broker,
  type NodeBroker,
  OutsideBroker,
  publishRate,
  type TlsCredentials,
} from '@bothy/broker';
import { nodeClock } from '@bothy/runtime/node';
import type { SqliteEdges, SqliteNameDirectory } from '@bothy/store';
import type { NodeId } from '@bothy/wire';
import type { Logger } from 'pino';
import type { NodeConfig } from './config.ts';
import type { AgreedNames } from './directory/agreed-names.ts';
import type { NodeAdmission, NodePorts } from './node-admission.ts';
import type { FormatsSwitch } from './telemetry/formats-switch.ts';
import { speaksForAnother } from './telemetry/speaks-for-another.ts';
import { version } from './version.ts';

export interface StartBrokerOptions {
  readonly config: NodeConfig;
  readonly admission: NodeAdmission;
  readonly names: SqliteNameDirectory;
  readonly agreed: Pick<AgreedNames, 'names'>;
  readonly edges: SqliteEdges;
  /** Of devices that speak otherwise; undefined: none is switched on. */
  readonly formats: FormatsSwitch | undefined;
  readonly bridge: BridgeOptions;
  /** All other nodes of the cluster; undefined while that is not known. */
  readonly known: () => readonly NodeId[] | undefined;
  readonly log: Logger;
}

/** The certificates that clients over TLS are shown. */
export interface BrokerCertificates {
  /** With it MQTT itself is over TLS. */
  readonly lan: TlsCredentials | undefined;
  /** With it there is MQTT over TLS beside it. */
  readonly own: TlsCredentials | undefined;
}

export interface StartedBroker {
  readonly broker: NodeBroker;
  /** Opens its ports and tells them; one elsewhere has none here. Throws `address_in_use`. */
  readonly listen: (certificates: BrokerCertificates) => Promise<Pick<NodePorts, 'mqtt' | 'mqtts'>>;
}

/** Throws a `BothyError` when its file cannot be used, or when the one elsewhere cannot be reached. */
export async function startBroker(options: StartBrokerOptions): Promise<StartedBroker> {
  const { config, log } = options;
  if (config.broker !== undefined) {
    const broker = await OutsideBroker.reach({ url: config.broker, log });
    return { broker, listen: async () => ({ mqtt: 0 }) };
  }
  const broker = await startOwn(options);
  return {
    broker,
    listen: async ({ lan, own }) => {
      const mqtt = await broker.listen(config.mqtt.host, config.mqtt.port, lan);
      if (own === undefined) return { mqtt };
      return { mqtt, mqtts: await broker.listen(config.mqtts.host, config.mqtts.port, own) };
    },
  };
}

function startOwn(options: StartBrokerOptions): Promise<Broker> {
  const { config, admission, names, agreed, edges, formats, bridge, known, log } = options;
  return Broker.start({
    authenticate: authenticator({
      ...admission,
      names: agreed.names,
      allowGuests: config.allowGuests,
      isOperator: (person) => names.isOperator(person),
      verifyEdge: (edge, secret) => edges.verify(edge, secret),
      wallMs: nodeClock.wallMs,
    }),
    access: {
      isEnrolledEdge: (edge) => edges.isEnrolled(edge),
      isDeviceTopic: formats === undefined ? undefined : (topic) => formats.isDeviceTopic(topic),
      speaksForAnother: speaksForAnother({
        isEnrolled: (edge) => edges.isEnrolled(edge),
        isAlone: () => known()?.length === 0,
      }),
    },
    log,
    file: join(config.data, 'broker.sqlite'),
    sessionExpiryMs: config.sessionDays * 86_400_000,
    rate: publishRate(config.publishRate),
    version,
    bridge,
  });
}
