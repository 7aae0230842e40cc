import { expect, test } from 'vitest';
import { alarmDay } from '../testing/alarm-day.ts';
import { AlarmStage, hot } from '../testing/alarm-stage.ts';

test('[TAL1, TAL2, TAL3, TAL5, TAL6, TAL7, TAL9, TAL10] alarms stand as a model says that looks at everything each time', () => {
  let openings = 0;
  for (let seed = 1; seed <= 60; seed++) openings += alarmDay(seed);
  // Days on which nothing happens would show nothing.
  expect(openings).toBeGreaterThan(1_000);
});

test('[TAL1, TAL2, TAL3, TAL5, TAL7, TAL9] one alarm through its life, to be read', async () => {
  const stage = new AlarmStage();
  const lines: string[] = [];
  stage.listener = (output) => {
    if (output.kind !== 'changed') return;
    const { alarm, entry } = output;
    const state = `${alarm.active ? 'active' : 'cleared'}, ${alarm.acknowledged ? 'acknowledged' : 'not acknowledged'}`;
    const shelf = alarm.shelvedUntilMs === undefined ? '' : ', shelved';
    const what =
      entry === undefined ? 'newer' : `${entry.kind}${entry.by === undefined ? '' : ` by ${entry.by}`}`;
    const line = `${String(stage.nowMs / 1_000).padStart(5)} s  v${alarm.version}  ${alarm.rule}: ${what.padEnd(20)} ▶ ${state}${shelf}`;
    lines.push(line, `              ${alarm.sentence}`);
  };
  stage.event(true, { value: 31, unit: '°C' }).wait(5_000).event(true, { value: 34.25, unit: '°C' });
  stage.wait(55_000);
  stage.command({ name: 'acknowledge', note: 'I open the windows' });
  stage.wait(60_000).event(false, { value: 28.5, unit: '°C' }).event(true, { seq: 1 }).wait(600_000);
  stage.event(true, { value: 30.4, unit: '°C' });
  stage.command({ name: 'shelve', forMs: 600_000, note: 'the heating is on for a test' }, 'ben');
  stage.wait(120_000).step({ kind: 'edge', edge: 'edge-1', state: 'offline' }).wait(90_000).restart();
  stage
    .step({ kind: 'edge', edge: 'edge-1', state: 'online' })
    .wait(390_000)
    .event(false, { value: 27, unit: '°C' });
  stage.command({ name: 'acknowledge' }, 'ben', hot);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/alarm-life.txt');
});
