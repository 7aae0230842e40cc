/** Records by kind and key, and the histories of alarms, as JSON. */
import { alarmLimits } from '@bothy/wire';
import type { Connection } from '../days/connection.ts';
import type { RecordKind, RecordWrite } from './record-writes.ts';

export function writeRecord(connection: Connection, write: RecordWrite): void {
  switch (write.op) {
    case 'put':
      return connection.run(
        'INSERT OR REPLACE INTO record (kind, key, json) VALUES (?, ?, ?)',
        ...[write.kind, write.key, write.json],
      );
    case 'delete':
      return connection.run('DELETE FROM record WHERE kind = ? AND key = ?', write.kind, write.key);
    case 'deleteAll':
      // Keys are ASCII: what begins with the prefix lies below the prefix with the highest character behind it.
      return connection.run(
        'DELETE FROM record WHERE kind = ? AND key >= ? AND key < ?',
        ...[write.kind, write.prefix, `${write.prefix}\u{7f}`],
      );
    case 'addEntry':
      connection.run('INSERT INTO alarm_entry (alarm, json) VALUES (?, ?)', write.alarm, write.json);
      return connection.run(
        `DELETE FROM alarm_entry WHERE alarm = ? AND number <=
          (SELECT number FROM alarm_entry WHERE alarm = ? ORDER BY number DESC LIMIT 1 OFFSET ?)`,
        ...[write.alarm, write.alarm, alarmLimits.historyPerAlarm],
      );
    case 'deleteEntries':
      return connection.run('DELETE FROM alarm_entry WHERE alarm = ?', write.alarm);
  }
}

/** JSON of each, in order of their keys. */
export function readRecords(connection: Connection, kind: RecordKind): string[] {
  const rows = connection.all('SELECT json FROM record WHERE kind = ? ORDER BY key', kind);
  return rows.map(([json]) => String(json));
}

/** JSON of the last so many, oldest first. */
export function readEntries(connection: Connection, alarm: string, limit: number): string[] {
  const rows = connection.all(
    'SELECT json FROM alarm_entry WHERE alarm = ? ORDER BY number DESC LIMIT ?',
    ...[alarm, limit],
  );
  return rows.map(([json]) => String(json)).reverse();
}
