/** One step of `npm test`: it prints what it finds and says how many of its checks passed and failed. */
export interface StepOutcome {
  readonly passed: number;
  readonly failed: number;
}

export interface Step {
  readonly title: string;
  /** Expected failures are counted and printed, never thrown. */
  run(): Promise<StepOutcome>;
}

/** The outcome of a step that is a single check. */
export function oneCheck(succeeded: boolean): StepOutcome {
  return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

export interface StepClock {
  monoMs(): number;
}

/**
 * Runs every step, also after one that failed, with a heading and a timing each; the last line is
 * `N passed, N failed`. A step that throws counts as one failed check.
 */
export async function runSteps(
  steps: readonly Step[],
  clock: StepClock,
  print: (line: string) => void,
): Promise<StepOutcome> {
  let passed = 0;
  let failed = 0;
  for (const step of steps) {
    print(`\n== ${step.title} ==`);
    const startedMs = clock.monoMs();
    const outcome = await runOne(step, print);
    passed += outcome.passed;
    failed += outcome.failed;
    const seconds = ((clock.monoMs() - startedMs) / 1000).toFixed(1);
    print(`   ${step.title}: ${outcome.passed} passed, ${outcome.failed} failed, ${seconds} s`);
  }
  print(`\n${passed} passed, ${failed} failed`);
  return { passed, failed };
}

async function runOne(step: Step, print: (line: string) => void): Promise<StepOutcome> {
  try {
    return await step.run();
  } catch (error) {
    print(`   ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return oneCheck(false);
  }
}
