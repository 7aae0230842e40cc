/** Everything that the cores of monitoring persist: what a store of theirs takes. */
import type { AlarmWrite } from './alarms/records.ts';
import type { RuleWrite } from './engine/records.ts';
import type { HomeWrite } from './home/records.ts';
import type { IngestWrite } from './ingest/records.ts';
import type { RouteWrite } from './routes/records.ts';

export type TelemetryWrite = RuleWrite | IngestWrite | HomeWrite | AlarmWrite | RouteWrite;
