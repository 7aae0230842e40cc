import { expect, test } from 'vitest';
import { countTests, type VitestReport } from './vitest-project.ts';

function report(passed: number, failed: number, files: VitestReport['testResults'] = []): VitestReport {
  return { numPassedTests: passed, numFailedTests: failed, testResults: files };
}

test('counts what passed and what failed', () => {
  expect(countTests(report(5, 2), 1)).toEqual({ passed: 5, failed: 2 });
  expect(countTests(report(5, 0), 0)).toEqual({ passed: 5, failed: 0 });
});

test('a test file that cannot be loaded is a failure', () => {
  const files = [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }];
  expect(countTests(report(5, 0, files), 1)).toEqual({ passed: 5, failed: 1 });
});

test('a project that ran no tests has failed', () => {
  expect(countTests(report(0, 0), 0)).toEqual({ passed: 0, failed: 1 });
  expect(countTests(undefined, 1)).toEqual({ passed: 0, failed: 1 });
});

test('an error outside every test is a failure', () => {
  expect(countTests(report(5, 0), 1)).toEqual({ passed: 5, failed: 1 });
});
