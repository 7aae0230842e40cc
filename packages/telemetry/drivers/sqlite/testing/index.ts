export { MemoryTelemetryStore } from './memory-telemetry-store.ts';
