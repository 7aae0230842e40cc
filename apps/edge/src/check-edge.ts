/** `bothy edge --check`: reads every sensor once and says what each answers. Nothing is published or kept. */
import { seededRandom } from '@bothy/protocols';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import { formatRule } from '@bothy/telemetry/edge-core';
import type { SensorName } from '@bothy/wire';
import type { EdgeSetup } from './config/index.ts';
import { SensorDesk } from './sensor-desk.ts';

/** Beyond each sensor's own time: its worker has to start. */
const patienceMs = 10_000;

/** Prints a line for each sensor and rule. True when every sensor has answered. */
export async function checkEdge(setup: EdgeSetup, print: (line: string) => void): Promise<boolean> {
  const answers = new Map<SensorName, string>();
  const failures = new Map<SensorName, string>();
  let finished: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const noted = (): void => {
    if (setup.sensors.every(({ plan: { sensor } }) => answers.has(sensor) || failures.has(sensor)))
      finished();
  };
  const desk = new SensorDesk({
    ...{ sensors: setup.sensors, clock: nodeClock, timers: nodeTimers, random: seededRandom('check') },
    sampled: ({ sensor, value, unit = '' }) => {
      answers.set(sensor, `${value} ${unit}`.trim());
      noted();
    },
    changed: ({ sensor, state, sentence }) => {
      if (state !== 'ok') failures.set(sensor, sentence ?? state);
      noted();
    },
  });
  desk.start();
  const timeouts = setup.sensors.map(({ plan }) => plan.timeoutMs);
  const timer = setTimeout(() => finished(), Math.max(0, ...timeouts) + patienceMs);
  if (setup.sensors.length > 0) await all;
  clearTimeout(timer);
  await desk.stop();
  print(`  ${setup.id} at ${setup.broker.url}, kept in ${setup.dataFolder}`);
  for (const { plan } of setup.sensors) {
    const { sensor, driver, intervalMs } = plan;
    const answer = answers.get(sensor);
    const mark = answer === undefined ? 'FAILS ' : '   ok ';
    const words = answer ?? failures.get(sensor) ?? 'It has not answered.';
    print(`${mark} ${sensor} (${driver.kind}, every ${intervalMs / 1_000} s): ${words}`);
  }
  for (const rule of setup.rules) print(`  rule ${formatRule(rule)}`);
  return answers.size === setup.sensors.length;
}
