export { checkBrokerUrl, MqttBus, type MqttBusLog, type MqttBusOptions } from './mqtt-bus.ts';
export type { BusMessage, BusOrigin, BusPublish, TelemetryBus } from './telemetry-bus.ts';
export { topicMatches } from './topic-filter.ts';
