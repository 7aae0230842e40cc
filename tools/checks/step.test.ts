import { expect, test } from 'vitest';
import { oneCheck, runSteps, type Step } from './step.ts';

const stillClock = { monoMs: () => 0 };

function step(title: string, run: Step['run']): Step {
  return { title, run };
}

test('runs every step after one that failed, and ends with the one line of totals', async () => {
  const lines: string[] = [];
  const ran: string[] = [];
  const steps = [
    step('first', async () => {
      ran.push('first');
      return { passed: 3, failed: 2 };
    }),
    step('second', async () => {
      throw new Error('broke');
    }),
    step('third', async () => {
      ran.push('third');
      return oneCheck(true);
    }),
  ];
  const outcome = await runSteps(steps, stillClock, (line) => lines.push(line));
  expect(ran).toEqual(['first', 'third']);
  expect(outcome).toEqual({ passed: 4, failed: 3 });
  expect(lines.at(-1)).toBe('\n4 passed, 3 failed');
  expect(lines.filter((line) => /^\s*\d+ passed, \d+ failed$/.test(line))).toHaveLength(1);
  expect(lines.join('\n')).toContain('broke');
});
