/** Where MQTT clients find this node, as far as it can know that itself. */
import type { NodeConfig } from './config.ts';
import { type LocalAddresses, reachedAt } from './lan/local-addresses.ts';

export interface MqttPorts {
  readonly mqtt: number;
  /** Of MQTT over TLS beside it, with a certificate of one's own. */
  readonly mqtts?: number | undefined;
}

/** For people at this machine. */
export function mqttUrl({ broker, lan, mqtt }: NodeConfig, ports: MqttPorts): string {
  return broker ?? `${lan ? 'mqtts' : 'mqtt'}://${urlHost(mqtt.host)}:${ports.mqtt}`;
}

/** For an edge, which may be elsewhere: over TLS where there is any, under the first name that the node goes by. */
export function edgeMqttUrl(config: NodeConfig, ports: MqttPorts, addresses: () => LocalAddresses): string {
  const { broker, lan, hosts, mqtt, mqtts } = config;
  if (broker !== undefined) return broker;
  const name = hosts[0]?.replace(/:\d+$/, '');
  if (ports.mqtts !== undefined) {
    return `mqtts://${name ?? reachedAt(mqtts.host, addresses())[0] ?? 'localhost'}:${ports.mqtts}`;
  }
  if (!lan) return mqttUrl(config, ports);
  return `mqtts://${name ?? reachedAt(mqtt.host, addresses())[0] ?? 'localhost'}:${ports.mqtt}`;
}

export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
