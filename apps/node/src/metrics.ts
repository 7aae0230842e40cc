/** Metrics in Prometheus' text format. */
import type { Broker, BrokerCounts } from '@bothy/broker';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Every count of the broker has a metric: a new one that lacks its line here does not type-check. */
const brokerCounters: Readonly<Record<keyof BrokerCounts, readonly [name: string, help: string]>> = {
  connects: ['connects', 'Clients that signed in, guests included'],
  published: ['published', 'Messages that clients published'],
  refusedConnects: ['refused_connects', 'Connections refused'],
  refusedPublishes: ['refused_publishes', 'Publishes dropped by the access rules'],
  refusedSubscribes: ['refused_subscribes', 'Subscriptions refused'],
  oversizedPublishes: ['oversized_publishes', 'Publishes dropped for their size'],
  hastyPublishes: ['hasty_publishes', 'Publishes dropped because a client publishes faster than one may'],
  oversizedPackets: ['oversized_packets', 'Connections ended because a packet announced far too much'],
  slowClients: ['slow_clients', 'Connections ended because the client did not read'],
  droppedMessages: ['dropped_messages', 'Messages dropped because a limit was full or a client did not read'],
  expiredSessions: ['expired_sessions', 'Sessions ended because their clients were away too long'],
};

export function nodeMetrics(broker: Broker): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'bothy_mqtt_clients',
    help: 'MQTT clients connected now',
    registers,
    collect() {
      this.set(broker.connectedClients);
    },
  });
  for (const key of Object.keys(brokerCounters) as (keyof BrokerCounts)[]) {
    const [name, help] = brokerCounters[key];
    new Counter({
      name: `bothy_mqtt_${name}_total`,
      help,
      registers,
      collect() {
        // The broker counts; this only shows.
        this.reset();
        this.inc(broker.counts[key]);
      },
    });
  }
  return registry;
}
