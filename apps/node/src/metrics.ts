/** Metrics in Prometheus' text format. */
import type { Broker } from '@bothy/broker';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export function nodeMetrics(broker: Broker): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('bothy_mqtt_clients', 'MQTT clients connected now', () => broker.connectedClients);
  gauge('bothy_mqtt_connects_total', 'MQTT connections since the start', () => broker.counts.connects);
  gauge('bothy_mqtt_published_total', 'Messages that clients published', () => broker.counts.published);
  gauge('bothy_mqtt_refused_connects_total', 'Connections refused', () => broker.counts.refusedConnects);
  gauge('bothy_mqtt_refused_publishes_total', 'Publishes dropped by the access rules', () => {
    return broker.counts.refusedPublishes;
  });
  gauge(
    'bothy_mqtt_refused_subscribes_total',
    'Subscriptions refused',
    () => broker.counts.refusedSubscribes,
  );
  gauge('bothy_mqtt_oversized_publishes_total', 'Publishes dropped for their size', () => {
    return broker.counts.oversizedPublishes;
  });
  return registry;
}
