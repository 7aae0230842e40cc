/** What every kind of sensor keeps to. Run for each, with a real source behind it. */
import { expect, test } from 'vitest';
import type { SensorDriver } from '../sensor-driver.ts';

export interface DriverCase {
  /** Opens it on a source that works. */
  readonly open: () => Promise<SensorDriver>;
  /** Opens it on a source that is not there. Undefined for kinds that need none. */
  readonly openBroken?: () => Promise<SensorDriver>;
}

export function driverContract(kind: string, { open, openBroken }: DriverCase): void {
  const live = new AbortController().signal;

  test(`[TD1] ${kind}: reads a number, and again`, async () => {
    const driver = await open();
    for (let turn = 0; turn < 3; turn++) {
      const value = await driver.read(live);
      expect(Number.isFinite(value?.value)).toBe(true);
    }
    driver.stop?.();
  });

  test(`[TD1] ${kind}: a read that is given up does not spoil the next driver, and stopping twice is no harm`, async () => {
    const abort = new AbortController();
    const driver = await open();
    const given = driver.read(abort.signal).catch((thrown: unknown) => thrown);
    abort.abort();
    await given;
    driver.stop?.();
    driver.stop?.();
    const next = await open();
    expect(Number.isFinite((await next.read(live))?.value)).toBe(true);
    next.stop?.();
  });

  if (openBroken === undefined) return;
  test(`[TD1] ${kind}: says in a sentence what is wrong, each time anew`, async () => {
    for (let turn = 0; turn < 2; turn++) {
      const failure: unknown = await openBroken()
        .then((driver) => driver.read(live))
        .catch((thrown: unknown) => thrown);
      expect(failure).toBeInstanceOf(Error);
      expect((failure as Error).message).toMatch(/^\S.{8,}/);
    }
  });
}
