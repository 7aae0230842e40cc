/** Monitor in a real browser: a node, devices that publish with `mosquitto_pub`, and an edge as its own process. */
import { readFile } from 'node:fs/promises';
import { temporaryFolder } from '@bothy/testkit';
import type { Locator, Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { EdgeProcess } from '../cluster/stage/edge-process.ts';
import { browserStage } from './browser-stage.ts';
import { pastReadings, publishReadings } from './greenhouse.ts';
import { enter } from './person.ts';
import { makeRoom, message, openRoom, openRooms, write } from './room-person.ts';

const stage = browserStage({ nodePerTest: true });
const edges: EdgeProcess[] = [];
const folders: ReturnType<typeof temporaryFolder>[] = [];

afterEach(async () => {
  for (const edge of edges.splice(0)) await edge.end();
  for (const folder of folders.splice(0)) folder.remove();
});

async function startEdge(id: string, settings: string): Promise<void> {
  const folder = temporaryFolder();
  folders.push(folder);
  const broker = `mqtt://127.0.0.1:${stage.node.mqttPort}`;
  const edge = new EdgeProcess({ id, broker, data: folder.path, settings });
  edges.push(edge);
  await edge.start();
}

async function openMonitor(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('link', { name: /^Monitor/ })
    .click();
  await page.getByRole('heading', { name: 'Monitor', level: 1 }).waitFor();
}

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Monitor' }).getByRole('link', { name }).click();
}

const chart = (page: Page): Locator => page.getByRole('img', { name: /^Chart of/ });
const publish = (value: number, timestamp?: string): Promise<void> => {
  const reading = { sensor: 'temperature', value, node: 'edge-1', unit: '°C' };
  return publishReadings(stage.node.mqttPort, [
    timestamp === undefined ? reading : { ...reading, timestamp },
  ]);
};

test('a value published with mosquitto_pub appears by itself, is on the chart, and the next one follows', async () => {
  const page = await stage.join('ada');
  await openMonitor(page);
  await page.getByText('Nothing is measured yet').waitFor();
  await page.getByText("mosquitto_pub -t env/temperature/raw -m '{").waitFor();

  // Somebody who wires a device up sees why nothing appears.
  await publishReadings(stage.node.mqttPort, [
    { sensor: 'temperature', value: Number.NaN, node: 'edge-1', unit: '°C' },
  ]);
  await page.reload();
  await page.getByText('1 message could not be read').click();
  await page.getByText('"value":null').waitFor();

  await publish(23.4);
  const card = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('link', { name: 'Temperature of edge-1' }) });
  await card.getByText('23.4', { exact: true }).waitFor();
  await card.getByText('°C').waitFor();
  await card.getByRole('link').click();

  await page.getByRole('img', { name: /Temperature · edge-1: last 23\.4 °C/ }).waitFor();
  await publish(24.6);
  await page.getByRole('img', { name: /Temperature · edge-1: last 24\.6 °C/ }).waitFor();
  await expect
    .poll(async () => Number(await chart(page).getAttribute('data-points')))
    .toBeGreaterThanOrEqual(2);
  const row = page.getByRole('row', { name: /Temperature · edge-1/ });
  await expect
    .poll(() => row.getByRole('cell').allInnerTexts())
    .toEqual(expect.arrayContaining(['24.6 °C', '23.4', '24.0', '30, 15']));
  expect(stage.pageErrors).toEqual([]);
});

/** Of an address with a fixed stretch of time, in milliseconds. */
function spanOf(hash: string): number {
  const [from = 0, to = 0] = (/chart\/(\d+)-(\d+)/.exec(hash) ?? []).slice(1).map(Number);
  return to - from;
}

test('a chart is moved by keys, wheel and buttons, says where it stands in its address, and is taken along', async () => {
  const nowMs = Date.now();
  const device = { sensor: 'temperature', node: 'edge-1', unit: '°C' };
  const past = { fromMs: nowMs - 7_200_000, toMs: nowMs - 1_000, everyMs: 30_000 };
  await publishReadings(
    stage.node.mqttPort,
    pastReadings(device, past, (ms) => 20 + (ms % 7)),
  );
  const page = await stage.join('ada');
  await page.goto(`${stage.node.webUrl}/#/monitor/chart/1h/edge-1~temperature`);
  await page.getByRole('img', { name: /Temperature · edge-1: last/ }).waitFor();
  const address = (): string => new URL(page.url()).hash;

  await page.getByRole('button', { name: '15 min' }).click();
  await expect.poll(address).toBe('#/monitor/chart/15m/edge-1~temperature');
  await page.keyboard.press('-');
  await expect.poll(address).toBe('#/monitor/chart/1800000ms/edge-1~temperature');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(address).toMatch(/^#\/monitor\/chart\/\d{13}-\d{13}\//);
  expect(spanOf(address())).toBe(1_800_000);

  await chart(page).hover();
  await page.mouse.wheel(0, -100);
  await expect.poll(() => spanOf(address())).toBe(1_440_000);

  const box = await chart(page).boundingBox();
  if (box === null) throw new Error('the chart has no place on the page');
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => spanOf(address())).toBeLessThan(700_000);

  // Two fingers that go apart to twice their distance show half of it.
  const before = spanOf(address());
  const touch = await page.context().newCDPSession(page);
  const fingers = (apart: number) =>
    [-apart, apart].map((x, id) => ({ x: box.x + box.width / 2 + x, y: box.y + box.height / 2, id }));
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(60) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(90) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(120) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect.poll(() => spanOf(address()) / before).toBeCloseTo(0.5, 1);

  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as CSV' }).click(),
  ]);
  expect(csv.suggestedFilename()).toMatch(/^bothy-edge-1-temperature-.*\.csv$/);
  const lines = (await readFile(await csv.path(), 'utf8')).trim().split(/\r?\n/);
  expect(lines[0]).toBe('edge,sensor,timestamp,value,unit');
  expect(lines[1]).toMatch(/^edge-1,temperature,\d{4}-\d\d-\d\dT[^,]+,2\d(\.\d+)?,°C$/);
  const [png] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as picture' }).click(),
  ]);
  const bytes = await readFile(await png.path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.length).toBeGreaterThan(5_000);

  await page.keyboard.press('0');
  await expect.poll(address).toMatch(/ms\/edge-1~temperature$/);
  expect(stage.pageErrors).toEqual([]);
});

test('a hot reading of a plain device is judged by the node: why is drawn, and the browser tells of it once', async () => {
  const page = await stage.join('ada');
  await page.context().grantPermissions(['notifications'], { origin: stage.node.webUrl });
  await page.addInitScript(() => {
    const shown: unknown[] = [];
    Object.assign(globalThis, { shown });
    globalThis.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        shown.push({ title, tag: options?.tag, silent: options?.silent });
      }
    };
  });
  await page.reload();
  await openMonitor(page);
  await openTab(page, 'Routes');
  await page.getByRole('button', { name: 'New route' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('screens');
  await page.getByRole('combobox', { name: 'Goes to' }).selectOption({ label: 'Browsers of all who watch' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('screens is kept. Try it.').waitFor();
  await openTab(page, 'Alarms');
  await page.getByText('Nothing is wrong.').waitFor();
  await page.getByRole('button', { name: 'Show notifications' }).click();
  await page.getByRole('checkbox', { name: 'With the sound of notifications' }).waitFor();

  for (const value of [29.5, 31, 31.5]) await publish(value);
  await page.getByRole('link', { name: 'Temperature is too high' }).click();
  await page.getByRole('heading', { name: 'Why' }).waitFor();
  const why = page.getByRole('region', { name: 'Why' });
  await why.getByText('temperature_alert_high danger: temperature > 30 clear below 29').waitFor();
  await why.getByRole('rowheader').nth(1).waitFor({ state: 'attached' });
  await expect.poll(() => why.locator('.why-point.is-beyond').count()).toBeGreaterThanOrEqual(1);
  const told = (): Promise<unknown> => page.evaluate(() => Reflect.get(globalThis, 'shown'));
  const expected = {
    title: 'Temperature is too high · edge-1',
    tag: 'bothy-alarm-edge-1~temperature~temperature_alert_high',
    silent: true,
  };
  await expect.poll(told).toEqual([expected]);

  await publish(25);
  await page
    .getByRole('status')
    .filter({ hasText: /^Ended/ })
    .waitFor();
  expect(stage.pageErrors).toEqual([]);
});

const settings = `sensors:
  - { name: temperature, kind: simulated, interval: 500ms }
rules:
  - 'temperature_alert_high danger: temperature > 25.5 clear below 25'
`;

test('an overheat is on screen everywhere, says why, and is acknowledged for all', async () => {
  const ada = await stage.join('ada');
  await openMonitor(ada);
  const ben = await stage.open();
  await enter(ben, 'ben');
  await openMonitor(ben);
  await startEdge('greenhouse-1', settings);
  await ada.getByRole('link', { name: 'greenhouse-1', exact: true }).click();
  // A sensor that has not said anything yet cannot be broken.
  await ada.getByRole('row', { name: /^Temperature \d/ }).waitFor();
  await ada.getByRole('button', { name: 'Overheat' }).click();
  await ada.getByText('Broken now: temperature (overheat).').waitFor();

  // Wherever one is in the app.
  await ben.getByRole('link', { name: 'Chats' }).click();
  await ben.getByRole('link', { name: '1 alarm Monitor' }).waitFor();
  await ben.reload();
  await ben.getByRole('link', { name: '1 alarm Monitor' }).waitFor();
  await openTab(ada, 'Alarms');
  await ada
    .getByRole('list', { name: 'Alarms' })
    .getByRole('link', { name: 'Temperature is too high' })
    .click();
  await ada
    .getByText(/above 25\.5/)
    .first()
    .waitFor();
  await ada.getByText('it cannot be taken back').waitFor();
  await ada.getByRole('textbox', { name: 'Note' }).fill('The vent was shut.');
  await ada.getByRole('button', { name: 'Acknowledge' }).click();
  await ada.getByRole('status').filter({ hasText: 'acknowledged by ada' }).waitFor();
  await ada.getByRole('listitem').filter({ hasText: 'The vent was shut.' }).first().waitFor();

  await openMonitor(ben);
  await openTab(ben, 'Alarms');
  await ben.getByText('acknowledged by ada').waitFor();
  await ben.getByRole('link', { name: 'Monitor', exact: true }).waitFor();

  await ada.getByRole('combobox', { name: 'How long to shelve it' }).selectOption({ label: '8 hours' });
  await ada.getByRole('button', { name: 'Shelve for' }).click();
  await ben.getByText(/Shelved for another/).waitFor();
  await ada.getByRole('button', { name: 'Take from the shelf' }).click();
  await ben.getByText('acknowledged by ada').waitFor();
  expect(stage.pageErrors).toEqual([]);
});

test('an alarm speaks in a room, and acknowledged there it is acknowledged on the dashboard', async () => {
  const ada = await stage.join('ada');
  await openRooms(ada);
  await makeRoom(ada, 'Greenhouse');
  await openMonitor(ada);
  await openTab(ada, 'Routes');
  await ada.getByRole('button', { name: 'New route' }).click();
  await ada.getByRole('textbox', { name: 'Name', exact: true }).fill('greenhouse');
  await ada.getByRole('combobox', { name: 'Room' }).selectOption({ label: 'Greenhouse' });
  await ada.getByRole('button', { name: 'Save' }).click();
  await ada.getByRole('button', { name: 'Try greenhouse' }).click();
  await ada.getByRole('status').filter({ hasText: 'greenhouse is kept' }).waitFor({ state: 'detached' });
  const ben = await stage.open();
  await enter(ben, 'ben');
  await openMonitor(ben);
  await openTab(ben, 'Alarms');

  for (const value of [29.5, 31]) await publish(value);
  await ben.getByText(/seen by nobody/).waitFor();
  await openRooms(ada);
  await openRoom(ada, 'Greenhouse');
  await message(ada, 'temperature of edge-1 is 31').waitFor();
  await write(ada, '/ack The vent was shut.');
  await ben.getByText('acknowledged by ada').waitFor();
  await ben.getByRole('link', { name: 'Temperature is too high' }).click();
  await ben.getByText('The vent was shut.').first().waitFor();
  expect(stage.pageErrors).toEqual([]);
});

test('a rule is checked while it is typed, tried on what was measured, and kept by an operator', async () => {
  const nowMs = Date.now();
  const device = { sensor: 'temperature', node: 'edge-1', unit: '°C' };
  const past = { fromMs: nowMs - 3_600_000, toMs: nowMs - 1_000, everyMs: 60_000 };
  // Warm for ten minutes, twice.
  const warm = (ms: number): boolean => Math.floor((nowMs - ms) / 600_000) % 3 === 1;
  await publishReadings(
    stage.node.mqttPort,
    pastReadings(device, past, (ms) => (warm(ms) ? 28 : 21)),
  );
  const page = await stage.join('ada');
  await openMonitor(page);
  await openTab(page, 'Rules');
  await page.getByRole('button', { name: 'New rule' }).click();
  const rule = page.getByRole('textbox', { name: 'Rule' });
  await rule.fill('warm warning: temperature > 26 four 2m');
  await page.getByText(/^Column 32: /).waitFor();
  await rule.fill('warm warning: temperature > 26 for 2m clear below 24');
  await page
    .getByText('Fires when temperature is above 26 for 2 min without a break. Ends when it is below 24.')
    .waitFor();
  await page.getByRole('button', { name: 'What would it have done?' }).click();
  await page.getByText('It would have raised 2 alarms.').waitFor();
  await page.getByRole('img', { name: /It would have raised 2 alarms/ }).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The rule holds from now on.').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: /^warm/ }).waitFor();
  await page.getByRole('button', { name: 'Remove warm…' }).click();
  await page.getByRole('group', { name: 'Remove warm?' }).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('heading', { name: /^warm/ }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('heading', { name: /^warm/ }).waitFor();

  // Somebody else may try, and not keep.
  const ben = await stage.open();
  await enter(ben, 'ben');
  await openMonitor(ben);
  await openTab(ben, 'Rules');
  await ben.getByRole('button', { name: 'Try warm' }).click();
  await ben.getByRole('button', { name: 'Close' }).waitFor();
  expect(await ben.getByRole('button', { name: 'Save' }).count()).toBe(0);
  expect(stage.pageErrors).toEqual([]);
});

test('with no node in reach what was known stays, and goes on when it is back', async () => {
  await publish(21.5);
  const page = await stage.join('ada');
  await openMonitor(page);
  await page.getByRole('link', { name: 'Temperature of edge-1' }).waitFor();
  const { port } = new URL(stage.node.webUrl);
  await stage.node.stop();
  await page.getByRole('alert').filter({ hasText: 'No node in reach.' }).waitFor();
  await page.getByText('21.5', { exact: true }).waitFor();
  await stage.startNode(port);
  await page.getByRole('alert').filter({ hasText: 'No node in reach.' }).waitFor({ state: 'detached' });
  await publish(22.5);
  await page.getByText('22.5', { exact: true }).waitFor();
  expect(stage.pageErrors).toEqual([]);
});
