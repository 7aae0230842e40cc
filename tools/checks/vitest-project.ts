/** Runs one project of vitest.config.ts and counts its tests from vitest's own report. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coverageArgs, judgeBranches, readBranches } from './branch-coverage.ts';
import { runNode } from './child-process.ts';
import type { Step, StepOutcome } from './step.ts';

export type VitestProject = 'protocols' | 'unit' | 'simulation' | 'cluster' | 'browser';

/** What is read of vitest's JSON report. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

export function vitestStep(project: VitestProject, title: string): Step {
  // Measuring costs each file of tests, also those that reach little of what is measured.
  const isMeasured = project === 'protocols';
  // Their files stand each other's load: they wait for states, and have ports and folders of their own.
  const isSideBySide = project === 'protocols' || project === 'unit' || project === 'simulation';
  return {
    title,
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'bothy-vitest-'));
      try {
        const reportFile = join(folder, 'report.json');
        const { code } = await runNode(
          'node_modules/vitest/vitest.mjs',
          [
            'run',
            '--project',
            project,
            '--reporter=default',
            '--reporter=json',
            `--outputFile.json=${reportFile}`,
            // Of itself vitest leaves one processor to others.
            ...(isSideBySide ? ['--maxWorkers=100%'] : []),
            ...(isMeasured ? coverageArgs(folder) : []),
          ],
          { show: true, ...(process.stdout.isTTY ? {} : { env: { NO_COLOR: '1' } }) },
        );
        const outcome = countTests(readReport(reportFile), code);
        // Of a run with failures nothing else is to be said: what they did not reach is not known.
        return isMeasured && outcome.failed === 0 ? withCoverage(outcome, folder) : outcome;
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

/** Branches that the tests do not take count as one failure, once they are too many. */
function withCoverage(outcome: StepOutcome, folder: string): StepOutcome {
  const { lines, isEnough } = judgeBranches(readBranches(folder) ?? []);
  for (const line of lines) process.stdout.write(`${line}\n`);
  return isEnough ? outcome : { ...outcome, failed: 1 };
}

/**
 * Counts tests, and a file that could not be loaded as one failure. A run that ends badly has failed even when
 * every test passed (an error nobody caught), and so has a project in which no test ran.
 */
export function countTests(report: VitestReport | undefined, exitCode: number): StepOutcome {
  if (report === undefined) return { passed: 0, failed: 1 };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + brokenFiles;
  const endedBadly = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: endedBadly ? 1 : failed };
}

function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    process.stdout.write('   vitest ended without a report.\n');
    return undefined;
  }
}
