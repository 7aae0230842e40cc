/** Pictures of Monitor: a node with a day of readings, an edge that is broken on purpose, alarms, rules and routes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig, type RunningNode, startNode } from '@bothy/node';
import type { Page } from 'playwright-core';
import { EdgeProcess } from '../cluster/stage/edge-process.ts';
import { type PublishedReading, pastReadings, publishReadings } from './greenhouse.ts';
import type { RoomLookTools } from './look-rooms.ts';

const settings = `sensors:
  - { name: temperature, kind: simulated, interval: 1s }
  - { name: humidity, kind: simulated, interval: 1s }
  - { name: light, kind: simulated, interval: 2s }
  - { name: airquality, kind: simulated, interval: 2s }
rules:
  - 'temperature_alert_high danger: temperature > 25.5 clear below 25'
  - 'light_low info: light < 100 clear above 120'
`;
const hourMs = 3_600_000;

export async function monitorPictures({ webFolder, enter, look }: RoomLookTools): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bothy-look-'));
  const edgeFolder = await mkdtemp(join(tmpdir(), 'bothy-look-'));
  const config = parseConfig({ id: 'valley', http: '0', mqtt: '0', cluster: '0', data: folder }, {});
  const node = await startNode(config, { webFolder });
  const broker = `mqtt://127.0.0.1:${node.mqttPort}`;
  const edge = new EdgeProcess({ id: 'greenhouse-1', broker, data: edgeFolder, settings });
  try {
    const ada = await enter(node.webUrl, 'ada');
    await open(ada, 'Monitor');
    await ada.getByText('Nothing is measured yet').waitFor();
    await look(ada, 'monitor-empty');
    await publishReadings(node.mqttPort, northBed(Date.now()));
    await edge.start();
    await ada.getByRole('link', { name: 'Air quality of greenhouse-1' }).waitFor();
    await fill(ada, node);
    await overviewAndCharts(ada, node, look);
    await edgeAndAlarms(ada, node, look);
    await rulesAndRoutes(ada, look);
    await edge.end('SIGTERM');
    await node.stop();
    await open(ada, 'Monitor');
    await ada.getByText('No node in reach.').waitFor();
    await look(ada, 'monitor-offline');
  } finally {
    await edge.end();
    await node.stop();
    for (const each of [folder, edgeFolder]) await rm(each, { recursive: true, force: true });
  }
}

async function open(page: Page, place: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click();
}

/** A day and a bit, with an outage in the morning and a hot noon. */
function northBed(nowMs: number): readonly PublishedReading[] {
  const device = { node: 'north-bed' };
  const day = (ms: number): number => Math.cos(((((ms / hourMs) % 24) - 15) / 24) * 2 * Math.PI);
  const noise = (ms: number): number => Math.sin(ms / 61_000) * 0.2 + Math.sin(ms / 17_000) * 0.1;
  const spans = [
    { fromMs: nowMs - 26 * hourMs, toMs: nowMs - 9 * hourMs, everyMs: 60_000 },
    { fromMs: nowMs - 7.5 * hourMs, toMs: nowMs - 20_000, everyMs: 60_000 },
  ];
  return spans.flatMap((span) => [
    ...pastReadings(
      { ...device, sensor: 'temperature', unit: '°C' },
      span,
      (ms) => 24 + 7 * day(ms) + noise(ms),
    ),
    ...pastReadings(
      { ...device, sensor: 'humidity', unit: '%' },
      span,
      (ms) => 55 - 9 * day(ms) + 3 * noise(ms),
    ),
    ...pastReadings({ ...device, sensor: 'pm25', unit: 'µg/m³' }, span, (ms) => 12 + 4 * day(ms) + noise(ms)),
  ]);
}

/** Until the sparklines of the edge have something to show. */
async function fill(page: Page, node: RunningNode): Promise<void> {
  for (;;) {
    const answer = await fetch(`${node.webUrl}/api/v1/sensors`);
    const { sensors } = (await answer.json()) as { sensors: { edge: string; recent: unknown[] }[] };
    const own = sensors.filter(({ edge }) => edge === 'greenhouse-1');
    if (own.length === 4 && own.every(({ recent }) => recent.length >= 12)) return;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

async function overviewAndCharts(ada: Page, node: RunningNode, look: RoomLookTools['look']): Promise<void> {
  await look(ada, 'monitor-overview');
  await ada.getByRole('searchbox', { name: 'Filter edges and sensors' }).fill('nothing like it');
  await look(ada, 'monitor-filter');
  await ada.goto(`${node.webUrl}/#/monitor/chart/24h/north-bed~temperature+north-bed~humidity`);
  await ada.getByRole('img', { name: /Temperature · north-bed: last/ }).waitFor();
  await look(ada, 'monitor-chart-day');
  await ada.getByText('Choose sensors').click();
  await look(ada, 'monitor-chart-choice');
  await ada.keyboard.press('Escape');
  await ada.goto(`${node.webUrl}/#/monitor/chart/5m/greenhouse-1~temperature+greenhouse-1~airquality`);
  await ada.getByRole('img', { name: /Temperature · greenhouse-1: last/ }).waitFor();
  await look(ada, 'monitor-chart-live');
  await ada.goto(`${node.webUrl}/#/monitor/chart/30d/north-bed~pm25`);
  await ada.getByRole('img', { name: /PM2.5 · north-bed: last/ }).waitFor();
  await ada.getByText('moderate').waitFor();
  await look(ada, 'monitor-chart-month');
  await ada.goto(`${node.webUrl}/#/monitor/chart/1h/`);
  await look(ada, 'monitor-chart-nothing');
}

async function edgeAndAlarms(ada: Page, node: RunningNode, look: RoomLookTools['look']): Promise<void> {
  await ada.goto(`${node.webUrl}/#/monitor/edge/greenhouse-1`);
  await ada.getByRole('button', { name: 'Overheat' }).click();
  await ada.getByText('Broken now').waitFor();
  await look(ada, 'monitor-edge');
  await ada.getByRole('button', { name: 'Low light' }).click();
  await ada.getByRole('link', { name: '2 alarms Monitor' }).waitFor({ timeout: 60_000 });
  await ada.getByRole('button', { name: 'Forget greenhouse-1…' }).click();
  await look(ada, 'monitor-edge-forget');
  await ada.getByRole('button', { name: 'Keep' }).click();
  await ada.goto(`${node.webUrl}/#/monitor`);
  await ada.getByText('Danger: beyond its limit').waitFor();
  await look(ada, 'monitor-overview-alarm');
  await ada.goto(`${node.webUrl}/#/monitor/alarms`);
  await ada.getByRole('link', { name: 'Temperature is too high' }).first().waitFor();
  await look(ada, 'monitor-alarms');
  await ada.getByRole('link', { name: 'Temperature is too high' }).first().click();
  await ada.getByRole('heading', { name: 'What happened' }).waitFor();
  await look(ada, 'monitor-alarm');
  await ada.getByRole('textbox', { name: 'Note' }).fill('The vent was shut. I have opened it.');
  await ada.getByRole('button', { name: 'Acknowledge' }).click();
  await ada.getByText('acknowledged by ada').first().waitFor();
  await look(ada, 'monitor-alarm-acknowledged');
  // A device without rules of its own: the node judges it, and can say why.
  for (const value of [28.6, 29.1, 29.8, 30.4, 31.2]) {
    await publishReadings(node.mqttPort, [{ node: 'north-bed', sensor: 'temperature', unit: '°C', value }]);
  }
  await ada.goto(`${node.webUrl}/#/monitor/alarm/north-bed~temperature~temperature_alert_high`);
  await ada.getByRole('heading', { name: 'Why' }).waitFor();
  await look(ada, 'monitor-alarm-why');
  await ada.goto(`${node.webUrl}/#/monitor/alarm/greenhouse-1~light~light_low`);
  await ada.getByRole('button', { name: 'Shelve for' }).click();
  await ada.getByRole('button', { name: 'Take from the shelf' }).waitFor();
  await look(ada, 'monitor-alarm-shelved');
}

async function rulesAndRoutes(ada: Page, look: RoomLookTools['look']): Promise<void> {
  await ada.getByRole('navigation', { name: 'Monitor' }).getByRole('link', { name: 'Rules' }).click();
  await ada.getByRole('heading', { name: /temperature_alert_high/ }).waitFor();
  await look(ada, 'monitor-rules');
  await ada.getByRole('button', { name: 'New rule' }).click();
  const rule = ada.getByRole('textbox', { name: 'Rule' });
  await rule.fill('warm warning: temperature > 28 four 10m');
  await look(ada, 'monitor-rule-wrong');
  await rule.fill('warm warning: temperature > 28 for 10m clear below 26');
  await ada.getByRole('button', { name: 'What would it have done?' }).click();
  await ada.getByText(/It would have raised/).waitFor();
  await look(ada, 'monitor-backtest');
  await ada.getByRole('button', { name: 'Save' }).click();
  await ada.getByText('The rule holds from now on.').waitFor();
  await ada.getByRole('navigation', { name: 'Monitor' }).getByRole('link', { name: 'Routes' }).click();
  await ada.getByRole('button', { name: 'New route' }).click();
  await ada.getByRole('textbox', { name: 'Name', exact: true }).fill('night-watch');
  await ada.getByRole('combobox', { name: 'Room' }).selectOption({ index: 1 });
  await ada.getByRole('checkbox', { name: /Quiet hours/ }).check();
  await look(ada, 'monitor-route-form');
  await ada.getByRole('button', { name: 'Save' }).click();
  await ada.getByRole('button', { name: 'Try night-watch' }).click();
  await look(ada, 'monitor-routes');
}
