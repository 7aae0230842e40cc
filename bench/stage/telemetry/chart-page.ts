/** How long a chart of thirty days takes in a browser: from the click, and from the answer of the node on. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig, startNode } from '@bothy/node';
import { seededRandom } from '@bothy/protocols';
import { SimulatedSensor, type StoredReading, sensorProfiles } from '@bothy/telemetry/core';
import { SqliteTelemetryStore } from '@bothy/telemetry/drivers/sqlite';
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Page } from 'playwright-core';
import { build } from 'vite';

const intervalMs = 10_000;
const spanMs = 30 * 86_400_000;
const webApp = fileURLToPath(new URL('../../../apps/web/', import.meta.url));

export interface ChartTimes {
  readonly readings: number;
  readonly points: number;
  /** From the click to the frame in which the line stands. */
  readonly clickToDrawnMs: readonly number[];
  /** From the node's answer to that frame. */
  readonly answerToDrawnMs: readonly number[];
}

export async function measureChart(rounds: number): Promise<ChartTimes> {
  const [data, web] = [temporaryFolder(), temporaryFolder()];
  const readings = await fillStore(join(data.path, 'telemetry.sqlite'));
  await build({ root: webApp, logLevel: 'error', build: { outDir: web.path, emptyOutDir: true } });
  const config = parseConfig({ http: '0', mqtt: '0', cluster: '0', data: data.path }, {});
  const node = await startNode(config, { webFolder: web.path });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(node.webUrl);
    await page.getByRole('textbox', { name: 'Your name' }).fill('ada');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('button', { name: 'Add contact' }).first().waitFor();
    await page.goto(`${node.webUrl}/#/monitor/chart/1h/edge-1~temperature`);
    await page.getByRole('img', { name: /Temperature · edge-1: last/ }).waitFor();
    const times: { click: number; answer: number; points: number }[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await drawMonth(page));
    return {
      readings,
      points: times.at(-1)?.points ?? 0,
      clickToDrawnMs: times.map(({ click }) => click),
      answerToDrawnMs: times.map(({ answer }) => answer),
    };
  } finally {
    await browser.close();
    await node.stop();
    for (const folder of [data, web]) folder.remove();
  }
}

/** Thirty days until now of one sensor, one reading in ten seconds, a day at a time. */
async function fillStore(file: string): Promise<number> {
  const endMs = Date.now();
  const simulated = new SimulatedSensor(sensorProfiles.temperature, seededRandom('chart'));
  const store = await SqliteTelemetryStore.open({
    file,
    wallMs: () => endMs,
    retention: { rawDays: 60, minuteDays: 60, fiveDays: 60 },
  });
  const count = spanMs / intervalMs;
  let seq = 0;
  for (let from = 0; from < count; from += 8_640) {
    const readings = Array.from({ length: Math.min(8_640, count - from) }, (_, at): StoredReading => {
      const stampMs = endMs - spanMs + (from + at) * intervalMs;
      seq += 1;
      const value = simulated.valueAt(stampMs) ?? 0;
      const numbers = { boot: 1, seq, hist: false, heardMs: stampMs };
      return { edge: 'edge-1', sensor: 'temperature', unit: '°C', stampMs, value, ...numbers };
    });
    await new Promise<void>((resolve, reject) => {
      store.commit([{ kind: 'putReadings', readings }], (error) =>
        error === undefined ? resolve() : reject(error),
      );
    });
  }
  await store.close();
  return count;
}

/** From an hour to thirty days, timed in the page: by the clicks, the last answer, and the frame after the line was given to the canvas. */
async function drawMonth(page: Page): Promise<{ click: number; answer: number; points: number }> {
  await page.getByRole('button', { name: '1 h', exact: true }).click();
  await page.waitForFunction(
    () => Number(document.querySelector('.time-chart')?.getAttribute('data-points')) < 500,
  );
  // What the hour asked for is answered before the month is asked for.
  await page.waitForLoadState('networkidle');
  return await page.evaluate(
    () =>
      new Promise<{ click: number; answer: number; points: number }>((resolve, reject) => {
        const chart = document.querySelector('.time-chart');
        const month = [...document.querySelectorAll('button')].find(
          ({ textContent }) => textContent === '30 d',
        );
        if (chart === null || month === undefined) return reject(new Error('there is no chart'));
        performance.clearResourceTimings();
        const observer = new MutationObserver(() => {
          const points = Number(chart.getAttribute('data-points'));
          if (points < 500) return;
          observer.disconnect();
          // Behind the next frame it is on the screen.
          requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => {
              const asked = performance
                .getEntriesByType('resource')
                .filter(({ name }) => name.includes('/api/v1/readings?'));
              const answered = asked.at(-1) as PerformanceResourceTiming | undefined;
              const drawn = performance.now();
              resolve({
                click: drawn - start,
                answer: drawn - (answered?.responseEnd ?? Number.NaN),
                points,
              });
            };
            channel.port2.postMessage(null);
          });
        });
        observer.observe(chart, { attributes: true });
        const start = performance.now();
        month.click();
      }),
  );
}
