import { expect, test } from 'vitest';
import { routeDay } from '../testing/route-day.ts';
import { RouteStage } from '../testing/route-stage.ts';
import { newsWords } from './delivery-words.ts';

test('[TRT1, TRT2, TRT3, TRT4, TRT5, TRT6, TRT7, TRT8, TRT9, TRT13] what is told is true, is told once, and is told in the end', () => {
  let told = 0;
  for (let seed = 1; seed <= 60; seed++) told += routeDay(seed);
  // Days on which nothing is told would show nothing.
  expect(told).toBeGreaterThan(3_000);
});

test('[TRT2, TRT3, TRT4, TRT5, TRT7, TRT9] a night with one target that is down, to be read', async () => {
  const stage = new RouteStage([
    { name: 'room', to: { kind: 'room', room: 'a'.repeat(20) } },
    {
      name: 'boss',
      to: { kind: 'email', to: ['boss@hut.example'] },
      severities: ['danger'],
      afterMs: 600_000,
    },
  ]);
  const lines: string[] = [];
  let isUp = true;
  stage.answer = ({ route, lines: news, more, failures }) => {
    const ok = isUp || route !== 'room';
    lines.push(
      `${(stage.nowMs / 1_000).toFixed(1).padStart(7)} s  ${route}${failures > 0 ? `, attempt ${failures + 1}` : ''}: ${ok ? 'told' : 'not told'}`,
    );
    if (failures === 0) for (const each of news) lines.push(`             ${newsWords(each)}`);
    if (failures === 0 && more.length > 0) lines.push(`             and ${more.length} more`);
    return ok ? { ok } : { ok, sentence: 'the room cannot be reached' };
  };
  stage.alarm().wait(60_000);
  isUp = false;
  stage.storm(17, 'plug-', { severity: 'warning' }).wait(20_000);
  isUp = true;
  stage
    .wait(600_000)
    .alarm({ acknowledged: true, acknowledgedBy: 'ann' })
    .wait(300_000)
    .alarm({ active: false, value: 28, sentence: 'Cleared: temperature of edge-1 is 28, not above 30.' });
  lines.push('', 'history:', ...stage.history);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/routes-night.txt');
});
