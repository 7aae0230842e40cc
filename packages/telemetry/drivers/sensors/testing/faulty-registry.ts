/** Drivers that misbehave, each in its own way: the `path` of a `file` sensor says how. */
import type { DriverOptions } from '../driver-options.ts';
import type { SensorDriver, SensorValue } from '../sensor-driver.ts';

const opened = new Map<string, number>();

export async function openDriver(options: DriverOptions): Promise<SensorDriver> {
  const how = options.kind === 'file' ? options.path : 'good';
  opened.set(how, (opened.get(how) ?? 0) + 1);
  return { read: () => read(how) };
}

function read(how: string): Promise<SensorValue | undefined> {
  switch (how) {
    case 'busy':
      for (;;);
    case 'late-busy':
      return Promise.resolve().then(() => {
        for (;;);
      });
    case 'silent':
      return new Promise(() => undefined);
    case 'silent-once true':
    case 'silent-once false':
      return opened.get(how) === 1 ? new Promise(() => undefined) : Promise.resolve({ value: 2 });
    case 'throws':
      throw new Error('It is not plugged in.');
    case 'exits':
      return process.exit(3);
    case 'rejects-unheard':
      void Promise.reject(new Error('unheard'));
      return new Promise(() => undefined);
    case 'leaks': {
      const kept: string[] = [];
      for (let at = 0; ; at++) kept.push(String(at).repeat(1_000));
    }
    case 'slow':
      return new Promise((resolve) => setTimeout(() => resolve({ value: 3 }), 350));
    default:
      return Promise.resolve({ value: 1 });
  }
}
