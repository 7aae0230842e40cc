/** What every write but readings becomes: rows of `record`, by kind and key, and lines of an alarm's history. */
import type { TelemetryWrite } from '../../../core/store-writes.ts';

export const recordKinds = [
  'ruleState',
  'detector',
  'ranges',
  'edge',
  'home',
  'alarm',
  'delivery',
  'mark',
  'routes',
  'rules',
] as const;
export type RecordKind = (typeof recordKinds)[number];

export type RecordWrite =
  | { readonly op: 'put'; readonly kind: RecordKind; readonly key: string; readonly json: string }
  | { readonly op: 'delete'; readonly kind: RecordKind; readonly key: string }
  /** All whose keys begin with it. */
  | { readonly op: 'deleteAll'; readonly kind: RecordKind; readonly prefix: string }
  | { readonly op: 'addEntry'; readonly alarm: string; readonly json: string }
  | { readonly op: 'deleteEntries'; readonly alarm: string };

/** Parts of keys are names, which have no space. */
function keyOf(...parts: readonly (string | number)[]): string {
  return parts.join(' ');
}

/** In order; none for readings. */
export function recordWrites(write: TelemetryWrite): readonly RecordWrite[] {
  switch (write.kind) {
    case 'putReadings':
      return [];
    case 'putRuleState': {
      const { rule, node, sensor } = write.record;
      return [put('ruleState', keyOf(rule, node, sensor), write.record)];
    }
    case 'deleteRuleState':
      return [{ op: 'delete', kind: 'ruleState', key: keyOf(write.rule, write.node, write.sensor) }];
    case 'putDetector':
      return [put('detector', keyOf(write.record.node, write.record.sensor), write.record)];
    case 'deleteDetector':
      return [{ op: 'delete', kind: 'detector', key: keyOf(write.node, write.sensor) }];
    case 'putRanges': {
      const { kind: _, ...record } = write;
      return [put('ranges', keyOf(write.edge, write.boot, write.sensor), record)];
    }
    case 'deleteRanges':
      return [{ op: 'deleteAll', kind: 'ranges', prefix: `${keyOf(write.edge, write.boot)} ` }];
    case 'putEdge':
      return [put('edge', write.record.edge, write.record)];
    case 'deleteEdge':
      return [
        { op: 'delete', kind: 'edge', key: write.edge },
        { op: 'deleteAll', kind: 'ranges', prefix: `${write.edge} ` },
      ];
    case 'putHome':
      return [put('home', write.home.edge, write.home)];
    case 'deleteHome':
      return [{ op: 'delete', kind: 'home', key: write.edge }];
    case 'putAlarm': {
      const { kind: _, ...record } = write;
      return [put('alarm', write.alarm.id, record)];
    }
    case 'addAlarmEntry':
      return [{ op: 'addEntry', alarm: write.entry.alarm, json: JSON.stringify(write.entry) }];
    case 'deleteAlarm':
      return [
        { op: 'delete', kind: 'alarm', key: write.id },
        { op: 'deleteEntries', alarm: write.id },
      ];
    case 'putDelivery':
      return [put('delivery', write.delivery.id, write.delivery)];
    case 'deleteDelivery':
      return [{ op: 'delete', kind: 'delivery', key: write.id }];
    case 'putMark':
      return [put('mark', keyOf(write.mark.route, write.mark.alarm), write.mark)];
    case 'deleteMark':
      return [{ op: 'delete', kind: 'mark', key: keyOf(write.route, write.alarm) }];
    case 'putRoutes':
      return [put('routes', '', write.routes)];
  }
}

export function put(kind: RecordKind, key: string, record: unknown): RecordWrite {
  return { op: 'put', kind, key, json: JSON.stringify(record) };
}
