/** What monitoring listens at: the embedded broker itself, or a connection to the one that runs elsewhere. */
import { randomBytes } from 'node:crypto';
import type { NodeBroker } from '@bothy/broker';
import { seededRandom } from '@bothy/protocols';
import { randomSeed } from '@bothy/runtime';
import { nodeTimers } from '@bothy/runtime/node';
import type { TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import type { Logger } from 'pino';
import { BrokerBus } from './broker-bus.ts';

export interface OpenBusOptions {
  readonly node: string;
  readonly broker: NodeBroker;
  /** Of the broker that runs elsewhere. */
  readonly brokerUrl: string | undefined;
  readonly log: Logger;
}

export async function openBus({ node, broker, brokerUrl, log }: OpenBusOptions): Promise<TelemetryBus> {
  if (broker.node !== undefined) return new BrokerBus(broker.node);
  // Only a node with an outside broker carries an MQTT client.
  const { MqttBus } = await import('@bothy/telemetry/drivers/mqtt');
  // Two nodes of one id would throw each other out for ever.
  const clientId = `bothy-${node.slice(0, 40)}-${randomBytes(4).toString('hex')}`;
  return new MqttBus({
    url: brokerUrl ?? '',
    clientId,
    timers: nodeTimers,
    random: seededRandom(randomSeed()),
    log,
  });
}
