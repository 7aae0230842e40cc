export type { NotStored } from './days/reading-writer.ts';
export { defaultRetention, type Retention } from './days/retention.ts';
export { SqliteTelemetryStore, type TelemetryStoreOptions } from './sqlite-telemetry-store.ts';
export type {
  CommitDone,
  ScanRange,
  StoredDay,
  StoredSensor,
  StoredTelemetry,
  StoreSizes,
  TelemetryStore,
} from './telemetry-store.ts';
