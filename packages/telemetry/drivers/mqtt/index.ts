export type { BusMessage, BusOrigin, BusPublish, TelemetryBus } from './telemetry-bus.ts';
