import type { Alarm, AlarmEntry } from '@bothy/wire';
import { expect, test } from 'vitest';
import { alarmSpells } from './alarm-spells.ts';

const alarm = { id: 'e~t~r', active: true, openedMs: 300, lastMs: 320 } as Alarm;
const entry = (kind: AlarmEntry['kind'], atMs: number): AlarmEntry => ({ alarm: alarm.id, kind, atMs });

test('[TV17] the spells of an alarm come from its history, the last one from the alarm', () => {
  const history = [
    entry('opened', 100),
    entry('acknowledged', 120),
    entry('cleared', 150),
    entry('opened', 300),
  ];
  expect(alarmSpells(alarm, history)).toEqual([
    { fromMs: 100, toMs: 150 },
    { fromMs: 300, toMs: null },
  ]);
  expect(alarmSpells({ ...alarm, active: false, clearedMs: 340 }, history.toReversed())).toEqual([
    { fromMs: 100, toMs: 150 },
    { fromMs: 300, toMs: 340 },
  ]);
});

test('[TV17] one without a history has its last spell', () => {
  expect(alarmSpells(alarm, [])).toEqual([{ fromMs: 300, toMs: null }]);
});
