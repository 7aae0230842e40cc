/** Everything that the cores of monitoring persist: what a store of theirs takes. */
import type { AlarmWrite } from './alarms/records.ts';
import type { RuleWrite } from './engine/records.ts';
import type { RouteWrite } from './routes/records.ts';

export type TelemetryWrite = RuleWrite | AlarmWrite | RouteWrite;
