/** From stored records to what the cores are started with. They are our own: what was checked when it came is not checked again. */
import type { AlarmRoute, EdgeHome } from '@bothy/wire';
import type { AlarmRecord } from '../../core/alarms/records.ts';
import type { DetectorRecord, RuleStateRecord } from '../../core/engine/records.ts';
import type { EdgeRecord, RangesRecord } from '../../core/ingest/records.ts';
import type { Delivery, RouteMark } from '../../core/routes/records.ts';
import type { StoredTelemetry } from './telemetry-store.ts';
import type { LoadedRecords } from './worker-messages.ts';

export const emptyTelemetry: StoredTelemetry = {
  engine: { states: [], detectors: [] },
  ingest: { edges: [], ranges: [] },
  alarms: { alarms: [] },
  routes: { routes: [], deliveries: [], marks: [] },
  homes: [],
  rules: undefined,
  sensors: [],
};

export function storedTelemetry(loaded: LoadedRecords): StoredTelemetry {
  return {
    engine: {
      states: parsed<RuleStateRecord>(loaded.ruleState),
      detectors: parsed<DetectorRecord>(loaded.detector),
    },
    ingest: { edges: parsed<EdgeRecord>(loaded.edge), ranges: parsed<RangesRecord>(loaded.ranges) },
    alarms: { alarms: parsed<AlarmRecord>(loaded.alarm) },
    routes: {
      routes: parsed<readonly AlarmRoute[]>(loaded.routes)[0] ?? [],
      deliveries: parsed<Delivery>(loaded.delivery),
      marks: parsed<RouteMark>(loaded.mark),
    },
    homes: parsed<EdgeHome>(loaded.home),
    rules: parsed<readonly string[]>(loaded.rules)[0],
    sensors: loaded.sensors,
  };
}

function parsed<Stored>(texts: readonly string[]): Stored[] {
  return texts.map((text) => JSON.parse(text) as Stored);
}
